"""Webhooks and automation at their doors: shown once, kept when wrong, the right next step."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.outbound.post import approved, confirmed
from tests.webhooks.conftest import Subscribe, dispatched, worked
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_rules import priced
from tests.world import World
from tonerloop.manufacturers.channels import channel_of
from tonerloop.manufacturers.models import ApprovalRule, ListPrice
from tonerloop.outbound.models import Endpoint, Secret
from tonerloop.outbound.webhooks.secrets import in_force

pytestmark = pytest.mark.django_db
DOORS = {
    "buyer": "/order/webhooks/",
    "back_office": "/seller/webhooks/",
    "desk": "/desk/webhooks/",
    "dispatcher": "/collector/webhooks/",
}


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", answer.content.decode()))


@pytest.mark.parametrize("who", DOORS)
def test_each_party_adds_a_webhook_and_sees_its_secret_once(
    world: World, client: Client, receiver: Receiver, who: str
) -> None:
    client.force_login(getattr(world, who))
    door = DOORS[who]
    assert "No webhook yet" in words(client.get(door))
    event = {"desk": "order.approved", "dispatcher": "collection.counted"}.get(who, "order.placed")
    form = {"description": "ERP", "url": receiver.url, "events": [event]}
    answer = client.post(f"{door}new/", form)
    endpoint = Endpoint.objects.get()
    [secret] = in_force(endpoint, timezone.now())
    assert answer.status_code == 200 and secret in answer.content.decode()
    for path in (door, f"{door}{endpoint.key}/", f"{door}{endpoint.key}/edit/"):
        page = client.get(path)
        assert page.status_code == 200 and secret not in page.content.decode()
    assert "Nothing sent yet" in words(client.get(door))


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(world: World, client: Client) -> None:
    client.force_login(world.back_office)
    form = {"description": "My ERP", "url": "ftp://x", "events": ["order.placed"]}
    answer = client.post("/seller/webhooks/new/", form)
    assert answer.status_code == 422 and not Endpoint.objects.exists()
    text = answer.content.decode()
    assert 'value="My ERP"' in text and 'value="ftp://x"' in text
    assert "Type an address such as https://example.com/hooks." in text
    assert re.search(r'value="order.placed"[^>]*checked', text)


def test_an_inner_address_is_refused_where_the_operator_does_not_allow_it(
    world: World, client: Client, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE = False
    client.force_login(world.back_office)
    form = {"description": "X", "url": "https://127.0.0.1/", "events": ["order.placed"]}
    answer = client.post("/seller/webhooks/new/", form)
    assert answer.status_code == 422 and "not public" in words(answer)


def test_a_message_is_followed_and_sent_again_on_its_page(
    world: World, client: Client, receiver: Receiver, subscribe: Subscribe
) -> None:
    endpoint, _secret = subscribe(world.back_office, "order.placed")
    receiver.status = 410
    order = world.place()
    dispatched()
    worked()
    client.force_login(world.back_office)
    page = words(client.get(f"/seller/webhooks/{endpoint.key}/"))
    assert "Switched off" in page and "gone for good (410)" in page and "Order placed" in page
    sent = endpoint.deliveries.get().message.message_id
    path = f"/seller/webhooks/{endpoint.key}/messages/{sent}/"
    page = words(client.get(path))
    assert sent in page and order.number in page and " 410 " in page and "Send again" not in page
    assert client.post(path).status_code == 409  # switched off
    client.post(f"/seller/webhooks/{endpoint.key}/switch/", {"on": "1"})
    assert "Send again" in words(client.get(path))
    receiver.status = 204
    assert client.post(path).status_code == 302
    worked()
    assert receiver.ids == [sent, sent] and " 204 " in words(client.get(path))


def test_all_failed_ones_are_sent_again_and_the_rest_of_the_buttons(
    world: World, client: Client, receiver: Receiver, subscribe: Subscribe
) -> None:
    endpoint, secret = subscribe(world.desk, "order.approved")
    door = f"/desk/webhooks/{endpoint.key}/"
    client.force_login(world.desk)
    assert client.post(f"{door}switch/").status_code == 302
    approved(world)
    dispatched()
    client.post(f"{door}switch/", {"on": "1"})
    assert client.post(f"{door}resend/", {"since": "yesterday"}).status_code == 422
    today = timezone.localdate().isoformat()
    answer = client.post(f"{door}resend/", {"since": today}, follow=True)
    assert "1 message is sent again." in words(answer)
    client.post(f"{door}test/")
    dispatched("webhook.test")
    worked()
    assert receiver.types == ["order.approved", "webhook.test"]
    shown = client.post(f"{door}rotate/").content.decode()
    assert secret not in shown and Secret.objects.count() == 2
    kept = {"description": "New name", "url": receiver.url, "events": ["order.shipped"]}
    assert client.post(f"{door}edit/", kept).status_code == 302
    assert "New name" in words(client.get(door))
    assert client.post(f"{door}remove/").status_code == 302
    assert client.get(door).status_code == 404


def test_a_narrowed_buyer_has_no_webhooks(world: World, client: Client) -> None:
    client.force_login(world.branch_buyer)
    assert client.get("/order/webhooks/").status_code == 403
    assert client.get("/order/webhooks/new/").status_code == 403
    assert "/order/webhooks/" not in client.get("/order/orders/").content.decode()
    client.force_login(world.buyer)
    assert "/order/webhooks/" in client.get("/order/orders/").content.decode()


def test_the_desk_chooses_its_channel(world: World, client: Client, subscribe: Subscribe) -> None:
    client.force_login(world.desk)
    answer = client.post("/desk/automation/channel/", {"channel": "push"})
    assert answer.status_code == 422 and "Add a webhook first" in words(answer)
    subscribe(world.desk)
    answer = client.post("/desk/automation/channel/", {"channel": "push"}, follow=True)
    assert "sent to our system" in words(answer) and channel_of(world.maker.pk) == "push"


def test_a_rule_is_tried_first_then_switched_on_then_ended(world: World, client: Client) -> None:
    priced(world)
    order = confirmed(world)
    client.force_login(world.desk)
    path = "/desk/automation/rules/new/"
    assert "Switch it on" not in words(client.get(path))
    terms = {
        "name": "Small",
        "tolerance": "2.5",
        "most_pieces": "5",
        "most_amount": "100,000",
        "amount_currency": "JPY",
        "promise": "wanted",
        "working_days": "2",
        "sellers": [str(world.seller.pk)],
    }
    tried = client.post(path, {**terms, "do": "try"})
    text = words(tried)
    assert "would have approved 1" in text and "would approve" in text and "Switch it on" in text
    assert 'value="Small"' in tried.content.decode() and not ApprovalRule.objects.exists()
    order.refresh_from_db()
    assert order.status == "price_confirmed"
    begun = client.post(path, {**terms, "do": "begin"}, follow=True)
    text = words(begun)
    assert "at most 2.5% from your list" in text and "Only from: Kanda Supplies." in text
    assert "¥100,000" in text and "At most 5 pieces a line." in text
    rule = ApprovalRule.objects.get()
    client.post(f"/desk/automation/rules/{rule.pk}/end/")
    rule.refresh_from_db()
    assert rule.ended_at is not None and "ended" in words(client.get("/desk/automation/"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Name the rule."),
        ({"tolerance": "many"}, "Enter a number."),
        ({"promise": "days", "working_days": ""}, "Type working days from 0 to 60."),
        ({"most_amount": "x"}, "Type a price such as"),
        ({"most_pieces": "0"}, "greater than or equal to 1"),
    ],
)
def test_terms_that_cannot_be_are_told_beside_their_field(
    world: World, client: Client, changes: dict[str, str], said: str
) -> None:
    client.force_login(world.desk)
    terms = {"name": "Small", "tolerance": "0", "promise": "wanted", "do": "begin", **changes}
    answer = client.post("/desk/automation/rules/new/", terms)
    assert answer.status_code == 422 and said in words(answer)
    assert not ApprovalRule.objects.exists()


def test_the_price_list_takes_many_lines_at_once(world: World, client: Client) -> None:
    client.force_login(world.desk)
    path, day = "/desk/automation/prices/", (timezone.localdate()).isoformat()
    typed = "NPG-67-BK\t5,000\r\nnpg-67-c  ４８００\r\n\r\n"
    given = {"prices": typed, "currency": "JPY", "first_day": day}
    wrong = client.post(path, {**given, "prices": typed + "NPG-67-DR cheap"})
    assert wrong.status_code == 422 and "NPG-67-DR cheap" in wrong.content.decode()
    assert not ListPrice.objects.exists()
    answer = client.post(path, given, follow=True)
    assert "2 prices are kept." in words(answer)
    kept = ListPrice.objects.values_list("consumable__part_number", "unit_price")
    assert {part: int(price) for part, price in kept} == {"NPG-67-BK": 5000, "NPG-67-C": 4800}
    assert "NPG-67-C" in words(answer)


def test_a_rivals_desk_sees_nothing_of_it(world: World, client: Client) -> None:
    priced(world)
    client.force_login(world.rival_desk)
    assert "NPG-67" not in words(client.get("/desk/automation/prices/"))
