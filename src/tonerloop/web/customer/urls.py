"""Addresses of this portal."""

from django.http import HttpResponse
from django.urls import path

app_name = "customer"
urlpatterns = [
    path("order/", lambda r: HttpResponse(''), name="order"),
    path("orders/", lambda r: HttpResponse(''), name="orders"),
]
