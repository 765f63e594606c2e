"""Keys with which a manufacturer's programs log in: shown once, kept as a hash."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.manufacturers.models import ApiKey
from tonerloop.orders.errors import Refused

MOST = 20  # keys in use at one time
USE_NOTED_EVERY = timedelta(minutes=1)  # so that reading does not always write


@transaction.atomic
def create_key(label: str, *, by: Actor) -> tuple[ApiKey, str]:
    """A new key and its text, which is known only now."""
    require(by, Role.ORDER_DESK)
    maker_id = known(by.manufacturer_id)
    if not label.strip():
        raise Refused("label", _("Name the program that uses this key."))
    if ApiKey.objects.filter(manufacturer_id=maker_id, revoked_at=None).count() >= MOST:
        raise Refused("label", _("Revoke a key that is not used any more first."))
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"tl_{prefix}_{secret}"
    key = ApiKey.objects.create(
        manufacturer_id=maker_id,
        label=label.strip(),
        prefix=prefix,
        hash=_hash(text),
        created_at=timezone.now(),
        created_by_id=by.person_id,
    )
    _record(Event.KEY_CREATED, key, by)
    return key, text


@transaction.atomic
def revoke_key(pk: int, *, by: Actor) -> ApiKey:
    """The key is refused from now on; DoesNotExist if it isn't the manufacturer's."""
    require(by, Role.ORDER_DESK)
    own = ApiKey.objects.select_for_update().filter(manufacturer_id=known(by.manufacturer_id))
    key = own.get(pk=pk)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(Event.KEY_REVOKED, key, by)
    return key


def key_of(text: str) -> ApiKey | None:
    """The key with this text, None for an unknown or revoked one."""
    parts = text.split("_", 2)
    if len(parts) != 3 or len(text) > 100 or not (text.isascii() and text.isprintable()):
        return None
    found = ApiKey.objects.filter(prefix=parts[1], revoked_at=None).first()
    # A key holds 256 random bits, so a plain hash is enough; no salt, no stretching.
    if found is None or not hmac.compare_digest(found.hash, _hash(text)):
        return None
    now = timezone.now()
    if found.last_used_at is None or found.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def program(key: ApiKey) -> Actor:
    """Who acts when a program does: the order desk of the key's manufacturer."""
    return Actor(role=Role.ORDER_DESK, manufacturer_id=key.manufacturer_id, key=key.prefix)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _record(event: Event, key: ApiKey, by: Actor) -> None:
    subject = Subject(kind="key", id=key.pk, manufacturer_id=key.manufacturer_id)
    record(event, subject, by=by, audience=[Side.MANUFACTURER])
