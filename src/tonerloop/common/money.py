"""Money: Decimal amounts with a currency, and the one rounding rule of the product."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

# What the product can be sold in: (code, shown name). One more line is one more currency.
CURRENCIES = [("EUR", "EUR"), ("GBP", "GBP"), ("JPY", "JPY"), ("USD", "USD")]


def minor_digits(currency: str) -> int:
    """Digits after the decimal point in this currency (JPY 0, EUR 2); ISO 4217 through CLDR."""
    return get_currency_precision(currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units, halves away from zero: the only rounding in the product."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def is_whole_minor(amount: Decimal, currency: str) -> bool:
    """True if the amount has no more digits than the currency has."""
    return rounded(amount, currency) == amount
