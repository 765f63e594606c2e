"""The rows of an order of the demo while they are made, and what all its steps share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import SIDES, Role, Side
from tonerloop.demo.cast import Account
from tonerloop.fleet.models import Equipment
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.deadlines import WAITED_FOR, Deadline, rows_of
from tonerloop.orders.models import (
    ApprovalRequest,
    LineAnswer,
    Order,
    OrderLine,
    Proposal,
    ProposalLine,
    Return,
    Shipment,
    ShipmentLine,
)
from tonerloop.orders.states import Status
from tonerloop.orders.totals import add_up
from tonerloop.parties.models import Person, Site
from tonerloop.pricing.models import ConfirmationRule
from tonerloop.pricing.prices import Price

EVERYBODY = (Side.BUYER, Side.SELLER, Side.MANUFACTURER)
BETWEEN_US = (Side.BUYER, Side.SELLER)


class NotYet(Exception):
    """This would happen after the demo is loaded."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many of a consumable at a price, for a machine or for none."""

    item: Consumable
    quantity: int
    price: Price
    machine: Equipment | None
    fits: bool = True


@dataclass
class Rows:
    """One order with all that hangs on it, still unsaved."""

    account: Account
    buyer: Person
    site: Site
    now: datetime
    order: Order = field(init=False)
    lines: list[OrderLine] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    proposal_lines: list[ProposalLine] = field(default_factory=list)
    requests: list[ApprovalRequest] = field(default_factory=list)
    answers: list[LineAnswer] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    shipment_lines: list[ShipmentLine] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    entries: list[tuple[Entry, Proposal | Shipment | None]] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """The seller's time zone."""
        return self.account.customer.seller.time_zone

    def _check(self, at: datetime) -> None:
        if at > self.now:
            raise NotYet

    def _line(self, position: int, wanted: Wanted) -> OrderLine:
        unit_price = wanted.price.at(wanted.quantity)
        return OrderLine(
            order=self.order,
            position=position,
            consumable=wanted.item,
            equipment=wanted.machine,
            fits=wanted.fits,
            unit_price=unit_price,
            ordered_price=unit_price,
            agreement_id=wanted.price.agreement_id,
            price_from=wanted.price.level,
            purchase_price=wanted.price.purchase_price,
            purchase_currency=wanted.price.purchase_currency,
            tax_percent=wanted.price.tax_percent,
            ordered_quantity=wanted.quantity,
        )

    def _add_up(self) -> None:
        amounts = [(n.unit_price, n.ordered_quantity, n.tax_percent) for n in self.lines]
        totals, order = add_up(amounts, self.order.currency), self.order
        order.subtotal, order.tax, order.total = (
            totals.subtotal,
            totals.tax,
            totals.total,
        )
        order.taxes = totals.tax_rows()

    def _open_request(
        self, at: datetime, by: Person | None, side: Side, rule: ConfirmationRule | None = None
    ) -> None:
        self._check(at)
        self.order.move(Status.PRICE_CONFIRMED, side=side)
        self.order.confirmed_at, self.order.confirmed_by = at, by
        self.order.confirmed_rule = rule
        self.requests.append(ApprovalRequest(order=self.order, opened_at=at))

    def _close_request(self, at: datetime, outcome: str) -> None:
        for request in self.requests:
            if request.closed_at is None:
                request.fetched_at = request.fetched_at or at
                request.closed_at, request.outcome = at, outcome

    def _wait(self, at: datetime, side: Side, by: Person, note: str = "") -> Proposal:
        self._check(at)
        self.order.move(Status.WAITING, side=side)
        proposal = Proposal(order=self.order, side=side, made_at=at, made_by=by, note=note)
        self.proposals.append(proposal)
        return proposal

    def _answer(self, at: datetime, answer: str) -> Proposal:
        self._check(at)
        proposal = self.proposals[-1]
        proposal.answered_at, proposal.answered_by, proposal.answer = (
            at,
            self.buyer,
            answer,
        )
        return proposal

    def _end(self, at: datetime, role: Role, by: Person | None, reason: str, text: str) -> None:
        order, side = self.order, SIDES[role]
        order.move(Status.CANCELLED, side=side)
        order.cancelled_at, order.cancelled_side = at, side
        order.cancel_reason, order.cancel_text = reason, text
        data = {"reason": reason, "text": text}
        self._tell(Event.ORDER_CANCELLED, at, role, by, data=data)

    def _tell(
        self,
        event: Event,
        at: datetime,
        role: Role,
        by: Person | None,
        audience: tuple[Side, ...] = EVERYBODY,
        data: dict[str, Any] | None = None,
        of: Proposal | Shipment | None = None,
        *,
        rule: str = "",
        key: str = "",
    ) -> None:
        entry = Entry(
            at=at,
            event=event,
            subject_kind="order",
            seller_id=self.order.seller_id,
            customer_id=self.order.customer_id,
            manufacturer_id=self.order.manufacturer_id,
            person_id=by.pk if by else None,
            role=role,
            rule=rule,
            key=key,
            audience=[str(side) for side in audience],
            data=data or {},
        )
        self.entries.append((entry, of))
        self._watch(at, SIDES[role])

    def _watch(self, at: datetime, side: Side) -> None:
        """Deadlines as the real verbs write them: ended by a move, begun by a wait."""
        order, open_ones = self.order, [row for row in self.deadlines if row.closed_at is None]
        if open_ones and open_ones[0].round == order.version:
            return
        for row in open_ones:
            row.closed_at, row.closed_by = at, side
            row.passed_at = row.due_at if row.due_at < at else None
        if order.status in WAITED_FOR:
            self.deadlines += rows_of(order, at)
