"""Keys with which programs log in: shown once, kept as a hash, replaced with an overlap."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, NotAllowed, Role, known, require
from tonerloop.common.refusal import Refused
from tonerloop.common.rows import partly
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Customer, Person, RecoveryCentre
from tonerloop.programs.limits import COUNT, minute_of
from tonerloop.programs.models import ApiKey
from tonerloop.programs.scopes import OF_ROLE

MOST = 20  # keys in use at one time
USE_NOTED_EVERY = timedelta(minutes=1)  # so that reading does not always write
KEEPERS = (Role.BUYER, Role.BACK_OFFICE, Role.ORDER_DESK, Role.DISPATCHER)


def own_keys(by: Actor) -> QuerySet[ApiKey]:
    """The keys of the actor's organisation, of all its recovery centres too."""
    require_keeper(by)
    match by.role:
        case Role.BUYER:
            return ApiKey.objects.filter(customer_id=known(by.customer_id))
        case Role.BACK_OFFICE:
            return ApiKey.objects.filter(seller_id=known(by.seller_id))
        case Role.ORDER_DESK:
            return ApiKey.objects.filter(manufacturer_id=known(by.manufacturer_id))
        case _:
            collector = known(by.collector_id)
            return ApiKey.objects.filter(
                Q(collector_id=collector) | Q(centre__collector_id=collector)
            )


def require_keeper(by: Actor) -> None:
    """NotAllowed unless the person may hand out keys: a narrowed buyer must not widen oneself."""
    require(by, *KEEPERS)
    if by.role == Role.BUYER and by.site_ids is not None:
        raise NotAllowed(by.role)


@transaction.atomic
def create_key(
    label: str,
    *,
    by: Actor,
    scopes: Collection[str] | None = None,
    expires_at: datetime | None = None,
    centre_id: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is known only now; without `scopes` it is for all.

    A collector's key for one of its centres (`centre_id`) receives and counts there.
    """
    keys, now = own_keys(by), timezone.now()
    role = by.role if centre_id is None else Role.CLERK
    if not label.strip():
        raise Refused("label", _("Name the program that uses this key."))
    if keys.filter(in_use(now)).count() >= MOST:
        raise Refused("label", _("Revoke a key that is not used any more first."))
    chosen = [s for s in OF_ROLE[role] if scopes is None or s in scopes]
    if not chosen:
        raise Refused("scopes", _("Choose what the program may do."))
    if expires_at is not None and expires_at <= now:
        raise Refused("expires_at", _("Choose a day after today, or none."))
    key = ApiKey(
        role=role, label=label.strip(), scopes=chosen, expires_at=expires_at, created_at=now
    )
    _belongs(key, by, centre_id)
    return key, _issue(key, by)


@transaction.atomic
def rotate_key(pk: int, *, old_ends_at: datetime, by: Actor) -> tuple[ApiKey, str]:
    """A new key in place of an old one, for the same; both work until the old one's end."""
    old, now = own_keys(by).select_for_update(of=("self",)).get(pk=pk), timezone.now()
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise Refused("key", _("This key has ended. Make a new one."))
    if ApiKey.objects.filter(in_use(now), follows=old).exists():
        raise Refused("key", _("This key was replaced already."))
    names = ("role", "label", "scopes", *(f"{kind}_id" for kind in _KINDS))
    key = ApiKey(created_at=now, follows=old, **{name: getattr(old, name) for name in names})
    if old.expires_at:  # as long as the old one had
        key.expires_at = now + (old.expires_at - old.created_at)
    text = _issue(key, by)
    old.expires_at = min(old.expires_at or old_ends_at, max(old_ends_at, now))
    old.save(update_fields=["expires_at"])
    return key, text


@transaction.atomic
def revoke_key(pk: int, *, by: Actor) -> ApiKey:
    """The key is refused from now on; DoesNotExist if it isn't the organisation's."""
    key = own_keys(by).select_for_update(of=("self",)).get(pk=pk)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(Event.KEY_REVOKED, key, by)
    return key


def in_use(now: datetime) -> Q:
    """Keys that are neither revoked nor ended."""
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))


