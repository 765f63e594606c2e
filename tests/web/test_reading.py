"""Reports come from the replica, what was just changed and whatever a verb reads does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from psycopg import sql

from tests.postgres import TestServer
from tests.world import World
from tonerloop.common.reading import REPLICA, may_be_old, reading
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.parties.models import Seller
from tonerloop.web.shared import reading as pages
from tonerloop.web.shared.reading import COOKIE


@pytest.fixture
def replica(committed_db: TestServer, committed_world: World) -> Iterator[str]:
    """A copy of the database that follows no more: it has one order less."""
    committed_world.place()
    copy = f"{connection.settings_dict['NAME']}_replica"
    connections.close_all()
    with committed_db.connected("postgres") as admin:
        names = [sql.Identifier(n) for n in (copy, str(connection.settings_dict["NAME"]))]
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    settings.DATABASES[REPLICA] = {**connection.settings_dict, "NAME": copy}
    pages._rests_until = 0.0
    committed_world.place()
    yield copy
    connections[REPLICA].close()
    del connections[REPLICA]
    del settings.DATABASES[REPLICA]
    drop(committed_db, copy)


def drop(server: TestServer, name: str) -> None:
    with server.connected("postgres") as admin:
        text = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        admin.execute(text.format(sql.Identifier(name)))


def orders_on(page: Any) -> int:
    assert page.status_code == 200
    return int(page.context["misfits"].orders)


def office(world: World) -> Client:
    client = Client()
    client.force_login(world.back_office)
    return client


FIGURES = "/seller/figures/"


@pytest.mark.usefixtures("replica")
def test_figures_come_from_the_replica(committed_world: World) -> None:
    page = office(committed_world).get(FIGURES)
    assert orders_on(page) == 1
    assert sum(one["orders"] for one in page.context["values"]) == 1  # plain SQL too


@pytest.mark.usefixtures("replica")
def test_who_just_changed_something_reads_it_and_nobody_else_is_kept_from_the_replica(
    committed_world: World,
) -> None:
    client = office(committed_world)
    answer = client.post("/account/login/", {})
    assert int(answer.cookies[COOKIE]["max-age"]) == 10
    assert orders_on(client.get(FIGURES)) == 2
    assert orders_on(office(committed_world).get(FIGURES)) == 1


@pytest.mark.usefixtures("replica")
def test_reading_marks_nobody(committed_world: World) -> None:
    assert COOKIE not in office(committed_world).get(FIGURES).cookies


def test_without_the_replica_the_primary_answers_and_it_rests(
    committed_db: TestServer, committed_world: World, replica: str
) -> None:
    client = office(committed_world)
    assert orders_on(client.get(FIGURES)) == 1
    drop(committed_db, replica)
    assert orders_on(client.get(FIGURES)) == 2
    assert not pages._is_replica_meant(client.get(FIGURES).wsgi_request)


@pytest.mark.usefixtures("replica")
def test_all_else_is_read_from_the_primary(committed_world: World) -> None:
    client = office(committed_world)
    assert client.get("/seller/orders/").context["page"].paginator.count == 2
    assert Order.objects.count() == 2
    with may_be_old():
        assert Order.objects.count() == 1


@pytest.mark.usefixtures("replica")
def test_a_verb_reads_the_primary_wherever_it_is_called(committed_world: World) -> None:
    newest = Order.objects.order_by("pk").last()
    assert newest is not None
    with may_be_old():
        actions.confirm_price(newest.number, by=committed_world.actor(committed_world.sales))
        with transaction.atomic():
            assert Order.objects.count() == 2
            assert reading().alias == "default"
        assert reading().alias == REPLICA


@pytest.mark.usefixtures("replica")
def test_what_was_read_from_the_replica_is_written_to_the_primary(committed_world: World) -> None:
    with may_be_old():
        seller = Seller.objects.get(pk=committed_world.seller.pk)
        seller.name = "Kanda Anew"
        seller.save()
    assert Seller.objects.get(pk=seller.pk).name == "Kanda Anew"
    with may_be_old():
        assert Seller.objects.get(pk=seller.pk).name != "Kanda Anew"


@pytest.mark.django_db
def test_without_a_replica_nothing_is_different(world: World) -> None:
    client = office(world)
    assert COOKIE not in client.post("/account/login/", {}).cookies
    assert client.get(FIGURES).status_code == 200
