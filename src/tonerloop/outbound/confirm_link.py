"""The link in a mail that confirms one order's price for one salesperson, without a log-in.

Only where the seller allows it. It holds four hours and for the order as it was told: any answer
raises the order's version, so that the link is useless after use and after anybody else's answer.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.unusual import unusual
from tonerloop.parties.actor import actor_of, memberships_of

SALT = "tonerloop.confirm-by-mail"
HOLDS = timedelta(hours=4)
PAGE = "/by-mail/"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a link says: which order, as it was at which version, for whom."""

    number: str
    version: int
    person_id: int


def link_for(order: Order, person_id: int) -> str:
    """The link, or "" where a log-in is needed."""
    if not allowed(order):
        return ""
    token = signing.dumps([order.number, order.version, person_id], salt=SALT)
    return f"{settings.BASE_URL}{PAGE}?{urlencode({'k': token})}"


def allowed(order: Order) -> bool:
    """True if this order's price may be confirmed by a link: never one that needs a look."""
    seller = order.seller
    wanted = seller.confirms_by_mail and not seller.requires_second_factor
    waits = order.status == Status.PLACED
    return wanted and waits and not any(each.needs_a_look for each in unusual(order))


def read(token: str) -> Claim | None:
    """What the server signed into a link; None where it did not, or too long ago."""
    try:
        number, version, person = signing.loads(token, salt=SALT, max_age=HOLDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Claim(number=number, version=version, person_id=person)


def actor_for(claim: Claim, order: Order) -> Actor | None:
    """The claim's person as the seller's salesperson; None where they are that no more."""
    roles = memberships_of(claim.person_id).filter(person__is_active=True)
    own = roles.filter(role=Role.SALESPERSON, seller_id=order.seller_id).first()
    return actor_of(own) if own else None
