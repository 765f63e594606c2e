"""What templates of every portal use: `{% load tonerloop %}`; howto/a-screen.md explains each."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tonerloop.catalogue.words import plain_name
from tonerloop.common.references import grouped
from tonerloop.web.shared.templatetags import chips, formats, trends
from tonerloop.web.shared.templatetags.fields import describe
from tonerloop.web.shared.templatetags.icons import draw

register = template.Library()
register.filter("money", formats.money)
register.filter("exact_money", formats.exact_money)
register.filter("decimal", formats.decimal)
register.filter("percent", formats.percent)
register.filter("day", formats.day)
register.filter("month", formats.month)
register.filter("shortday", formats.shortday)
register.filter("rate", formats.rate)
register.simple_tag(plain_name, name="consumable_words")
register.simple_tag(draw, name="icon")
for each in (
    *(chips.status_chip, chips.collection_chip, chips.chip),
    *(chips.message_chip, chips.due_chip, chips.flags),
):
    register.simple_tag(each)
register.inclusion_tag("parts/trend.html", name="trend")(trends.draw)


def _colour_word(colour: str) -> str:
    words = {
        "black": pgettext("toner colour", "Black"),
        "cyan": pgettext("toner colour", "Cyan"),
        "magenta": pgettext("toner colour", "Magenta"),
        "yellow": pgettext("toner colour", "Yellow"),
        "tricolour": pgettext("toner colour", "Three colours"),
    }
    return words.get(colour, "")


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A moment as `<time>` in the reader's time zone."""
    return _time(value, formats.moment(value))


@register.filter
def since(value: datetime | None) -> SafeString | str:
    """How long ago, as `<time>` with the exact moment as its title."""
    return _time(value, formats.since(value))


def _time(value: datetime | None, words: str) -> SafeString | str:
    if value is None:
        return words
    exact, title = value.isoformat(timespec="seconds"), formats.moment(value)
    # Babel's words and a moment's digits hold nothing that is to be escaped.
    return mark_safe(f'<time datetime="{exact}" title="{title}">{words}</time>')  # noqa: S308


@register.simple_tag
def html_lang() -> str:
    """The language of the page as a browser writes it: en-GB, ja."""
    return str(formats.locale()).replace("_", "-")


@register.simple_tag
def dot(colour: str, bare: bool = False) -> SafeString:
    """A consumable's colour: dot and word; bare where the word stands beside it already."""
    word = _colour_word(colour)
    known = colour if word else "none"
    if bare or not word:
        return format_html('<span class="dot {}" aria-hidden="true"></span>', known)
    return format_html(
        '<span class="colour"><span class="dot {}" aria-hidden="true"></span>{}</span>', known, word
    )


@register.simple_tag
def order_number(number: str) -> SafeString:
    """An order number grouped 3-3-4."""
    return _number(str(number))


@lru_cache(4096)
def _number(number: str) -> SafeString:
    return format_html('<span class="number">{}</span>', grouped(number))


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form's field with its label, hint and error."""
    return describe(bound)


@register.inclusion_tag("parts/stepper.html")
def stepper(bound: BoundField) -> dict[str, Any]:
    """A quantity with − and +, its label and its error."""
    return describe(bound, extra={"inputmode": "numeric", "autocomplete": "off"})


@register.inclusion_tag("parts/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a form, each a link to its field."""
    found = [
        _said(form[name] if name in form.fields else None, str(text))
        for name, texts in form.errors.items()
        for text in texts
    ]
    return {"errors": found}


def _said(bound: BoundField | None, text: str) -> dict[str, str]:
    if bound is None:
        return {"id": "", "text": text}
    where = bound.id_for_label or bound.auto_id
    return {"id": where, "text": f"{bound.label}: {text}" if bound.label else text}


@register.inclusion_tag("parts/error_summary.html")
def formset_errors(formset: "BaseFormSet[Any]") -> dict[str, Any]:
    """The errors of a formset that belong to none of its fields."""
    return {"errors": [{"id": "", "text": text} for text in formset.non_form_errors()]}


@register.inclusion_tag("parts/pagination.html", takes_context=True)
def pagination(context: Context, page: "Page[Any]", parameter: str = "page") -> dict[str, Any]:
    """Links to the pages of a list; the other query parameters stay."""
    pages = page.paginator
    links = [
        {"number": n, "url": query(context, **{parameter: n}), "now": n == page.number}
        if isinstance(n, int)
        else {"gap": True}
        for n in pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    before = query(context, **{parameter: page.number - 1}) if page.has_previous() else ""
    after = query(context, **{parameter: page.number + 1}) if page.has_next() else ""
    return {"page": page, "links": links, "before": before, "after": after, "many": len(links) > 1}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The current query string with these parameters changed; None removes one."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str, label: str) -> SafeString:
    """A table's heading that sorts by `?sort=name`, and back by `-name`."""
    now = context["request"].GET.get("sort", "")
    turned = f"-{name}" if now == name else name
    icon = draw("up") if now == name else draw("down") if now == f"-{name}" else ""
    said = {name: _("ascending"), f"-{name}": _("descending")}.get(now, "")
    return format_html(
        '<a class="sort" href="{}">{}{}{}</a>',
        query(context, sort=turned, page=None),
        label,
        icon,
        format_html('<span class="sr"> ({})</span>', said) if said else "",
    )


@register.inclusion_tag("parts/timeline.html")
def timeline(items: Iterable[Any], waiting: str = "") -> dict[str, Any]:
    """What happened, newest first, under the sentence that says what is waited for."""
    waiting = waiting or str(getattr(items, "waiting", ""))
    return {"items": list(items)[::-1], "waiting": waiting}


@register.inclusion_tag("parts/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, str]:
    """An empty list: what that means and what to do first."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("parts/bars.html")
def bars(rows: Iterable[Any], caption: str = "") -> dict[str, Any]:
    """Horizontal bars to scale; each row has label, value and text."""
    found = [_row(row) for row in rows]
    maximum = max((row["value"] for row in found), default=0) or 1
    return {"rows": found, "maximum": maximum, "caption": caption}


def _row(row: Any) -> dict[str, Any]:
    of = row.get if isinstance(row, dict) else lambda name, default="": getattr(row, name, default)
    return {"label": of("label", ""), "value": float(of("value", 0) or 0), "text": of("text", "")}


@register.inclusion_tag("parts/meter.html")
def meter(value: float, maximum: float, label: str) -> dict[str, Any]:
    """A bar that says its value."""
    return {"value": value, "maximum": maximum or 1, "label": label}


@register.inclusion_tag("parts/ring.html")
def ring(value: float | Decimal, maximum: float | Decimal, text: str) -> dict[str, Any]:
    """A ring filled by value ÷ maximum (at most whole), with the text in its middle."""
    share = min(float(value) / float(maximum), 1.0) if maximum else 0.0
    return {"filled": f"{share * 100:.1f}", "text": text}
