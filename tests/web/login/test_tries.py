"""Guessing: waits that grow, of account and address, and never keep the owner out."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from tests.world import PASSWORD, World
from tonerloop.parties import tries
from tonerloop.parties.models import Tries
from tonerloop.web.shared.tasks import forget

LOGIN = "/account/login/"
WAIT = "Nothing is locked"


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> str:
    """Try to log in; gives the page, "" for whoever is in."""
    answer = client.post(LOGIN, {"login": email, "password": password}, **extra)
    return "" if answer.status_code == 302 else answer.content.decode()


def fail(email: str, times: int, *, address: str = "10.0.0.1") -> str:
    page = ""
    for _ in range(times):
        page = log_in(Client(), email, "wrong wrong wrong", REMOTE_ADDR=address)
    return page


def later(**time: int) -> None:
    """As if so much time had passed."""
    for one in Tries.objects.all():
        one.free_at -= timedelta(**time)
        one.last_at -= timedelta(**time)
        one.save()


def test_after_some_failures_even_the_right_password_waits(world: World, client: Client) -> None:
    assert WAIT not in fail(world.buyer.email, tries.FREE_OF_ACCOUNT)
    assert WAIT in log_in(client, world.buyer.email, REMOTE_ADDR="10.9.9.9")
    assert "_auth_user_id" not in client.session


def test_the_wait_ends_by_itself_however_often_somebody_tries_in_it(
    world: World, client: Client
) -> None:
    fail(world.buyer.email, tries.FREE_OF_ACCOUNT + 20)
    later(seconds=tries.FIRST_WAIT + 1)
    assert log_in(client, world.buyer.email) == ""


def test_waits_grow_up_to_the_longest(world: World) -> None:
    waits = []
    fail(world.buyer.email, tries.FREE_OF_ACCOUNT - 1)
    for _ in range(9):
        fail(world.buyer.email, 1)
        row = Tries.objects.get(bucket__startswith=":")
        waits.append(round((row.free_at - row.last_at).total_seconds()))
        Tries.objects.update(free_at=timezone.now() - timedelta(seconds=1))
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900, 900]


def test_an_attacker_does_not_keep_out_the_owner_of_a_known_device(world: World) -> None:
    own = Client()
    assert log_in(own, world.buyer.email) == ""
    own.post("/account/logout/")
    fail(world.buyer.email, 50)
    assert WAIT in log_in(Client(), world.buyer.email, REMOTE_ADDR="10.9.9.9")
    assert log_in(own, world.buyer.email) == ""


def test_a_stolen_known_device_has_waits_of_its_own_and_only_for_its_account(world: World) -> None:
    own = Client()
    log_in(own, world.buyer.email)
    own.post("/account/logout/")
    for _ in range(tries.FREE_OF_ACCOUNT):
        log_in(own, world.buyer.email, "wrong wrong wrong")
    assert WAIT in log_in(own, world.buyer.email)
    fail(world.sales.email, tries.FREE_OF_ACCOUNT)
    assert WAIT in log_in(own, world.sales.email)


def test_a_made_up_device_is_unknown(world: World, client: Client) -> None:
    client.cookies["tonerloop_device"] = "not:signed:here"
    fail(world.buyer.email, tries.FREE_OF_ACCOUNT)
    assert WAIT in log_in(client, world.buyer.email)


def test_one_address_cannot_try_a_list_of_accounts(world: World) -> None:
    for number in range(tries.FREE_OF_ADDRESS):
        assert WAIT not in fail(f"somebody-{number}@example.com", 1, address="10.0.0.7")
        cache.clear()  # slower than the limit of a minute
    assert WAIT in fail("another@example.com", 1, address="10.0.0.7")
    assert WAIT not in fail("another@example.com", 1, address="10.0.0.8")


def test_logging_in_to_an_own_account_gives_back_only_that_try(world: World) -> None:
    fail(world.buyer.email, 3)
    before = Tries.objects.get(bucket="address:10.0.0.1").failures
    log_in(Client(), world.sales.email, REMOTE_ADDR="10.0.0.1")
    assert Tries.objects.get(bucket="address:10.0.0.1").failures == before == 3


def test_a_new_password_ends_the_wait(world: World, client: Client) -> None:
    from tonerloop.web.shared.accounts import InvitedOnlyAdapter

    fail(world.buyer.email, tries.FREE_OF_ACCOUNT)
    InvitedOnlyAdapter().set_password(world.buyer, "four unlikely words meet")
    page = log_in(client, world.buyer.email, "four unlikely words meet", REMOTE_ADDR="10.9.9.9")
    assert page == ""


def test_an_account_that_is_not_there_waits_alike(world: World) -> None:
    known = fail(world.buyer.email, tries.FREE_OF_ACCOUNT + 1, address="10.0.0.1")
    other = fail("nobody@example.com", tries.FREE_OF_ACCOUNT + 1, address="10.0.0.2")
    assert WAIT in known and WAIT in other


def test_the_night_forgets_what_holds_nobody_up(world: World) -> None:
    fail(world.buyer.email, 2)
    forget(0)
    assert Tries.objects.count() == 2
    later(days=1, seconds=1)
    forget(0)
    assert not Tries.objects.exists()


def test_tries_at_once_count_one_by_one(committed_world: World) -> None:
    went, start = list[bool](), Barrier(12)

    def one() -> None:
        start.wait()
        went.append(tries.take(tries.Try(email="x@example.com", address="10.0.0.1")))
        connections.close_all()

    threads = [Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert went.count(True) == tries.FREE_OF_ACCOUNT


@pytest.mark.django_db
def test_limits_are_counted_where_all_web_processes_see_them() -> None:
    cache.set("counted", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_cache")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_a_whole_office_logs_in_within_a_minute(world: World) -> None:
    """Behind one address: who gets in is no attack, however many they are."""
    assert [log_in(Client(), world.buyer.email) for _ in range(40)] == [""] * 40
