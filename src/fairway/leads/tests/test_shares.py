"""Who could have had which leads: counted as routing itself sees eligibility."""

import numpy as np
import pytest

from fairway.leads.rules.shares import size_of


@pytest.mark.parametrize(
    ("employees", "name"),
    [(None, ""), (np.nan, ""), (1, "1–9"), (9, "1–9"), (10, "10–49"), (249, "50–249"), (250, "250+")],
)
def test_the_class_of_a_size(employees, name):
    assert size_of(employees) == name
