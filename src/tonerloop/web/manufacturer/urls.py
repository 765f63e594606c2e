"""Addresses of the manufacturer's order desk."""

from django.urls import path

from tonerloop.common.actor import Role
from tonerloop.web.manufacturer import automation, keys, orders, requests, returns
from tonerloop.web.shared import webhooks

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
    path("programs/", keys.keys, name="keys"),
    path("programs/<int:program>/revoke/", keys.revoke, name="revoke"),
    *webhooks.addresses("manufacturer", Role.ORDER_DESK),
    path("automation/", automation.home, name="automation"),
    path("automation/channel/", automation.channel, name="channel"),
    path("automation/prices/", automation.prices, name="list_prices"),
    path("automation/rules/new/", automation.new_rule, name="approval_rule_new"),
    path(
        "automation/rules/<int:approval_rule>/end/",
        automation.end_approval_rule,
        name="approval_rule_end",
    ),
]
