"""The life of a lead and of an offer, as tables: (state, verb) → state."""

from enum import StrEnum

from fairway.core.states import Machine


class LeadState(StrEnum):
    CAPTURED = "captured"
    OFFERED = "offered"
    POOLED = "pooled"  # in a pool, where partners who see it may take it
    WAITING = "waiting"  # nobody is eligible, or a person has to decide; `waiting_because` says which
    ACCEPTED = "accepted"
    CONVERTED = "converted"
    CLOSED = "closed"


LEAD = Machine(
    "lead",
    initial=LeadState.CAPTURED,
    final={LeadState.CONVERTED, LeadState.CLOSED},
    labels={
        "captured": "Captured",
        "offered": "Offered",
        "pooled": "In a pool",
        "waiting": "Waiting",
        "accepted": "Accepted",
        "converted": "Deal",
        "closed": "Closed",
    },
    transitions={
        (LeadState.CAPTURED, "offer"): LeadState.OFFERED,
        (LeadState.WAITING, "offer"): LeadState.OFFERED,
        (LeadState.CAPTURED, "wait"): LeadState.WAITING,
        (LeadState.WAITING, "wait"): LeadState.WAITING,
        (LeadState.CAPTURED, "pool"): LeadState.POOLED,
        (LeadState.WAITING, "pool"): LeadState.POOLED,
        (LeadState.POOLED, "claim"): LeadState.ACCEPTED,
        # Taken out by a person, or nobody took it in time: a person decides.
        (LeadState.POOLED, "leave"): LeadState.WAITING,
        (LeadState.POOLED, "close"): LeadState.CLOSED,
        # The offer ended without acceptance: declined, lapsed or recalled.
        (LeadState.OFFERED, "return"): LeadState.CAPTURED,
        (LeadState.OFFERED, "accept"): LeadState.ACCEPTED,
        # The vendor takes an accepted lead back from a partner who does not work it.
        (LeadState.ACCEPTED, "recall"): LeadState.CAPTURED,
        # A reassignment is taken back: the partner has it again, as it was.
        (LeadState.CAPTURED, "give_back"): LeadState.ACCEPTED,
        (LeadState.WAITING, "give_back"): LeadState.ACCEPTED,
        (LeadState.ACCEPTED, "convert"): LeadState.CONVERTED,
        (LeadState.ACCEPTED, "close"): LeadState.CLOSED,
        (LeadState.CAPTURED, "close"): LeadState.CLOSED,
        (LeadState.WAITING, "close"): LeadState.CLOSED,
    },
)


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RECALLED = "recalled"


OFFER = Machine(
    "offer",
    initial=OfferState.OPEN,
    final={OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED, OfferState.RECALLED},
    labels={
        "open": "Open",
        "accepted": "Accepted",
        "declined": "Declined",
        "lapsed": "Lapsed",
        "recalled": "Recalled",
    },
    transitions={
        (OfferState.OPEN, "accept"): OfferState.ACCEPTED,
        (OfferState.OPEN, "decline"): OfferState.DECLINED,
        (OfferState.OPEN, "lapse"): OfferState.LAPSED,
        (OfferState.OPEN, "recall"): OfferState.RECALLED,
    },
)


class EntryState(StrEnum):
    OPEN = "open"
    WIDENED = "widened"
    CLAIMED = "claimed"
    LEFT = "left"
    GIVEN_UP = "given_up"


POOL_ENTRY = Machine(
    "poolentry",
    title="lead in a pool",
    initial=EntryState.OPEN,
    final={EntryState.CLAIMED, EntryState.LEFT, EntryState.GIVEN_UP},
    labels={
        "open": "Free",
        "widened": "Free for more",
        "claimed": "Taken",
        "left": "Taken out",
        "given_up": "Nobody took it",
    },
    transitions={
        (EntryState.OPEN, "widen"): EntryState.WIDENED,
        (EntryState.OPEN, "claim"): EntryState.CLAIMED,
        (EntryState.OPEN, "leave"): EntryState.LEFT,
        (EntryState.OPEN, "give_up"): EntryState.GIVEN_UP,
        (EntryState.WIDENED, "claim"): EntryState.CLAIMED,
        (EntryState.WIDENED, "leave"): EntryState.LEFT,
        (EntryState.WIDENED, "give_up"): EntryState.GIVEN_UP,
    },
)
FREE = (EntryState.OPEN, EntryState.WIDENED)


class PlanState(StrEnum):
    WAITING = "waiting"  # for the worker that computes it
    READY = "ready"
    FAILED = "failed"
    CARRYING = "carrying"
    CARRIED = "carried"


