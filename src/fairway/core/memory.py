"""How often Python looks for garbage.

Nearly everything a request or a job makes is freed by reference counts alone. The collector that looks for cycles
runs, as Python ships it, after every 700 new objects, and goes through all that lives; a process of ours holds
hundreds of thousands of objects for ever (models, templates, translations) and makes thousands per page.
"""

import gc

# A young generation of this many objects is some ten megabytes at the most, and is gone through in a few milliseconds.
YOUNG_OBJECTS = 50_000


def collect_seldom() -> None:
    """Look for cycles after YOUNG_OBJECTS new objects. At the start of any process."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def keep_what_lives() -> None:
    """What was made until now is never gone through again. When a process that serves has loaded all it needs."""
    gc.collect()
    gc.freeze()
