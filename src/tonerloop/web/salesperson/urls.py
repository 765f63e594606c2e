"""Addresses of this portal."""

from django.http import HttpResponse
from django.urls import path

app_name = "salesperson"
urlpatterns = [
    path("queue/", lambda r: HttpResponse(''), name="queue"),
    path("orders/", lambda r: HttpResponse(''), name="orders"),
]
