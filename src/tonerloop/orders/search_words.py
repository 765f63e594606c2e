"""The words of a reference, as its index has them: every run of letters and digits."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func


class Words(Func):
    """The words of a text, found by their beginnings: `PO-2026/17` has po, 2026 and 17."""

    template = (
        "to_tsvector('simple'::regconfig,"
        " regexp_replace(%(expressions)s, '[^[:alnum:]]+', ' ', 'g'))"
    )
    output_field = SearchVectorField()
