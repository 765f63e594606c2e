"""Goods and donations for points: taken once, fulfilled or given back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.outbound.routes import tell
from tonerloop.outbound.subjects import load
from tonerloop.points import ledger
from tonerloop.points.actions import NotAllowedSo
from tonerloop.points.models import Account, Reward, RewardOrder
from tonerloop.points.rewards import (
    end_reward_order,
    offer_reward,
    order_reward,
    withdraw_reward,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(world: World) -> Account:
    rule, now = world.rule(), timezone.now()
    own = ledger.account_of(world.office, rule)
    last = now.date() + timedelta(days=90)
    ledger.earn(own, 300, rule, key="e", at=now, first=now.date(), last=last)
    return own


def paper(world: World, points: int = 200) -> Reward:
    by = world.actor(world.back_office)
    return offer_reward(kind="goods", name="Paper", about="", points=points, by=by)


def test_taken_twice_with_one_key_it_is_taken_once(world: World, account: Account) -> None:
    key, by, reward = uuid4(), world.actor(world.buyer), paper(world)
    assert order_reward(reward.pk, key=key, by=by) == order_reward(reward.pk, key=key, by=by)
    assert ledger.balance(account.pk) == 100


def test_without_enough_points_nothing_is_taken(world: World, account: Account) -> None:
    reward = paper(world, 301)
    with pytest.raises(NotAllowedSo, match="You have 300 points"):
        order_reward(reward.pk, key=uuid4(), by=world.actor(world.buyer))
    assert not RewardOrder.objects.exists()
    assert ledger.balance(account.pk) == 300


def test_a_cancelled_one_gives_its_points_back_once(world: World, account: Account) -> None:
    order = order_reward(paper(world).pk, key=uuid4(), by=world.actor(world.buyer))
    office = world.actor(world.back_office)
    for _ in range(2):
        end_reward_order(order.pk, "cancelled", by=office)
    assert ledger.balance(account.pk) == 300
    with pytest.raises(NotAllowedSo):
        end_reward_order(order.pk, "fulfilled", by=office)


def test_a_fulfilled_one_keeps_them(world: World, account: Account) -> None:
    order = order_reward(paper(world).pk, key=uuid4(), by=world.actor(world.buyer))
    end_reward_order(order.pk, "fulfilled", by=world.actor(world.back_office))
    assert ledger.balance(account.pk) == 100


def test_what_is_not_offered_or_anothers_cannot_be_taken(world: World, account: Account) -> None:
    reward = paper(world)
    with pytest.raises(Reward.DoesNotExist):
        order_reward(reward.pk, key=uuid4(), by=world.actor(world.foreign_buyer))
    withdraw_reward(reward.pk, by=world.actor(world.back_office))
    with pytest.raises(Reward.DoesNotExist):
        order_reward(reward.pk, key=uuid4(), by=world.actor(world.buyer))


def test_only_the_right_people_act(world: World, account: Account) -> None:
    with pytest.raises(NotAllowed):
        offer_reward(kind="goods", name="x", about="", points=1, by=world.actor(world.buyer))
    order = order_reward(paper(world).pk, key=uuid4(), by=world.actor(world.buyer))
    with pytest.raises(RewardOrder.DoesNotExist):
        end_reward_order(order.pk, "cancelled", by=world.actor(world.rival_back_office))


def test_on_the_screens(world: World, account: Account) -> None:
    world.registered()
    shop, office, narrowed = Client(), Client(), Client()
    shop.force_login(world.buyer)
    office.force_login(world.back_office)
    narrowed.force_login(world.branch_buyer)
    new = {"kind": "donation", "name": "A tree", "points": "250", "about": "In your name"}
    assert office.post("/seller/rewards/", {**new, "points": "0"}).status_code == 422
    office.post("/seller/rewards/", new)
    page = shop.get("/order/collection/rewards/")
    assert "A tree" in page.content.decode()
    given = {"key": str(page.context["key"]), "reward": Reward.objects.get().pk}
    for _ in range(2):
        page = shop.post("/order/collection/rewards/", given, follow=True)
    assert "A tree is ordered." in page.content.decode()
    assert ledger.balance(account.pk) == 50
    assert "A tree" in office.get("/seller/rewards/").content.decode()
    order = RewardOrder.objects.get()
    office.post(f"/seller/rewards/orders/{order.pk}/end/", {"status": "fulfilled"})
    assert RewardOrder.objects.get().status == "fulfilled"
    assert narrowed.get("/order/collection/rewards/").status_code == 403
    bad = shop.post("/order/collection/rewards/", {"key": "x", "reward": "y"}, follow=True)
    assert "Nothing was ordered." in bad.content.decode()


def test_the_seller_and_then_the_buyer_are_told(world: World, account: Account) -> None:
    world.seller.order_email = "orders@kanda.example"
    world.seller.save()
    by, office = world.actor(world.buyer), world.actor(world.back_office)
    kept = order_reward(paper(world, 100).pk, key=uuid4(), by=by)
    gone = order_reward(paper(world, 50).pk, key=uuid4(), by=by)
    end_reward_order(kept.pk, "fulfilled", by=office)
    end_reward_order(gone.pk, "cancelled", by=office)
    for _ in range(2):
        for entry in Entry.objects.order_by("pk"):
            tell([entry], timezone.now())
    told = []
    for message in Message.objects.order_by("pk"):
        with translation.override("en"):
            mail = WRITERS[message.template](message, load(message.entry))
        told.append((message.recipient, mail.subject))
        assert all(word in str(mail.alternatives[0]) for word in ("Paper", "http"))
    assert told == [
        ("orders@kanda.example", "Mori Law took Paper for points"),
        ("orders@kanda.example", "Mori Law took Paper for points"),
        ("bea.buyer@example.com", "Paper: fulfilled"),
        ("bea.buyer@example.com", "Paper: cancelled, your points are back"),
    ]
    assert {e.event for e in Entry.objects.filter(subject_kind="reward_order")} == {
        "reward.ordered",
        "reward.fulfilled",
        "reward.cancelled",
    }


def test_only_the_sellers_points_buy_rewards_and_it_says_so(world: World, account: Account) -> None:
    world.registered()
    facts = {"issuer_seller": None, "issuer_manufacturer": world.maker}
    rule, now = world.rule(**facts), timezone.now()
    own, last = ledger.account_of(world.office, rule), now.date() + timedelta(days=90)
    ledger.earn(own, 5000, rule, key="m", at=now, first=now.date(), last=last)
    paper(world, 301)
    shop = Client()
    shop.force_login(world.buyer)
    page = shop.get("/order/collection/rewards/").content.decode()
    assert "You have 300 points with Kanda Supplies." in page
    assert "Your 5,000 points from Canon buy no rewards" in page
    assert "Not enough points yet" in page
