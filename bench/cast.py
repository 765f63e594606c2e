"""Who is measured: log-ins of the alike customers and of everybody who works with them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.data.known import MAKERS
from bench.data.sizes import ALIKE, THEIR_BUYERS
from bench.work import Desk


def email(who: str, turn: int) -> str:
    """The log-in of the turn-th client of a kind."""
    customer, buyer = turn % ALIKE, turn // ALIKE % THEIR_BUYERS
    names = {
        "buyer": f"buyer{customer}-{buyer}",
        "sales": f"sales0-{turn % 2}",
        "office": "office0",
        "desk": f"desk{turn % MAKERS}",
    }
    return f"{names.get(who, who)}@bench.example"


def things(who: str, turn: int) -> dict[str, Any]:
    """What such a client knows from the beginning."""
    if who == "desk":
        return {"maker": turn % MAKERS}
    customer = turn % ALIKE
    return {"customer": customer, "maker": customer % MAKERS}


def keys(scope: str = "buyer") -> list[str]:
    """A program's key for each alike customer, made as its buyer makes it."""
    from tonerloop.programs.keys import create_key

    return [create_key("Bench", by=actor(email(scope, turn)))[1] for turn in range(ALIKE)]


def actor(address: str) -> Any:
    """The actor of a log-in."""
    from tonerloop.parties.actor import actor_of, current_membership
    from tonerloop.parties.models import Person

    membership = current_membership(Person.objects.get(email=address).pk, None)
    assert membership is not None
    return actor_of(membership)


def boxes(count: int) -> Iterator[str]:
    """Labels of boxes whose collection was asked for, ready to be received."""
    from tonerloop.collection.actions.requesting import Wish, ask_for_collection
    from tonerloop.parties.models import Site

    for turn in range(count):
        by = actor(email("buyer", turn))
        site = Site.objects.filter(customer_id=by.customer_id)[0]
        wish = Wish(site_id=site.pk, way="box", pieces=20)
        asked = ask_for_collection(wish, key=uuid4(), by=by)
        yield asked.labels.get().identifier


def desk() -> Desk:
    """What scripts start from in this data set."""
    from tonerloop.catalogue.models import Compatibility, Consumable
    from tonerloop.fleet.models import Equipment

    found = Desk(model=Consumable.objects.filter(collectable=True).order_by("pk")[0].part_number)
    for customer in range(ALIKE):
        machines = Equipment.objects.filter(customer_id=customer + 1).order_by("pk")[:3]
        fits = [Compatibility.objects.filter(equipment_model=m.model_id)[0] for m in machines]
        found.lines[customer] = [
            {"consumable_id": one.consumable_id, "quantity": 1, "machine_id": machine.pk}
            for one, machine in zip(fits, machines, strict=True)
        ]
    item = found.lines[0][0]["consumable_id"]
    part = Consumable.objects.get(pk=item).part_number
    found.searched = {"name": "Customer 000003", "part": part}
    return found
