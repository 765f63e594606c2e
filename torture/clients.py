"""People in browsers and programs with keys; they know when they were not answered."""

import json
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

from tests.world import PASSWORD
from tonerloop.demo.browser import Browser, Page, _Forms, heading
from torture.diary import Diary

PATIENCE = 6.0  # seconds that a client waits for an answer
TRANSIENT = {429, 500, 502, 503, 504}


class Unanswered(Exception):
    """Nobody said yes or no: it may have happened or not."""


class Refused(Exception):
    """The server said no, and why."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status} {said}")
        self.status = status


@dataclass
class Program:
    """A program with its key."""

    base: str
    key: str
    diary: Diary

    def get(self, path: str) -> Any:
        """What the API answers."""
        return self.send("GET", path)

    def send(self, method: str, path: str, body: Any = None, once: str = "") -> Any:
        """Any call; `once` is its Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if once:
            headers["Idempotency-Key"] = once
        raw = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.base}/api/v1{path}", raw, headers, method=method)
        return json.loads(_answer(request, self.diary, urlopen)[2])


class Person(Browser):
    """Somebody in a browser, logged in once it is needed."""

    def __init__(self, base: str, email: str, diary: Diary) -> None:
        super().__init__(base)
        self.email, self.diary = email, diary
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def log_in(self, where: str) -> Page:
        """The page, through the log-in where it asks for one."""
        page = self.get(where)
        if "/login/" in page.url:
            filled = {"login": self.email, "password": PASSWORD}
            page = self.submit(page, page.form(having="password"), filled)
        if "/login/" in page.url:
            raise Refused(401, f"{self.email} cannot log in")
        return page

    def _ask(self, request: Request) -> Page:
        request.add_header("Accept", "text/html")
        request.add_header("Accept-Language", "en")
        url, status, raw = _answer(request, self.diary, self.opener.open)
        text = raw.decode("utf-8", "replace")
        parser = _Forms()
        parser.feed(text)
        return Page(url, status, text, parser.finish())


def _answer(request: Request, diary: Diary, ask: Any) -> tuple[str, int, bytes]:
    try:
        with ask(request, timeout=PATIENCE) as answer:
            found = answer.url, answer.status, answer.read()
        diary.count("answered")
        return found
    except HTTPError as error:
        try:
            said = error.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as broken:
            diary.count("broken off")
            raise Unanswered(str(broken)) from broken
        if error.code in TRANSIENT:
            diary.count(f"answered {error.code}")
            raise Unanswered(f"{request.full_url} {error.code}: {heading(said)}") from error
        diary.count("refused")
        raise Refused(error.code, f"{request.full_url}: {heading(said)}") from error
    except (URLError, OSError, HTTPException) as error:
        diary.count("not answered")
        raise Unanswered(f"{request.full_url}: {error}") from error
