"""The settlement of a manufacturer's points with a seller, as a PDF that both can file."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tonerloop.collection.printing.document import INK, LEFT, RIGHT, Column, Document
from tonerloop.collection.printing.wording import NOTHING, amount, day, month_and_year, number
from tonerloop.common.references import grouped
from tonerloop.orders.settlement import Settlement, Use
from tonerloop.parties.models import Organisation

HALF = (RIGHT - LEFT) / 2


def settlement_pdf(settlements: Sequence[Settlement], *, of_seller: bool) -> bytes:
    """One settlement a page, in the active language; the customers only for their seller."""
    title = _("Settlement of points, %(month)s") % {"month": month_and_year(settlements[0].month)}
    paper = Document(title, title)
    for place, one in enumerate(settlements):
        if place:
            paper.new_page()
        paper.say(title, 20)
        paper.y += 4
        _parties(paper, one)
        _uses(paper, one, of_seller=of_seller)
        _owed(paper, one)
    return paper.finished()


def _parties(paper: Document, one: Settlement) -> None:
    top, lowest = paper.y, paper.y
    for place, (role, party) in enumerate(
        [(_("Manufacturer"), one.manufacturer), (_("Seller"), one.seller)]
    ):
        paper.y = top
        _party(paper, LEFT + place * HALF, role, party)
        lowest = max(lowest, paper.y)
    paper.y = lowest + 4


def _party(paper: Document, x: float, role: str, party: Organisation) -> None:
    paper.say(role, 8, x=x, width=HALF - 6, grey=True)
    paper.say(party.name, 10, x=x, width=HALF - 6)
    for line in party.address.splitlines()[:5]:
        paper.say(line, 9, x=x, width=HALF - 6)


def _uses(paper: Document, one: Settlement, *, of_seller: bool) -> None:
    columns = [
        Column(_("Day"), LEFT, right=False, width=34),
        Column(_("Order"), LEFT + 36, right=False, width=46),
        Column(_("Customer") if of_seller else "", LEFT + 84, right=False, width=44),
        Column(_("Points"), LEFT + 142, width=14),
        Column(_("Worth"), RIGHT, width=26),
    ]
    rows = [_row(use, one.currency, of_seller=of_seller) for use in one.uses]
    sums = (_("Sum"), "", "", number(one.points), amount(one.worth, one.currency))
    paper.write_table(columns, [*rows, sums])


def _row(use: Use, currency: str, *, of_seller: bool) -> tuple[str, ...]:
    order = grouped(use.order.number) if use.order else _("an order that is not shown to you")
    if use.points < 0:
        order = _("%(order)s, came back") % {"order": order}
    customer = (use.order.customer.name if use.order else NOTHING) if of_seller else ""
    return (day(use.day), order, customer, number(use.points), amount(use.worth, currency))


def _owed(paper: Document, one: Settlement) -> None:
    back = one.owed < 0
    facts = {
        "from": one.seller.name if back else one.manufacturer.name,
        "to": one.manufacturer.name if back else one.seller.name,
        "amount": amount(one.owed_amount, one.currency),
    }
    paper.room(24)
    paper.y += 3
    paper.rule(INK)
    paper.y += 2
    paper.say(_("%(from)s owes %(to)s %(amount)s.") % facts, 13)
    words = _(
        "Points that were used and that came back in this month, on the seller’s calendar, as they "
        "stand in the ledger. What they are worth is rounded once, in the last line."
    )
    paper.say(words, 8, grey=True)
