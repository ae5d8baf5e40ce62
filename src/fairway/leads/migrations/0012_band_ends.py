from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0011_cards_and_models")]

    operations = [
        AddIndexConcurrently(
            model_name="leadscore",
            index=models.Index(
                fields=["vendor", "band_until"],
                condition=models.Q(band_until__isnull=False),
                name="leadscore_by_band_end",
            ),
        ),
    ]
