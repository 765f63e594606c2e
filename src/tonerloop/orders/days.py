"""Delivery days that somebody names, a person or a program."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.days import local_day
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Seller

FURTHEST = 366


def check_day(field: str, day: date, seller: Seller) -> None:
    """Raise Refused if the day is before the seller's today or over a year away."""
    today = local_day(timezone.now(), seller.time_zone)
    if day < today:
        raise Refused(field, _("This day has passed. Choose today or a later day."))
    if (day - today).days > FURTHEST:
        raise Refused(field, _("Choose a day within the next year."))
