"""Approval: three mails, each with every fact, as text and as HTML, in its reader's words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.outbound.post import (
    Mail,
    approved,
    by_address,
    fresh_cast,
    header,
    in_words,
    read,
    settle,
    soon,
)
from tests.stack import Stack
from tonerloop.common.references import grouped

BUYER, HOUSE, SALES = "bea.buyer@example.com", "orders@kanda.example", "sato.sales@example.com"
READERS = (BUYER, HOUSE, SALES)
PLACED = datetime(2026, 3, 5, 20, 30, 15, tzinfo=UTC)
PARTS = ("text", "html")


@dataclass
class Approval:
    """An approved order and what arrived."""

    web: str
    number: str
    mails: dict[str, list[Mail]]

    def to(self, address: str) -> Mail:
        return self.mails[address][0]


@pytest.fixture(scope="module")
def approval(_running_stack: Stack, django_db_blocker: Any) -> Approval:
    with fresh_cast(_running_stack, django_db_blocker) as world:
        world.buyer.time_zone = "America/New_York"
        world.buyer.save()
        order = approved(world, placed_at=PLACED)
        settle()
        return Approval(_running_stack.web, order.number, by_address(_running_stack))


@pytest.fixture(scope="module")
def japanese(_running_stack: Stack, django_db_blocker: Any) -> Approval:
    with fresh_cast(_running_stack, django_db_blocker) as world:
        world.buyer.language, world.buyer.time_zone = "ja", "Asia/Tokyo"
        world.buyer.save()
        order = approved(world, placed_at=PLACED)
        settle()
        return Approval(_running_stack.web, order.number, by_address(_running_stack))


@pytest.fixture(scope="module")
def awkward(_running_stack: Stack, django_db_blocker: Any) -> Approval:
    with fresh_cast(_running_stack, django_db_blocker) as world:
        world.office.name = "Mori & <b>Sons</b>"
        world.office.save()
        order = approved(world)
        settle()
        return Approval(_running_stack.web, order.number, by_address(_running_stack))


def test_buyer_order_mailbox_and_salesperson_get_one_mail_each(approval: Approval) -> None:
    assert {to: len(mails) for to, mails in approval.mails.items()} == dict.fromkeys(READERS, 1)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "fact",
    [
        pytest.param("Mori Law", id="customer"),
        pytest.param("Bea Buyer", id="buyer"),
        pytest.param("Canon has approved this order", id="what happened"),
        pytest.param("JP¥28,000", id="before tax"),
        pytest.param("10%", id="tax rate"),
        pytest.param("JP¥2,800", id="tax"),
        pytest.param("JP¥30,800", id="total"),
        pytest.param("Kanda Supplies", id="seller"),
        pytest.param("1-2-3 Kanda Tokyo", id="address"),
        pytest.param("Telephone: +81 3-5555-0100", id="telephone"),
        pytest.param("Fax: +81 3-5555-0199", id="fax"),
    ],
)
def test_each_mail_says(approval: Approval, reader: str, part: str, fact: str) -> None:
    assert fact in read(approval.to(reader), part)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
def test_each_mail_names_the_order_in_groups(approval: Approval, reader: str, part: str) -> None:
    number = approval.number
    assert f"{number[:3]}-{number[3:6]}-{number[6:]}" in read(approval.to(reader), part)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
def test_each_mail_says_the_promised_day(approval: Approval, reader: str, part: str) -> None:
    assert f"Delivery on: {in_words(soon())}" in read(approval.to(reader), part)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("reader", "moment"),
    [
        (BUYER, "5 Mar 2026, 15:30:15 (EST)"),
        (HOUSE, "6 Mar 2026, 05:30:15 (JST)"),
        (SALES, "5 Mar 2026, 20:30:15 (UTC)"),
    ],
)
def test_the_order_time_is_the_readers(
    approval: Approval, reader: str, moment: str, part: str
) -> None:
    assert moment in read(approval.to(reader), part)


@pytest.mark.parametrize("reader", READERS)
def test_the_text_says_quantities_and_prices_per_line(approval: Approval, reader: str) -> None:
    text = read(approval.to(reader), "text")
    black = "Ordered: 2 Delivery quantity: 2 Unit price: JP¥8,000 Amount: JP¥16,000"
    cyan = "Ordered: 1 Delivery quantity: 1 Unit price: JP¥12,000 Amount: JP¥12,000"
    assert f"Black toner (NPG-67-BK) {black}" in text
    assert f"Cyan toner (NPG-67-C) {cyan}" in text


@pytest.mark.parametrize("reader", READERS)
def test_the_html_says_quantities_and_prices_per_line(approval: Approval, reader: str) -> None:
    page = read(approval.to(reader), "html")
    assert "Item Ordered Delivery quantity Unit price Amount" in page
    assert "Black toner NPG-67-BK 2 2 JP¥8,000 JP¥16,000" in page
    assert "Cyan toner NPG-67-C 1 1 JP¥12,000 JP¥12,000" in page


@pytest.mark.parametrize(
    ("reader", "page"),
    [(BUYER, "/order/orders/{}/"), (HOUSE, "/seller/orders/{}/"), (SALES, "/sales/{}/")],
)
def test_each_mail_leads_to_the_readers_own_page(
    approval: Approval, reader: str, page: str
) -> None:
    address = approval.web + page.format(approval.number)
    mail = approval.to(reader)
    assert address in mail["text"].split()
    assert f'href="{address}"' in mail["html"]


def test_the_subject_says_what_happened_to_which_order(approval: Approval) -> None:
    subject = f"Approved: order {grouped(approval.number)} of Mori Law"
    assert {approval.to(reader)["subject"] for reader in READERS} == {subject}


def test_each_mail_has_an_id_of_its_own(approval: Approval) -> None:
    assert len({approval.to(reader)["message_id"] for reader in READERS}) == 3


@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
def test_mails_of_one_order_stand_in_one_thread(approval: Approval, name: str) -> None:
    thread = f"<order-{approval.number}@tonerloop.example>"
    assert {header(approval.to(reader), name) for reader in READERS} == {thread}


def test_no_mail_asks_for_an_automatic_reply(approval: Approval) -> None:
    assert {header(approval.to(reader), "Auto-Submitted") for reader in READERS} == {
        "auto-generated"
    }


def test_a_japanese_reader_gets_a_japanese_subject(japanese: Approval) -> None:
    wanted = f"承認済み: Mori Law 様の注文 {grouped(japanese.number)}"
    assert japanese.to(BUYER)["subject"].strip() == wanted


def test_the_others_are_still_written_to_in_their_own_language(japanese: Approval) -> None:
    assert japanese.to(HOUSE)["subject"].startswith("Approved: order ")


@pytest.mark.parametrize("part", PARTS)
def test_a_japanese_reader_gets_japanese_words(japanese: Approval, part: str) -> None:
    body = read(japanese.to(BUYER), part)
    assert all(word in body for word in ("納品日", "合計", "￥30,800"))
    assert not any(word in body for word in ("Delivery", "Total", "Ordered", "toner"))


@pytest.mark.parametrize("part", PARTS)
def test_a_japanese_reader_gets_japanese_days(japanese: Approval, part: str) -> None:
    body, day = read(japanese.to(BUYER), part), soon()
    assert f"{day.year}年{day.month}月{day.day}日" in body
    assert "2026/03/06 5:30:15 (JST)" in body


def test_the_html_says_which_language_it_is_in(japanese: Approval) -> None:
    assert '<html lang="ja">' in japanese.to(BUYER)["html"]


def test_a_name_with_signs_stands_in_the_text_as_it_is(awkward: Approval) -> None:
    assert "Customer: Mori & <b>Sons</b>" in awkward.to(BUYER)["text"]


def test_a_name_with_signs_is_no_html(awkward: Approval) -> None:
    assert "Mori &amp; &lt;b&gt;Sons&lt;/b&gt;" in awkward.to(BUYER)["html"]
