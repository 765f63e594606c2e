"""The page “Programs”: an organisation's keys, and what its programs did lately."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.text import no_control
from tonerloop.journal.looking import looked
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import RecoveryCentre
from tonerloop.programs.keys import create_key, in_use, own_keys, revoke_key, rotate_key
from tonerloop.programs.models import ApiKey, Call
from tonerloop.programs.scopes import LABELS, OF_ROLE
from tonerloop.web.shared.answer_forms import RefusableForm

LATELY = 50
OVERLAPS: list[tuple[int, Any]] = [
    (0, gettext_lazy("now")),
    (1, gettext_lazy("in an hour")),
    (24, gettext_lazy("in a day")),
    (24 * 7, gettext_lazy("in a week")),
]


@dataclass(frozen=True)
class Office:
    """The portal in which the page stands, by its address names."""

    namespace: str

    @property
    def urls(self) -> dict[str, str]:
        """The page's own address, and where an order's page is, if the portal has one."""
        return {"programs": reverse(f"{self.namespace}:programs")}


class KeyForm(RefusableForm):
    """A name for a program, what it may do, and until when."""

    label = forms.CharField(
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("So that you know later which one uses this key."),
        max_length=60,
        validators=[no_control],
        error_messages={"required": gettext_lazy("Name the program that uses this key.")},
    )
    centre = forms.TypedChoiceField(label=gettext_lazy("What it is for"), coerce=int)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the program may do.")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: until you revoke it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Type a day such as 2026-12-24.")},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [actor.role]
        if actor.role == Role.DISPATCHER:
            roles.append(Role.CLERK)
            self._offer_centres(actor)
        else:
            del self.fields["centre"]
        names = dict.fromkeys(scope for role in roles for scope in OF_ROLE[role])
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(name, LABELS[name]) for name in names]
        scopes.initial = list(names)

    def _offer_centres(self, actor: Actor) -> None:
        own = RecoveryCentre.objects.filter(collector_id=known(actor.collector_id)).order_by("name")
        centre: Any = self.fields["centre"]
        words = _("Receive and count at %(centre)s")
        centre.choices = [
            (0, _("Schedule collections")),
            *[(one.pk, words % {"centre": one.name}) for one in own],
        ]

    def make(self, actor: Actor) -> str:
        """A new key; gives its text, which is shown once."""
        given = self.cleaned_data
        return create_key(
            given["label"],
            scopes=given["scopes"],
            expires_at=_end_of(given["last_day"]) if given["last_day"] else None,
            centre_id=given.get("centre") or None,
            by=actor,
        )[1]


def _end_of(day: Any) -> datetime:
    """The end of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.max))


class RotateForm(RefusableForm):
    """Until when the old key works beside the new one."""

    hours = forms.TypedChoiceField(
        label=gettext_lazy("The old key ends"), choices=OVERLAPS, coerce=int, initial=24
    )


def programs(request: HttpRequest, actor: Actor, office: Office) -> HttpResponse:
    """All keys, a form for a new one; a new key's text stands on this answer and nowhere else."""
    form = KeyForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.make(actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _page(request, actor, office, KeyForm(actor=actor), text=text)
    return _page(request, actor, office, form)


def _page(
    request: HttpRequest, actor: Actor, office: Office, form: KeyForm, *, text: str = ""
) -> HttpResponse:
    looked("keys", by=actor)
    keys = own_keys(actor).select_related("created_by", "centre")
    now = timezone.now()
    context = {
        "form": form,
        "text": text,
        "now": now,
        "keys": keys.order_by(F("revoked_at").desc(nulls_first=True), "-pk"),
        "sent": _sent(actor),
        "calls": Call.objects.filter(key__in=own_keys(actor))
        .select_related("key")
        .order_by("-pk")[:LATELY],
        "office": office.namespace,
        "urls": office.urls,
        "lede": _LEDES[actor.role],
    }
    status = 422 if form.is_bound else 200
    return render(request, "shared/programs/list.html", context, status=status)


def _sent(actor: Actor) -> Any:
    """What a manufacturer's programs sent, as they sent it; others have only calls."""
    if actor.role != Role.ORDER_DESK:
        return None
    own = InboundMessage.objects.filter(manufacturer_id=known(actor.manufacturer_id))
    return own.select_related("key").order_by("-pk")[:LATELY]


def rotated(request: HttpRequest, actor: Actor, program: int, office: Office) -> HttpResponse:
    """A new key in place of an old one, which works for a while yet."""
    old = own_keys(actor).select_related("centre").get(pk=program)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ends = timezone.now() + timedelta(hours=form.cleaned_data["hours"])
        try:
            text = rotate_key(program, old_ends_at=ends, by=actor)[1]
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _page(request, actor, office, KeyForm(actor=actor), text=text)
    context = {"form": form, "key": old, "urls": office.urls, "usable": _usable(old)}
    status = 422 if form.is_bound else 200
    return render(request, "shared/programs/rotate.html", context, status=status)


def _usable(key: ApiKey) -> bool:
    return ApiKey.objects.filter(in_use(timezone.now()), pk=key.pk).exists()


def revoked(request: HttpRequest, actor: Actor, program: int, office: Office) -> HttpResponse:
    """The key is refused from now on."""
    key = revoke_key(program, by=actor)
    words = _("The key of %(name)s is refused from now on.")
    messages.success(request, words % {"name": key.label})
    return redirect(office.urls["programs"])


_LEDES: dict[Role, Any] = {
    Role.BUYER: gettext_lazy(
        "Your own software can order, follow orders and ask for collections. It logs in with a key."
    ),
    Role.BACK_OFFICE: gettext_lazy(
        "Your own software can answer orders and keep customers, machines and prices."
        " It logs in with a key."
    ),
    Role.ORDER_DESK: gettext_lazy(
        "Your order software can fetch approval requests and answer them by itself."
        " It logs in with a key."
    ),
    Role.DISPATCHER: gettext_lazy(
        "Your own software can schedule collections, or receive and count at a centre."
        " It logs in with a key."
    ),
}
