from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connect", "0006_cost_imports")]

    operations = [
        migrations.AddField("dropfolder", "problem_words", models.JSONField(null=True)),
        migrations.AddField("importissue", "message_words", models.JSONField(null=True)),
        migrations.AddField("importrun", "error_words", models.JSONField(null=True)),
    ]
