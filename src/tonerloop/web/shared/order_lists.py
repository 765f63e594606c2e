"""Lists of orders for the seller: what is unusual, who has each one since when, finding one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Actor, Side
from tonerloop.common.text import no_control
from tonerloop.orders.finding import found_by, newest
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.states import OPEN, TURN, Status
from tonerloop.parties.charge import absences, present
from tonerloop.parties.models import Absence
from tonerloop.web.shared import pages
from tonerloop.web.shared.order_facts import FACTS, with_facts

ANY, STILL_OPEN = "", "open"
STATUS_CHOICES: list[tuple[str, Any]] = [
    (ANY, _("All")),
    (STILL_OPEN, _("Not finished")),
    *Status.choices,
]


@dataclass(frozen=True, kw_only=True)
class Row:
    """An order in a list; `holder` has it now, since `since`; "" where nobody has."""

    order: Order
    holder: str
    since: datetime


def rows(orders: Iterable[Order]) -> list[Row]:
    """The orders with who has each; they come from `with_facts`. One query for who is away."""
    found = list(orders)
    sellers = {order.seller_id for order in found if order.status == Status.PLACED}
    away = absences(sellers, timezone.now()) if sellers else {}
    return [
        Row(order=order, holder=holder(order, away), since=order.since)  # type: ignore[attr-defined]
        for order in found
    ]


def holder(order: Order, away: Mapping[int, Absence]) -> str:
    """The name of whoever has the order now; "" where nobody has."""
    person = present(order.customer, away)
    names = {
        Side.SELLER: person.name if person else str(_("Back office")),
        Side.BUYER: order.placed_by.name,
        Side.MANUFACTURER: order.manufacturer.name,
    }
    turn = TURN[Status(order.status)]
    return names[turn] if turn else ""


def in_status(orders: OrderQuerySet, status: str) -> OrderQuerySet:
    """Narrow to one status, to those not finished, or not at all."""
    if status == STILL_OPEN:
        return orders.filter(status__in=OPEN)
    return orders.filter(status=status) if status else orders


def matching(orders: OrderQuerySet, text: str) -> OrderQuerySet:
    """Narrow one customer's orders to this text in number, reference, its name or a part number.

    Each of them is looked at; a seller's million is searched by `found_by`.
    """
    if not text:
        return orders
    digits = "".join(char for char in text if char not in "- ")
    found = Q(reference__icontains=text) | Q(customer__name__icontains=text)
    if digits.isascii() and digits.isdigit():
        found |= Q(number__contains=digits)
    parts = OrderLine.objects.filter(order=OuterRef("pk"), consumable__part_number__icontains=text)
    return orders.filter(found | Q(Exists(parts)))


class StatusFilter(forms.Form):
    """Which orders, by status and text; `actor` narrows what other fields offer."""

    q = forms.CharField(
        label=_("Find"), required=False, max_length=60, strip=True, validators=[no_control]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUS_CHOICES)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)

    def chosen(self, name: str) -> Any:
        """What was chosen, None where that was not valid or nothing."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def narrow(self, orders: OrderQuerySet) -> OrderQuerySet:
        """The orders that match; the text comes last, since it finds the newest alone."""
        found, text = in_status(orders, self.chosen("status") or ANY), self.chosen("q")
        return found_by(found, text, self.actor.seller_id) if text else found


def listed(
    found: OrderQuerySet, sequence: Sequence[str], size: int, number: str | None
) -> Page[Order]:
    """A page of the orders that were found, with their facts, in any sequence.

    So that nothing grows with all orders there are, it is of the newest 500 (oldest first: of the
    oldest), and only what the page shows is asked for its facts.
    """
    first = "placed_at" if sequence[0] == "placed_at" else "-placed_at"
    if not sequence[0].endswith("placed_at"):
        found = newest(found, first)
    if sequence[0].endswith("since"):
        found = found.annotate(since=FACTS["since"])
    # Counting and leafing ask for the same rows: they are asked for once.
    kept = list(found.order_by(*sequence).values_list("pk", flat=True)[: pages.MOST + 1])
    page: Page[Any] = pages.page_of(kept, size, number)
    place = {pk: turn for turn, pk in enumerate(page.object_list)}
    rows = with_facts(Order.objects.filter(pk__in=list(place)))
    page.object_list = sorted(rows, key=lambda order: place[order.pk])
    return page
