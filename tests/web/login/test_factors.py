"""A second factor that an organisation asks for, and the proof that is asked before secrets."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.world import PASSWORD, World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.parties.actions.entrance import ask_second_factor
from tonerloop.parties.models import Person
from tonerloop.programs.keys import create_key
from tonerloop.programs.models import ApiKey

RULES = "/log-in-rules/"
PAGES = {
    "buyer": "/order/",
    "back_office": "/seller/orders/",
    "desk": "/desk/",
    "dispatcher": "/collector/",
}
KEYS = {"buyer": "/order/programs/", "back_office": "/seller/programs/"}
KEYS |= {"desk": "/desk/programs/", "dispatcher": "/collector/programs/"}


def typed_in(person: Person) -> Client:
    """Logged in by the page, as people are."""
    client = Client()
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def with_factor(person: Person) -> None:
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})


@pytest.mark.parametrize("who", PAGES)
def test_who_lacks_the_factor_that_is_asked_is_led_to_set_it_up(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    assert client.get(PAGES[who]).status_code == 200
    client.post(RULES, {"required": "1"})
    for path in (PAGES[who], KEYS[who], RULES):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account/2fa/"), path
    assert client.post(RULES, {"required": "0"}).status_code == 302
    with_factor(getattr(world, who))
    assert client.get(PAGES[who]).status_code == 200
    assert "asked of everybody" in client.get(RULES).content.decode()


def test_recovery_codes_alone_are_no_second_factor(world: World, client: Client) -> None:
    ask_second_factor(True, by=world.actor(world.buyer))
    codes = Authenticator.Type.RECOVERY_CODES
    Authenticator.objects.create(user=world.buyer, type=codes, data={"seed": "x", "used_mask": 0})
    client.force_login(world.buyer)
    assert client.get("/order/").status_code == 302


@pytest.mark.parametrize("who", ["sales", "driver", "clerk"])
def test_others_do_not_keep_this_rule(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    assert client.post(RULES, {"required": "1"}).status_code == 403


def test_a_buyer_of_some_sites_does_not_keep_it_for_all(world: World, client: Client) -> None:
    client.force_login(world.branch_buyer)
    assert client.get(RULES).status_code == client.post(RULES, {"required": "1"}).status_code == 403
    with pytest.raises(NotAllowed):
        ask_second_factor(True, by=world.actor(world.branch_buyer))
    world.office.refresh_from_db()
    assert not world.office.requires_second_factor


def test_it_holds_for_the_own_organisation_alone_and_is_noted_once(world: World) -> None:
    for _ in range(2):
        ask_second_factor(True, by=world.actor(world.back_office))
    asked = [world.seller, world.rival_seller, world.office, world.maker]
    for one in asked:
        one.refresh_from_db()
    assert [one.requires_second_factor for one in asked] == [True, False, False, False]
    entry = Entry.objects.get(event="record.changed", subject_kind="seller")
    assert (entry.data["to"], entry.person_id) == (True, world.back_office.pk)


def test_the_page_names_the_own_people_only(world: World, client: Client) -> None:
    client.force_login(world.dispatcher)
    page = client.get(RULES).content.decode()
    assert world.driver.email in page and world.clerk.email in page
    assert world.rival_driver.email not in page and world.buyer.email not in page


def test_programs_go_on_with_their_keys(world: World, client: Client) -> None:
    text = create_key("Shop", by=world.actor(world.desk))[1]
    ask_second_factor(True, by=world.actor(world.desk))
    head = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/approval-requests", headers=head).status_code == 200


@pytest.mark.parametrize("who", KEYS)
def test_a_key_is_made_only_after_the_password_is_typed_again(world: World, who: str) -> None:
    client = typed_in(getattr(world, who))
    assert client.get(KEYS[who]).status_code == 200
    given = {"label": "Shop", "scopes": ["orders:read"], "centre": "0"}
    if who == "dispatcher":
        given["scopes"] = ["collections:read"]
    asked = client.post(KEYS[who], given)
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert not ApiKey.objects.exists()
    done = client.post(asked.headers["Location"], {"password": PASSWORD, "next": KEYS[who]})
    assert ApiKey.objects.get().label == "Shop"
    assert 'id="new-key"' in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]


def test_a_wrong_password_makes_no_key(world: World) -> None:
    client = typed_in(world.desk)
    where = client.post(KEYS["desk"], {"label": "x", "scopes": ["orders:read"]}).headers["Location"]
    client.post(where, {"password": "wrong wrong wrong", "next": KEYS["desk"]})
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("post", "/desk/webhooks/new/", {"url": "https://x.example"}),
        ("post", RULES, {"required": "1"}),
        ("get", "/account/2fa/totp/activate/", {}),
        ("get", "/account/2fa/webauthn/add/", {}),
        ("get", "/account/2fa/recovery-codes/generate/", {}),
    ],
)
def test_secrets_and_factors_are_changed_only_after_it(
    world: World, method: str, path: str, given: dict[str, Any]
) -> None:
    with_factor(world.desk) if "recovery" in path else None
    client = Client()
    client.post("/account/login/", {"login": world.desk.email, "password": PASSWORD})
    if "recovery" in path:
        client.force_login(world.desk)
        session = client.session
        del session["account_authentication_methods"]
        session.save()
    answer = getattr(client, method)(path, given)
    assert "/reauthenticate/" in answer.headers["Location"], path


def test_a_change_of_password_is_told_by_mail_in_the_persons_language(world: World) -> None:
    Person.objects.filter(pk=world.buyer.pk).update(language="ja")
    client = typed_in(world.buyer)
    new = "four unlikely words meet"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", given).status_code == 302
    job = ProcrastinateJob.objects.get(task_name="account_mail")
    assert job.args["to"] == world.buyer.email
    assert "パスワード" in job.args["subject"] + job.args["body"]
    assert new not in job.args["body"]


def test_a_removed_factor_is_told_by_mail(world: World) -> None:
    with_factor(world.buyer)
    client = Client()
    client.force_login(world.buyer)
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=world.buyer).exists()
    job = ProcrastinateJob.objects.get(task_name="account_mail")
    assert job.args["to"] == world.buyer.email
