"""Addresses of the kernel: the homes, the way there after log-in, health, people and keys."""

from typing import Any

from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path
from django.views.generic import RedirectView

from fairway.core import api as programs
from fairway.core import views
from fairway.core.brand import views as brand
from fairway.core.brand.api import domain as domain_api
from fairway.core.brand.api import looks as brand_api
from fairway.core.http import first_steps, home_views, many, search_views, undo
from fairway.core.http.api.docs import page as api_docs
from fairway.core.http.api.schema import openapi
from fairway.core.http.metrics import metrics
from fairway.core.saved import api as saved_api
from fairway.core.saved import pages as saved
from fairway.core.tenancy.api import covers as covers_api
from fairway.core.tenancy.api import handovers as handovers_api
from fairway.core.tenancy.api import people as people_api
from fairway.core.tenancy.api import support as support_api
from fairway.core.tenancy.views import (
    clients,
    covers,
    handovers,
    invitations,
    oauth,
    people,
    preferences,
    roles,
    security,
    sign_in_policy,
    support,
    tokens,
)
from fairway.core.tenancy.views import desk as desk_views


def _people(prefix: str) -> list[Any]:
    return [
        path("people/", people.people, name=f"{prefix}person-list"),
        path("people/invite/", people.invite_person, name=f"{prefix}person-invite"),
        path("people/<uuid:uid>/", people.person, name=f"{prefix}person-detail"),
        path("people/<uuid:uid>/close/", people.close, name=f"{prefix}person-close"),
        path("people/<uuid:uid>/handover/", handovers.handover, name=f"{prefix}person-handover"),
        path("handovers/<uuid:uid>/undoing/", handovers.undo, name=f"{prefix}handover-undo"),
        path("people/<uuid:uid>/open/", people.reopen, name=f"{prefix}person-open"),
        path("invitations/<uuid:uid>/resend/", people.resend, name=f"{prefix}invitation-resend"),
        path("invitations/<uuid:uid>/revoke/", people.revoke, name=f"{prefix}invitation-revoke"),
        path("keys/", tokens.tokens, name=f"{prefix}token-list"),
        path("apps/", clients.apps, name=f"{prefix}app-list"),
        path("apps/<uuid:uid>/revoke/", clients.revoke, name=f"{prefix}app-revoke"),
        path("keys/<uuid:uid>/revoke/", tokens.revoke, name=f"{prefix}token-revoke"),
    ]


def _views(prefix: str) -> list[Any]:
    return [
        path("views/<slug:list_name>/", saved.save, name=f"{prefix}savedview-save"),
        path("views/<uuid:uid>/default/", saved.default, name=f"{prefix}savedview-default"),
        path("views/<uuid:uid>/removal/", saved.remove, name=f"{prefix}savedview-remove"),
    ]


def _many(prefix: str) -> list[Any]:
    return [
        path("lists/<slug:list_name>/<slug:verb_name>/", many.many, name=f"{prefix}many"),
        path("first-steps/", first_steps.close, name=f"{prefix}first-steps"),
        path("undo/<str:key>/", undo.undo, name=f"{prefix}undo"),
    ]


def _search(prefix: str) -> list[Any]:
    return [
        path("search/", search_views.search, name=f"{prefix}search"),
        path("search/palette/", search_views.palette, name=f"{prefix}search-palette"),
    ]


