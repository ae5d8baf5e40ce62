"""What can be done to many leads of a list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import Member
from fairway.core.http import undo
from fairway.core.http.many import Many, register
from fairway.core.lines import Line
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.many import (
    accept_offers,
    close_leads,
    decline_offers,
    offer_leads,
    recall_leads,
    route_again,
    touch_leads,
)
from fairway.leads.actions.sellers import assign_back, assign_leads
from fairway.leads.forms import CloseForm, DeclineForm, TouchForm, recall_choices
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.sellers import live_among
from fairway.leads.seller_forms import AssignForm
from fairway.partners.queries.partners import ids_named


class OfferManyForm(forms.Form):
    partner = forms.CharField(label=gettext_lazy("Partner, by name or external id"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("Why this partner?"), max_length=200)

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)

    def clean_partner(self) -> Partner:
        words = self.cleaned_data["partner"].strip()
        found = list(Partner.objects.filter(pk__in=ids_named(words)))
        same = [row for row in found if words.casefold() in (row.name.casefold(), row.external_id.casefold())]
        if len(same) != 1 and len(found) != 1:
            names = ", ".join(sorted(row.name for row in found)[:4])
            raise forms.ValidationError(
                _("Several could be meant: %(names)s. Write the whole name.") % {"names": names}
                if found
                else _("No partner has this name or number.")
            )
        return (same or found)[0]


class RecallManyForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("Why? The partners read it"), choices=recall_choices)
    reason = forms.CharField(label=gettext_lazy("More about it"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)


class CloseManyForm(CloseForm):
    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)


class TouchManyForm(TouchForm):
    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data, lists=AnswerLists())


def _leads(uids: Sequence[UUID]) -> list[Lead]:
    return list(Lead.objects.filter(uid__in=uids).order_by("pk"))


VERBS = (
    Many(
        name="offer", label=gettext_lazy("Offer to…"), permission="lead.route", rows=_leads, act=offer_leads,
        question=gettext_lazy("Offer these leads to one partner?"),
        what=gettext_lazy("The partner is told at once and has eight business hours. Open offers to others end."),
        button=gettext_lazy("Offer"), form=OfferManyForm,
    ),
    Many(
        name="route", label=gettext_lazy("Route by the rules…"), permission="lead.route", rows=_leads,
        act=route_again, question=gettext_lazy("Let the rules look for a partner again?"),
        what=gettext_lazy("Leads that a partner has or is offered stay where they are."),
        button=gettext_lazy("Route"),
    ),
    Many(
        name="recall", label=gettext_lazy("Take back…"), permission="lead.recall", rows=_leads, act=recall_leads,
        question=gettext_lazy("Take these leads back?"),
        what=gettext_lazy("The partners are told why, and the rules find the next one for each."),
        button=gettext_lazy("Take back"), form=RecallManyForm, is_danger=True,
    ),
    Many(
        name="close", label=gettext_lazy("Close…"), permission="lead.route", rows=_leads, act=close_leads,
        question=gettext_lazy("Close these leads?"),
        what=gettext_lazy("They come to nothing. A closed lead is not opened again."),
        button=gettext_lazy("Close"), form=CloseManyForm, is_danger=True,
    ),
)  # fmt: skip


class DeclineManyForm(DeclineForm):
    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data, lists=AnswerLists())


def _offers(uids: Sequence[UUID]) -> list[Offer]:
    return list(Offer.objects.filter(uid__in=uids).order_by("lapses_at", "pk"))


OFFER_VERBS = (
    Many(
        name="accept", label=gettext_lazy("Accept…"), permission="offer.answer", rows=_offers, act=accept_offers,
        question=gettext_lazy("Accept these leads?"),
        what=gettext_lazy("They are yours then, with their persons, and you are the seller of each."),
        button=gettext_lazy("Accept leads"),
    ),
    Many(
        name="decline", label=gettext_lazy("Decline…"), permission="offer.answer", rows=_offers, act=decline_offers,
        question=gettext_lazy("Decline these offers?"),
        what=gettext_lazy("The reasons hold for each of them. The leads go to other partners."),
        button=gettext_lazy("Decline"), form=DeclineManyForm, is_danger=True,
    ),
)  # fmt: skip


TOUCH = Many(
    name="touch", label=gettext_lazy("Log a contact…"), permission="lead.work", rows=_leads, act=touch_leads,
    question=gettext_lazy("Log a contact with each of these?"),
    what=gettext_lazy("One line in the history of each lead, at this moment."),
    button=gettext_lazy("Keep the contacts"), form=TouchManyForm,
)  # fmt: skip


class AssignManyForm(AssignForm):
    """The same for many leads."""


def _own_leads(uids: Sequence[UUID]) -> list[Lead]:
    """With whom each is now, for undoing."""
    rows = _leads(uids)
    live = live_among(lead.pk for lead in rows)
    for lead in rows:
        lead.was = {"seat": lead.seller_id, "state": getattr(live.get(lead.pk), "state", "")}  # type: ignore[attr-defined]
    return rows


def _assigned_back(payload: dict[str, Any], actor: Member, at: datetime) -> list[Line]:
    return assign_back(rows=_leads([UUID(uid) for uid in payload]), before=payload, actor=actor, at=at)


ASSIGN = Many(
    name="assign", label=gettext_lazy("Hand on…"), permission="seller.assign", rows=_own_leads, act=assign_leads,
    question=gettext_lazy("Who works these leads?"),
    what=gettext_lazy("They take each or give it back, as your rule says. For a minute you can undo it."),
    button=gettext_lazy("Hand them on"), form=AssignManyForm, before=lambda lead: lead.was, undo="leads.assign",
)  # fmt: skip


def register_all() -> None:
    register("lead-list", *VERBS)
    register("portal-offer-list", *OFFER_VERBS)
    register("portal-lead-list", TOUCH, ASSIGN)
    undo.register("leads.assign", _assigned_back)
