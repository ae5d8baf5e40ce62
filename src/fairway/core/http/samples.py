"""Invented values for the living style page."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import parse
from fairway.core.conditions.subjects import Field as ConditionSubjectField
from fairway.core.conditions.subjects import Subject
from fairway.core.http.charts import Chart, Series
from fairway.core.http.conditions import ConditionField
from fairway.core.http.forms import DateField, FileDrop, MoneyField, SearchInput, Segments
from fairway.core.http.paging import Page
from fairway.core.http.parts import (
    BoardColumn,
    Card,
    Fact,
    Figure,
    Happening,
    Peers,
    Reason,
    Step,
    Sum,
    Tab,
    Todo,
    TodoGroup,
)
from fairway.core.http.tables import BulkAction, Column, Filter, Table

STATES = {
    "draft": ("neutral", _("Draft")),
    "submitted": ("open", _("Submitted")),
    "approved": ("good", _("Approved")),
    "returned": ("attention", _("Returned")),
    "rejected": ("bad", _("Rejected")),
}


MONTHS = ["N", "D", "J", "F", "M", "A", "M", "J", "J", "A", "S", "O"]


def charts() -> list[Chart]:
    return [
        Chart.line(
            "Is revenue growing?",
            "Yes, in every month. September and October were the best two so far.",
            MONTHS,
            [
                Series("this year", [66, 79, 55, 69, 85, 73, 92, 103, 77, 72, 112, 128]),
                Series("year before", [54, 76, 50, 62, 70, 70, 69, 79, 66, 57, 83, 90]),
            ],
            unit="€ 1,000",
        ),
        Chart.stacked(
            "Do offers turn into deals?",
            "More than one in three, better since spring. August was thin: holidays.",
            MONTHS,
            [
                Series("won", [2, 2, 2, 3, 3, 3, 4, 3, 3, 1, 5, 5]),
                Series("accepted", [3, 2, 4, 3, 4, 3, 4, 4, 3, 3, 4, 5]),
                Series("declined or lapsed", [1, 1, 1, 2, 1, 1, 1, 2, 1, 2, 1, 1]),
            ],
        ),
        Chart.range(
            "How fast do they answer?",
            "Nearly twice as fast as a year ago. Nine in ten answers now meet the limit.",
            MONTHS,
            Series("median", [5.1, 5.8, 4.9, 4.2, 4.4, 3.9, 3.6, 3.8, 4.6, 5.2, 3.1, 2.8]),
            Series("slowest tenth", [9.8, 11.2, 9.1, 8.4, 8.2, 7.9, 7.1, 7.3, 8.8, 10.4, 6.6, 6.1]),
            target=8,
            target_label="limit 8 h",
            unit="hours",
        ),
        Chart.rows(
            "Where do leads stay behind?",
            "Between accepted and registered: every second one.",
            ["Captured", "Offered", "Accepted", "Registered", "Won"],
            Series("leads", [1204, 981, 620, 311, 148]),
        ),
        Chart.bars(
            "How many leads came?",
            "More every quarter.",
            ["Q1", "Q2", "Q3", "Q4"],
            Series("leads", [210, 260, 315, 419]),
        ),
    ]


class RegistrationTable(Table):
    name = "registrations"
    caption = _("Registrations")
    default_sort = "-amount_minor"
    columns = [
        Column("customer", _("Customer"), kind="name", second="project", url="url", sort=True),
        Column("state", _("State"), kind="state", states=STATES, sort=True),
        Column("amount_minor", _("Value"), kind="money", currency="EUR", unit="€", total=True, sort=True),
        Column("plan", _("To plan"), kind="number", unit="%"),
        Column("bar", "", kind="bar", plan=lambda row: 80, value=lambda row: row["plan"] and row["plan"] * 0.8),
        Column("until", _("Protected until"), kind="date", mark=lambda row: "late" if row["is_late"] else ""),
    ]
    filters = [Filter("state", _("All states"), [(key, word) for key, (_kind, word) in STATES.items()])]
    empty = (_("No registrations yet"), _("They come here when a partner registers a deal."))


def table(request: HttpRequest) -> RegistrationTable:
    day = timezone.localdate()
    lines: list[tuple[str, str, str, int, int | None, date | None, bool]] = [
        ("Reederei Harmsen", "three vessels", "approved", 5_840_000, 104, day + timedelta(105), False),
        ("Nordsee Fischkontor", "cold store", "approved", 4_650_000, 72, day + timedelta(74), False),
        ("Weserland Kliniken", "house B", "returned", 4_200_000, 58, None, False),
        ("Gut Ahrensfeld", "outdoor", "submitted", 1_930_000, 37, day - timedelta(1), True),
        ("Deichmark Textil", "two sites", "rejected", 1_275_000, None, None, False),
    ]
    names = ("customer", "project", "state", "amount_minor", "plan", "until", "is_late")
    rows: list[dict[str, Any]] = [
        dict(zip(names, line, strict=True), url="#", uid=str(number)) for number, line in enumerate(lines)
    ]
    page = Page(rows, number=1, size=5, count=41, next_query="?page=2")
    bulk = [BulkAction(_("Approve"), "#"), BulkAction(_("Reject…"), "#", is_danger=True)]
    return RegistrationTable(page, request=request, bulk=bulk, export_url="/style/", total_label="5 registrations")


SUBJECT = Subject.of(
    "sample",
    _("Leads"),
    [
        ConditionSubjectField(
            "line", _("Product line"), "choice", choices=[("wireless", "Wireless"), ("security", "Security")]
        ),
        ConditionSubjectField(
            "state",
            _("State"),
            "choice",
            choices=[
                ("hh", "Hamburg"),
                ("sh", "Schleswig-Holstein"),
                ("hb", "Bremen"),
                ("ni", "Lower Saxony"),
            ],
        ),
        ConditionSubjectField("score", _("Score"), "number"),
        ConditionSubjectField("budget", _("Budget"), "money", currency="EUR"),
        ConditionSubjectField("company", _("Company"), "text"),
        ConditionSubjectField("decides_on", _("Decides on"), "date"),
        ConditionSubjectField("certificates", _("Certificate"), "set", choices=[("wireless", "Wireless")]),
        ConditionSubjectField("is_known", _("Known customer"), "bool"),
    ],
)


def _condition(states: list[str], score: int) -> Condition:
    rows = [
        {"field": "line", "op": "is", "value": "wireless"},
        {"field": "state", "op": "in", "value": states},
        {"field": "score", "op": "at_least", "value": score},
    ]
    return parse(SUBJECT, {"all": rows})


LIVE = _condition(["hh", "sh", "hb"], 60)
DRAFT = _condition(["hh", "sh", "hb", "ni"], 50)


class RuleForm(forms.Form):
    condition = ConditionField(
        SUBJECT, label=_("Which leads?"), intro=_("A lead matches when"), live=LIVE, initial=DRAFT
    )


class SampleForm(forms.Form):
    customer = forms.CharField(
        label=_("Customer"), help_text=_("Legal name, if you know it"), widget=SearchInput, initial="Reederei Harmsen"
    )
    amount = MoneyField(label=_("Expected value"), currency="EUR")
    closes_on = DateField(label=_("Closes on"))
    line = forms.ChoiceField(label=_("Product line"), choices=[("wireless", "Wireless"), ("security", "Security")])
    cover = forms.ChoiceField(
        label=_("What does it cover?"),
        choices=[("all", _("Whole customer")), ("one", _("One project"))],
        widget=Segments,
        initial="one",
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"placeholder": _("For the deal desk"), "rows": 2})
    )
    told = forms.BooleanField(label=_("The customer knows that we register this"), required=False)
    file = forms.FileField(label=_("Quote"), required=False, widget=FileDrop(hint=_("PDF, up to 10 MB")))


def form() -> SampleForm:
    data = {"customer": "Reederei Harmsen", "amount": "58.400,0x", "line": "wireless", "cover": "one"}
    return SampleForm({**data, "closes_on": timezone.localdate().isoformat()})


def parts() -> dict[str, Any]:
    now = timezone.now()
    return {
        "figures": [
            Figure("Won this year", "€8.74 m", "78 % of the year’s plan"),
            Figure("Pipeline to plan", "1.5×", "target 2.0×, down 0.1×"),
            Figure("Risk-adjusted", "0.9×", "target 1.0×"),
            Figure("Partners who sold in Q4", "17 of 24", "15 at this point last year"),
            Figure("Waiting for you", "6", "2 are late"),
        ],
        "facts": [
            Fact("Needs", "Wi-Fi for 14,000 m², 60 scanners, cold zone"),
            Fact("Budget", "about €38,000"),
            Fact("Place", "Hamburg-Altona"),
            Fact("Contact", "Karen Thiele, IT administrator", "hidden from the partner until accepted"),
        ],
        "sums": [
            Sum("Price list, 24 access points", "€31,176.00"),
            Sum("Gold discount, 18 %", "−€5,611.68"),
            Sum("Returned in October", "−€1,299.00", kind="bad"),
            Sum("Net", "€24,265.32", is_total=True),
        ],
        "timeline": [
            Happening("Approved", "by the deal desk, protected until 2 March", now - timedelta(hours=1), is_now=True),
            Happening("", "Answered by Nordlicht IT: “Only house B.”", now - timedelta(days=1)),
            Happening("Returned", "with a question", now - timedelta(days=1, hours=5)),
            Happening("Submitted", "place held, receipt sent", now - timedelta(days=4)),
        ],
        "steps": [
            Step("Applied", state="done"),
            Step("Vetted", state="done"),
            Step("Sign", state="now"),
            Step("Train"),
            Step("First deal"),
        ],
        "reasons": [
            Reason(24, "Decides within 90 days", "stated in the form", 100),
            Reason(20, "Size fits", "220 people; best between 100 and 500", 83),
            Reason(-5, "No decision maker yet", "the contact is an IT administrator", 21),
        ],
        "todos": [
            TodoGroup(
                "Answer",
                [
                    Todo(
                        "Wi-Fi for a new warehouse",
                        "Logistics, 220 people, Hamburg-Altona. About €38,000, decision by January.",
                        "#",
                        "See offer",
                        "target",
                        "2 h 10 min left",
                        "lapses today 12:20",
                        "attention",
                        26,
                    ),
                    Todo(
                        "Weserland Kliniken: campus switches",
                        "Halden asks: “Which of the four sites does the tender cover?” Your place is held.",
                        "#",
                        "Reply",
                        "shield-check",
                        "Returned yesterday",
                        "answer by Tue 24 Nov",
                    ),
                ],
            ),
            TodoGroup(
                "Next steps due",
                [
                    Todo(
                        "Elbkontor Versicherungen: call after the site survey",
                        "Qualified, €91,200. Last touch 9 November.",
                        "#",
                        "Done",
                        "briefcase",
                        "1 day late",
                        "was due Mon 16 Nov",
                        "bad",
                    )
                ],
            ),
        ],
        "tabs": [Tab("Overview", "#", is_active=True), Tab("Deals", "#", count=9), Tab("People", "#", count=3)],
        "board": _board(),
        "peers": [
            Peers("Growth against last year", [8, 14, 22, 31, 44, 52, 60, 71, 86], 41, 73, "+14 %", "+23 %"),
            Peers("Certified people", [6, 11, 19, 25, 33, 56, 63, 79, 94], 50, 27, "9", "7"),
        ],
    }


def _board() -> list[BoardColumn]:
    moves = [("qualified", "Qualified"), ("proposal", "Proposal"), ("won", "Won")]

    def card(uid: str, title: str, note: str, left: str, right: str, here: str, late: bool = False) -> Card:
        others = [move for move in moves if move[0] != here]
        return Card(uid, title, "#", note, left, right, late, "/style/", others)

    return [
        BoardColumn(
            "qualified",
            "Qualified",
            [
                card(
                    "1", "Elbkontor Versicherungen", "Firewall, two data rooms", "€91,200", "16 Nov", "qualified", True
                ),
                card("2", "Reederei Harmsen", "Wi-Fi on three vessels", "€58,400", "20 Nov", "qualified"),
            ],
            "€149,600",
        ),
        BoardColumn(
            "proposal",
            "Proposal",
            [card("3", "Möller Werkzeugbau", "Wi-Fi, production hall", "€27,800", "17 Nov", "proposal")],
            "€27,800",
        ),
        BoardColumn("won", "Won", [], "€0"),
    ]
