"""Setting when an organisation works, and who is away and who stands in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, NotAllowed, Role, Side, known, require
from tonerloop.common.days import local_day
from tonerloop.common.worktime import DAY, Hours
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.actions.common import note, own_seller, seller_of
from tonerloop.parties.actions.customers import seller_people
from tonerloop.parties.models import Absence, Manufacturer, Seller, WorkingTime
from tonerloop.parties.working import Stages

LEAST_WEEKLY = 60  # minutes; hours rarer than this are a slip, none at all means clock time
MOST_MINUTES = 10_000  # of a stage: about a month of office hours
MOST_HOLIDAYS = 200
MOST_DAYS_AWAY = 366


@dataclass(frozen=True, kw_only=True)
class Week:
    """Hours by weekday, Monday first, and the days off."""

    hours: Sequence[Hours]
    holidays: Sequence[date] = ()


@dataclass(frozen=True, kw_only=True)
class Away:
    """Who is away, from which day to which, and who stands in (None: the usual deputy)."""

    person_id: int
    first_day: date
    last_day: date
    deputy_id: int | None = None


@dataclass
class _Problems:
    """What does not hold, by field."""

    found: dict[str, str] = field(default_factory=dict)

    def unless(self, holds: bool, name: str, words: str) -> None:
        """Note the problem of a field unless it has one already."""
        if not holds:
            self.found.setdefault(name, words)

    def tell(self) -> None:
        """Raise ValidationError if there are any."""
        if self.found:
            raise ValidationError({name: [words] for name, words in self.found.items()})


@transaction.atomic
def set_working_time(week: Week, stages: Stages, *, by: Actor) -> WorkingTime:
    """The seller's hours, holidays and stages; they hold for what is asked from now on."""
    seller = own_seller(by)
    _check_week(week)
    _check_stages(stages)
    own = WorkingTime.objects.filter(seller=seller).first() or WorkingTime(seller=seller)
    own.price_minutes, own.approval_minutes = list(stages.price), list(stages.approval)
    own.buyer_minutes = list(stages.buyer)
    _keep_week(own, week)
    note(own, by=by, action="changed")
    return own


@transaction.atomic
def set_desk_hours(week: Week, *, by: Actor) -> WorkingTime:
    """The hours and holidays of a manufacturer's order desk."""
    require(by, Role.ORDER_DESK)
    maker_id = known(by.manufacturer_id)
    maker = Manufacturer.objects.select_for_update(no_key=True).get(pk=maker_id)
    _check_week(week)
    own = WorkingTime.objects.filter(manufacturer=maker).first() or WorkingTime(manufacturer=maker)
    _keep_week(own, week)
    subject = Subject(kind="workingtime", id=own.pk, manufacturer_id=maker.pk)
    told = {"action": "changed"}
    record(Event.RECORD_CHANGED, subject, by=by, data=told, audience=[Side.MANUFACTURER])
    return own


def _keep_week(own: WorkingTime, week: Week) -> None:
    own.hours = [[list(span) for span in sorted(day)] for day in week.hours]
    own.holidays = sorted(set(week.holidays))
    own.save()


def _check_week(week: Week) -> None:
    problems = _Problems()
    for number, day in enumerate(week.hours):
        spans = sorted(day)
        whole = all(0 <= start < DAY and start < end <= start + DAY for start, end in spans)
        apart = all(one[1] <= other[0] for one, other in pairwise(spans))
        words = _("These hours overlap. Write each part of the day once: 9:00–12:00, 13:00–17:30.")
        problems.unless(whole and apart, f"hours_{number}", words)
    weekly = sum(end - start for day in week.hours for start, end in day)
    words = _("This is less than an hour a week. Add hours, or leave all days empty.")
    enough = not weekly or weekly >= LEAST_WEEKLY
    problems.unless(enough or bool(problems.found), "hours_0", words)
    words = _("These are more than %(most)d days. Take out those that have passed.")
    many = len(set(week.holidays)) > MOST_HOLIDAYS
    problems.unless(not many, "holidays", words % {"most": MOST_HOLIDAYS})
    problems.tell()


