"""Every address of the product. The vendor's short name stands before console, portal and public (ADR 2)."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("fairway.core.http.urls")),
]
