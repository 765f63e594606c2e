"""Cases of messages that cannot be read, are not known, or come from somebody else."""

from case import case
from sending import encoded, message, new_secret
from workbench import Bench


@case(
    "A message that is no JSON",
    sent="half a message, rightly signed",
    expected="an answer (2xx or 4xx), and the software works on",
    advice="Catch what cannot be read, log it, answer 400",
)
def malformed(bench: Bench) -> None:
    order = bench.order()
    sent = bench.receiver.send(encoded(message(order, kind="approval.requested"))[:100])
    bench.saw(f"message: {sent}")
    bench.expect(sent.taken or sent.refused, f"It was to be answered 2xx or 4xx; it was {sent}.")
    bench.tell(order)
    bench.answered(order)


@case(
    "A type of message that is not known",
    sent="order.teleported, and then a usual request",
    expected="2xx for both, and an answer to the request",
    advice="Answer 2xx to types that you do not use; new ones may come at any time",
)
def unknown_type(bench: Bench) -> None:
    bench.taken(message(bench.order(listed=False), "order.teleported"))
    order = bench.order()
    bench.tell(order)
    bench.answered(order)


@case(
    "Fields that are not known",
    sent="a message, and answers of the API, with fields that the contract does not name yet",
    expected="2xx and an answer",
    advice="Leave aside what you do not know: fields may be added within one version",
)
def unknown_fields(bench: Bench) -> None:
    bench.pretend.extra = {"carbon": {"grams": 12}, "tags": ["new"]}
    order = bench.order()
    bench.tell(order, carbon={"grams": 12})
    bench.answered(order)


@case(
    "A wrong signature",
    sent="a request signed with a secret that is not yours",
    expected="4xx and no effect",
    advice="Compute HMAC-SHA256 over id.timestamp.body with your secret; compare in constant time",
)
def wrong_signature(bench: Bench) -> None:
    order = bench.order(listed=False)
    bench.refused(message(order), signed_with=[new_secret()])
    bench.untouched(order)


@case(
    "Another body than was signed",
    sent="a rightly signed message whose body was altered on its way",
    expected="4xx and no effect",
    advice="Check the signature over the bytes as they came, before they are read as JSON",
)
def altered_body(bench: Bench) -> None:
    signed, order = bench.order(listed=False), bench.order(listed=False)
    bench.refused(message(signed), altered=encoded(message(order)))
    bench.untouched(signed, order)


@case(
    "An old message sent again by a stranger",
    sent="rightly signed messages, six minutes old and six minutes ahead",
    expected="4xx and no effect",
    advice="Refuse a `webhook-timestamp` that is more than five minutes off",
)
def old_timestamp(bench: Bench) -> None:
    orders = [bench.order(listed=False) for _ in range(2)]
    for order, off_by in zip(orders, (-360, 360), strict=True):
        bench.refused(message(order), off_by=off_by)
    bench.untouched(*orders)


@case(
    "A message without its headers",
    sent="messages without `webhook-id`, `webhook-timestamp` or `webhook-signature`",
    expected="4xx and no effect",
    advice="Refuse what lacks one of the three headers",
)
def missing_headers(bench: Bench) -> None:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    orders = [bench.order(listed=False) for _ in names]
    for order, name in zip(orders, names, strict=True):
        bench.refused(message(order), without=name)
    bench.untouched(*orders)


@case(
    "A secret that is being replaced",
    sent="messages with two signatures, of which one fits: the first, the second",
    expected="2xx and an answer",
    advice="Split `webhook-signature` at spaces; one that fits is enough",
)
def rotation(bench: Bench) -> None:
    known, strange = bench.receiver.secrets[0], new_secret()
    for pair in ([known, strange], [strange, known], *([s] for s in bench.receiver.secrets[1:])):
        order = bench.order()
        bench.taken(message(order), signed_with=pair)
        bench.answered(order)
