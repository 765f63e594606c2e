"""Addresses of the salesperson's phone."""

from django.urls import path

from tonerloop.web.salesperson import absence, devices, views

app_name = "salesperson"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("orders/", views.orders, name="orders"),
    path("absence/", absence.absences, name="absences"),
    path("absence/<int:absence>/end/", absence.absence_end, name="absence_end"),
    path("sw.js", views.worker, name="worker"),
    path("not-kept/", views.not_kept, name="not_kept"),
    path("phone/", devices.devices, name="devices"),
    path("phone/add/", devices.add, name="device_add"),
    path("phone/<int:device>/remove/", devices.remove, name="device_remove"),
    path("<slug:number>/", views.order, name="order"),
    path("<slug:number>/confirm/", views.confirm, name="confirm"),
    path("<slug:number>/change/", views.change, name="change"),
    path("<slug:number>/ask/", views.ask, name="ask"),
    path("<slug:number>/cancel/", views.cancel, name="cancel"),
]
