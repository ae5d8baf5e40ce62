from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('core', '0014_oauth_clients'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='apitoken',
            index=models.Index(fields=['vendor', 'client'], name='apitoken_by_client'),
        ),
        AddIndexConcurrently(
            model_name='apitoken',
            index=models.Index(fields=['vendor', 'grant'], name='apitoken_by_grant'),
        ),
    ]
