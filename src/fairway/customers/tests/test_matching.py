import pytest

from fairway.customers.rules.matching import WORTH_A_LOOK, Keys, compare

KNOWN = Keys("weserland kliniken", "weserland-kliniken.example", "Bremen", "DE")


@pytest.mark.parametrize(
    ("wanted", "similarity", "is_same", "why"),
    [
        (Keys("another name", "weserland-kliniken.example"), 0.1, True, "the same website, weserland-kliniken.example"),
        (Keys("weserland kliniken"), 1.0, True, "the same name"),
        (Keys("weserland kliniken", "", " BREMEN ", "de"), 1.0, True, "the same name"),
        (Keys("weserland kliniken", "", "Minden"), 1.0, False, "the same name in another city"),
        (Keys("weserland kliniken", "", "", "AT"), 1.0, False, "the same name in another country"),
        (Keys("weserland kliniken", "other.example"), 1.0, False, "the same name with another website"),
        (Keys("weserland klinik", "", "Bremen"), 0.94, False, "a similar name in the same city"),
        (Keys("weserland klinik"), 0.94, False, "a similar name"),
        (Keys("weserland klinik", "", "", "AT"), 0.94, False, "a similar name in another country"),
    ],
)
def test_two_companies_are_the_same_only_when_nothing_contradicts(wanted, similarity, is_same, why):
    likeness = compare(wanted, KNOWN, similarity)
    assert (likeness.is_same, str(likeness.why)) == (is_same, why)


def test_a_similar_name_is_never_certain_and_another_country_makes_it_weaker():
    here = compare(Keys("weserland klinik", "", "Bremen", "DE"), KNOWN, 0.99)
    abroad = compare(Keys("weserland klinik", "", "", "AT"), KNOWN, 0.99)
    assert WORTH_A_LOOK <= abroad.similarity < here.similarity < 1


def test_what_nobody_said_is_the_same_as_nothing():
    assert not compare(Keys(), Keys(), 0.0).is_same
