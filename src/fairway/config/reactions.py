"""Who cares about what: event → handlers, each called in the transaction of the change with its list of events.

Names are "<subject>.<verb>". A handler that needs time defers a job.
"""

TABLE: dict[str, tuple[str, ...]] = {
    "lead.accepted": ("fairway.deals.actions.from_leads.protect_accepted",),
    "lead.recalled": ("fairway.deals.actions.from_leads.release_of_lead",),
    "lead.closed": ("fairway.deals.actions.from_leads.release_of_lead",),
}

# What happens when a deadline is reached: (subject type, kind) → handler(*, vendor_id, subject_id, at), called in
# the vendor's acting context and in the transaction that settles the deadline.
DEADLINES: dict[tuple[str, str], str] = {
    ("approval", "escalate"): "fairway.workflow.actions.approvals.escalate",
    ("protection", "expire"): "fairway.deals.actions.protections.expire_protection",
    ("offer", "remind"): "fairway.leads.actions.offers.on_remind",
    ("offer", "lapse"): "fairway.leads.actions.offers.on_lapse",
}
