"""What a password must be, at the door where it is set."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from tests.world import PASSWORD, World
from tonerloop.parties.models import Person

GOOD = [
    "four unlikely words meet",
    "correct horse battery staple",
    "とても長い合言葉は悪くない",
    "aaa bbb ccc tram lantern moss",
    "x7Kq" * 2 + "w-9ZpLm2vRt",
    "tram lantern moss " * 14,  # 252 characters
]
BAD = {
    "short": "Xk9$pQ2!vLm",  # 11 characters, of every kind
    "leaked": "passwordpassword",
    "leaked and long": "1q2w3e4r5t6y7u8i9o0p",
    "with a little put to it": "Password12345!",
    "a row of keys": "qwertyuiop123",
    "repeated": "abcabcabcabcabc",
    "figures": "123456789012345",
    "the own name": "hanako.mori2024",
    "the product": "tonerloop2026",
    "too long": "tram lantern moss " * 15,
}


@pytest.mark.parametrize("password", GOOD)
def test_length_is_enough_whatever_it_is_made_of(password: str) -> None:
    validate_password(password, Person(name="Hanako Mori", email="hanako@mori.example"))


@pytest.mark.parametrize("kind", BAD)
def test_what_is_guessed_soon_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(BAD[kind], Person(name="Hanako Mori", email="hanako@mori.example"))


def test_the_form_says_so_and_keeps_the_old_one(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    new = BAD["with a little put to it"]
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = client.post("/account/password/change/", given)
    assert "would be guessed soon" in answer.content.decode()
    world.buyer.refresh_from_db()
    assert world.buyer.check_password(PASSWORD)


def test_a_password_may_be_pasted_and_filled_in_by_a_manager(world: World, client: Client) -> None:
    client.force_login(world.buyer)
    page = client.get("/account/password/change/").content.decode()
    assert "onpaste" not in page and 'autocomplete="off"' not in page
    assert 'autocomplete="new-password"' in page and 'autocomplete="current-password"' in page
    assert "maxlength" not in page
