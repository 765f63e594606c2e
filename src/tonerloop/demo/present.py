"""Orders that wait for somebody right now, one or more for every role."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tonerloop.common.days import add_working_days, local_day
from tonerloop.common.money import rounded
from tonerloop.demo.cast import Account, Cast
from tonerloop.demo.choosing import prices_on
from tonerloop.demo.clock import in_office, later
from tonerloop.demo.draft import Draft, Wanted
from tonerloop.demo.past import MAKER_REFERENCES
from tonerloop.demo.reading import table_of
from tonerloop.parties.models import Site

TODAY = 500  # minutes


def waiting_orders(cast: Cast, now: datetime) -> list[Draft]:
    """The open orders of the table, placed so many minutes ago."""
    return [_one(cast, now, row) for row in table_of("open_orders")]


def _one(cast: Cast, now: datetime, row: list[Any]) -> Draft:
    key, buyer, site, ago, stage, reference, lines = row
    account = cast.accounts[key]
    draft = Draft(account, account.buyers[buyer][0], account.sites[site], now)
    at = _when(now, ago, draft.zone)
    wanted = _wanted(cast, account, account.sites[site], lines, at)
    requested = None
    if stage == "late":
        longest = max(one.item.lead_days for one in wanted)
        requested = add_working_days(local_day(at, draft.zone), longest)
    draft.placed(at, wanted, reference=reference, requested=requested)
    Present(cast, draft).go_to(stage)
    return draft


def _when(now: datetime, ago: int, zone: str) -> datetime:
    """So many minutes ago; where that is another day, on a working day in office hours."""
    if ago < TODAY:
        return now - timedelta(minutes=ago)
    day, back = local_day(now, zone), -(-ago // (24 * 60))
    while back:
        day -= timedelta(days=1)
        back -= day.weekday() < 5
    return in_office(day, zone, Random(ago))


def _wanted(
    cast: Cast, account: Account, site: Site, lines: list[Any], at: datetime
) -> list[Wanted]:
    items = [cast.shelf.items[part] for _model, part, _quantity in lines]
    day = local_day(at, account.customer.seller.time_zone)
    prices = prices_on(account, items, day)
    at_site = {m.model.name: m for m in reversed(account.machines) if m.site_id == site.pk}
    return [
        Wanted(
            item=item,
            quantity=quantity,
            price=prices[item.pk],
            machine=at_site[model] if model else None,
            fits=model is not None,
        )
        for item, (model, _part, quantity) in zip(items, lines, strict=True)
    ]


class Present:
    """Takes a placed order to where it waits now."""

    def __init__(self, cast: Cast, draft: Draft) -> None:
        self.cast, self.draft = cast, draft
        self.words = table_of("phrases")[draft.account.language]
        self.salesperson = draft.account.customer.salesperson
        maker = cast.makers[draft.order.manufacturer.name]
        self.desk, self.maker_name = maker.desk[0], maker.party.name

    def go_to(self, stage: str) -> None:
        """Let happen what leads to this stage."""
        match stage:
            case "dearer":
                self._dearer()
            case "substitute":
                self._substitute()
            case "question":
                question = self.words["question"][0]
                self.draft.asked(self._at(35, 0.3), self.salesperson, question)
            case "late":
                self._confirm()
                assert self.draft.order.agreed_date is not None
                later_day = add_working_days(self.draft.order.agreed_date, 6)
                self.draft.postponed(self._at(170, 0.6), self.desk, later_day)
            case "desk":
                self._confirm()
            case "by_line":
                self._confirm()
                promised = add_working_days(local_day(self.draft.now, self.draft.zone), 2)
                self.draft.accepted_a_line(self._at(150, 0.5), promised, by=self.desk)
            case "approved" | "partly" | "shipped":
                self._confirm()
                self._approve()
                if stage != "approved":
                    self._ship(partly=stage == "partly")

    def _at(self, minutes: int, share: float) -> datetime:
        """So many office minutes after the placing, or a share of the time there was."""
        placed, now = self.draft.order.placed_at, self.draft.now
        at = later(placed, minutes, self.draft.zone)
        return at if at < now else placed + (now - placed) * share

    def _confirm(self) -> None:
        self.draft.confirmed(self._at(24, 0.2), self.salesperson)

    def _dearer(self) -> None:
        line = self.draft.lines[0]
        assert line.unit_price is not None
        dearer = rounded(line.unit_price * 107 / 100, self.draft.order.currency)
        note = self.words["dearer"][0]
        self.draft.proposed(self._at(35, 0.3), self.salesperson, note, {1: dearer})

    def _substitute(self) -> None:
        line = self.draft.lines[0]
        assert line.unit_price is not None and line.equipment is not None
        fitting = self.cast.shelf.takes[line.equipment.model_id]
        other = next(
            item
            for item in fitting
            if (item.kind, item.colour) == (line.consumable.kind, line.consumable.colour)
            and item != line.consumable
        )
        price = prices_on(self.draft.account, [other], self._at(35, 0.3).date())[other.pk]
        assert price.unit_price is not None
        self.draft.proposed(
            self._at(35, 0.3),
            self.salesperson,
            self.words["late"][0],
            {1: price.unit_price},
            {1: other},
        )

    def _approve(self) -> None:
        number = self.draft.order.placed_at.minute * 1013 + 100_207
        reference = MAKER_REFERENCES[self.maker_name].format(number)
        promised = add_working_days(local_day(self.draft.now, self.draft.zone), 1)
        self.draft.approved(self._at(140, 0.45), promised, reference, by=self.desk)

    def _ship(self, *, partly: bool) -> None:
        pieces = {line.position: line.approved_quantity for line in self.draft.lines}
        sent = dict(list(pieces.items())[:1]) if partly else pieces
        carrier, tracking = (
            self.words["carriers"][0],
            f"{self.draft.order.placed_at:%y%m%d%H%M}7",
        )
        self.draft.shipped(self._at(640, 0.75), sent, carrier, tracking, by=self.desk)