console = [
    path("", home_views.console_home, name="home"),
    path("roles/", roles.roles, name="role-list"),
    path("roles/copy/", roles.copy, name="role-copy"),
    path("roles/<uuid:uid>/", roles.edit, name="customrole-edit"),
    path("roles/<uuid:uid>/retirement/", roles.retire, name="customrole-retire"),
    path("people/signing-in/", sign_in_policy.policy, name="signinpolicy-edit"),
    path("clients/", clients.clients, name="oauthclient-list"),
    path("clients/<uuid:uid>/", clients.edit, name="oauthclient-edit"),
    path("clients/<uuid:uid>/secret/", clients.secret, name="oauthclient-secret"),
    path("clients/<uuid:uid>/retire/", clients.retire, name="oauthclient-retire"),
    path("people/<uuid:uid>/manager/", people.manager, name="person-manager"),
    path("people/<uuid:uid>/role/", people.give_role, name="person-role"),
    path("people/<uuid:uid>/second-factor/", sign_in_policy.reset, name="person-second-factor"),
    path("support/", support.grants, name="supportgrant-list"),
    path("support/<uuid:uid>/", support.visit, name="supportgrant-detail"),
    path("support/<uuid:uid>/end/", support.end, name="supportgrant-end"),
    path("covers/", covers.covers, name="cover-list"),
    path("covers/<uuid:uid>/end/", covers.end, name="cover-end"),
    path("people/<uuid:uid>/covers/", covers.of_person, name="person-cover"),
    path("look/", brand.look, name="look-edit"),
    path("look/trial/", brand.trial, name="look-trial"),
    path("look/trial.css", brand.trial_sheet, name="look-trial-sheet"),
    path("look/reset/", brand.reset, name="look-reset"),
    path("look/letter/", brand.letter, name="look-letter"),
    path("look/domain/", brand.domain, name="owndomain-edit"),
    path("look/domain/state/", brand.domain_state, name="owndomain-state"),
    path("look/domain/check/", brand.check_domain, name="owndomain-check"),
    path("look/domain/removal/", brand.remove_domain, name="owndomain-remove"),
    path("look/<uuid:uid>/return/", brand.give_back, name="look-return"),
    *_search(""),
    *_views(""),
    *_many(""),
    *_people(""),
]
portal = [
    path("", home_views.portal_home, name="portal-home"),
    *_search("portal-"),
    *_views("portal-"),
    *_many("portal-"),
    *_people("portal-"),
]
desk = [path("", desk_views.vendors, name="desk-vendor-list"), *_search("desk-")]
plain = [
    path("", views.start, name="start"),
    path("go/", views.go, name="go"),
    path("go/<uuid:uid>/", views.take_seat, name="seat-take"),
    path("invite/<str:token>/", invitations.invitation, name="invitation"),
    path("not-here/", views.not_here, name="not-here"),
    path("own-domain", brand.is_own_domain, name="own-domain"),
    path("look/<uuid:uid>.png", brand.image, name="look-image"),
    path("look/<uuid:uid>/<slug:digest>.css", brand.sheet, name="look-sheet"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("oauth/authorize", oauth.authorize, name="oauth-authorize"),
    path("oauth/token", oauth.token, name="oauth-token"),
    path("oauth/revoke", oauth.revoke, name="oauth-revoke"),
    path("oauth/introspect", oauth.introspect, name="oauth-introspect"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth-metadata"),
]
# A person's own log-in. The names beginning with mfa_ are those the library leads to.
plain += [
    path("accounts/preferences/", preferences.preferences, name="preferences"),
    path("accounts/security/", security.security, name="security"),
    path("accounts/security/", security.security, name="mfa_index"),
    path("accounts/security/places/others/end/", security.end_others, name="sign-in-end-others"),
    path("accounts/security/places/<uuid:uid>/end/", security.end, name="sign-in-end"),
    path("accounts/security/app/", app_views.activate_totp, name="mfa_activate_totp"),
    path("accounts/security/app/remove/", app_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/security/passkeys/new/", passkey_views.add_webauthn, name="mfa_add_webauthn"),
    path("accounts/security/passkeys/<slug:mark>/remove/", security.remove_passkey, name="passkey-remove"),
    path("accounts/security/codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/security/codes/new/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("accounts/security/codes/file/", code_views.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("accounts/login/code/", factor_views.authenticate, name="mfa_authenticate"),
    path("accounts/login/passkey/", passkey_views.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/again/code/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/again/passkey/", passkey_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
]
api = [
    path("me", programs.Me.as_view(), name="api-me"),
    path("covers", covers_api.Covers.as_view(), name="api-cover-list"),
    path("covers/<uuid:uid>/end", covers_api.CoverEnd.as_view(), name="api-cover-end"),
    path("seats", people_api.People.as_view(), name="api-person-list"),
    path("seats/<uuid:uid>", people_api.PersonDetail.as_view(), name="api-person"),
    path("invitations", people_api.Invitations.as_view(), name="api-invitation-list"),
    path("invitations/<uuid:uid>/revocation", people_api.InvitationRevocation.as_view(), name="api-invitation-revoke"),
    path("invitations/<uuid:uid>/resending", people_api.InvitationResending.as_view(), name="api-invitation-resend"),
    path("seats/<uuid:uid>/open-work", handovers_api.SeatWork.as_view(), name="api-seat-work"),
    path("seats/<uuid:uid>/handover", handovers_api.SeatHandover.as_view(), name="api-seat-handover"),
    path("handovers", handovers_api.Handovers.as_view(), name="api-handover-list"),
    path("handovers/<uuid:uid>/undoing", handovers_api.HandoverUndoing.as_view(), name="api-handover-undo"),
    path("support-grants", support_api.SupportGrants.as_view(), name="api-supportgrant-list"),
    path("support-grants/<uuid:uid>/end", support_api.SupportGrantEnd.as_view(), name="api-supportgrant-end"),
    path("saved-views", saved_api.SavedViews.as_view(), name="api-savedview-list"),
    path("saved-views/<uuid:uid>/default", saved_api.SavedViewDefault.as_view(), name="api-savedview-default"),
    path("saved-views/<uuid:uid>/removal", saved_api.SavedViewRemoval.as_view(), name="api-savedview-remove"),
    path("customroles", people_api.Roles.as_view(), name="api-customrole-list"),
    path("customroles/<uuid:uid>", people_api.RoleDetail.as_view(), name="api-customrole"),
    path("search", programs.Search.as_view(), name="api-search"),
    path("look", brand_api.LookOfVendor.as_view(), name="api-look"),
    path("look/reset", brand_api.LookReset.as_view(), name="api-look-reset"),
    path("look/letter", brand_api.LookLetter.as_view(), name="api-look-letter"),
    path("look/domain", domain_api.Domain.as_view(), name="api-owndomain"),
    path("look/domain/check", domain_api.DomainCheck.as_view(), name="api-owndomain-check"),
    path("look/domain/removal", domain_api.DomainRemoval.as_view(), name="api-owndomain-remove"),
    path("looks", brand_api.Looks.as_view(), name="api-look-list"),
    path("looks/<uuid:uid>/return", brand_api.LookReturn.as_view(), name="api-look-return"),
    path("openapi.json", openapi, name="api-schema"),
    path("docs/", api_docs, name="api-docs"),
    path("docs", RedirectView.as_view(url="/api/v1/docs/")),
]
