from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0002_event_log"),
        ("workflow", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="mail",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["created_at"], name="mail_waiting"),
        ),
    ]
