import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0010_delivery_alerts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='alert',
            name='alert_is_raised_once',
        ),
        migrations.AddField(
            model_name='alert',
            name='subject_id',
            field=models.BigIntegerField(help_text='Key of what a higher room watches, by the kind', null=True),
        ),
        migrations.AlterField(
            model_name='alert',
            name='deal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='deals.deal'),
        ),
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('task_overdue', 'Task is overdue'), ('task_overdue_7d', 'Task is overdue for more than 7 days'), ('task_horizon', 'Task is further than 7 days and says no reason'), ('no_next_task', 'Deal has no next step'), ('handoff_unaccepted', 'New partner is not accepted in time'), ('call_without_comment', 'Call has no comment by the end of the day'), ('delivery_failed', 'Invoice has not reached the partner'), ('request_unanswered', 'Customer request is not answered'), ('invoice_lapsed', 'Invoice has lapsed unpaid'), ('invoice_lapsing', 'Invoice is about to lapse')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at__isnull', True)), fields=('kind', 'deal', 'task', 'handoff', 'call', 'subject_id'), name='alert_is_raised_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deal__isnull', False), ('subject_id__isnull', True)), models.Q(('deal__isnull', True), ('subject_id__isnull', False)), _connector='OR'), name='alert_is_about_something'),
        ),
    ]
