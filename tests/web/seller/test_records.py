"""The back office's screens of customers, sites, people and machines."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from tonerloop.fleet.models import Equipment
from tonerloop.journal.models import Entry
from tonerloop.parties.models import Customer, CustomerGroup, Membership, Person, Site, TaxRate

LONG = "x" * 10_000


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(world.back_office)
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"seller:{name}", args=args)


def customer(world: World, **more: Any) -> dict[str, Any]:
    return {"number": "K-9", "name": "Nine & Co", "salesperson": world.sales.pk, **more}


def machine(world: World, **more: Any) -> dict[str, Any]:
    given = {"model": world.copier.model_id, "site": world.head.pk, "location": "Hall"}
    return {**given, "serial_number": "C-77", **more}


def test_the_list_finds_and_counts(world: World, office: Client) -> None:
    page = office.get(url("customers")).content.decode()
    assert "Mori Law" in page and "Hill Clinic" in page and "Foreign Ltd" not in page
    page = office.get(url("customers"), {"q": "k-1"}).content.decode()
    assert "Mori Law" in page and "Hill Clinic" not in page
    page = office.get(url("customers"), {"q": "law firms"}).content.decode()
    assert "Mori Law" in page and "Hill Clinic" not in page
    assert office.get(url("customers"), {"q": "\x00%_", "page": "-3"}).status_code == 200


def test_a_customers_page_shows_what_belongs_to_it(world: World, office: Client) -> None:
    page = office.get(url("customer", world.office.pk)).content.decode()
    for text in ("Mori Law", "K-1", "Head office", "Branch", "C-1001", "bea.buyer@example.com"):
        assert text in page
    assert "C-1002" not in page  # another customer's


def test_lists_need_few_statements(
    world: World, office: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        made = Customer.objects.create(
            seller=world.seller, name=f"C{number}", number=f"N{number}", salesperson=world.sales
        )
        Site.objects.create(seller=world.seller, customer=made, name="S", address="A")
    with django_assert_max_num_queries(6):
        office.get(url("customers"))
    with django_assert_max_num_queries(11):
        office.get(url("customer", world.office.pk))
    with django_assert_max_num_queries(7):
        office.get(url("machines", world.office.pk))


def test_add_and_edit_a_customer(world: World, office: Client) -> None:
    more = {"deputy": world.deputy.pk, "group": world.group.pk, "address": "1-2\nTokyo"}
    answer = office.post(url("customer_new"), customer(world, **more))
    made = Customer.objects.get(number="K-9")
    assert answer.headers["Location"] == url("site_new", made.pk)
    assert (made.seller_id, made.salesperson_id) == (world.seller.pk, world.sales.pk)
    office.post(url("customer_edit", made.pk), customer(world, name="Ten & Co", number="K-10"))
    made.refresh_from_db()
    assert (made.name, made.number, made.deputy_id, made.group_id) == (
        "Ten & Co",
        "K-10",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("number", "K-1"),  # taken
        ("number", ""),
        ("number", "x" * 21),
        ("name", LONG),
        ("name", "Bell\x07"),
        ("name", "turned \u202e round"),
        ("address", LONG),
        ("phone", "1" * 31),
        ("order_email", "nobody at nowhere"),
        ("salesperson", "rival_sales"),
        ("salesperson", "buyer"),
        ("salesperson", "99999999999999999999"),
        ("salesperson", "x"),
        ("deputy", "rival_sales"),
        ("deputy", "sales"),
        ("group", "foreign"),
    ],
)
def test_a_bad_customer_is_told_beside_its_field(
    world: World, office: Client, field: str, bad: str
) -> None:
    value: object = bad
    if hasattr(world, bad):
        value = getattr(world, bad).pk
    if bad == "foreign":
        value = CustomerGroup.objects.create(seller=world.rival_seller, name="Theirs").pk
    given = customer(world, **{"phone": "03-1234", field: value})
    answer = office.post(url("customer_new"), given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Nine &amp; Co" in answer.content.decode() or field == "name"
    assert not Customer.objects.filter(name__startswith="Nine").exists()
    assert not Entry.objects.exists()


def test_sites(world: World, office: Client) -> None:
    office.post(url("site_new", world.office.pk), {"name": "Annex", "address": "A 1"})
    annex = Site.objects.get(name="Annex")
    assert annex.customer_id == world.office.pk
    office.post(url("site_edit", annex.pk), {"name": "Annexe", "address": "A 2"})
    office.post(url("site_close", annex.pk))
    annex.refresh_from_db()
    assert (annex.name, annex.address, annex.closed) == ("Annexe", "A 2", True)
    office.post(url("site_reopen", annex.pk))
    answer = office.post(url("site_close", world.head.pk), follow=True)
    assert "still stands at this site" in answer.content.decode()
    assert not Site.objects.filter(closed=True).exists()


@pytest.mark.parametrize(
    ("field", "bad"), [("name", "Branch"), ("name", LONG), ("address", ""), ("address", "a\x00")]
)
def test_a_bad_site_is_not_kept(world: World, office: Client, field: str, bad: str) -> None:
    given = {"name": "Annex", "address": "Way 1", "phone": "5551", field: bad}
    answer = office.post(url("site_new", world.office.pk), given)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert "5551" in answer.content.decode()
    assert Site.objects.filter(customer=world.office).count() == 2


def test_invite_a_buyer(world: World, office: Client) -> None:
    given = {"name": "Nina", "email": "Nina@mori.example", "language": "ja"}
    office.post(url("buyer_new", world.office.pk), {**given, "sites": [world.branch.pk]})
    person = Person.objects.get(email="nina@mori.example")
    assert not person.has_usable_password()
    membership = person.memberships.get()
    assert list(membership.sites.all()) == [world.branch]
    office.post(url("buyer_edit", membership.pk), {"all_sites": "on"})
    membership.refresh_from_db()
    assert membership.all_sites and not membership.sites.exists()
    office.post(url("buyer_end", membership.pk))
    membership.refresh_from_db()
    assert not membership.active


def test_an_invitation_does_not_tell_who_is_known(world: World, office: Client) -> None:
    texts = []
    for email in ("dan.desk@example.com", "nobody.yet@example.com"):
        given = {"name": "Typed Name", "email": email, "language": "en", "all_sites": "on"}
        answer = office.post(url("buyer_new", world.office.pk), given, follow=True)
        page = answer.content.decode()
        assert "Dan Desk" not in page and "Canon" not in page.replace("Canon iR", "")
        row = [part for part in page.split("<tr") if email in part]
        texts.append([part.replace(email, "…") for part in row])
    ids = sorted(Membership.objects.order_by("-pk").values_list("pk", flat=True)[:2])
    first = [part.replace(f"/{ids[0]}/", "/…/") for part in texts[0]]
    second = [part.replace(f"/{ids[1]}/", "/…/") for part in texts[1]]
    assert len(first) == len(second)


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("email", "nobody"),
        ("email", "a" * 300 + "@x.example"),
        ("name", ""),
        ("name", LONG),
        ("language", "xx"),
        ("sites", "foreign"),
        ("sites", "none"),
    ],
)
def test_a_bad_invitation_is_not_sent(world: World, office: Client, field: str, bad: str) -> None:
    sites = {"foreign": world.foreign_office.sites.get().pk, "none": ""}
    given = {"name": "Nina", "email": "nina@x.example", "language": "en", "all_sites": "on"}
    if field == "sites":
        del given["all_sites"]
    answer = office.post(
        url("buyer_new", world.office.pk), {**given, field: str(sites.get(bad, bad))}
    )
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Person.objects.filter(email="nina@x.example").exists()


def test_add_a_machine_by_searching_its_model(world: World, office: Client) -> None:
    page = office.get(url("machine_new", world.office.pk), {"q": "canon c3530"}).content.decode()
    assert "iR-ADV C3530" in page and "ECOSYS" not in page
    part = office.get(url("models", world.office.pk), {"q": "ecosys"}).content.decode()
    assert "ECOSYS P3155" in part and "<html" not in part
    answer = office.post(url("machine_new", world.office.pk), machine(world))
    assert answer.status_code == 302
    made = Equipment.objects.get(serial_number="C-77")
    assert (made.customer_id, made.site_id) == (world.office.pk, world.head.pk)


def test_move_retire_and_restore_a_machine(world: World, office: Client) -> None:
    moved = machine(world, site=world.branch.pk, serial_number="C-1001")
    office.post(url("machine_edit", world.copier.pk), moved)
    world.copier.refresh_from_db()
    assert (world.copier.site_id, world.copier.location) == (world.branch.pk, "Hall")
    office.post(url("machine_retire", world.copier.pk))
    world.copier.refresh_from_db()
    assert world.copier.retired
    office.post(url("machine_restore", world.copier.pk))
    world.copier.refresh_from_db()
    assert not world.copier.retired


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("model", ""),
        ("model", "99999999"),
        ("model", "x"),
        ("site", "foreign"),
        ("site", "neighbour"),
        ("serial_number", "C-1001"),
        ("serial_number", LONG),
        ("location", "\x1b[31m"),
    ],
)
def test_a_bad_machine_is_not_kept(world: World, office: Client, field: str, bad: str) -> None:
    sites = {
        "foreign": world.foreign_office.sites.get().pk,
        "neighbour": world.rival_office.sites.get().pk,
    }
    given = machine(world, asset_tag="TAG-4711", **{field: sites.get(bad, bad)})
    answer = office.post(url("machine_new", world.office.pk), given)
    assert answer.status_code == 422
    assert field == "model" or field in answer.context["form"].errors
    assert "TAG-4711" in answer.content.decode()
    assert Equipment.objects.filter(customer=world.office).count() == 2


def test_groups_taxes_and_details(world: World, office: Client) -> None:
    office.post(url("groups"), {"name": "Schools"})
    made = CustomerGroup.objects.get(name="Schools")
    assert made.seller_id == world.seller.pk
    office.post(url("group_edit", made.pk), {"name": "Universities"})
    made.refresh_from_db()
    assert made.name == "Universities"
    assert office.post(url("groups"), {"name": "Law firms"}).status_code == 422
    office.post(url("taxes"), {"product_class": "standard", "percent": "８"})
    assert TaxRate.objects.get(seller=world.seller).percent == 8
    for bad in ("101", "-1", "1e1", "ten", "1.234", ""):
        given = {"product_class": "standard", "percent": bad}
        assert office.post(url("taxes"), given).status_code == 422
    assert TaxRate.objects.get(seller=world.seller).percent == 8
    details = {"address": "X 1", "phone": "03", "order_email": "o@k.example"}
    good = {**details, "time_zone": "Asia/Tokyo", "shows_customer_price": "on"}
    assert office.post(url("details"), {**good, "time_zone": "Mars"}).status_code == 422
    assert office.post(url("details"), {**good, "order_email": ""}).status_code == 422
    assert office.post(url("details"), good).status_code == 302
    world.seller.refresh_from_db()
    assert world.seller.shows_customer_price and world.seller.address == "X 1"


def owned(world: World) -> list[tuple[str, int]]:
    membership = world.buyer.memberships.get().pk
    return [
        *((name, world.office.pk) for name in ("customer", "customer_edit", "site_new")),
        *((name, world.office.pk) for name in ("buyer_new", "machines", "machine_new", "models")),
        *((name, world.head.pk) for name in ("site_edit", "site_close", "site_reopen")),
        *((name, membership) for name in ("buyer_edit", "buyer_end")),
        *((f"machine_{name}", world.copier.pk) for name in ("edit", "retire", "restore")),
        ("group_edit", world.group.pk),
    ]


def test_a_rival_finds_nothing(world: World) -> None:
    client = Client()
    client.force_login(world.rival_back_office)
    filled = {**customer(world), **machine(world), "email": "x@x.example", "address": "A"}
    for name, pk in owned(world):
        assert client.get(url(name, pk)).status_code in (404, 405), name
        assert client.post(url(name, pk), {**filled, "all_sites": "on"}).status_code == 404, name
    assert not Entry.objects.exists()
    assert Customer.objects.get(pk=world.office.pk).name == "Mori Law"


@pytest.mark.parametrize("who", ["buyer", "sales", "desk"])
def test_other_roles_stay_out(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for name, pk in owned(world):
        assert client.get(url(name, pk)).status_code == 403, name
        assert client.post(url(name, pk), {}).status_code == 403, name
    for name in ("customers", "customer_new", "groups", "taxes", "details"):
        assert client.get(url(name)).status_code == 403, name
