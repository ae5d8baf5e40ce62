from django.urls import path

from fairway.workflow.api import hours as api_hours
from fairway.workflow.api import mails as api_mails
from fairway.workflow.api import notices as api_notices
from fairway.workflow.api.choices import OwnNotices
from fairway.workflow.views import choices, hours, mails
from fairway.workflow.views import notifications as views

console = [
    path("notifications/", views.notification_list, name="notification-list"),
    path("notifications/read/", views.read_all, name="notification-read-all"),
    path("notifications/settings/", choices.notice_settings, name="notification-settings"),
    path("notifications/<uuid:uid>/", views.open_notification, name="notification-open"),
    path("business-hours/", hours.hours_list, name="placehours-list"),
    path("business-hours/new/", hours.edit, name="placehours-new"),
    path("business-hours/<uuid:uid>/", hours.edit, name="placehours-edit"),
    path("business-hours/<uuid:uid>/removal/", hours.removal, name="placehours-removal"),
    path("mails/", mails.mail_list, name="mail-list"),
    path("mails/<uuid:uid>/retry/", mails.retry, name="mail-retry"),
]
portal = [
    path("notifications/", views.notification_list, name="portal-notification-list"),
    path("notifications/read/", views.read_all, name="portal-notification-read-all"),
    path("notifications/settings/", choices.notice_settings, name="portal-notification-settings"),
    path("notifications/<uuid:uid>/", views.open_notification, name="portal-notification-open"),
]
public = [path("mails/<str:token>/", choices.unsubscribe, name="public-mails")]
api = [
    path("me/notices", OwnNotices.as_view(), name="api-own-notices"),
    path("notifications", api_notices.Notices.as_view(), name="api-notification-list"),
    path("notifications/reading", api_notices.NoticesReading.as_view(), name="api-notification-read-all"),
    path("notifications/<uuid:uid>/reading", api_notices.NoticeReading.as_view(), name="api-notification-read"),
    path("business-hours", api_hours.BusinessHours.as_view(), name="api-placehours-list"),
    path("business-hours/<uuid:uid>", api_hours.BusinessHoursDetail.as_view(), name="api-placehours"),
    path("business-hours/<uuid:uid>/removal", api_hours.BusinessHoursRemoval.as_view(), name="api-placehours-remove"),
    path("mails", api_mails.Mails.as_view(), name="api-mail-list"),
    path("mails/<uuid:uid>", api_mails.MailDetail.as_view(), name="api-mail"),
    path("mails/<uuid:uid>/retry", api_mails.MailRetry.as_view(), name="api-mail-retry"),
    path("failing-deadlines", api_mails.FailingDeadlines.as_view(), name="api-deadline-failing"),
]
