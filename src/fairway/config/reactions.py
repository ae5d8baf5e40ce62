"""Who cares about what: event → handlers, each called in the transaction of the change with its list of events.

Names are "<subject>.<verb>". A handler that needs time defers a job.
"""

TABLE: dict[str, tuple[str, ...]] = {
    "lead.routed": ("fairway.leads.actions.notices.tell_of_decisions_to_take",),
    "offer.offered": (
        "fairway.leads.actions.notices.tell_of_offers",
        "fairway.leads.actions.escalating.end_escalations",
        "fairway.leads.actions.escalating.watch_open_offers",
    ),
    "offer.reminded": ("fairway.leads.actions.notices.tell_of_reminders",),
    "offer.declined": (
        "fairway.leads.actions.notices.tell_of_declines",
        "fairway.leads.actions.quality_notices.tell_of_bad_declines",
        "fairway.leads.actions.escalating.end_escalations",
    ),
    "offer.lapsed": (
        "fairway.leads.actions.notices.tell_of_lapses",
        "fairway.leads.actions.escalating.begin_escalations",
    ),
    "offer.recalled": (
        "fairway.leads.actions.notices.tell_of_recalls",
        "fairway.leads.actions.escalating.end_escalations",
    ),
    "lead.found_alike": ("fairway.connect.actions.duplicates.propose_alike",),
    "lead.accepted": (
        "fairway.deals.actions.from_leads.protect_accepted",
        "fairway.leads.actions.following.begin_following",
        "fairway.leads.actions.sellers.begin_assigning",
        "fairway.leads.actions.escalating.end_escalations",
    ),
    "lead.touched": ("fairway.leads.actions.following.touched",),
    "lead.staged": ("fairway.leads.actions.following.moved_on",),
    "lead.merged_away": ("fairway.leads.actions.sellers.end_assignments",),
    "lead.unmerged": ("fairway.leads.actions.sellers.resume_assignments",),
    "lead.seller_changed": ("fairway.leads.actions.sellers.seller_changed",),
    "lead.converted": (
        "fairway.leads.actions.following.end_following",
        "fairway.leads.actions.sellers.end_assignments",
    ),
    "lead.recalled": (
        "fairway.deals.actions.from_leads.release_of_lead",
        "fairway.leads.actions.notices.tell_of_recalled_leads",
        "fairway.leads.actions.following.end_following",
        "fairway.leads.actions.sellers.end_assignments",
    ),
    "lead.closed": (
        "fairway.deals.actions.from_leads.release_of_lead",
        "fairway.leads.actions.following.end_following",
        "fairway.leads.actions.escalating.end_escalations",
        "fairway.leads.actions.sellers.end_assignments",
    ),
    "partner.state_changed": (
        "fairway.leads.actions.pooling.partners_changed",
        "fairway.leads.actions.handing_notices.tell_of_what_is_left",
    ),
    "partner.capacity_set": ("fairway.leads.actions.pooling.partners_changed",),
    "partner.merged": ("fairway.leads.actions.pooling.partners_changed",),
    "partner.unmerged": ("fairway.leads.actions.pooling.partners_changed",),
    "lead.rated": ("fairway.leads.actions.quality_notices.tell_of_bad_ratings",),
    "lead.silent": ("fairway.leads.actions.quality_notices.tell_of_silence",),
    "winmodel.drifted": ("fairway.leads.actions.notices.tell_of_drift",),
    "registration.approved": ("fairway.deals.actions.notices.tell_of_approvals",),
    "registration.returned": ("fairway.deals.actions.notices.tell_of_questions",),
    "registration.rejected": ("fairway.deals.actions.notices.tell_of_rejections",),
    "registration.revoked": ("fairway.deals.actions.notices.tell_of_revocations",),
    "protection.expired": ("fairway.deals.actions.notices.tell_of_expiries",),
    "seat.territories_changed": ("fairway.insight.actions.figures.forget_of_seats",),
    "seat.units_changed": ("fairway.insight.actions.figures.forget_of_seats",),
    "seat.closed": (
        "fairway.workflow.actions.covers.tell_of_lost_deputies",
        "fairway.leads.actions.sellers.seats_closed",
        "fairway.leads.actions.calendars.seats_closed",
    ),
    "approval.handed_on": ("fairway.workflow.actions.belongings.tell_takers",),
    "supportgrant.granted": ("fairway.workflow.actions.support.after_granting",),
    "supportgrant.entered": ("fairway.workflow.actions.support.after_entering",),
    "supportgrant.ended": ("fairway.workflow.actions.support.after_ending",),
    "cover.set": ("fairway.workflow.actions.covers.tell_deputies",),
    "deal.won": ("fairway.deals.actions.notices.tell_of_wins",),
}

# What happens when a deadline is reached: (subject type, kind) → handler(*, vendor_id, subject_id, at), called in
# the vendor's acting context and in the transaction that settles the deadline.
DEADLINES: dict[tuple[str, str], str] = {
    ("approval", "escalate"): "fairway.workflow.actions.approvals.escalate",
    ("supportgrant", "expire"): "fairway.core.tenancy.actions.support.expire_support",
    ("protection", "expire"): "fairway.deals.actions.protections.expire_protection",
    ("offer", "remind"): "fairway.leads.actions.offers.on_remind",
    ("offer", "lapse"): "fairway.leads.actions.offers.on_lapse",
    ("offer", "escalate"): "fairway.leads.actions.escalating.on_early",
    ("partnerpause", "begin"): "fairway.partners.actions.pauses.on_begin",
    ("partnerpause", "end"): "fairway.partners.actions.pauses.on_end",
    ("escalation", "step"): "fairway.leads.actions.escalating.on_step",
    ("lead", "warn_untouched"): "fairway.leads.actions.following.on_warn_untouched",
    ("lead", "recall_untouched"): "fairway.leads.actions.following.on_recall_untouched",
    ("lead", "warn_unmoved"): "fairway.leads.actions.following.on_warn_unmoved",
    ("lead", "recall_unmoved"): "fairway.leads.actions.following.on_recall_unmoved",
    ("sellerassignment", "remind"): "fairway.leads.actions.sellers.on_remind",
    ("sellerassignment", "lapse"): "fairway.leads.actions.sellers.on_lapse",
    ("poolentry", "widen"): "fairway.leads.actions.pooling.on_widen",
    ("poolentry", "give_up"): "fairway.leads.actions.pooling.on_give_up",
    ("lead", "silence"): "fairway.leads.actions.silence.on_silence",
}
