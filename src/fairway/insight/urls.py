from django.urls import path

from fairway.insight.api import exports as programs
from fairway.insight.api import reviews as api_reviews
from fairway.insight.views import exports, reviews

console = [
    path("reviews/", reviews.review_list, name="review-list"),
    path("reviews/rows/", reviews.rows, name="review-rows"),
    path("reviews/<uuid:uid>/", reviews.partner_review, name="review-partner"),
    path("channel/", reviews.channel, name="review-channel"),
    path("exports/", exports.export_list, name="export-list"),
    path("exports/start/<slug:kind>/", exports.start, name="export-start"),
    path("exports/<uuid:uid>/file/", exports.export_file, name="export-file"),
]
portal = [
    path("review/", reviews.own_review, name="portal-review"),
    path("review/rows/", reviews.rows, name="portal-review-rows"),
    path("exports/", exports.export_list, name="portal-export-list"),
    path("exports/start/<slug:kind>/", exports.start, name="portal-export-start"),
    path("exports/<uuid:uid>/file/", exports.export_file, name="portal-export-file"),
]
api = [
    path("exports", programs.Exports.as_view(), name="api-export-list"),
    path("exports/<uuid:uid>", programs.ExportDetail.as_view(), name="api-export"),
    path("exports/<uuid:uid>/file", programs.ExportText.as_view(), name="api-export-file"),
    path("review", api_reviews.PartnerReview.as_view(), name="api-review"),
    path("channel-review", api_reviews.ChannelReview.as_view(), name="api-channel-review"),
]
