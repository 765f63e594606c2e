"""Back office: working hours and reminders, absences, handing customers over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.actions import hand_over
from tonerloop.orders.states import OPEN
from tonerloop.parties.actions import seller_of, seller_people, set_working_time
from tonerloop.parties.models import Customer, Person, Seller
from tonerloop.parties.working import calendar_of, stages_of
from tonerloop.web.seller.records_common import kept, show
from tonerloop.web.shared import absences as shared
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.week_forms import AnsweringForm

OFFICE = shared.Place(namespace="seller", frame="base.html")
MOST_SHOWN = 300


@portal(Role.BACK_OFFICE)
def working_time(request: HttpRequest, actor: Actor) -> HttpResponse:
    """When the seller works, and after how long who is told that an answer is due."""
    seller = Seller.objects.select_related("working_time").get(pk=seller_of(actor))
    shown = AnsweringForm.initial_of(calendar_of(seller))
    shown |= AnsweringForm.initial_of_stages(stages_of(seller))
    form = AnsweringForm(request.POST or None, initial=shown)
    if kept(form, lambda: set_working_time(form.week(), form.stages(), by=actor)) is None:
        return show(request, "working_time.html", {"seller": seller}, form)
    messages.success(request, _("The hours hold for what is asked from now on."))
    return redirect("seller:working_time")


@portal(Role.BACK_OFFICE)
def absences(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who is away and who stands in."""
    return shared.page(request, actor, place=OFFICE)


@portal(Role.BACK_OFFICE)
@require_POST
def absence_end(request: HttpRequest, actor: Actor, absence: int) -> HttpResponse:
    """Somebody is back."""
    return shared.end(request, actor, absence, place=OFFICE)


class HandOverForm(forms.Form):
    """Whose customers go to whom; all of them, or those that are checked."""

    to = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Hand over to"))
    customers = forms.ModelMultipleChoiceField(Customer.objects.none(), required=False)
    every = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, people: QuerySet[Person], mine: QuerySet[Customer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        self.fields["customers"].queryset = mine  # type: ignore[attr-defined]

    def chosen(self) -> list[int] | None:
        """The ids of the customers, None for all."""
        given = self.cleaned_data
        return None if given["every"] else [customer.pk for customer in given["customers"]]


@portal(Role.BACK_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give one, several or all customers of a salesperson to another."""
    seller_id = seller_of(actor)
    people = seller_people(seller_id)
    givers = _givers(seller_id)
    giver = _giver(request, givers)
    mine = Customer.objects.filter(seller_id=seller_id, salesperson=giver)
    others = people.exclude(pk=giver.pk) if giver else people
    form = HandOverForm(request.POST or None, people=others, mine=mine)

    def hand() -> int:
        to = form.cleaned_data["to"]
        return hand_over(giver.pk if giver else 0, to.pk, form.chosen(), by=actor)

    count = kept(form, hand)
    if count is None:
        return _handover_page(request, form, givers, giver, mine)
    words = ngettext(
        "%(count)d customer now belongs to %(name)s.",
        "%(count)d customers now belong to %(name)s.",
        count,
    )
    name = form.cleaned_data["to"].name
    messages.success(request, words % {"count": count, "name": name})
    return redirect("seller:handover")


def _givers(seller_id: int) -> QuerySet[Person]:
    """Everybody who is in charge of a customer, also those who have left."""
    having = Customer.objects.filter(seller_id=seller_id).values("salesperson_id")
    return Person.objects.filter(pk__in=having).order_by("name", "pk")


def _giver(request: HttpRequest, givers: QuerySet[Person]) -> Person | None:
    """The salesperson whose customers are shown, as chosen above the list."""
    chosen = request.GET.get("from", "")
    known = chosen.isascii() and chosen.isdigit() and len(chosen) < 16
    return givers.filter(pk=int(chosen)).first() if known else None


def _handover_page(
    request: HttpRequest,
    form: HandOverForm,
    givers: QuerySet[Person],
    giver: Person | None,
    mine: QuerySet[Customer],
) -> HttpResponse:
    open_ones = Count("orders", filter=Q(orders__status__in=OPEN))
    customers = mine.select_related("deputy").annotate(under_way=open_ones).order_by("name", "pk")
    context = {
        "givers": givers,
        "giver": giver,
        "customers": customers[:MOST_SHOWN] if giver else [],
        "count": mine.count() if giver else 0,
        "checked": set(request.POST.getlist("customers")),
    }
    return show(request, "handover.html", context, form)
