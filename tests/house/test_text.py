"""Text that somebody else typed: in spreadsheets, mails, labels and names it stays text."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import tonerloop
from tests.api.conftest import Program
from tests.world import World
from tonerloop.collection.printing.zpl import escaped
from tonerloop.common.text import no_control, no_lookalike
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.parties import models as parties
from tonerloop.parties.actions import Invitation, invite_buyer
from tonerloop.programs.keys import create_key
from tonerloop.web.shared.tables import csv_answer

SOURCES = Path(tonerloop.__file__).parent
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "＋1",
    "|x",
    "%x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    body = csv_answer("x.csv", [[text]]).content.decode("utf-8-sig")
    assert next(csv.reader(body.splitlines(keepends=True)))[0] == f"'{text}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    row = [-3, Decimal("-2.50"), None, "A-1", "", " Mori"]
    body = csv_answer("x.csv", [row]).content.decode("utf-8-sig")
    assert body == "-3,-2.50,,A-1,, Mori\r\n"


def test_there_is_one_writer_of_spreadsheets() -> None:
    found = [
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.py")
        if "csv.writer" in file.read_text() or "text/csv" in file.read_text()
    ]
    assert found == ["web/shared/tables.py"]


def test_no_file_is_read_that_somebody_sends() -> None:
    """There are no uploads; whoever adds one adds limits of size and unpacking, then this."""
    signs = ("request.FILES", "FileField(", "ImageField(", "zipfile", "openpyxl", "lxml", "pickle")
    signs += ("xml.etree", "minidom", "yaml.load", "tarfile")
    found = [
        (str(file.relative_to(SOURCES)), sign)
        for file in SOURCES.rglob("*.py")
        for sign in signs
        if sign in file.read_text() and "migrations" not in file.parts
    ]
    # What was typed is given back when the database was away: never with a file.
    assert found == [("web/shared/away.py", "request.FILES")]


@pytest.mark.parametrize(
    "text",
    [
        "Mori\u202eLaw",
        "Mori\u2066Law",
        "Mori\u200bLaw",
        "Mori\u200dLaw",
        "Mori\u200eLaw",
        "Mori\ufeffLaw",
        "Mori\u00adLaw",
        "Mori\u2028Law",
        "Mori\u3164",
        "Mori\u2800",
        "Mori\x00Law",
        "Mori\x1b[31m",
        "\u200d",
        "👩\u200d",
        "Mori\U000e0041",
        "Mori\ufe0f",
        "\ufe0fMori",
        "👩\ufe0f\ufe0f",
        "Mori\U000e0101",
        "Mori\u0378",  # not assigned
        "Mori\ue000",  # private
    ],
)
def test_what_cannot_be_seen_is_in_no_name(text: str) -> None:
    with pytest.raises(ValidationError):
        no_control(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mori & Söhne",
        "森法律事務所",
        "O’Neil",
        "می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d💻 Desk",
        "☎\ufe0f 1\ufe0f⃣",
        "葛\U000e0100城市",
        "a\tb\nc",
    ],
)
def test_names_of_all_languages_are_names(text: str) -> None:
    no_control(text)


LOOKALIKES = [
    "Аcme",  # a Cyrillic first letter
    "Microsоft",
    "Kanda Suррlies",
    "Βeta",  # Greek
    "Αcme",
    "А\u0327cme",  # its mark stands between
    "А0cme",
    "ＡсＭＥ",  # wide
]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_a_word_of_two_alphabets_is_no_name(text: str) -> None:
    with pytest.raises(ValidationError, match="different alphabets"):
        no_lookalike(text)


@pytest.mark.parametrize(
    "text",
    [
        "Acme Самара",  # two words
        "Ελλάδα Office",
        "神田オーエーサプライKK",
        "ｶﾝﾀﾞ OA株式会社",
        "東京ABCセンターです",
        "Dvořák & Żółć, İstanbul ſ",
        "Ёлка-3М",
        "한국OA",
        "",
    ],
)
def test_a_word_of_one_alphabet_is_and_japanese_mixes_as_it_does(text: str) -> None:
    no_lookalike(text)
    no_control(text)


ONE = {
    "latin": "abcdefghijklmnopqrstuvwxyzäöüßéñøł",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
}
JAPANESE = "神田森法律事務所あいうえおアイウエオーabcXYZ０１２"


@given(st.data())
def test_whatever_is_mixed_within_a_word_is_refused(data: st.DataObject) -> None:
    one, other = data.draw(st.permutations(sorted(ONE)))[:2]
    word = data.draw(st.text(ONE[one], min_size=1, max_size=8))
    place = data.draw(st.integers(0, len(word)))
    strange = data.draw(st.sampled_from(ONE[other]))
    word = word[:place] + strange + word[place:]
    with pytest.raises(ValidationError):
        no_lookalike(f"{data.draw(st.text(JAPANESE))} {word} Ltd")


@given(
    st.lists(st.one_of(*[st.text(letters, min_size=1) for letters in (*ONE.values(), JAPANESE)]))
)
def test_whole_words_of_any_alphabet_are_not(words: list[str]) -> None:
    no_lookalike(" ".join(words))
    no_control(" ".join(words))


@given(st.text(), st.sampled_from("\u202a\u202e\u2066\u2069\u200b\u200e\u2060\ufeff\u061c\u0378"))
def test_whatever_has_an_unseen_sign_is_refused(text: str, sign: str) -> None:
    with pytest.raises(ValidationError):
        no_control(f"{text}{sign}")


@pytest.mark.django_db
def test_a_name_that_looks_like_anothers_is_told_beside_the_field(
    world: World, client: Client
) -> None:
    """By screen, by program, by the operator and when somebody is invited."""
    client.force_login(world.back_office)
    facts = {"number": "K-77", "name": "Аcme", "salesperson": world.sales.pk}
    answer = client.post(reverse("seller:customer_new"), facts)
    assert "different alphabets" in answer.content.decode()
    _key, text = create_key("ERP", by=world.actor(world.back_office))
    body = {"number": "K-77", "name": "Аcme", "salesperson_id": world.sales.pk}
    made = Program(text).send("POST", "/customers", body)
    assert (made.status_code, made.json()["errors"][0]["field"]) == (422, "name")
    assert not parties.Customer.objects.filter(number="K-77").exists()
    with pytest.raises(ValidationError, match="different alphabets"):
        invite_buyer(
            world.office.pk,
            Invitation(email="new@example.com", name="Аnna", language="en", all_sites=True),
            by=world.actor(world.back_office),
        )
    client.force_login(world.operator)
    facts = {"email": "new@example.com", "name": "Аnna", "usable_password": "false"}
    answer = client.post(reverse("admin:parties_person_add"), facts)
    assert "different alphabets" in answer.content.decode()
    assert not parties.Person.objects.filter(email="new@example.com").exists()


def test_every_text_of_the_parties_is_looked_at() -> None:
    own = [m for m in vars(parties).values() if isinstance(m, type) and hasattr(m, "_meta")]
    codes = {"password", "email", "order_email", "language", "time_zone", "currency", "role"}
    codes |= {"product_class", "bucket"}
    unseen = [
        f"{model.__name__}.{field.name}"
        for model in own
        if model.__module__.startswith("tonerloop.parties")
        for field in model._meta.get_fields()
        if isinstance(field, CharField | TextField) and field.name not in codes
        if no_control not in field.validators
    ]
    assert unseen == []
    named = (parties.Person, parties.Seller, parties.Customer, parties.Manufacturer)
    for model in (*named, parties.Collector):
        assert no_lookalike in model._meta.get_field("name").validators


def test_nothing_in_a_label_is_a_command_to_the_printer() -> None:
    said = escaped("Mori^XZ~JA_5E\\&\r\n\x02^FS")
    assert not set(said) & set("^~\\\r\n\x02")
    assert said.startswith("Mori_5EXZ_7EJA_5F5E_5C&")


@pytest.mark.django_db
def test_a_name_adds_no_header_and_no_mark_up_to_a_mail(world: World) -> None:
    order = world.place()
    nasty = 'Mori\r\nBcc: all@example.com <b onclick="x">&amp;'
    type(world.office).objects.filter(pk=world.office.pk).update(name=nasty)
    message = Message.objects.filter(template="order_to_answer").first() or _told(order)
    mail = WRITERS["order_to_answer"](message, type(order).objects.get(pk=order.pk))
    sent = mail.message()
    head = sent.as_bytes().split(b"\n\n", 1)[0]
    assert sent["Bcc"] is None and b"\nBcc:" not in head
    html = str(mail.alternatives[0][0])
    assert "<b onclick" not in html and "Bcc: all@example.com &lt;b onclick" in html


def _told(order: object) -> Message:
    from tonerloop.journal.models import Entry
    from tonerloop.outbound.tasks import dispatch

    for entry in Entry.objects.filter(event="order.placed"):
        dispatch(entry.pk)
    return Message.objects.filter(template="order_to_answer")[0]


def test_a_line_break_never_reaches_a_header() -> None:
    with pytest.raises(ValueError, match="newline"):
        EmailMessage("x\nBcc: a@example.com", "", to=["b@example.com"]).message()


@pytest.mark.django_db
def test_too_much_is_refused_before_it_is_read(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    assert client.post("/order/paste/", {"text": "x" * 1_000_001}).status_code in (400, 413)
    assert client.post("/order/paste/", {f"f{n}": "" for n in range(3001)}).status_code in (
        400,
        413,
    )
    assert client.post("/order/paste/", {"text": "x" * 40_001}).status_code == 422
