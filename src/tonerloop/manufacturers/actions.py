"""What a manufacturer's program does: answers and shipments, the same one twice being one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tonerloop.common.actor import Actor, known
from tonerloop.common.references import is_valid
from tonerloop.manufacturers import messages
from tonerloop.manufacturers.messages import Approval, Cancellation, Dispatch, LineAnswers
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import LineSaid, answer_lines, approve, cancel, report_delivery, ship
from tonerloop.orders.errors import AnsweredOtherwise
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order
from tonerloop.orders.states import Status
from tonerloop.programs.models import ApiKey

INBOUND_KEPT = timedelta(days=400)  # a year's trade and a month to argue about it


def receive(key: ApiKey, path: str, body: bytes) -> InboundMessage:
    """Keep what came exactly as it came, before anything is made of it."""
    return InboundMessage.objects.create(
        manufacturer_id=known(key.manufacturer_id),
        key=key,
        received_at=timezone.now(),
        path=_keepable(path)[:200],
        body=_keepable(body.decode(errors="backslashreplace")),
    )


def settle(message: InboundMessage, outcome: str, *, number: str = "", error: str = "") -> None:
    """Note what became of it: applied, refused or unreadable."""
    message.outcome, message.error = outcome, _keepable(error)[:500]
    message.order_number = number if len(number) == 10 and is_valid(number) else ""
    message.save(update_fields=["outcome", "order_number", "error"])


def forget(now: datetime) -> int:
    """Empty what came so long ago that nobody asks any more how it was written; how many."""
    old = InboundMessage.objects.filter(received_at__lt=now - INBOUND_KEPT)
    return old.exclude(body="").update(body="")


def _keepable(text: str) -> str:
    # PostgreSQL keeps no NUL in text; whatever else came stays readable.
    return text.replace("\0", "\\0")


Answer = Approval | Cancellation | LineAnswers


@transaction.atomic
def answer(number: str, given: Answer, *, by: Actor, seen_version: int | None = None) -> Order:
    """Apply an answer; the one that was applied before changes nothing, another is refused."""
    if isinstance(given, LineAnswers):
        said = {position: _said(one) for position, one in given.lines.items()}
        return answer_lines(number, said, given.reference, by=by, seen_version=seen_version)
    order = Order.objects.locked_for(by).get(number=number)
    if isinstance(given, Cancellation):
        if _was_cancelled_so(order, given):
            return order
        return cancel(number, given.reason, given.text, by=by, seen_version=seen_version)
    if _was_approved_so(order, given):
        return order
    date, reference = given.promised_date, given.reference
    return approve(number, date, reference, by=by, seen_version=seen_version)


def _said(one: messages.LineAnswer) -> LineSaid:
    return LineSaid(
        kind=LineAnswer.Kind(one.answer),
        promised_date=one.promised_date,
        quantity=one.quantity,
        substitute=one.substitute,
        price=one.price,
        currency=one.currency,
        reason=one.reason,
        text=one.text,
    )


def _was_cancelled_so(order: Order, given: Cancellation) -> bool:
    return (order.cancelled_side, order.cancel_reason, order.cancel_text) == (
        "manufacturer",
        given.reason,
        given.text.strip(),
    )


def _was_approved_so(order: Order, given: Approval) -> bool:
    """The same promise was recorded already, or waits for the buyer's yes."""
    if order.status == Status.CANCELLED:
        return False
    if given.reference.strip() not in ("", order.manufacturer_reference):
        return False
    request = order.approval_requests.latest("pk")
    if request.closed_at and request.answers.exists():
        return _accepted_the_rest(order, request, given)
    if order.status == Status.WAITING:
        asked = order.proposals.filter(answered_at=None, side="manufacturer")
        return asked.filter(new_date=given.promised_date).exists()
    return order.promised_date == given.promised_date


def _accepted_the_rest(order: Order, request: ApprovalRequest, given: Approval) -> bool:
    """The newest answer took this day for all lines left open; AnsweredOtherwise if it did not."""
    answers = request.answers.select_related("line", "substitute").order_by("line__position")
    promised = (LineAnswer.Kind.ACCEPTED, given.promised_date)
    other = [said for said in answers if (said.kind, said.promised_date) != promised]
    newest = max(said.answered_at for said in answers)
    if any(said.answered_at == newest for said in other):
        raise AnsweredOtherwise(order.status, other)
    return True


@transaction.atomic
def deliver(number: str, *, by: Actor, seen_version: int | None = None) -> Order:
    """What was shipped has arrived; told twice, it has arrived once."""
    order = Order.objects.locked_for(by).get(number=number)
    if order.status == Status.DELIVERED:
        return order
    return report_delivery(number, by=by, seen_version=seen_version)


@transaction.atomic
def dispatch(number: str, given: Dispatch, *, by: Actor, seen_version: int | None = None) -> Order:
    """Report a shipment; the same delivery note twice is one shipment."""
    return ship(
        number,
        given.quantities,
        by=by,
        carrier=given.carrier,
        tracking_number=given.tracking_number,
        reference=given.reference,
        seen_version=seen_version,
    )
