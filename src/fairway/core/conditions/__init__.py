"""One language for conditions, from lead routing to collateral access.

A condition is JSON: ``{"all": [{"field": "lead.country", "op": "in", "value": ["DE"]}, {"not": {...}}]}``.
`parse` checks it against a registered `Subject` and returns a frozen `Condition`, which answers in three ways
that agree: a predicate with reasons (`check`), a Django `Q` (`to_q`) and a numpy mask (`to_mask`).
docs/conditions.md describes the language.
"""

from fairway.core.conditions.builder import FormGroup, FormRow, as_form, describe, from_form
from fairway.core.conditions.condition import Condition
from fairway.core.conditions.keeping import InWords
from fairway.core.conditions.masks import Encoded, encode, to_mask
from fairway.core.conditions.parse import ConditionError, parse
from fairway.core.conditions.q import to_q
from fairway.core.conditions.subjects import Field, Subject, register, subject, subjects
from fairway.core.conditions.verdicts import Reason, Verdict, check, holds
from fairway.core.conditions.words import sentence, sentence_text

__all__ = [
    "Condition",
    "ConditionError",
    "Encoded",
    "Field",
    "FormGroup",
    "FormRow",
    "InWords",
    "Reason",
    "Subject",
    "Verdict",
    "as_form",
    "check",
    "describe",
    "encode",
    "from_form",
    "holds",
    "parse",
    "register",
    "sentence",
    "sentence_text",
    "subject",
    "subjects",
    "to_mask",
    "to_q",
]
