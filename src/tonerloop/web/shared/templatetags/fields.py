"""How a form's field is drawn: which kind it is, and what its input says to a screen reader."""

from typing import Any

from django.forms import BoundField, widgets

GROUPS = (widgets.RadioSelect, widgets.CheckboxSelectMultiple)


def describe(bound: BoundField, extra: dict[str, str | bool] | None = None) -> dict[str, Any]:
    """Context of a field's template."""
    own = bound.id_for_label or bound.auto_id or bound.html_name
    attributes = (extra or {}) | _attributes(bound, own)
    return {
        "field": bound,
        "kind": _kind(bound),
        "own": own,
        "errors": bound.errors,
        "input": bound.as_widget(attrs=attributes),
        "optional": not bound.field.required,
    }


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, GROUPS):
        return "group"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "multi" if isinstance(widget, widgets.MultiWidget) else "single"


def _attributes(bound: BoundField, own: str) -> dict[str, str | bool]:
    described = [f"{own}-hint"] * bool(bound.help_text) + [f"{own}-error"] * bool(bound.errors)
    attributes: dict[str, str | bool] = {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes
