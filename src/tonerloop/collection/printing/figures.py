"""The figures of a yearly statement; each total is the sum of the rows, never kept beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody named in a statement."""

    name: str
    address: str = ""
    number: str = ""  # of a customer, with its seller


@dataclass(frozen=True, kw_only=True)
class MonthRow:
    """One month: pieces delivered (less returns) and pieces collected."""

    first_day: date
    delivered: int = 0
    collected: int = 0


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One model: what was counted of it, by condition."""

    part_number: str  # empty where the catalogue does not know the model
    name: str
    reusable: int = 0
    recyclable: int = 0
    damaged: int = 0
    other_maker: int = 0
    collectable: bool = True
    toner: bool = True
    weight_g: int | None = None

    @property
    def collected(self) -> int:
        """What the collection rate counts: a collectable model's own maker's pieces."""
        return self.reusable + self.recyclable + self.damaged if self.collectable else 0

    @property
    def reused(self) -> int:
        """Toner cartridges that can be used again."""
        return self.reusable if self.collectable and self.toner else 0

    @property
    def weight_kg(self) -> Decimal | None:
        """Weight of what was collected; None where the catalogue has no weight."""
        return None if self.weight_g is None else Decimal(self.weight_g * self.collected) / 1000


@dataclass(frozen=True, kw_only=True)
class Carbon:
    """Kilograms of CO₂ equivalent saved by reusing one toner cartridge, and who says so."""

    factor: Decimal = Decimal("1.7")
    low: Decimal = Decimal("1.65")
    high: Decimal = Decimal("2.7")
    source: str = ""
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a customer gave back in one year, and what was delivered to it."""

    customer: Party
    seller: Party
    collectors: tuple[Party, ...]
    year: int
    first_day: date
    last_day: date
    time_zone: str
    months: tuple[MonthRow, ...]
    models: tuple[ModelRow, ...]
    made_on: date
    carbon: Carbon = Carbon()

    @property
    def delivered(self) -> int:
        """Pieces of all months."""
        return sum(row.delivered for row in self.months)

    @property
    def collected(self) -> int:
        """Pieces of all months."""
        return sum(row.collected for row in self.months)

    @property
    def percent(self) -> int | None:
        """The collection rate, rounded down; None where nothing was delivered."""
        return 100 * self.collected // self.delivered if self.delivered > 0 else None

    @property
    def reused(self) -> int:
        """Toner cartridges that can be used again."""
        return sum(row.reused for row in self.models)

    @property
    def weight_kg(self) -> Decimal:
        """Weight of what was collected, as far as the catalogue knows it."""
        return sum((row.weight_kg for row in self.models if row.weight_kg is not None), Decimal(0))

    @property
    def unweighed(self) -> int:
        """Collected pieces of models without a weight."""
        return sum(row.collected for row in self.models if row.weight_g is None)

    def saved(self) -> Iterator[Decimal]:
        """CO₂ equivalent in kg: by the factor, by the lowest and by the highest of its range."""
        for factor in (self.carbon.factor, self.carbon.low, self.carbon.high):
            yield factor * self.reused

    def condition(self, name: str) -> int:
        """Pieces of all models in this condition."""
        return sum(getattr(row, name) for row in self.models)
