"""Addresses of the kernel: the homes, the way there after log-in, health."""

from django.urls import path

from fairway.core import views
from fairway.core.http import home_views

console = [path("", home_views.console_home, name="home")]
portal = [path("", home_views.portal_home, name="portal-home")]
plain = [
    path("", views.start, name="start"),
    path("go/", views.go, name="go"),
    path("go/<uuid:uid>/", views.take_seat, name="seat-take"),
    path("not-here/", views.not_here, name="not-here"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
