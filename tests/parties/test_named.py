"""Customers by any part of their names: the same as by reading all of them, by an index."""

import pytest

from tests.world import World
from tonerloop.parties import named
from tonerloop.parties.models import Customer
from tonerloop.parties.named import some_named

pytestmark = pytest.mark.django_db
NAMES = (
    *("株式会社山田商店", "O'Neil \\ Sons", "100% Print_Shop", "Straße & Söhne", "a: 'b' | c"),
    "The Very Long Name of a Company That Goes On and On, Ltd.",
)
TYPED = (
    *("山田", "商", "o'neil", "\\", "' |", "100%", "%", "_", "straße", "söhne", ":*", "& s", "'b'"),
    *("a company that goes on and on, l", "very long name of a company that goes off", "LTD.", " "),
)


@pytest.fixture(params=[500, 0], ids=["many have it", "by the index"])
def near(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many are looked at before the index is asked."""
    monkeypatch.setattr(named, "NEAR", request.param)


def customers(world: World) -> None:
    for turn, name in enumerate(NAMES):
        for one in (world.office, world.foreign_office):
            Customer.objects.create(
                name=name,
                number=f"N-{turn}",
                seller_id=one.seller_id,
                salesperson_id=one.salesperson_id,
            )


@pytest.mark.parametrize("text", TYPED)
def test_any_part_of_a_name_finds_it(world: World, near: None, text: str) -> None:
    customers(world)
    alike = Customer.objects.filter(name__icontains=text)
    own = alike.filter(seller_id=world.seller.pk)
    for seller_id, expected in ((world.seller.pk, own), (None, alike)):
        assert set(some_named(text, seller_id=seller_id, most=100)) == {c.pk for c in expected}


def test_no_more_than_asked_for(world: World, near: None) -> None:
    customers(world)
    assert len(some_named("o", seller_id=world.seller.pk, most=2)) == 2
    assert len(some_named("o", seller_id=None, most=3)) == 3
