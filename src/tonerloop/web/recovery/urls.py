"""Addresses of the recovery centre."""

from django.urls import path

from tonerloop.web.recovery import requests, station, strays

app_name = "recovery"
urlpatterns = [
    path("", station.station, name="station"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<slug:number>/", requests.one, name="request"),
    path("requests/<slug:number>/<int:piece>/", requests.correction, name="correct"),
    path("strays/", strays.listed, name="strays"),
    path("strays/<int:stray>/", strays.one, name="stray"),
]
