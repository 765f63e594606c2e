"""Addresses of the manufacturer's order desk."""

from django.urls import path

from tonerloop.web.manufacturer import orders, programs, requests, returns

app_name = "manufacturer"
urlpatterns = [
    path("", requests.requests, name="requests"),
    path("approve/", requests.approve_many, name="approve_many"),
    path("orders/", requests.orders, name="orders"),
    path("orders/<slug:number>/", orders.order, name="order"),
    path("orders/<slug:number>/approve/", orders.approved, name="approve"),
    path("orders/<slug:number>/cancel/", orders.cancelled, name="cancel"),
    path("orders/<slug:number>/ship/", orders.shipped, name="ship"),
    path("orders/<slug:number>/delivery/", orders.delivered, name="deliver"),
    path("returns/", returns.figures, name="returns"),
    path("programs/", programs.programs, name="programs"),
    path("programs/<int:program>/replace/", programs.rotate, name="rotate"),
    path("programs/<int:program>/revoke/", programs.revoke, name="revoke"),
]
