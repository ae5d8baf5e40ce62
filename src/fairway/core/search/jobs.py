"""The words of the search: what is new is learned every minute, what is gone is forgotten every night."""

from procrastinate.contrib.django import app

from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.jobs import defer, job
from fairway.core.search.actions import learn_words, vendors_with_new_words
from fairway.core.tenancy.models import Organization

EVERY = "* * * * *"
NIGHTLY = "40 3 * * *"


@app.periodic(cron=EVERY)
@app.task(name="core.look_for_new_words", queueing_lock="core.look_for_new_words")
def look_for_new_words(timestamp: int) -> None:
    for vendor_id in vendors_with_new_words():
        defer("core.learn_words", vendor_id=vendor_id, once=f"core.learn_words/{vendor_id}")


@app.periodic(cron=NIGHTLY)
@app.task(name="core.look_for_all_words", queueing_lock="core.look_for_all_words")
def look_for_all_words(timestamp: int) -> None:
    for vendor_id in Organization.objects.filter(is_vendor=True).values_list("pk", flat=True):
        defer("core.learn_words", vendor_id=vendor_id, once=f"core.learn_all_words/{vendor_id}", is_anew=True)


@job("core.learn_words")
def learn(*, vendor_id: int, is_anew: bool = False) -> None:
    learn_words(actor=system_member(vendor_id, "Vocabulary"), at=clock.now(), is_anew=is_anew)
