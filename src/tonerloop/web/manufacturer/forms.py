"""What the order desk types: a promised day, a reason, shipped pieces, a key's name."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.text import no_control
from tonerloop.orders.finding import found_at_desk
from tonerloop.orders.models import OrderLine
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.states import CancelReason, LineState
from tonerloop.web.shared.answer_forms import WORDS, CountField, RefusableForm
from tonerloop.web.shared.order_lists import StatusFilter, in_status

REASONS: list[tuple[str, Any]] = [
    ("", gettext_lazy("Choose a reason")),
    *[
        (reason.value, reason.label)
        for reason in (
            CancelReason.WRONG_PRICE,
            CancelReason.DISCONTINUED,
            CancelReason.OUT_OF_STOCK,
            CancelReason.DUPLICATE,
            CancelReason.OTHER,
        )
    ],
]


class DeskFilter(StatusFilter):
    """Which of the manufacturer's orders."""

    @property
    def in_use(self) -> bool:
        """True if something narrows the list."""
        return bool(self.chosen("q") or self.chosen("status"))

    def narrow(self, orders: OrderQuerySet) -> OrderQuerySet:
        """By number, own reference, seller, ship-to or part number; never the buyer's reference."""
        found, text = in_status(orders, self.chosen("status") or ""), self.chosen("q")
        return found_at_desk(found, text) if text else found


class ApproveForm(RefusableForm):
    """The yes of the desk."""

    promised_date = forms.DateField(
        label=gettext_lazy("Promised delivery day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose the day on which the goods arrive."),
            "invalid": gettext_lazy("Type a day such as 2026-12-24."),
        },
    )
    reference = forms.CharField(
        label=gettext_lazy("Your order reference"),
        max_length=40,
        required=False,
        validators=[no_control],
    )


class DeskCancelForm(RefusableForm):
    """Why the desk does not deliver."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=REASONS,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose a reason."),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("The buyer and the seller read this."),
        required=False,
        max_length=500,
        validators=[no_control],
        widget=WORDS,
    )


class ShipForm(RefusableForm):
    """What left, by line; everything that is left unless typed otherwise."""

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"), max_length=60, required=False, validators=[no_control]
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=60,
        required=False,
        validators=[no_control],
    )

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [
            line
            for line in lines
            if line.state != LineState.REJECTED and line.approved_quantity > line.shipped_quantity
        ]
        for line in self.lines:
            left = line.approved_quantity - line.shipped_quantity
            self.fields[f"quantity-{line.position}"] = CountField(
                label=_("Pieces of %(part)s") % {"part": line.consumable.part_number},
                help_text=_("%(left)d still to be shipped") % {"left": left},
                initial=left,
            )
        self.order_fields([n for n in self.fields if n not in ("carrier", "tracking_number")])

    def line_fields(self) -> list[tuple[OrderLine, Any]]:
        """Each line that is still to be shipped, with its field."""
        return [(line, self[f"quantity-{line.position}"]) for line in self.lines]

    def quantities(self) -> dict[int, int]:
        """Pieces by line position."""
        given = self.cleaned_data
        return {line.position: given[f"quantity-{line.position}"] for line in self.lines}
