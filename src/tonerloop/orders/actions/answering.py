"""The salesperson's answers: price confirmed, a change, a question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tonerloop.common.actor import Actor, Role, Side, require
from tonerloop.common.money import is_whole_minor
from tonerloop.journal.events import Event
from tonerloop.orders.actions.common import add_up_order, fetch, lines_of, tell
from tonerloop.orders.days import check_day
from tonerloop.orders.errors import Refused
from tonerloop.orders.floors import Offer, as_they_stand, offered_instead, short_of_floor
from tonerloop.orders.models import ApprovalRequest, Order, OrderLine, Proposal, ProposalLine
from tonerloop.orders.states import LineState, Status, check_move
from tonerloop.orders.substitutes import is_substitute
from tonerloop.pricing.models import ConfirmationRule

BETWEEN_US = (Side.BUYER, Side.SELLER)  # a customer's prices are not the manufacturer's to read
HIGHEST = Decimal("9999999.99")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What the seller would have otherwise: unit prices and substitutes by line id, a day."""

    prices: Mapping[int, Decimal] = field(default_factory=dict)
    substitutes: Mapping[int, int] = field(default_factory=dict)
    new_date: date | None = None
    note: str = ""


@transaction.atomic
def confirm_price(
    number: str,
    *,
    by: Actor,
    seen_version: int | None = None,
    below_floor: bool = False,
    through: str = "",
) -> Order:
    """The seller confirms the prices as they stand; the approval request goes out.

    `through` names a way other than a screen: "mail" for the link in a mail.

    Refused while a line has no price: it must be named first, and the buyer agree. Refused
    for a price below the seller's floor unless `below_floor` says that it is meant.
    """
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.PRICE_CONFIRMED, by.side)
    lines = lines_of(order)
    _check_priced(lines)
    offers = [*as_they_stand(lines), *offered_instead(order, lines)]
    _guard_floor(order, offers, meant=below_floor, by=by)
    open_request(order, by=by)
    data = {"through": through} if through else None
    tell(Event.ORDER_PRICE_CONFIRMED, order, by=by, data=data)
    return order


@transaction.atomic
def propose(
    number: str,
    changes: Changes,
    *,
    by: Actor,
    seen_version: int | None = None,
    below_floor: bool = False,
) -> Order:
    """The seller answers with other prices, another day or substitutes.

    What is worse for the customer (dearer, later, a substitute, a first price) waits for the
    buyer's yes; what isn't holds at once, and where nothing waits the price is confirmed.
    Refused for a price below the seller's floor unless `below_floor` says that it is meant.
    """
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.WAITING, by.side)
    lines = [line for line in lines_of(order) if line.state != LineState.REJECTED]
    worse = [p for line in lines if (p := _weigh(line, changes, order))]
    later = _is_later(order, changes.new_date)
    offers = [_offered(line, changes) for line in lines]
    _guard_floor(order, offers, meant=below_floor, by=by)
    better = _hold_at_once(order, lines, changes, {p.line_id for p in worse}, later)
    _check_priced(line for line in lines if line.pk not in {p.line_id for p in worse})
    if better:
        tell(Event.ORDER_TERMS_IMPROVED, order, by=by, data=better, audience=BETWEEN_US)
    if not worse and not later:
        open_request(order, by=by)
        tell(Event.ORDER_PRICE_CONFIRMED, order, by=by, data={"note": changes.note})
        return order
    put_to_buyer(order, worse, changes.new_date if later else None, note=changes.note, by=by)
    return order


@transaction.atomic
def ask(number: str, question: str, *, by: Actor, seen_version: int | None = None) -> Order:
    """The seller asks the buyer; the order waits for the reply."""
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    if not question.strip():
        raise Refused("question", _("Type your question."))
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.WAITING, by.side)
    proposal = _proposal(order, question.strip(), by, None)
    _wait(order, by)
    tell(
        Event.ORDER_QUESTION_ASKED,
        order,
        by=by,
        data={"proposal": proposal.pk},
        audience=BETWEEN_US,
    )
    return order


def open_request(order: Order, *, by: Actor, rule: ConfirmationRule | None = None) -> None:
    """Move to price confirmed, stamp who or what did it, hand the order to the manufacturer."""
    now = timezone.now()
    order.move(Status.PRICE_CONFIRMED, side=by.side)
    if order.confirmed_at is None:
        order.confirmed_at, order.confirmed_by_id = now, by.person_id
        order.confirmed_rule = rule
    order.save()
    ApprovalRequest.objects.create(order=order, opened_at=now)


