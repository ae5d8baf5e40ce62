"""Import runs: a file, how its columns are read, how far it got, and what was wrong line by line."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.connect.rules.states import DUPLICATE
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey
from fairway.core.told import tell
from fairway.leads.rules.alike import WHY


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ImportKind(models.TextChoices):
    """The targets there are; each is declared by the room it belongs to (core.imports)."""

    PARTNERS = "partners", _("Partners")
    PRODUCTS = "products", _("Products")
    LEADS = "leads", _("Leads")
    SALES_LINES = "sales_lines", _("Sales lines")
    CUSTOMERS = "customers", _("Customers")
    CONTACTS = "contacts", _("Contacts")
    DEALS = "deals", _("Deals")
    TOUCHES = "touches", _("Touches")
    CAMPAIGNS = "campaigns", _("Campaigns of leads")
    LEAD_COSTS = "lead-costs", _("Costs of leads")


class ImportRun(InternalModel):
    """`next_line` moves in the same transaction as the rows before it: a killed worker resumes without doubles.

    `totals` by currency: {"file": the amounts the rows say, "taken": those of the rows that were taken}, as text.
    """

    personal = {"file_name": "text", "options": "text", "summary": "text", "error": "text", "error_words": "text"}
    not_personal = (
        "reading",
        "mapping",
        "totals",
    )

    limited = "{seat_id} = current_setting('fw.seat_id')::bigint"

    kind = models.CharField(max_length=30, choices=ImportKind)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=300)
    joined_as = models.CharField(max_length=300, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    reading = models.JSONField(default=dict)  # encoding, separator, columns, joined file
    mapping = models.JSONField(default=dict)  # target field → column
    options = models.JSONField(default=dict)  # defaults such as country, source
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)  # when it last came a chunk further
    pushes = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often it was set going again since then
    next_line = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    totals = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    error = models.TextField(blank=True)
    error_words = models.JSONField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "-created_at"], name="importrun_by_time")]


class ImportIssue(InternalModel):
    """One refused or doubtful row, with the values as they stood in the file."""

    personal = {"message": "text", "message_words": "text", "values": "copy"}

    limited = "EXISTS (SELECT 1 FROM connect_importrun r WHERE r.id = {run_id})"

    run = TenantForeignKey(ImportRun, on_delete=models.CASCADE, related_name="issues")
    line = models.BigIntegerField()
    column = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=400)
    message_words = models.JSONField(null=True)
    is_warning = models.BooleanField(default=False)
    values = models.JSONField(default=dict)

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "run", "line"], name="importissue_by_line")]


class SavedMapping(InternalModel):
    """How files of one shape are read: kept at the first start, chosen by itself when the same columns come again.

    `shape` is that of the column names (connect.rules.shapes); `mapping` is target field → column.
    """

    personal = {"name": "text", "defaults": "text"}
    not_personal = (
        "columns",
        "mapping",
    )

    kind = models.CharField(max_length=30, choices=ImportKind)
    name = models.CharField(_("name"), max_length=100)
    shape = models.CharField(max_length=40)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "kind", "shape"], name="savedmapping_once_per_shape"),
        ]

    def __str__(self) -> str:
        return self.name


class DuplicatePair(InternalModel):
    """Two records that are perhaps one, why, and what was decided.

    After a merge `winner_id` is one of the two; `moved` says by "app.model.field" which rows were turned from the
    loser to the winner, so that it can be undone, `stayed` what each keeps for itself, `before` how the loser was.
    `reasons` are kept by `core.told`; of leads they are codes of `leads.rules.alike.WHY`.
    """

    personal = {"reasons": "text", "stayed": "copy", "before": "copy"}
    not_personal = ("moved",)

    kind = models.CharField(max_length=30, choices=ImportKind)
    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    likeness = models.FloatField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=list(DUPLICATE.labels.items()), default="proposed")
    run = TenantForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = TenantForeignKey(Seat, null=True, related_name="+")
    winner_id = models.BigIntegerField(null=True)
    moved = models.JSONField(default=dict)
    stayed = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "kind", "first_id", "second_id"], name="duplicatepair_once"),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "-likeness", "id"], name="duplicatepair_by_state"),
            models.Index(fields=["vendor", "run"], name="duplicatepair_by_run"),
        ]

    @property
    def why(self) -> str:
        return ", ".join(tell(each) if isinstance(each, dict) else str(WHY.get(each, each)) for each in self.reasons)

    @property
    def loser_id(self) -> int | None:
        if self.winner_id is None:
            return None
        return self.second_id if self.winner_id == self.first_id else self.first_id


class DropFolder(InternalModel):
    """A folder in private storage that is looked into on a schedule; what lies there is imported as one person.

    Files lie at `path`, "<vendor uid>/drops/<uid>". `came_in` is the last run it began, `problem` why the last file
    was not taken.
    """

    personal = {"name": "text", "defaults": "text", "problem": "text", "problem_words": "text"}

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("what is in the files?"), max_length=30, choices=ImportKind)
    path = models.CharField(max_length=300)
    every_minutes = models.PositiveIntegerField(_("look every"), default=15)
    is_active = models.BooleanField(_("active"), default=True)
    defaults = models.JSONField(default=dict)
    seat = TenantForeignKey(Seat, related_name="+")
    created_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    came_in = TenantForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.CharField(max_length=400, blank=True)
    problem_words = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name
