"""Figures and dates in a mail, as plain text in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


def _locale() -> str:
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language  # as on the screens


@register.filter
def money(amount: Decimal | str | None, currency: str) -> str:
    """An amount with its currency; in words where the price is on request."""
    if amount is None:
        return _("Price on request")
    return _money(str(amount), currency, _locale())


# The same prices and days come again in both parts of a mail and in many mails.
@lru_cache(maxsize=4096)
def _money(amount: str, currency: str, locale: str) -> str:
    return format_currency(Decimal(amount), currency, locale=locale)


@register.filter
def rate(percent: Decimal | str) -> str:
    """A tax rate: 10%."""
    return _rate(str(percent), _locale())


@lru_cache(maxsize=256)
def _rate(percent: str, locale: str) -> str:
    return f"{format_decimal(Decimal(percent).normalize(), locale=locale)}%"


@register.filter
def day(value: date | None) -> str:
    """A calendar day."""
    return "" if value is None else _day(value, _locale())


@lru_cache(maxsize=1024)
def _day(value: date, locale: str) -> str:
    return format_date(value, "long", locale=locale)


@register.filter
def moment(value: datetime) -> str:
    """A moment in the reader's time zone, with the zone's name."""
    local = timezone.localtime(value)
    # Without its zone: the same moment in two zones is equal, and yet not read alike.
    return _moment(local.replace(microsecond=0, tzinfo=None), str(local.tzname()), _locale())


@lru_cache(maxsize=1024)
def _moment(local: datetime, zone: str, locale: str) -> str:
    return f"{format_datetime(local, 'medium', locale=locale)} ({zone})"
