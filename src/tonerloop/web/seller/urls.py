"""Addresses of this portal."""

from django.http import HttpResponse
from django.urls import path

app_name = "seller"
urlpatterns = [
    path("orders/", lambda r: HttpResponse(''), name="orders"),
    path("customers/", lambda r: HttpResponse(''), name="customers"),
    path("agreements/", lambda r: HttpResponse(''), name="agreements"),
    path("figures/", lambda r: HttpResponse(''), name="figures"),
]
