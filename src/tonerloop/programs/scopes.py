"""What a key may be for: few words, decided by the role in which the program acts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Role

LABELS: dict[str, Any] = {
    "orders:read": _("Read orders and what can be ordered"),
    "orders:write": _("Place, answer and change orders"),
    "customers:read": _("Read customers, sites and machines"),
    "customers:write": _("Add and change customers, sites and machines"),
    "prices:read": _("Read price agreements"),
    "prices:write": _("Add and end price agreements"),
    "catalogue:read": _("Read the catalogue"),
    "catalogue:write": _("Add and change your own models and consumables"),
    "collections:read": _("Read collections"),
    "collections:write": _("Ask for, schedule or cancel collections"),
    "receipts:write": _("Receive containers and count pieces"),
    "points:read": _("Read points"),
}

OF_ROLE: dict[Role, tuple[str, ...]] = {
    Role.BUYER: (
        "orders:read",
        "orders:write",
        "catalogue:read",
        "collections:read",
        "collections:write",
        "points:read",
    ),
    Role.BACK_OFFICE: (
        "orders:read",
        "orders:write",
        "customers:read",
        "customers:write",
        "prices:read",
        "prices:write",
        "catalogue:read",
        "collections:read",
        "collections:write",
    ),
    Role.ORDER_DESK: ("orders:read", "orders:write", "catalogue:read", "catalogue:write"),
    Role.DISPATCHER: ("catalogue:read", "collections:read", "collections:write"),
    Role.CLERK: ("catalogue:read", "collections:read", "receipts:write"),
}
