"""Keeping customers, sites, people, groups, taxes and the seller's own details."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.test import Client

from tests.world import World
from tonerloop.common.actor import NotAllowed, Role
from tonerloop.journal.models import Entry
from tonerloop.parties.actions import (
    CustomerFacts,
    Invitation,
    SellerFacts,
    SiteFacts,
    add_customer,
    add_group,
    add_site,
    change_buyer,
    change_customer,
    change_seller,
    change_site,
    end_membership,
    invite_buyer,
    rename_group,
    set_tax_rate,
)
from tonerloop.parties.actor import current_membership
from tonerloop.parties.models import Customer, Membership, Person, Site
from tonerloop.web.seller.tasks import invite


def facts(world: World, **more: Any) -> CustomerFacts:
    given = {"number": "K-9", "name": "Nine & Co", "salesperson_id": world.sales.pk, **more}
    return CustomerFacts(**given)


def test_add_a_customer(world: World) -> None:
    by = world.actor(world.back_office)
    made = add_customer(facts(world, deputy_id=world.deputy.pk, group_id=world.group.pk), by=by)
    kept = Customer.objects.get(pk=made.pk)
    assert (kept.seller_id, kept.number, kept.deputy_id) == (
        world.seller.pk,
        "K-9",
        world.deputy.pk,
    )
    entry = Entry.objects.get(event="record.changed")
    assert (entry.subject_kind, entry.subject_id, entry.audience) == (
        "customer",
        made.pk,
        ["seller"],
    )
    assert "Nine" not in str(entry.data)  # ids and no names


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("number", {"number": "K-1"}),
        ("number", {"number": ""}),
        ("number", {"number": "x" * 21}),
        ("name", {"name": "a\x00b"}),
        ("address", {"address": "x" * 501}),
        ("order_email", {"order_email": "nobody"}),
        ("salesperson", {"salesperson_id": "rival_sales"}),
        ("salesperson", {"salesperson_id": "buyer"}),
        ("deputy", {"deputy_id": "rival_sales"}),
        ("deputy", {"deputy_id": "sales"}),
    ],
)
def test_bad_facts_store_nothing(world: World, field: str, bad: dict[str, Any]) -> None:
    people = {k: getattr(world, v).pk for k, v in bad.items() if k.endswith("_id")}
    before = Customer.objects.count(), Entry.objects.count()
    with pytest.raises(ValidationError) as refused:
        add_customer(facts(world, **{**bad, **people}), by=world.actor(world.back_office))
    assert field in refused.value.message_dict
    assert (Customer.objects.count(), Entry.objects.count()) == before


def test_a_rivals_group_is_unknown(world: World) -> None:
    theirs = add_group("Theirs", by=world.actor(world.rival_back_office))
    with pytest.raises(ValidationError):
        add_customer(facts(world, group_id=theirs.pk), by=world.actor(world.back_office))
    with pytest.raises(ObjectDoesNotExist):
        rename_group(theirs.pk, "Ours", by=world.actor(world.back_office))


def test_somebody_who_left_is_nobody_to_put_in_charge(world: World) -> None:
    Membership.objects.filter(person=world.deputy).update(active=False)
    with pytest.raises(ValidationError):
        add_customer(facts(world, deputy_id=world.deputy.pk), by=world.actor(world.back_office))


def test_rivals_reach_neither_customer_nor_site(world: World) -> None:
    rival = world.actor(world.rival_back_office)
    theirs = facts(world, salesperson_id=world.rival_sales.pk)
    site = SiteFacts(name="Ours", address="Now")
    for verb in (
        lambda: change_customer(world.office.pk, theirs, by=rival),
        lambda: add_site(world.office.pk, site, by=rival),
        lambda: change_site(world.head.pk, site, by=rival),
        lambda: invite_buyer(world.office.pk, Invitation(email="x@x.example", name="X"), by=rival),
        lambda: end_membership(world.buyer.memberships.get().pk, by=rival),
    ):
        with pytest.raises(ObjectDoesNotExist):
            verb()
    assert not Entry.objects.exists() and not Person.objects.filter(email="x@x.example").exists()


@pytest.mark.parametrize("who", ["buyer", "sales", "desk"])
def test_only_the_back_office_keeps_records(world: World, who: str) -> None:
    by = world.actor(getattr(world, who))
    with pytest.raises(NotAllowed):
        change_customer(world.office.pk, facts(world), by=by)
    with pytest.raises(NotAllowed):
        set_tax_rate("standard", Decimal(0), by=by)


def test_sites_are_named_once_for_a_customer(world: World) -> None:
    by = world.actor(world.back_office)
    site = SiteFacts(name="Branch", address="Here")
    with pytest.raises(ValidationError):
        add_site(world.office.pk, site, by=by)
    made = add_site(world.office.pk, replace(site, name="Annex"), by=by)
    assert (made.customer_id, made.seller_id) == (world.office.pk, world.seller.pk)
    change_site(world.head.pk, replace(site, name="Main"), by=by)
    assert Site.objects.get(pk=world.head.pk).name == "Main"


def test_a_new_person_gets_a_role_and_no_password(world: World) -> None:
    by = world.actor(world.back_office)
    invitation = Invitation(
        email="New@Mori.example", name="Nina New", language="ja", site_ids=(world.branch.pk,)
    )
    made = invite_buyer(world.office.pk, invitation, by=by)
    person = Person.objects.get(email="new@mori.example")
    assert (person.language, person.time_zone) == ("ja", "Asia/Tokyo")
    assert not person.has_usable_password()
    assert (made.role, made.customer_id, made.all_sites) == (Role.BUYER, world.office.pk, False)
    assert list(made.sites.all()) == [world.branch]


def test_a_known_person_keeps_everything_of_their_own(world: World) -> None:
    by, before = world.actor(world.back_office), Person.objects.values().get(pk=world.desk.pk)
    invitation = Invitation(
        email=world.desk.email.upper(), name="Other Name", language="ja", all_sites=True
    )
    made = invite_buyer(world.office.pk, invitation, by=by)
    assert made.person_id == world.desk.pk
    assert Person.objects.values().get(pk=world.desk.pk) == before
    assert Membership.objects.get(person=world.desk, role=Role.ORDER_DESK).active


@pytest.mark.parametrize(
    "bad",
    [
        {"email": "nobody"},
        {"name": "x" * 101},
        {"name": "a\x07"},
        {"all_sites": False},
        {"all_sites": False, "site_ids": "foreign"},
    ],
)
def test_a_bad_invitation_lets_nobody_in(world: World, bad: dict[str, Any]) -> None:
    if bad.get("site_ids"):
        bad = {**bad, "site_ids": (world.foreign_office.sites.get().pk,)}
    given = {"email": "new@mori.example", "name": "Nina", "all_sites": True, **bad}
    with pytest.raises(ValidationError):
        invite_buyer(world.office.pk, Invitation(**given), by=world.actor(world.back_office))
    assert not Person.objects.filter(email="new@mori.example").exists()
    assert not Entry.objects.exists()


def test_the_mailed_link_sets_the_first_password(world: World) -> None:
    by = world.actor(world.back_office)
    invitation = Invitation(email="new@mori.example", name="Nina", all_sites=True)
    made = invite_buyer(world.office.pk, invitation, by=by)
    invite(membership_id=made.pk)
    [message] = mail.outbox
    assert message.to == ["new@mori.example"]
    assert "Kanda Supplies" in message.subject and "Mori Law" in message.body
    link = next(word for word in message.body.split() if "/password/reset/key/" in word)
    client = Client()
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    address = page.request["PATH_INFO"]
    client.post(address, {"password1": "long enough 7", "password2": "long enough 7"})
    assert Person.objects.get(email="new@mori.example").check_password("long enough 7")


def test_a_known_person_is_mailed_no_password_link(world: World) -> None:
    membership = world.buyer.memberships.get()
    invite(membership_id=membership.pk)
    assert "/password/reset/" not in mail.outbox[0].body
    end_membership(membership.pk, by=world.actor(world.back_office))
    invite(membership_id=membership.pk)
    assert len(mail.outbox) == 1


def test_a_buyers_sites_and_end(world: World) -> None:
    by, membership = world.actor(world.back_office), world.branch_buyer.memberships.get()
    change_buyer(membership.pk, all_sites=False, site_ids=[world.head.pk], by=by)
    assert world.actor(world.branch_buyer).site_ids == (world.head.pk,)
    foreign = world.foreign_office.sites.get().pk
    with pytest.raises(ValidationError):
        change_buyer(membership.pk, all_sites=False, site_ids=[foreign], by=by)
    end_membership(membership.pk, by=by)
    assert current_membership(world.branch_buyer.pk, membership.pk) is None
    with pytest.raises(ObjectDoesNotExist):
        end_membership(world.sales.memberships.get().pk, by=by)  # a colleague, not a buyer
    again = Invitation(email=world.branch_buyer.email, name="Bob", all_sites=True)
    assert invite_buyer(world.office.pk, again, by=by).pk == membership.pk
    assert world.actor(world.branch_buyer).site_ids is None


def test_tax_rates_are_from_0_to_100(world: World) -> None:
    by = world.actor(world.back_office)
    assert set_tax_rate("standard", Decimal("8"), by=by).percent == 8
    assert set_tax_rate("books", Decimal("0"), by=by).seller_id == world.seller.pk
    for bad in (Decimal(-1), Decimal(101), Decimal("1.234")):
        with pytest.raises(ValidationError):
            set_tax_rate("standard", bad, by=by)
    assert world.seller.tax_rates.get(product_class="standard").percent == 8
    assert world.rival_seller.tax_rates.get().percent == 10


def test_the_sellers_own_details(world: World) -> None:
    by = world.actor(world.back_office)
    given = SellerFacts(
        address="Here",
        phone="1",
        fax="",
        order_email="o@k.example",
        time_zone="Europe/Dublin",
        shows_customer_price=True,
        confirms_by_mail=True,
    )
    change_seller(given, by=by)
    world.seller.refresh_from_db()
    assert world.seller.time_zone == "Europe/Dublin" and world.seller.shows_customer_price
    with pytest.raises(ValidationError):
        change_seller(replace(given, time_zone="Mars/Base"), by=by)
