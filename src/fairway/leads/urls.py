"""Addresses of leads and offers, by surface."""

from django.urls import path

from fairway.leads.api import decisions as api_decisions
from fairway.leads.api import forms as api_forms
from fairway.leads.api import leads as api_leads
from fairway.leads.api import offers as api_offers
from fairway.leads.api import plans as api_plans
from fairway.leads.api import routing as api_routing
from fairway.leads.api import score_cards as api_cards
from fairway.leads.api import work as api_work
from fairway.leads.views import console as leads
from fairway.leads.views import (
    lead_forms,
    lead_page,
    plans,
    policies,
    portal_leads,
    replays,
    score_card,
    score_trial,
    shares,
    win_model,
)
from fairway.leads.views import portal as offers
from fairway.leads.views import public as visitors

console = [
    path("leads/", leads.lead_list, name="lead-list"),
    path("leads/waiting/", leads.waiting, name="lead-waiting"),
    path("leads/new/", leads.new, name="lead-new"),
    path("leads/fairness/", shares.fairness, name="lead-fairness"),
    path("leads/fairness/count/", shares.count_again, name="lead-fairness-count"),
    path("leads/fairness/partners/", shares.share_list, name="leadshare-list"),
    path("leads/assignment/", plans.plan_list, name="assignmentplan-list"),
    path("leads/assignment/new/", plans.new, name="assignmentplan-new"),
    path("leads/assignment/<uuid:uid>/", plans.page, name="assignmentplan-detail"),
    path("leads/assignment/<uuid:uid>/progress/", plans.progress, name="assignmentplan-progress"),
    path("leads/assignment/<uuid:uid>/carrying-out/", plans.carry_out, name="assignmentplan-carrying"),
    path("leads/<uuid:uid>/", lead_page.page, name="lead-detail"),
    path("leads/<uuid:uid>/replay/", replays.of_lead, name="lead-replay"),
    path("leads/<uuid:uid>/reminder/", lead_page.reminder, name="lead-reminder"),
    path("leads/<uuid:uid>/recall/", lead_page.recall, name="lead-recall"),
    path("leads/<uuid:uid>/offer/", lead_page.offer, name="lead-offer"),
    path("leads/<uuid:uid>/partners/", lead_page.partners, name="lead-partners"),
    path("leads/<uuid:uid>/closing/", lead_page.closing, name="lead-closing"),
    path("leads/<uuid:uid>/touches/", lead_page.touches, name="lead-touches"),
    path("leads/<uuid:uid>/notes/", lead_page.notes, name="lead-notes"),
    path("routing/", policies.routing, name="routing-rules"),
    path("routing/rules/", policies.rule_add, name="routing-rule-new"),
    path("routing/rules/<slug:uid>/", policies.rule_save, name="routing-rule"),
    path("routing/rules/<slug:uid>/place/", policies.rule_move, name="routing-rule-place"),
    path("routing/rules/<slug:uid>/removal/", policies.rule_remove, name="routing-rule-removal"),
    path("routing/publication/", policies.publish, name="routing-publication"),
    path("routing/discard/", policies.discard, name="routing-discard"),
    path("scoring/", score_card.scoring, name="score-card"),
    path("scoring/rules/", score_card.rule_add, name="score-rule-new"),
    path("scoring/rules/<slug:uid>/", score_card.rule_save, name="score-rule"),
    path("scoring/rules/<slug:uid>/place/", score_card.rule_move, name="score-rule-place"),
    path("scoring/rules/<slug:uid>/removal/", score_card.rule_remove, name="score-rule-removal"),
    path("scoring/bands/", score_card.bands_save, name="score-bands"),
    path("scoring/categories/", score_card.categories_save, name="score-categories"),
    path("scoring/scope/", score_card.scope_save, name="score-scope"),
    path("scoring/cards/", score_card.card_new, name="score-card-new"),
    path("scoring/removal/", score_card.removal, name="score-card-removal"),
    path("scoring/bench/", score_trial.bench, name="score-trial"),
    path("scoring/model/", win_model.page, name="win-model"),
    path("scoring/model/training/", win_model.training, name="win-model-training"),
    path("scoring/model/silence/", win_model.silence, name="win-model-silence"),
    path("scoring/model/tables/", win_model.tables, name="win-model-tables"),
    path("scoring/model/<uuid:uid>/use/", win_model.use, name="win-model-use"),
    path("scoring/publication/", score_card.publish, name="score-card-publication"),
    path("scoring/discard/", score_card.discard, name="score-card-discard"),
    path("lead-forms/", lead_forms.form_list, name="leadform-list"),
    path("lead-forms/new/", lead_forms.edit, name="leadform-new"),
    path("lead-forms/<uuid:uid>/", lead_forms.edit, name="leadform-edit"),
]
portal = [
    path("offers/", offers.offer_list, name="portal-offer-list"),
    path("offers/answered/", offers.answered_list, name="portal-offer-answered"),
    path("offers/<uuid:uid>/", offers.offer_page, name="portal-offer"),
    path("offers/<uuid:uid>/opening/", offers.opening, name="portal-offer-opening"),
    path("offers/<uuid:uid>/acceptance/", offers.acceptance, name="portal-offer-acceptance"),
    path("offers/<uuid:uid>/decline/", offers.decline, name="portal-offer-decline"),
    path("leads/", portal_leads.lead_list, name="portal-lead-list"),
    path("leads/why-not-me/", shares.why_not_me, name="portal-why-not-me"),
    path("leads/<uuid:uid>/", portal_leads.lead_page, name="portal-lead"),
    path("leads/<uuid:uid>/touches/", portal_leads.touches, name="portal-lead-touches"),
    path("leads/<uuid:uid>/next-step/", portal_leads.next_step, name="portal-lead-next-step"),
    path("leads/<uuid:uid>/step-done/", portal_leads.step_done, name="portal-lead-step-done"),
    path("leads/<uuid:uid>/closing/", portal_leads.closing, name="portal-lead-closing"),
]
public = [
    path("f/<slug:slug>/", visitors.lead_form, name="public-lead-form"),
    path("f/<slug:slug>/thanks/", visitors.thanks, name="public-lead-thanks"),
]
api = [
    path("leads", api_leads.Leads.as_view(), name="api-lead-list"),
    path("leads/bulk", api_leads.LeadBulk.as_view(), name="api-lead-bulk"),
    path("assignment-plans", api_plans.Plans.as_view(), name="api-assignmentplan-list"),
    path("assignment-plans/<uuid:uid>", api_plans.PlanDetail.as_view(), name="api-assignmentplan"),
    path("assignment-plans/<uuid:uid>/leads", api_plans.PlanLines.as_view(), name="api-assignmentplan-leads"),
    path(
        "assignment-plans/<uuid:uid>/carrying-out",
        api_plans.PlanCarrying.as_view(),
        name="api-assignmentplan-carrying",
    ),
    path("leads/<uuid:uid>", api_leads.LeadDetail.as_view(), name="api-lead"),
    path("leads/<uuid:uid>/touches", api_work.LeadTouches.as_view(), name="api-lead-touches"),
    path("leads/<uuid:uid>/events", api_work.LeadEvents.as_view(), name="api-lead-events"),
    path("leads/<uuid:uid>/notes", api_work.LeadNotes.as_view(), name="api-lead-notes"),
    path("leads/<uuid:uid>/closing", api_work.LeadClosing.as_view(), name="api-lead-closing"),
    path("leads/<uuid:uid>/recall", api_work.LeadRecall.as_view(), name="api-lead-recall"),
    path("leads/<uuid:uid>/routing", api_work.LeadRouting.as_view(), name="api-lead-routing"),
    path("leads/<uuid:uid>/decision", api_decisions.LeadDecision.as_view(), name="api-lead-decision"),
    path("leads/<uuid:uid>/offers", api_work.LeadOffers.as_view(), name="api-lead-offers"),
    path("lead-forms", api_forms.LeadForms.as_view(), name="api-leadform-list"),
    path("lead-forms/<uuid:uid>", api_forms.LeadFormDetail.as_view(), name="api-leadform"),
    path("score-cards", api_cards.ScoreCards.as_view(), name="api-scorecard-list"),
    path("score-cards/<uuid:uid>", api_cards.ScoreCardDetail.as_view(), name="api-scorecard"),
    path("score-cards/<uuid:uid>/publication", api_cards.ScoreCardPublication.as_view(), name="api-scorecard-publish"),
    path("score-cards/<uuid:uid>/discarding", api_cards.ScoreCardDiscarding.as_view(), name="api-scorecard-discard"),
    path("score-cards/<uuid:uid>/retirement", api_cards.ScoreCardRetirement.as_view(), name="api-scorecard-retire"),
    path("routing", api_routing.Routing.as_view(), name="api-routing"),
    path("routing/publication", api_routing.RoutingPublication.as_view(), name="api-routing-publish"),
    path("routing/discarding", api_routing.RoutingDiscarding.as_view(), name="api-routing-discard"),
    path("routing/versions", api_routing.RoutingVersions.as_view(), name="api-routingpolicy-list"),
    path("offers", api_offers.Offers.as_view(), name="api-offer-list"),
    path("offers/<uuid:uid>", api_offers.OfferDetail.as_view(), name="api-offer"),
    path("offers/<uuid:uid>/acceptance", api_offers.OfferAcceptance.as_view(), name="api-offer-acceptance"),
    path("offers/<uuid:uid>/decline", api_offers.OfferDecline.as_view(), name="api-offer-decline"),
    path("offers/<uuid:uid>/recall", api_offers.OfferRecall.as_view(), name="api-offer-recall"),
]
