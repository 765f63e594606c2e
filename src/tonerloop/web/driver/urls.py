"""Addresses of the driver's phone."""

from django.urls import path

from tonerloop.web.driver import views

app_name = "driver"
urlpatterns = [
    path("", views.stops, name="stops"),
    path("sw.js", views.worker, name="worker"),
    path("reports/", views.reports, name="reports"),
    path("<slug:number>/report/", views.report, name="report"),
]
