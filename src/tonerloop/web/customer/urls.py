"""Addresses of the buyer's portal."""

from django.urls import path

from tonerloop.web.customer import orders, review, sheet

app_name = "customer"
urlpatterns = [
    path("", sheet.order, name="order"),
    path("other/", sheet.other, name="other"),
    path("other/take-out/", sheet.take_line_out, name="take_out"),
    path("review/", review.review, name="review"),
    path("review/ship-to/", review.ship_to, name="ship_to"),
    path("placed/<uuid:key>/", review.placed, name="placed"),
    path("orders/", orders.listed, name="orders"),
    path("orders/<slug:number>/", orders.one, name="one"),
    path("orders/<slug:number>/cancel/", orders.cancelled, name="cancel"),
    path("orders/<slug:number>/answer/", orders.answered, name="answer"),
    path("orders/<slug:number>/delivered/", orders.delivered, name="delivered"),
]
