"""How many points counted pieces earn: plain numbers in, points out; no tables of collection."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from tonerloop.parties.models import Customer, Seller
from tonerloop.points.models import Account, Entry, Rule, RuleStep
from tonerloop.points.standing import makers_of


@dataclass(frozen=True)
class Pieces:
    """So many pieces of one model in one condition (`reusable` or `recyclable`)."""

    consumable_id: int
    manufacturer_id: int
    condition: str
    quantity: int


@dataclass(frozen=True)
class Standing:
    """Where the customer stands after this count: collected pieces, rate in whole percent."""

    collected: int
    rate: int


def rules_for(customer: Customer, manufacturers: Iterable[int], day: date) -> QuerySet[Rule]:
    """The rules that hold on a day for this customer's pieces: its seller's, their makers'.

    Of a maker's rules those in the currency of the customer's seller: other points it could not
    use, and a maker with a rule for each currency gives everybody points of one.
    """
    currency = Seller.objects.filter(pk=customer.seller_id).values("currency")
    issuers = Q(issuer_seller_id=customer.seller_id) | Q(
        issuer_manufacturer_id__in=list(manufacturers), currency__in=currency
    )
    lasting = Q(last_day=None) | Q(last_day__gte=day)
    found = Rule.objects.filter(issuers, lasting, first_day__lte=day)
    return found.prefetch_related("items", "steps").order_by("pk")


def points_for(rule: Rule, pieces: Iterable[Pieces], *, box: bool, standing: Standing) -> int:
    """Points of these pieces under a rule, before its monthly cap; fractions are dropped once."""
    own = {item.consumable_id: item for item in rule.items.all()}
    base = 0
    for part in pieces:
        maker = rule.issuer_manufacturer_id
        if maker is not None and part.manufacturer_id != maker:
            continue
        rates = own.get(part.consumable_id, rule)
        each = {"reusable": rates.per_reusable, "recyclable": rates.per_recyclable}
        base += part.quantity * each.get(part.condition, 0)
    percent = rule.box_percent if box else 100
    return base * percent * step_percent(rule, standing) // 10_000


def step_percent(rule: Rule, standing: Standing) -> int:
    """What pieces earn at this standing, in percent: the highest step reached, 100 below all."""
    reached = [step.percent for step in rule.steps.all() if _measure(step, standing) >= 0]
    return max(reached, default=100)


def _measure(step: RuleStep, standing: Standing) -> int:
    """How far above the step the customer stands; negative: so much is missing."""
    value = standing.collected if step.kind == RuleStep.Kind.QUANTITY else standing.rate
    return value - step.threshold


def left_of_month(rule: Rule, account: Account, first_of_month: date) -> int | None:
    """How many points the rule still gives this account that month; None without a cap."""
    if rule.monthly_cap is None:
        return None
    earned = Entry.objects.filter(
        account=account,
        book=Entry.Book.CUSTOMER,
        lot__rule=rule,
        lot__first_day__gte=first_of_month,
        lot__first_day__lt=add_months(first_of_month, 1),
        transaction__kind__in=("earned", "corrected"),
    ).aggregate(n=Sum("points"))["n"]
    return max(0, rule.monthly_cap - (earned or 0))


def shown_to(customer: Customer, day: date) -> QuerySet[Rule]:
    """The rules in force that a customer reads: its seller's, and those of its makers.

    A maker is its own once one of its machines takes the maker's collectable supplies, or once
    it has points with it.
    """
    found = rules_for(customer, makers_of(customer.pk), day).prefetch_related("items__consumable")
    return found.select_related("issuer_seller", "issuer_manufacturer").order_by(
        F("issuer_manufacturer").asc(nulls_first=True), "pk"
    )


def in_words(rule: Rule) -> list[str]:
    """The rule in sentences for its customers."""
    words = []
    if rule.issuer_manufacturer is not None:
        maker = {"maker": rule.issuer_manufacturer.name}
        words.append(_("Only for pieces that %(maker)s made, whoever sold them.") % maker)
    words.append(
        _("%(reusable)d points for a reusable piece, %(recyclable)d for a recyclable one.")
        % {"reusable": rule.per_reusable, "recyclable": rule.per_recyclable}
    )
    words += _items_in_words(rule)
    if rule.box_percent > 100:
        more = {"percent": rule.box_percent - 100}
        words.append(_("%(percent)d%% more when they come in a full box.") % more)
    words += [_step_in_words(step) for step in rule.steps.all()]
    if rule.monthly_cap is not None:
        words.append(_("At most %(cap)d points a month.") % {"cap": rule.monthly_cap})
    words.append(_("Points can be used for %(months)d months.") % {"months": rule.months_valid})
    return words


def _items_in_words(rule: Rule) -> list[str]:
    """Models with other points, those with the same points in one sentence."""
    groups: dict[tuple[int, int], list[str]] = {}
    for item in sorted(rule.items.all(), key=lambda item: item.consumable.part_number):
        points = (item.per_reusable, item.per_recyclable)
        groups.setdefault(points, []).append(item.consumable.part_number)
    words = _("For %(models)s: %(reusable)d points, %(recyclable)d for a recyclable one.")
    return [
        words % {"models": ", ".join(models), "reusable": points[0], "recyclable": points[1]}
        for points, models in groups.items()
    ]


def _step_in_words(step: RuleStep) -> str:
    facts = {"percent": step.percent - 100, "threshold": step.threshold}
    if step.kind == RuleStep.Kind.QUANTITY:
        return _("From %(threshold)d collected pieces: %(percent)d%% more.") % facts
    return _("From a collection rate of %(threshold)d%%: %(percent)d%% more.") % facts


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""

    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
