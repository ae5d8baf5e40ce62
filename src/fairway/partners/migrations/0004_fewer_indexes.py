from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_credential_by_code")]

    operations = [
        migrations.AlterField(
            model_name="credential",
            name="code",
            field=models.SlugField(db_index=False, max_length=60),
        ),
    ]
