"""Whoever stands in for an account manager finds the other's partners under the own ones, for those days alone."""

from datetime import timedelta

import pytest

from fairway.core import clock
from fairway.core.tenancy.actions.covers import end_cover
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.queries import may_give, people_for
from fairway.core.tenancy.tests.test_covers import again, cover
from fairway.deals.tests.making import to_decide
from fairway.insight.queries.review import partners_in_view
from fairway.insight.views.links import may_see

LISTS = {
    "partners": ("/acme/console/partners/", "Beta Systems"),
    "registrations": ("/acme/console/registrations/", "Beta Systems"),
    "people": ("/acme/console/people/", "Eva Exec"),
}


@pytest.mark.parametrize("shown", LISTS)
def test_a_deputy_has_the_lists_of_who_is_away(acme, client_of, shown):
    path, name = LISTS[shown]
    now = clock.now()
    to_decide(acme, at=now, closes_on=(now + timedelta(days=90)).date())
    browser = client_of(acme.other_cam)

    def page() -> str:
        return browser.get(path, HTTP_ACCEPT="text/html").content.decode()

    assert name not in page()
    row = cover(acme.cam, acme.other_cam)
    assert name in page()
    end_cover(cover=row, actor=acme.admin, at=clock.now())
    assert name not in page()


def test_a_deputy_sees_the_numbers_and_lets_people_in(acme):
    with entering(acme.admin.context):
        beta = Partner.objects.get(pk=acme.beta.pk)

    def rights() -> tuple[bool, ...]:
        member = again(acme.other_cam)
        with entering(member.context):
            return (
                may_see(member, beta),
                partners_in_view(member).filter(pk=beta.pk).exists(),
                may_give(member, "seller", beta),
                people_for(member).filter(partner=beta).exists(),
            )

    assert rights() == (False,) * 4
    cover(acme.cam, acme.other_cam)
    assert rights() == (True,) * 4
