"""The manufacturer keeps its points rules on a screen, as sellers do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.manufacturer.conftest import at, logged_in
from tests.world import World
from tonerloop.points.models import Rule

pytestmark = pytest.mark.django_db
TOMORROW = (timezone.now() + timedelta(days=1)).date()


def given(**changes: Any) -> dict[str, Any]:
    facts = {
        "name": "Canon points",
        "first_day": TOMORROW.isoformat(),
        "per_reusable": "20",
        "per_recyclable": "8",
        "box_percent": "120",
        "months_valid": "12",
        "point_value": "0.01",
        "currency": "EUR",
        "items": "NPG-67-C 50 20",
    }
    return {**facts, **changes}


def test_a_rule_begins_in_the_chosen_currency_and_is_ended(world: World, desk: Client) -> None:
    page = desk.post(at("points_new"), given(), follow=True).content.decode()
    rule = Rule.objects.get()
    assert (rule.issuer_manufacturer, rule.currency) == (world.maker, "EUR")
    assert "Only for pieces that Canon made, whoever sold them." in page
    assert "For NPG-67-C: 50 points, 20 for a recyclable one." in page
    assert "A point is worth €0.01." in page
    assert logged_in(world.rival_desk).post(at("points_end", rule.pk)).status_code == 404
    desk.post(at("points_end", rule.pk))
    assert Rule.objects.get().last_day == TOMORROW


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("currency", "", "required"),
        ("currency", "XXX", "XXX"),
        ("items", "TK-3160 5 2", "Line 1: TK-3160 is none of your models."),
        ("items", "NPG-67-C 5", "Line 1: type a part number and two numbers"),
    ],
)
def test_a_wrong_rule_says_why_beside_the_field(
    world: World, desk: Client, field: str, text: str, said: str
) -> None:
    answer = desk.post(at("points_new"), given(**{field: text}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page and 'value="Canon points"' in page
    assert field != "items" or text in page
    assert not Rule.objects.exists()


def test_a_rivals_rules_are_not_shown(world: World, desk: Client) -> None:
    world.rule(issuer_seller=None, issuer_manufacturer=world.rival_maker, name="Theirs")
    world.rule(name="The seller’s")
    page = desk.get(at("points")).content.decode()
    assert "Theirs" not in page and "The seller’s" not in page and "No rule yet" in page
