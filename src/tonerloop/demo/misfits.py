"""Items that fit no machine: mostly noticed in the basket, sometimes ordered on purpose."""

from datetime import timedelta
from random import Random

from tonerloop.common.actor import Role, Side
from tonerloop.demo.cast import Cast
from tonerloop.demo.choosing import misfit
from tonerloop.demo.draft import Draft
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry

REFUSED = 26  # of the past year


def note_misfits(cast: Cast, drafts: list[Draft]) -> None:
    """Journal entries for what was held back, and for the open order with one that was meant."""
    dice = Random(26)
    held_back = dice.sample(drafts, REFUSED)
    entries = [_refused(cast, draft, dice) for draft in held_back]
    for draft in drafts:
        for line in draft.lines:
            if not line.fits:
                part = (line.consumable_id, line.consumable.part_number)
                entries.append(_entry(Event.BASKET_MISFIT_MEANT, draft, *part))
    Entry.objects.bulk_create(sorted(entries, key=lambda entry: entry.at))


def _refused(cast: Cast, draft: Draft, dice: Random) -> Entry:
    item = misfit(draft.account, cast.shelf, draft.order.manufacturer_id, dice)
    return _entry(Event.BASKET_MISFIT_REFUSED, draft, item.pk, item.part_number)


def _entry(event: Event, draft: Draft, consumable: int, part_number: str) -> Entry:
    order = draft.order
    assert order.basket is not None
    return Entry(
        at=order.placed_at - timedelta(minutes=2),
        event=event,
        subject_kind="basket",
        subject_id=order.basket.pk,
        seller_id=order.seller_id,
        customer_id=order.customer_id,
        person_id=order.placed_by_id,
        role=Role.BUYER,
        audience=[Side.BUYER.value, Side.SELLER.value],
        data={"consumable": consumable, "part_number": part_number},
    )
