"""Whose rules a customer has, in which words, and which level comes next."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.collection.test_flow import counted
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.points import ledger
from tonerloop.points.actions import ItemTerms, NotAllowedSo, Terms, begin_rule, end_rule
from tonerloop.points.models import Account, Rule, RuleStep
from tonerloop.points.rules import in_words, rules_for, shown_to
from tonerloop.points.standing import standing

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def terms(**changes: object) -> Terms:
    facts = {
        "name": "Maker’s",
        "first_day": TODAY + timedelta(days=1),
        "last_day": None,
        "per_reusable": 30,
        "per_recyclable": 10,
        "box_percent": 100,
        "monthly_cap": None,
        "months_valid": 12,
        "point_value": Decimal(1),
        "currency": "JPY",
    }
    return Terms(**{**facts, **changes})  # type: ignore[arg-type]


def item(part_number: str, line: int = 1, points: int = 50) -> ItemTerms:
    return ItemTerms(line=line, part_number=part_number, per_reusable=points, per_recyclable=20)


def makers(world: World, **changes: object) -> Rule:
    facts = {"issuer_seller": None, "issuer_manufacturer": world.maker, "name": "Maker’s"}
    return world.rule(**{**facts, **changes})


def test_a_manufacturer_begins_and_ends_its_own_rule(world: World) -> None:
    rule = begin_rule(terms(), by=world.actor(world.desk))
    assert (rule.issuer_manufacturer, rule.issuer_seller, rule.currency) == (
        world.maker,
        None,
        "JPY",
    )
    for stranger in (world.rival_desk, world.back_office):
        with pytest.raises(Rule.DoesNotExist):
            end_rule(rule.pk, by=world.actor(stranger))
    assert end_rule(rule.pk, by=world.actor(world.desk)).last_day == rule.first_day
    with pytest.raises(NotAllowed):
        begin_rule(terms(), by=world.actor(world.buyer))


@pytest.mark.parametrize("currency", ["", "CHF", "EURO"])
def test_it_chooses_a_currency_that_there_is(world: World, currency: str) -> None:
    with pytest.raises(NotAllowedSo) as refused:
        begin_rule(terms(currency=currency), by=world.actor(world.desk))
    assert refused.value.field == "currency"


def test_a_sellers_rule_is_in_its_own_currency(world: World) -> None:
    assert begin_rule(terms(currency="EUR"), by=world.actor(world.back_office)).currency == "JPY"


def test_models_with_other_points_are_found_whatever_their_case(world: World) -> None:
    rule = begin_rule(terms(items=[item("npg-67-bk")]), by=world.actor(world.desk))
    assert in_words(rule)[:3] == [
        "Only for pieces that Canon made, whoever sold them.",
        "30 points for a reusable piece, 10 for a recyclable one.",
        "For NPG-67-BK: 50 points, 20 for a recyclable one.",
    ]


def test_models_with_the_same_points_stand_in_one_sentence(world: World) -> None:
    items = [item("TK-3160"), item("NPG-67-C", 2), item("NPG-67-BK", 3, 60)]
    rule = begin_rule(terms(items=items), by=world.actor(world.back_office))
    words = in_words(rule)
    assert "For NPG-67-C, TK-3160: 50 points, 20 for a recyclable one." in words
    assert "For NPG-67-BK: 60 points, 20 for a recyclable one." in words


def test_all_wrong_models_are_named_with_their_lines(world: World) -> None:
    world.drum.collectable = False
    world.drum.save()
    wrong = [item("TK-3160"), item("NPG-67-BK", 2), item("npg-67-bk", 4)]
    wrong += [item(world.drum.part_number, 5), item("NPG-67-C", 6, 10**6)]
    with pytest.raises(NotAllowedSo) as refused:
        begin_rule(terms(items=wrong), by=world.actor(world.desk))
    assert refused.value.field == "items"
    said = refused.value.message
    assert "Line 1: TK-3160 is none of your models." in said
    assert "Line 4: npg-67-bk stands there twice." in said
    assert f"Line 5: {world.drum.part_number} is not collected" in said
    assert "Line 6: NPG-67-C earns too much." in said
    assert "Line 2" not in said
    assert not Rule.objects.exists()


def test_a_makers_rule_holds_in_the_currency_of_the_customers_seller(world: World) -> None:
    yen, _euros = makers(world), makers(world, currency="EUR", name="Euros")
    _rival = makers(world, issuer_manufacturer=world.rival_maker)
    found = rules_for(world.office, [world.maker.pk], date(2026, 6, 1))
    assert list(found) == [yen]


def test_the_customer_reads_its_makers_rules_too(world: World) -> None:
    own, yen = world.rule(), makers(world)
    makers(world, currency="EUR", name="Euros")
    over = makers(world, name="Over", last_day=date(2021, 1, 1))
    assert list(shown_to(world.office, TODAY)) == [own, yen]
    world.office.equipment.update(retired=True)
    assert list(shown_to(world.office, TODAY)) == [own]
    ledger.account_of(world.office, over)  # it has points with the maker
    assert list(shown_to(world.office, TODAY)) == [own, yen]


def test_the_next_level_is_the_nearest_whoever_gives_it(world: World) -> None:
    RuleStep.objects.create(rule=world.rule(), kind="quantity", threshold=50, percent=110)
    RuleStep.objects.create(rule=makers(world), kind="quantity", threshold=20, percent=130)
    facts = {"customer_id": world.office.pk, "seller_id": world.seller.pk, "day": TODAY}
    level = standing(**facts, collected=5, rate=0).next_level
    assert level is not None
    assert (level.issuer, level.more, level.percent) == ("Canon", 15, 30)
    level = standing(**facts, collected=20, rate=0).next_level
    assert level is not None
    assert (level.issuer, level.more) == (world.seller.name, 30)


def test_points_in_two_currencies_are_two_purses(world: World) -> None:
    yen, euros = makers(world), makers(world, currency="EUR", point_value=Decimal("0.01"))
    account = ledger.account_of(world.office, yen)
    now, last = timezone.now(), TODAY + timedelta(days=90)
    for rule in (yen, euros):
        key = f"e{rule.pk}"
        ledger.earn(account, 100, rule, key=key, at=now, first=TODAY, last=last)
    facts = {"customer_id": world.office.pk, "seller_id": world.seller.pk, "day": TODAY}
    purses = standing(**facts, collected=0, rate=0).purses
    assert [(p.currency, p.points, p.worth, p.sellers) for p in purses] == [
        ("EUR", 100, 1, False),
        ("JPY", 100, 500, False),
    ]


def test_a_model_of_its_own_earns_its_own_points_of_both(world: World) -> None:
    world.rule()
    by = world.actor(world.desk)
    rule = begin_rule(terms(items=[item("NPG-67-BK")]), by=by)
    Rule.objects.filter(pk=rule.pk).update(first_day=date(2020, 1, 1))
    world.registered()
    counted(world, world.collection(2))
    points = {account.issuer.name: ledger.balance(account.pk) for account in Account.objects.all()}
    assert points == {world.seller.name: 20, "Canon": 100}
