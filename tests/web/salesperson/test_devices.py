"""The phones that are told: taken up, taken off, silent after the log-out."""

from typing import Any

import pytest
from django.test import Client

from tests.outbound.phones import Phone
from tests.web.salesperson.conftest import logged_in
from tests.world import World
from tonerloop.outbound.models import Device
from tonerloop.outbound.push import keys
from tonerloop.web.salesperson.devices import label_of

pytestmark = pytest.mark.django_db
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Safari/604.1"


def take_up(client: Client, name: str = "one") -> None:
    given = Phone().given(f"https://push.example/{name}")
    assert client.post("/sales/phone/add/", given, headers={"User-Agent": ANDROID}).json() == {
        "problem": ""
    }


def test_a_phone_is_taken_up_and_off(world: World, phone: Client, settings: Any) -> None:
    settings.PUSH_KEY = keys.make()
    take_up(phone)
    page = phone.get("/sales/phone/").content.decode()
    assert "Chrome, Android" in page and "this one" in page
    assert keys.public_of(settings.PUSH_KEY) in page
    assert settings.PUSH_KEY not in page
    phone.post(f"/sales/phone/{Device.objects.get().pk}/remove/")
    assert not Device.objects.exists()


def test_without_keys_it_says_so(phone: Client) -> None:
    assert "no keys for push messages" in phone.get("/sales/phone/").content.decode()


def test_what_cannot_be_called_is_refused(phone: Client) -> None:
    answer = phone.post("/sales/phone/add/", Phone().given("http://127.0.0.1/p"))
    assert answer.status_code == 422 and "e-mail" in answer.json()["problem"]
    assert phone.post("/sales/phone/add/").status_code == 422
    assert not Device.objects.exists()


def test_who_logs_out_is_told_there_no_more(world: World, phone: Client) -> None:
    take_up(phone)
    other = logged_in(world.sales)
    take_up(other, "other")
    phone.post("/account/logout/")
    assert Device.objects.get().endpoint.endswith("other")


def test_a_colleague_takes_nobodys_phone_off(world: World, phone: Client) -> None:
    take_up(phone)
    colleague = logged_in(world.deputy)
    assert "Chrome, Android" not in colleague.get("/sales/phone/").content.decode()
    assert colleague.post(f"/sales/phone/{Device.objects.get().pk}/remove/").status_code == 404
    assert Device.objects.exists()


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (ANDROID, "Chrome, Android"),
        (IPHONE, "Safari, iPhone"),
        ("", "Browser"),
        ("curl", "Browser"),
    ],
)
def test_a_phone_has_a_name(agent: str, label: str) -> None:
    assert label_of(agent) == label
