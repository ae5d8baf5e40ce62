from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0028_sellers")]

    operations = [
        migrations.AddField("assignmentline", "because_words", models.JSONField(null=True)),
        migrations.AddField(
            "lead", "waiting_because_words", models.JSONField(blank=True, help_text="by core.told", null=True)
        ),
        migrations.AddField("offer", "recall_reason_words", models.JSONField(null=True)),
        migrations.AddField("reassignmentline", "because_words", models.JSONField(null=True)),
        migrations.AddField("routingdecision", "note_words", models.JSONField(null=True)),
    ]
