"""Addresses of the collector's office."""

from django.urls import path

from tonerloop.web.collector import views

app_name = "collector"
urlpatterns = [
    path("", views.collections, name="collections"),
    path("schedule/", views.schedule, name="schedule"),
    path("boxes/", views.boxes, name="boxes"),
    path("figures/", views.figures, name="figures"),
    path("<slug:number>/", views.one, name="collection"),
]
