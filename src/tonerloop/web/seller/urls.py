"""Addresses of the back office."""

from django.urls import include, path

from tonerloop.common.actor import Role
from tonerloop.web.seller import collections, figures, orders, points, programs, rewards
from tonerloop.web.shared import webhooks

app_name = "seller"
urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/<slug:number>/", orders.order, name="order"),
    path("orders/<slug:number>/confirm/", orders.confirm, name="confirm"),
    path("orders/<slug:number>/change/", orders.change, name="change"),
    path("orders/<slug:number>/ask/", orders.ask, name="ask"),
    path("orders/<slug:number>/cancel/", orders.cancel, name="cancel"),
    path("orders/<slug:number>/returns/", orders.returns, name="returns"),
    path("orders/<slug:number>/messages/<int:message>/send/", orders.send_again, name="send_again"),
    path("points/", points.rules, name="points"),
    path("points/new/", points.new, name="points_new"),
    path("points/<int:rule>/end/", points.end, name="points_end"),
    path("points/settlements/", points.settled, name="settlements"),
    path("rewards/", rewards.rewards, name="rewards"),
    path("rewards/<int:reward>/withdraw/", rewards.withdraw, name="reward_withdraw"),
    path("rewards/orders/<int:reward_order>/end/", rewards.end, name="reward_end"),
    path("collections/", collections.collections, name="collections"),
    path("collections/figures/", collections.figures, name="collection_figures"),
    path("collections/schedule/", collections.schedule, name="schedule"),
    path("collections/boxes/", collections.boxes, name="boxes"),
    path("collections/<slug:number>/", collections.one, name="collection"),
    path("collections/<slug:number>/cancel/", collections.cancel, name="collection_cancel"),
    *webhooks.addresses("seller", Role.BACK_OFFICE),
    path("figures/", figures.figures, name="figures"),
    path("programs/", programs.programs, name="programs"),
    path("programs/<int:program>/replace/", programs.rotate, name="rotate"),
    path("programs/<int:program>/revoke/", programs.revoke, name="revoke"),
    path("", include("tonerloop.web.seller.records_urls")),
]