ASSIGNMENT = Machine(
    "assignment",
    initial=PlanState.WAITING,
    final={PlanState.FAILED, PlanState.CARRIED},
    labels={
        "waiting": "Being computed",
        "ready": "Preview",
        "failed": "Failed",
        "carrying": "Being carried out",
        "carried": "Carried out",
    },
    transitions={
        (PlanState.WAITING, "compute"): PlanState.READY,
        (PlanState.WAITING, "fail"): PlanState.FAILED,
        (PlanState.READY, "carry_out"): PlanState.CARRYING,
        (PlanState.CARRYING, "finish"): PlanState.CARRIED,
    },
)


class ReassignmentState(StrEnum):
    PREPARING = "preparing"  # a job gathers what the partner has, because it is much
    PREVIEW = "preview"
    CARRYING = "carrying"
    CARRIED = "carried"
    STUCK = "stuck"  # some lines could not be carried out or taken back, however often it was tried
    UNDOING = "undoing"
    UNDONE = "undone"
    DROPPED = "dropped"


REASSIGNMENT = Machine(
    "reassignment",
    initial=ReassignmentState.PREPARING,
    final={ReassignmentState.UNDONE, ReassignmentState.DROPPED},
    labels={
        "preparing": "Being prepared",
        "preview": "Preview",
        "carrying": "Being carried out",
        "carried": "Carried out",
        "stuck": "Carried out in part",
        "undoing": "Being taken back",
        "undone": "Taken back",
        "dropped": "Dropped",
    },
    transitions={
        (ReassignmentState.PREPARING, "prepare"): ReassignmentState.PREVIEW,
        (ReassignmentState.PREPARING, "drop"): ReassignmentState.DROPPED,
        (ReassignmentState.PREVIEW, "carry_out"): ReassignmentState.CARRYING,
        (ReassignmentState.PREVIEW, "drop"): ReassignmentState.DROPPED,
        (ReassignmentState.CARRYING, "finish"): ReassignmentState.CARRIED,
        (ReassignmentState.CARRYING, "get_stuck"): ReassignmentState.STUCK,
        (ReassignmentState.STUCK, "carry_on"): ReassignmentState.CARRYING,
        (ReassignmentState.CARRIED, "undo"): ReassignmentState.UNDOING,
        (ReassignmentState.STUCK, "undo"): ReassignmentState.UNDOING,
        (ReassignmentState.UNDOING, "finish"): ReassignmentState.UNDONE,
        (ReassignmentState.UNDOING, "get_stuck"): ReassignmentState.STUCK,
    },
)


DRAFT = Machine(
    "draft",
    initial="open",
    final={"completed"},
    labels={"open": "To complete", "completed": "Became a lead", "dropped": "Dropped"},
    transitions={
        ("open", "complete"): "completed",
        ("open", "drop"): "dropped",
        ("dropped", "reopen"): "open",
    },
)


class SellerState(StrEnum):
    WAITING = "waiting"  # with the partner's executive, who assigns
    OPEN = "open"  # with a seller, who takes it or gives it back
    TAKEN = "taken"
    RETURNED = "returned"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    ENDED = "ended"


SELLER_ASSIGNMENT = Machine(
    "sellerassignment",
    title="lead of a seller",
    initial=SellerState.WAITING,
    final={SellerState.RETURNED, SellerState.LAPSED, SellerState.REPLACED, SellerState.ENDED},
    labels={
        "waiting": "To assign",
        "open": "To take",
        "taken": "Taken",
        "returned": "Given back",
        "lapsed": "Not taken in time",
        "replaced": "With somebody else",
        "ended": "Over",
    },
    transitions={
        (SellerState.WAITING, "assign"): SellerState.OPEN,
        (SellerState.OPEN, "take"): SellerState.TAKEN,
        (SellerState.OPEN, "give_back"): SellerState.RETURNED,
        (SellerState.TAKEN, "give_back"): SellerState.RETURNED,
        (SellerState.OPEN, "lapse"): SellerState.LAPSED,
        # The lead goes to somebody else, by a person or because its seller is gone.
        (SellerState.OPEN, "replace"): SellerState.REPLACED,
        (SellerState.TAKEN, "replace"): SellerState.REPLACED,
        # The partner has the lead no more, or it is closed or a deal.
        (SellerState.WAITING, "end"): SellerState.ENDED,
        (SellerState.OPEN, "end"): SellerState.ENDED,
        (SellerState.TAKEN, "end"): SellerState.ENDED,
    },
)
LIVE_SELLER = (SellerState.WAITING, SellerState.OPEN, SellerState.TAKEN)
