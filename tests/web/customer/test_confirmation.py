"""The confirmation places the order once, however often and however many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.customer.conftest import at, confirmation, logged_in, statements
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.models import Order
from tonerloop.points import ledger

AT_ONCE = 20
MOST = 10


def reviewed(world: World, client: Client) -> dict[str, str]:
    """What the button of a review of three lines sends."""
    items = (world.black, world.cyan, world.drum)
    pairs = {(world.copier.pk, item.pk): 1 for item in items}
    set_quantities(pairs, by=world.actor(world.buyer))
    return confirmation(client.get(at("review")))


@pytest.mark.django_db
def test_three_lines_are_placed_in_few_statements(world: World, shop: Client) -> None:
    world.place()  # the key that scatters the numbers is read once per process
    sent = reviewed(world, shop)
    with CaptureQueriesContext(connection) as captured:
        answer = shop.post(at("review"), sent)
    assert answer.headers["Location"] == at("placed", sent["key"])
    assert Order.objects.latest("pk").lines.count() == 3
    assert len(statements(captured)) <= MOST, statements(captured)


@pytest.mark.django_db
def test_points_cost_few_statements_more(world: World, shop: Client) -> None:
    world.place()
    rule, now = world.rule(), timezone.now()
    own = ledger.account_of(world.office, rule)
    last = now.date() + timedelta(days=90)
    ledger.earn(own, 300, rule, key="e", at=now, first=now.date(), last=last)
    sent = reviewed(world, shop) | {f"points-{own.pk}-JPY": "100"}
    with CaptureQueriesContext(connection) as captured:
        shop.post(at("review"), sent)
    assert Order.objects.latest("pk").points == 100
    assert len(statements(captured)) <= MOST + 4, statements(captured)


@pytest.mark.django_db
def test_posted_twice_it_is_one_order(world: World, shop: Client) -> None:
    sent = reviewed(world, shop)
    first, second = shop.post(at("review"), sent), shop.post(at("review"), sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1
    assert Entry.objects.filter(event="order.placed").count() == 1


@pytest.mark.django_db
def test_posted_again_with_other_wishes_nothing_changes(world: World, shop: Client) -> None:
    sent = reviewed(world, shop)
    shop.post(at("review"), sent | {"reference": "PO-1"})
    shop.post(at("review"), sent | {"reference": "PO-2"})
    assert Order.objects.get().reference == "PO-1"


@pytest.mark.django_db
def test_reloading_the_page_after_it_places_nothing(world: World, shop: Client) -> None:
    answer = shop.post(at("review"), reviewed(world, shop), follow=True)
    shop.get(answer.redirect_chain[-1][0])
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_a_look_at_the_review_places_nothing(world: World, shop: Client) -> None:
    reviewed(world, shop)
    shop.get(at("review"))
    assert not Order.objects.exists()


def test_twenty_at_once_are_one_order(committed_world: World) -> None:
    world = committed_world
    browser = logged_in(world.buyer)
    sent = reviewed(world, browser)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    barrier = Barrier(AT_ONCE)

    def press(_turn: int) -> tuple[int, str]:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        try:
            barrier.wait(10)
            answer = client.post(at("review"), sent)
            return answer.status_code, answer.headers.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = set(pool.map(press, range(AT_ONCE)))
    assert answers == {(302, at("placed", sent["key"]))}
    assert Order.objects.count() == 1
    assert Order.objects.get().lines.count() == 3
    assert Entry.objects.filter(event="order.placed").count() == 1
