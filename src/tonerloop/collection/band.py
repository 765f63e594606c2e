"""The collection part of the order screen: progress and points, in two queries."""

from dataclasses import dataclass
from datetime import date

from tonerloop.collection.progress import Progress, progress
from tonerloop.points.standing import Level, Purse, standing


@dataclass(frozen=True)
class Band:
    """What the band shows; without progress the customer does not take part yet."""

    progress: Progress | None
    purses: list[Purse]
    next_level: Level | None

    @property
    def points(self) -> int:
        """All points of all issuers."""
        return sum(purse.points for purse in self.purses)


def band(*, customer_id: int, seller_id: int, day: date) -> Band:
    """The customer's band on the seller's local day; two queries, one where it takes no part."""
    now = progress(customer_id)
    if now is None:
        return Band(None, [], None)
    found = standing(
        customer_id=customer_id,
        seller_id=seller_id,
        day=day,
        collected=now.collected,
        rate=now.percent,
    )
    return Band(now, found.purses, found.next_level)
