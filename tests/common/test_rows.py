"""Objects of which only some columns were read."""

from typing import Any

import pytest

from tests.world import World
from tonerloop.catalogue.models import Consumable
from tonerloop.common.rows import partly

pytestmark = pytest.mark.django_db


def test_each_column_gets_its_own_value_and_others_are_looked_up(
    world: World, django_assert_num_queries: Any
) -> None:
    black = world.black
    with django_assert_num_queries(0):
        found = partly(Consumable, kind="ink", part_number="P-1", id=black.pk)
        assert (found.pk, found.part_number, found.kind) == (black.pk, "P-1", "ink")
    with django_assert_num_queries(1):
        assert found.manufacturer_id == black.manufacturer_id


def test_what_is_no_column_is_told() -> None:
    with pytest.raises(AttributeError, match="Consumable has no colour_of_box"):
        partly(Consumable, id=1, colour_of_box="red")
