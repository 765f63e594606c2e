"""The server's own key pair, by which push services know it (VAPID, RFC 8292)."""

import base64
import json
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
GOOD_FOR = timedelta(hours=12)  # a push service refuses more than 24


def make() -> str:
    """A new private key as text: 32 bytes in base64url."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return to_text(number.to_bytes(32, "big"))


def public_of(private: str) -> str:
    """The public key that belongs to it, as browsers want it."""
    return to_text(point(_read(private).public_key()))


def authorization(private: str, endpoint: str, *, contact: str, now: datetime) -> str:
    """The header that says to the endpoint's push service who sends; ValueError for a bad key."""
    parts = urlsplit(endpoint)
    expires = int((now + GOOD_FOR).timestamp())
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": contact}
    said = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    signed = _read(private).sign(said.encode(), ec.ECDSA(hashes.SHA256()))
    pair = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signed))
    return f"vapid t={said}.{to_text(pair)}, k={public_of(private)}"


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_text(data: bytes) -> str:
    """base64url without padding, the form of all keys here."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """The bytes of base64url, padded or not; ValueError for anything else."""
    plain = text.rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


@cache
def _read(private: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(to_bytes(private), "big"), CURVE)


def _json(facts: dict[str, object]) -> str:
    return to_text(json.dumps(facts, separators=(",", ":")).encode())
