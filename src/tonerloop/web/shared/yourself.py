"""“Your data”: all that is kept about oneself as a file, and its end."""

import json

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from tonerloop.common.refusal import Refused
from tonerloop.outbound.erasing import data_of, erase
from tonerloop.parties.models import Person


class EraseForm(forms.Form):
    """The person's own address, typed again, so that no slip of the hand ends a log-in."""

    email = forms.EmailField(label=_("Type your e-mail address again"))

    def __init__(self, *args: object, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.person = person

    def clean_email(self) -> str:
        """The address, if it is theirs."""
        typed = str(self.cleaned_data["email"]).strip().lower()
        if typed != self.person.email:
            raise forms.ValidationError(_("This is not the address that you log in with."))
        return typed


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def yourself(request: HttpRequest) -> HttpResponse:
    """The page; its button ends the log-in for good."""
    assert isinstance(request.user, Person)
    form = EraseForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            erase(request.user.pk, by=request.user)
        except Refused as refused:
            form.add_error("email", refused.message)
        else:
            logout(request)
            return redirect("account_login")
    answer = render(request, "shared/yourself.html", {"form": form})
    add_never_cache_headers(answer)
    return answer


@login_required
@reauthentication_required
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    """All of it, as JSON."""
    assert isinstance(request.user, Person)
    return as_file(request.user.pk, by=request.user)


def as_file(person_id: int, *, by: Person) -> HttpResponse:
    """One person's data as a file that the browser keeps."""
    text = json.dumps(
        data_of(person_id, by=by), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False
    )
    name = f"person-{person_id}.json"
    answer = HttpResponse(text, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    add_never_cache_headers(answer)
    return answer
