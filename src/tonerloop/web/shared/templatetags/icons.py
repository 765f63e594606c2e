"""The icons, drawn on 16 × 16 with lines of the text's colour."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PATHS = {
    "alert": "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6v.2",
    "arrow": "M3 8h10M9 4l4 4-4 4",
    "box": "m8 1.8 5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.7 4.9 8 7.8l5.3-2.9M8 7.8v6.2",
    "check": "m3 8.5 3.4 3.4L13 4.6",
    "clock": "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 3v3.3l2.2 1.4",
    "cross": "m4 4 8 8M12 4l-8 8",
    "down": "m4 6 4 4 4-4",
    "half": "M2 4.5h7v7H2zM9 7h3l2 2.3v2.2H9M4.6 13.2v.1M11.6 13.2v.1",
    "home": "M2.5 7.5 8 2.8l5.5 4.7M4 6.6v6.6h8V6.6",
    "info": "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 5.2V11M8 5v.2",
    "key": "M5 5.4a2.9 2.9 0 1 1 0 5.8 2.9 2.9 0 0 1 0-5.8zM7.9 8.3h6.4M11.2 8.3v2.4M13.8 8.3v1.8",
    "mail": "M2 4h12v8.5H2zM2.3 4.4 8 9l5.7-4.6",
    "person": "M8 2.2a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4z"
    "M2.8 13.8c.4-3 2.4-4.4 5.2-4.4s4.8 1.4 5.2 4.4",
    "price": "M2.5 2.5H8l5.8 5.8L8.3 13.8 2.5 8zM5.4 5.3v.2",
    "question": "M5.6 5.8C5.8 4.3 6.8 3.6 8.1 3.6c1.4 0 2.4.8 2.4 2.1 0 1.9-2.4 1.9-2.4 3.8"
    "M8.1 12v.2",
    "search": "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.4 10.4l3.4 3.4",
    "sent": "M14 2 7 9M14 2 9.6 14 7 9 2 6.4z",
    "truck": "M1.5 4h8v7.2h-8zM9.5 6.5h2.7l2.3 2.4v2.3h-5M4.3 13v.1M11.8 13v.1",
    "up": "m4 10 4-4 4 4",
}


@cache
def draw(name: str) -> SafeString:
    """The icon as SVG, hidden from screen readers: a word stands beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        mark_safe(PATHS[name]),  # noqa: S308  # our own drawing
    )
