"""Addresses for the tests of navigation."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("console/", nothing, name="home"),
    path("console/leads/", nothing, name="leads"),
    path("console/deals/", nothing, name="deals"),
    path("portal/offers/", nothing, name="offers"),
]
