"""The machines and lines of the order screen as HTML.

A hundred stand on one page, and as a template they cost ten times the rest of it. So a line is
one `str.format` of texts that are HTML already, and what a consumable and a price look like is
kept: the key of each is all that goes into it, so that nobody gets another's.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from types import SimpleNamespace

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tonerloop.catalogue.words import plain_name
from tonerloop.common.money import minor_digits
from tonerloop.fleet.codes import code_of
from tonerloop.orders.order_screen import Machine, Place, Supply
from tonerloop.web.shared.templatetags.formats import decimal, money, shortday
from tonerloop.web.shared.templatetags.tonerloop import dot

_LINE = """
<li class="line{invalid}" data-filter-text="{name} {part}">{dot}
<div class="line-what"><b>{name}</b><small>{part}{pages}</small></div>
<div class="line-news">{news}</div>
<div class="line-price">{price}</div>
<div class="stepper" data-stepper>
<button type="button" data-step="-1" aria-label="{less} {where}">−</button>
<input id="{field}" name="{field}" value="{value}" maxlength="20" inputmode="numeric"\
 autocomplete="off" aria-label="{quantity} {where}" data-price-breaks="{breaks}"\
 data-currency="{currency}" data-minor="{minor}"{wrong}>
<button type="button" data-step="1" aria-label="{more} {where}">+</button></div>{said}</li>"""

_MACHINE = """
<section class="machine" data-filter-section="{code} {maker} {model} {asset_tag} {serial_number}\
 {site} {location}" id="machine-{id}" tabindex="-1" aria-label="{maker} {model}, {location}">
<header><h3>{maker} {model}</h3> <span class="code">{mark}</span></header>
<ul class="lines">{lines}</ul></section>"""


class Lines:
    """The lines of one page; `typed` and `problems` by field stand where something was wrong."""

    def __init__(self, typed: Mapping[str, str], problems: Mapping[str, str]) -> None:
        self.typed, self.problems = typed, problems
        self.language = get_language() or "en"
        self.news: dict[tuple[date, datetime | None, int], str] = {}

    def of(self, place: Place) -> SafeString:
        """The machines of a place with the lines of what fits each."""
        machines = "".join(self._machine(machine, place) for machine in place.machines)
        return mark_safe(machines)  # noqa: S308 - each part was escaped

    def _machine(self, machine: Machine, place: Place) -> str:
        model, mark = escape(machine.model), escape(machine.asset_tag or machine.serial_number)
        lines = "".join(self._line(supply, f"{model} {mark}") for supply in machine.supplies)
        return _MACHINE.format(
            id=machine.id,
            code=code_of(machine.id),
            maker=escape(machine.manufacturer),
            model=model,
            asset_tag=escape(machine.asset_tag),
            serial_number=escape(machine.serial_number),
            mark=mark,
            site=escape(place.site),
            location=escape(place.location),
            lines=lines,
        )

    def _line(self, supply: Supply, where: str) -> str:
        kept = "" if supply.quantity is None else str(supply.quantity)
        return _LINE.format(
            field=supply.field,
            value=escape(self.typed.get(supply.field, kept)),
            where=where,
            news=self._news(supply.expected, supply.last_ordered, supply.coming),
            **_wrong(supply.field, self.problems.get(supply.field, "")),
            **_words(
                supply.kind,
                supply.colour,
                supply.name,
                supply.part_number,
                supply.page_yield,
                self.language,
            ),
            **_price(supply.price.currency, tuple(supply.steps), self.language),
        )

    def _news(self, expected: date, last: datetime | None, coming: int) -> str:
        """When it would come, when it was ordered last, how many are on the way."""
        key = (expected, last, coming)
        if key not in self.news:
            said = ["<span>" + _("Expected %(day)s") % {"day": shortday(expected)}]
            said += ["<span>" + _("Last ordered %(day)s") % {"day": shortday(last)}] if last else []
            on_the_way = _("%(count)s on the way") % {"count": coming}
            said += [f'<span class="coming">{on_the_way}'] if coming else []
            self.news[key] = "</span> ".join([*said, ""])
        return self.news[key]


def _wrong(field: str, problem: str) -> dict[str, str]:
    if not problem:
        return {"invalid": "", "wrong": "", "said": ""}
    return {
        "invalid": " invalid",
        "wrong": f' aria-invalid="true" aria-describedby="{field}-error"',
        "said": f'<p class="error" id="{field}-error">{escape(problem)}</p>',
    }


@lru_cache(4096)
def _words(
    kind: str, colour: str, name: str, part: str, page_yield: int | None, language: str
) -> dict[str, str]:
    what = plain_name(SimpleNamespace(kind=kind, colour=colour, name=name))
    pages = _("%(pages)s pages") % {"pages": decimal(page_yield)}
    numbered = {"what": what}
    return {
        "name": escape(what),
        "part": escape(part),
        "pages": f" · {pages}" if page_yield else "",
        "dot": dot(colour, bare=True),
        "less": escape(_("One less: %(what)s") % numbered + f" {part},"),
        "more": escape(_("One more: %(what)s") % numbered + f" {part},"),
        "quantity": escape(_("Quantity: %(what)s") % numbered + f" {part},"),
    }


@lru_cache(4096)
def _price(
    currency: str, steps: tuple[tuple[int, Decimal], ...], language: str
) -> dict[str, str | int]:
    said = [
        f"<b>{money(price, currency)}</b>"
        if start == 1
        else "<small>" + _("from %(start)s: %(price)s") % _step(start, price, currency) + "</small>"
        for start, price in steps
    ]
    return {
        "price": "".join(said) or "<b>" + _("Price on request") + "</b>",
        "breaks": escape(breaks_of(steps)),
        "currency": currency,
        "minor": minor_digits(currency),
    }


def _step(start: int, price: Decimal, currency: str) -> dict[str, str | int]:
    return {"start": start, "price": money(price, currency)}


def breaks_of(steps: Iterable[tuple[int, Decimal]]) -> str:
    """What the page needs to add a quantity up as one types: [[from, unit price], …] as JSON."""
    return json.dumps([[start, str(each)] for start, each in steps])
