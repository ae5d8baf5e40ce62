from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("partners", "0002_outside_ids")]

    operations = [
        AddIndexConcurrently(
            model_name="credential",
            index=models.Index(fields=["vendor", "code"], name="credential_by_code"),
        ),
    ]
