"""Lists in pages: neither counting nor paging reads more because there is more."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

MOST = 500  # who wants what lies behind narrows the list


class Pages(Paginator):  # type: ignore[type-arg]
    """The first 500 of some rows, whose sequence an index has."""

    def __init__(
        self, rows: QuerySet[Any, Any], size: int, counted: QuerySet[Any, Any] | None = None
    ) -> None:
        super().__init__(rows, size)
        self.same = rows if counted is None else counted

    @cached_property
    def _counted(self) -> int:
        return self.same.values("pk")[: MOST + 1].count()

    @cached_property
    def count(self) -> int:
        """How many there are to be leafed through."""
        return min(MOST, self._counted)

    @property
    def capped(self) -> bool:
        """True if there are more."""
        return self._counted > MOST


def page_of(
    rows: QuerySet[Any, Any],
    size: int,
    number: str | None,
    *,
    counted: QuerySet[Any, Any] | None = None,
) -> Page[Any]:
    """The page that was asked for, the nearest one if there is none such.

    `counted` has the same rows in any sequence, where theirs costs something.
    """
    return Pages(rows, size, counted).get_page(number)
