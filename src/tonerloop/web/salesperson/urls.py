"""Addresses of the salesperson's phone."""

from django.urls import path, re_path

from tonerloop.web.salesperson import views

app_name = "salesperson"
NUMBER = r"^(?P<number>[0-9]{10})/"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("orders/", views.orders, name="orders"),
    re_path(NUMBER + "$", views.order, name="order"),
    re_path(NUMBER + "confirm/$", views.confirm, name="confirm"),
    re_path(NUMBER + "change/$", views.change, name="change"),
    re_path(NUMBER + "ask/$", views.ask, name="ask"),
    re_path(NUMBER + "cancel/$", views.cancel, name="cancel"),
]
