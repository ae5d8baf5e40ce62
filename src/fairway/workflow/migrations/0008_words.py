from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0007_place_hours")]

    operations = [migrations.AddField("approval", "title_words", models.JSONField(null=True))]
