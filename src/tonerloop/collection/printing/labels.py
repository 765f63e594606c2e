"""Labels of containers, pieces and machines: PDF for any printer, ZPL for label printers."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tonerloop.collection.printing.label_layouts import SHEET, plain_place, sheet_place
from tonerloop.collection.printing.label_text import LabelText
from tonerloop.collection.printing.paper import Paper
from tonerloop.collection.printing.zpl import labels_zpl

__all__ = ["LAYOUTS", "SHEET", "LabelText", "labels_pdf", "labels_zpl"]
LAYOUTS = {"plain": plain_place, "sheet": sheet_place}


def labels_pdf(
    labels: Sequence[LabelText], *, layout: str, skip: int = 0, title: str = ""
) -> bytes:
    """Labels on A4: `plain` two large ones a page to cut out, `sheet` 3 × 8 of 70 × 37 mm.

    `skip` leaves the first places of the first sheet free, which are used up already.
    ValueError without labels, for another layout, or for more skipped than a sheet has.
    """
    if not labels or layout not in LAYOUTS or not 0 <= skip < SHEET:
        raise ValueError(f"{len(labels)} labels, layout {layout!r}, skip {skip}")
    paper = Paper(title or _("Labels for used cartridges"))
    for place, label in enumerate(labels, skip if layout == "sheet" else 0):
        LAYOUTS[layout](paper, place, label)
    return bytes(paper.output())
