"""Money, numbers, days and moments as the reader writes them: Babel with the active language.

What was written once is kept: a page has hundreds of them, mostly alike. The key of each is all
that goes into it, so one reader never gets another's.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, numbers
from django.utils import timezone
from django.utils.translation import get_language

NOTHING = "—"
# "English" here is the international one: 12 Sept 2026, 15:30, US$ told from other dollars.
REGIONS = {"en": "en_GB"}


KEPT = 4096  # texts of each kind, some hundred bytes each


def locale() -> Locale:
    """The reader's locale."""
    return _locale(get_language() or "en")


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(REGIONS.get(language, language.replace("-", "_")))


def money(amount: Decimal | int | str | None, currency: str) -> str:
    """An amount with its currency: €1,234.50, JP¥1,200."""
    if amount is None or amount == "":
        return NOTHING
    return _money(Decimal(amount), currency, get_language() or "en")


@lru_cache(KEPT)
def _money(amount: Decimal, currency: str, language: str) -> str:
    return numbers.format_currency(amount, currency, locale=_locale(language))


def exact_money(amount: Decimal, currency: str) -> str:
    """An amount with all its digits, for a sum that is rounded only once: €4.1625."""
    plain = Decimal(f"{amount.normalize():f}")
    return numbers.format_currency(plain, currency, locale=locale(), decimal_quantization=False)


def decimal(number: Decimal | int | float | None) -> str:
    """A number with the reader's separators."""
    return NOTHING if number is None else _decimal(number, get_language() or "en")


@lru_cache(KEPT)
def _decimal(number: Decimal | int | float, language: str) -> str:
    return str(numbers.format_decimal(number, locale=_locale(language)))


def percent(share: Decimal | float | None) -> str:
    """A share of one as a percentage, without decimals."""
    return NOTHING if share is None else numbers.format_percent(share, locale=locale())


def rate(percent_text: Decimal | str) -> str:
    """A tax rate that is in percent already: 10%."""
    return percent(Decimal(percent_text) / 100)


def day(value: date | None) -> str:
    """A day with its year."""
    return NOTHING if value is None else _day(_local(value), get_language() or "en")


@lru_cache(KEPT)
def _day(value: date, language: str) -> str:
    return dates.format_date(value, "medium", _locale(language))


def month(value: date) -> str:
    """A month with its year."""
    return dates.format_skeleton("yMMMM", value, locale=locale())


def shortday(value: date | None) -> str:
    """A day, with its year only where it is not this one."""
    if value is None:
        return NOTHING
    local = _local(value)
    if local.year != timezone.localdate().year:
        return day(local)
    return _shortday(local, get_language() or "en")


@lru_cache(KEPT)
def _shortday(value: date, language: str) -> str:
    return dates.format_skeleton("MMMd", value, locale=_locale(language))


def moment(value: datetime | None) -> str:
    """A moment in the reader's time zone: 12 Sept 2026, 15:30."""
    if value is None:
        return NOTHING
    # Without its zone, since the same moment in two zones is equal and yet read differently.
    local = timezone.localtime(value).replace(second=0, microsecond=0, tzinfo=None)
    return _moment(local, get_language() or "en")


@lru_cache(KEPT)
def _moment(local: datetime, language: str) -> str:
    time = dates.format_time(local, "short", locale=_locale(language))
    return f"{_day(local.date(), language)}{_gap()}{time}"


def since(value: datetime | None) -> str:
    """How long ago in words: 12 minutes ago; in 3 days."""
    if value is None:
        return NOTHING
    passed = (value - timezone.now()).total_seconds()
    minutes = round(passed / 60) or (1 if passed > 0 else -1)
    return _since(minutes, get_language() or "en")


@lru_cache(KEPT)
def _since(minutes: int, language: str) -> str:
    return dates.format_timedelta(
        timedelta(minutes=minutes),
        granularity="minute",
        threshold=1.5,
        add_direction=True,
        locale=_locale(language),
    )


def _local(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _gap() -> str:
    return " " if locale().language == "ja" else ", "
