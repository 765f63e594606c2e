"""The keys of the manufacturer's programs, and what these sent."""

import pytest
from django.apps import apps
from django.test import Client
from django.utils.html import escape

from tests.web.manufacturer.conftest import at, logged_in
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.actions import receive, settle
from tonerloop.orders.models import Order
from tonerloop.programs.keys import MOST, create_key
from tonerloop.programs.models import ApiKey

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/approval-requests"
SCOPES = ["orders:read", "orders:write"]


def made(desk: Client, label: str = "Order software") -> str:
    """The text of a new key, as the page shows it."""
    page = desk.post(at("programs"), {"label": label, "scopes": SCOPES}).content.decode()
    return page.partition('id="new-key">')[2].partition("<")[0]


def status(key: str) -> int:
    return Client().get(REQUESTS, headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_new_key_is_shown_and_works(desk: Client) -> None:
    assert status(made(desk)) == 200


def test_a_key_is_shown_only_once(desk: Client) -> None:
    key = made(desk)
    page = desk.get(at("programs")).content.decode()
    assert key not in page and key.split("_", 2)[2] not in page
    assert "Order software" in page


def test_the_page_with_the_key_is_kept_by_no_cache(desk: Client) -> None:
    answer = desk.post(at("programs"), {"label": "x", "scopes": SCOPES})
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_key_is_stored_nowhere_in_clear(desk: Client) -> None:
    secret = made(desk).partition("_")[2].partition("_")[2]
    for model in apps.get_models():
        for row in model.objects.all().values():  # type: ignore[attr-defined]
            assert secret not in str(row), model


def test_a_revoked_key_is_refused(desk: Client) -> None:
    key = made(desk)
    desk.post(at("revoke", ApiKey.objects.get().pk))
    assert status(key) == 401
    assert "Revoked" in desk.get(at("programs")).content.decode()


def test_making_and_revoking_are_in_the_journal(world: World, desk: Client) -> None:
    made(desk)
    desk.post(at("revoke", ApiKey.objects.get().pk))
    told = Entry.objects.filter(subject_kind="key").order_by("pk")
    assert [entry.event for entry in told] == ["key.created", "key.revoked"]
    assert {entry.person_id for entry in told} == {world.desk.pk}


def test_the_rival_desk_neither_sees_nor_revokes_it(world: World, desk: Client) -> None:
    key, rival = made(desk), logged_in(world.rival_desk)
    assert "Order software" not in rival.get(at("programs")).content.decode()
    assert rival.post(at("revoke", ApiKey.objects.get().pk)).status_code == 404
    assert status(key) == 200


@pytest.mark.parametrize(
    "typed", ["", "  ", "x" * 61, "x" * 10_000, "bell \x07", "nul \x00", "turn \u202e"]
)
def test_a_name_that_cannot_be_is_told_beside_the_field(desk: Client, typed: str) -> None:
    answer = desk.post(at("programs"), {"label": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_label-error"' in page and escape(typed) in page
    assert not ApiKey.objects.exists()


def test_too_many_keys_are_refused_with_what_to_do(world: World, desk: Client) -> None:
    for number in range(MOST):
        create_key(f"Key {number}", by=world.actor(world.desk))
    answer = desk.post(at("programs"), {"label": "One more", "scopes": SCOPES})
    assert answer.status_code == 422
    assert "Revoke a key that is not used any more first." in answer.content.decode()
    assert 'value="One more"' in answer.content.decode()
    assert ApiKey.objects.count() == MOST


def test_what_was_sent_is_shown_with_its_outcome(world: World, asked: Order, desk: Client) -> None:
    key = create_key("Order software", by=world.actor(world.desk))[0]
    message = receive(key, f"{REQUESTS}/{asked.number}/answer", b'{"answer": "<maybe>"}')
    settle(message, "unreadable", number=asked.number, error="answer: neither")
    page = desk.get(at("programs")).content.decode()
    assert "could not be read" in page and "answer: neither" in page
    assert "&lt;maybe&gt;" in page and at("order", asked) in page


@pytest.mark.parametrize("number", ["", "x y", "ä", "../..", "9" * 300, "%2e", "a/b"])
def test_the_page_stays_there_whatever_number_was_sent(
    world: World, desk: Client, number: str
) -> None:
    key = create_key("Order software", by=world.actor(world.desk))[1]
    Client().post(
        f"{REQUESTS}/{number}/answer",
        b"{}",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert desk.get(at("programs")).status_code == 200


def test_the_rival_desk_does_not_see_what_was_sent(world: World, desk: Client) -> None:
    key = create_key("Order software", by=world.actor(world.desk))[0]
    receive(key, REQUESTS, b"secret words")
    assert "secret words" in desk.get(at("programs")).content.decode()
    assert "secret words" not in logged_in(world.rival_desk).get(at("programs")).content.decode()
