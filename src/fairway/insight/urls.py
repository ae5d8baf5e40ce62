from django.urls import path

from fairway.insight.api import exports as programs
from fairway.insight.api import leads as api_leads
from fairway.insight.api import reviews as api_reviews
from fairway.insight.views import exports, leads, reviews, service

console = [
    path("reviews/", reviews.review_list, name="review-list"),
    path("reviews/rows/", reviews.rows, name="review-rows"),
    path("reviews/<uuid:uid>/", reviews.partner_review, name="review-partner"),
    path("channel/", reviews.channel, name="review-channel"),
    path("lead-report/", leads.lead_report, name="lead-report"),
    path("lead-report/rows/", leads.rows, name="lead-report-rows"),
    path("service-levels/", service.service_levels, name="service-levels"),
    path("service-levels/rows/", service.rows, name="service-level-rows"),
    path("exports/", exports.export_list, name="export-list"),
    path("exports/start/<slug:kind>/", exports.start, name="export-start"),
    path("exports/<uuid:uid>/file/", exports.export_file, name="export-file"),
]
portal = [
    path("review/", reviews.own_review, name="portal-review"),
    path("review/rows/", reviews.rows, name="portal-review-rows"),
    path("service-levels/", service.service_levels, name="portal-service-levels"),
    path("service-levels/rows/", service.rows, name="portal-service-level-rows"),
    path("exports/", exports.export_list, name="portal-export-list"),
    path("exports/start/<slug:kind>/", exports.start, name="portal-export-start"),
    path("exports/<uuid:uid>/file/", exports.export_file, name="portal-export-file"),
]
api = [
    path("exports", programs.Exports.as_view(), name="api-export-list"),
    path("exports/<uuid:uid>", programs.ExportDetail.as_view(), name="api-export"),
    path("exports/<uuid:uid>/file", programs.ExportText.as_view(), name="api-export-file"),
    path("lead-report", api_leads.LeadReport.as_view(), name="api-lead-report"),
    path("service-levels", api_leads.ServiceLevels.as_view(), name="api-service-levels"),
    path("review", api_reviews.PartnerReview.as_view(), name="api-review"),
    path("channel-review", api_reviews.ChannelReview.as_view(), name="api-channel-review"),
]
