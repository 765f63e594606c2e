"""The back office's orders: the live list, one order, its answers as deputy, returns, messages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.asking import OneOf, ids
from tonerloop.common.text import no_control
from tonerloop.orders.actions import Refused, record_returns
from tonerloop.orders.finding import FEW, newest
from tonerloop.orders.models import Order, Return
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.outbound.actions import send_again as try_again
from tonerloop.outbound.live import topic_of
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Customer, Membership, Person
from tonerloop.web.shared import answers
from tonerloop.web.shared.answer_forms import ReturnsForm
from tonerloop.web.shared.order_lists import StatusFilter, listed, rows
from tonerloop.web.shared.orders import order_lines
from tonerloop.web.shared.portal import portal

OFFICE = answers.Desk(namespace="seller", frame="base.html", after="order")
PER_PAGE = 25
MOST_OFFERED = 200  # customers to choose from

# Sorted by this; each with its number at the end, so that pages never overlap.
SORTS = {
    "-placed": ("-placed_at",),
    "placed": ("placed_at",),
    "since": ("since",),
    "-since": ("-since",),
    "customer": ("customer__name", "-placed_at"),
    "-customer": ("-customer__name", "-placed_at"),
    "status": ("status", "-placed_at"),
    "-status": ("-status", "-placed_at"),
    "total": ("total",),
    "-total": ("-total",),
}


class OrdersFilter(StatusFilter):
    """Which orders of the seller, and in which sequence."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=gettext_lazy("Customer"),
        required=False,
        empty_label=gettext_lazy("All"),
    )
    salesperson = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Salesperson"),
        required=False,
        empty_label=gettext_lazy("All"),
    )
    sort = forms.ChoiceField(
        required=False, choices=[(name, name) for name in SORTS], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        seller = actor.seller_id or 0
        customers = Customer.objects.filter(seller_id=seller).order_by("name")
        self._offer(self.fields["customer"], customers)
        self._offer_people(seller)

    def _offer(self, field: Any, customers: QuerySet[Customer]) -> None:
        """The customers to choose from; of too many none, they are found by name."""
        field.queryset = customers
        offered = list(customers[: MOST_OFFERED + 1])
        if len(offered) > MOST_OFFERED:
            field.widget = forms.HiddenInput()
        else:
            field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in offered)]

    def _offer_people(self, seller: int) -> None:
        """The salespeople to choose from; where they are too many, a part of a name is typed."""
        selling = Membership.objects.filter(seller_id=seller, role=Role.SALESPERSON)
        found = list(selling.values_list("person_id", flat=True)[: MOST_OFFERED + 1])
        if len(found) > MOST_OFFERED:
            self._selling = selling
            self.fields["salesperson"] = forms.CharField(
                label=gettext_lazy("Salesperson"),
                required=False,
                max_length=60,
                validators=[no_control],
            )
        else:
            people = Person.objects.filter(OneOf(F("pk"), ids(found))).order_by("name")
            self.fields["salesperson"].queryset = people  # type: ignore[attr-defined]

    def _people(self) -> list[int] | None:
        """Ids of the salespeople who were chosen; None where that is left open."""
        chosen = self.chosen("salesperson")
        if isinstance(chosen, str):
            named = self._selling.filter(person__name__icontains=chosen)
            return list(named.values_list("person_id", flat=True)[: FEW + 1])
        return [chosen.pk] if chosen else None

    def _of(self, people: list[int], orders: OrderQuerySet) -> OrderQuerySet:
        """Orders of these salespeople's customers; where they are many, the newest of those."""
        customers = Customer.objects.filter(
            OneOf(F("salesperson_id"), ids(people)), seller_id=known(self.actor.seller_id)
        )
        if len(people) > FEW:
            named = self.chosen("salesperson")
            return newest(orders).filter(customer__salesperson__name__icontains=named)
        return orders.filter(OneOf(F("customer_id"), ArraySubquery(customers.values("pk"))))

    def narrow(self, orders: OrderQuerySet) -> OrderQuerySet:
        """The orders that match."""
        if customer := self.chosen("customer"):
            orders = orders.filter(customer=customer)
        if (people := self._people()) is not None:
            orders = self._of(people, orders)
        return super().narrow(orders)

    @property
    def sorted_by(self) -> str:
        """The chosen sequence; newest first unless chosen otherwise."""
        return self.chosen("sort") or "-placed"

    @property
    def in_use(self) -> bool:
        """True if something narrows the list."""
        return any(self.chosen(name) for name in ("q", "status", "customer", "salesperson"))


