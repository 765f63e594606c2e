"""From tables to messages: the approval requests of a manufacturer."""

from django.db.models import Prefetch, QuerySet

from tonerloop.common.actor import Actor
from tonerloop.common.references import is_valid
from tonerloop.manufacturers import messages
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order, OrderLine
from tonerloop.orders.states import LineState


def requests_for(by: Actor) -> QuerySet[ApprovalRequest]:
    """The manufacturer's approval requests with all that a message says of them."""
    mine = Order.objects.visible_to(by)
    lines = OrderLine.objects.select_related("consumable").order_by("position")
    said = LineAnswer.objects.all()
    return (
        ApprovalRequest.objects.filter(order__in=mine)
        .select_related("order__seller", "order__customer", "order__site")
        .prefetch_related(Prefetch("order__lines", lines), Prefetch("answers", said))
    )


def latest_request(number: str, by: Actor) -> ApprovalRequest:
    """The newest request of an order; DoesNotExist if it isn't the manufacturer's."""
    if not is_valid(number):
        raise ApprovalRequest.DoesNotExist
    return requests_for(by).filter(order__number=number).latest("pk")


def message_of(request: ApprovalRequest) -> messages.ApprovalRequest:
    """The ordering information as it goes to the manufacturer."""
    order = request.order
    said = {one.line_id: one for one in request.answers.all()}
    return messages.ApprovalRequest(
        number=order.number,
        version=order.version,
        status=order.status,
        requested_at=request.opened_at,
        outcome=request.outcome,
        seller=order.seller.name,
        customer=order.customer.name,
        ship_to=(order.site.name, order.site.address),
        wanted_by=order.agreed_date or order.expected_date,
        currency=order.currency,
        reference=order.manufacturer_reference,
        lines=tuple(
            _line(line, said.get(line.pk), shown=order.seller.shows_customer_price)
            for line in order.lines.all()
            if line.state != LineState.REJECTED or line.pk in said
        ),
    )


def _line(line: OrderLine, said: LineAnswer | None, *, shown: bool) -> messages.RequestLine:
    item = line.consumable
    accepted = "accepted" if line.state == LineState.ACCEPTED else ""
    return messages.RequestLine(
        position=line.position,
        part_number=item.part_number,
        gtin=item.gtin,
        name=item.name or item.get_kind_display(),
        quantity=line.ordered_quantity,
        purchase_price=line.purchase_price,
        purchase_currency=line.purchase_currency,
        customer_price=line.unit_price if shown else None,
        approved=line.approved_quantity,
        shipped=line.shipped_quantity,
        answer=said.kind if said else accepted,
        promised_date=line.promised_date or (said.promised_date if said else None),
    )
