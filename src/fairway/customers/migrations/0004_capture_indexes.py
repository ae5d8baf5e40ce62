from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("customers", "0003_capture")]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=models.Index(condition=models.Q(('sound_key__gt', '')), fields=['vendor', 'sound_key'], name='customer_by_sound'),
        ),
    ]
