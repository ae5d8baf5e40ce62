"""Addresses of registrations, protections and deals. The same deal pages serve staff and partner people."""

from typing import Any

from django.urls import path

from fairway.deals.api import approvals as api_approvals
from fairway.deals.api import deals as api_deals
from fairway.deals.api import protections as api_protections
from fairway.deals.api import registrations as api_registrations
from fairway.deals.api import rules as api_rules
from fairway.deals.views import console_registrations as deciding
from fairway.deals.views import customers, deals, protections, rules
from fairway.deals.views import portal_registrations as own


def deal_pages(prefix: str) -> list[Any]:
    """List, board and page of deals, with names that begin with `prefix`."""
    return [
        path("deals/", deals.deal_list, name=f"{prefix}-list"),
        path("deals/board/", deals.deal_board, name=f"{prefix}-board"),
        path("deals/<uuid:uid>/", deals.deal_detail, name=f"{prefix}-detail"),
        path("deals/<uuid:uid>/stage/", deals.deal_move, name=f"{prefix}-move"),
        path("deals/<uuid:uid>/win/", deals.deal_win, name=f"{prefix}-win"),
        path("deals/<uuid:uid>/loss/", deals.deal_lose, name=f"{prefix}-lose"),
        path("deals/<uuid:uid>/step/", deals.deal_step, name=f"{prefix}-step"),
        path("deals/<uuid:uid>/step/done/", deals.deal_step_done, name=f"{prefix}-step-done"),
        path("deals/<uuid:uid>/edit/", deals.deal_edit, name=f"{prefix}-edit"),
        path("deals/<uuid:uid>/touch/", deals.deal_touch, name=f"{prefix}-touch"),
    ]


console = [
    *deal_pages("deal"),
    path("customers/<uuid:uid>/", customers.customer_detail, name="customer-detail"),
    path("registrations/", deciding.registration_list, name="registration-list"),
    path("registrations/rules/", rules.deal_rules_edit, name="dealrules-edit"),
    path("registrations/<uuid:uid>/", deciding.registration_detail, name="registration-detail"),
    path("registrations/<uuid:uid>/approval/", deciding.registration_approve, name="registration-approve"),
    path("registrations/<uuid:uid>/question/", deciding.registration_return, name="registration-return"),
    path("registrations/<uuid:uid>/rejection/", deciding.registration_reject, name="registration-reject"),
    path("registrations/<uuid:uid>/revocation/", deciding.registration_revoke, name="registration-revoke"),
    path("protections/", protections.protection_list, name="protection-list"),
    path("protections/<uuid:uid>/", protections.protection_detail, name="protection-detail"),
    path("protections/<uuid:uid>/extension/", protections.protection_extend, name="protection-extend"),
    path("protections/<uuid:uid>/release/", protections.protection_release, name="protection-release"),
]
portal = [
    *deal_pages("portal-deal"),
    path("leads/<uuid:uid>/deal/", deals.deal_from_lead, name="portal-deal-from-lead"),
    path("protections/", own.protection_list, name="portal-protection-list"),
    path("registrations/", own.registration_list, name="portal-registration-list"),
    path("registrations/new/", own.registration_new, name="portal-registration-new"),
    path("registrations/customer/", own.registration_customer, name="portal-registration-customer"),
    path("registrations/<uuid:uid>/", own.registration_detail, name="portal-registration-detail"),
    path("registrations/<uuid:uid>/form/", own.registration_form, name="portal-registration-form"),
    path("registrations/<uuid:uid>/draft/", own.registration_draft, name="portal-registration-draft"),
    path("registrations/<uuid:uid>/send/", own.registration_send, name="portal-registration-send"),
    path("registrations/<uuid:uid>/answer/", own.registration_answer, name="portal-registration-answer"),
    path("registrations/<uuid:uid>/correction/", own.registration_correct, name="portal-registration-correct"),
    path("registrations/<uuid:uid>/withdrawal/", own.registration_withdraw, name="portal-registration-withdraw"),
]


def registration_verb(noun: str, view: Any) -> Any:
    return path(f"registrations/<uuid:uid>/{noun}", view.as_view(), name=f"api-registration-{noun}")


def protection_verb(noun: str, view: Any) -> Any:
    return path(f"protections/<uuid:uid>/{noun}", view.as_view(), name=f"api-protection-{noun}")


api = [
    path("registrations", api_registrations.Registrations.as_view(), name="api-registration-list"),
    path("registrations/<uuid:uid>", api_registrations.RegistrationDetail.as_view(), name="api-registration"),
    registration_verb("submission", api_registrations.RegistrationSubmission),
    registration_verb("withdrawal", api_registrations.RegistrationWithdrawal),
    registration_verb("approval", api_registrations.RegistrationApproval),
    registration_verb("return", api_registrations.RegistrationReturn),
    registration_verb("rejection", api_registrations.RegistrationRejection),
    registration_verb("revocation", api_registrations.RegistrationRevocation),
    path("protections", api_protections.Protections.as_view(), name="api-protection-list"),
    path("protections/<uuid:uid>", api_protections.ProtectionDetail.as_view(), name="api-protection"),
    path(
        "protections/<uuid:uid>/extension",
        api_protections.ProtectionExtension.as_view(),
        name="api-protection-extension",
    ),
    protection_verb("release", api_protections.ProtectionRelease),
    registration_verb("events", api_registrations.RegistrationEvents),
    path("deal-rules", api_rules.Rules.as_view(), name="api-dealrules"),
    path("approvals", api_approvals.Approvals.as_view(), name="api-approval-list"),
    path("deals/<uuid:uid>/events", api_deals.DealEvents.as_view(), name="api-deal-events"),
    path("deals/<uuid:uid>/touches", api_deals.DealTouches.as_view(), name="api-deal-touches"),
    path("leads/<uuid:uid>/deal", api_deals.DealOfLead.as_view(), name="api-lead-deal"),
    path("deals", api_deals.Deals.as_view(), name="api-deal-list"),
    path("deals/<uuid:uid>", api_deals.DealDetail.as_view(), name="api-deal"),
    path("deals/<uuid:uid>/stage", api_deals.DealStage.as_view(), name="api-deal-stage"),
    path("deals/<uuid:uid>/win", api_deals.DealWin.as_view(), name="api-deal-win"),
    path("deals/<uuid:uid>/loss", api_deals.DealLoss.as_view(), name="api-deal-loss"),
]
