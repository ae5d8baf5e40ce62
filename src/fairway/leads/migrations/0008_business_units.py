"""Offers name the product line of their lead."""

import django.db.models.deletion
import fairway.core.tenancy.scope
from django.db import migrations

SLICE = 50_000
_LAST = "SELECT coalesce(max(id), 0) FROM leads_offer"
_FILL = """UPDATE leads_offer o SET product_line_id = l.product_line_id FROM leads_lead l
 WHERE l.id = o.lead_id AND l.product_line_id IS NOT NULL AND o.product_line_id IS NULL AND o.id > %s AND o.id <= %s"""


def fill(apps, schema_editor):
    """By slices, each for itself: nobody who answers an offer waits for long."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_LAST)
        (last,) = cursor.fetchone()
        for start in range(0, last, SLICE):
            cursor.execute(_FILL, [start, start + SLICE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('catalog', '0002_business_units'),
        ('core', '0018_business_units'),
        ('leads', '0007_lead_by_acceptance'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='product_line',
            field=fairway.core.tenancy.scope.TenantForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.productline'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
