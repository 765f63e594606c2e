"""The way in: by invitation only, with a password, a second factor or a passkey."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.stack import Stack
from tests.world import PASSWORD, World
from tonerloop.parties.models import Person

SIGN_UP = {"email": "stranger@example.com", "password1": "long enough for anybody"}


def test_nobody_signs_up_by_oneself(world: World, client: Client) -> None:
    before = Person.objects.count()
    assert "By invitation" in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", SIGN_UP)
    assert Person.objects.count() == before


def test_a_wrong_password_is_told_and_lets_nobody_in(world: World, client: Client) -> None:
    answer = client.post("/account/login/", {"login": world.buyer.email, "password": "wrong"})
    assert 'role="alert"' in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_mailed_by_a_job(world: World, client: Client) -> None:
    client.post("/account/password/reset/", {"email": world.buyer.email})
    job = ProcrastinateJob.objects.get(task_name="account_mail")
    assert job.args["to"] == world.buyer.email
    assert "/account/password/reset/key/" in job.args["body"]


def test_an_unknown_address_gets_the_same_answer(world: World, client: Client) -> None:
    known = client.post("/account/password/reset/", {"email": world.buyer.email}, follow=True)
    other = client.post("/account/password/reset/", {"email": "no@example.com"}, follow=True)
    assert known.redirect_chain == other.redirect_chain


def test_switching_offers_only_ones_own_organisations(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    page = client.get("/switch/").content.decode()
    assert page.count('name="membership"') == world.buyer.memberships.count()


@pytest.mark.browser
def test_a_passkey_is_added_and_opens_the_door(
    live_world: World, live_stack: Stack, page: Callable[..., Page]
) -> None:
    # A passkey belongs to a name; an address of figures cannot have one.
    base = live_stack.web.replace("127.0.0.1", "localhost")
    tab = page(width=360)
    _plug_in(tab)
    tab.goto(f"{base}/account/login/")
    tab.get_by_label("Email").fill(live_world.buyer.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()
    tab.wait_for_url(re.compile("/order/"))
    tab.goto(f"{base}/account/2fa/webauthn/add/")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Confirm", exact=True).click()
    tab.get_by_label("Name").fill("Office laptop")
    tab.get_by_role("checkbox").check()
    tab.get_by_role("button", name="Add a key").click()
    tab.wait_for_url(re.compile("recovery|/webauthn/$"))
    tab.context.clear_cookies()
    tab.goto(f"{base}/account/login/")
    tab.get_by_role("button", name="Log in with a passkey").click()
    tab.wait_for_url(re.compile("/order/"))


@pytest.mark.browser
def test_the_page_speaks_the_chosen_language(live_world: World, page: Callable[..., Page]) -> None:
    tab = page(width=360)
    tab.goto("/account/login/")
    tab.get_by_role("button", name="日本語").click()
    expect(tab.locator("html")).to_have_attribute("lang", "ja")


def _plug_in(tab: Page) -> None:
    devices = tab.context.new_cdp_session(tab)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
