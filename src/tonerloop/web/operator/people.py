"""The operator's page about one person: their data, and their end."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tonerloop.common.refusal import Refused
from tonerloop.outbound.erasing import erase
from tonerloop.parties.models import Person
from tonerloop.web.shared.yourself import as_file as data_file


def operator(request: HttpRequest) -> Person:
    """Who is logged in, if that is the operator; PermissionDenied else."""
    if not isinstance(request.user, Person) or not request.user.is_superuser:
        raise PermissionDenied
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
def one_person(request: HttpRequest, person: int) -> HttpResponse:
    """A person's data as a file (`?as=json`), and a button that erases them."""
    by, about = operator(request), Person.objects.get(pk=person)
    if request.GET.get("as") == "json":
        return data_file(person, by=by)
    if request.method == "POST":
        try:
            erase(person, by=by)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The person is erased. Orders and deeds stay."))
            return redirect("admin:parties_person_changelist")
    context = {**admin.site.each_context(request), "title": _("One person"), "about": about}
    return render(request, "operator/person.html", context)


person_view = admin.site.admin_view(one_person)
