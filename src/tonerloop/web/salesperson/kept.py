"""Answers that come from a phone, perhaps hours later and perhaps twice: each counts once."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.messages import get_messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, known
from tonerloop.orders.errors import Stale
from tonerloop.orders.models import Order
from tonerloop.orders.states import IllegalMove
from tonerloop.web.salesperson.models import KeptAnswer
from tonerloop.web.shared import answers
from tonerloop.web.shared.timeline import timeline

REPLAY = "Tonerloop-Replay"  # the id of the person who gave the answer
Answer = Callable[[], HttpResponse]


def answered(
    request: HttpRequest, actor: Actor, number: str, give: Answer, *, desk: answers.Desk
) -> HttpResponse:
    """The page that follows an answer, or its fate as JSON where the phone sends what it kept."""
    if REPLAY in request.headers:
        if request.headers[REPLAY] != str(actor.person_id):
            words = _("Somebody else is logged in. Only who gave these answers can send them.")
            return JsonResponse({"problem": words}, status=409)
        return JsonResponse(_fate(request, actor, number, give, desk))
    return _once(request, actor, number, give, desk)[0]


def _once(
    request: HttpRequest, actor: Actor, number: str, give: Answer, desk: answers.Desk
) -> tuple[HttpResponse, bool]:
    """Give the answer unless its key was used before; the page, and whether it was carried out.

    Before the order is looked for, since it may have gone to a colleague after the first time.
    """
    key = _key(request)
    if key is None:
        return give(), False
    if earlier := _earlier(key, actor):
        return answers.done(request, earlier, desk), True
    with transaction.atomic():
        order = Order.objects.locked_for(actor).get(number=number)
        if earlier := _earlier(key, actor):
            return answers.done(request, earlier, desk), True
        page = give()
        now = Order.objects.get(pk=order.pk)
        if now.version == order.version:
            return page, False
        KeptAnswer.objects.create(
            person_id=known(actor.person_id),
            key=key,
            order=order,
            outcome=now.status,
            at=timezone.now(),
        )
        return page, True


def _fate(
    request: HttpRequest, actor: Actor, number: str, give: Answer, desk: answers.Desk
) -> dict[str, object]:
    """What became of a kept answer, as the phone needs to know it."""
    try:
        page, applied = _once(request, actor, number, give, desk)
    except (Stale, IllegalMove):
        return {"applied": False, "problem": _too_late(number, actor), "correct": False}
    except Order.DoesNotExist:
        words = _("This order is not yours any more. Ask the office.")
        return {"applied": False, "problem": words, "correct": False}
    said = " ".join(str(message) for message in get_messages(request))
    if applied:
        return {"applied": True, "problem": "", "words": said}
    return {"applied": False, "problem": said or _wrong(page), "correct": True}


def _too_late(number: str, actor: Actor) -> str:
    order = answers.find(number, actor)
    last = timeline(order, actor)[-1]
    words = _(
        "%(who)s, %(when)s: %(what)s. It is now “%(status)s”, so your answer came too late and"
        " changed nothing."
    )
    when = date_format(timezone.localtime(last.at), "SHORT_DATETIME_FORMAT")
    facts = {"who": last.who, "when": when, "what": last.what}
    return words % {**facts, "status": order.get_status_display()}


def _wrong(page: HttpResponse) -> str:
    """What the form says is wrong, in one line."""
    form = (page.context_data or {}).get("form") if isinstance(page, TemplateResponse) else None
    errors = form.errors.values() if form else []
    return " ".join(str(text) for texts in errors for text in texts)


def _earlier(key: UUID, actor: Actor) -> Order | None:
    """The order that was answered with this key, as it was then."""
    found = KeptAnswer.objects.filter(person_id=known(actor.person_id), key=key)
    kept = found.select_related("order__customer", "order__manufacturer").first()
    if kept is None:
        return None
    kept.order.status = kept.outcome
    return kept.order


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
