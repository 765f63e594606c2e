"""All event names. What follows from each is read in outbound/routes.py."""

from enum import StrEnum


class Event(StrEnum):
    """Something that happened and stays in the journal."""

    ORDER_PLACED = "order.placed"
    ORDER_PRICE_CONFIRMED = "order.price_confirmed"
    ORDER_CHANGE_PROPOSED = "order.change_proposed"
    ORDER_QUESTION_ASKED = "order.question_asked"
    ORDER_CHANGE_ACCEPTED = "order.change_accepted"
    ORDER_CHANGE_DECLINED = "order.change_declined"
    ORDER_REPLIED = "order.replied"
    ORDER_APPROVED = "order.approved"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_SHIPPED = "order.shipped"
    ORDER_DELIVERED = "order.delivered"
    ORDER_RETURNED = "order.returned"
    BASKET_MISFIT_REFUSED = "basket.misfit_refused"
    BASKET_MISFIT_MEANT = "basket.misfit_meant"
    RECORD_CHANGED = "record.changed"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
