from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["vendor", "partner", "next_step_on", "-accepted_at", "-id"],
                condition=models.Q(state="accepted"),
                name="lead_by_next_step",
            ),
        ),
    ]
