"""The permissions in words, by what they are about: for the matrix of roles."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Group:
    label: Any
    permissions: dict[str, Any]


GROUPS = (
    Group(_("Partners"), {
        "partner.read": _("See partners"),
        "partner.edit": _("Change partners"),
        "partner.pause": _("Pause partners"),
        "partner.import": _("Send in lists of partners"),
        "program.edit": _("Programmes, tiers and territories"),
    }),
    Group(_("Products and sales"), {
        "catalog.read": _("See products"),
        "catalog.edit": _("Change products"),
        "sales.read": _("See sales lines"),
        "sales.import": _("Send in sales lines"),
    }),
    Group(_("Leads"), {
        "lead.read": _("See leads"),
        "lead.capture": _("Capture leads"),
        "lead.note": _("Write notes"),
        "lead.form": _("Public forms"),
        "lead.import": _("Send in lists of leads"),
        "lead.route": _("Route and offer leads"),
        "lead.assign": _("Assign batches of leads"),
        "lead.override": _("Offer leads against the rules"),
        "answers.edit": _("Edit the lists of answers"),
        "tracking.edit": _("Edit the rules of silence and the targets"),
        "leadcost.edit": _("Edit what sources of leads cost"),
        "lead.recall": _("Take back offers and leads"),
        "scoring.edit": _("Scoring rules"),
        "routing.edit": _("Routing rules"),
        "offer.read": _("See offers"),
        "offer.answer": _("Accept and decline offers"),
        "lead.work": _("Work accepted leads"),
        "seller.assign": _("Hand accepted leads to sellers"),
    }),
    Group(_("Customers and deals"), {
        "customer.read": _("See customers"),
        "customer.edit": _("Change customers"),
        "customer.import": _("Send in lists of customers"),
        "duplicate.decide": _("Merge duplicates"),
        "deal.read": _("See deals"),
        "deal.work": _("Work deals"),
        "deal.import": _("Send in lists of deals"),
        "registration.submit": _("Register deals"),
        "registration.decide": _("Decide about registrations"),
        "dealrules.edit": _("Rules for registrations"),
        "protection.release": _("Extend and release protections"),
    }),
    Group(_("Numbers"), {
        "review.read": _("See reviews"),
        "report.channel": _("See the channel's figures"),
        "report.export": _("Export rows"),
    }),
    Group(_("People and settings"), {
        "people.read": _("See people"),
        "people.invite": _("Invite people, close their seats"),
        "people.manage": _("Give roles, ask for second factors"),
        "cover.set": _("Name a deputy for days away"),
        "look.edit": _("Look and own domain"),
        "personal.manage": _("Write down and erase personal data"),
        "hours.edit": _("Set business hours of places"),
        "mail.read": _("See mails sent"),
        "token.manage": _("Keys for programs"),
        "import.read": _("See imports"),
        "task.read": _("See tasks"),
        "view.save": _("Save views of lists"),
    }),
)  # fmt: skip
WORDS = {name: words for group in GROUPS for name, words in group.permissions.items()}
