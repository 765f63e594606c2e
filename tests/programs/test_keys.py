"""Keys of every kind of organisation: made, replaced with an overlap, ended; and their page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World
from tonerloop.common.actor import NotAllowed, Role
from tonerloop.common.refusal import Refused
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order
from tonerloop.programs.keys import create_key, key_of, program, revoke_key, rotate_key
from tonerloop.programs.models import ApiKey
from tonerloop.programs.scopes import LABELS, OF_ROLE

pytestmark = pytest.mark.django_db
KEEPERS = {
    "buyer": ("customer", Role.BUYER),
    "back_office": ("seller", Role.BACK_OFFICE),
    "desk": ("manufacturer", Role.ORDER_DESK),
    "dispatcher": ("collector", Role.DISPATCHER),
}
RIVALS = {
    "buyer": "rival_buyer",
    "back_office": "rival_back_office",
    "desk": "rival_desk",
    "dispatcher": "rival_dispatcher",
}


@pytest.mark.parametrize("who", KEEPERS)
def test_a_key_acts_in_its_makers_role_and_name(world: World, who: str) -> None:
    by = world.actor(getattr(world, who))
    key, text = create_key("Program", by=by)
    found = key_of(text)
    assert found == key and key.owner.startswith(KEEPERS[who][0])
    actor = program(key)
    assert (actor.role, actor.person_id, actor.key) == (by.role, by.person_id, key.prefix)
    assert (actor.seller_id, actor.customer_id) == (by.seller_id, by.customer_id)
    assert (actor.manufacturer_id, actor.collector_id) == (by.manufacturer_id, by.collector_id)
    assert key.scopes == list(OF_ROLE[by.role])


def test_a_key_of_a_centre_receives_there(world: World) -> None:
    by = world.actor(world.dispatcher)
    actor = program(create_key("Station", centre_id=world.centre.pk, by=by)[0])
    assert (actor.role, actor.centre_id) == (Role.CLERK, world.centre.pk)
    assert actor.collector_id == world.collector.pk
    with pytest.raises(Refused):
        create_key("Station", centre_id=world.rival_centre.pk, by=by)
    with pytest.raises(NotAllowed):
        create_key("Station", centre_id=world.centre.pk, by=world.actor(world.back_office))


@pytest.mark.parametrize("who", ["branch_buyer", "sales", "driver", "clerk"])
def test_others_make_no_keys(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        create_key("Program", by=world.actor(getattr(world, who)))


def test_a_scope_of_another_role_is_not_given(world: World) -> None:
    by = world.actor(world.buyer)
    key = create_key("Program", scopes=["points:read", "prices:write"], by=by)[0]
    assert key.scopes == ["points:read"]
    with pytest.raises(Refused, match="may do"):
        create_key("Program", scopes=["prices:write"], by=by)


def test_a_key_ends_at_its_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    by = world.actor(world.buyer)
    text = create_key("Program", expires_at=now + timedelta(hours=1), by=by)[1]
    assert key_of(text)
    monkeypatch.setattr("tonerloop.programs.keys.timezone.now", lambda: now + timedelta(minutes=61))
    assert key_of(text) is None
    with pytest.raises(Refused, match="after today"):
        create_key("Program", expires_at=now, by=by)


def test_replaced_both_work_until_the_old_one_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, now = world.actor(world.desk), timezone.now()
    old, old_text = create_key("Order software", scopes=["orders:read"], by=by)
    new, new_text = rotate_key(old.pk, old_ends_at=now + timedelta(days=1), by=by)
    assert (new.label, new.scopes, new.follows, new.owner) == (
        "Order software",
        ["orders:read"],
        old,
        old.owner,
    )
    assert key_of(old_text) and key_of(new_text)
    later = now + timedelta(days=1, minutes=1)
    monkeypatch.setattr("tonerloop.programs.keys.timezone.now", lambda: later)
    assert key_of(old_text) is None and key_of(new_text) == new
    with pytest.raises(Refused, match="has ended"):
        rotate_key(old.pk, old_ends_at=later, by=by)


def test_replacing_never_lengthens_the_old_ones_life(world: World) -> None:
    by, now = world.actor(world.desk), timezone.now()
    soon = now + timedelta(hours=1)
    old = create_key("Order software", expires_at=soon, by=by)[0]
    new = rotate_key(old.pk, old_ends_at=now + timedelta(days=7), by=by)[0]
    old.refresh_from_db()
    assert old.expires_at == soon
    assert new.expires_at is not None and new.expires_at >= soon


@pytest.mark.parametrize("who", KEEPERS)
def test_a_rivals_key_is_not_there(world: World, who: str) -> None:
    key = create_key("Program", by=world.actor(getattr(world, who)))[0]
    rival = world.actor(getattr(world, RIVALS[who]))
    for verb in (
        lambda: revoke_key(key.pk, by=rival),
        lambda: rotate_key(key.pk, old_ends_at=timezone.now(), by=rival),
    ):
        with pytest.raises(ApiKey.DoesNotExist):
            verb()


def test_every_scope_has_words_and_a_door() -> None:
    from tonerloop.api.urls import api

    used = {
        (role, operation["x-scope"])
        for verbs in api.get_openapi_schema()["paths"].values()
        for operation in verbs.values()
        for role in operation["x-roles"]
    }
    given = {(str(role), scope) for role, scopes in OF_ROLE.items() for scope in scopes}
    assert used == given
    assert {scope for _role, scope in given} == set(LABELS)


# --- the page


def page_of(world: World, who: str) -> tuple[Client, str]:
    client = Client()
    client.force_login(getattr(world, who))
    portal = {"buyer": "customer", "back_office": "seller", "desk": "manufacturer"}
    return client, portal.get(who, "collector")


def text_on(page: Any) -> str:
    found: str = page.content.decode().partition('id="new-key">')[2].partition("<")[0]
    return found


@pytest.mark.parametrize("who", KEEPERS)
def test_the_page_makes_replaces_and_revokes(world: World, who: str) -> None:
    client, portal = page_of(world, who)
    address = reverse(f"{portal}:programs")
    given = {"label": "Our ERP", "scopes": ["catalogue:read"], "centre": "0"}
    old = text_on(client.post(address, given))
    assert key_of(old)
    pk = ApiKey.objects.get().pk
    replace = reverse(f"{portal}:rotate", args=[pk])
    assert "Our ERP" in client.get(replace).content.decode()
    new = text_on(client.post(replace, {"hours": "0"}))
    assert key_of(old) is None and key_of(new)
    shown = client.get(address).content.decode()
    assert "Ended" in shown and new not in shown
    client.post(reverse(f"{portal}:revoke", args=[ApiKey.objects.latest("pk").pk]))
    assert key_of(new) is None
    told = Entry.objects.filter(subject_kind="key").order_by("pk")
    assert [entry.event for entry in told] == ["key.created", "key.created", "key.revoked"]
    assert client.get(replace).status_code == 200  # says that it has ended
    assert client.post(replace, {"hours": "0"}).status_code == 422


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(world: World) -> None:
    client, portal = page_of(world, "back_office")
    answer = client.post(reverse(f"{portal}:programs"), {"label": "Our ERP"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose what the program may do." in page and "Our ERP" in page


def test_the_page_lists_what_programs_asked(world: World) -> None:
    client, portal = page_of(world, "buyer")
    text = text_on(
        client.post(
            reverse(f"{portal}:programs"), {"label": "Stock program", "scopes": ["orders:write"]}
        )
    )
    Client().post(
        "/api/v1/orders",
        b'{"lines": []}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}", "Idempotency-Key": "a"},
    )
    page = client.get(reverse(f"{portal}:programs")).content.decode()
    assert "POST /api/v1/orders" in page and "refused" in page
    assert not Order.objects.exists()
    rival = Client()
    rival.force_login(world.rival_buyer)
    assert "Stock program" not in rival.get(reverse(f"{portal}:programs")).content.decode()


def test_a_narrowed_buyer_has_no_such_page(world: World) -> None:
    client = Client()
    client.force_login(world.branch_buyer)
    assert client.get(reverse("customer:programs")).status_code == 403
    assert reverse("customer:programs") not in client.get("/order/").content.decode()


def test_the_contract_is_shown_to_people(world: World) -> None:
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "/api/v1/orders/{number}/confirm-price" in text and "orders:write" in text
    assert "<script>" not in text and "style=" not in text


def test_a_key_is_replaced_once_at_a_time(world: World) -> None:
    by, soon = world.actor(world.desk), timezone.now() + timedelta(days=1)
    old = create_key("Program", by=by)[0]
    new = rotate_key(old.pk, old_ends_at=soon, by=by)[0]
    with pytest.raises(Refused, match="replaced already"):
        rotate_key(old.pk, old_ends_at=soon, by=by)
    revoke_key(new.pk, by=by)
    assert rotate_key(old.pk, old_ends_at=soon, by=by)
