"""What the record screens share: carrying out a verb from a form, and lists in pages."""

from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tonerloop.web.shared.keeping import kept
from tonerloop.web.shared.pages import page_of

__all__ = ["kept", "paged", "show", "typed"]

M = TypeVar("M", bound=Model)
PER_PAGE = 25


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    form: forms.Form | None = None,
) -> HttpResponse:
    """The screen; with the status that says so where what was typed was not accepted."""
    refused = form is not None and form.is_bound and bool(form.errors)
    status = 422 if refused else 200
    return render(request, f"seller/records/{template}", {**context, "form": form}, status=status)


def paged(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """The page of the list that the address asks for, the nearest one if there is none such."""
    return page_of(rows, PER_PAGE, request.GET.get("page"))


def typed(request: HttpRequest, name: str, *, most: int = 80) -> str:
    """What was typed into a search field, without what no record can hold."""
    return "".join(c for c in request.GET.get(name, "") if c.isprintable()).strip()[:most]
