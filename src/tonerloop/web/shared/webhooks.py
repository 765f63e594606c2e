"""Webhooks on a screen, the same for every party: endpoints, what was sent, sending again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor, Role
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.outbound.models import Delivery, Endpoint, Message
from tonerloop.outbound.webhooks import actions
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.portal import afresh, portal
from tonerloop.web.shared.webhook_words import WORDS, choices, fares

PER_PAGE = 50


@dataclass(frozen=True)
class Office:
    """The portal in which the screens stand, by its address names."""

    namespace: str

    def url(self, name: str, *args: str) -> str:
        """The address of one of its pages."""
        return reverse(f"{self.namespace}:{name}", args=args)


class EndpointForm(RefusableForm):
    """Where messages go, and which."""

    description = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=60,
        validators=[no_control],
        error_messages={"required": gettext_lazy("Name the system that listens there.")},
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Such as https://example.com/hooks. It must be reachable for us."),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Type an address such as https://example.com/hooks.")
        },
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("It is told of"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what it is told of.")},
    )

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = choices(side)  # type: ignore[attr-defined]

    def given(self) -> tuple[str, str, list[str]]:
        """Address, name and types, as the verbs take them."""
        given = self.cleaned_data
        return given["url"], given["description"], given["events"]


class SinceForm(RefusableForm):
    """From which day on failed messages are sent again."""

    since = forms.DateField(
        label=gettext_lazy("Failed since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("Type a day such as 2026-12-24."),
        },
    )

    def moment(self) -> datetime:
        """The beginning of that day, where the reader is."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["since"], time.min))


def listed(request: HttpRequest, actor: Actor, *, office: Office) -> HttpResponse:
    """The party's endpoints and how each fares."""
    rows = [_row(one, office) for one in actions.endpoints_of(actor).order_by("pk")]
    context = {"rows": rows, "new": office.url("webhook_new"), "namespace": office.namespace}
    return render(request, "shared/webhooks/list.html", context)


def _row(endpoint: Endpoint, office: Office) -> dict[str, Any]:
    tone, words = fares(endpoint)
    return {
        "endpoint": endpoint,
        "tone": tone,
        "words": words,
        "url": office.url("webhook", endpoint.key),
    }


def new(request: HttpRequest, actor: Actor, *, office: Office) -> HttpResponse:
    """A new endpoint; its secret stands on this answer and nowhere else."""
    actions.endpoints_of(actor)  # who may not keep them does not see the form either
    form = EndpointForm(request.POST or None, side=actor.side)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = actions.subscribe(*form.given(), by=actor)
            return _with_secret(request, endpoint, secret, office)
        except Refused as refusal:
            form.refuse(refusal)
    context = {"form": form, "back": office.url("webhooks")}
    return render(
        request, "shared/webhooks/form.html", context, status=422 if form.is_bound else 200
    )


def _with_secret(
    request: HttpRequest, endpoint: Endpoint, secret: str, office: Office
) -> HttpResponse:
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "on": office.url("webhook", endpoint.key),
        "back": office.url("webhooks"),
    }
    return render(request, "shared/webhooks/secret.html", context)


