"""The demo's programs: keys in use, one replaced, what they asked; and the sample's own key."""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.utils import timezone

from tonerloop.common.actor import Actor, Role, known
from tonerloop.outbound.webhooks import actions as webhooks
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.outbound.webhooks.types import types_for
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.parties.models import Membership, RecoveryCentre
from tonerloop.programs.keys import create_key, revoke_key
from tonerloop.programs.models import ORGANISATION, ApiKey, Call
from tonerloop.programs.scopes import OF_ROLE

MAKER, LABEL = "Kyocera", "Sample program"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Method, address, status, and what was wrong.
ASKED = {
    "Purchasing system": [
        ("POST", "/api/v1/orders", 201, ""),
        ("POST", "/api/v1/orders", 409, "prices changed since review"),
        ("POST", "/api/v1/collections", 201, ""),
    ],
    "Merchandise system": [
        ("PATCH", "/api/v1/customers/3", 200, ""),
        ("POST", "/api/v1/agreements", 422, "A price cannot be negative."),
        ("POST", "/api/v1/agreements", 201, ""),
    ],
}


def let_programs_in(now: datetime) -> None:
    """A customer, a seller and the collector have programs of their own."""
    _key("Purchasing system", _first(Role.BUYER, all_sites=True), now - 40 * DAY)
    office, dispatcher = _first(Role.BACK_OFFICE), _first(Role.DISPATCHER)
    old = _key("Merchandise system", office, now - 40 * DAY, expires_at=now + 7 * DAY)
    _key("Merchandise system", office, now - HOUR, follows=old)
    _key("Route planner", dispatcher, now - 20 * DAY)
    centre = RecoveryCentre.objects.filter(collector_id=known(dispatcher.collector_id)).first()
    _key("Sorting line", dispatcher, now - 20 * DAY, role=Role.CLERK, centre=centre)


def _key(label: str, by: Actor, made: datetime, **facts: Any) -> ApiKey:
    """A key whose text nobody knows, and what its program asked, if it asked anything."""
    kind = ORGANISATION[by.role]
    owner = {} if "centre" in facts else {f"{kind}_id": getattr(by, f"{kind}_id")}
    role = facts.get("role", by.role)
    key = ApiKey.objects.create(
        **{"role": role, "label": label, "scopes": list(OF_ROLE[role]), **owner, **facts},
        prefix=token_hex(4),
        hash=token_hex(32),
        created_at=made,
        created_by_id=by.person_id,
    )
    if label in ASKED and "follows" not in facts:
        last = timezone.now() - HOUR
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=last)
        Call.objects.bulk_create(
            Call(key=key, at=last - HOUR * n, method=method, path=path, status=status, detail=said)
            for n, (method, path, status, said) in enumerate(ASKED[label])
        )
    return key


def _first(role: Role, **narrowed: bool) -> Actor:
    member = Membership.objects.filter(role=role, active=True, **narrowed).order_by("pk")[0]
    found = current_membership(member.person_id, member.pk)
    assert found is not None
    return actor_of(found)


def manufacturer_key() -> str:
    """A fresh key for the sample program; those of earlier runs are revoked."""
    desk = _sample_desk()
    maker = known(desk.manufacturer_id)
    earlier = ApiKey.objects.filter(manufacturer_id=maker, label=LABEL, revoked_at=None)
    for pk in list(earlier.values_list("pk", flat=True)):
        revoke_key(pk, by=desk)
    return create_key(LABEL, by=desk)[1]


def manufacturer_hook(port: int) -> str:
    """The secret of a webhook to the sample program on this port; earlier ones are removed.

    From now on its requests are sent to it; what it was not sent it fetches.
    """
    desk = _sample_desk()
    earlier = webhooks.endpoints_of(desk).filter(description=LABEL)
    for key in list(earlier.values_list("key", flat=True)):
        webhooks.remove(key, by=desk)
    url = f"http://127.0.0.1:{port}/hooks"
    secret = webhooks.subscribe(url, LABEL, types_for(desk.side), by=desk)[1]
    choose_channel("push", by=desk)
    return secret


def _sample_desk() -> Actor:
    members = Membership.objects.select_related("person", "manufacturer")
    return actor_of(members.filter(role=Role.ORDER_DESK, manufacturer__name__startswith=MAKER)[0])
