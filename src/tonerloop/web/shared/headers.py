"""Security headers on every answer; scripts, styles and pictures come from here alone."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What pages could ask a browser for and ours never do.
POWERS: tuple[str, ...] = (
    "camera",
    "geolocation",
    "microphone",
    "payment",
    "usb",
    "serial",
    "bluetooth",
)
POWERS += ("display-capture", "midi", "magnetometer", "gyroscope", "accelerometer", "hid")


def policy() -> str:
    """The content security policy; open pages may also listen to the live process."""
    live = urlsplit(settings.LIVE_URL)
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "manifest-src 'self'",
            f"connect-src 'self' {live.scheme}://{live.netloc}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def powers(*needed: str) -> str:
    """The permissions policy of a page that asks its own reader for these powers alone."""
    return ", ".join(f"{power}={'(self)' if power in needed else '()'}" for power in POWERS)


class SecurityHeaders:
    """Adds the policy and its companions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {
            "Content-Security-Policy": policy(),
            "Permissions-Policy": powers(),
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            # What may be kept says so itself; the rest leaves nothing for whoever comes next.
            "Cache-Control": "no-store, private",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if _logged_out(request):
            # What a browser kept goes; not its storage: there the phones keep what is still unsent.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _logged_out(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.url_name == "account_logout"
