"""A browser without a window: keeps cookies, follows links, fills in forms as they come."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

TIMEOUT = 20  # seconds


class StoryFailed(Exception):
    """The story could not go on; the text says what was expected and what came instead."""


@dataclass
class Form:
    """A form with what is filled in already."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Page:
    """What the server answered."""

    url: str
    status: int
    text: str
    forms: list[Form]

    def form(self, *, having: str) -> Form:
        """The first form with such a field or with this in its address."""
        for form in self.forms:
            names = [*form.fields, *(name for name, _value in form.buttons)]
            if having in form.action or any(name.startswith(having) for name in names):
                return form
        raise StoryFailed(f"{self.url} has no form with “{having}”.")


class _Forms(HTMLParser):
    """Collects the forms of a page, with fields that stand outside and name their form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.loose: list[tuple[str, dict[str, str]]] = []
        self.open: Form | None = None
        self.select: tuple[Form, str] | None = None
        self.area: tuple[Form, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.open)
            self.by_id[given.get("id", "")] = self.open
        elif "form" in given and given["form"] not in self.by_id:
            self.loose.append((tag, given))
        elif form := self.by_id.get(given.get("form", "-"), self.open):
            self._control(form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", "submit" if tag == "button" else "text")
        match tag:
            case "input" | "button" if kind == "submit":
                form.buttons.append((name, value))
            case "input" if name and (kind not in ("checkbox", "radio") or "checked" in given):
                form.fields[name] = value or ("on" if kind == "checkbox" else "")
            case "select" if name:
                self.select = (form, name)
            case "option" if self.select:
                chosen, first = "selected" in given, self.select[1] not in form.fields
                if chosen or first:
                    form.fields[self.select[1]] = value
            case "textarea" if name:
                self.area = (form, name)
                form.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[0].fields[self.area[1]] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def finish(self) -> list[Form]:
        """All forms, once the page has been read."""
        for tag, given in self.loose:
            if form := self.by_id.get(given["form"]):
                self._control(form, tag, given)
        return self.forms


class Browser:
    """One person's browser."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/") + "/"
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, address: str) -> Page:
        """Open an address; StoryFailed unless a page comes back."""
        return self._ask(Request(urljoin(self.base, address)))  # noqa: S310 - our own server

    def submit(
        self, page: Page, form: Form, values: dict[str, str] | None = None, button: str = ""
    ) -> Page:
        """Send a form with these values filled in, by the button of that name or value."""
        data = {**form.fields, **(values or {})}
        if button:
            pressed = [b for b in form.buttons if button in b]
            if not pressed:
                raise StoryFailed(f"{page.url} has no button “{button}”.")
            data[pressed[0][0]] = pressed[0][1]
        target = urljoin(page.url, form.action) if form.action else page.url
        encoded = urlencode(data)
        if form.method != "post":
            return self.get(f"{target.split('?')[0]}?{encoded}")
        headers = {"Referer": page.url, "Origin": self.base.rstrip("/")}
        return self._ask(Request(target, encoded.encode(), headers))  # noqa: S310 - our own server

    def _ask(self, request: Request) -> Page:
        request.add_header("Accept", "text/html")
        request.add_header("Accept-Language", "en")
        try:
            with self.opener.open(request, timeout=TIMEOUT) as answer:
                text = answer.read().decode("utf-8", "replace")
                parser = _Forms()
                parser.feed(text)
                return Page(answer.url, answer.status, text, parser.finish())
        except HTTPError as error:
            told = error.read().decode("utf-8", "replace")
            words = f"{request.full_url} answered {error.code}: {heading(told)}"
            raise StoryFailed(words) from error
        except (URLError, OSError) as error:
            raise StoryFailed(f"{request.full_url} did not answer: {error}") from error


def heading(text: str) -> str:
    """What the page says first, for somebody who only reads one line of it."""
    for tag in ("h1", "title"):
        if f"<{tag}" in text:
            inside = text.split(f"<{tag}", 1)[1].split(">", 1)[-1].split(f"</{tag}", 1)[0]
            return " ".join(inside.split())[:200]
    return " ".join(text.split())[:200]
