"""The second wall: as the application's own role, nobody sees a rival's row, filter or not."""

from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.common import wall
from tonerloop.common.actor import Actor
from tonerloop.common.wall import OPEN, SHUT, behind, through, wall_of
from tonerloop.config.database import APP_ROLE
from tonerloop.config.walls import POLICY, WALLS
from tonerloop.orders.models import Order
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.programs.keys import create_key
from tonerloop.programs.models import ApiKey, KeptAnswer

NAMES = ("seller", "customer", "manufacturer", "collector", "centre", "issuer_seller")
TENANTS = {f"{name}_id" for name in (*NAMES, "issuer_manufacturer")}
UNWALLED = {
    # Read before anybody has a role, or by everybody who trades with its owner.
    "parties_membership": "tells who somebody is, before a wall can be named",
    "parties_membership_sites": "the same",
    "parties_seller": "names and addresses stand on every order and mail",
    "parties_customer": "names and addresses stand on every order and label",
    "parties_customergroup": "names only; their prices are walled",
    "parties_site": "addresses stand on orders, labels and the driver's list",
    "parties_taxrate": "public",
    "parties_recoverycentre": "addresses stand on labels",
    "parties_workingtime": "both sides of an order reckon with it",
    "parties_absence": "who answers for a customer is asked by all sides",
    "fleet_equipment": "stands on order lines, which sellers and manufacturers read",
    "catalogue_equipmentmodel": "the public catalogue",
    "catalogue_consumable": "the public catalogue",
    "points_rule": "shown to every customer of the issuer",
    "points_ruleitem": "the same",
    "points_rulestep": "the same",
    "points_reward": "shown to every customer of the seller",
    "collection_boxtask": "sites and numbers of boxes; sellers and collectors both fill them",
    "collection_label": "an identifier: whoever holds the piece may ask for it",
    "collection_piece": "the same; its count, which says whose it was, is walled",
    "collection_stray": "of an unknown sender",
    "collection_straypiece": "of an unknown sender",
    "collection_driverreport": "read with its request, which is walled",
    "collection_threshold": "a number that a manufacturer watches",
    "collection_thresholdreached": "the same",
    "manufacturers_connection": "how approval requests are sent: asked while a seller confirms",
    "manufacturers_approvalrule": "asked while a seller confirms",
    "manufacturers_approvalrule_sellers": "the same",
    "outbound_device": "a person's own phone",
    "salesperson_keptanswer": "a person's own, by its key",
}


def rows(table: str) -> set[Any]:
    """All rows of a table that can be seen, without any filter."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}"')  # noqa: S608
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def busy(world: World) -> World:
    """Orders, keys and collections of both sides."""
    world.rule()
    world.registered()
    world.collection()
    world.place()
    for person in (world.buyer, world.back_office, world.desk, world.rival_back_office):
        create_key("ERP", by=world.actor(person))
    return world


def rivals(world: World) -> list[tuple[Actor, Actor]]:
    """Pairs who must have nothing in common."""
    pairs = (
        (world.buyer, world.rival_buyer),
        (world.buyer, world.foreign_buyer),
        (world.back_office, world.rival_back_office),
        (world.desk, world.rival_desk),
        (world.dispatcher, world.rival_dispatcher),
    )
    return [(world.actor(one), world.actor(other)) for one, other in pairs]


def test_the_tests_run_as_the_application(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (APP_ROLE,)


@pytest.mark.parametrize("table", sorted(WALLS))
def test_every_wall_stands(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
            " WHERE c.relname = %s AND c.relrowsecurity AND p.polname = %s",
            [table, POLICY],
        )
        assert cursor.fetchone() == (1,)


def test_nobody_sees_nothing(busy: World) -> None:
    with behind(SHUT):
        assert {table for table in WALLS if rows(table)} == set()


def test_rivals_share_no_row(busy: World) -> None:
    shared_list = {"pricing_priceagreement", "pricing_pricebreak"}
    for one, other in rivals(busy):
        for table in WALLS:
            if one.customer_id and one.seller_id == other.seller_id and table in shared_list:
                continue  # their seller's list: see the next test
            with behind(wall_of(one)):
                seen = rows(table)
            with behind(wall_of(other)):
                assert not seen & rows(table), (table, one.role)


def test_a_customer_sees_the_list_and_its_own_prices_only(busy: World) -> None:
    with behind(wall_of(busy.actor(busy.buyer))), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT customer_id, seller_id FROM pricing_priceagreement")
        own = {(None, busy.seller.pk), (busy.office.pk, busy.seller.pk)}
        assert set(cursor.fetchall()) == own


def test_everybody_sees_their_own(busy: World) -> None:
    for person in (busy.buyer, busy.back_office, busy.desk):
        with behind(wall_of(busy.actor(person))):
            assert rows("orders_order") and rows("orders_orderline")
            assert rows("manufacturers_apikey")


def test_what_a_program_was_answered_is_its_organisations(busy: World) -> None:
    """Its owner is a text, which names one organisation, a centre its collector's."""
    by = busy.actor(busy.dispatcher)
    centre = busy.actor(busy.clerk).centre_id
    create_key("Station", by=by, centre_id=centre)
    people = (busy.buyer, busy.back_office, busy.desk, busy.rival_back_office, busy.dispatcher)
    for key in ApiKey.objects.all():
        answer = {"owner": key.owner, "digest": "x", "at": timezone.now(), "status": 201}
        KeptAnswer.objects.create(key="wish-1", body={"of": key.owner}, **answer)
    seen = {}
    for person in people:
        actor = busy.actor(person)
        with behind(wall_of(actor)), connection.cursor() as cursor:
            cursor.execute("SELECT owner FROM programs_keptanswer")
            seen[person] = [row[0] for row in cursor.fetchall()]
            cursor.execute("UPDATE programs_keptanswer SET status = 200")
            assert cursor.rowcount == len(seen[person])
    assert seen == {
        busy.buyer: [f"customer:{busy.office.pk}"],
        busy.back_office: [f"seller:{busy.seller.pk}"],
        busy.desk: [f"manufacturer:{busy.maker.pk}"],
        busy.rival_back_office: [f"seller:{busy.rival_seller.pk}"],
        busy.dispatcher: [f"centre:{centre}"],
    }
    with behind(SHUT):
        assert not rows("programs_keptanswer")


