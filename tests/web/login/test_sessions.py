"""Where one is logged in: seen, ended one by one, and all at once by a new password."""

from allauth.usersessions.models import UserSession
from django.test import Client

from tests.web.login.test_factors import typed_in
from tests.world import PASSWORD, World
from tonerloop.parties.models import Person
from tonerloop.web.shared.sessions import device_words

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0 Safari/537.36 Edg/140.0"
)


def proven(person: Person) -> Client:
    """Logged in, and asked a second time, as who ends sessions is."""
    client = typed_in(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def inside(client: Client) -> bool:
    return client.get("/order/").status_code == 200


def test_each_session_is_shown_and_ended_by_itself(world: World) -> None:
    here, there, third = proven(world.buyer), typed_in(world.buyer), typed_in(world.buyer)
    page = here.get("/sessions/").content.decode()
    assert page.count("End this one") == 2 and page.count('class="chip') == 1
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/sessions/{other.pk}/end/")
    assert (inside(here), inside(there), inside(third)) == (True, False, True)
    here.post("/sessions/end/")
    assert (inside(here), inside(third)) == (True, False)


def test_nobody_ends_anothers_session(world: World) -> None:
    mine, theirs = proven(world.sales), typed_in(world.buyer)
    other = UserSession.objects.get(user=world.buyer)
    assert mine.post(f"/sessions/{other.pk}/end/").status_code == 404
    assert mine.post("/sessions/end/").status_code == 302
    assert inside(theirs)
    assert other.ip not in mine.get("/sessions/").content.decode().replace("127.0.0.1", "", 1)


def test_a_look_ends_nothing(world: World) -> None:
    here, there = typed_in(world.buyer), typed_in(world.buyer)
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert here.get(f"/sessions/{other.pk}/end/").status_code == 405
    assert inside(there)


def test_a_new_password_ends_all_others(world: World) -> None:
    here, there = typed_in(world.buyer), typed_in(world.buyer)
    new = "four unlikely words meet"
    here.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert (inside(here), inside(there)) == (True, False)


def test_a_new_password_by_mail_ends_all(world: World) -> None:
    there = typed_in(world.buyer)
    world.buyer.set_password("four unlikely words meet")
    world.buyer.save()
    assert not inside(there)


def test_a_log_in_begins_a_session_of_a_new_name(world: World, client: Client) -> None:
    client.get("/account/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["tonerloop_session"] = before
    client.post("/account/login/", {"login": world.buyer.email, "password": PASSWORD})
    assert client.session.session_key != before


def test_a_browser_is_named_as_people_name_it() -> None:
    assert device_words(EDGE) == "Edge, Windows"
    assert device_words("curl/8") == ""
    assert device_words("Mozilla/5.0 (Linux; Android 15)") == "Android"
