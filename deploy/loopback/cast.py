"""Who orders: buyers of the demo, each with a program, and the seller who watches."""

from dataclasses import dataclass

PASSWORD = "demo"  # noqa: S105 - of the demo's data


@dataclass(frozen=True)
class Buyer:
    """A person with a program of the same rights and something to order."""

    email: str
    key: str
    line: dict[str, int]


def cast(count: int) -> tuple[list[Buyer], str]:
    """Buyers with keys of their own, and the address of a back office's live stream."""
    import django

    django.setup()
    from tonerloop.common.actor import Role
    from tonerloop.outbound.live import stream_url
    from tonerloop.parties.actor import actor_of
    from tonerloop.parties.models import Membership

    members = Membership.objects.filter(role=Role.BUYER, all_sites=True, active=True)
    found = [b for m in members.order_by("pk") if (b := _buyer(actor_of(m), m.person.email))]
    seller = members.select_related("customer").order_by("pk")[0].customer.seller_id  # type: ignore[union-attr]
    office = Membership.objects.filter(role=Role.BACK_OFFICE, seller_id=seller)[0]
    return found[:count], stream_url(actor_of(office))


def _buyer(by: object, email: str) -> Buyer | None:
    from tonerloop.common.actor import Actor
    from tonerloop.orders.order_screen import order_screen
    from tonerloop.programs.keys import create_key

    assert isinstance(by, Actor)
    for place in order_screen(by).places:
        for machine in place.machines:
            for supply in machine.supplies:
                if supply.price.unit_price is not None:
                    _, machine_id, consumable_id = supply.field.split("-")
                    line = {"machine_id": int(machine_id), "consumable_id": int(consumable_id)}
                    return Buyer(email, create_key("Load", by=by)[1], line)
    return None
