"""Price floors of both sellers, and customers whose prices the server may confirm by itself."""

from datetime import datetime, timedelta
from decimal import Decimal

from tonerloop.demo.cast import Cast
from tonerloop.demo.reading import table_of
from tonerloop.pricing.models import ConfirmationRule, Floor


def guard(cast: Cast, now: datetime) -> None:
    """Set the floors and rules of the table of prices."""
    table = table_of("prices")
    for row in table["floors"]:
        part = row.get("part")
        Floor.objects.create(
            seller=cast.houses[row["seller"]].seller,
            consumable=cast.shelf.items[part] if part else None,
            percent=Decimal(row["percent"]),
        )
    for row in table["rules"]:
        account = cast.accounts[row["customer"]]
        seller = account.customer.seller
        house = next(h for h in cast.houses.values() if h.seller == seller)
        account.rule = ConfirmationRule.objects.create(
            seller=seller,
            customer=account.customer,
            ceiling=Decimal(row["ceiling"]),
            currency=seller.currency,
            with_list=row["with_list"],
            set_at=now - timedelta(days=row["days_ago"]),
            set_by=house.back_office[0],
        )
