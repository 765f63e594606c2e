"""Where nothing is sent: this machine, private nets, whatever stands for them."""

import socket
from typing import Any

import pytest

from tests.webhooks.receiver import Receiver
from tests.webhooks.test_posting import BODY
from tonerloop.outbound.webhooks import posting
from tonerloop.outbound.webhooks.addresses import Unreachable, checked_url, is_public, resolve

INNER = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.7", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("fe80::1", "fe80::1%1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "100::1"),
    *("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    "2001:0:0:0:0:0:80ff:fffe",  # Teredo for 127.0.0.1
]
OUTER = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
SPELT = [
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/"),
    *("https://0177.0.0.1/", "https://localhost/", "https://[::ffff:127.0.0.1]/"),
    *("https://[::1]:8443/x", "https://127.0.0.1./", "https://0/"),
]


@pytest.fixture(autouse=True)
def _strict(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE = False


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server of our own: name → addresses, one list per look-up."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        if host.startswith("127."):
            known[host] = [host]
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_known_for_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTER)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", SPELT)
def test_this_machine_is_refused_however_it_is_spelt(text: str) -> None:
    with pytest.raises(Unreachable):
        resolve(checked_url(text))


@pytest.mark.parametrize(
    "text",
    [
        *("http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com/"),
        *("https://", "https:///x", "example.com", "", "https://user:pw@example.com/"),
        *("https://user@example.com/", "https://example.com/#part", "https://example.com:0/"),
        *("https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: 1"),
        *("https://[::1/", "https://exämple.com/", "gopher://127.0.0.1/"),
        "https://example.com/" + "x" * 500,
    ],
)
def test_a_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(Unreachable):
        checked_url(text)


def test_a_name_that_leads_inside_is_refused(names: dict[str, list[str]]) -> None:
    names["hooks.example"] = ["10.0.0.7"]
    with pytest.raises(Unreachable, match="not public"):
        resolve(checked_url("https://hooks.example/"))


def test_a_name_with_one_inner_address_among_others_is_refused(
    names: dict[str, list[str]],
) -> None:
    names["hooks.example"] = ["93.184.216.34", "127.0.0.1"]
    with pytest.raises(Unreachable):
        resolve(checked_url("https://hooks.example/"))


def test_an_unknown_name_is_told(names: dict[str, list[str]]) -> None:
    with pytest.raises(Unreachable, match=r"nowhere\.example was not found"):
        resolve(checked_url("https://nowhere.example/"))


def test_the_connection_goes_to_the_address_that_was_checked(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    names["hooks.example"] = ["93.184.216.34"]
    reached: list[Any] = []

    def connect(address: tuple[str, int], timeout: float) -> Any:
        reached.append((address, timeout))
        names["hooks.example"] = ["127.0.0.1"]
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    answer = posting.post("https://hooks.example/in", b"{}", {})
    assert reached == [(("93.184.216.34", 443), 5.0)]
    assert answer.status is None and "refused" in answer.said


def test_if_one_address_does_not_answer_the_next_is_tried(
    names: dict[str, list[str]], receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE = True
    names["hooks.example"] = ["127.0.0.2", "127.0.0.1"]  # nobody listens at the first
    port = receiver.url.rsplit(":", 1)[1]
    assert posting.post(f"http://hooks.example:{port}", BODY, {}).ok
    [heard] = receiver.heard
    assert heard.headers["host"] == f"hooks.example:{port.rstrip('/')}"


def test_the_certificate_must_be_valid_for_the_name(
    names: dict[str, list[str]], receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE = True
    names["hooks.example"] = ["127.0.0.1"]
    port = receiver.url.rsplit(":", 1)[1]
    answer = posting.post(f"https://hooks.example:{port}", b"{}", {})  # it speaks no TLS at all
    assert answer.status is None and "secure connection" in answer.said
    assert not receiver.heard


def test_nothing_reaches_a_private_address_unless_the_operator_allows_it(
    receiver: Receiver, settings: Any
) -> None:
    said = posting.post(receiver.url.replace("http:", "https:"), b"{}", {}).said
    assert "not public" in said and not receiver.heard
    assert posting.post(receiver.url, b"{}", {}).status is None and not receiver.heard