def test_a_forgotten_filter_shows_nothing_foreign(
    busy: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = Order.objects.get()
    monkeypatch.setattr(OrderQuerySet, "visible_to", lambda self, actor: self)
    client.force_login(busy.buyer)
    assert client.get(f"/order/orders/{foreign.number}/").status_code == 200
    client.force_login(busy.rival_buyer)
    assert client.get(f"/order/orders/{foreign.number}/").status_code == 404


def test_a_forgotten_filter_changes_nothing_foreign(busy: World) -> None:
    with behind(wall_of(busy.actor(busy.rival_buyer))):
        assert Order.objects.update(reference="mine now") == 0
    assert Order.objects.get().reference == ""


def test_outside_of_a_transaction_too_and_nothing_stays(committed_world: World) -> None:
    order = committed_world.place()
    connection.close()
    with behind(wall_of(committed_world.actor(committed_world.rival_buyer))):
        assert not connection.in_atomic_block
        assert not Order.objects.exists()
        with through():
            assert Order.objects.get() == order
        assert not Order.objects.exists()
    assert Order.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tonerloop.customer', true)")
        assert cursor.fetchone()[0] in (None, "")


def test_shut_is_shut_on_a_connection_that_began_open(committed_world: World) -> None:
    committed_world.place()
    assert not connection.in_atomic_block and Order.objects.exists()
    with behind(SHUT):
        assert not Order.objects.exists()
    assert Order.objects.exists()


def test_a_wall_holds_in_a_transaction_in_which_nothing_was_said_yet(
    committed_world: World,
) -> None:
    """Before the first statement psycopg has not begun: what is told then must not be lost."""
    committed_world.place()
    rival = wall_of(committed_world.actor(committed_world.rival_buyer))
    for shown in (SHUT, rival):
        with transaction.atomic(), behind(shown):
            assert not Order.objects.exists()
        with transaction.atomic(), behind(shown), through():
            assert Order.objects.exists()
    assert Order.objects.exists()


def test_only_what_changes_is_told(busy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(wall, "say", lambda _one, *statements: told.extend(statements))
    with through(), through():  # this connection began open
        assert not told
    with behind(("", "", "7", "", "", "")), through():
        pass
    opened, shut = (f"SET LOCAL tonerloop.open = '{value}'" for value in ("on", ""))
    named, unnamed = (f"SET LOCAL tonerloop.customer = '{value}'" for value in ("7", ""))
    assert told == [shut, named, opened, unnamed, shut, named, opened, unnamed]


def test_a_name_is_a_number_or_nothing(busy: World) -> None:
    with pytest.raises(AssertionError), behind(("", "1'; SELECT '", "", "", "", "")):
        pass
    assert rows("orders_order")


def test_a_wall_is_back_after_what_failed_inside(busy: World) -> None:
    with behind(SHUT):
        with suppress(ZeroDivisionError), through():
            assert rows("orders_order")
            raise ZeroDivisionError
        assert not rows("orders_order")
    with behind(OPEN):
        assert rows("orders_order")


def test_a_new_table_of_tenants_has_a_wall_or_a_reason() -> None:
    bare = []
    for model in apps.get_models(include_auto_created=True):
        columns = {field.column for field in model._meta.concrete_fields}
        parents = {
            f.related_model._meta.db_table for f in model._meta.concrete_fields if f.is_relation
        }
        table = model._meta.db_table
        if (columns & TENANTS or parents & set(WALLS)) and table not in WALLS:
            bare.append(table)
    assert sorted(set(bare) - set(UNWALLED)) == []
    assert not set(UNWALLED) & set(WALLS)
