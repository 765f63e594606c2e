"""What a reader sees of money, days, moments, colours, states and fields; needs no database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.web.shared.templatetags import formats
from tonerloop.web.shared.templatetags.chips import MESSAGE_LOOKS, STATUS_LOOKS, TONE_ICONS
from tonerloop.web.shared.templatetags.icons import PATHS, draw


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def rendered(source: str, query: str = "", **context: Any) -> str:
    """The source as a template of a portal shows it."""
    request = RequestFactory().get(f"/x{query}")
    text = Template("{% load tonerloop %}" + source).render(
        Context({**context, "request": request})
    )
    return " ".join(text.split())


class Balance(HTMLParser):
    """Finds ids used twice, and attributes that the content security policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.forbidden += [n for n, _ in attrs if n == "style" or n.startswith("on")]


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", Decimal("1234.5"), "EUR", "€1,234.50"),
        ("en", Decimal("1200"), "JPY", "JP¥1,200"),
        ("en", Decimal("12.5"), "USD", "US$12.50"),
        ("en", Decimal("-3"), "GBP", "-£3.00"),
        ("ja", Decimal("1200"), "JPY", "￥1,200"),
        ("ja", Decimal("1234.5"), "EUR", "€1,234.50"),
        ("en", "19.90", "EUR", "€19.90"),
        ("en", None, "EUR", "—"),
    ],
)
def test_money_follows_reader_and_currency(
    language: str, amount: Decimal | None, currency: str, shown: str
) -> None:
    with translation.override(language):
        assert formats.money(amount, currency) == shown


def test_numbers_and_shares() -> None:
    assert formats.decimal(26000) == "26,000"
    assert formats.percent(0.75) == "75%"
    assert formats.decimal(None) == formats.percent(None) == "—"


def test_days_in_each_language() -> None:
    assert formats.day(date(2026, 9, 12)) == "12 Sept 2026"
    with translation.override("ja"):
        assert formats.day(date(2026, 9, 12)) == "2026/09/12"
    assert formats.day(None) == "—"


def test_short_day_keeps_the_year_only_where_it_differs() -> None:
    this = timezone.localdate().year
    assert formats.shortday(date(this, 9, 12)) == "12 Sept"
    assert formats.shortday(date(this - 1, 9, 12)) == f"12 Sept {this - 1}"


