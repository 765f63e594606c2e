"""Lists in pages: neither counting nor paging reads more because there is more."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

MOST = 500  # who wants what lies behind narrows the list


class Pages(Paginator):  # type: ignore[type-arg]
    """The first 500 of some rows, whose sequence an index has; or of a list of 501."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return len(rows) if isinstance(rows, list) else rows.values("pk")[: MOST + 1].count()

    @cached_property
    def count(self) -> int:
        """How many there are to be leafed through."""
        return min(MOST, self._counted)

    @property
    def capped(self) -> bool:
        """True if there are more."""
        return self._counted > MOST


def page_of(rows: QuerySet[Any, Any] | list[Any], size: int, number: str | None) -> Page[Any]:
    """The page that was asked for, the nearest one if there is none such."""
    return Pages(rows, size).get_page(number)
