"""Who can log in to the demo, as a table for the terminal."""

import unicodedata

from django.conf import settings
from django.db.models import Q

from tonerloop.demo.people import PASSWORD
from tonerloop.parties.models import Membership, Person

ORDER = (
    "buyer",
    "salesperson",
    "back_office",
    "order_desk",
    "dispatcher",
    "driver",
    "clerk",
)
WORDS = {
    "buyer": "Buyer",
    "salesperson": "Salesperson",
    "back_office": "Back office",
    "order_desk": "Order desk",
    "dispatcher": "Collector",
    "driver": "Driver",
    "clerk": "Clerk",
}
HEAD = ("Role", "Log-in", "Person", "Organisation")


def table() -> str:
    """Address and log-in of every role, aligned; the password is the same for all."""
    rows = [*_members(), *_operators()]
    widths = [max(_width(row[n]) for row in [HEAD, *rows]) for n in range(len(HEAD))]
    lines = [_line(HEAD, widths), _line(tuple("-" * width for width in widths), widths)]
    lines += [_line(row, widths) for row in rows]
    lines += [
        "",
        f"Address   {settings.BASE_URL}/",
        f"Password  {PASSWORD} (for everybody)",
    ]
    return "\n".join(lines)


def _members() -> list[tuple[str, ...]]:
    found = Membership.objects.filter(active=True).select_related(
        "person", "customer__seller", "seller", "manufacturer", "collector", "centre__collector"
    )
    members = sorted(found, key=lambda m: (ORDER.index(m.role), m.pk))
    return [
        (WORDS[one.role], one.person.email, one.person.name, _organisation(one)) for one in members
    ]


def _organisation(membership: Membership) -> str:
    name = membership.organisation.name
    if membership.customer is None:
        return name
    narrowed = "" if membership.all_sites else " (some sites)"
    return f"{name}{narrowed}, customer of {membership.customer.seller.name}"


def _operators() -> list[tuple[str, ...]]:
    found = Person.objects.filter(Q(is_staff=True), is_active=True).order_by("pk")
    return [
        ("Operator", one.email, one.name, f"admin site: {settings.BASE_URL}/admin/")
        for one in found
    ]


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns in a terminal, where a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
