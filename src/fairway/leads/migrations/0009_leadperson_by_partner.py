from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0008_business_units")]

    operations = [
        AddIndexConcurrently(
            model_name="leadperson",
            index=models.Index(
                fields=["vendor", "partner", "-id"],
                condition=models.Q(partner__isnull=False),
                name="leadperson_by_partner",
            ),
        ),
    ]
