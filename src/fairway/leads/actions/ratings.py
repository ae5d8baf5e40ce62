"""What partners say of the quality of leads: on declining, and after the first contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import Lead, LeadRating, RatingPhase, Touch
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import AFTER_CONTACT, ON_DECLINE


def rate_lead(*, lead: Lead, actor: Member, at: datetime, quality: Sequence[str], note: str = "") -> LeadRating:
    """Say how good a lead is, after the first contact. Said again, the latest holds.

    Raises Refused without an answer from the list, and before the first contact.
    """
    require(actor, "lead.work")
    if lead.partner_id is None:
        raise Refused(_("Nobody has this lead yet. It is worked after a partner has accepted it."))
    with acting_for(actor):
        said = checked(quality, AFTER_CONTACT)
        if not _has_spoken(lead):
            raise Refused(_("Speak with the customer first, and log the contact. Then say how good the lead is."))
        # Locked, so that a lead taken back this moment is not rated by who had it.
        fresh = Lead.objects.select_for_update().get(pk=lead.pk)
        if fresh.partner_id != lead.partner_id:
            raise Refused(_("The lead was taken back meanwhile."))
        rating = keep_rating(
            lead_id=lead.pk, partner_id=lead.partner_id, phase=RatingPhase.CONTACT, said=said, note=note, actor=actor,
            at=at,
        )  # fmt: skip
        Lead.objects.filter(pk=lead.pk).update(rated_at=at)
        lead.rated_at = at
        record(
            "rated", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner",
            quality=list(said.codes), grade=said.grade,
        )  # fmt: skip
    return rating


def _has_spoken(lead: Lead) -> bool:
    """Whether this partner logged a contact: one of an earlier partner does not count."""
    return Touch.objects.filter(subject_type="lead", subject_id=lead.pk, partner_id=lead.partner_id).exists()


@dataclass(frozen=True, slots=True)
class Said:
    """Codes of the list, and the one grade they have together."""

    codes: tuple[str, ...]
    grade: int


def checked(quality: Sequence[str], use: str) -> Said:
    """What was chosen, in order, each once. Raises Refused for nothing, and for what is not on the list.

    Inside `acting_for`.
    """
    if not quality:
        raise Refused(
            _("Say why: choose at least one reason. It helps us to send you better leads.")
            if use == ON_DECLINE
            else _("Choose what is true of this lead. It helps us to send you better ones."),
            field="quality",
        )
    answers = AnswerLists().quality
    if unknown := answers.unknown(quality, use):
        raise Refused(_("These reasons are not on the list: %(list)s.") % {"list": ", ".join(unknown)}, field="quality")
    return Said(tuple(sorted(set(quality))), answers.grade(quality))


def keep_rating(
    *, lead_id: int, partner_id: int, phase: RatingPhase, said: Said, note: str, actor: Member, at: datetime
) -> LeadRating:
    """One row for each lead, partner and phase, with the grade that its answers have now. Inside `acting_for`."""
    values = {
        "codes": list(said.codes), "grade": said.grade, "note": note.strip(), "seat_id": actor.seat_id, "rated_at": at,
    }  # fmt: skip
    rating, _made = LeadRating.objects.update_or_create(
        vendor_id=actor.vendor_id, lead_id=lead_id, partner_id=partner_id, phase=phase, defaults=values
    )
    return rating
