"""One field, one answer: what a scan means depends on what was scanned before.

The page carries its state in hidden fields, so that a restarted browser or server loses nothing
that was counted, and two stations do not know of each other.
"""

import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions import receiving, strays
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import CollectionRequest
from tonerloop.collection.numbers import scanned, shown
from tonerloop.collection.states import Condition, IllegalMove, Status
from tonerloop.common.actor import Actor, Role
from tonerloop.common.references import grouped
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.web.shared.collections import counted_models, stray_models
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.refusals import refusal_words

KEYS = dict(enumerate(Condition, start=1))  # the clerk presses 1 … 4
LONGEST = 200


@dataclass(frozen=True)
class State:
    """What is at hand: a request, its container, a piece, what it is."""

    number: str = ""
    container: str = ""
    piece: str = ""
    model: str = ""  # id of a catalogue model
    unknown: str = ""  # what stands on a piece of no known model
    stray: str = ""  # label of the open container without sender
    nobodys: str = ""  # what was scanned and belongs to nobody; X receives it so
    key: str = ""  # of that offer: sent twice, it is one container


@dataclass(frozen=True)
class Answer:
    """What the station says: in green, in red, or what to do next."""

    state: State
    words: str
    tone: str = "good"


@portal(Role.CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def station(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The station; each scan is a POST that is answered with the next state."""
    state = _state(request)
    if request.method != "POST":
        return _show(request, actor, Answer(State(), _("Scan a container."), "info"))
    try:
        answer = _scan(_typed(request), state, actor)
    except receiving.NoSender as refusal:
        answer = _offer(request, state, refusal)
    except Refused as refusal:
        answer = Answer(state, refusal.message, "bad")
    except IllegalMove as refusal:
        answer = Answer(state, refusal_words(refusal), "bad")
    except CollectionRequest.DoesNotExist:
        answer = Answer(State(), _("This one belongs to another centre. Put it aside."), "bad")
    return _show(request, actor, answer)


def _state(request: HttpRequest) -> State:
    given = {name: request.POST.get(name, "")[:LONGEST] for name in asdict(State())}
    return State(**given)


def _typed(request: HttpRequest) -> str:
    """What was scanned; wide letters, as a keyboard set to Japanese makes them, are made narrow."""
    return unicodedata.normalize("NFKC", request.POST.get("scan", "")[:LONGEST]).strip()


def _offer(request: HttpRequest, state: State, refusal: Refused) -> Answer:
    """It is nobody's: with no container at hand it can be received without a sender."""
    if state.number or state.stray:
        return Answer(state, refusal.message, "bad")
    words = _("%(why)s Or type X to receive it without a sender.")
    fresh = State(nobodys=_typed(request), key=str(uuid4()))
    return Answer(fresh, words % {"why": refusal.message}, "bad")


def _scan(text: str, state: State, actor: Actor) -> Answer:
    _no_control_in(text)
    if not text:
        return Answer(state, _("Nothing was scanned. Scan again."), "bad")
    command = text.upper()
    if scanned(text):
        return _label(text, state, actor)
    if command == "X" and state.nobodys:
        return _stray(state, actor)
    if not state.number and not state.stray:
        raise receiving.NoSender("scan", _("This is no label of ours, or mistyped. Scan it again."))
    if command in ("N", "NEW"):
        return _new(state, actor)
    if command in ("END", "CLOSE"):
        return _put_aside(state) if state.stray else _close(state, actor)
    if not state.piece:
        raise Refused("scan", _("Scan the piece’s label first, or type N for a new one."))
    if text.isdigit() and len(text) == 1:
        return _count(int(text), state, actor)
    return _model(text, state)


def _no_control_in(text: str) -> None:
    try:
        no_control(text)
    except ValidationError as error:
        raise Refused("scan", error.messages[0]) from error


def _stray(state: State, actor: Actor) -> Answer:
    try:
        key = UUID(state.key)
    except ValueError as error:
        raise Refused("scan", _("Scan the container again.")) from error
    found = strays.receive_stray(state.nobodys, key=key, by=actor)
    words = _("Received without a sender. Write %(label)s on it, then type N for its first piece.")
    return Answer(State(stray=found.label.identifier), words % {"label": found.label})


def _new(state: State, actor: Actor) -> Answer:
    if state.stray:
        label = strays.new_stray_label(state.stray, by=actor)
    else:
        label = receiving.new_piece_label(state.number, by=actor)
    words = _("New label: %(label)s. Write it on the piece, then scan its model.")
    return Answer(_fresh(state, piece=label.identifier), words % {"label": label}, "info")


def _put_aside(state: State) -> Answer:
    words = _("%(label)s is kept without a sender. Scan the next container.")
    return Answer(State(), words % {"label": shown(state.stray)})


def _fresh(state: State, **changes: str) -> State:
    return replace(state, **{"piece": "", "model": "", "unknown": "", **changes})


def _label(text: str, state: State, actor: Actor) -> Answer:
    """A container opens its request; a piece's label in the open request is the next piece."""
    identifier = scanned(text) or ""
    if identifier.startswith("P") and state.number and _is_ours(identifier, state, actor):
        own = CollectionRequest.objects.visible_to(actor).get(number=state.number)
        label = receiving.piece_label(identifier, own)
        words = _("Piece %(label)s. Scan or type its model.")
        return Answer(_fresh(state, piece=label.identifier), words % {"label": label}, "info")
    if strays.strays(actor).filter(label__identifier=identifier, request=None).exists():
        words = _("%(label)s, without a sender. Type N for its next piece.")
        return Answer(State(stray=identifier), words % {"label": shown(identifier)})
    found, label = receiving.receive(identifier, by=actor)
    fresh = State(number=found.number, container=label.identifier)
    if label.kind == label.Kind.PIECE:
        receiving.piece_label(identifier, found)
        words = _("%(customer)s, single piece. Scan or type its model.")
        fresh = replace(fresh, container="", piece=label.identifier)
        return Answer(fresh, words % {"customer": found.customer.name})
    words = _("%(customer)s: %(announced)d announced. Scan the first piece, or type N.")
    facts = {"customer": found.customer.name, "announced": found.announced}
    return Answer(fresh, words % facts)


def _is_ours(identifier: str, state: State, actor: Actor) -> bool:
    open_ones = CollectionRequest.objects.visible_to(actor).filter(
        number=state.number, status=Status.RECEIVED
    )
    return open_ones.filter(customer__labels__identifier=identifier).exists()


def _model(text: str, state: State) -> Answer:
    found = Consumable.objects.filter(gtin=text).first() if text.isdigit() else None
    found = found or Consumable.objects.filter(part_number__iexact=text).first()
    if found is not None:
        fresh = replace(state, model=str(found.pk), unknown="")
        words = _("%(part)s. Condition: 1 reusable, 2 recyclable, 3 other maker’s, 4 damaged.")
        return Answer(fresh, words % {"part": found.part_number}, "info")
    fresh = replace(state, model="", unknown=text[:60])
    words = _("“%(text)s” is not in the catalogue. Scan again, or press 1–4 to count it so.")
    return Answer(fresh, words % {"text": text[:60]}, "warn")


def _count(key: int, state: State, actor: Actor) -> Answer:
    condition = KEYS.get(key)
    if condition is None:
        raise Refused("scan", _("Choose the condition: 1, 2, 3 or 4."))
    chosen = _chosen(state)
    what = What(
        consumable_id=chosen.pk if chosen else None,
        unknown_model=state.unknown,
        condition=condition,
    )
    if state.stray:
        strays.count_stray(state.stray, state.piece, what, by=actor)
    else:
        receiving.count(state.number, state.piece, what, by=actor, container=state.container)
    words = _("Counted: %(condition)s. Scan the next piece, or type END.")
    return Answer(_fresh(state), words % {"condition": condition.label})


def _close(state: State, actor: Actor) -> Answer:
    counted, points = receiving.close(state.number, by=actor)
    words = ngettext(
        "%(number)s closed: %(n)d piece, %(points)d points. Scan the next container.",
        "%(number)s closed: %(n)d pieces, %(points)d points. Scan the next container.",
        counted,
    )
    facts = {"number": grouped(state.number), "n": counted, "points": points}
    return Answer(State(), words % facts)


def _chosen(state: State) -> Consumable | None:
    known = state.model.isdigit() and len(state.model) < 16
    return Consumable.objects.filter(pk=int(state.model)).first() if known else None


def _show(request: HttpRequest, actor: Actor, answer: Answer) -> HttpResponse:
    state = answer.state
    own = CollectionRequest.objects.visible_to(actor).select_related("customer", "site")
    found = own.filter(number=state.number).first() if state.number else None
    stray = strays.strays(actor).filter(label__identifier=state.stray).first()
    models = counted_models(found) if found else stray_models(stray) if stray else []
    context: dict[str, Any] = {
        "state": asdict(state),
        "answer": answer,
        "collection": found,
        "stray": stray,
        "stray_label": shown(state.stray) if stray else "",
        "piece_label": shown(state.piece),
        "models": models,
        "so_far": sum(row["count"] for row in models),
        "conditions": [(key, one.label) for key, one in KEYS.items()],
        "model": _chosen(state),
    }
    part = "_part" if request.headers.get("HX-Request") else ""
    return render(request, f"recovery/station{part}.html", context)
