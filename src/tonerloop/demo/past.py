"""A year of orders: who ordered what, how fast it was answered, what went wrong."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import Any

from tonerloop.common.actor import Role
from tonerloop.common.days import add_working_days, local_day
from tonerloop.common.money import rounded
from tonerloop.demo.cast import Account, Cast
from tonerloop.demo.choosing import choose
from tonerloop.demo.clock import in_office, later
from tonerloop.demo.draft import Draft, NotYet
from tonerloop.demo.reading import table_of
from tonerloop.parties.models import Person

ORDERS = 380
PROGRAM = "Kyocera"  # its order software answers by itself, within minutes
REASONS = {
    "buyer": ("customer_wish", "duplicate", "customer_wish"),
    "seller": ("credit", "wrong_price", "other"),
    "maker": ("discontinued", "out_of_stock", "wrong_price", "out_of_stock"),
    "return": ("wrong_item", "damaged", "wrong_item", "other", "damaged"),
}
REFERENCES = {"harbour": "PO-4{:04d}", "nolan": "NB/{:04d}", "law": "KL-{:04d}"}
MAKER_REFERENCES = {
    "HP": "45{:08d}",
    "Canon": "CJ{:07d}",
    "Kyocera": "KD-{:07d}",
    "Brother": "SO{:06d}",
    "Ricoh": "R{:08d}",
}


def a_year(cast: Cast, now: datetime) -> list[Draft]:
    """Some hundred orders of the past year, the last of which are still under way."""
    dice = Random(365)
    drafts: list[Draft] = []
    reasons = {who: cycle(said) for who, said in REASONS.items()}
    accounts = list(cast.accounts.items())
    weights = [6 + len(account.machines) for _key, account in accounts]
    while len(drafts) < ORDERS:
        [(key, account)] = dice.choices(accounts, weights)
        day = now.date() - timedelta(days=dice.randrange(3, 366))
        past = Past(cast, key, account, now, dice, len(drafts), reasons)
        if day.weekday() < 5 and past.place(day):
            past.live()
            drafts.append(past.draft)
    return drafts


class Past:
    """One order of the past, from its placing to whatever end it found."""

    draft: Draft

    def __init__(
        self,
        cast: Cast,
        key: str,
        account: Account,
        now: datetime,
        dice: Random,
        turn: int,
        reasons: Mapping[str, Iterator[str]],
    ) -> None:
        self.cast, self.key, self.account, self.now, self.dice = cast, key, account, now, dice
        self.turn, self.reasons = turn, reasons
        self.zone = account.customer.seller.time_zone
        self.words: dict[str, list[str]] = table_of("phrases")[account.language]
        self.salesperson = self._salesperson()

    def place(self, day: date) -> bool:
        """The buyer's confirmation; False where nothing could be ordered."""
        dice = self.dice
        buyer, sites = dice.choice(self.account.buyers)
        site = dice.choice(sites)
        at = in_office(day, self.zone, dice)
        wanted = choose(self.account, site, self.cast.shelf, day, dice, much=self._much())
        if not wanted:
            return False
        reference = REFERENCES.get(self.key, "").format(dice.randrange(1000, 9999))
        requested = None
        if dice.random() < 0.2:
            longest = max(one.item.lead_days for one in wanted)
            requested = add_working_days(day, longest + dice.randrange(1, 8))
        self.draft = Draft(self.account, buyer, site, self.now)
        self.draft.placed(at, wanted, reference=reference, requested=requested)
        return True

    def live(self) -> None:
        """Let the order run its course, as far as time has come."""
        steps: list[Callable[[datetime], datetime | None]] = [
            self._before_confirmation,
            self._confirmation,
            self._approval,
            self._shipment,
            self._delivery,
            self._return,
        ]
        at: datetime | None = self.draft.order.placed_at
        try:
            for step in steps:
                if at is None:
                    return
                at = step(at)
        except NotYet:
            return

    def _before_confirmation(self, at: datetime) -> datetime | None:
        """A buyer's second thought, a question, a dearer price; mostly nothing of these."""
        draft = self.draft
        if self._every(40, 7):
            reason = next(self.reasons["buyer"])
            text = self._say("wish") if reason == "customer_wish" else ""
            draft.cancelled(self._after(at, 12), Role.BUYER, draft.buyer, reason, text)
            return None
        if self._every(50, 23):
            reason = next(self.reasons["seller"])
            text = self._say("other") if reason == "other" else ""
            draft.cancelled(self._after(at, 45), Role.SALESPERSON, self.salesperson, reason, text)
            return None
        if self._every(24, 5):
            asked = self._after(at, 25)
            draft.asked(asked, self.salesperson, self._say("question"))
            replied = self._after(asked, 60)
            draft.replied(replied, self._say("reply"))
            return replied
        return at

    def _confirmation(self, at: datetime) -> datetime | None:
        """The salesperson's answer, within half an hour as a rule."""
        draft, answered = self.draft, self._after(at, 22)
        rule = self.account.rule
        if rule and at == draft.order.placed_at and (done := draft.confirmed_by_rule(rule)):
            return done
        if not self._every(14, 9):
            office = self._every(20, 2)
            role = Role.BACK_OFFICE if office else Role.SALESPERSON
            by = self._house().back_office[0] if office else self.salesperson
            draft.confirmed(answered, by, role)
            return answered
        line = draft.lines[0]
        dearer = rounded(
            (line.unit_price or Decimal(0)) * self.dice.choice((103, 105, 108)) / 100,
            self._currency,
        )
        draft.proposed(answered, self.salesperson, self._say("dearer"), {1: dearer})
        decided = self._after(answered, 90)
        if self._every(56, 9):
            draft.declined(decided)
            return None
        draft.accepted(decided)
        return decided

    def _approval(self, at: datetime) -> datetime | None:
        """The manufacturer's answer: a program's within minutes, a person's within hours."""
        draft, dice, maker = self.draft, self.dice, self.draft.order.manufacturer
        program = maker.name == PROGRAM
        by = None if program else dice.choice(self.cast.makers[maker.name].desk)
        answered = at + timedelta(seconds=dice.randrange(4, 90)) if program else self._after(at, 95)
        if self._every(28, 11):
            reason = next(self.reasons["maker"])
            text = self._say("late") if reason == "out_of_stock" else ""
            draft.cancelled(answered, Role.ORDER_DESK, self._desk(), reason, text)
            return None
        lead = (draft.order.expected_date - local_day(draft.order.placed_at, self.zone)).days
        promised = add_working_days(local_day(answered, self.zone), max(1, lead - 1))
        promised = draft.order.requested_date or promised
        promised = max(promised, local_day(answered, self.zone))
        reference = MAKER_REFERENCES[maker.name].format(dice.randrange(10**5, 10**6))
        draft.approved(answered, promised, reference, by=by, key=PROGRAM if program else "")
        if self._every(90, 31):
            words = self._say("wish")
            at = self._after(answered, 30)
            draft.cancelled(at, Role.SALESPERSON, self.salesperson, "customer_wish", words)
            return None
        return answered

    def _shipment(self, at: datetime) -> datetime:
        """Goods leave a working day ahead of the promise; now and then in two parts."""
        draft, promised = self.draft, self.draft.order.promised_date
        assert promised is not None
        day = promised - timedelta(days=3 if promised.weekday() == 0 else 1)
        leaves = max(self._after(at, 40), in_office(day, self.zone, self.dice))
        pieces = {line.position: line.approved_quantity for line in draft.lines}
        if len(pieces) > 1 and self.dice.random() < 0.12:
            first = {1: pieces.pop(1)}
            self._ship(leaves, first)
            leaves = self._after(leaves, 1400)
        self._ship(leaves, pieces)
        return leaves

    def _ship(self, at: datetime, pieces: dict[int, int]) -> None:
        tracking = f"{self.dice.randrange(10**11, 10**12)}"
        carrier = self._say("carriers")
        self.draft.shipped(at, pieces, carrier, tracking, by=self._desk())

    def _delivery(self, at: datetime) -> datetime:
        """The buyer says so, or the manufacturer, or nobody."""
        draft, dice, promised = self.draft, self.dice, self.draft.order.promised_date
        assert promised is not None
        day = promised if dice.random() < 0.88 else add_working_days(promised, 1)
        arrives = max(self._after(at, 240), in_office(day, self.zone, dice))
        luck = dice.random()
        if luck < 0.1:
            arrives = in_office(add_working_days(local_day(arrives, self.zone), 6), self.zone, dice)
            draft.delivered(arrives, Role.RULE, None)
        elif luck < 0.6:
            draft.delivered(arrives, Role.BUYER, draft.buyer)
        else:
            draft.delivered(arrives, Role.ORDER_DESK, self._desk())
        return arrives

    def _return(self, at: datetime) -> None:
        """Some things come back; wrong items less and less often over the year."""
        months_ago = (self.now - at).days / 30
        if self.dice.random() > 0.015 + 0.006 * months_ago:
            return
        line = self.dice.choice(self.draft.lines)
        reason = next(self.reasons["return"])
        count = 1 if reason == "damaged" else line.delivered_quantity
        by = self._house().back_office[0]
        self.draft.returned(self._after(at, 1300), by, line.position, count, reason)

    @property
    def _currency(self) -> str:
        return self.draft.order.currency

    def _after(self, at: datetime, typical: float) -> datetime:
        """Some office minutes later: around the typical, seldom much longer."""
        minutes = min(self.dice.lognormvariate(math.log(typical), 0.7), typical * 8)
        return later(at, minutes, self.zone)

    def _every(self, count: int, offset: int) -> bool:
        """True for one order in so many: rates that hold whatever the day is."""
        return self.turn % count == offset

    def _say(self, occasion: str) -> str:
        return self.dice.choice(self.words[occasion])

    def _house(self) -> Any:
        return next(h for h in self.cast.houses.values() if self.key in h.accounts)

    def _salesperson(self) -> Person:
        customer = self.account.customer
        stands_in = customer.deputy is not None and self.dice.random() < 0.12
        return customer.deputy if stands_in and customer.deputy else customer.salesperson

    def _desk(self) -> Person:
        return self.cast.makers[self.draft.order.manufacturer.name].desk[0]

    def _much(self) -> int:
        return 2 if self.key in ("city", "harbour") and self.dice.random() < 0.3 else 1
