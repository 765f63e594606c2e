"""What opens a door works once: the mailed link, the code of a phone, the old session's name."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.web.login.test_factors import typed_in
from tests.web.login.test_sessions import inside
from tests.world import PASSWORD, World
from tonerloop.parties.models import Person

NEW = "four unlikely words meet"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def mailed_link(person: Person) -> str:
    """The path in the mail that somebody gets who forgot the password."""
    Client().post("/account/password/reset/", {"email": person.email})
    body = ProcrastinateJob.objects.filter(task_name="account_mail").latest("id").args["body"]
    found = re.search(r"/account/password/reset/key/[^\s/]+/", body)
    assert found
    return found[0]


def set_by(link: str, client: Client, password: str = NEW) -> int:
    """Set a password by a mailed link; the status of the answer, 200 for a refusal."""
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(path, {"password1": password, "password2": password}).status_code


def with_phone(person: Person) -> None:
    """A second factor of this person whose codes we can make."""
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": SECRET})


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def half_way(person: Person, password: str = PASSWORD) -> Client:
    """The password is right, the second factor still asked."""
    client = Client()
    answer = client.post("/account/login/", {"login": person.email, "password": password})
    assert answer.headers["Location"].startswith("/account/2fa/authenticate/")
    assert not inside(client)
    return client


def test_a_mailed_link_sets_one_password(world: World) -> None:
    link = mailed_link(world.buyer)
    assert set_by(link, Client()) == 302
    set_by(link, Client(), "another four unlikely words")
    world.buyer.refresh_from_db()
    assert world.buyer.check_password(NEW)


def test_a_mailed_link_passes_by_no_factor(world: World) -> None:
    with_phone(world.buyer)
    client = Client()
    assert set_by(mailed_link(world.buyer), client) == 302
    assert not inside(client)
    half_way(world.buyer, NEW)


def test_a_code_opens_one_door(world: World) -> None:
    with_phone(world.buyer)
    here, there, code = half_way(world.buyer), half_way(world.buyer), code_now()
    for client in (here, there):
        client.post("/account/2fa/authenticate/", {"code": code})
    assert (inside(here), inside(there)) == (True, False)


def test_a_password_changes_only_with_the_old_one(world: World) -> None:
    client = typed_in(world.buyer)
    given = {"oldpassword": "wrong wrong wrong", "password1": NEW, "password2": NEW}
    client.post("/account/password/change/", given)
    world.buyer.refresh_from_db()
    assert world.buyer.check_password(PASSWORD)


@pytest.mark.parametrize("page", ["login", "password/change", "reauthenticate"])
def test_a_password_is_masked(world: World, page: str) -> None:
    client = typed_in(world.buyer) if page != "login" else Client()
    shown = client.get(f"/account/{page}/").content.decode()
    fields = re.findall(r"<input[^>]*name=\"\w*password\w*\"[^>]*>", shown)
    assert fields and all('type="password"' in field for field in fields)


def test_who_proves_it_again_goes_on_in_a_session_of_a_new_name(world: World) -> None:
    client = typed_in(world.buyer)
    before = client.session.session_key
    stolen = Client()
    stolen.cookies.load(client.cookies.output(header=""))
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.session.session_key != before and inside(client)
    assert not inside(stolen)


def test_sessions_end_only_for_who_proves_it_again(world: World) -> None:
    here, there = typed_in(world.buyer), typed_in(world.buyer)
    answer = here.post("/sessions/end/")
    assert inside(there) and "/reauthenticate/" in answer.headers["Location"]
