"""An order of the demo and what became of it, in memory: the verbs of an order with a clock.

The real verbs act now; these write down what happened at another time, by the same table of
moves, and send no mail. Whatever would lie in the future has not happened: `NotYet` is raised.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import SIDES, Role, Side
from tonerloop.common.days import add_working_days, local_day
from tonerloop.demo.rows import BETWEEN_US, NotYet, Rows, Wanted
from tonerloop.journal.events import Event
from tonerloop.orders.actions.by_rule import RULE, covers
from tonerloop.orders.models import (
    Basket,
    LineAnswer,
    Order,
    ProposalLine,
    Return,
    Shipment,
    ShipmentLine,
)
from tonerloop.orders.states import LineState, Status
from tonerloop.parties.models import Person
from tonerloop.pricing.models import ConfirmationRule

__all__ = ["Draft", "NotYet", "Wanted"]


class Draft(Rows):
    """An order and its verbs; `at` of each is when it happened."""

    def placed(
        self,
        at: datetime,
        wanted: list[Wanted],
        *,
        reference: str = "",
        requested: date | None = None,
    ) -> None:
        """The buyer's confirmation."""
        self._check(at)
        customer = self.account.customer
        day = local_day(at, self.zone)
        longest = max(one.item.lead_days for one in wanted)
        self.order = Order(
            basket=Basket(
                seller=customer.seller,
                customer=customer,
                person=self.buyer,
                reference=reference,
                requested_date=requested,
                placed_at=at,
            ),
            seller=customer.seller,
            customer=customer,
            manufacturer=wanted[0].item.manufacturer,
            site=self.site,
            currency=wanted[0].price.currency,
            placed_at=at,
            placed_by=self.buyer,
            reference=reference,
            requested_date=requested,
            agreed_date=requested,
            expected_date=add_working_days(day, longest),
        )
        self.lines = [self._line(n, one) for n, one in enumerate(wanted, start=1)]
        self._add_up()
        self._tell(Event.ORDER_PLACED, at, Role.BUYER, self.buyer, BETWEEN_US)

    def confirmed(self, at: datetime, by: Person, role: Role = Role.SALESPERSON) -> None:
        """The seller's yes to the prices; the request goes to the manufacturer."""
        self._open_request(at, by, SIDES[role])
        self._tell(Event.ORDER_PRICE_CONFIRMED, at, role, by)

    def confirmed_by_rule(self, rule: ConfirmationRule) -> datetime | None:
        """The server's own yes, seconds after the placing; None where the rule does not reach."""
        at = self.order.placed_at + timedelta(seconds=2)
        if rule.set_at > self.order.placed_at or not covers(rule, self.order, self.lines):
            return None
        self._open_request(at, None, RULE.side, rule)
        self._tell(Event.ORDER_PRICE_CONFIRMED, at, RULE.role, None, rule=RULE.rule)
        return at

    def asked(self, at: datetime, by: Person, question: str) -> None:
        """The salesperson's question to the buyer."""
        self._wait(at, Side.SELLER, by, note=question)
        self._tell(
            Event.ORDER_QUESTION_ASKED,
            at,
            Role.SALESPERSON,
            by,
            BETWEEN_US,
            of=self.proposals[-1],
        )

    def replied(self, at: datetime, words: str) -> None:
        """The buyer's reply; the salesperson has the order again."""
        self._answer(at, "reply").reply = words
        self.order.move(Status.PLACED, side=Side.BUYER)
        self._tell(
            Event.ORDER_REPLIED,
            at,
            Role.BUYER,
            self.buyer,
            BETWEEN_US,
            of=self.proposals[-1],
        )

    def proposed(
        self,
        at: datetime,
        by: Person,
        note: str,
        prices: Mapping[int, Decimal],
        items: Mapping[int, Consumable] | None = None,
    ) -> None:
        """The salesperson's dearer prices or substitutes by line position."""
        proposal = self._wait(at, Side.SELLER, by, note=note)
        for line in self.lines:
            if line.position in prices:
                line.state = LineState.CHANGED
                self.proposal_lines.append(
                    ProposalLine(
                        proposal=proposal,
                        line=line,
                        old_price=line.unit_price,
                        new_price=prices[line.position],
                        old_consumable=line.consumable,
                        new_consumable=(items or {}).get(line.position, line.consumable),
                    )
                )
        self._tell(
            Event.ORDER_CHANGE_PROPOSED,
            at,
            Role.SALESPERSON,
            by,
            BETWEEN_US,
            of=proposal,
        )

    def postponed(self, at: datetime, by: Person, new_date: date) -> None:
        """The manufacturer promises a later day than was agreed; the buyer is asked."""
        proposal = self._wait(at, Side.MANUFACTURER, by)
        proposal.old_date, proposal.new_date = self.order.agreed_date, new_date
        self._close_request(at, "changed")
        self._tell(Event.ORDER_CHANGE_PROPOSED, at, Role.ORDER_DESK, by, of=proposal)

    def accepted(self, at: datetime) -> None:
        """The buyer's yes to the seller's change; the request goes to the manufacturer."""
        proposal = self._answer(at, "yes")
        for change in self.proposal_lines:
            line, change.accepted = change.line, True
            if change.new_consumable != line.consumable:
                line.substitute_for, line.consumable = (
                    line.consumable,
                    change.new_consumable,
                )
            line.unit_price, line.price_from = change.new_price, "salesperson"
            line.state = LineState.OPEN
        self._add_up()
        data = {"declined": 0}
        self._tell(
            Event.ORDER_CHANGE_ACCEPTED,
            at,
            Role.BUYER,
            self.buyer,
            BETWEEN_US,
            data,
            proposal,
        )
        self._open_request(at, self.buyer, Side.BUYER)
        self._tell(Event.ORDER_PRICE_CONFIRMED, at, Role.BUYER, self.buyer)

    def declined(self, at: datetime) -> None:
        """The buyer's no to the whole change, which ends the order."""
        self._answer(at, "no")
        for line in self.lines:
            line.state = LineState.REJECTED
        self._end(at, Role.BUYER, self.buyer, "declined", "")

    def accepted_a_line(self, at: datetime, promised: date, *, by: Person) -> None:
        """The manufacturer's yes to the first line; the others are still open."""
        self._check(at)
        self.answers.append(
            LineAnswer(
                request=self.requests[-1],
                line=self.lines[0],
                kind=LineAnswer.Kind.ACCEPTED,
                promised_date=promised,
                answered_at=at,
                answered_by=by,
            )
        )
        told = {"part": self.lines[0].consumable.part_number, **self.answers[-1].facts()}
        data = {"answered": 1, "of": len(self.lines), "told": [told]}
        readers = (Side.SELLER, Side.MANUFACTURER)
        self._tell(Event.ORDER_LINES_ANSWERED, at, Role.ORDER_DESK, by, readers, data)
        self.order.version += 1

    def approved(
        self,
        at: datetime,
        promised: date,
        reference: str,
        *,
        by: Person | None,
        key: str = "",
    ) -> None:
        """The manufacturer's yes, by a person at the desk or by its program."""
        self._check(at)
        order = self.order
        order.move(Status.APPROVED, side=Side.MANUFACTURER)
        order.approved_at, order.promised_date = at, promised
        order.manufacturer_reference = reference
        for line in self.lines:
            line.state, line.approved_quantity = (
                LineState.ACCEPTED,
                line.ordered_quantity,
            )
            line.promised_date = promised
        self._close_request(at, "approved")
        data = {"promised_date": promised.isoformat(), "reference": reference}
        self._tell(Event.ORDER_APPROVED, at, Role.ORDER_DESK, by, data=data, key=key)

    def cancelled(
        self, at: datetime, role: Role, by: Person | None, reason: str, text: str = ""
    ) -> None:
        """The end before the first shipment, by whichever side."""
        outcome = "cancelled" if role == Role.ORDER_DESK else "withdrawn"
        self._check(at)
        self._close_request(at, outcome)
        self._end(at, role, by, reason, text)

    def shipped(
        self,
        at: datetime,
        pieces: Mapping[int, int],
        carrier: str,
        tracking: str,
        *,
        by: Person,
    ) -> None:
        """So many pieces by line position left the manufacturer."""
        self._check(at)
        shipment = Shipment(
            order=self.order, shipped_at=at, carrier=carrier, tracking_number=tracking
        )
        self.shipments.append(shipment)
        for line in self.lines:
            if count := pieces.get(line.position, 0):
                line.shipped_quantity += count
                sent = ShipmentLine(shipment=shipment, line=line, quantity=count)
                self.shipment_lines.append(sent)
        complete = all(line.shipped_quantity == line.approved_quantity for line in self.lines)
        to = Status.SHIPPED if complete else Status.PARTLY_SHIPPED
        self.order.move(to, side=Side.MANUFACTURER)
        self.order.shipped_at = at
        data = {"pieces": sum(pieces.values()), "complete": complete}
        self._tell(Event.ORDER_SHIPPED, at, Role.ORDER_DESK, by, data=data, of=shipment)

    def delivered(self, at: datetime, role: Role, by: Person | None) -> None:
        """Everything has arrived: said by the buyer or the manufacturer, or assumed by the rule."""
        self._check(at)
        assumed = role == Role.RULE
        self.order.move(Status.DELIVERED, side=SIDES[role])
        self.order.delivered_at, self.order.delivery_assumed = at, assumed
        for line in self.lines:
            line.delivered_quantity = line.shipped_quantity
        data = {"assumed": assumed, "complete": True}
        rule = "delivery-assumed" if assumed else ""
        self._tell(Event.ORDER_DELIVERED, at, role, by, data=data, rule=rule)

    def returned(self, at: datetime, by: Person, position: int, count: int, reason: str) -> None:
        """The back office records pieces that came back."""
        self._check(at)
        line = self.lines[position - 1]
        line.returned_quantity += count
        self.order.version += 1
        self.returns.append(
            Return(
                line=line,
                seller=self.order.seller,
                quantity=count,
                reason=reason,
                recorded_at=at,
                recorded_by=by,
            )
        )
        data = {"pieces": count, "reason": reason}
        self._tell(Event.ORDER_RETURNED, at, Role.BACK_OFFICE, by, BETWEEN_US, data)
