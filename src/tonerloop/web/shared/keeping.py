"""Carrying out a verb from a form: what did not hold stands beside its field."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

T = TypeVar("T")


def kept(form: forms.Form, verb: Callable[[], T]) -> T | None:
    """What the verb returned; None, with the reasons beside their fields, if it did not hold."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return verb()
    except ValidationError as error:
        _tell(form, error)
        return None


def _tell(form: forms.Form, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, reasons in error.error_dict.items():
        known = name in form.fields and name != NON_FIELD_ERRORS
        form.add_error(name if known else None, reasons)
