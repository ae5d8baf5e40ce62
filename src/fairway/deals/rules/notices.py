"""What people are told of registrations, protections and deals."""

from fairway.core.words import said as _
from fairway.workflow.rules.notices import BELL, DIGEST, Form, Kind, register

register(
    Kind("registration.approved", "deals", _("A registration is approved"),
         Form(_("Approved: %(customer)s"), ("%(note)s",)), is_for="partner"),
    Kind("registration.returned", "deals", _("There is a question about a registration"),
         Form(_("A question about %(customer)s"), ("%(question)s",)), is_for="partner"),
    Kind("registration.rejected", "deals", _("A registration is not approved"),
         Form(_("Not approved: %(customer)s"), ("%(reason)s", "%(note)s")), is_for="partner"),
    Kind("registration.revoked", "deals", _("An approval is taken back"),
         Form(_("Approval taken back: %(customer)s"), ("%(note)s",)), is_for="partner"),
    Kind("protection.expired", "deals", _("A protection ends"),
         Form(_("Protection ended: %(customer)s"),
              (_("Others may register this customer now. The deal stays yours."),)),
         by_role={"executive": DIGEST}, is_for="partner"),
    Kind("deal.won", "deals", _("A partner wins a deal"),
         Form(_("%(partner)s won: %(customer)s"), ("%(amount)s",)), way=BELL, is_for="staff"),
)  # fmt: skip
