"""What tables say of people: declared once on each model, beside its rights.

    class Contact(SharedModel):
        personal = {"name": "name", "email": "email", "phone": "phone", "title": "detail"}

The personal-data export and erasure read these declarations and nothing else, so a new table is covered by declaring
its columns. A column that looks as if it were about a person is named in `personal` or in `not_personal`; a test
fails for one that is in neither.

name, given   what a person is called (`given`: the first of two columns, left empty by an erasure)
email, phone  how a person is reached; rows are found to be of a person by `email`
detail        something else of the person, such as a title; emptied
key           an id under which other systems know the row; emptied, so that it is not found again by it
choice        what a person has chosen; told in an export, of no harm in an erasure
text          free text or a document in which people may be named; their names and addresses are taken out of it
message       what was written to a person: emptied where the person is its reader, else as `text`
copy          copies of other rows; a row of it that names the person is emptied
word, log     words of the search, and the event log, which have their own way (`fw_forget_words`, `fw_erase_in_log`)
"""

import re
from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fairway.core.tenancy.policies import tenant_models

KINDS = frozenset(
    {"name", "given", "email", "phone", "detail", "key", "choice", "text", "message", "copy", "word", "log"}
)
LOOKS_PERSONAL = re.compile(
    r"mail|phone|mobile|name|address|street|city|postal|birth|gender|person|contact|title|note|text|reason|comment"
)
# Names that are about things: files, columns of files, rules, and the like.
_STRUCTURE = re.compile(r"^(file_name|list_name|rule_name|close_reason|end_reason|decision_reason|device)$")


def columns_of(model: type[models.Model], *kinds: str) -> list[str]:
    """The personal columns of these kinds; of all kinds when none is named."""
    declared: dict[str, str] = getattr(model, "personal", {})
    return [column for column, kind in declared.items() if not kinds or kind in kinds]


def personal_models() -> list[type[models.Model]]:
    return [model for model in tenant_models() if getattr(model, "personal", {})]


def undeclared() -> Iterator[str]:
    """ "Model.column" of those that look personal, or can hold any text, and say neither that they are nor that not."""
    for model in tenant_models():
        declared = {*getattr(model, "personal", {}), *getattr(model, "not_personal", ())}
        for field in model._meta.concrete_fields:
            if field.attname not in declared and not field.generated and _may_be_personal(field):
                yield f"{model.__name__}.{field.attname}"


def _may_be_personal(field: models.Field) -> bool:
    if field.choices or isinstance(field, ArrayField) or _STRUCTURE.match(field.attname):
        return False
    if isinstance(field, models.TextField | models.JSONField | models.EmailField | models.GenericIPAddressField):
        return True
    is_text = isinstance(field, models.CharField) and not isinstance(field, models.SlugField)
    return is_text and LOOKS_PERSONAL.search(field.attname) is not None
