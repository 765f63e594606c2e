"""A phone and its push service, as the standards say they behave: RFC 8030, 8188, 8291, 8292.

Written from the receiver's side, with nothing of the product's own: what the product encrypts is
decrypted here, and its signature checked.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Phone:
    """A browser's half of a subscription."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(CURVE)
    )
    secret: bytes = b"sixteen bytes 16"

    @property
    def public(self) -> bytes:
        form = (Encoding.X962, PublicFormat.UncompressedPoint)
        return self.private.public_key().public_bytes(*form)

    def given(self, endpoint: str) -> dict[str, str]:
        """What the browser hands to the page that subscribes."""
        return {"endpoint": endpoint, "p256dh": text(self.public), "auth": text(self.secret)}

    def read(self, body: bytes) -> Any:
        """The message in an encrypted body."""
        return json.loads(self.decrypted(body))

    def decrypted(self, body: bytes) -> bytes:
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert int.from_bytes(body[16:20], "big") >= len(sealed)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        shared = self.private.exchange(ec.ECDH(), peer)
        info = b"WebPush: info\0" + self.public + sender
        secret = _mac(_mac(self.secret, shared), info + b"\x01")
        mixed = _mac(salt, secret)
        key = _mac(mixed, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _mac(mixed, b"Content-Encoding: nonce\0\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.rstrip(b"\0").endswith(b"\x02")
        return plain.rstrip(b"\0")[:-1]


def _mac(key: bytes, text: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(text)
    return made.finalize()


@dataclass
class PushService:
    """Takes messages at `/p/…` as long as `status` says so; refuses unsigned ones."""

    url: str = ""
    status: int = 201
    location: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: int = 0

    def endpoint(self, name: str = "one") -> str:
        return f"{self.url}/p/{name}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> int:
        self.asked += 1
        if not signed(headers["Authorization"], self.url):
            return 403
        assert headers["Content-Encoding"] == "aes128gcm"
        assert 0 < int(headers["TTL"]) <= 28 * 86400 and headers["Urgency"] == "high"
        assert len(headers["Topic"]) <= 32 and len(body) <= 4096
        if self.status == 201:
            self.taken.append((path, headers, body))
        return self.status


def signed(authorization: str, audience: str) -> bool:
    """True for a VAPID header that its key signed for this push service, not too far ahead."""
    parts = dict(part.strip().split("=", 1) for part in authorization[6:].split(","))
    head, claims, signature = parts["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data(parts["k"]))
    pair = data(signature)
    numbers = (int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
    key.verify(
        encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    said = json.loads(data(claims))
    good = said["aud"] == audience and 0 < said["exp"] - time.time() <= 86400
    return (
        good and str(said["sub"]).startswith("mailto:") and json.loads(data(head))["alg"] == "ES256"
    )


@contextmanager
def push_service() -> Iterator[PushService]:
    """A push service on a free port of this machine."""
    service = PushService()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(service.answer(self.path, dict(self.headers), body))
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
