"""The marks go; `core.search.texts` makes the table of words, which no model stands for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search")]

    operations = [migrations.DeleteModel(name="SearchMark")]
