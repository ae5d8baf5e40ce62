from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0021_pools")]

    operations = [
        AddIndexConcurrently(
            model_name='offer',
            index=models.Index(condition=models.Q(('claimed_from__isnull', False)), fields=['vendor', 'partner', 'claimed_from', '-offered_at'], name='offer_by_claim'),
        ),
    ]
