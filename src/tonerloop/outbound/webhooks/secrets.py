"""Secrets of endpoints: made, kept encrypted, used to sign (Standard Webhooks, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import Fernet
from django.conf import settings
from django.db.models import Q

from tonerloop.outbound.webhooks.models import Endpoint, Secret

PREFIX = "whsec_"
BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret as its owner copies it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal(secret: str) -> str:
    """The secret as it is kept: who reads the database alone cannot sign with it."""
    return _fernet().encrypt(secret.encode()).decode()


def in_force(endpoint: Endpoint, now: datetime) -> list[str]:
    """The endpoint's secrets, newest first; cryptography's InvalidToken if our key has changed."""
    kept = Secret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), endpoint=endpoint)
    return [_fernet().decrypt(each.sealed).decode() for each in kept.order_by("-made_at")]


def signatures(secrets: list[str], message_id: str, at: datetime, body: str) -> str:
    """The header `webhook-signature`: one signature per secret, so that either may check it."""
    signed = f"{message_id}.{int(at.timestamp())}.{body}".encode()
    return " ".join(_signature(secret, signed) for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"tonerloop.webhooks:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
