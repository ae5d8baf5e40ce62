from django.urls import path

from fairway.connect.api import drops as api_drops
from fairway.connect.api import duplicates as api_pairs
from fairway.connect.api import imports as api_imports
from fairway.connect.api import mappings as api_mappings
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
    path("duplicates/leads/<uuid:uid>/", duplicates.duplicate_of_lead, name="duplicatepair-of-lead"),
    path("duplicates/<uuid:uid>/", duplicates.duplicate_detail, name="duplicatepair-detail"),
    path("duplicates/<uuid:uid>/merge/", duplicates.duplicate_merge, name="duplicatepair-merge"),
    path("duplicates/<uuid:uid>/dismissal/", duplicates.duplicate_dismiss, name="duplicatepair-dismiss"),
    path("duplicates/<uuid:uid>/reopening/", duplicates.duplicate_reopen, name="duplicatepair-reopen"),
    path("duplicates/<uuid:uid>/undoing/", duplicates.duplicate_undo, name="duplicatepair-undo"),
]

api = [
    path("imports", api_imports.Imports.as_view(), name="api-importrun-list"),
    path("imports/<uuid:uid>", api_imports.ImportDetail.as_view(), name="api-importrun"),
    path("imports/<uuid:uid>/issues", api_imports.ImportIssues.as_view(), name="api-importissue-list"),
    path("imports/<uuid:uid>/start", api_imports.ImportStart.as_view(), name="api-importrun-start"),
    path("imports/<uuid:uid>/cancellation", api_imports.ImportCancellation.as_view(), name="api-importrun-cancel"),
    path("imports/<uuid:uid>/resumption", api_imports.ImportResumption.as_view(), name="api-importrun-resume"),
    path("imports/<uuid:uid>/again", api_imports.ImportAgain.as_view(), name="api-importrun-again"),
    path("saved-mappings", api_mappings.Mappings.as_view(), name="api-savedmapping-list"),
    path("saved-mappings/<uuid:uid>", api_mappings.MappingDetail.as_view(), name="api-savedmapping"),
    path("saved-mappings/<uuid:uid>/forgetting", api_mappings.MappingForgetting.as_view(), name="api-mapping-forget"),
    path("drop-folders", api_drops.Drops.as_view(), name="api-dropfolder-list"),
    path("drop-folders/<uuid:uid>", api_drops.DropDetail.as_view(), name="api-dropfolder"),
    path("drop-folders/<uuid:uid>/removal", api_drops.DropRemoval.as_view(), name="api-dropfolder-remove"),
    path("duplicates", api_pairs.Duplicates.as_view(), name="api-duplicatepair-list"),
    path("duplicates/<uuid:uid>", api_pairs.DuplicateDetail.as_view(), name="api-duplicatepair"),
    path("duplicates/<uuid:uid>/merge", api_pairs.DuplicateMerge.as_view(), name="api-duplicate-merge"),
    path("duplicates/<uuid:uid>/dismissal", api_pairs.DuplicateDismissal.as_view(), name="api-duplicate-dismiss"),
    path("duplicates/<uuid:uid>/reopening", api_pairs.DuplicateReopening.as_view(), name="api-duplicate-reopen"),
    path("duplicates/<uuid:uid>/undoing", api_pairs.DuplicateParting.as_view(), name="api-duplicate-undo"),
]
