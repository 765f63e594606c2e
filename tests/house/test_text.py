"""Text that somebody else typed: in spreadsheets, mails, labels and names it stays text."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import CharField, TextField
from django.test import Client

import tonerloop
from tests.world import World
from tonerloop.collection.printing.zpl import escaped
from tonerloop.common.text import no_control
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.parties import models as parties
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
        "a\tb\nc",
    ],
)
def test_names_of_all_languages_are_names(text: str) -> None:
    no_control(text)


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
