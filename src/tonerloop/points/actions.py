"""What an issuer does with its rules: they begin and end; what was earned stays as earned."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role, require
from tonerloop.common.days import local_day
from tonerloop.common.money import CURRENCIES
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Manufacturer, Seller
from tonerloop.points.models import Rule, RuleItem, RuleStep

HIGHEST = 100_000  # points for a piece; more is mostly a slip


class NotAllowedSo(Exception):
    """A rule that cannot be; `field` and `message` say what to do about it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, kw_only=True)
class ItemTerms:
    """Other points for one model, by its part number; `line` is where it was typed."""

    line: int
    part_number: str
    per_reusable: int
    per_recyclable: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a rule gives; `steps` are (kind, from, percent).

    A seller's points are worth money of its own currency; a manufacturer, which has none,
    chooses one.
    """

    name: str
    first_day: date
    last_day: date | None
    per_reusable: int
    per_recyclable: int
    box_percent: int
    monthly_cap: int | None
    months_valid: int
    point_value: Decimal
    currency: str = ""
    steps: Sequence[tuple[str, int, int]] = ()
    items: Sequence[ItemTerms] = ()


APART = ("steps", "items", "currency")


def issuer_of(by: Actor) -> Seller | Manufacturer:
    """The organisation for which somebody keeps points rules; NotAllowed for any other role."""
    require(by, Role.BACK_OFFICE, Role.ORDER_DESK)
    if by.role == Role.ORDER_DESK:
        return Manufacturer.objects.get(pk=by.manufacturer_id or 0)
    return Seller.objects.get(pk=by.seller_id or 0)


def own_rules(issuer: Seller | Manufacturer) -> QuerySet[Rule]:
    """The rules of one issuer."""
    if isinstance(issuer, Seller):
        return Rule.objects.filter(issuer_seller=issuer)
    return Rule.objects.filter(issuer_manufacturer=issuer)


@transaction.atomic
def begin_rule(terms: Terms, *, by: Actor) -> Rule:
    """A new rule of the actor's seller or manufacturer."""
    issuer = issuer_of(by)
    _check(terms, local_day(timezone.now(), issuer.time_zone))
    models = _models(terms.items, issuer)
    facts = {f.name: getattr(terms, f.name) for f in fields(terms) if f.name not in APART}
    if isinstance(issuer, Seller):
        facts |= {"issuer_seller": issuer, "currency": issuer.currency}
    else:
        facts |= {"issuer_manufacturer": issuer, "currency": _currency(terms)}
    rule = Rule.objects.create(**facts)
    RuleStep.objects.bulk_create(
        RuleStep(rule=rule, kind=kind, threshold=threshold, percent=percent)
        for kind, threshold, percent in terms.steps
    )
    RuleItem.objects.bulk_create(
        RuleItem(
            rule=rule,
            consumable=model,
            per_reusable=item.per_reusable,
            per_recyclable=item.per_recyclable,
        )
        for item, model in models
    )
    _note(rule, by, "added")
    return rule


@transaction.atomic
def end_rule(rule_id: int, *, by: Actor) -> Rule:
    """Today is the rule's last day; points that were earned stay. DoesNotExist if not theirs."""
    issuer = issuer_of(by)
    rule = own_rules(issuer).select_for_update(of=("self",)).get(pk=rule_id)
    today = local_day(timezone.now(), issuer.time_zone)
    if rule.last_day is None or rule.last_day > today:
        rule.last_day = max(today, rule.first_day)
        rule.save(update_fields=["last_day"])
        _note(rule, by, "ended")
    return rule


def _currency(terms: Terms) -> str:
    if terms.currency not in dict(CURRENCIES):
        raise NotAllowedSo("currency", _("Choose the currency in which a point is worth money."))
    return terms.currency


def _models(
    items: Sequence[ItemTerms], issuer: Seller | Manufacturer
) -> list[tuple[ItemTerms, Consumable]]:
    """The models that were meant with their points; one message for all that are wrong."""
    found: dict[Consumable, ItemTerms] = {}
    wrong: list[str] = []
    for item in items:
        models, problem = _meant(item, issuer)
        if any(model in found for model in models):
            problem = _("%(part)s stands there twice.")
        if problem:
            facts = {"line": item.line, "problem": problem % {"part": item.part_number}}
            wrong.append(_("Line %(line)d: %(problem)s") % facts)
        found |= dict.fromkeys(models, item)
    if wrong:
        raise NotAllowedSo("items", " ".join(wrong))
    return [(item, model) for model, item in found.items()]


def _meant(item: ItemTerms, issuer: Seller | Manufacturer) -> tuple[list[Consumable], str]:
    """The collectable models of this part number (two makers may share one), or what is wrong."""
    same = Consumable.objects.filter(part_number__iexact=item.part_number)
    if isinstance(issuer, Manufacturer):
        same = same.filter(manufacturer=issuer)
    models = list(same.order_by("pk"))
    if not models and isinstance(issuer, Manufacturer):
        return [], _("%(part)s is none of your models. Check the part number.")
    if not models:
        return [], _("%(part)s is not in the catalogue. Check the part number.")
    models = [model for model in models if model.collectable]
    if not models:
        return [], _("%(part)s is not collected, so it earns no points. Take it out.")
    if max(item.per_reusable, item.per_recyclable) > HIGHEST:
        return [], _("%(part)s earns too much. Type at most 100000 points.")
    return models, ""


def _check(terms: Terms, today: date) -> None:
    if terms.first_day < today:
        raise NotAllowedSo("first_day", _("Begin today or later: the past is counted already."))
    if terms.last_day is not None and terms.last_day < terms.first_day:
        raise NotAllowedSo("last_day", _("The last day lies before the first."))
    for field in ("per_reusable", "per_recyclable"):
        if getattr(terms, field) > HIGHEST:
            words = _("Type at most %(most)d.") % {"most": HIGHEST}
            raise NotAllowedSo(field, words)
    if not 100 <= terms.box_percent <= 1000:
        raise NotAllowedSo("box_percent", _("Type a percentage from 100 to 1000."))
    if not 1 <= terms.months_valid <= 120:
        raise NotAllowedSo("months_valid", _("Type from 1 to 120 months."))
    if not 0 < terms.point_value <= 1000:
        raise NotAllowedSo("point_value", _("Type what a point is worth, such as 0.01."))
    if len({step[:2] for step in terms.steps}) < len(terms.steps):
        raise NotAllowedSo("", _("Two levels begin at the same place. Change one."))


def _note(rule: Rule, by: Actor, action: str) -> None:
    subject = Subject(
        kind="rule",
        id=rule.pk,
        seller_id=rule.issuer_seller_id,
        manufacturer_id=rule.issuer_manufacturer_id,
    )
    record(Event.RECORD_CHANGED, subject, by=by, data={"action": action}, audience=[by.side])
