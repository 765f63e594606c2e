"""What things cost in the demo: agreements at all three levels, and purchase prices."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tonerloop.catalogue.models import Consumable
from tonerloop.demo.cast import Cast, House
from tonerloop.demo.reading import table_of
from tonerloop.pricing.models import PriceAgreement, PriceBreak, PurchasePrice

STEP = {"JPY": Decimal(10)}  # prices end in a full ten yen, or in five cents
FIVE_CENTS = Decimal("0.05")


def agree(cast: Cast, today: date) -> None:
    """Make all agreements; their days are counted from today, so that the demo never ages."""
    table = table_of("prices")
    rates = {code: Decimal(rate) for code, rate in table["rates"].items()}
    agreements, breaks = [], []
    for row in table["agreements"]:
        house = cast.houses[row["seller"]]
        asked = set(table["on_request"][row["seller"]]) if row["level"] == "list" else set()
        for item in _items(cast, row):
            if item.part_number in asked:
                continue
            price = Pricing(cast, house, row, item, rates, today)
            agreement = price.agreement()
            agreements.append(agreement)
            breaks += price.breaks(agreement)
    PriceAgreement.objects.bulk_create(agreements)
    PriceBreak.objects.bulk_create(breaks)
    PurchasePrice.objects.bulk_create(
        [
            Pricing(cast, cast.houses[row["seller"]], row, item, rates, today).purchase()
            for row in table["purchases"]
            for item in _items(cast, row)
        ]
    )


def _items(cast: Cast, row: dict[str, Any]) -> list[Consumable]:
    """The orderable consumables that a row of the table is about."""
    return [
        item
        for item in cast.shelf.items.values()
        if item.active
        and row.get("maker", item.manufacturer.name) == item.manufacturer.name
        and item.kind in row.get("kinds", [item.kind])
        and item.part_number in row.get("parts", [item.part_number])
    ]


class Pricing:
    """One row of the table applied to one consumable."""

    def __init__(
        self,
        cast: Cast,
        house: House,
        row: dict[str, Any],
        item: Consumable,
        rates: dict[str, Decimal],
        today: date,
    ) -> None:
        self.house, self.row, self.item = house, row, item
        self.currency = row.get("currency", house.seller.currency)
        self.base = cast.shelf.euros[item.part_number] * rates[self.currency]
        self.first_day = today + timedelta(days=row["first"])
        self.last_day = today + timedelta(days=row["last"]) if "last" in row else None

    def price(self, more_off: int = 0) -> Decimal:
        """The unit price, rounded to a step that looks like a price."""
        off = Decimal(100 - self.row["off"] - more_off) / 100
        step = STEP.get(self.currency, FIVE_CENTS)
        return (self.base * off / step).quantize(Decimal(1), ROUND_HALF_UP) * step

    def agreement(self) -> PriceAgreement:
        """The seller's price for a customer, a group or its list."""
        level, who = self.row["level"], self.row.get("who", "")
        return PriceAgreement(
            seller=self.house.seller,
            customer=self.house.accounts[who].customer if level == "customer" else None,
            group=self.house.groups[who] if level == "group" else None,
            consumable=self.item,
            currency=self.currency,
            unit_price=self.price(),
            first_day=self.first_day,
            last_day=self.last_day,
            note=self.row["note"],
        )

    def breaks(self, agreement: PriceAgreement) -> list[PriceBreak]:
        """The agreement's lower prices from certain quantities on."""
        return [
            PriceBreak(agreement=agreement, min_quantity=count, unit_price=self.price(more_off))
            for count, more_off in self.row.get("breaks", [])
        ]

    def purchase(self) -> PurchasePrice:
        """What the seller pays the manufacturer."""
        return PurchasePrice(
            seller=self.house.seller,
            manufacturer=self.item.manufacturer,
            consumable=self.item,
            currency=self.currency,
            unit_price=self.price(),
            first_day=self.first_day,
            last_day=self.last_day,
        )
