"""Saved lists of the demo: what its customers order again and again."""

from datetime import datetime, timedelta

from tonerloop.demo.cast import Account, Cast
from tonerloop.orders.saved_models import SavedLine, SavedList

# Account, name, how many machines from which on, pieces of each.
LISTS = [
    ("harbour", "End of month, all toner", 0, 6, 1),
    ("harbour", "Sorting lines", 5, 3, 2),
    ("nolan", "Plotter room", 0, 2, 1),
    ("law", "月末の補充", 0, 4, 1),
    ("hospital", "外来の複合機", 0, 3, 2),
]
MOST_EACH = 4  # items of one machine


def keep_lists(cast: Cast, now: datetime) -> None:
    """Save each list of the table, some months ago."""
    for key, name, first, count, pieces in LISTS:
        account = cast.accounts[key]
        saved = SavedList.objects.create(
            seller=account.customer.seller,
            customer=account.customer,
            name=name,
            saved_at=now - timedelta(days=100),
            saved_by=account.buyers[0][0],
        )
        SavedLine.objects.bulk_create(_lines(cast, account, saved, first, count, pieces))


def _lines(
    cast: Cast, account: Account, saved: SavedList, first: int, count: int, pieces: int
) -> list[SavedLine]:
    return [
        SavedLine(
            saved_list=saved,
            consumable=item,
            equipment=machine,
            site_id=machine.site_id,
            quantity=pieces,
        )
        for machine in account.machines[first : first + count]
        for item in cast.shelf.takes[machine.model_id][:MOST_EACH]
        if item.active
    ]