@portal(Role.BACK_OFFICE)
@require_safe
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders of the seller as they come in."""
    form = OrdersFilter(request.GET, actor=actor)
    page = _orders_page(form, actor, request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": rows(page),
        "org_topic": topic_of(actor),
    }
    return _page(request, "orders", context)


def _orders_page(form: OrdersFilter, actor: Actor, number: str | None) -> Page[Order]:
    found = form.narrow(Order.objects.visible_to(actor))
    return listed(found, (*SORTS[form.sorted_by], "-pk"), PER_PAGE, number)


@portal(Role.BACK_OFFICE)
@require_safe
def order(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Everything about one order."""
    found = answers.find(number, actor)
    context = answers.answer_page(found, actor, OFFICE)
    delivered = [line for line in context["lines"] if line.delivered_quantity]
    context["may_return"] = any(r.delivered_quantity > r.returned_quantity for r in delivered)
    context["returned"] = _returned(found) if delivered else []
    context["failed"] = _failed(found)
    return _page(request, "order", context)


def _returned(order: Order) -> list[Return]:
    found = Return.objects.filter(line__order=order)
    return list(found.select_related("line__consumable", "recorded_by").order_by("pk"))


def _failed(order: Order) -> list[Message]:
    """Mails that never arrived; a phone was replaced by a mail, a webhook is its owner's."""
    failed = Message.objects.filter(order_id=order.pk, state=Message.State.FAILED)
    return list(failed.filter(channel=Message.Channel.EMAIL))


@portal(Role.BACK_OFFICE)
@require_POST
def confirm(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The plain yes, as deputy."""
    return answers.confirm(request, actor, number, desk=OFFICE)


@portal(Role.BACK_OFFICE)
def change(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Other prices, another day, substitutes, as deputy."""
    return answers.change(request, actor, number, desk=OFFICE)


@portal(Role.BACK_OFFICE)
def ask(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A question to the buyer, as deputy."""
    return answers.question(request, actor, number, desk=OFFICE)


@portal(Role.BACK_OFFICE)
def cancel(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The end of the order, with a reason."""
    return answers.cancellation(request, actor, number, desk=OFFICE)


@portal(Role.BACK_OFFICE)
def returns(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Pieces that came back."""
    found = answers.find(number, actor)
    form = ReturnsForm(request.POST or None, lines=order_lines(found))
    if request.method == "POST" and form.is_valid():
        try:
            return _returned_now(request, actor, number, form)
        except Refused as refusal:
            form.refuse(refusal)
    context = {"order": found, "form": form, "version": _version(request, found)}
    status = 422 if form.is_bound else 200
    return render(request, "seller/order_returns.html", context, status=status)


def _version(request: HttpRequest, order: Order) -> int:
    return answers.seen_version(request) if request.method == "POST" else order.version


def _returned_now(
    request: HttpRequest, actor: Actor, number: str, form: ReturnsForm
) -> HttpResponse:
    quantities = form.quantities()
    reason, version = form.cleaned_data["reason"], answers.seen_version(request)
    record_returns(number, quantities, reason, by=actor, seen_version=version)
    count = sum(quantities.values())
    words = ngettext("%(count)d piece recorded.", "%(count)d pieces recorded.", count)
    messages.success(request, words % {"count": count})
    return redirect(OFFICE.url("order", number))


@portal(Role.BACK_OFFICE)
@require_POST
def send_again(request: HttpRequest, actor: Actor, number: str, message: int) -> HttpResponse:
    """Try a message that failed once more."""
    found = Order.objects.visible_to(actor).get(number=number)
    failed = Message.objects.get(pk=message, order_id=found.pk)
    try_again(failed.pk, by=actor)
    messages.success(request, _("The message to %(to)s is sent again.") % {"to": failed.recipient})
    return redirect(OFFICE.url("order", number))


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its live part where the open page asks for that."""
    part = "_live" if request.headers.get("HX-Request") else ""
    context["here"] = request.get_full_path()
    return render(request, f"seller/{name}{part}.html", context)
