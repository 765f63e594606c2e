"""Who takes part: the tests' cast with keys, webhooks, points and a rule that confirms prices."""

from dataclasses import dataclass
from decimal import Decimal

from tests.world import World, make_world
from tonerloop.common.actor import Actor
from tonerloop.outbound.webhooks.actions import subscribe
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.outbound.webhooks.types import types_for
from tonerloop.points.rewards import offer_reward
from tonerloop.pricing.guarding import allow_confirmation
from tonerloop.programs.keys import create_key

REWARD = 12  # points: a piece or two


@dataclass
class Cast:
    """The world, and the keys of its programs by who made them."""

    world: World
    keys: dict[str, str]


def make_cast(hook: str) -> Cast:
    """Everybody, in an empty database; webhooks of four parties go to `hook`."""
    world = make_world()
    world.rule()
    office = world.actor(world.back_office)
    allow_confirmation(world.rival_office.pk, Decimal(99999999), with_list=True, by=office)
    keepers = {
        "buyer": world.buyer,
        "office": world.back_office,
        "desk": world.desk,
        "rival_desk": world.rival_desk,
        "dispatcher": world.dispatcher,
    }
    keys = {name: create_key(name, by=world.actor(who))[1] for name, who in keepers.items()}
    by = world.actor(world.dispatcher)
    keys["clerk"] = create_key("clerk", centre_id=world.centre.pk, by=by)[1]
    for name in ("buyer", "office", "desk", "dispatcher"):
        _listen(f"{hook}/{name}", name, world.actor(keepers[name]))
    choose_channel("push", by=world.actor(world.desk))
    world.registered("pieces")
    offer_reward(kind="goods", name="Paper", about="", points=REWARD, by=office)
    return Cast(world, keys)


def _listen(url: str, name: str, by: Actor) -> None:
    subscribe(url, name, types_for(by.side), by=by)
