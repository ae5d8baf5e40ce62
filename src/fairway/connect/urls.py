from django.urls import path

from fairway.connect import api as imports_api
from fairway.connect.views import drops, duplicates, imports, mappings

console = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/drops/", drops.drop_list, name="dropfolder-list"),
    path("imports/drops/new/", drops.drop_new, name="dropfolder-new"),
    path("imports/drops/<uuid:uid>/", drops.drop_detail, name="dropfolder-detail"),
    path("imports/drops/<uuid:uid>/removal/", drops.drop_delete, name="dropfolder-delete"),
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
    path("duplicates/", duplicates.duplicate_list, name="duplicatepair-list"),
    path("duplicates/<uuid:uid>/", duplicates.duplicate_detail, name="duplicatepair-detail"),
    path("duplicates/<uuid:uid>/merge/", duplicates.duplicate_merge, name="duplicatepair-merge"),
    path("duplicates/<uuid:uid>/dismissal/", duplicates.duplicate_dismiss, name="duplicatepair-dismiss"),
    path("duplicates/<uuid:uid>/reopening/", duplicates.duplicate_reopen, name="duplicatepair-reopen"),
    path("duplicates/<uuid:uid>/undoing/", duplicates.duplicate_undo, name="duplicatepair-undo"),
]

api = [
    path("imports", imports_api.Imports.as_view(), name="api-importrun-list"),
    path("imports/<uuid:uid>", imports_api.ImportDetail.as_view(), name="api-importrun"),
    path("imports/<uuid:uid>/issues", imports_api.ImportIssues.as_view(), name="api-importissue-list"),
]
