from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody who writes waits while a large table gets its index.
    atomic = False

    dependencies = [("leads", "0006_fewer_indexes")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["vendor", "partner", "-accepted_at", "-id"], name="lead_by_acceptance"),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_by_partner"),
    ]
