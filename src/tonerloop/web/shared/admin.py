"""The operator's admin site: one way in for everybody, the ordinary log-in."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign,no-untyped-call]
admin.site.site_header = _("Tonerloop: operator")
admin.site.site_title = _("Operator")
admin.site.index_template = "operator/index.html"
admin.site.index_title = _("Records")
