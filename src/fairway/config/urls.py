"""Every address of the product. The vendor's short name stands before console, portal and public (ADR 2).

A room with pages has `urls.py` with a list per surface: console, portal, public, desk, api, and `plain` for the few
addresses without a vendor. They are collected here.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.urls import include, path, re_path

from fairway.core.http.api.problems import nothing_here


def collected(surface: str) -> list[Any]:
    """The addresses of one surface, of all rooms in the order of INSTALLED_APPS."""
    rooms = [
        app
        for app in settings.INSTALLED_APPS
        if app.startswith("fairway.") and app != "fairway.config" and find_spec(f"{app}.urls")
    ]
    return [entry for room in rooms for entry in getattr(import_module(f"{room}.urls"), surface, [])]


urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("fairway.core.http.urls")),
    path("", include(collected("plain"))),
    path("console/", include(collected("console"))),
    path("portal/", include(collected("portal"))),
    path("public/", include(collected("public"))),
    path("desk/", include(collected("desk"))),
    path("api/v1/", include(collected("api"))),
    re_path("^api/", nothing_here),
]
handler500 = "fairway.core.http.api.problems.server_error"
