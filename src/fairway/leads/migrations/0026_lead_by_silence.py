from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0025_quality")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(condition=models.Q(('silent_since__isnull', False)), fields=['vendor', 'silent_since', 'id'], name='lead_by_silence'),
        ),
    ]