# Every call asks this, so it is plain: the key with what its actor and its orders need beside it,
# and the call is counted. What comparing hashes here may tell by its time tells of no key's text.
_COLUMNS = tuple(field.attname for field in ApiKey._meta.concrete_fields)
_KEY = f"""
WITH found AS MATERIALIZED (
SELECT {", ".join(f"k.{name}" for name in _COLUMNS)},
       c.seller_id AS of_customer, z.collector_id AS of_centre, p.name AS maker
FROM manufacturers_apikey k
LEFT JOIN parties_customer c ON c.id = k.customer_id
LEFT JOIN parties_recoverycentre z ON z.id = k.centre_id
LEFT JOIN parties_person p ON p.id = k.created_by_id
WHERE k.prefix = %s AND k.hash = %s
  AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)
), used AS ({COUNT.format(bucket="SELECT 'key:' || prefix, %s, 1 FROM found")}
) SELECT found.*, used.calls FROM found, used
"""  # noqa: S608 - names of ours


def key_of(text: str) -> ApiKey | None:
    """The key with this text, whose call is counted; None for an unknown, revoked or ended one."""
    parts = text.split("_", 2)
    if len(parts) != 3 or len(text) > 100 or not (text.isascii() and text.isprintable()):
        return None
    now = timezone.now()
    # A key holds 256 random bits, so a plain hash is enough; no salt, no stretching.
    found = _read(parts[1], _hash(text), now)
    if found is None:
        return None
    if found.last_used_at is None or found.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _read(prefix: str, digest: str, now: datetime) -> ApiKey | None:
    with connection.cursor() as cursor:
        cursor.execute(_KEY, [prefix, digest, now, minute_of(now)])
        row = cursor.fetchone()
    if row is None:
        return None
    *own, seller, collector, name, calls = row
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, _COLUMNS, own)
    key.calls_now = calls
    if key.customer_id:
        key.customer = partly(Customer, id=key.customer_id, seller_id=seller)
    if key.centre_id:
        key.centre = partly(RecoveryCentre, id=key.centre_id, collector_id=collector)
    if key.created_by_id:
        key.created_by = partly(Person, id=key.created_by_id, name=name)
    return key


def program(key: ApiKey) -> Actor:
    """Who acts when a program does: its role, in the name of whoever made its key."""
    return Actor(
        role=Role(key.role),
        person_id=key.created_by_id,
        seller_id=key.customer.seller_id if key.customer else key.seller_id,
        customer_id=key.customer_id,
        manufacturer_id=key.manufacturer_id,
        collector_id=key.centre.collector_id if key.centre else key.collector_id,
        centre_id=key.centre_id,
        key=key.prefix,
    )


_KINDS = ("customer", "seller", "manufacturer", "collector", "centre")


def _belongs(key: ApiKey, by: Actor, centre_id: int | None) -> None:
    if by.role == Role.BUYER:
        key.customer_id = by.customer_id
    elif by.role == Role.BACK_OFFICE:
        key.seller_id = by.seller_id
    elif by.role == Role.ORDER_DESK:
        key.manufacturer_id = by.manufacturer_id
    elif centre_id is None:
        key.collector_id = by.collector_id
    if centre_id is None:
        return
    require(by, Role.DISPATCHER)
    own = RecoveryCentre.objects.filter(collector_id=known(by.collector_id), pk=centre_id)
    if not own.exists():
        raise Refused("centre", _("Choose one of your recovery centres."))
    key.centre_id = centre_id


def _issue(key: ApiKey, by: Actor) -> str:
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"tl_{prefix}_{secret}"
    key.prefix, key.hash, key.created_by_id = prefix, _hash(text), by.person_id
    key.save()
    _record(Event.KEY_CREATED, key, by)
    return text


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _record(event: Event, key: ApiKey, by: Actor) -> None:
    subject = Subject(
        kind="key",
        id=key.pk,
        seller_id=key.seller_id,
        customer_id=key.customer_id,
        manufacturer_id=key.manufacturer_id,
        collector_id=key.collector_id or by.collector_id,
    )
    data = {"follows": key.follows_id} if key.follows_id else {}
    record(event, subject, by=by, data=data, audience=[by.side])
