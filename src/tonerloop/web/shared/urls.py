"""Addresses that belong to no portal: the way in, switching roles, the language."""

from django.urls import path

from tonerloop.web.shared import labels, stickers, views

urlpatterns = [
    path("", views.home, name="home"),
    path("switch/", views.switch, name="switch"),
    path("l/<slug:identifier>", labels.label, name="label"),
    path("m/<slug:code>", stickers.scan, name="sticker"),
    path("language/", views.language, name="set_language"),
]
