"""Addresses of the kernel: the homes, the way there after log-in, health, people and keys."""

from typing import Any

from django.urls import path
from django.views.generic import RedirectView

from fairway.core import api as programs
from fairway.core import views
from fairway.core.http import home_views
from fairway.core.http.api.docs import page as api_docs
from fairway.core.http.api.schema import openapi
from fairway.core.http.metrics import metrics
from fairway.core.tenancy.views import desk as desk_views
from fairway.core.tenancy.views import invitations, people, tokens


def _people(prefix: str) -> list[Any]:
    return [
        path("people/", people.people, name=f"{prefix}person-list"),
        path("people/invite/", people.invite_person, name=f"{prefix}person-invite"),
        path("people/<uuid:uid>/", people.person, name=f"{prefix}person-detail"),
        path("people/<uuid:uid>/close/", people.close, name=f"{prefix}person-close"),
        path("people/<uuid:uid>/open/", people.reopen, name=f"{prefix}person-open"),
        path("invitations/<uuid:uid>/resend/", people.resend, name=f"{prefix}invitation-resend"),
        path("invitations/<uuid:uid>/revoke/", people.revoke, name=f"{prefix}invitation-revoke"),
        path("keys/", tokens.tokens, name=f"{prefix}token-list"),
        path("keys/<uuid:uid>/revoke/", tokens.revoke, name=f"{prefix}token-revoke"),
    ]


console = [path("", home_views.console_home, name="home"), *_people("")]
portal = [path("", home_views.portal_home, name="portal-home"), *_people("portal-")]
desk = [path("", desk_views.vendors, name="desk-vendor-list")]
plain = [
    path("", views.start, name="start"),
    path("go/", views.go, name="go"),
    path("go/<uuid:uid>/", views.take_seat, name="seat-take"),
    path("invite/<str:token>/", invitations.invitation, name="invitation"),
    path("not-here/", views.not_here, name="not-here"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
api = [
    path("me", programs.Me.as_view(), name="api-me"),
    path("openapi.json", openapi, name="api-schema"),
    path("docs/", api_docs, name="api-docs"),
    path("docs", RedirectView.as_view(url="/api/v1/docs/")),
]
