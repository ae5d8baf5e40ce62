"""What people are told of leads and offers."""

from fairway.core.words import said as _
from fairway.core.words import said_many
from fairway.workflow.rules.notices import BELL, DIGEST, Form, Kind, register

_UNTIL = _("%(place)s. Please answer by %(until)s.")

register(
    Kind("offer.offered", "leads", _("A lead is offered"),
         Form(_("New lead offered: %(title)s"), (_UNTIL,)), is_for="partner"),
    Kind("offer.reminded", "leads", _("An offer waits for an answer"),
         Form(_("Please answer: %(title)s"), (_UNTIL,)), is_for="partner"),
    Kind("offer.recalled", "leads", _("An offer is taken back"),
         Form(_("Offer taken back: %(title)s"), ("%(reason)s",)), is_for="partner"),
    Kind("offer.lapsed", "leads", _("An offer lapses"),
         Form(_("%(partner)s let an offer lapse: %(title)s"),
              (_("Nobody answered in time. The rules look for the next partner."),)),
         forms={"partner": Form(_("Offer lapsed: %(title)s"), (_("The time to answer is over."),))},
         by_role={"chief": DIGEST, "admin": DIGEST}),
    Kind("offer.declined", "leads", _("An offer is declined"),
         Form(_("%(partner)s declined: %(title)s"), ("%(note)s",)), way=BELL, is_for="staff"),
    Kind("lead.person", "leads", _("A lead waits for a decision"),
         Form(said_many("%(n)d lead waits for your decision", "%(n)d leads wait for your decision")),
         forms={"one": Form(said_many("%(n)d lead waits for your decision", "%(n)d leads wait for your decision"),
                            ("%(title)s. %(why)s",))}, is_for="staff"),
    Kind("lead.escalated", "leads", _("Nobody acts on a lead"),
         Form(_("Nobody acts on a lead: %(title)s"), (_("%(partner)s let it lapse. Please look after it."),)),
         is_for="staff"),
    Kind("lead.recall_warned", "leads", _("A lead is about to be taken back"),
         Form(_("Please act: %(title)s"), ()),
         forms={"untouched": Form(_("Please contact the customer: %(title)s"),
                                  (_("Without a contact the lead is taken back soon."),)),
                "unmoved": Form(_("Please move on: %(title)s"),
                                (_("The lead stands still. It is taken back soon."),))}, is_for="partner"),
    Kind("leadpool.news", "leads", _("New leads in the pool"),
         Form(said_many("%(n)d new lead in the pool", "%(n)d new leads in the pool"),
              (_("Who takes one first has it."),)), is_for="partner", way=DIGEST),
    Kind("winmodel.drifted", "leads", _("Leads are of another kind than the model knows"),
         Form(_("The model of wins sees another kind of leads"),
              (_("%(n)d of its fields moved far in the last thirty days. Train it anew."),)), is_for="staff",
         way=BELL),
    Kind("lead.bad", "leads", _("A partner calls a lead bad"),
         Form(_("%(partner)s calls a lead bad: %(title)s"), (_("From %(source)s. %(said)s"),)), is_for="staff",
         way=DIGEST),
    Kind("lead.silent", "leads", _("A lead is silent"),
         Form(_("No contact logged: %(title)s"),
              (_("Nothing since %(since)s. Speak with the customer and log the contact."),)),
         forms={"warned": Form(_("No contact logged: %(title)s"),
                               (_("Nothing since %(since)s. Without a contact the lead is taken back on %(next)s."),))},
         is_for="partner"),
    Kind("lead.recalled", "leads", _("A lead is taken back"),
         Form(_("Lead taken back: %(title)s"), ("%(reason)s",)), is_for="partner"),
)  # fmt: skip
