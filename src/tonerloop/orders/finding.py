"""Finding orders among millions by what somebody types: each way has an index, none reads all.

Without trigrams (plain PostgreSQL has none) a number is found by its beginning or its end, a
reference by the beginnings of its words; names and part numbers by any part, since customers and
consumables are few beside orders.
"""

import re
from collections.abc import Iterator

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Value
from django.db.models.expressions import RawSQL

from tonerloop.catalogue.models import Consumable
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.querysets import OrderQuerySet

_BY_END = "SELECT tonerloop_orders_by_end(%s, %s)"
_BY_WORDS = "SELECT tonerloop_orders_by_words(to_tsquery('simple', %s), %s)"
NEWEST = 1000  # of so many a list is made: who wants older ones says more of them


class Begins(Func):
    """A text begins with another; unlike LIKE it may use an index below row-level security."""

    template, arg_joiner, output_field = "%(expressions)s", " ^@ ", BooleanField()


class OneOf(Func):
    """An id among those of a query that is asked first: then each is looked up by its index.

    By IN, PostgreSQL would rather read all orders than look up a thousand.
    """

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def found_by(orders: OrderQuerySet, text: str) -> OrderQuerySet:
    """The newest of these orders with the text in number, reference, customer or part number.

    To be the last narrowing: of each way the newest 1,000 are looked at.
    """
    ways = [_newest(way) for way in _ways(orders, text)]
    return Order.objects.filter(OneOf(F("pk"), ArraySubquery(ways[0].union(*ways[1:]))))


def newest(orders: OrderQuerySet, first: str = "-placed_at") -> OrderQuerySet:
    """The first 1,000 of these orders, by `placed_at` or `-placed_at`, to be sorted otherwise."""
    return Order.objects.filter(OneOf(F("pk"), ArraySubquery(_newest(orders, first))))


def _newest(orders: OrderQuerySet, first: str = "-placed_at") -> OrderQuerySet:
    by_id = "-pk" if first.startswith("-") else "pk"
    return orders.order_by(first, by_id).values("pk")[:NEWEST]  # type: ignore[return-value]


def _ways(orders: OrderQuerySet, text: str) -> Iterator[OrderQuerySet]:
    digits = "".join(char for char in text if char not in "- ")
    if digits.isascii() and digits.isdigit():
        yield orders.filter(Begins(F("number"), Value(digits)))
        yield orders.filter(pk__in=RawSQL(_BY_END, [digits[::-1], NEWEST]))  # noqa: S611
    if words := re.findall(r"[^\W_]+", text):
        query = " & ".join(f"'{word}':*" for word in words)
        yield orders.filter(pk__in=RawSQL(_BY_WORDS, [query, NEWEST]))  # noqa: S611 - a constant
    yield orders.filter(customer__name__icontains=text)
    items = Consumable.objects.filter(part_number__icontains=text)
    lines = OrderLine.objects.filter(consumable__in=list(items.values_list("pk", flat=True)))
    yield orders.filter(pk__in=lines.values("order"))
