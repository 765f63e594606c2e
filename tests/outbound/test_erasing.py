"""One person's data: given to themselves and to the operator, and gone when they say so."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.common.refusal import Refused
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order
from tonerloop.outbound.erasing import data_of, erase
from tonerloop.outbound.models import Device, Message
from tonerloop.parties.models import Membership, Person
from tonerloop.programs.keys import create_key, key_of
from tonerloop.programs.models import ApiKey

TEXTS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public'
AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
"""


def places_of(*words: str) -> list[str]:
    """Every column of every table in which one of the words stands."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(TEXTS)
        for table, column in cursor.fetchall():
            for word in words:
                cursor.execute(
                    f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1',  # noqa: S608
                    [f"%{word}%"],
                )
                if cursor.fetchone():
                    found.append(f"{table}.{column}: {word}")
    return found


@pytest.fixture
def order(world: World) -> Order:
    """An order, a mail, a phone, a key, a session and a row of the operator's log."""
    Person.objects.filter(pk=world.buyer.pk).update(name="Beatrix Bauer", phone="+81 3 5550 1234")
    world.buyer.refresh_from_db()
    order = world.place()
    create_key("ERP", by=world.actor(world.buyer))
    now, membership = timezone.now(), Membership.objects.get(person=world.buyer)
    Device.objects.create(
        person=world.buyer, membership=membership, label="Phone", endpoint="e", made_at=now
    )
    Message.objects.create(
        entry=Entry.objects.first(),
        channel="email",
        template="approved",
        recipient=world.buyer.email.upper(),
        side="buyer",
        language="en",
        message_id="<1@x>",
        created_at=now,
        changed_at=now,
    )
    LogEntry.objects.create(
        user_id=world.operator.pk,
        object_repr=str(world.buyer),
        change_message=f"Added {world.buyer.email}",
        action_flag=1,
    )
    Client().force_login(world.buyer)
    return order


def test_nothing_tells_who_it_was(order: Order, world: World) -> None:
    email, key = world.buyer.email, ApiKey.objects.get()
    assert len(places_of("Beatrix", email, "5550 1234")) >= 4
    erase(world.buyer.pk, by=world.buyer)
    assert places_of("Beatrix", email, "5550 1234") == []
    nobody = Person.objects.get(pk=world.buyer.pk)
    assert not nobody.is_active and not nobody.has_usable_password()
    assert not [s for s in Session.objects.all() if "_auth_user_id" in s.get_decoded()]
    assert ApiKey.objects.get(pk=key.pk).revoked_at and not Device.objects.exists()
    assert Order.objects.get(pk=order.pk).placed_by_id == world.buyer.pk
    deed = Entry.objects.get(subject_kind="person")
    assert (deed.data, deed.person_id) == ({"action": "erased"}, world.buyer.pk)


def test_a_programs_key_ends_too(world: World) -> None:
    _key, text = create_key("ERP", by=world.actor(world.buyer))
    assert key_of(text)
    erase(world.buyer.pk, by=world.buyer)
    assert key_of(text) is None


def test_everything_is_in_the_file(order: Order, world: World) -> None:
    told: dict[str, Any] = json.loads(
        json.dumps(data_of(world.buyer.pk, by=world.buyer), cls=DjangoJSONEncoder)
    )
    assert told["person"]["name"] == "Beatrix Bauer"
    assert [one["number"] for one in told["orders"]] == [order.number]
    assert told["roles"][0]["organisation"] == "Mori Law"
    assert told["keys_made"] and told["phones"] and told["mails"] and told["deeds"]
    assert "Hill Clinic" not in json.dumps(told)


def test_others_neither_read_nor_erase(order: Order, world: World) -> None:
    for other in (world.rival_buyer, world.back_office, world.sales):
        with pytest.raises(NotAllowed):
            data_of(world.buyer.pk, by=other)
        with pytest.raises(NotAllowed):
            erase(world.buyer.pk, by=other)
    assert places_of("Beatrix")


def test_the_operator_may(order: Order, world: World) -> None:
    Person.objects.filter(pk=world.operator.pk).update(is_superuser=True)
    world.operator.refresh_from_db()
    assert data_of(world.buyer.pk, by=world.operator)["orders"]
    erase(world.buyer.pk, by=world.operator)
    assert places_of("Beatrix") == []


def test_the_last_administrator_stays(world: World) -> None:
    with pytest.raises(Refused, match="Kanda Supplies"):
        erase(world.back_office.pk, by=world.back_office)
    assert Person.objects.get(pk=world.back_office.pk).is_active
    colleague = Person.objects.create(email="c@example.com", name="Carla Colleague")
    Membership.objects.create(person=colleague, role="back_office", seller=world.seller)
    erase(world.back_office.pk, by=world.back_office)
    with pytest.raises(Refused):
        erase(colleague.pk, by=colleague)


def test_whose_customers_nobody_else_has_stays(world: World) -> None:
    with pytest.raises(Refused, match="Hand them over"):
        erase(world.sales.pk, by=world.sales)


def test_the_page_asks_for_the_address_and_logs_out(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    session = client.session
    session["account_authentication_methods"] = []  # it was long ago that they proved who they are
    session.save()
    assert client.get("/account/you/data/").status_code == 302
    client.force_login(world.buyer)
    told = client.get("/account/you/data/")
    assert told.status_code == 200, (told.status_code, told.headers)
    assert told.json()["person"]["email"] == world.buyer.email
    wrong = client.post("/account/you/", {"email": "somebody@example.com"})
    assert wrong.status_code == 200 and Person.objects.get(pk=world.buyer.pk).is_active
    assert client.post("/account/you/", {"email": world.buyer.email}).status_code == 302
    assert not Person.objects.get(pk=world.buyer.pk).is_active
    assert client.get("/account/you/").status_code == 302
