"""Which CO₂ factor counts on a day; never a figure without who says so."""

from datetime import date

from tonerloop.collection.models import CarbonFactor
from tonerloop.collection.printing.figures import Carbon


def carbon_on(day: date) -> Carbon:
    """The factor that is valid on a day; before the first one, the first."""
    factors = CarbonFactor.objects.order_by("-valid_from")
    found = factors.filter(valid_from__lte=day).first() or factors.last()
    if found is None:
        return Carbon()
    return Carbon(
        factor=found.factor.normalize(),
        low=found.low.normalize(),
        high=found.high.normalize(),
        source=found.source,
        year=found.year,
    )
