"""Who is away and who stands in: the same list and form for a salesperson and the back office."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.days import local_day
from tonerloop.parties.actions import Away, end_absence, record_absence, seller_people
from tonerloop.parties.models import Absence, Person, Seller
from tonerloop.web.shared.keeping import kept

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Place:
    """The portal in which absences are shown."""

    namespace: str
    frame: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """An absence as its readers see it."""

    absence: Absence
    first_day: date
    last_day: date
    now: bool
    may_end: bool


class AbsenceForm(forms.Form):
    """From which day to which somebody is away, and who stands in."""

    person = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Who is away"))
    first_day = forms.DateField(
        label=gettext_lazy("First day away"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Type the day as year-month-day: 2026-11-23.")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day away"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Type the day as year-month-day: 2026-11-23.")},
    )
    deputy = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Who stands in"),
        required=False,
        empty_label=gettext_lazy("The customer’s deputy"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        people = seller_people(known(actor.seller_id))
        if actor.role == Role.SALESPERSON:
            del self.fields["person"]
            people = people.exclude(pk=known(actor.person_id))
        else:
            self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["deputy"].queryset = people  # type: ignore[attr-defined]

    def away(self) -> Away:
        """What was typed, as the verb takes it."""
        given = self.cleaned_data
        person, deputy = given.get("person"), given["deputy"]
        return Away(
            person_id=person.pk if person else known(self.actor.person_id),
            first_day=given["first_day"],
            last_day=given["last_day"],
            deputy_id=deputy.pk if deputy else None,
        )


def page(request: HttpRequest, actor: Actor, *, place: Place) -> HttpResponse:
    """Who is away now or will be, and a form for one more."""
    seller = Seller.objects.get(pk=known(actor.seller_id))
    today = local_day(timezone.now(), seller.time_zone)
    form = AbsenceForm(request.POST or None, actor=actor, initial={"first_day": today})
    if kept(form, lambda: record_absence(form.away(), by=actor)) is None:
        context = {
            "form": form,
            "rows": _rows(actor, seller),
            "frame": place.frame,
            "place": place.namespace,
            "of_all": actor.role == Role.BACK_OFFICE,
        }
        status = 422 if form.is_bound else 200
        return render(request, "shared/absences.html", context, status=status)
    messages.success(request, _("The absence is noted. Orders and reminders go to who stands in."))
    return redirect(f"{place.namespace}:absences")


def end(request: HttpRequest, actor: Actor, absence: int, *, place: Place) -> HttpResponse:
    """Somebody is back, or does not go."""
    ended = end_absence(absence, by=actor)
    words = _("%(name)s is in charge again.") % {"name": ended.person.name}
    messages.success(request, words)
    return redirect(f"{place.namespace}:absences")


def _rows(actor: Actor, seller: Seller) -> list[Row]:
    now = timezone.now()
    found = Absence.objects.filter(seller=seller, ends_at__gt=now)
    if actor.role == Role.SALESPERSON:
        found = found.filter(Q(person_id=actor.person_id) | Q(deputy_id=actor.person_id))
    shown = found.select_related("person", "deputy").order_by("begins_at", "pk")[:MOST_SHOWN]
    zone = seller.time_zone
    return [
        Row(
            absence=absence,
            first_day=local_day(absence.begins_at, zone),
            last_day=local_day(absence.ends_at - timedelta(seconds=1), zone),
            now=absence.begins_at <= now,
            may_end=actor.role == Role.BACK_OFFICE or absence.person_id == actor.person_id,
        )
        for absence in shown
    ]
