from django.urls import path

from fairway.privacy import api as programs
from fairway.privacy.views import own, people

console = [
    path("personal/", people.people, name="personal-list"),
    path("personal/own/", own.own_data, name="own-data"),
    path("personal/own/file/", own.ask, name="own-data-request"),
    path("personal/files/<uuid:uid>/", own.file, name="personal-file"),
    path("personal/erasures/<uuid:uid>/", people.erasure, name="erasure-detail"),
    path("personal/erasures/<uuid:uid>/allowance/", people.allow, name="erasure-allow"),
    path("personal/people/<uuid:uid>/", people.person, name="personal-person"),
    path("personal/people/<uuid:uid>/file/", people.write, name="personal-request"),
    path("personal/people/<uuid:uid>/erasure/", people.erase, name="erasure-new"),
]
portal = [
    path("personal/own/", own.own_data, name="portal-own-data"),
    path("personal/own/file/", own.ask, name="portal-own-data-request"),
    path("personal/files/<uuid:uid>/", own.file, name="portal-personal-file"),
]
api = [
    path("erasures", programs.Erasures.as_view(), name="api-erasure-list"),
    path("erasures/<uuid:uid>", programs.ErasureDetail.as_view(), name="api-erasure"),
    path("erasures/<uuid:uid>/allowance", programs.ErasureAllowance.as_view(), name="api-erasure-allow"),
    path("personal-exports", programs.PersonalExports.as_view(), name="api-personalexport-list"),
]