def test_moment_is_shown_in_the_readers_zone() -> None:
    moment = datetime(2026, 9, 12, 15, 30, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        shown = rendered("{{ moment|moment }}", moment=moment)
    assert "13 Sept 2026, 00:30" in shown
    assert 'datetime="2026-09-12T15:30:00+00:00"' in shown


def test_since_says_how_long_ago_and_keeps_the_exact_moment() -> None:
    moment = timezone.now() - timedelta(minutes=12)
    shown = rendered("{{ moment|since }}", moment=moment)
    assert "12 minutes ago" in shown and 'title="' in shown
    assert formats.since(timezone.now()) == "1 minute ago"


def test_a_missing_moment_is_a_dash() -> None:
    assert rendered("{{ none|moment }}{{ none|since }}", none=None) == "——"


def test_dot_has_its_word_unless_the_word_stands_beside_it() -> None:
    assert "Cyan" in rendered("{% dot 'cyan' %}")
    assert "Cyan" not in rendered("{% dot 'cyan' bare=True %}")
    assert rendered("{% dot 'none' %}") == '<span class="dot none" aria-hidden="true"></span>'


def test_an_unknown_colour_reaches_no_attribute() -> None:
    assert "evil" not in rendered("{% dot colour %}", colour='"evil')


def test_every_status_has_a_look_with_an_icon_and_its_word() -> None:
    assert set(STATUS_LOOKS) == set(Status.values)
    for status in Status:
        chip = rendered("{% status_chip s l %}", s=status.value, l=status.label)
        assert "<svg" in chip and str(status.label) in chip


def test_icons_named_by_looks_exist() -> None:
    named = {icon for _, icon in [*STATUS_LOOKS.values(), *MESSAGE_LOOKS.values()]}
    assert named | {icon for icon in TONE_ICONS.values() if icon} <= set(PATHS)
    assert set(MESSAGE_LOOKS) <= set(Message.State.values)
    assert 'aria-hidden="true"' in draw("check")


def test_labels_are_escaped() -> None:
    assert "<b>" not in rendered("{% chip 'warn' label %}", label="<b>")
    assert "<b>" not in rendered("{% order_number n %}", n="<b>")


def test_order_number_is_grouped() -> None:
    assert "123-456-7890" in rendered("{% order_number '1234567890' %}")


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on invoices.")
    how = forms.ChoiceField(label="How", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    meant = forms.BooleanField(label="Meant")
    note = forms.CharField(label="Note", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


ALL = "{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}"


def test_field_ties_label_hint_and_error_to_its_input() -> None:
    shown = rendered("{% field form.name %}", form=Sample({"name": ""}))
    assert '<label for="id_name">Name</label>' in shown
    assert 'aria-describedby="id_name-hint id_name-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name-hint">As on invoices.' in shown and 'id="id_name-error"' in shown


def test_field_without_error_says_nothing_of_one() -> None:
    shown = rendered("{% field form.note %}", form=Sample())
    assert "error" not in shown and "aria-invalid" not in shown and "(optional)" in shown


def test_a_form_has_no_id_twice_and_nothing_inline() -> None:
    found = Balance()
    found.feed(rendered(ALL, form=Sample({})))
    assert len(found.ids) == len(set(found.ids))
    assert not found.forbidden


def test_summary_names_the_fields_and_links_to_them() -> None:
    shown = rendered("{% error_summary form %}", form=Sample({}))
    assert 'href="#id_name"' in shown and "Name: " in shown and "3 things" in shown
    assert rendered("{% error_summary form %}", form=Sample()) == ""


def test_summary_shows_errors_of_the_whole_form() -> None:
    form = Sample({"name": "x", "how": "a", "meant": "on"})
    form.add_error(None, "Both do not go together.")
    shown = rendered("{% error_summary form %}", form=form)
    assert "Both do not go together." in shown and "One thing" in shown


def test_query_changes_one_parameter_and_keeps_the_others() -> None:
    assert rendered("{% query page=2 %}", "?status=placed&page=7") == "?status=placed&amp;page=2"
    assert rendered("{% query status=None %}", "?status=placed&q=a%26b") == "?q=a%26b"


def test_sort_link_turns_round_and_goes_to_the_first_page() -> None:
    assert 'href="?sort=-total"' in rendered("{% sort_link 'total' 'T' %}", "?sort=total&page=4")
    assert 'href="?sort=total"' in rendered("{% sort_link 'total' 'T' %}", "?sort=-total")


def test_pagination_keeps_the_filter_and_says_where_one_is() -> None:
    page = Paginator(range(312), 25).get_page(2)
    shown = rendered("{% pagination page %}", "?status=placed&page=2", page=page)
    assert "26–50 of 312" in shown and "?status=placed&amp;page=3" in shown
    assert 'aria-current="page"' in shown


def test_pagination_of_one_page_has_no_links() -> None:
    shown = rendered("{% pagination page %}", page=Paginator(range(3), 25).get_page(1))
    assert "1–3 of 3" in shown and "href" not in shown


def test_timeline_is_newest_first_with_messages_and_their_fate() -> None:
    at = datetime(2026, 9, 12, tzinfo=UTC)
    sent = SimpleNamespace(
        channel="E-mail", to="<a@b>", state="failed", state_label="failed", at=at, error="Full"
    )
    items = [
        SimpleNamespace(at=at, who="A", what="placed", detail="", messages=[]),
        SimpleNamespace(at=at, who="B", what="confirmed", detail="d", messages=[sent]),
    ]
    shown = rendered("{% timeline items waiting %}", items=items, waiting="Waiting for B.")
    assert shown.index("confirmed") < shown.index("placed")
    assert "Waiting for B." in shown and "Full" in shown and "<a@b>" not in shown


def test_bars_are_to_scale_in_any_language() -> None:
    rows = [{"label": "A", "value": 4, "text": "4"}, {"label": "B", "value": 1, "text": "1"}]
    with translation.override("ja"):
        shown = rendered("{% bars rows %}", rows=rows)
    assert 'width="100" height="10"/></svg>' in shown and 'width="25"' in shown


def test_ring_is_never_more_than_full_and_survives_nothing_delivered() -> None:
    assert 'dasharray="100.0 100"' in rendered("{% ring 30 24 'x' %}")
    assert 'dasharray="0.0 100"' in rendered("{% ring 3 0 'x' %}")


def test_the_page_names_its_language() -> None:
    assert rendered("{% html_lang %}") == "en-GB"
    with translation.override("ja"):
        assert rendered("{% html_lang %}") == "ja"


@pytest.mark.parametrize("code", ["400", "403", "404", "409", "413", "429", "500"])
def test_error_pages_need_no_context(code: str) -> None:
    from django.template.loader import render_to_string

    page = render_to_string(f"{code}.html", {})
    found = Balance()
    found.feed(page)
    assert "<h1>" in page and not found.forbidden


class Narrow(forms.Select):
    """A list of which one choice cannot be chosen."""

    def create_option(self, name: str, value: Any, *args: Any, **more: Any) -> dict[str, Any]:
        """As Django's, with more attributes of all kinds."""
        made = super().create_option(name, value, *args, **more)
        attributes = {"disabled": value == "x", "data-place": 3, "hidden": False}
        return {**made, "attrs": {**made["attrs"], **attributes}}


@pytest.mark.parametrize("value", ["1", 2, None, ["1", 2]])
@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple, Narrow])
def test_choices_are_drawn_as_django_draws_them(kind: type[forms.Select], value: Any) -> None:
    choices = [("", "–"), ("Group <1>", [("1", "One & all"), (2, "Two")]), ("x", 'X "y"')]
    field = kind(choices=choices, attrs={"class": "wide", "required": True})
    ours = field.render("n<", value)
    theirs = field.render("n<", value, renderer=DjangoTemplates())
    assert ("".join(part.strip() for part in theirs.splitlines())) == ours
