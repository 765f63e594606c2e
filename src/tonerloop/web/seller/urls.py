"""Addresses of the back office."""

from django.urls import include, path, re_path

from tonerloop.web.seller import figures, orders

app_name = "seller"
ORDER = r"^orders/(?P<number>[0-9]{10})/"
urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    re_path(ORDER + "$", orders.order, name="order"),
    re_path(ORDER + "confirm/$", orders.confirm, name="confirm"),
    re_path(ORDER + "change/$", orders.change, name="change"),
    re_path(ORDER + "ask/$", orders.ask, name="ask"),
    re_path(ORDER + "cancel/$", orders.cancel, name="cancel"),
    re_path(ORDER + "returns/$", orders.returns, name="returns"),
    re_path(ORDER + "messages/(?P<message>[0-9]{1,18})/$", orders.send_again, name="send_again"),
    path("figures/", figures.figures, name="figures"),
    path("", include("tonerloop.web.seller.records_urls")),
]
