"""The operator's admin site: one way in for everybody, the ordinary log-in, and a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from tonerloop.web.shared.portal import has_second_factor

View = Callable[..., HttpResponse]


def with_second_factor(view: View) -> View:
    """Deny the view to an operator without a second factor, on a page that leads to one.

    The demo alone goes without: its passwords are everybody's anyway.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        operator = admin.site.has_permission(request)
        if operator and not settings.DEMO and not has_second_factor(request):
            denied = render(request, "operator/factor.html", status=403)
            add_never_cache_headers(denied)
            return denied
        return view(request, *args, **kwargs)

    return guarded


_door = admin.site.admin_view


def _admin_view(view: Any, cacheable: bool = False) -> View:
    """Every page of the site, and each of ours within it, is opened through this."""
    return with_second_factor(_door(view, cacheable))


admin.site.admin_view = _admin_view  # type: ignore[method-assign,assignment]
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign,no-untyped-call]
admin.site.site_header = _("Tonerloop: operator")
admin.site.site_title = _("Operator")
admin.site.index_template = "operator/index.html"
admin.site.index_title = _("Records")
