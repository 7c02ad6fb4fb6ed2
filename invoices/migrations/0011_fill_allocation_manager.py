"""Whose money it is, of what has been counted so far: the manager that the partner has now (R17)."""

from django.db import migrations

FILL = """
    ALTER TABLE invoices_allocation DISABLE TRIGGER USER;
    ALTER TABLE invoices_allocationevent DISABLE TRIGGER USER;
    UPDATE invoices_allocation AS allocation SET manager_id = partner.manager_id
        FROM invoices_invoice AS invoice JOIN partners_partner AS partner ON partner.id = invoice.partner_id
        WHERE invoice.id = allocation.invoice_id AND allocation.manager_id IS NULL;
    UPDATE invoices_allocationevent AS event SET manager_id = allocation.manager_id
        FROM invoices_allocation AS allocation WHERE allocation.id = event.pgh_obj_id AND event.manager_id IS NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE invoices_allocation ENABLE TRIGGER USER;
    ALTER TABLE invoices_allocationevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0010_allocation_manager")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
