"""Addresses of the collector's office."""

from django.urls import path

from tonerloop.common.actor import Role
from tonerloop.web.collector import programs, views
from tonerloop.web.shared import webhooks

app_name = "collector"
urlpatterns = [
    path("", views.collections, name="collections"),
    path("schedule/", views.schedule, name="schedule"),
    path("boxes/", views.boxes, name="boxes"),
    path("figures/", views.figures, name="figures"),
    *webhooks.addresses("collector", Role.DISPATCHER),
    path("programs/", programs.programs, name="programs"),
    path("programs/<int:program>/replace/", programs.rotate, name="rotate"),
    path("programs/<int:program>/revoke/", programs.revoke, name="revoke"),
    path("<slug:number>/", views.one, name="collection"),
]
