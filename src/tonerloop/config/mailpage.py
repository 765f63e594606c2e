"""The page on which the mails of the local mail server are read; an HTML part in a sandbox."""

import json
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:0 auto;padding:1rem}
a{color:inherit} ol{list-style:none;padding:0;margin:0}
li{border-top:1px solid #8886;padding:.6rem 0;overflow-wrap:anywhere}
small,dt{opacity:.75} dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}
dd{margin:0;overflow-wrap:anywhere} pre{white-space:pre-wrap;overflow-wrap:anywhere}
iframe{width:100%;height:38rem;border:1px solid #8886;background:#fff}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:"


def serve_page(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    with page_server(folder, port) as server:
        server.serve_forever()


def page_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """The server of a folder's mails, not yet serving."""

    class Handler(_Handler):
        mails = folder

    ThreadingHTTPServer.daemon_threads = True
    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


class _Handler(BaseHTTPRequestHandler):
    mails: Path

    def do_GET(self) -> None:
        """/ lists, /messages.json lists for programs, /ID shows one, /ID/html its HTML part."""
        from tonerloop.config.mailbox import message, messages

        name, _, part = self.path.split("?")[0].strip("/").partition("/")
        if name == "messages.json":
            told = json.dumps(messages(self.mails), ensure_ascii=False)
            self._answer(told, "application/json")
        elif not name:
            self._answer(_page("Mails", _list(messages(self.mails))))
        elif (file := self.mails / f"{Path(name).name}.eml").exists():
            mail = message(file)
            self._answer(mail["html"] if part == "html" else _page(mail["subject"], _one(mail)))
        else:
            self._answer(_page("No such mail", "<p><a href='/'>All mails</a></p>"), status=404)

    def do_POST(self) -> None:
        """Take whatever comes: this stands for the systems that the demo's webhooks tell."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer("", status=204)

    def _answer(self, body: str, kind: str = "text/html", status: int = 200) -> None:
        raw = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


def _page(title: str, body: str) -> str:
    head = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    return (
        f"<!doctype html><html lang='en'><head>{head}<title>{escape(title)}</title>"
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def _list(mails: list[dict[str, Any]]) -> str:
    rows = [
        f"<li><a href='/{escape(mail['id'])}'>{escape(mail['subject']) or 'No subject'}</a><br>"
        f"<small>to {escape(mail['to'])} · "
        f"{escape(mail['date'][:19].replace('T', ' '))} UTC</small>"
        for mail in mails
    ]
    return f"<ol>{''.join(rows)}</ol>" if rows else "<p>No mail has arrived yet.</p>"


def _one(mail: dict[str, Any]) -> str:
    headers = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in mail["headers"]
    )
    html = (
        f"<h2>HTML</h2><iframe sandbox title='HTML part' src='/{escape(mail['id'])}/html'></iframe>"
        if mail["html"]
        else ""
    )
    return (
        f"<p><a href='/'>All mails</a></p><dl>{headers}</dl>"
        f"<h2>Text</h2><pre>{escape(mail['text'])}</pre>{html}"
    )
