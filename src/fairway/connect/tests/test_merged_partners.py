"""Merging partners that both have what a partner has once: a rank, a place at a pool, a rating of one lead."""

from fairway.connect.actions.duplicates import merge_duplicate, undo_merge
from fairway.connect.tests.files import AT
from fairway.connect.tests.test_duplicates import two_partners
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import Lead, LeadPool, LeadRank, LeadRating, PoolAudience, PoolMember, SellerRule
from fairway.partners.models import PartnerPause


def test_two_partners_that_have_a_rank_see_a_pool_and_rated_one_lead_become_one(acme):
    pair = two_partners(acme)
    with acting_for(acme.admin):
        lead = Lead.objects.create(vendor=acme.acme, title="L", captured_at=AT)
        pool = LeadPool.objects.create(vendor=acme.acme, name="P")
        audience = PoolAudience.objects.create(vendor=acme.acme, pool=pool, key="k", ring=1)
        for partner_id in (pair.first_id, pair.second_id):
            whose = {"vendor": acme.acme, "partner_id": partner_id}
            LeadRank.objects.create(**whose, month_on=AT.date().replace(day=1), counted_at=AT)
            PoolMember.objects.create(**whose, audience=audience)
            LeadRating.objects.create(**whose, lead=lead, phase="decline", codes=["other"], rated_at=AT)
            SellerRule.objects.create(**whose, way="turn", changed_at=AT)
        PartnerPause.objects.create(
            vendor=acme.acme, partner_id=pair.second_id, first_on=AT.date(), starts_at=AT, created_at=AT
        )
    merge_duplicate(pair=pair, winner_id=pair.first_id, actor=acme.operations, at=AT)
    with acting_for(acme.admin):
        assert PartnerPause.objects.get().partner_id == pair.second_id, "its days off are not the other's"
        assert LeadRating.objects.filter(partner_id=pair.first_id).count() == 1
    undo_merge(pair=pair, actor=acme.operations, at=AT)
