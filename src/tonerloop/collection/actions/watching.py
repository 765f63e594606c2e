"""A manufacturer is told when a count or a rate of its models is reached (COL-9), once."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.models import Count, Threshold, ThresholdReached
from tonerloop.collection.report import Scope, report
from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Manufacturer
from tonerloop.points.rules import add_months

WATCH = Actor(role=Role.RULE, rule="thresholds")
MOST = 20  # watched at a time by one manufacturer: each is looked at after each count
HIGHEST = {Threshold.Kind.PIECES: 100_000_000, Threshold.Kind.RATE: 1000}


@transaction.atomic
def set_threshold(
    *,
    kind: str,
    amount: int,
    part_number: str,
    since: date | None,
    least_delivered: int = 0,
    by: Actor,
) -> Threshold:
    """Tell the manufacturer from now on when this is reached; at once if it is already.

    Without a part number all its models count, without a day each calendar year by itself.
    """
    require(by, Role.ORDER_DESK)
    maker = Manufacturer.objects.select_for_update(no_key=True).get(pk=known(by.manufacturer_id))
    if kind not in Threshold.Kind.values:
        raise Refused("kind", _("Choose what is to be reached."))
    if not 1 <= amount <= HIGHEST[Threshold.Kind(kind)]:
        words = _("Type a number from 1 to %(most)d.")
        raise Refused("amount", words % {"most": HIGHEST[Threshold.Kind(kind)]})
    if watched(maker.pk).count() >= MOST:
        words = _("You watch %(most)d thresholds already. End one of them first.")
        raise Refused("kind", words % {"most": MOST})
    now = timezone.now()
    threshold = Threshold.objects.create(
        manufacturer=maker,
        consumable=_model(part_number, maker),
        kind=kind,
        amount=amount,
        least_delivered=least_delivered if kind == Threshold.Kind.RATE else 0,
        since=since,
        made_at=now,
        made_by_id=known(by.person_id),
    )
    _check(threshold, now)
    return threshold


@transaction.atomic
def end_threshold(threshold_id: int, *, by: Actor) -> Threshold:
    """Watch it no more; what was reached stays. DoesNotExist if it isn't the actor's."""
    require(by, Role.ORDER_DESK)
    own = Threshold.objects.filter(manufacturer_id=known(by.manufacturer_id))
    threshold = own.select_for_update(of=("self",)).get(pk=threshold_id)
    if threshold.ended_at is None:
        threshold.ended_at = timezone.now()
        threshold.save(update_fields=["ended_at"])
    return threshold


def watched(manufacturer_id: int) -> QuerySet[Threshold]:
    """The thresholds that a manufacturer watches."""
    return Threshold.objects.filter(manufacturer_id=manufacturer_id, ended_at=None)


def check_thresholds(request_id: int, now: datetime) -> None:
    """After a request was counted or corrected: tell of every threshold that is reached now.

    Runs as a job, so that no scan waits for it; run twice it tells once.
    """
    pieces = Count.objects.filter(request_id=request_id, consumable__isnull=False)
    pairs = set(pieces.values_list("consumable", "consumable__manufacturer"))
    models, makers = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    concerned = Threshold.objects.filter(manufacturer__in=makers, ended_at=None)
    concerned = concerned.filter(Q(consumable=None) | Q(consumable__in=models))
    for threshold in concerned.select_related("manufacturer").order_by("pk"):
        _check(threshold, now)


@transaction.atomic
def _check(threshold: Threshold, now: datetime) -> None:
    since = period(threshold, now)
    if threshold.reached.filter(since=since).exists():
        return
    value = measured(threshold, since, now)
    if value < threshold.amount:
        return
    facts = {"value": value, "at": now}
    # Of two jobs at once one makes the row; the other finds it and says nothing.
    reached, made = ThresholdReached.objects.get_or_create(
        threshold=threshold, since=since, defaults=facts
    )
    if made:
        maker = threshold.manufacturer_id
        subject = Subject(kind="threshold", id=reached.pk, manufacturer_id=maker)
        record(Event.THRESHOLD_REACHED, subject, by=WATCH, audience=[Side.MANUFACTURER])


def period(threshold: Threshold, now: datetime) -> date:
    """The first day of the period that is counted now."""
    today = local_day(now, threshold.manufacturer.time_zone)
    return threshold.since or today.replace(month=1, day=1)


def measured(threshold: Threshold, since: date, now: datetime) -> int:
    """What is reached since that day: pieces, or whole percent; the figures of the report."""
    maker = threshold.manufacturer
    today = local_day(now, maker.time_zone)
    scope = Scope(
        kind="manufacturer",
        id=maker.pk,
        zone=maker.time_zone,
        first=since,
        after=add_months(today.replace(day=1), 1),
        model=threshold.consumable_id,
    )
    whole = report(scope).total
    if threshold.kind == Threshold.Kind.PIECES:
        return max(0, whole.collected)
    if whole.delivered < threshold.least_delivered:
        return 0
    return max(0, whole.percent or 0)


def _model(part_number: str, maker: Manufacturer) -> Consumable | None:
    if not part_number.strip():
        return None
    own = Consumable.objects.filter(manufacturer=maker, part_number__iexact=part_number.strip())
    model = own.first()
    if model is None:
        words = _("This is none of your models. Check the part number.")
        raise Refused("part_number", words)
    if not model.collectable:
        raise Refused("part_number", _("This model is not collected."))
    return model