def _check_stages(stages: Stages) -> None:
    problems = _Problems()
    kinds = (("price", stages.price), ("approval", stages.approval), ("buyer", stages.buyer))
    for kind, minutes in kinds:
        before = 0
        for number, after in enumerate(minutes):
            words = _("Type a whole number of minutes from 1 to %(most)d.") % {"most": MOST_MINUTES}
            problems.unless(1 <= after <= MOST_MINUTES, f"{kind}_{number}", words)
            words = _("This must come later than the step before: more than %(before)d minutes.")
            problems.unless(after > before, f"{kind}_{number}", words % {"before": before})
            before = after
    problems.tell()


@transaction.atomic
def record_absence(away: Away, *, by: Actor) -> Absence:
    """Somebody of the seller is away; a salesperson says so of oneself, the back office of all."""
    seller = _seller_for_absences(by, away.person_id)
    names = dict(seller_people(seller.pk).values_list("pk", "name"))
    begins, ends = _midnight(away.first_day, seller), _midnight(_next(away.last_day), seller)
    _check_absence(away, seller, names)
    still = Absence.objects.filter(seller=seller, ends_at__gt=max(begins, timezone.now()))
    _check_overlap(away, still.filter(begins_at__lt=ends), names)
    absence = Absence.objects.create(
        seller=seller,
        person_id=away.person_id,
        deputy_id=away.deputy_id,
        begins_at=begins,
        ends_at=ends,
    )
    days = {"first_day": away.first_day.isoformat(), "last_day": away.last_day.isoformat()}
    note(absence, by=by, action="added", person=away.person_id, deputy=away.deputy_id, **days)
    return absence


@transaction.atomic
def end_absence(absence_id: int, *, by: Actor) -> Absence:
    """Somebody is back before the time, or does not go; DoesNotExist if it is not yours or over."""
    now = timezone.now()
    found = Absence.objects.filter(seller_id=seller_of(by), ends_at__gt=now)
    absence = found.select_for_update().select_related("person").get(pk=absence_id)
    _seller_for_absences(by, absence.person_id)
    if absence.begins_at < now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
        note(absence, by=by, action="ended", person=absence.person_id)
        return absence
    note(absence, by=by, action="ended", person=absence.person_id)
    absence.delete()
    return absence


def _seller_for_absences(by: Actor, person_id: int) -> Seller:
    """The seller, locked, so that two absences at once see each other."""
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    if by.role == Role.SALESPERSON and person_id != by.person_id:
        raise NotAllowed(by.role)
    return Seller.objects.select_for_update(no_key=True).get(pk=seller_of(by))


def _check_absence(away: Away, seller: Seller, names: dict[int, str]) -> None:
    problems, today = _Problems(), local_day(timezone.now(), seller.time_zone)
    problems.unless(away.person_id in names, "person", _("Choose one of your people."))
    known_deputy = away.deputy_id is None or away.deputy_id in names
    problems.unless(known_deputy, "deputy", _("Choose one of your people."))
    words = _("Somebody else must stand in.")
    problems.unless(away.deputy_id != away.person_id, "deputy", words)
    words = _("The last day lies before the first. Type the days in their order.")
    problems.unless(away.last_day >= away.first_day, "last_day", words)
    words = _("This day has passed. Type a last day from today on.")
    problems.unless(away.last_day >= today, "last_day", words)
    words = _("This is more than a year. Hand the customers over to somebody else instead.")
    length = (away.last_day - away.first_day).days
    problems.unless(length <= MOST_DAYS_AWAY, "last_day", words)
    problems.tell()


def _check_overlap(away: Away, overlapping: Any, names: dict[int, str]) -> None:
    problems = _Problems()
    busy = set(overlapping.values_list("person_id", flat=True))
    words = _("%(name)s is away on some of these days already. End that absence first.")
    problems.unless(
        away.person_id not in busy, "first_day", words % {"name": names[away.person_id]}
    )
    if away.deputy_id in busy:
        words = _("%(name)s is away then too. Choose somebody else, or nobody.")
        problems.unless(False, "deputy", words % {"name": names[away.deputy_id or 0]})
    problems.tell()


def _midnight(day: date, seller: Seller) -> datetime:
    zone = ZoneInfo(seller.time_zone)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _next(day: date) -> date:
    return day + timedelta(days=1)
