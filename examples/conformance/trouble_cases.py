"""Cases where something goes wrong between the message and the answer."""

import time

from case import case
from pretend import Trouble
from workbench import Bench


@case(
    "A slow API",
    sent="a request, while every answer of the API takes seconds",
    expected="2xx before the API has answered once; later an answer",
    advice="Answer the message first, work afterwards; wait at least 20 s for the API",
)
def slow(bench: Bench) -> None:
    bench.pretend.delay = bench.options.slow
    order = bench.order()
    sent = bench.tell(order)
    quick = sent.seconds < bench.options.slow
    bench.expect(quick, f"The message was answered only after the work was done: {sent}.")
    most = bench.options.patience + 4 * bench.options.slow
    bench.until(lambda: bool(order.outcome), most)
    bench.pretend.delay = 0.0
    bench.answered(order)


def _troubled(bench: Bench, status: int) -> None:
    bench.pretend.trouble = trouble = Trouble(status, seconds=2)
    order = bench.order()
    bench.tell(order)
    met = bench.until(lambda: trouble.until > 0)
    bench.expect(met, "The API was not called.")
    bench.answered(order)
    bench.saw(f"calls before `Retry-After` was over: {trouble.early}")
    bench.expect(not trouble.early, "The API was called again before `Retry-After` was over.")


@case(
    "An API that fails",
    sent="a request, while the API says 503 with `Retry-After: 2`, then works again",
    expected="no call until then, and an answer afterwards",
    advice="Keep what is to be done; on 5xx wait as `Retry-After` says, or longer and longer",
)
def api_fails(bench: Bench) -> None:
    _troubled(bench, 503)


@case(
    "Too many calls",
    sent="a request, while the API says 429 with `Retry-After: 2`",
    expected="no call until then, and an answer afterwards",
    advice="Wait as `Retry-After` says; `RateLimit` tells beforehand what is left",
)
def too_many(bench: Bench) -> None:
    _troubled(bench, 429)


@case(
    "An answer that is lost on its way",
    sent="a request; the first POST takes effect, but the connection breaks before its answer",
    expected="the very same answer again, or a look at the order: one answer in effect",
    advice="Send the same answer again, with the same reference and day: twice is once",
)
def lost_answer(bench: Bench) -> None:
    bench.pretend.lose_next_answer = True
    order = bench.order()
    bench.tell(order)
    bench.answered(order)
    bodies = {call.body for call in bench.answers(order)}
    bench.expect(len(bodies) <= 1, "After the break another answer was sent than before.")


@case(
    "An order that has changed meanwhile",
    sent="a request; just before the answer comes, the seller changes a quantity",
    expected="409 or 412 is understood: the order is fetched again and answered anew",
    advice="On 409 and 412 fetch the order again and decide again; do not drop it",
)
def stale(bench: Bench) -> None:
    order = bench.order()
    order.before_answer = order.change
    bench.tell(order)
    bench.answered(order)
    refused = [call.status for call in bench.answers(order)][:1]
    words = "The answer did not name the version that it was made from, so nothing guarded it."
    bench.expect(refused != [200], words)


@case(
    "A request that is withdrawn meanwhile",
    sent="a request; just before the answer comes, the buyer cancels; then approval.withdrawn",
    expected="the refusal (409) ends it: no more tries",
    advice="On 409 look at the order; where its `outcome` is set there is nothing to answer",
)
def withdrawn(bench: Bench) -> None:
    order = bench.order()
    order.before_answer = lambda: order.close("cancelled", "withdrawn")
    bench.tell(order)
    met = bench.until(lambda: bool(bench.answers(order)))
    bench.expect(met, "No answer was tried.")
    bench.tell(order, "approval.withdrawn", sequence=2)
    time.sleep(max(bench.options.quiet, 1.5))
    tries = len(bench.answers(order))
    bench.expect(tries <= 2, f"It was answered {tries} times although it is withdrawn.")


@case(
    "A kill and a start in between",
    sent="a request while the API is away; the software is killed and started; the API is back",
    expected="2xx, and one answer in the end",
    advice="Keep what you have taken, or look at GET /approval-requests?state=open at each start",
    missing=lambda options: "" if options.restart else "needs --restart-command",
)
def restart(bench: Bench) -> None:
    bench.pretend.down = True
    order = bench.order()
    bench.tell(order)
    bench.restart()
    bench.pretend.down = False
    bench.answered(order)
