"""New orders on the phone: really encrypted, really signed, once, and a mail where it cannot be."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from tests.outbound.phones import CURVE, Phone, PushService, data, push_service, text
from tests.outbound.post import told
from tests.world import World
from tonerloop.orders import actions
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.mail.sending import MOST_PUSHES, NotSent, send
from tonerloop.outbound.models import Device, Message
from tonerloop.outbound.push import keys, posting
from tonerloop.outbound.push.devices import MOST, add_device, remove_device
from tonerloop.outbound.push.encryption import LONGEST, encrypt
from tonerloop.outbound.push.posting import Forbidden, NotTaken, post
from tonerloop.parties.models import Membership

pytestmark = pytest.mark.django_db
State = Message.State
SALES = "sato.sales@example.com"
DEPUTY = "dora.deputy@example.com"


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.PUSH_KEY, settings.PUSH_ANYWHERE = keys.make(), True
    with push_service() as found:
        yield found


def take_up(world: World, who: Any, service: PushService, name: str = "one") -> Phone:
    phone = Phone()
    given = phone.given(service.endpoint(name))
    add_device(**given, label="Chrome, Android", by=world.actor(who))
    return phone


def deliver() -> None:
    """Dispatch what happened and try once to send every push message of it."""
    told()
    unsent = Message.objects.filter(channel="push", state__in=(State.QUEUED, State.RETRYING))
    for message in unsent:
        with suppress(NotSent):
            send(message.pk)


def states() -> dict[str, str]:
    """By channel, the state of what was told of orders to answer."""
    found = Message.objects.filter(template="order_to_answer")
    return dict(found.values_list("channel", "state"))


def unpriced(world: World) -> Order:
    return world.place({(world.copier.pk, world.drum.pk): 1, (world.copier.pk, world.black.pk): 1})


# --- the standards


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    own = int.from_bytes(data("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=data(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        auth=data("BTBZMqHH6r4Tts7J_aSIgg"),
        own=ec.derive_private_key(own, CURVE),
        salt=data("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg"
        "Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB"
        "St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_text_is_taken() -> None:
    phone = Phone()
    body = encrypt(b"x" * LONGEST, p256dh=phone.public, auth=phone.secret)
    assert len(body) == 4096 and phone.decrypted(body) == b"x" * LONGEST


# --- an order to confirm


def test_it_says_who_how_much_and_what_is_unusual(world: World, service: PushService) -> None:
    phone = take_up(world, world.sales, service)
    order = unpriced(world)
    deliver()
    ((path, _headers, body),) = service.taken
    said = phone.read(body)
    assert path == "/p/one"
    assert said["title"] == f"Mori Law: JP¥{order.total:,.0f} to confirm"
    assert "Price on request: Drum NPG-67-DR" in said["body"]
    assert "New for this customer" in said["body"]
    assert (said["url"], said["waiting"]) == (f"/sales/{order.number}/", 1)
    assert states() == {"push": State.SENT}  # and no mail beside it
    assert Device.objects.get().last_success_at


def test_what_is_not_unusual_is_not_said(world: World, service: PushService) -> None:
    phone = take_up(world, world.sales, service)
    actions.confirm_price(world.place().number, by=world.actor(world.sales))
    Order.objects.update(placed_at=timezone.now() - timezone.timedelta(days=1))
    world.place()
    deliver()
    assert phone.read(service.taken[-1][2])["body"] == "2 lines, nothing unusual"


def test_in_the_language_of_its_reader(world: World, service: PushService) -> None:
    world.sales.language = "ja"
    world.sales.save()
    take_up(world, world.sales, service)
    world.place()
    told()
    assert Message.objects.get(channel="push").language == "ja"


def test_every_phone_of_who_may_answer_once(world: World, service: PushService) -> None:
    for who, name in ((world.sales, "a"), (world.sales, "b"), (world.deputy, "c")):
        take_up(world, who, service, name)
    for stranger, name in ((world.other_sales, "d"), (world.rival_sales, "e")):
        take_up(world, stranger, service, name)
    world.place()
    deliver()
    deliver()
    assert sorted(path for path, *_ in service.taken) == ["/p/a", "/p/b", "/p/c"]
    assert set(Message.objects.values_list("recipient", flat=True)) == {
        f"Chrome, Android ({SALES})",
        f"Chrome, Android 2 ({SALES})",
        "Chrome, Android (dora.deputy@example.com)",
    }


def test_the_buyers_reply_comes_too(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    order = actions.ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    told()
    assert not service.taken
    Message.objects.all().delete()
    actions.reply(order.number, "The third", by=world.actor(world.buyer))
    deliver()
    assert len(service.taken) == 2  # of the order and of the reply, of which the phone shows one
    assert len({headers["Topic"] for _path, headers, _body in service.taken}) == 1


def test_what_was_answered_meanwhile_is_not_sent(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    order = world.place()
    told()
    actions.confirm_price(order.number, by=world.actor(world.deputy))
    deliver()
    assert not service.asked and states() == {"push": State.OVERTAKEN}


# --- where the phone cannot be reached


@pytest.mark.parametrize("case", ["no phone", "no keys", "left", "other role"])
def test_without_a_phone_a_mail_goes(
    world: World, service: PushService, settings: Any, case: str
) -> None:
    if case != "no phone":
        take_up(world, world.sales, service)
    if case == "no keys":
        settings.PUSH_KEY = ""
    if case == "left":
        world.sales.memberships.update(active=False)
    if case == "other role":
        world.sales.memberships.update(role="back_office")
    world.place()
    deliver()
    assert not service.asked
    expected = DEPUTY if case == "left" else SALES  # who left is stood in for
    assert Message.objects.get(template="order_to_answer").recipient == expected


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_phone_is_removed_and_a_mail_goes(
    world: World, service: PushService, status: int
) -> None:
    take_up(world, world.sales, service)
    service.status = status
    order = world.place()
    deliver()
    assert not Device.objects.exists()
    assert states() == {"push": State.FAILED, "email": State.QUEUED}
    assert str(status) in Message.objects.get(channel="push").error
    order.refresh_from_db()
    assert order.status == Status.PLACED


def test_of_a_phone_taken_off_meanwhile_a_mail_goes(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    world.place()
    told()
    remove_device(Device.objects.get().pk, by=world.actor(world.sales))
    deliver()
    assert not service.asked
    assert states() == {"push": State.FAILED, "email": State.QUEUED}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_in_trouble_is_tried_again(
    world: World, service: PushService, status: int
) -> None:
    take_up(world, world.sales, service)
    service.status = status
    world.place()
    deliver()
    assert states() == {"push": State.RETRYING}
    service.status = 201
    deliver()
    assert states() == {"push": State.SENT} and len(service.taken) == 1


def test_after_two_minutes_of_trouble_a_mail_goes(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    service.status = 503
    world.place()
    for _turn in range(MOST_PUSHES + 2):
        deliver()
    assert service.asked == MOST_PUSHES
    assert states() == {"push": State.FAILED, "email": State.QUEUED}
    assert Device.objects.exists()  # the phone is well


def test_nobody_is_led_on_by_a_redirect(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    service.status, service.location = 307, service.endpoint("elsewhere")
    world.place()
    deliver()
    assert service.asked == 1 and states() == {"push": State.RETRYING}


# --- addresses that the server must not call

FORBIDDEN = [
    "http://push.example/p",
    "https://user@push.example/p",
    "https:///p",
    "https://push.example:99999/p",
    "https://push.example/a b",
    "https://push.example/\r\nHost: x",
    "ftp://push.example/p",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("endpoint", FORBIDDEN)
def test_an_address_that_is_none(world: World, endpoint: str) -> None:
    with pytest.raises(Refused):
        add_device(**Phone().given(endpoint), label="x", by=world.actor(world.sales))
    with pytest.raises(Forbidden):
        post(endpoint, b"", {})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "100.64.0.1"],
)
def test_no_name_leads_into_our_own_network(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def lead(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (address, 443))]

    def connect(*_: object, **__: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "getaddrinfo", lead)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Forbidden):
        post("https://push.example/p", b"", {})


def test_it_connects_to_the_address_it_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def connect(address: Any, _timeout: object) -> None:
        tried.append(address)
        raise TimeoutError

    found = [(0, 0, 0, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotTaken, match="push service") as refused:
        post("https://push.example/p", b"", {})
    assert tried == [("93.184.215.14", 443)] and not refused.value.hopeless


@pytest.mark.parametrize(
    "wrong",
    [
        {"p256dh": "A"},
        {"p256dh": "*"},
        {"auth": "A"},
        {"endpoint": "https://x/" + "y" * 1000},
    ],
)
def test_keys_that_are_none(world: World, wrong: dict[str, str]) -> None:
    given = {**Phone().given("https://push.example/p"), **wrong}
    with pytest.raises(Refused):
        add_device(**given, label="x", by=world.actor(world.sales))


def test_a_person_has_no_end_of_phones(world: World) -> None:
    by = world.actor(world.sales)
    for turn in range(MOST):
        add_device(**Phone().given(f"https://push.example/{turn}"), label="x", by=by)
    with pytest.raises(Refused):
        add_device(**Phone().given("https://push.example/more"), label="x", by=by)


def test_a_phone_in_another_hand_tells_the_one_before_nothing(world: World) -> None:
    given = Phone().given("https://push.example/p")
    add_device(**given, label="x", by=world.actor(world.sales))
    add_device(**given, label="x", by=world.actor(world.deputy))
    assert Device.objects.get().person == world.deputy


def test_of_a_phone_taken_off_while_everybody_is_away_the_office_is_told(
    world: World, service: PushService
) -> None:
    take_up(world, world.sales, service)
    world.place()
    told()
    remove_device(Device.objects.get().pk, by=world.actor(world.sales))
    Membership.objects.filter(seller=world.seller, role="salesperson").update(active=False)
    deliver()
    mail = Message.objects.get(channel="email")
    assert (mail.recipient, mail.template) == ("orders@kanda.example", "order_to_answer")


def test_a_reminder_reaches_the_phone_too(world: World, service: PushService) -> None:
    take_up(world, world.sales, service)
    order = world.place()
    actions.tell_overdue(order.deadlines.get(stage=1).due_at)
    told()
    pushed = Message.objects.filter(channel="push")
    assert pushed.filter(entry__event="order.price_reminded").count() == 1


def test_an_answer_that_trickles_in_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PUSH_ANYWHERE = True
    monkeypatch.setattr(posting, "TOTAL", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            taken, _address = server.accept()
            with taken, suppress(OSError):
                for _ in range(200):  # ten seconds, were it waited for
                    taken.sendall(b"x")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(posting.NotTaken):
            posting.post(f"http://127.0.0.1:{server.getsockname()[1]}/p", b"", {})
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "224.0.0.1", "ff02::1", "10.0.0.1"]
)
def test_no_spelling_of_a_private_address_is_called(
    monkeypatch: pytest.MonkeyPatch, settings: Any, address: str
) -> None:
    settings.PUSH_ANYWHERE = False
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(posting.Forbidden):
        posting.post("https://push.example/p", b"", {})
