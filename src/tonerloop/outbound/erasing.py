"""One person's own data: all of it in one file, and its end.

What they did stays (orders, answers, counts and the journal name them by number); who they were
goes: name, addresses, telephone, log-in, factors, phones, keys, and their address on old mails.
"""

import re
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.models import CollectionRequest, Count, Registration
from tonerloop.common.actor import Actor, NotAllowed, Role, Side
from tonerloop.common.refusal import Refused
from tonerloop.common.wall import through
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.journal.record import Subject, record
from tonerloop.orders.models import Basket, Order
from tonerloop.outbound.models import Device, Message
from tonerloop.parties.models import ORGANISATION_OF_ROLE, Customer, Membership, Person
from tonerloop.programs.models import ApiKey

FACTS = "id email name phone language time_zone date_joined last_login"
KEPT_BY = (Role.BACK_OFFICE, Role.ORDER_DESK, Role.DISPATCHER)  # who administers each party


def data_of(person_id: int, *, by: Person) -> dict[str, Any]:
    """Everything about the person, for themselves or for the operator; NotAllowed to others."""
    _require(person_id, by)
    person = Person.objects.get(pk=person_id)
    with through():  # a person's data lie with every organisation that they were in
        return {
            "person": _facts(person, FACTS),
            "roles": [_role(m) for m in person.memberships.order_by("pk")],
            "second_factors": _rows(Authenticator.objects.filter(user=person), "type created_at"),
            "phones": _rows(Device.objects.filter(person=person), "label made_at last_success_at"),
            "sessions": _rows(
                UserSession.objects.filter(user=person), "ip user_agent created_at last_seen_at"
            ),
            "keys_made": _rows(_keys(person), "label prefix created_at expires_at revoked_at"),
            "orders": _rows(
                Order.objects.filter(placed_by=person), "number placed_at status total currency"
            ),
            "collections": _rows(
                CollectionRequest.objects.filter(requested_by=person),
                "number requested_at status note",
            ),
            "registrations": _rows(
                Registration.objects.filter(registered_by=person), "contact phone registered_at"
            ),
            "counted": Count.objects.filter(by=person).count(),
            "mails": _rows(_mails(person), "template state created_at"),
            "deeds": _rows(
                Entry.objects.filter(person_id=person.pk), "at event subject_kind subject_id role"
            ),
        }


@transaction.atomic
def erase(person_id: int, *, by: Person) -> None:
    """Nothing tells who the person was any more, and nobody logs in as them.

    Refused while something would be left that only they look after.
    """
    _require(person_id, by)
    with through():  # the same
        person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
        _check_nothing_depends(person)
        now = timezone.now()
        _end_log_in(person)
        _forget_what_they_left(person, now)
        _become_nobody(person)
        rule = Actor(role=Role.RULE, rule="erasure", person_id=by.pk)
        subject = Subject(kind="person", id=person.pk)
        told = {"action": "erased"}
        record(Event.RECORD_CHANGED, subject, by=rule, data=told, audience=[Side.SERVER])


def _require(person_id: int, by: Person) -> None:
    if person_id != by.pk and not (by.is_active and by.is_superuser):
        raise NotAllowed


def _check_nothing_depends(person: Person) -> None:
    operators = Person.objects.select_for_update(of=("self",)).filter(
        is_superuser=True, is_active=True
    )
    if person.is_superuser and {other.pk for other in operators} == {person.pk}:
        raise Refused("person", _("You are the last operator. Name another one first."))
    for membership in person.memberships.filter(active=True, role__in=KEPT_BY):
        kind = ORGANISATION_OF_ROLE[Role(membership.role)]
        same = {"role": membership.role, kind: getattr(membership, kind)}
        others = Membership.objects.filter(**same, active=True, person__is_active=True)
        if not others.exclude(person=person).exists():
            words = _("Nobody else administers %(organisation)s. Let another person in first.")
            raise Refused("person", words % {"organisation": membership.organisation})
    if Customer.objects.filter(salesperson=person).exists():
        words = _("Customers are in this person’s charge. Hand them over to somebody else first.")
        raise Refused("person", words)


def _end_log_in(person: Person) -> None:
    EmailAddress.objects.filter(user=person).delete()
    UserSession.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


def _forget_what_they_left(person: Person, now: datetime) -> None:
    Device.objects.filter(person=person).delete()
    _keys(person).filter(revoked_at=None).update(revoked_at=now)
    person.memberships.update(active=False)
    Customer.objects.filter(deputy=person).update(deputy=None)
    Basket.objects.filter(person=person, placed_at=None).delete()
    _mails(person).update(recipient=_address(person))
    _registrations_with(person).update(contact=_name(), phone="")
    told = Q(object_repr__icontains=person.email) | Q(change_message__icontains=person.email)
    for model in (Person, Membership):
        kind = ContentType.objects.get_for_model(model)
        ids = [person.pk] if model is Person else person.memberships.values_list("pk", flat=True)
        told |= Q(content_type=kind, object_id__in=[str(pk) for pk in ids])
    LogEntry.objects.filter(told).update(object_repr=_name(), change_message="")


def _registrations_with(person: Person) -> QuerySet[Registration]:
    """Where the person is the contact: a short name is part of other people's, so only own ones."""
    theirs = Q(registered_by=person) | Q(customer__in=person.memberships.values("customer"))
    # Words end where letters do; in Japanese they follow each other.
    text = re.escape(person.name)
    whole = re.compile(rf"(?<!\w){text}(?!\w)" if person.name.isascii() else text, re.IGNORECASE)
    found = Registration.objects.filter(theirs).values_list("pk", "contact")
    return Registration.objects.filter(pk__in=[pk for pk, name in found if whole.search(name)])


def _become_nobody(person: Person) -> None:
    person.email, person.name, person.phone = _address(person), _name(), ""
    person.language, person.time_zone, person.last_login = "en", "UTC", None
    person.is_active = person.is_staff = person.is_superuser = False
    person.password = make_password(None)
    person.save()
    person.groups.clear()
    person.user_permissions.clear()


def _address(person: Person) -> str:
    return f"erased-{person.pk}@erased.invalid"


def _name() -> str:
    return "(erased)"  # a fact in the data, not a word on one reader's screen


def _keys(person: Person) -> Any:
    return ApiKey.objects.filter(created_by=person)


def _mails(person: Person) -> Any:
    return Message.objects.filter(recipient__iexact=person.email)


def _role(membership: Membership) -> dict[str, Any]:
    return {
        "role": membership.role,
        "organisation": str(membership.organisation),
        "active": membership.active,
    }


def _facts(row: Any, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}


def _rows(found: Any, names: str) -> list[dict[str, Any]]:
    return list(found.order_by("pk").values(*names.split()))
