import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.models.customer_request


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_cities'),
        ('invoices', '0006_bank_statements'),
        ('partners', '0004_search_indexes'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payer_kind', models.CharField(choices=[('company', 'Company'), ('entrepreneur', 'Entrepreneur'), ('person', 'Person')], max_length=12, verbose_name='who pays')),
                ('country', models.CharField(choices=[('RU', 'Russia'), ('UA', 'Ukraine'), ('KZ', 'Kazakhstan')], max_length=2, verbose_name='country')),
                ('payer_name', models.CharField(max_length=160, verbose_name='payer')),
                ('tax_number', models.CharField(blank=True, max_length=12, verbose_name='tax number')),
                ('kpp', models.CharField(blank=True, max_length=9, verbose_name='KPP')),
                ('ogrn', models.CharField(blank=True, max_length=15, verbose_name='OGRN')),
                ('address', models.CharField(blank=True, max_length=250, verbose_name='address')),
                ('contact_name', models.CharField(max_length=120, verbose_name='contact person')),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('wants_renewal', models.BooleanField(default=False, verbose_name='renewal of the package')),
                ('wishes', models.CharField(blank=True, max_length=500, verbose_name='in their words')),
                ('operator', models.CharField(help_text='Our name, INN and address as the consent named them', max_length=450)),
                ('sent_from', models.GenericIPAddressField(blank=True, null=True, verbose_name='sent from')),
                ('received_at', models.DateTimeField(help_text='The moment of the consents, too', verbose_name='received')),
                ('answer_by', models.DateTimeField(verbose_name='to be answered by')),
                ('state', models.CharField(choices=[('new', 'New'), ('in_work', 'In work'), ('invoiced', 'Invoice issued'), ('closed', 'Closed without an invoice')], default='new', max_length=8, verbose_name='state')),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('close_reason', models.CharField(blank=True, max_length=250, verbose_name='why closed')),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('request_key', models.UUIDField(editable=False, help_text='Of the form it was written in: sent twice, kept once', unique=True)),
            ],
            options={
                'verbose_name': 'customer request',
                'verbose_name_plural': 'customer requests',
            },
        ),
        migrations.CreateModel(
            name='CustomerRequestEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('new', 'New'), ('in_work', 'In work'), ('invoiced', 'Invoice issued'), ('closed', 'Closed without an invoice')], default='new', max_length=8, verbose_name='state')),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('close_reason', models.CharField(blank=True, max_length=250, verbose_name='why closed')),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RequestLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=invoices.models.customer_request.new_token, max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'personal link to the request form',
                'verbose_name_plural': 'personal links to the request form',
            },
        ),
        migrations.CreateModel(
            name='RequestLinkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('token', models.CharField(default=invoices.models.customer_request.new_token, max_length=32)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('processing', 'Processing of personal data'), ('advertising', 'Offers by e-mail, SMS and phone')], max_length=12, verbose_name='what for')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('body', models.TextField(help_text='{operator} stands for our name, INN and address', verbose_name='text')),
                ('published_on', models.DateField(verbose_name='published on')),
            ],
            options={
                'verbose_name': 'text of a consent',
                'verbose_name_plural': 'texts of consents',
                'ordering': ['purpose', '-version'],
                'constraints': [models.UniqueConstraint(fields=('purpose', 'version'), name='consent_version_is_unique'), models.CheckConstraint(condition=models.Q(('body__regex', '\\S'), ('version__gte', 1)), name='consent_says_something')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consenttext',
            trigger=pgtrigger.compiler.Trigger(name='consent_text_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2fb2ab90a967d80df504142cd5abf4ccbd0823d4', operation='UPDATE OR DELETE', pgid='pgtrigger_consent_text_is_final_ee3bc', table='invoices_consenttext', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='advertising_consent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoices.consenttext'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='catalog.city', verbose_name='city'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='consent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoices.consenttext', verbose_name='consent'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='invoice',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='request', to='invoices.invoice', verbose_name='invoice'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='customer_requests', to='partners.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='services',
            field=models.ManyToManyField(blank=True, related_name='+', to='catalog.service', verbose_name='services'),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='taken_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customerrequestevent',
            name='invoice',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='invoices.invoice', verbose_name='invoice'),
        ),
        migrations.AddField(
            model_name='customerrequestevent',
            name='partner',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.partner', verbose_name='partner'),
        ),
        migrations.AddField(
            model_name='customerrequestevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='customerrequestevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='id_partner_state_taken_by_taken_at_invoice_close_reason_erased_at_events', to='invoices.customerrequest'),
        ),
        migrations.AddField(
            model_name='customerrequestevent',
            name='taken_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='requestlink',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='requestlink',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='request_links', to='partners.partner'),
        ),
        migrations.AddField(
            model_name='requestlink',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customerrequest',
            name='link',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoices.requestlink'),
        ),
        migrations.AddField(
            model_name='requestlinkevent',
            name='made_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='requestlinkevent',
            name='partner',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='partners.partner'),
        ),
        migrations.AddField(
            model_name='requestlinkevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='requestlinkevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='invoices.requestlink'),
        ),
        migrations.AddField(
            model_name='requestlinkevent',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7b4a38502a9112d4eb6e727c71bdc02fffac6e7d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b554c', table='invoices_customerrequestevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='requestlink',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['partner'], name='request_links_standing'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestlink',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "invoices_requestlinkevent" ("id", "made_at", "made_by_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."id", NEW."made_at", NEW."made_by_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."token", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;', hash='c8f341ea7e8bead41936a1093dcc27489ad763e5', operation='INSERT', pgid='pgtrigger_insert_insert_3d7bc', table='invoices_requestlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestlink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "invoices_requestlinkevent" ("id", "made_at", "made_by_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."id", NEW."made_at", NEW."made_by_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."token", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;', hash='bb1dc13250d8ee7feaf229fb968e512a7d7c6486', operation='UPDATE', pgid='pgtrigger_update_update_9134f', table='invoices_requestlink', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='customerrequest',
            index=models.Index(fields=['-received_at', '-id'], name='requests_by_time'),
        ),
        migrations.AddIndex(
            model_name='customerrequest',
            index=models.Index(condition=models.Q(('state', 'new')), fields=['answer_by'], name='requests_waiting'),
        ),
        migrations.AddConstraint(
            model_name='customerrequest',
            constraint=models.CheckConstraint(condition=models.Q(('contact_name__regex', '\\S'), ('payer_name__regex', '\\S')), name='request_names_who_pays'),
        ),
        migrations.AddConstraint(
            model_name='customerrequest',
            constraint=models.CheckConstraint(condition=models.Q(('tax_number', ''), ('tax_number__regex', '^\\d{8,12}$'), _connector='OR'), name='request_tax_number_is_digits'),
        ),
        migrations.AddConstraint(
            model_name='customerrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'new'), ('taken_at__isnull', True)), models.Q(models.Q(('state', 'new'), _negated=True), ('taken_at__isnull', False)), _connector='OR'), name='request_taken_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='customerrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('close_reason__regex', '\\S'), _connector='OR'), name='request_closed_says_why'),
        ),
        migrations.AddConstraint(
            model_name='customerrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'invoiced'), _negated=True), ('invoice__isnull', False), _connector='OR'), name='request_invoiced_has_invoice'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "invoices_customerrequestevent" ("close_reason", "erased_at", "id", "invoice_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "taken_at", "taken_by_id") VALUES (NEW."close_reason", NEW."erased_at", NEW."id", NEW."invoice_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='51f6e4e2cfffd7a6fef00ddfdc86ea72125d7817', operation='INSERT', pgid='pgtrigger_insert_insert_032ee', table='invoices_customerrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customerrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."close_reason" IS DISTINCT FROM (NEW."close_reason") OR OLD."erased_at" IS DISTINCT FROM (NEW."erased_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."taken_at" IS DISTINCT FROM (NEW."taken_at") OR OLD."taken_by_id" IS DISTINCT FROM (NEW."taken_by_id"))', func='INSERT INTO "invoices_customerrequestevent" ("close_reason", "erased_at", "id", "invoice_id", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "taken_at", "taken_by_id") VALUES (NEW."close_reason", NEW."erased_at", NEW."id", NEW."invoice_id", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."taken_at", NEW."taken_by_id"); RETURN NULL;', hash='a52294b50ad314230c78baf7bcd7b4de01ce827f', operation='UPDATE', pgid='pgtrigger_update_update_89c7b', table='invoices_customerrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='requestlinkevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='42cf7a408a7bff015afa442614bcf42c75f67aaf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_20a37', table='invoices_requestlinkevent', when='BEFORE')),
        ),
    ]
