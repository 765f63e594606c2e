"""Customers by any part of their name, among very many.

Plain PostgreSQL has no trigrams. One index has every ending of each name (24 letters of it)
instead: what contains a text has an ending that begins with it.
"""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

from tonerloop.common.reading import reading

NEAR = 500  # looked at first: what many of them have is in many names, and tells little


class Endings(Func):
    """All endings of a customer's name, in capitals."""

    function = "tonerloop_endings"
    output_field = SearchVectorField()


# As the function makes an ending; quoted, so that nothing in it is an operator.
_BEGINS = r"""
('''' || replace(replace(left(upper(%(text)s), 24), '\', '\\'), '''', '''''') || ''':*')::tsquery
""".strip()
_NAMED = """
WITH near AS MATERIALIZED (
    SELECT id FROM (SELECT id, name FROM parties_customer WHERE {near} LIMIT %(near)s) first
     WHERE upper(name) LIKE upper(%(like)s) LIMIT %(most)s
)
SELECT id FROM near WHERE (SELECT count(*) FROM near) >= %(most)s
UNION ALL
(SELECT id FROM parties_customer
  WHERE (SELECT count(*) FROM near) < %(most)s AND {own}
    AND tonerloop_endings(name) @@ {begins}
    AND upper(name) LIKE upper(%(like)s) LIMIT %(most)s)
"""
_OF_SELLER = _NAMED.format(
    begins=_BEGINS, near="seller_id = %(seller)s ORDER BY name, id", own="seller_id = %(seller)s"
)
# The customers of the first sellers; their ids are as good as any.
_OF_ANY = _NAMED.format(begins=_BEGINS, near="id <= %(near)s", own="true")


def some_named(text: str, *, seller_id: int | None, most: int) -> list[int]:
    """Ids of customers with the text in their names, at most so many; one query.

    Of one seller, or of all where `seller_id` is None.
    """
    one = reading()
    like = f"%{one.ops.prep_for_like_query(text)}%"
    values = {"seller": seller_id, "near": NEAR, "most": most, "text": text, "like": like}
    with one.cursor() as cursor:
        cursor.execute(_OF_ANY if seller_id is None else _OF_SELLER, values)
        return [pk for (pk,) in cursor.fetchall()]