def edit(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """Another address, name or list of types."""
    endpoint = actions.endpoints_of(actor).get(key=hook)
    own = {name: getattr(endpoint, name) for name in ("url", "description", "events")}
    form = EndpointForm(request.POST or None, side=actor.side, initial=own)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(hook, *form.given(), by=actor)
            messages.success(request, _("Kept. It holds for what happens from now on."))
            return redirect(office.url("webhook", hook))
        except Refused as refusal:
            form.refuse(refusal)
    context = {"form": form, "endpoint": endpoint, "back": office.url("webhook", hook)}
    return render(
        request, "shared/webhooks/form.html", context, status=422 if form.is_bound else 200
    )


def one(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """One endpoint: its state, what was sent, what waits."""
    return _show(request, actor, hook, office, SinceForm(initial={"since": timezone.localdate()}))


def _show(
    request: HttpRequest,
    actor: Actor,
    hook: str,
    office: Office,
    form: SinceForm,
    status: int = 200,
) -> HttpResponse:
    endpoint = actions.endpoints_of(actor).get(key=hook)
    found, shown = actions.deliveries_of(endpoint), request.GET.get("show", "")
    if shown in Message.State.values:
        found = found.filter(message__state=shown)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_row(endpoint, office),
        "page": page,
        "sent": [_sent(each, hook, office) for each in page],
        "waiting": endpoint.deliveries.filter(next_at__isnull=False).count(),
        "told_of": [(WORDS[name], name) for name in endpoint.events],
        "shown": shown,
        "filters": [("", _("All")), ("failed", _("Failed")), ("retrying", _("Tried again"))],
        "form": form,
        "org_topic": topic_of(actor),
        "here": request.get_full_path() if request.method == "GET" else office.url("webhook", hook),
        "urls": {name: office.url(f"webhook_{name}", hook) for name in POSTS},
        "edit": office.url("webhook_edit", hook),
        "back": office.url("webhooks"),
    }
    return render(request, "shared/webhooks/one.html", context, status=status)


def _sent(delivery: Delivery, hook: str, office: Office) -> dict[str, Any]:
    message = delivery.message
    return {
        "delivery": delivery,
        "message": message,
        "words": WORDS.get(message.template, message.template),
        "url": office.url("webhook_message", hook, message.message_id),
    }


def message(
    request: HttpRequest, actor: Actor, hook: str, sent: str, *, office: Office
) -> HttpResponse:
    """One message: its body and every attempt; a post sends it again."""
    endpoint = actions.endpoints_of(actor).get(key=hook)
    delivery = actions.deliveries_of(endpoint).get(message__message_id=sent)
    if request.method == "POST":
        actions.send_again(hook, sent, by=actor)
        messages.success(request, _("It is sent again, under the same id."))
        return redirect(office.url("webhook_message", hook, sent))
    context = {
        **_sent(delivery, hook, office),
        "endpoint": endpoint,
        "attempts": delivery.attempts.order_by("-pk"),
        "settled": delivery.message.state in actions.SETTLED and bool(delivery.body),
        "org_topic": topic_of(actor),
        "here": request.path,
        "back": office.url("webhook", hook),
    }
    return render(request, "shared/webhooks/message.html", context)


def rotate(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """A new secret, shown once."""
    endpoint, secret = actions.rotate(hook, by=actor)
    return _with_secret(request, endpoint, secret, office)


def test(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """Send a test message."""
    actions.send_test(hook, by=actor)
    messages.success(request, _("A test message is on its way. See below whether it arrives."))
    return redirect(office.url("webhook", hook))


def switch(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """Off, or on again."""
    on = request.POST.get("on") == "1"
    actions.switch(hook, on=on, by=actor)
    words = _("Switched on. Send what has failed meanwhile below.") if on else _("Switched off.")
    messages.success(request, words)
    return redirect(office.url("webhook", hook))


def remove(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """Nothing is sent there any more."""
    gone = actions.remove(hook, by=actor)
    messages.success(request, _("Removed: %(name)s.") % {"name": gone.description})
    return redirect(office.url("webhooks"))


def resend(request: HttpRequest, actor: Actor, hook: str, *, office: Office) -> HttpResponse:
    """Send all again that has failed since a day."""
    actions.endpoints_of(actor).get(key=hook)
    form = SinceForm(request.POST)
    if form.is_valid():
        try:
            count = actions.send_failed_again(hook, form.moment(), by=actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = ngettext(
                "%(count)d message is sent again.", "%(count)d messages are sent again.", count
            )
            messages.success(request, words % {"count": count})
            return redirect(office.url("webhook", hook))
    return _show(request, actor, hook, office, form, 422)


POSTS: dict[str, Callable[..., HttpResponse]] = {
    "rotate": rotate,
    "test": test,
    "switch": switch,
    "remove": remove,
    "resend": resend,
}


# What shows a secret, or sends what is told somewhere else.
AFRESH = (new, edit, rotate)


def addresses(namespace: str, *roles: Role) -> list[URLPattern]:
    """The addresses of these screens in a portal, for these roles."""
    office = Office(namespace)

    def door(route: str, name: str, view: Callable[..., HttpResponse], *methods: str) -> URLPattern:
        bound: Callable[..., HttpResponse] = partial(view, office=office)
        guarded = require_http_methods(list(methods))(afresh(bound) if view in AFRESH else bound)
        return path(f"webhooks/{route}", portal(*roles)(guarded), name=name)

    posts = [
        door(f"<slug:hook>/{name}/", f"webhook_{name}", view, "POST")
        for name, view in POSTS.items()
    ]
    both = ("GET", "HEAD", "POST")
    return [
        door("", "webhooks", listed, "GET", "HEAD"),
        door("new/", "webhook_new", new, *both),
        door("<slug:hook>/", "webhook", one, "GET", "HEAD"),
        door("<slug:hook>/edit/", "webhook_edit", edit, *both),
        *posts,
        door("<slug:hook>/messages/<slug:sent>/", "webhook_message", message, *both),
    ]
