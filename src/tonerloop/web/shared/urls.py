"""Addresses that belong to no portal: the way in, switching roles, the language."""

from django.urls import path

from tonerloop.web.shared import audit, entrance, labels, sessions, stickers, views, yourself

urlpatterns = [
    path("", views.home, name="home"),
    path("switch/", views.switch, name="switch"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:session>/end/", sessions.end, name="session_end"),
    path("sessions/end/", sessions.end_others, name="sessions_end"),
    path("log-in-rules/", entrance.rules, name="log_in_rules"),
    path("audit/", audit.audit_page, name="audit"),
    path("account/you/", yourself.yourself, name="yourself"),
    path("account/you/data/", yourself.your_data, name="your_data"),
    path("l/<slug:identifier>", labels.label, name="label"),
    path("m/<slug:code>", stickers.scan, name="sticker"),
    path("language/", views.language, name="set_language"),
]
