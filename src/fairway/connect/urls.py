from django.urls import path

from fairway.connect.views import imports, mappings

console = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/mappings/", mappings.mapping_list, name="savedmapping-list"),
    path("imports/mappings/<uuid:uid>/", mappings.mapping_detail, name="savedmapping-detail"),
    path("imports/mappings/<uuid:uid>/forgetting/", mappings.mapping_forget, name="savedmapping-forget"),
    path("imports/templates/<slug:kind>/", imports.import_template, name="import-template"),
    path("imports/<uuid:uid>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:uid>/columns/", imports.import_columns, name="import-columns"),
    path("imports/<uuid:uid>/reading/", imports.import_reading, name="import-reading"),
    path("imports/<uuid:uid>/guess/", imports.import_guess, name="import-guess"),
    path("imports/<uuid:uid>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<uuid:uid>/cancellation/", imports.import_cancel, name="import-cancel"),
    path("imports/<uuid:uid>/resumption/", imports.import_resume, name="import-resume"),
    path("imports/<uuid:uid>/again/", imports.import_again, name="import-again"),
    path("imports/<uuid:uid>/issues/", imports.import_issues, name="import-issues"),
]
