from django.urls import path

from fairway.core.http import home_views

console = [path("", home_views.console_home, name="home")]
portal = [path("", home_views.portal_home, name="portal-home")]
