"""Addresses of this portal."""

from django.http import HttpResponse
from django.urls import path

app_name = "manufacturer"
urlpatterns = [
    path("requests/", lambda r: HttpResponse(''), name="requests"),
    path("orders/", lambda r: HttpResponse(''), name="orders"),
    path("keys/", lambda r: HttpResponse(''), name="keys"),
]
