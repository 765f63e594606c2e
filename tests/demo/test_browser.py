"""The story's browser reads forms as a real one does, and says plainly what went wrong."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tonerloop.demo.browser import Browser, StoryFailed

PAGE = """
<h1>Order</h1>
<form method="get" action="/search/"><input name="q" value="toner"></form>
<form id="basket" method="post" action="/basket/">
  <input type="hidden" name="token" value="t&amp;1">
  <input type="number" name="q-7-9" value="">
  <input type="checkbox" name="meant"><input type="checkbox" name="kept" checked>
  <select name="site"><option value="1">A</option><option value="2" selected>B</option></select>
  <textarea name="note">as before</textarea>
  <button name="step" value="save">Save</button>
</form>
<button form="basket" name="step" value="review">Review</button>
"""


class Server(BaseHTTPRequestHandler):
    """Shows the page, and gives back what was sent."""

    def do_GET(self) -> None:
        self._answer(404 if "missing" in self.path else 200, PAGE)

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def base() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_form_is_sent_with_what_stands_in_it(base: str) -> None:
    browser = Browser(base)
    page = browser.get("/")
    form = page.form(having="q-7-9")
    sent = browser.submit(page, form, {"q-7-9": "3"}, button="review").text
    assert sent == "token=t%261&q-7-9=3&kept=on&site=2&note=as+before&step=review"


def test_a_missing_form_or_button_is_told(base: str) -> None:
    browser = Browser(base)
    page = browser.get("/")
    with pytest.raises(StoryFailed, match="no form with “password”"):
        page.form(having="password")
    with pytest.raises(StoryFailed, match="no button “delete”"):
        browser.submit(page, page.form(having="basket"), button="delete")


def test_a_refusal_is_told_with_its_heading(base: str) -> None:
    with pytest.raises(StoryFailed, match="/missing answered 404: Order"):
        Browser(base).get("/missing")


def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(StoryFailed, match="did not answer"):
        Browser("http://127.0.0.1:9").get("/")
