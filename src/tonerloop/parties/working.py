"""When an organisation works and how long it takes to answer; who is away, and who stands in."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.common.worktime import OFFICE_HOURS, Calendar

PRICE_MINUTES = (30, 60, 120)
APPROVAL_MINUTES = (120, 240, 480)
BUYER_MINUTES = (480, 960)


def office_hours() -> list[list[list[int]]]:
    """The usual week: Monday to Friday, 9:00 to 17:30."""
    return [[list(span) for span in day] for day in OFFICE_HOURS]


def price_minutes() -> list[int]:
    """Until salesperson, deputy and back office are told that a price is not confirmed."""
    return list(PRICE_MINUTES)


def approval_minutes() -> list[int]:
    """Until the desk is reminded, reminded again, and the seller told."""
    return list(APPROVAL_MINUTES)


def buyer_minutes() -> list[int]:
    """Until the buyer is reminded, and the seller told."""
    return list(BUYER_MINUTES)


class WorkingTime(models.Model):
    """When a seller or a manufacturer works; a seller's also says when who is reminded.

    An organisation without one works as is usual. Minutes are working minutes since somebody got
    the order: a price's and a buyer's by the seller's hours, an approval's by the manufacturer's.
    """

    seller = models.OneToOneField(
        "Seller", models.CASCADE, null=True, blank=True, related_name="working_time"
    )
    manufacturer = models.OneToOneField(
        "Manufacturer", models.CASCADE, null=True, blank=True, related_name="working_time"
    )
    hours = models.JSONField(
        _("hours"), default=office_hours
    )  # by weekday: [[from, to], …] minutes
    holidays = ArrayField(models.DateField(), verbose_name=_("holidays"), default=list, blank=True)
    price_minutes = ArrayField(models.PositiveIntegerField(), size=3, default=price_minutes)
    approval_minutes = ArrayField(models.PositiveIntegerField(), size=3, default=approval_minutes)
    buyer_minutes = ArrayField(models.PositiveIntegerField(), size=2, default=buyer_minutes)

    class Meta:
        verbose_name = _("working time")
        verbose_name_plural = _("working times")
        constraints = [
            models.CheckConstraint(
                condition=Q(seller=None, manufacturer__isnull=False)
                | Q(seller__isnull=False, manufacturer=None),
                name="working_time_of_one",
            ),
            models.CheckConstraint(
                condition=Q(price_minutes__len=3, approval_minutes__len=3, buyer_minutes__len=2),
                name="working_time_stages",
            ),
        ]

    def __str__(self) -> str:
        return str(self.seller or self.manufacturer)


class Absence(models.Model):
    """A person of a seller is away for some days; a colleague may stand in."""

    seller = models.ForeignKey("Seller", models.PROTECT, related_name="absences")
    person = models.ForeignKey(
        "Person", models.CASCADE, related_name="absences", verbose_name=_("who is away")
    )
    deputy = models.ForeignKey(  # None: the customer's own deputy, else the back office
        "Person",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who stands in"),
    )
    begins_at = models.DateTimeField(_("from"))  # the seller's midnight
    ends_at = models.DateTimeField(_("until"))  # the midnight after the last day

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("person")), name="absence_deputy_other"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="absence_ends"),
        ]
        indexes = [
            models.Index(fields=["person", "ends_at"], name="absence_of_person"),
            models.Index(fields=["deputy", "ends_at"], name="absence_of_deputy"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.begins_at:%Y-%m-%d}"


def during(now: datetime) -> Q:
    """Absences that hold at this moment."""
    return Q(begins_at__lte=now, ends_at__gt=now)


@dataclass(frozen=True, kw_only=True)
class Stages:
    """After how many working minutes each stage comes."""

    price: tuple[int, ...] = PRICE_MINUTES
    approval: tuple[int, ...] = APPROVAL_MINUTES
    buyer: tuple[int, ...] = BUYER_MINUTES


def working_time_of(house: models.Model) -> WorkingTime | None:
    """What a seller or manufacturer has set, if anything; no query where it was joined."""
    try:
        found: WorkingTime = house.working_time  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return None
    return found


def joined(seller: models.Model, own: WorkingTime | None) -> None:
    """Keep what was read beside a seller, also that there is none, so that nobody asks again."""
    seller._meta.get_field("working_time").set_cached_value(seller, own)  # type: ignore[union-attr]


def calendar_of(house: models.Model) -> Calendar:
    """When a seller or a manufacturer works."""
    own, zone = working_time_of(house), house.time_zone  # type: ignore[attr-defined]
    if own is None:
        return Calendar(zone=zone)
    hours = tuple(tuple((start, end) for start, end in day) for day in own.hours)
    return Calendar(zone=zone, hours=hours, holidays=frozenset(own.holidays))


def stages_of(seller: models.Model) -> Stages:
    """After how many minutes whom to tell, as the seller has it."""
    own = working_time_of(seller)
    if own is None:
        return Stages()
    return Stages(
        price=tuple(own.price_minutes),
        approval=tuple(own.approval_minutes),
        buyer=tuple(own.buyer_minutes),
    )
