"""Numbers and days on paper, as the reader writes them."""

from datetime import date
from decimal import Decimal

from babel import Locale, dates, numbers
from django.utils.translation import get_language

NOTHING = "—"
REGIONS = {"en": "en_GB"}  # as on the screens


def locale() -> Locale:
    """The reader's locale."""
    language = get_language() or "en"
    return Locale.parse(REGIONS.get(language, language.replace("-", "_")))


def number(value: Decimal | int) -> str:
    """A number with the reader's separators, with all of its digits."""
    return str(numbers.format_decimal(value, locale=locale(), decimal_quantization=False))


def kilograms(value: Decimal | None, digits: int = 3) -> str:
    """A weight with so many digits after the decimal point, without its unit."""
    if value is None:
        return NOTHING
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(numbers.format_decimal(value, format=pattern, locale=locale()))


def percent(value: int | None) -> str:
    """Whole percent."""
    return NOTHING if value is None else numbers.format_percent(value / 100, locale=locale())


def day(value: date) -> str:
    """A day with its year."""
    return dates.format_date(value, "long", locale())


def month(value: date) -> str:
    """A month without its year."""
    return dates.format_date(value, "LLLL", locale())


def month_and_year(value: date) -> str:
    """A month with its year."""
    return str(dates.format_skeleton("yMMMM", value, locale=locale()))


def amount(value: Decimal, currency: str) -> str:
    """Money with all its digits."""
    plain = Decimal(f"{value.normalize():f}")
    return str(
        numbers.format_currency(plain, currency, locale=locale(), decimal_quantization=False)
    )
