"""Points expire oldest first, after a warning; both by a daily job that may run twice."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from tonerloop.common.actor import Actor, Role, Side
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.journal.record import Subject, record
from tonerloop.points import ledger
from tonerloop.points.models import Account, Lot

WARNED_DAYS = 30  # before the last day
CLOCK = Actor(role=Role.RULE, rule="points-expiry")


def expire_all(now: datetime) -> int:
    """Take what was not used by its last day, on each seller's own calendar; how many points."""
    due = Lot.objects.filter(remaining__gt=0, last_day__lt=now.date() + timedelta(days=1))
    gone = 0
    for account in _accounts(due.values_list("account", flat=True).distinct()):
        with transaction.atomic():
            gone += ledger.expire(account.pk, day=_today(account, now), at=now)
    return gone


def warn_all(now: datetime) -> int:
    """Tell of points whose last day is near, once for each account and day; how many."""
    soon = now.date() + timedelta(days=WARNED_DAYS)
    near = Lot.objects.filter(remaining__gt=0, last_day__gte=now.date(), last_day__lte=soon)
    sums = near.values_list("account", "last_day").annotate(n=Sum("remaining")).order_by()
    accounts = {a.pk: a for a in _accounts([row[0] for row in sums])}
    return sum(_warn(accounts[pk], day.isoformat(), points) for pk, day, points in sums)


@transaction.atomic
def _warn(account: Account, day: str, points: int) -> bool:
    ledger.locked(account.pk)
    told = Entry.objects.filter(subject_kind="points", subject_id=account.pk)
    if told.filter(event=Event.POINTS_EXPIRING, data__last_day=day).exists():
        return False
    subject = Subject(
        kind="points", id=account.pk, seller_id=account.seller_id, customer_id=account.customer_id
    )
    data = {"points": points, "last_day": day}
    sides = [Side.BUYER, Side.SELLER]
    record(Event.POINTS_EXPIRING, subject, by=CLOCK, data=data, audience=sides)
    return True


def _accounts(ids: Iterable[int]) -> list[Account]:
    return list(Account.objects.filter(pk__in=ids).select_related("customer__seller"))


def _today(account: Account, now: datetime) -> date:
    return local_day(now, account.customer.seller.time_zone)
