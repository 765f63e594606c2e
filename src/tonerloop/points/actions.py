"""What an issuer does with its rules: they begin and end; what was earned stays as earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Seller
from tonerloop.points.models import Rule, RuleStep

HIGHEST = 100_000  # points for a piece; more is mostly a slip


class NotAllowedSo(Exception):
    """A rule that cannot be; `field` and `message` say what to do about it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a rule gives; `steps` are (kind, from, percent)."""

    name: str
    first_day: date
    last_day: date | None
    per_reusable: int
    per_recyclable: int
    box_percent: int
    monthly_cap: int | None
    months_valid: int
    point_value: Decimal
    steps: Sequence[tuple[str, int, int]] = ()


@transaction.atomic
def begin_rule(terms: Terms, *, by: Actor) -> Rule:
    """The seller's new rule; its points are worth money of the seller's currency."""
    require(by, Role.BACK_OFFICE)
    seller = Seller.objects.select_for_update(no_key=True).get(pk=known(by.seller_id))
    _check(terms, local_day(timezone.now(), seller.time_zone))
    facts = {name: value for name, value in vars(terms).items() if name != "steps"}
    rule = Rule.objects.create(issuer_seller=seller, currency=seller.currency, **facts)
    RuleStep.objects.bulk_create(
        RuleStep(rule=rule, kind=kind, threshold=threshold, percent=percent)
        for kind, threshold, percent in terms.steps
    )
    _note(rule, by, "added")
    return rule


@transaction.atomic
def end_rule(rule_id: int, *, by: Actor) -> Rule:
    """Today is the rule's last day; points that were earned stay. DoesNotExist if not theirs."""
    require(by, Role.BACK_OFFICE)
    own = Rule.objects.select_for_update(of=("self",)).filter(issuer_seller_id=known(by.seller_id))
    rule = own.select_related("issuer_seller").get(pk=rule_id)
    assert rule.issuer_seller is not None
    today = local_day(timezone.now(), rule.issuer_seller.time_zone)
    if rule.last_day is None or rule.last_day > today:
        rule.last_day = max(today, rule.first_day)
        rule.save(update_fields=["last_day"])
        _note(rule, by, "ended")
    return rule


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
    subject = Subject(kind="rule", id=rule.pk, seller_id=by.seller_id)
    data = {"action": action}
    record(Event.RECORD_CHANGED, subject, by=by, data=data, audience=[Side.SELLER])
