"""What the order desk types to answer line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.text import no_control
from tonerloop.orders.actions import LineSaid, Refused
from tonerloop.orders.models import LineAnswer, Order, OrderLine
from tonerloop.orders.substitutes import substitutes_for
from tonerloop.web.manufacturer.forms import REASONS, ApproveForm
from tonerloop.web.shared.answer_forms import AmountField, CountField, shown_price
from tonerloop.web.shared.templatetags.formats import money

Kind = LineAnswer.Kind
LATER = "later"
CHOICES = [
    (Kind.ACCEPTED.value, gettext_lazy("Accept as ordered")),
    (Kind.CHANGED.value, gettext_lazy("Accept with a change")),
    (Kind.REJECTED.value, gettext_lazy("Reject")),
    (LATER, gettext_lazy("Answer later")),
]
# Which fields belong to which answer; what stands in the others is not read.
FIELDS = {
    Kind.CHANGED: ("quantity", "promised_date", "purchase_price", "substitute"),
    Kind.REJECTED: ("reason", "text"),
}
TONES = {Kind.ACCEPTED: "good", Kind.CHANGED: "warn", Kind.REJECTED: "bad"}


class KindWidget(forms.RadioSelect):
    """Radios; what belongs to one of them is shown while it is chosen, without scripts always."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in (Kind.CHANGED, Kind.REJECTED):
            option["attrs"]["data-disclose"] = f"#{value}-{self.position}"
        return option


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line with its fields, or with what was said of it already."""

    line: OrderLine
    said: LineAnswer | None = None
    kind: Any = None
    quantity: Any = None
    promised_date: Any = None
    purchase_price: Any = None
    substitute: Any = None
    reason: Any = None
    text: Any = None

    @property
    def tone(self) -> str:
        """How a screen colours the answer."""
        return TONES[Kind(self.said.kind)] if self.said else ""


class LinesForm(ApproveForm):
    """A day for all lines, and for each line that is open what becomes of it."""

    def __init__(
        self,
        *args: Any,
        order: Order,
        lines: Sequence[OrderLine],
        said: Mapping[int, LineAnswer],
        earlier: Mapping[int, LineAnswer],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promised_date"].label = _("Promised delivery day of all lines")
        self.order, self.lines, self.said = order, lines, said
        self.open = [line for line in lines if line.pk not in said]
        for line in self.open:
            self._add_fields(line, earlier.get(line.pk))

    def _add_fields(self, line: OrderLine, earlier: LineAnswer | None) -> None:
        """The fields of a line; what was said of it to an earlier request is typed already."""
        kind = forms.ChoiceField(
            label=_("Answer"),
            choices=CHOICES,
            widget=KindWidget(line.position),
            initial=earlier.kind if earlier else Kind.ACCEPTED,
        )
        found = {"kind": kind, **self._change(line, earlier), **_rejection(earlier)}
        self.fields |= {f"{name}-{line.position}": field for name, field in found.items()}

    def _change(self, line: OrderLine, earlier: LineAnswer | None) -> dict[str, forms.Field]:
        part = {"part": line.consumable.part_number}
        changed = earlier if earlier and earlier.kind == Kind.CHANGED else LineAnswer()
        return {
            "quantity": CountField(
                label=_("Pieces of %(part)s") % part,
                help_text=_("%(count)d were ordered") % {"count": line.ordered_quantity},
                initial=changed.quantity or line.ordered_quantity,
            ),
            "promised_date": forms.DateField(
                label=_("Another day for this line"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                initial=changed.promised_date,
                error_messages={"invalid": _("Type a day such as 2026-12-24.")},
            ),
            "purchase_price": self._price(line, changed),
            "substitute": self._substitute(line, changed),
        }

    def _currency(self, line: OrderLine) -> str:
        return line.purchase_currency or self.order.currency

    def _price(self, line: OrderLine, changed: LineAnswer) -> AmountField:
        currency, price = self._currency(line), line.purchase_price
        now = _("None agreed") if price is None else money(price, currency)
        return AmountField(
            label=_("Other purchase price in %(currency)s") % {"currency": currency},
            help_text=_("Now %(price)s") % {"price": now},
            required=False,
            initial=shown_price(changed.purchase_price, currency),
        )

    def _substitute(self, line: OrderLine, changed: LineAnswer) -> forms.ChoiceField:
        found = substitutes_for(line, self.order).values_list("part_number", "name")
        offers = [(part, f"{part} {name}".strip()) for part, name in found]
        return forms.ChoiceField(
            label=_("Send instead of %(part)s") % {"part": line.consumable.part_number},
            required=False,
            choices=[("", _("No substitute")), *offers],
            initial=changed.substitute.part_number if changed.substitute else "",
            error_messages={
                "invalid_choice": _("This item does not fit the same machine. Choose another.")
            },
        )

    @property
    def parts(self) -> list[Part]:
        """Each line with its fields, those answered before in words."""
        return [self._part(line) for line in self.lines]

    def _part(self, line: OrderLine) -> Part:
        if said := self.said.get(line.pk):
            return Part(line=line, said=said)
        names = ("kind", "quantity", "promised_date", "purchase_price", "reason", "text")
        found: dict[str, Any] = {name: self[f"{name}-{line.position}"] for name in names}
        if len(self.fields[f"substitute-{line.position}"].choices) > 1:  # type: ignore[attr-defined]
            found["substitute"] = self[f"substitute-{line.position}"]
        return Part(line=line, **found)

    def clean(self) -> None:
        """What is wrong in a field that does not belong to the chosen answer is no matter."""
        for line in self.open:
            chosen = self.cleaned_data.get(f"kind-{line.position}")
            for kind, names in FIELDS.items():
                for name in names if kind != chosen else ():
                    self.errors.pop(f"{name}-{line.position}", None)

    def answers(self) -> dict[int, LineSaid]:
        """What is said of each line that is not left for later, by position."""
        found = {line.position: self._said(line) for line in self.open}
        return {position: said for position, said in found.items() if said}

    def _said(self, line: OrderLine) -> LineSaid | None:
        given = {
            name.rpartition("-")[0]: value
            for name, value in self.cleaned_data.items()
            if name.endswith(f"-{line.position}")
        }
        if given["kind"] == LATER:
            return None
        kind, day = Kind(given["kind"]), self.cleaned_data["promised_date"]
        if kind == Kind.REJECTED:
            return LineSaid(kind=kind, reason=given["reason"], text=given["text"])
        if kind == Kind.ACCEPTED:
            return LineSaid(kind=kind, promised_date=day)
        price, quantity = given["purchase_price"], given["quantity"]
        if not quantity:
            raise Refused(f"quantity-{line.position}", _("Type how many, or reject the line."))
        return LineSaid(
            kind=kind,
            promised_date=given["promised_date"] or day,
            quantity=None if quantity == line.ordered_quantity else quantity,
            substitute=given["substitute"],
            price=price,
            currency="" if price is None else self._currency(line),
        )


def _rejection(earlier: LineAnswer | None) -> dict[str, forms.Field]:
    return {
        "reason": forms.ChoiceField(
            label=_("Reason"),
            choices=REASONS,
            error_messages={"required": _("Choose a reason.")},
            initial=earlier.reason if earlier else "",
        ),
        "text": forms.CharField(
            label=_("In a few words"),
            help_text=_("The buyer and the seller read this."),
            required=False,
            max_length=500,
            validators=[no_control],
            initial=earlier.text if earlier else "",
        ),
    }
