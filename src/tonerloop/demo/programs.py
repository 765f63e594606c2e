"""The key with which the demo's sample manufacturer program logs in."""

from tonerloop.common.actor import Role, known
from tonerloop.parties.actor import actor_of
from tonerloop.parties.models import Membership
from tonerloop.programs.keys import create_key, revoke_key
from tonerloop.programs.models import ApiKey

MAKER, LABEL = "Kyocera", "Sample program"


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