def put_to_buyer(
    order: Order,
    worse: list[ProposalLine],
    new_date: date | None = None,
    *,
    by: Actor,
    note: str = "",
    audience: Sequence[Side] = BETWEEN_US,
) -> None:
    """These changes, unsaved, wait for the buyer's yes; the order is locked already."""
    proposal = _proposal(order, note, by, new_date)
    for change in worse:
        change.proposal = proposal
        change.line.state = LineState.CHANGED
        change.line.save(update_fields=["state"])
    ProposalLine.objects.bulk_create(worse)
    _wait(order, by)
    data = {"proposal": proposal.pk}
    tell(Event.ORDER_CHANGE_PROPOSED, order, by=by, data=data, audience=audience)


def _guard_floor(order: Order, offers: list[Offer], *, meant: bool, by: Actor) -> None:
    """Refuse prices below the floor unless they are meant; what is meant, the seller reads."""
    short = short_of_floor(order, offers)
    if not short:
        return
    if not meant:
        words = ngettext(
            "Below your floor: %(parts)s. Tick that you mean this price, or name another.",
            "Below your floor: %(parts)s. Tick that you mean these prices, or name others.",
            len(short),
        )
        parts = ", ".join(one.line.consumable.part_number for one in short)
        raise Refused("below_floor", words % {"parts": parts})
    told = [
        {
            "part": one.line.consumable.part_number,
            "price": str(one.unit_price),
            "floor": str(one.floor.amount),
        }
        for one in short
    ]
    tell(Event.ORDER_BELOW_FLOOR, order, by=by, data={"lines": told}, audience=[Side.SELLER])


def _offered(line: OrderLine, changes: Changes) -> Offer:
    """The line as it would be."""
    consumable = changes.substitutes.get(line.pk, line.consumable_id)
    return line, consumable, changes.prices.get(line.pk, line.unit_price), None


def _check_priced(lines: Iterable[OrderLine]) -> None:
    if any(line.unit_price is None and line.state != LineState.REJECTED for line in lines):
        raise Refused("prices", _("A line has no price yet. Name its price first."))


def _weigh(line: OrderLine, changes: Changes, order: Order) -> ProposalLine | None:
    """The line's change if it is worse for the customer, else None."""
    price, substitute = changes.prices.get(line.pk), changes.substitutes.get(line.pk)
    if price is not None and not (0 <= price <= HIGHEST and is_whole_minor(price, order.currency)):
        raise Refused(
            f"price-{line.pk}",
            _("Type a price such as 12.50, with no more digits than the currency has."),
        )
    if substitute is not None and not is_substitute(line, substitute, order):
        raise Refused(
            f"substitute-{line.pk}", _("This item does not fit the same machine. Choose another.")
        )
    if substitute is not None and price is None and line.unit_price is None:
        raise Refused(f"price-{line.pk}", _("Name the price of the substitute."))
    new_price = line.unit_price if price is None else price
    dearer = price is not None and (line.unit_price is None or price > line.unit_price)
    if new_price is None or not (dearer or substitute):
        return None
    return ProposalLine(
        line=line,
        old_price=line.unit_price,
        new_price=new_price,
        old_consumable_id=line.consumable_id,
        new_consumable_id=substitute or line.consumable_id,
    )


def _is_later(order: Order, new_date: date | None) -> bool:
    if new_date is None:
        return False
    check_day("new_date", new_date, order.seller)
    return new_date > (order.agreed_date or order.expected_date)


def _hold_at_once(
    order: Order, lines: list[OrderLine], changes: Changes, waiting: set[int], later: bool
) -> dict[str, Any]:
    """Apply what is not worse for the customer and say what that is; Refused if nothing changed."""
    cheaper = [
        line
        for line in lines
        if line.pk not in waiting
        and changes.prices.get(line.pk, line.unit_price) != line.unit_price
    ]
    sooner = not later and changes.new_date not in (None, order.agreed_date)
    if not (cheaper or waiting or later or sooner):
        raise Refused("prices", _("Change a price, the day or an item first."))
    told: dict[str, Any] = {}
    for line in cheaper:
        new = {"part": line.consumable.part_number, "old": str(line.unit_price)}
        line.unit_price, line.price_from = changes.prices[line.pk], "salesperson"
        line.save(update_fields=["unit_price", "price_from"])
        told.setdefault("prices", []).append({**new, "new": str(line.unit_price)})
    if sooner:
        order.agreed_date = changes.new_date
        told["day"] = str(changes.new_date)
    add_up_order(order, lines)
    return told


def _proposal(order: Order, note: str, by: Actor, new_date: date | None) -> Proposal:
    return Proposal.objects.create(
        order=order,
        side=by.side,
        made_at=timezone.now(),
        made_by_id=by.person_id,
        note=note,
        old_date=(order.agreed_date or order.expected_date) if new_date else None,
        new_date=new_date,
    )


def _wait(order: Order, by: Actor) -> None:
    order.move(Status.WAITING, side=by.side)
    order.save()
