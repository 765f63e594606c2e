"""Addresses of the manufacturer's order desk."""

from django.urls import path

from tonerloop.common.actor import Role
from tonerloop.web.manufacturer import (
    automation,
    hours,
    lines,
    orders,
    points,
    programs,
    requests,
    returns,
    thresholds,
)
from tonerloop.web.shared import webhooks

app_name = "manufacturer"
urlpatterns = [
    path("", requests.requests, name="requests"),
    path("approve/", requests.approve_many, name="approve_many"),
    path("orders/", requests.orders, name="orders"),
    path("orders/<slug:number>/", orders.order, name="order"),
    path("orders/<slug:number>/approve/", orders.approved, name="approve"),
    path("orders/<slug:number>/lines/", lines.lines, name="lines"),
    path("orders/<slug:number>/cancel/", orders.cancelled, name="cancel"),
    path("orders/<slug:number>/ship/", orders.shipped, name="ship"),
    path("orders/<slug:number>/delivery/", orders.delivered, name="deliver"),
    path("returns/", returns.figures, name="returns"),
    path("thresholds/", thresholds.thresholds, name="thresholds"),
    path("thresholds/<int:threshold>/end/", thresholds.end, name="threshold_end"),
    path("points/", points.rules, name="points"),
    path("points/new/", points.new, name="points_new"),
    path("points/<int:rule>/end/", points.end, name="points_end"),
    path("points/settlements/", points.settled, name="settlements"),
    path("hours/", hours.hours, name="hours"),
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
    path("programs/", programs.programs, name="programs"),
    path("programs/<int:program>/replace/", programs.rotate, name="rotate"),
    path("programs/<int:program>/revoke/", programs.revoke, name="revoke"),
]
