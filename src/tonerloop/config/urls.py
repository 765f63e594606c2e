"""Every address of the server."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from tonerloop.config import health
from tonerloop.web.operator.audit import audit_view
from tonerloop.web.operator.metrics import metrics
from tonerloop.web.operator.people import person_view
from tonerloop.web.operator.work import view as operator_work
from tonerloop.web.salesperson.by_mail import by_mail

handler500 = "tonerloop.web.shared.away.went_wrong"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    # Addresses are changed by whoever invited, not by oneself without a check.
    path("account/email/", RedirectView.as_view(pattern_name="home")),
    path("account/sessions/", RedirectView.as_view(pattern_name="sessions")),
    path("account/", include("allauth.urls")),
    path("admin/jobs/", operator_work, name="operator-work"),
    path("admin/audit/", audit_view, name="operator-audit"),
    path("admin/person/<int:person>/", person_view, name="operator-person"),
    path("admin/", admin.site.urls),
    path("", include("tonerloop.web.shared.urls")),
    path("order/", include("tonerloop.web.customer.urls")),
    path("sales/", include("tonerloop.web.salesperson.urls")),
    path("by-mail/", by_mail, name="by_mail"),
    path("seller/", include("tonerloop.web.seller.urls")),
    path("desk/", include("tonerloop.web.manufacturer.urls")),
    path("driver/", include("tonerloop.web.driver.urls")),
    path("collector/", include("tonerloop.web.collector.urls")),
    path("recovery/", include("tonerloop.web.recovery.urls")),
    path("api/", include("tonerloop.api.urls")),
]
