from django.urls import path

from fairway.workflow import views

console = [
    path("notifications/", views.notification_list, name="notification-list"),
    path("notifications/read/", views.read_all, name="notification-read-all"),
    path("notifications/<uuid:uid>/", views.open_notification, name="notification-open"),
]
portal = [
    path("notifications/", views.notification_list, name="portal-notification-list"),
    path("notifications/read/", views.read_all, name="portal-notification-read-all"),
    path("notifications/<uuid:uid>/", views.open_notification, name="portal-notification-open"),
]
