"""What the scripts on a salesperson's phone need to know of the server."""

from django import template
from django.conf import settings

from tonerloop.outbound.push.keys import public_of

register = template.Library()


@register.simple_tag
def csrf_cookie() -> str:
    """The cookie whose value proves that a request comes from our own page."""
    return settings.CSRF_COOKIE_NAME


@register.simple_tag
def push_public_key() -> str:
    """The key by which push services know us; "" where none was made."""
    return public_of(settings.PUSH_KEY) if settings.PUSH_KEY else ""
