"""Cases of every day: requests once, twice, late, out of order, not at all."""

import time
from threading import Thread

from case import case
from sending import encoded, message, new_id
from workbench import OTHER_PART, PART, Bench

DAY = 24 * 3600.0
BIG = 19_900  # bytes, of 20,000 that a message may have


@case(
    "A new request",
    sent="approval.requested for an order, rightly signed",
    expected="2xx, then one answer at POST /approval-requests/{number}/answer that is accepted",
    advice="Check the key, the address of the API and the body of the answer; 422 says which field",
)
def new_request(bench: Bench) -> None:
    order = bench.order()
    bench.tell(order)
    bench.answered(order)
    tries = [call for call in bench.answers(order) if call.status == 200]
    named = all(b'"version"' in call.body for call in tries)
    words = "Send the `version` that you saw with an answer: it guards against a stale view."
    bench.expect(named, words)


@case(
    "The same message several times",
    sent="one message three times, twice of it at the same moment, under one id",
    expected="2xx each time; one answer in effect, and no other answer tried",
    advice="Keep the `webhook-id` of what you have taken; give the same order the same reference",
)
def duplicate(bench: Bench) -> None:
    order = bench.order()
    told, sent_id = message(order), new_id()
    twins = [Thread(target=bench.taken, args=[told], kwargs={"sent_id": sent_id}) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    bench.answered(order)
    bench.taken(told, sent_id=sent_id)
    time.sleep(bench.options.quiet)
    bodies = {call.body for call in bench.answers(order)}
    bench.expect(len(bodies) <= 1, "The copies were answered in different ways.")


@case(
    "A late message",
    sent="a message about an order of yesterday, sent and signed now",
    expected="2xx and an answer: what is late is the event, not the signature",
    advice="Compare `webhook-timestamp` with your clock, not the `timestamp` in the body",
)
def late(bench: Bench) -> None:
    order = bench.order(age=DAY)
    bench.tell(order, age=DAY)
    bench.answered(order)


@case(
    "Messages in the wrong order",
    sent="approval.withdrawn (sequence 2), then its approval.requested (sequence 1)",
    expected="2xx for both; no answer to the withdrawn request, or one that is refused and let be",
    advice="Take a message as a hint and fetch the order as it is now before you act",
)
def reordered(bench: Bench) -> None:
    order = bench.order()
    first, first_id = message(order), new_id()
    order.close("cancelled", "withdrawn")
    bench.tell(order, "approval.withdrawn", sequence=2, previous=first_id)
    bench.taken(first, sent_id=first_id)
    time.sleep(bench.options.quiet)
    bench.expect(len(bench.answers(order)) <= 2, "The withdrawn request was answered on and on.")


@case(
    "A gap",
    sent="sequence 4 with a `previous` that never came; its content is older than the order",
    expected="2xx and one answer to the order as it is now",
    advice="`sequence` and `previous` tell of a gap: fetch the order at `links.request`",
)
def gap(bench: Bench) -> None:
    order = bench.order((PART, 5))
    old = message(order, sequence=4, previous=new_id())
    order.change()
    bench.taken(old)
    bench.answered(order)


@case(
    "A big message",
    sent="a message of nearly 20 kB, and one whose lines are left out as too many",
    expected="2xx and answers; the left-out lines are fetched",
    advice="Take bodies of 20 kB; where `lines_left_out` is true fetch `links.request`",
)
def big(bench: Bench) -> None:
    order = bench.order(*[(PART, 1)] * 20)
    told = message(order)
    told["data"]["filled"] = "x" * (BIG - len(encoded(told)))
    bench.taken(told)
    longer = bench.order(*[(PART, 1)] * 150)
    bench.tell(longer, request={**longer.shown(), "lines": [], "lines_left_out": True})
    bench.answered(order)
    bench.answered(longer)


@case(
    "No message at all",
    sent="nothing: the request is only in the list",
    expected="an answer all the same",
    advice="Look at GET /approval-requests?state=open from time to time",
    missing=lambda options: "" if options.polls else "needs --polls SECONDS",
)
def silence(bench: Bench) -> None:
    order = bench.order()
    bench.until(lambda: bool(order.outcome), bench.options.polls)
    bench.answered(order)


@case(
    "A part that is no longer made",
    sent="a request for the part of --discontinued and another one",
    expected="not approved as it is: a line answer that refuses the part, or a cancellation",
    advice="Answer by line (`answer`: `lines`), or cancel with the reason `discontinued`",
    missing=lambda options: "" if options.discontinued else "needs --discontinued PART",
)
def discontinued(bench: Bench) -> None:
    order = bench.order((bench.options.discontinued, 2), (OTHER_PART, 1))
    bench.tell(order)
    bench.answered(order)
    sold = order.lines[0]["approved_quantity"]
    bench.expect(not sold, "The discontinued part was approved.")


@case(
    "Shipments",
    sent="a request; after the approval nothing more",
    expected="all pieces are shipped, in one parcel or several, never more than approved",
    advice="POST /orders/{number}/shipments, each parcel with a delivery note number of its own",
    missing=lambda options: "" if options.ships else "needs --ships",
)
def ships(bench: Bench) -> None:
    order = bench.order((PART, 3), (OTHER_PART, 2))
    bench.tell(order)
    sent = bench.until(lambda: order.status == "shipped")
    bench.expect(sent, f"Not all was shipped in time; the order is “{order.status}”.")
    calls = bench.pretend.calls_about(order)
    bad = [call for call in calls if call.path.endswith("/shipments") and call.status >= 400]
    bench.expect(not bad, "A shipment was refused; its answer says why.")
