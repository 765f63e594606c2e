"""A drawing of months: what was delivered and collected as bars, the rate as a line."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from tonerloop.web.shared.templatetags import formats

LEFT, STEP, BASE, HIGH = 44, 56, 180, 150  # where it begins, a month, the ground, the bars' height


class Month(Protocol):
    """What a month must have to be drawn; `label` is its year and month: 2026-04."""

    label: str
    collected: int
    delivered: int

    @property
    def percent(self) -> int | None:
        """The rate in whole percent, None where nothing was delivered."""


def draw(months: Sequence[Month]) -> dict[str, Any]:
    """The bars to one scale, the rates to another; what a correction makes negative is no bar."""
    most = max((max(m.collected, m.delivered) for m in months), default=0)
    top = _round_up(max(most, 1))
    bars = [_bars(month, place, top) for place, month in enumerate(months)]
    highest = max([100, *(m.percent or 0 for m in months)])
    rates = [
        {"x": bar["middle"], "y": BASE - _part(m.percent, highest), "text": f"{m.percent}%"}
        for bar, m in zip(bars, months, strict=True)
        if m.percent is not None
    ]
    right = LEFT + STEP * len(months)
    marks = [0, top // 2, top] if top > 1 else [0, top]
    return {
        "width": right + 6,
        "right": right,
        "months": bars,
        "rates": rates,
        "points": " ".join(f"{one['x']},{one['y']}" for one in rates),
        "lines": [{"y": BASE - _part(n, top), "text": formats.decimal(n)} for n in marks],
        "words": _("Collected and delivered pieces and the rate; the table below says the same."),
    }


def _bars(month: Month, place: int, top: int) -> dict[str, Any]:
    x = LEFT + STEP * place + 8
    delivered, collected = _part(month.delivered, top), _part(month.collected, top)
    return {
        "label": month.label,
        "x": x,
        "x2": x + 20,
        "middle": x + 19,
        "delivered": delivered,
        "delivered_y": BASE - delivered,
        "collected": collected,
        "collected_y": BASE - collected,
    }


def _part(value: int | None, of: int) -> int:
    return round(HIGH * max(0, value or 0) / of)


def _round_up(value: int) -> int:
    """The next 1, 2, 4, 6, 8 or 10 of its power of ten: a scale that can be read and halved."""
    power = int(f"1{'0' * (len(str(value)) - 1)}")
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)
