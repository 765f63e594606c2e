"""Labels to print, in the form that the printer takes."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from tonerloop.collection.models import CollectionRequest, Label
from tonerloop.collection.numbers import label_address
from tonerloop.collection.printing.label_text import LabelText
from tonerloop.common.references import grouped


def texts(labels: Sequence[Label], request: CollectionRequest) -> list[LabelText]:
    """What the labels of a request say."""
    return [
        LabelText(
            identifier=label.identifier,
            shown=str(label),
            address=label_address(label.identifier),
            title=request.customer.name,
            lines=(request.site.name, grouped(request.number)),
        )
        for label in labels
    ]


def printed(http: HttpRequest, labels: Sequence[Label], of: CollectionRequest) -> HttpResponse:
    """The labels as asked for by `as`: plain or sheet (PDF, the first `skip` free), or zpl."""
    return on_paper(http, texts(labels, of), name=of.number)


def on_paper(
    http: HttpRequest, said: Sequence[LabelText], *, name: str, title: str = ""
) -> HttpResponse:
    """Any labels, on the paper asked for."""
    from tonerloop.collection.printing import labels as printing  # late: it brings 20 MB

    how = http.GET.get("as", "plain")
    if how == "zpl":
        answer = HttpResponse(
            printing.labels_zpl(said), content_type="application/zpl; charset=utf-8"
        )
        name = f"{name}.zpl"
    else:
        layout = "sheet" if how == "sheet" else "plain"
        pdf = printing.labels_pdf(
            said, layout=layout, skip=_skip(http, printing.SHEET - 1), title=title
        )
        answer = HttpResponse(pdf, content_type="application/pdf")
        name = f"{name}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    add_never_cache_headers(answer)
    return answer


def _skip(http: HttpRequest, most: int) -> int:
    text = http.GET.get("skip", "0")
    known = text.isascii() and text.isdigit() and len(text) < 4
    return min(int(text), most) if known else 0
