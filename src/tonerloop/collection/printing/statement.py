"""The yearly statement to a customer: what came back, of what, and what each figure means."""

from django.utils.translation import gettext as _

from tonerloop.collection.printing.definitions import definitions
from tonerloop.collection.printing.document import INK, LEFT, RIGHT, Column, Document
from tonerloop.collection.printing.figures import Carbon, ModelRow, MonthRow, Party, Statement
from tonerloop.collection.printing.paper import POINT
from tonerloop.collection.printing.wording import (
    NOTHING,
    day,
    kilograms,
    month,
    number,
    percent,
)

__all__ = ["Carbon", "ModelRow", "MonthRow", "Party", "Statement", "statement_pdf"]
THIRD = (RIGHT - LEFT) / 3


def statement_pdf(statement: Statement) -> bytes:
    """The statement as a PDF on A4, in the language that is active."""
    title = _("Collection statement %(year)s") % {"year": statement.year}
    paper = Document(title, f"{statement.customer.name} · {title}")
    paper.say(title, 20)
    _period(paper, statement)
    _parties(paper, statement)
    _figures(paper, statement)
    _by_month(paper, statement)
    _by_model(paper, statement)
    _meanings(paper, statement)
    return paper.finished()


def _period(paper: Document, statement: Statement) -> None:
    words = {
        "first": day(statement.first_day),
        "last": day(statement.last_day),
        "made": day(statement.made_on),
    }
    text = _("Used cartridges from %(first)s to %(last)s. Made on %(made)s.") % words
    paper.say(text, grey=True)
    paper.y += 4


def _parties(paper: Document, statement: Statement) -> None:
    columns = [
        (_("Customer"), (statement.customer,)),
        (_("Seller"), (statement.seller,)),
        (_("Collector"), statement.collectors),
    ]
    top, lowest = paper.y, paper.y
    for place, (role, parties) in enumerate(columns):
        paper.y = top
        _party(paper, LEFT + place * THIRD, role, parties)
        lowest = max(lowest, paper.y)
    paper.y = lowest + 4


def _party(paper: Document, x: float, role: str, parties: tuple[Party, ...]) -> None:
    paper.say(role, 8, x=x, width=THIRD - 6, grey=True)
    for party in parties[:3]:
        paper.say(party.name, 10, x=x, width=THIRD - 6)
        for line in party.address.splitlines()[:5]:
            paper.say(line, 9, x=x, width=THIRD - 6)
        if party.number:
            text = _("Customer number %(number)s") % {"number": party.number}
            paper.say(text, 9, x=x, width=THIRD - 6)
    if not parties:
        paper.say(NOTHING, 10, x=x)


def _figures(paper: Document, statement: Statement) -> None:
    saved = kilograms(next(statement.saved()), 0)
    figures = [
        (number(statement.collected), _("collected")),
        (number(statement.delivered), _("delivered")),
        (percent(statement.percent), _("collection rate")),
        (kilograms(statement.weight_kg, 1) + " kg", _("kept from waste")),
        ("≈ " + saved + " kg", _("CO₂ saved (estimate)")),
    ]
    paper.rule(INK)
    top, width = paper.y + 3, (RIGHT - LEFT) / len(figures)
    for place, (value, words) in enumerate(figures):
        paper.y = top
        paper.say(value, 15, x=LEFT + place * width, width=width - 2)
        paper.say(words, 8, x=LEFT + place * width, width=width - 2, grey=True)
    paper.y += 3
    paper.rule(INK)


def _by_month(paper: Document, statement: Statement) -> None:
    columns = [
        Column(_("Month"), LEFT, right=False, width=60),
        Column(_("Delivered"), LEFT + 115, width=30),
        Column(_("Collected"), RIGHT, width=30),
    ]
    rows = [
        (month(r.first_day), number(r.delivered), number(r.collected)) for r in statement.months
    ]
    totals = (_("Total"), number(statement.delivered), number(statement.collected))
    paper.heading(_("By month"))
    paper.write_table(columns, [*rows, totals])


def _by_model(paper: Document, statement: Statement) -> None:
    paper.heading(_("By model"))
    columns = [
        Column(_("Part number"), LEFT, right=False, width=33),
        Column(_("Name"), LEFT + 35, right=False, width=36),
        Column(_("Reusable"), LEFT + 88, width=17),
        Column(_("Recyclable"), LEFT + 105, width=17),
        Column(_("Damaged"), LEFT + 121, width=16),
        Column(_("Other maker’s"), LEFT + 137, width=16),
        Column(_("Collected"), LEFT + 153, width=16),
        Column(_("kg"), RIGHT, width=17),
    ]
    rows = [_model(row) for row in statement.models]
    paper.write_table(columns, [*rows, _model_totals(statement)])


def _model(row: ModelRow) -> tuple[str, ...]:
    counts = (row.reusable, row.recyclable, row.damaged, row.other_maker, row.collected)
    weight = kilograms(row.weight_kg)
    return (row.part_number or NOTHING, row.name, *map(number, counts), weight)


def _model_totals(statement: Statement) -> tuple[str, ...]:
    names = ("reusable", "recyclable", "damaged", "other_maker", "collected")
    counts = [number(statement.condition(name)) for name in names]
    return (_("Total"), "", *counts, kilograms(statement.weight_kg))


def _meanings(paper: Document, statement: Statement) -> None:
    paper.heading(_("What the figures mean"))
    for term, sentence in definitions(statement):
        paper.room(12)
        top = paper.y
        paper.say(term, 9, width=34)
        after, paper.y = paper.y, top
        paper.say(sentence, 9, x=LEFT + 36)
        paper.y = max(after, paper.y) + 9 * POINT * 0.6
