"""The role somebody is in: the plain query of every page says what the models say."""

import pytest

from tests.world import World
from tonerloop.parties.actor import actor_of, current_membership, seat_of
from tonerloop.parties.models import Membership


@pytest.mark.parametrize("chosen", [True, False])
def test_each_ones_seat_is_that_of_the_models(world: World, chosen: bool) -> None:
    everybody = Membership.objects.select_related("person")
    assert len({member.role for member in everybody}) == 7
    for member in everybody:
        pk = member.pk if chosen else None
        expected, seat = current_membership(member.person_id, pk), seat_of(member.person_id, pk)
        assert expected is not None and seat is not None
        assert seat.actor == actor_of(expected)
        assert seat.organisation == expected.organisation.name
        assert seat.requires_second_factor == expected.organisation.requires_second_factor


def test_one_of_several_roles_and_no_strangers(world: World) -> None:
    own = world.buyer.memberships.get()
    other = Membership.objects.create(
        person=world.buyer, role="buyer", customer=world.foreign_office, all_sites=False
    )
    other.sites.set(world.foreign_office.sites.all())
    assert seat_of(world.buyer.pk, other.pk) != seat_of(world.buyer.pk, own.pk)
    found = seat_of(world.buyer.pk, other.pk)
    assert found is not None and found.actor.customer_id == world.foreign_office.pk
    assert set(found.actor.site_ids or ()) == {s.pk for s in world.foreign_office.sites.all()}
    strangers = world.sales.memberships.get().pk
    assert seat_of(world.buyer.pk, strangers) == seat_of(world.buyer.pk, own.pk)
    Membership.objects.filter(person=world.buyer).update(active=False)
    assert seat_of(world.buyer.pk, other.pk) is None


def test_an_organisation_that_asks_for_a_second_factor(world: World) -> None:
    for member in Membership.objects.all():
        organisation = member.organisation
        organisation.requires_second_factor = True
        organisation.save()
        seat = seat_of(member.person_id, member.pk)
        assert seat is not None and seat.requires_second_factor
        organisation.requires_second_factor = False
        organisation.save()


def test_closed_sites_are_left_out(world: World) -> None:
    member = world.branch_buyer.memberships.get()
    before = seat_of(world.branch_buyer.pk, member.pk)
    assert before is not None and before.actor.site_ids
    member.sites.update(closed=True)
    after = seat_of(world.branch_buyer.pk, member.pk)
    assert after is not None and after.actor.site_ids == ()
