from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0014_capture")]

    operations = [
        AddIndexConcurrently(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['vendor', 'merged_into'], name='lead_by_merged_into'),
        ),
        AddIndexConcurrently(
            model_name='leadperson',
            index=models.Index(condition=models.Q(('sound_key__gt', '')), fields=['vendor', 'sound_key'], name='leadperson_by_sound'),
        ),
        AddIndexConcurrently(
            model_name='leadperson',
            index=models.Index(condition=models.Q(('near_key__gt', '')), fields=['vendor', 'near_key'], name='leadperson_by_near'),
        ),
        AddIndexConcurrently(
            model_name='leadperson',
            index=models.Index(condition=models.Q(('person_key__gt', '')), fields=['vendor', 'person_key'], name='leadperson_by_person'),
        ),
        AddIndexConcurrently(
            model_name='leadperson',
            index=models.Index(condition=models.Q(('address_key__gt', '')), fields=['vendor', 'address_key'], name='leadperson_by_address'),
        ),
        AddIndexConcurrently(
            model_name='leadperson',
            index=models.Index(condition=models.Q(('sound_key__isnull', True)), fields=['vendor', 'id'], name='leadperson_without_keys'),
        ),
    ]
