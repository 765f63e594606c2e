"""What is printed can be read back: the codes by a scanner, the words by a reader's screen."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tonerloop.collection.printing.labels import LabelText, labels_pdf, labels_zpl
from tonerloop.collection.printing.paper import FONTS, MISSING
from tonerloop.collection.printing.statement import (
    Carbon,
    ModelRow,
    MonthRow,
    Party,
    Statement,
    statement_pdf,
)
from tonerloop.collection.printing.zpl import LEFT, WIDTH

JAPANESE = "森法律事務所 髙﨑支店"


def label(serial: int, kind: str = "B", title: str = "Mori Law", **more: object) -> LabelText:
    digits = f"{1234567000 + serial}"
    facts = {
        "identifier": kind + digits,
        "shown": f"{kind} {digits[:3]}-{digits[3:6]}-{digits[6:]}",
        "address": f"https://tonerloop.example.com/l/{kind}{digits}",
        "title": title,
        "lines": ("Request 123-456-7890", "Green Loop · 03-5555-0100"),
    }
    return LabelText(**{**facts, **more})


def pages(pdf: bytes) -> Iterator[pypdfium2.PdfPage]:
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page
            page.close()


def pictures(pdf: bytes, dpi: int = 150) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil() for page in pages(pdf)]


def texts(pdf: bytes) -> list[str]:
    found = []
    for page in pages(pdf):
        reader = page.get_textpage()
        found.append(reader.get_text_range())
        reader.close()
    return found


def scans(pdf: bytes) -> list[list[str]]:
    """What a scanner reads on each page, from the upper left to the lower right."""
    every = [zxingcpp.read_barcodes(picture) for picture in pictures(pdf)]
    return [[code.text for code in sorted(codes, key=_place)] for codes in every]


def _place(code: zxingcpp.Barcode) -> tuple[int, int]:
    corner = code.position.top_left
    return (round(corner.y / 100), corner.x)


@pytest.mark.parametrize("layout", ["plain", "sheet"])
@pytest.mark.parametrize("count", [1, 8, 24, 25, 60])
def test_every_code_says_its_address_on_the_right_page(layout: str, count: int) -> None:
    labels = [label(n, "BP"[n % 2]) for n in range(count)]
    each = {"plain": 2, "sheet": 24}[layout]
    expected = [[one.address for one in labels[n : n + each]] for n in range(0, count, each)]
    assert scans(labels_pdf(labels, layout=layout)) == expected


def test_used_places_of_the_first_sheet_stay_free() -> None:
    found = scans(labels_pdf([label(n) for n in range(26)], layout="sheet", skip=23))
    assert [len(page) for page in found] == [1, 24, 1]
    assert found[0] == [label(0).address]


@pytest.mark.parametrize(
    "address", ["http://localhost:8000/l/B1234567890", "https://a/" + "x" * 150]
)
@pytest.mark.parametrize("layout", ["plain", "sheet"])
def test_short_and_long_addresses_can_be_scanned(layout: str, address: str) -> None:
    assert scans(labels_pdf([label(1, address=address)], layout=layout)) == [[address]]


def test_a_sheet_is_within_the_area_that_printers_reach() -> None:
    """Office printers leave the outer 4.2 mm of the paper white."""
    labels = [label(n, title=JAPANESE * 3, lines=("x" * 99,) * 9) for n in range(24)]
    (picture,) = pictures(labels_pdf(labels, layout="sheet"), dpi=254)  # 10 dots a millimetre
    left, top, right, bottom = picture.convert("L").point(lambda v: 255 * (v < 128)).getbbox()
    assert left >= 42 and top >= 42
    assert right <= 2100 - 42 and bottom <= 2970 - 42


def test_nothing_of_a_label_runs_into_the_next() -> None:
    hostile = label(1, title="長" * 200, lines=("W" * 200, "い" * 200, "c", "d", "e", "f"))
    (picture,) = pictures(labels_pdf([hostile, hostile], layout="sheet"), dpi=254)
    grey = picture.convert("L")
    assert grey.crop((665, 0, 755, 420)).getextrema() == (255, 255)
    assert grey.crop((0, 350, 2100, 2970)).getextrema() == (255, 255)


@pytest.mark.parametrize("layout", ["plain", "sheet"])
def test_the_words_are_in_the_pdf_as_text(layout: str) -> None:
    (text,) = texts(labels_pdf([label(7, title=JAPANESE)], layout=layout))
    for words in (JAPANESE.split()[0], "髙﨑", "B 123-456-7007", "Request 123-456-7890"):
        assert words in text
    assert ("Cut along the dashed line" in text) == (layout == "plain")


def test_japanese_letters_are_drawn() -> None:
    """The picture of a page with the name differs from one where each letter is missing."""
    shown, missing = (
        pictures(labels_pdf([label(7, title=title)], layout="plain"))[0]
        for title in (JAPANESE, re.sub(r"\S", MISSING, JAPANESE))
    )
    assert shown.tobytes() != missing.tobytes()


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("Łódź Ørsted Müller", "Łódź Ørsted Müller"),
        ("Ωmega Жук", "Ωmega Жук"),
        ("a\u0308b", "äb"),
        ("齋藤\U000e0100 渡邉", "齋藤 渡邉"),
        ("smile \U0001f600", f"smile {MISSING}"),
        ("a\x00b\u202ec\td\ne", f"a{MISSING}bc d e"),
        ("{nb} **bold**", "{nb} **bold**"),
    ],
)
def test_rare_letters(title: str, printed: str) -> None:
    (text,) = texts(labels_pdf([label(7, title=title)], layout="plain"))
    assert printed in text


@given(st.text(max_size=40), st.lists(st.text(max_size=60), max_size=8))
def test_no_text_can_break_a_label(title: str, lines: list[str]) -> None:
    one = label(3, title=title, lines=tuple(lines))
    assert scans(labels_pdf([one], layout="sheet")) == [[one.address]]
    zpl = labels_zpl([one])
    assert (zpl.count("^XA"), zpl.count("^XZ"), zpl.count("~")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("count", "layout", "skip"),
    [(0, "sheet", 0), (1, "poster", 0), (1, "sheet", 24), (1, "sheet", -1)],
)
def test_what_cannot_be_printed_is_an_error(count: int, layout: str, skip: int) -> None:
    with pytest.raises(ValueError):
        labels_pdf([label(n) for n in range(count)], layout=layout, skip=skip)


def test_zpl_of_a_label() -> None:
    first, second = labels_zpl([label(1), label(2, "P", title=JAPANESE)]).split("^XZ\n")[:2]
    assert first.startswith("^XA^CI28^PW800^LL400")
    assert "^FDMA,https://tonerloop.example.com/l/B1234567001^FS" in first
    assert "^FDB 123-456-7001^FS" in first and "^FDMori Law^FS" in first
    assert "^GFA," in second and "^FDP 123-456-7002^FS" in second


def test_zpl_takes_the_power_from_hostile_text() -> None:
    evil = "^XZ^XA~JR_5EFS\\&\r\n\x1b\x00"
    zpl = labels_zpl([label(1, title=evil, lines=(evil,), address="https://a/^XZ~JA_")])
    assert not set("~\\\r\x1b\x00") & set(zpl)
    commands = re.findall(r"\^[A-Z@0][A-Z0-9]?", zpl)
    fixed = ["^XA", "^CI", "^PW", "^LL", "^LH", "^XZ"]
    fields = ["^FO", "^A0", "^BQ", "^FH", "^FD", "^FS"]
    assert set(commands) <= {*fixed, *fields}
    assert all(commands.count(one) == 1 for one in fixed)
    assert "_5EXZ_5EXA_7EJR_5F5EFS" in zpl and "_5FA" not in zpl
    assert "MA,https://a/_5EXZ_7EJA_5F^FS" in zpl


BLACK = ModelRow(
    part_number="NPG-67-BK", name="Black", reusable=5, recyclable=2, other_maker=1, weight_g=800
)
DRUM = ModelRow(part_number="NPG-67-DR", name="Drum", reusable=3, collectable=False, toner=False)
BOTTLE = ModelRow(part_number="WT-1", name="", damaged=1, reusable=1, toner=False)
UNKNOWN = ModelRow(part_number="", name="TN-XX", recyclable=4, collectable=False, toner=False)

STATEMENT = Statement(
    customer=Party(name=JAPANESE, address="東京都千代田区神田\n1-2-3", number="K-1"),
    seller=Party(name="Kanda Supplies", address="1-2-3 Kanda\nTokyo"),
    collectors=(Party(name="Green Loop", address="9 Port road\nChiba"),),
    year=2026,
    first_day=date(2026, 11, 14),
    last_day=date(2026, 12, 31),
    time_zone="Asia/Tokyo",
    months=(
        MonthRow(first_day=date(2026, 11, 1), delivered=7, collected=3),
        MonthRow(first_day=date(2026, 12, 1), delivered=5, collected=6),
    ),
    models=(BLACK, DRUM, BOTTLE, UNKNOWN),
    made_on=date(2027, 1, 12),
)


def test_totals_are_the_sums_of_the_rows() -> None:
    """By hand: 7 black and 2 bottles are collected; 7 × 0.8 kg; 5 reused toners × 1.7 kg."""
    assert (STATEMENT.delivered, STATEMENT.collected, STATEMENT.percent) == (12, 9, 75)
    assert STATEMENT.collected == sum(row.collected for row in STATEMENT.models)
    assert (STATEMENT.weight_kg, STATEMENT.unweighed) == (Decimal("5.6"), 2)
    assert list(STATEMENT.saved()) == [Decimal("8.5"), Decimal("8.25"), Decimal("13.5")]


def test_the_statement_says_it_all() -> None:
    with translation.override("en"):
        (first, second) = texts(statement_pdf(replace(STATEMENT, models=(BLACK, DRUM, BOTTLE) * 9)))
    for words in (JAPANESE.split()[0], "Kanda Supplies", "Green Loop", "K-1", "75%", "Page 1 of 2"):
        assert words in first
    assert "14 November 2026" in first and "December" in first
    assert "Page 2 of 2" in second and "Asia/Tokyo" in second
    assert "no source is named" in second and "CO₂" in second


def test_the_source_of_the_factor_is_named() -> None:
    carbon = Carbon(source="A study", year=2024)
    text = " ".join(texts(statement_pdf(replace(STATEMENT, carbon=carbon))))
    assert "A study, 2024" in text and "No study" not in text


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("rows", [0, 1, 9, 10, 40, 41, 42, 43, 200])
def test_long_statements_number_their_pages(language: str, rows: int) -> None:
    long_one = replace(BLACK, name=JAPANESE * 2, part_number="NPG-" * 10)
    with translation.override(language):
        found = texts(statement_pdf(replace(STATEMENT, models=(long_one,) * rows)))
        numbers = [
            translation.gettext("Page %(page)s of %(last)s") % {"page": n, "last": len(found)}
            for n in range(1, len(found) + 1)
        ]
    assert all(number in text for number, text in zip(numbers, found, strict=True))


def test_an_empty_year_is_a_statement_too() -> None:
    none = replace(
        STATEMENT, months=(MonthRow(first_day=date(2026, 12, 1)),), models=(), collectors=()
    )
    assert (none.percent, none.weight_kg) == (None, 0)
    assert "—" in texts(statement_pdf(none))[0]


def graphics(zpl: str) -> list[Image.Image]:
    """The graphic fields as the printer would burn them: black is what is set."""
    found = []
    for size, total, row, data in re.findall(r"\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS", zpl):
        bits = bytes.fromhex(data)
        assert len(bits) == int(size) == int(total)
        shape = (int(row) * 8, len(bits) // int(row))
        found.append(Image.frombytes("1", shape, bytes(byte ^ 0xFF for byte in bits)))
    return found


def test_zpl_draws_what_a_printer_may_have_no_font_for() -> None:
    zpl = labels_zpl([label(1, title=JAPANESE, lines=("東京都千代田区", "Green Loop · Zürich"))])
    first, second = graphics(zpl)
    assert JAPANESE not in zpl and "Green Loop · Zürich" in zpl and "^BQN" in zpl
    # It is the text and not the mark for missing letters: the same as drawn at another place.
    font = ImageFont.truetype(FONTS / "NotoSansJP-Regular.ttf", 32 * 9 // 10)
    page = Image.new("1", first.size, 1)
    ImageDraw.Draw(page).text((0, 28), JAPANESE, font=font, fill=0, anchor="ls")
    assert page.tobytes() == first.tobytes()
    assert first.getbbox() and second.convert("L").getextrema() == (0, 255)


def test_a_long_japanese_line_stays_on_the_label() -> None:
    pictures = graphics(labels_zpl([label(1, title="森" * 200, lines=("木" * 99,))]))
    assert len(pictures) == 3  # the title takes two
    assert all(LEFT + picture.width <= WIDTH for picture in pictures)


def test_a_drawn_line_says_no_command() -> None:
    zpl = labels_zpl([label(1, title="森^XZ~JA", lines=())])
    assert zpl.count("^XZ") == 1 and "~" not in zpl
