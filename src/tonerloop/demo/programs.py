"""The demo's programs: keys in use, one replaced, what they asked; and the sample's own key."""

from datetime import datetime, timedelta

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.parties.models import Membership, RecoveryCentre
from tonerloop.programs.keys import create_key, revoke_key, rotate_key
from tonerloop.programs.models import ApiKey, Call

MAKER, LABEL = "Kyocera", "Sample program"
HOUR = timedelta(hours=1)
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
    _key("Purchasing system", Role.BUYER, now, all_sites=True)
    old = _key("Merchandise system", Role.BACK_OFFICE, now)
    office = _first(Role.BACK_OFFICE)
    rotate_key(old.pk, old_ends_at=now + timedelta(days=7), by=office)
    _key("Route planner", Role.DISPATCHER, now)
    dispatcher = _first(Role.DISPATCHER)
    centre = RecoveryCentre.objects.filter(collector_id=known(dispatcher.collector_id)).first()
    if centre is not None:
        create_key("Sorting line", centre_id=centre.pk, by=dispatcher)


def _key(label: str, role: Role, now: datetime, **narrowed: bool) -> ApiKey:
    key = create_key(label, by=_first(role, **narrowed))[0]
    ApiKey.objects.filter(pk=key.pk).update(
        created_at=now - timedelta(days=40), last_used_at=now - HOUR
    )
    Call.objects.bulk_create(
        Call(key=key, at=now - HOUR * (4 - n), method=method, path=path, status=status, detail=said)
        for n, (method, path, status, said) in enumerate(ASKED.get(label, []))
    )
    return key


def _first(role: Role, **narrowed: bool) -> Actor:
    member = Membership.objects.filter(role=role, active=True, **narrowed).order_by("pk")[0]
    found = current_membership(member.person_id, member.pk)
    assert found is not None
    return actor_of(found)


def manufacturer_key() -> str:
    """A fresh key for the sample program; those of earlier runs are revoked."""
    members = Membership.objects.select_related("person", "manufacturer")
    member = members.filter(role=Role.ORDER_DESK, manufacturer__name__startswith=MAKER)[0]
    desk = actor_of(member)
    maker = known(desk.manufacturer_id)
    earlier = ApiKey.objects.filter(manufacturer_id=maker, label=LABEL, revoked_at=None)
    for pk in list(earlier.values_list("pk", flat=True)):
        revoke_key(pk, by=desk)
    return create_key(LABEL, by=desk)[1]
