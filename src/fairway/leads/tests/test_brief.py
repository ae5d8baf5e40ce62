"""Names are taken out of what a partner reads before it accepts."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairway.leads.rules.brief import HIDDEN, without_names

LETTERS = st.text("aAbB_ 1-.", max_size=14)


@given(text=LETTERS, name=LETTERS)
@example(text="abababa", name="aba")
@example(text="aba aba_ aba", name="aba")
@example(text="-aba-aba-", name="-aba-")
def test_a_name_is_taken_out_as_a_pattern_would(text, name):
    """The quick way for plain letters and the pattern for all others say the same."""
    plain = without_names(text, [])
    name = name.strip()
    by_pattern = plain
    if len(name) >= 3:
        by_pattern = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, plain, flags=re.IGNORECASE)
    assert without_names(text, [name]) == by_pattern


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Call KAREN Brinkmann of Halden", ["Karen", "Brinkmann", "Halden"], f"Call {HIDDEN} {HIDDEN} of {HIDDEN}"),
        ("Haldenstein stays, Halden goes", ["Halden"], f"Haldenstein stays, {HIDDEN} goes"),
        ("Frau MÜLLER fragt", ["Müller"], f"Frau {HIDDEN} fragt"),
        ("İpek asks", ["İpek"], f"{HIDDEN} asks"),
        ("An Bo asks", ["Bo"], "An Bo asks"),
    ],
)
def test_names_are_hidden_whole_and_in_any_case(text, names, left):
    assert without_names(text, names) == left
