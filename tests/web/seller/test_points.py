"""The seller keeps its points rules on a screen; what was earned stays as it was promised."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.points.models import Rule

pytestmark = pytest.mark.django_db
TODAY = (timezone.now() + timedelta(days=1)).date()  # no zone has passed it


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(world.back_office)
    return client


def given(**changes: Any) -> dict[str, Any]:
    facts = {
        "name": "Spring points",
        "first_day": TODAY.isoformat(),
        "per_reusable": "20",
        "per_recyclable": "8",
        "box_percent": "120",
        "months_valid": "12",
        "point_value": "1",
        "kind-1": "quantity",
        "from-1": "50",
        "percent-1": "110",
    }
    return {**facts, **changes}


def test_a_rule_begins_and_says_itself_in_words(world: World, office: Client) -> None:
    page = office.post("/seller/points/new/", given(), follow=True).content.decode()
    rule = Rule.objects.get()
    assert (rule.issuer_seller, rule.currency, rule.steps.get().threshold) == (
        world.seller,
        "JPY",
        50,
    )
    assert "20 points for a reusable piece, 8 for a recyclable one." in page
    assert "From 50 collected pieces: 10% more." in page


def test_models_with_other_points_are_typed_line_by_line(world: World, office: Client) -> None:
    typed = "npg-67-bk, 50, 20\n\nＴＫ-3160；60 25\n"  # as a Japanese keyboard types it, too
    page = office.post("/seller/points/new/", given(items=typed), follow=True).content.decode()
    assert "For NPG-67-BK: 50 points, 20 for a recyclable one." in page
    assert "For TK-3160: 60 points, 25 for a recyclable one." in page


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "a\x00b"),
        ("first_day", "2020-01-01"),
        ("last_day", "2020-01-01"),
        ("per_reusable", "-1"),
        ("per_reusable", "1.5"),
        ("per_recyclable", "200000"),
        ("box_percent", "50"),
        ("months_valid", "0"),
        ("point_value", "0"),
        ("point_value", "much"),
        ("from-1", ""),
        ("percent-1", "90"),
        ("items", "NPG-67-BK"),
        ("items", "NPG-67-BK, 5, much"),
        ("items", "NPG-67-XX, 5, 2"),
        ("items", "NPG-67-BK, 5, 2\nNPG-67-BK, 5, 2"),
    ],
)
def test_a_wrong_rule_says_why_and_keeps_what_was_typed(
    world: World, office: Client, field: str, text: str
) -> None:
    answer = office.post("/seller/points/new/", given(**{field: text}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="error"' in page
    assert field != "items" or f">\n{text}</textarea>" in page
    assert field == "months_valid" or 'value="12"' in page
    assert not Rule.objects.exists()


def test_two_levels_at_one_place_are_refused(world: World, office: Client) -> None:
    twice = {"kind-2": "quantity", "from-2": "50", "percent-2": "130"}
    assert office.post("/seller/points/new/", given(**twice)).status_code == 422
    assert not Rule.objects.exists()


def test_a_rule_is_ended_and_only_by_its_seller(world: World, office: Client) -> None:
    rule = world.rule()
    rival = Client()
    rival.force_login(world.rival_back_office)
    assert rival.post(f"/seller/points/{rule.pk}/end/").status_code == 404
    rule.refresh_from_db()
    assert rule.last_day is None
    office.post(f"/seller/points/{rule.pk}/end/")
    rule.refresh_from_db()
    assert rule.last_day is not None
