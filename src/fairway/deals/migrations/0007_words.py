from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0006_fewer_indexes")]

    operations = [
        migrations.AddField("conflict", "text_words", models.JSONField(null=True)),
        migrations.AddField("conflict", "why_words", models.JSONField(null=True)),
        migrations.AddField("protection", "end_reason_words", models.JSONField(null=True)),
    ]
