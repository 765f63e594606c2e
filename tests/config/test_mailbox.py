"""The local mail server: keeps mails as files, shows them, and can be a bad server."""

import json
import smtplib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tonerloop.config.mailbox import Mailbox
from tonerloop.config.mailpage import page_server


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mail") as mailbox:
        yield mailbox


@pytest.fixture
def address(mailbox: Mailbox) -> Iterator[str]:
    server = page_server(mailbox.folder, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def send(mailbox: Mailbox, subject: str = "ご注文 <1>") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@one.example", "b@two.example", subject
    mail["Message-ID"] = "<1@one.example>"
    mail.set_content("本文")
    mail.add_alternative("<p>Total <b>1</b></p><script>alert(1)</script>", subtype="html")
    with smtplib.SMTP("127.0.0.1", mailbox.port) as smtp:
        smtp.send_message(mail)


def read(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())


def test_a_mail_is_kept_and_shown(mailbox: Mailbox, address: str) -> None:
    send(mailbox, "first")
    send(mailbox)
    newest, first = json.loads(read(address + "/messages.json"))
    assert first["subject"] == "first"
    assert newest["subject"] == "ご注文 <1>"
    assert newest["to"] == "b@two.example"
    assert newest["message_id"] == "<1@one.example>"
    assert newest["text"].strip() == "本文"
    assert "<b>1</b>" in newest["html"]
    assert "ご注文 &lt;1&gt;" in read(address)
    shown = read(f"{address}/{newest['id']}")
    assert "<iframe sandbox " in shown
    assert "<script>" not in shown
    assert "<b>1</b>" in read(f"{address}/{newest['id']}/html")


def test_mails_survive_a_restart(mailbox: Mailbox) -> None:
    send(mailbox)
    port = mailbox.port
    mailbox.stop()
    with pytest.raises(OSError, match="refused"):
        send(mailbox)
    mailbox.start()
    assert mailbox.port == port
    assert len(mailbox.messages()) == 1


def test_it_refuses_when_told(mailbox: Mailbox) -> None:
    mailbox.refuse = "451 Try later"
    with pytest.raises(smtplib.SMTPDataError):
        send(mailbox)
    assert mailbox.messages() == []


@pytest.mark.parametrize("path", ["/unknown", "/../secret", "/..%2f..%2fetc%2fpasswd", "/x/html"])
def test_only_mails_are_shown(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        read(address + path)


def test_it_stands_for_the_systems_that_the_demo_tells(address: str) -> None:
    sent = urllib.request.Request(f"{address}/hooks", data=b"{}", method="POST")
    with urllib.request.urlopen(sent) as answer:
        assert answer.status == 204
