"""Addresses of sales lines: for programs alone."""

from django.urls import path

from fairway.sales import api as sales

api = [
    path("sales-lines", sales.SalesLines.as_view(), name="api-salesline-list"),
    path("sales-lines/bulk", sales.SalesLineBulk.as_view(), name="api-salesline-bulk"),
]
