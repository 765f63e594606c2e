"""A browser without a screen: keeps its connection, cookies and forms, nothing else."""

import re
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """One person's browser on one kept connection."""

    def __init__(self, base: str) -> None:
        self.host = urlsplit(base).netloc
        self.base = base
        self.connection = HTTPConnection(self.host, timeout=30)
        self.cookies: dict[str, str] = {}
        self.text = ""

    def get(self, path: str) -> int:
        """Open a page; its text is kept. Returns the status."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form with the token of the page opened last."""
        token = HIDDEN.search(self.text)
        body = urlencode({**fields, "csrfmiddlewaretoken": token[1] if token else ""})
        return self._ask("POST", path, body)

    def follow(self, path: str, fields: dict[str, str]) -> int:
        """Send a form and open the page to which it leads."""
        status = self.post(path, fields)
        return self.get(self.location) if status == 302 else status

    def log_in(self, email: str, password: str) -> None:
        """Through the log-in form."""
        self.get("/account/login/")
        status = self.post("/account/login/", {"login": email, "password": password})
        assert status == 302, f"log-in of {email} answered {status}"

    def _ask(self, method: str, path: str, body: str | None) -> int:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self.base,
            }
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        self.text = answer.read().decode("utf-8", "replace")
        self.location = answer.getheader("Location", "/")
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return answer.status
