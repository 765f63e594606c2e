"""Addresses of the buyer's portal."""

from django.urls import path

from tonerloop.common.actor import Role
from tonerloop.web.customer import (
    collection,
    lists,
    machines,
    orders,
    paste,
    programs,
    review,
    rewards,
    sheet,
)
from tonerloop.web.shared import webhooks

app_name = "customer"
urlpatterns = [
    path("", sheet.order, name="order"),
    path("other/", sheet.other, name="other"),
    path("other/take-out/", sheet.take_line_out, name="take_out"),
    path("paste/", paste.paste, name="paste"),
    path("lists/", lists.listed, name="lists"),
    path("lists/<int:saved_list>/", lists.one, name="list"),
    path("lists/<int:saved_list>/order/", lists.ordered, name="list_order"),
    path("lists/<int:saved_list>/delete/", lists.deleted, name="list_delete"),
    path("machines/", machines.machines, name="machines"),
    path("machines/stickers/", machines.printed, name="stickers"),
    path("review/", review.review, name="review"),
    path("review/ship-to/", review.ship_to, name="ship_to"),
    path("placed/<uuid:key>/", review.placed, name="placed"),
    path("collection/", collection.home, name="collection"),
    path("collection/ask/", collection.ask, name="collection_ask"),
    path("collection/box/", collection.box, name="collection_box"),
    path("collection/rewards/", rewards.rewards, name="rewards"),
    path("collection/statement/<int:year>/", collection.statement, name="statement"),
    path("collection/<slug:number>/", collection.one, name="collection_one"),
    path("collection/<slug:number>/labels/", collection.labels, name="labels"),
    path("collection/<slug:number>/cancel/", collection.cancel, name="collection_cancel"),
    *webhooks.addresses("customer", Role.BUYER),
    path("programs/", programs.programs, name="programs"),
    path("programs/<int:program>/replace/", programs.rotate, name="rotate"),
    path("programs/<int:program>/revoke/", programs.revoke, name="revoke"),
    path("orders/", orders.listed, name="orders"),
    path("orders/<slug:number>/", orders.one, name="one"),
    path("orders/<slug:number>/again/", lists.again, name="again"),
    path("orders/<slug:number>/save/", orders.saved, name="save_order"),
    path("orders/<slug:number>/cancel/", orders.cancelled, name="cancel"),
    path("orders/<slug:number>/answer/", orders.answered, name="answer"),
    path("orders/<slug:number>/delivered/", orders.delivered, name="delivered"),
]
