"""Leads, their scores, the routing that finds a partner, and the offers made.

A lead is the vendor's own until a partner accepts an offer: until then its `partner` is empty and a partner sees
only the offer, which carries the brief. The person is a row of its own, shared at acceptance. Scores and routing
decisions stay internal for ever.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.leads.rules.states import LEAD, OFFER, LeadState, OfferState


class Lead(SharedModel):
    _texts = ("title", "description", "consent_text", "waiting_because", "waiting_because_words", "next_step")
    personal = dict.fromkeys((*_texts, "source_detail", "extra"), "text") | {"external_id": "key"}
    not_personal = ("company", "name_key", "city", "postal_code")
    limited = "({area} OR ({partner_id} IS NULL AND EXISTS (SELECT 1 FROM leads_offer o WHERE o.lead_id = {id})))"

    # Keys without an index of their own: one that begins with the vendor finds by them, and a second slows writing.
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", db_index=False)
    state = models.CharField(max_length=20, choices=state_choices(LEAD), default=LeadState.CAPTURED)
    external_id = models.CharField(max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    source_detail = models.CharField(max_length=200, blank=True)
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    title = models.CharField(_("need"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    domain_key = models.CharField(max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state_code = models.CharField(_("state"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    product_line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+")
    amount_minor = models.BigIntegerField(_("budget"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    timeframe_days = models.PositiveIntegerField(_("decides within, days"), null=True, blank=True)
    consent_text = models.TextField(blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    captured_at = models.DateTimeField()
    waiting_because = models.TextField(blank=True, help_text="why nobody has it, in words, while it waits")
    waiting_because_words = models.JSONField(null=True, blank=True, help_text="by core.told")
    offers_made = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    seller = TenantForeignKey(Seat, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=30, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    touches = models.PositiveIntegerField(default=0)
    first_touch_at = models.DateTimeField(null=True, blank=True)
    last_touch_at = models.DateTimeField(null=True, blank=True)
    touch_due_at = models.DateTimeField(null=True, blank=True, help_text="by when the first contact was expected")
    rated_at = models.DateTimeField(null=True, blank=True, help_text="when its partner said how good it is")
    # Without a contact for longer than the rules allow: since when, what was done, and when the next thing happens.
    silent_since = models.DateTimeField(null=True, blank=True)
    silence_step = models.PositiveSmallIntegerField(default=0, db_default=0)
    silence_due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=60, blank=True)
    # Found to be the same as another, which goes on; this one is closed and keeps what happened to it.
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="+", db_index=False)
    extra = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="lead_external_id",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-captured_at", "-id"], name="lead_by_time"),
            models.Index(fields=["vendor", "state", "-captured_at"], name="lead_by_state"),
            models.Index(fields=["vendor", "partner", "-accepted_at", "-id"], name="lead_by_acceptance"),
            # The portal's list in its own order: two hundred rows are read for two hundred shown.
            models.Index(
                fields=["vendor", "partner", "next_step_on", "-accepted_at", "-id"],
                condition=models.Q(state="accepted"),
                name="lead_by_next_step",
            ),
            models.Index(fields=["vendor", "source"], name="lead_by_source"),
            models.Index(
                fields=["vendor", "amount_minor", "id"],
                condition=models.Q(amount_minor__isnull=False),
                name="lead_by_amount",
            ),
            models.Index(
                fields=["vendor", "first_touch_at"],
                condition=models.Q(first_touch_at__isnull=False),
                name="lead_by_first_touch",
            ),
            models.Index(
                fields=["vendor", "silent_since", "id"],
                condition=models.Q(silent_since__isnull=False),
                name="lead_by_silence",
            ),
            models.Index(fields=["vendor", "name_key"], name="lead_by_name_key"),
            models.Index(fields=["vendor", "domain_key"], name="lead_by_domain_key"),
            models.Index(
                fields=["vendor", "merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="lead_by_merged_into",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LeadPerson(SharedModel):
    """The person behind a lead. `partner` is empty until acceptance: before that only staff read the row."""

    personal = {
        "first_name": "given",
        "last_name": "name",
        "job_title": "detail",
        "email": "email",
        "email_key": "email",
        "phone": "phone",
        "phone_key": "phone",
        "street": "detail",
        "person_key": "detail",
        "address_key": "detail",
    }

    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", db_index=False)
    lead = TenantForeignKey(Lead, related_name="people", db_index=False)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    phone_key = models.CharField(max_length=30, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True, db_default="")
    # By what doubles are looked for beside mailbox and phone (rules.alike_keys). They are kept here and not with the
    # lead, because this row is seldom written again. None: not made yet.
    sound_key = models.CharField(max_length=80, null=True, blank=True)
    near_key = models.CharField(max_length=80, null=True, blank=True)
    person_key = models.CharField(max_length=80, null=True, blank=True)
    address_key = models.CharField(max_length=80, null=True, blank=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "lead"], name="leadperson_once"),
        ]
        indexes = [
            models.Index(fields=["vendor", "email_key"], name="leadperson_by_email"),
            models.Index(fields=["vendor", "phone_key"], name="leadperson_by_phone"),
            # What a partner's people search in; nothing to write for those whom no partner has.
            models.Index(
                fields=["vendor", "partner", "-id"],
                condition=models.Q(partner__isnull=False),
                name="leadperson_by_partner",
            ),
            *(
                models.Index(
                    fields=["vendor", f"{name}_key"], condition=models.Q(**{f"{name}_key__gt": ""}),
                    name=f"leadperson_by_{name}",
                )
                for name in ("sound", "near", "person", "address")
            ),
            models.Index(
                fields=["vendor", "id"], condition=models.Q(sound_key__isnull=True), name="leadperson_without_keys"
            ),
        ]  # fmt: skip


class PolicyState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class ScoreCard(InternalModel):
    """A version of scoring rules for some leads; their shapes are in `leads.rules.scoring`.

    `family` names a card through its versions; the family "default" takes every lead that no other card is for.
    """

    DEFAULT = "default"

    not_personal = ("name", "rules", "bands", "applies_to", "categories")
    limited = "true"

    family = models.CharField(max_length=20, default=DEFAULT, db_default=DEFAULT)
    name = models.CharField(_("name"), max_length=60, blank=True, db_default="")
    place = models.PositiveIntegerField(default=0, db_default=0, help_text="cards are asked in this order")
    applies_to = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=PolicyState, default=PolicyState.DRAFT)
    rules = models.JSONField(default=list)
    bands = models.JSONField(default=list)
    categories = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    most = models.PositiveIntegerField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = TenantForeignKey(Seat, null=True, related_name="+")

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "number"], name="scorecard_number"),
            models.UniqueConstraint(
                fields=["vendor", "family"], condition=models.Q(state="published"), name="scorecard_one_live"
            ),
            models.UniqueConstraint(
                fields=["vendor", "family"], condition=models.Q(state="scheduled"), name="scorecard_one_scheduled"
            ),
        ]


class ModelState(models.TextChoices):
    SILENT = "silent", _("Silent")
    CANDIDATE = "candidate", _("Candidate")
    IN_USE = "in_use", _("In use")
    RETIRED = "retired", _("Retired")
    TABLE = "table", _("A table's report")


class WinModel(InternalModel):
    """A version of the model that learned from a vendor's closed leads which are won, or the report on a table.

    `parameters` are numbers and words in JSON, from which every chance it gave can be worked out again.
    """

    not_personal = ("name", "report", "parameters", "drift")
    limited = "true"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=ModelState)
    name = models.CharField(max_length=100, blank=True)
    trained_at = models.DateTimeField()
    trained_by = TenantForeignKey(Seat, null=True, related_name="+")
    report = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    drift = models.JSONField(default=dict, blank=True)
    used_from = models.DateTimeField(null=True, blank=True)
    used_until = models.DateTimeField(null=True, blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "number"], name="winmodel_number"),
            models.UniqueConstraint(fields=["vendor"], condition=models.Q(state="in_use"), name="winmodel_one_in_use"),
        ]


class LeadScore(InternalModel):
    """Points of a lead and the reasons for each, by the card that gave them; the chance by the model in use."""

    not_personal = ("reasons", "categories", "chance_reasons")
    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    lead = TenantForeignKey(Lead, related_name="scores", db_index=False)
    card = TenantForeignKey(ScoreCard, related_name="+", db_index=False)
    points = models.IntegerField()
    band = models.CharField(max_length=30, blank=True)
    reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField()
    categories = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))
    band_until = models.DateTimeField(null=True, blank=True, help_text="when age alone puts it in another band")
    chance = models.FloatField(null=True, blank=True)
    chance_reasons = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    chance_by = TenantForeignKey(WinModel, null=True, related_name="+", db_index=False)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "lead"], name="leadscore_once"),
        ]
        indexes = [
            models.Index(fields=["vendor", "-points", "lead"], name="leadscore_by_points"),
            models.Index(
                fields=["vendor", "band_until"],
                condition=models.Q(band_until__isnull=False),
                name="leadscore_by_band_end",
            ),
        ]


class RoutingPolicy(InternalModel):
    """A version of the ordered routing rules; the shape of a rule is in `leads.rules.routing`."""

    not_personal = ("rules",)
    limited = "true"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=PolicyState, default=PolicyState.DRAFT)
    rules = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)
    published_by = TenantForeignKey(Seat, null=True, related_name="+")

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "number"], name="routingpolicy_number"),
            models.UniqueConstraint(
                fields=["vendor"], condition=models.Q(state="published"), name="routingpolicy_one_published"
            ),
        ]


class RoutingRun(InternalModel):
    """What the rules knew of the partners when they began: decisions that name it can be taken again.

    `partners` holds the rows of `leads.rules.partner_table`, packed: all of them, or with a `base` those that are
    other than there. Decisions of a run follow each other by their ids, and each offer counts for the next.
    """

    not_personal = ("partners",)

    policy = TenantForeignKey(RoutingPolicy, null=True, related_name="+", db_index=False)
    base = TenantForeignKey("self", null=True, related_name="+", db_index=False)
    partners = models.BinaryField()
    partner_count = models.PositiveIntegerField()
    decided_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "-id"], condition=models.Q(base__isnull=True), name="routingrun_bases"),
        ]


class RoutingDecision(InternalModel):
    """One run of the rules over one lead: which rule, whom it chose, the next four, and why not the others.

    `candidates` are short lists by `leads.rules.candidates` since runs are kept, before that objects. `facts` are
    what was known of the lead, by `leads.queries.routing.kept_facts`.
    """

    personal = {"note": "text", "note_words": "text"}
    not_personal = ("rule_name", "candidates", "excluded", "reasons", "facts", "override")
    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    lead = TenantForeignKey(Lead, related_name="decisions", db_index=False)
    run = TenantForeignKey(RoutingRun, null=True, related_name="+", db_index=False)
    facts = models.JSONField(null=True)
    policy = TenantForeignKey(RoutingPolicy, null=True, related_name="+", db_index=False)
    rule_number = models.PositiveIntegerField(null=True)
    rule_name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=20)  # "offered", "waiting", "person", "pool"
    partner = TenantForeignKey(Partner, null=True, related_name="+")
    considered = models.PositiveIntegerField(default=0)
    candidates = models.JSONField(default=list)
    excluded = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    note = models.TextField(blank=True)
    note_words = models.JSONField(null=True)  # by core.told, where the system wrote it
    # A person went against the rules: {"code", "name" of the reason, "against": [why the rules say otherwise]}.
    override = models.JSONField(null=True)
    decided_by = TenantForeignKey(Seat, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "lead", "-decided_at"], name="decision_by_lead"),
            # Counting what rules decided reads this alone: the rows carry their candidates and are large.
            models.Index(
                fields=["vendor", "decided_at"], include=["policy", "rule_number", "lead"], name="decision_counts"
            ),
        ]


class Offer(SharedModel):
    """A lead offered to one partner until `lapses_at`. It carries the brief: no name, no address of a person."""

    personal = dict.fromkeys(("title", "brief", "answer_note", "recall_reason", "recall_reason_words"), "text")

    partner = TenantForeignKey(Partner, related_name="offers", db_index=False)
    lead = TenantForeignKey(Lead, related_name="offers", db_index=False)
    decision = TenantForeignKey(RoutingDecision, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=state_choices(OFFER), default=OfferState.OPEN)
    title = models.CharField(max_length=200)
    brief = models.JSONField(default=dict)
    place = models.CharField(max_length=150, blank=True)
    # Of the lead, which a partner, and staff of some business units, cannot ask before the offer itself.
    product_line = TenantForeignKey(ProductLine, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    offered_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    limit_minutes = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = TenantForeignKey(Seat, null=True, related_name="+")
    quality = ArrayField(models.CharField(max_length=40), default=list)
    answer_note = models.TextField(blank=True)
    recall_reason = models.CharField(max_length=200, blank=True)
    recall_reason_words = models.JSONField(null=True)  # by core.told, but for what a person typed
    recall_code = models.CharField(max_length=40, blank=True, db_default="")
    # Taken by the partner itself; it counts as a lead it got, not as an offer it answered.
    claimed_from = TenantForeignKey("leads.LeadPool", null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "lead"], condition=models.Q(state="open"), name="offer_one_open_per_lead"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "partner", "state", "lapses_at"], name="offer_by_partner"),
            models.Index(fields=["vendor", "offered_at"], include=["state", "partner"], name="offer_counts"),
            models.Index(
                fields=["vendor", "-answered_at", "-id"],
                condition=models.Q(answered_at__isnull=False),
                name="offer_by_answer",
            ),
            models.Index(
                fields=["vendor", "lapses_at", "id"], condition=models.Q(state="open"), name="offer_open_by_lapse"
            ),
            models.Index(fields=["vendor", "lead", "-offered_at"], name="offer_by_lead"),
            models.Index(
                fields=["vendor", "partner", "claimed_from", "-offered_at"],
                condition=models.Q(claimed_from__isnull=False),
                name="offer_by_claim",
            ),
        ]

    def __str__(self) -> str:
        return self.title


# Kept in a file of their own, and found by Django here.
from fairway.leads.account_models import NamedAccount as NamedAccount  # noqa: E402
from fairway.leads.account_models import TriggerLevel as TriggerLevel  # noqa: E402
from fairway.leads.calendar_models import CalendarFeed as CalendarFeed  # noqa: E402
from fairway.leads.contact_models import CustomerMatch as CustomerMatch  # noqa: E402
from fairway.leads.contact_models import MatchState as MatchState  # noqa: E402
from fairway.leads.contact_models import Touch as Touch  # noqa: E402
from fairway.leads.following_models import Escalation as Escalation  # noqa: E402
from fairway.leads.following_models import EscalationStep as EscalationStep  # noqa: E402
from fairway.leads.following_models import FollowUpRule as FollowUpRule  # noqa: E402
from fairway.leads.form_models import LeadForm as LeadForm  # noqa: E402
from fairway.leads.handing_models import Reassignment as Reassignment  # noqa: E402
from fairway.leads.handing_models import ReassignmentLine as ReassignmentLine  # noqa: E402
from fairway.leads.mail_models import LeadDraft as LeadDraft  # noqa: E402
from fairway.leads.mail_models import LeadInbox as LeadInbox  # noqa: E402
from fairway.leads.note_models import LeadNote as LeadNote  # noqa: E402
from fairway.leads.plan_models import AssignmentLine as AssignmentLine  # noqa: E402
from fairway.leads.plan_models import AssignmentPlan as AssignmentPlan  # noqa: E402
from fairway.leads.plan_models import LeadShare as LeadShare  # noqa: E402
from fairway.leads.pool_models import LeadPool as LeadPool  # noqa: E402
from fairway.leads.pool_models import PoolAudience as PoolAudience  # noqa: E402
from fairway.leads.pool_models import PoolEntry as PoolEntry  # noqa: E402
from fairway.leads.pool_models import PoolMember as PoolMember  # noqa: E402
from fairway.leads.quality_models import AnswerList as AnswerList  # noqa: E402
from fairway.leads.quality_models import LeadRating as LeadRating  # noqa: E402
from fairway.leads.quality_models import RatingPhase as RatingPhase  # noqa: E402
from fairway.leads.quality_models import SourceCost as SourceCost  # noqa: E402
from fairway.leads.quality_models import SourceRecord as SourceRecord  # noqa: E402
from fairway.leads.quality_models import TrackingRules as TrackingRules  # noqa: E402
from fairway.leads.reason_models import LeadReason as LeadReason  # noqa: E402
from fairway.leads.reason_models import LeadRecall as LeadRecall  # noqa: E402
from fairway.leads.record_models import LeadRank as LeadRank  # noqa: E402
from fairway.leads.seller_models import SellerAbsence as SellerAbsence  # noqa: E402
from fairway.leads.seller_models import SellerAssignment as SellerAssignment  # noqa: E402
from fairway.leads.seller_models import SellerLine as SellerLine  # noqa: E402
from fairway.leads.seller_models import SellerRule as SellerRule  # noqa: E402
