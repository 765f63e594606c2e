"""The operator's admin site: everything is there, and what only verbs may change is read only."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.world import World
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Basket, Order
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Customer, Person
from tonerloop.programs.models import ApiKey

OURS = [m for m in apps.get_models() if m.__module__.startswith("tonerloop.")]
# Rows that stand under another table's, and the secret of the order numbers.
UNDER = {
    "PriceBreak",
    "BasketLine",
    "SavedLine",
    "ProposalLine",
    "ShipmentLine",
    "NumberKey",
    "Membership_sites",
    "RuleItem",
    "RuleStep",
    "Lot",
    "Count",
    "DriverReport",
    "ThresholdReached",
    "Secret",
    "StrayPiece",
}
KEPT_BY_HAND = {"CarbonFactor"}  # by the operator, dated, none removed
EDITABLE = {"parties", "catalogue", "fleet", "pricing"}
LOOKED_AT = [
    m
    for m in OURS
    if m in admin.site._registry
    and m._meta.app_label not in EDITABLE
    and m.__name__ not in UNDER | KEPT_BY_HAND
]


@pytest.fixture
def operator(world: World) -> Client:
    client = Client()
    client.force_login(world.operator)
    return client


@pytest.mark.parametrize("factor", ["", Authenticator.Type.RECOVERY_CODES])
def test_without_a_second_factor_the_site_stays_shut(
    world: World, operator: Client, factor: str
) -> None:
    codes = {"seed": "a1b2", "used_mask": 0}
    Authenticator.objects.all().delete()
    if factor:
        Authenticator.objects.create(user=world.operator, type=factor, data=codes)
    paths = [reverse(f"admin:{name}") for name in ("index", "parties_person_add", "jsi18n")]
    more = ["/admin/jobs/", "/admin/audit/", f"/admin/person/{world.buyer.pk}/", "/admin/nowhere/"]
    for path in (*paths, *more):
        for answer in (operator.get(path), operator.post(path)):
            assert answer.status_code == 403, path
            assert reverse("mfa_index") in answer.content.decode()
            assert world.buyer.name not in answer.content.decode()
    assert operator.get(reverse("mfa_index")).status_code == 200
    assert Person.objects.filter(pk=world.buyer.pk, is_active=True).exists()


@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_with_one_it_opens(operator: Client, kind: str) -> None:
    Authenticator.objects.update(type=kind)
    assert operator.get("/admin/").status_code == operator.get("/admin/audit/").status_code == 200


def test_only_the_demo_goes_without(operator: Client, settings: Any) -> None:
    Authenticator.objects.all().delete()
    settings.DEMO = True
    assert operator.get("/admin/").status_code == 200


def test_others_are_told_nothing_of_it(world: World, client: Client) -> None:
    assert client.get("/admin/").status_code == 302
    client.force_login(world.back_office)
    assert client.get("/admin/").status_code == 302
    world.back_office.is_staff, world.back_office.is_active = True, False
    world.back_office.save()
    assert client.get("/admin/").status_code == 302


def test_every_table_is_there() -> None:
    missing = {m for m in OURS if m not in admin.site._registry and m.__name__ not in UNDER}
    told_elsewhere = {"points.Entry", "parties.Tries", "journal.Look"}
    assert {f"{m._meta.app_label}.{m.__name__}" for m in missing} <= told_elsewhere


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_list_and_page_opens(world: World, operator: Client, model: Any) -> None:
    if model not in admin.site._registry:
        return
    confirm_price(world.place().number, by=world.actor(world.sales))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert operator.get(reverse(f"{name}_changelist"), {"q": "123-456"}).status_code == 200
    row = model._default_manager.first()
    if row:
        assert operator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", LOOKED_AT, ids=lambda m: m.__name__)
def test_what_verbs_keep_is_only_looked_at(world: World, operator: Client, model: Any) -> None:
    confirm_price(world.place().number, by=world.actor(world.sales))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.first()
    before = model._default_manager.count()
    assert operator.get(reverse(f"{name}_add")).status_code == 403
    assert operator.post(reverse(f"{name}_add"), {}).status_code == 403
    if row:
        assert operator.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        assert operator.post(reverse(f"{name}_delete", args=[row.pk]), {}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        operator.post(reverse(f"{name}_changelist"), chosen)
    assert model._default_manager.count() == before


def test_the_models_meant_to_be_looked_at() -> None:
    assert {Order, Basket, Message, ApiKey, InboundMessage} <= set(LOOKED_AT)
    assert Customer not in LOOKED_AT


def test_a_person_gets_a_hashed_password(world: World, operator: Client) -> None:
    given = {
        "email": "New.Person@Example.com",
        "name": "New Person",
        "usable_password": "true",
        "password1": "rather long 77",
        "password2": "rather long 77",
    }
    assert operator.post(reverse("admin:parties_person_add"), given).status_code == 302
    made = Person.objects.get(email="new.person@example.com")
    assert made.check_password("rather long 77") and made.password != "rather long 77"
    page = operator.get(reverse("admin:parties_person_change", args=[made.pk]))
    assert made.password not in page.content.decode()


def test_a_short_password_makes_nobody(world: World, operator: Client) -> None:
    given = {"email": "n@example.com", "name": "N", "usable_password": "true"}
    answer = operator.post(
        reverse("admin:parties_person_add"), {**given, "password1": "short", "password2": "short"}
    )
    assert answer.status_code == 200
    assert not Person.objects.filter(email="n@example.com").exists()


def test_the_way_in_is_the_ordinary_log_in(world: World) -> None:
    client = Client()
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/?next=")
    client.force_login(world.back_office)
    assert client.get("/admin/login/").status_code == 403


def test_lists_need_few_statements(
    world: World, operator: Client, django_assert_max_num_queries: Any
) -> None:
    for _count in range(3):
        world.place()
    with django_assert_max_num_queries(12):
        operator.get(reverse("admin:orders_order_changelist"))
    with django_assert_max_num_queries(10):
        operator.get(reverse("admin:parties_customer_changelist"))


def test_an_order_is_found_as_people_write_it(world: World, operator: Client) -> None:
    order = world.place()
    answer = operator.get(reverse("admin:orders_order_changelist"), {"q": str(order)})
    assert f"/admin/orders/order/{order.pk}/change/" in answer.content.decode()


def test_second_factors_show_no_secret(world: World, operator: Client) -> None:
    factor = Authenticator.objects.create(
        user=world.sales, type=Authenticator.Type.TOTP, data={"secret": "verysecret"}
    )
    page = operator.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert page.status_code == 200 and "verysecret" not in page.content.decode()
    chosen = {"post": "yes"}
    operator.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), chosen)
    assert not Authenticator.objects.filter(user=world.sales).exists()
