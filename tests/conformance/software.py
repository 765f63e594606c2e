"""`python software.py WRONG`: the sample software, with one thing wrong; "" for nothing."""

import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "manufacturer"))

import desk
import hooks
import server


def believes_everybody() -> None:
    hooks.verified = lambda *_: True


def answers_twice() -> None:
    """Each time it is told, and each time something else."""
    whole = desk.answer_to

    def anew(*given: Any, **more: Any) -> Any:
        return {**whole(*given, **more), "reference": secrets.token_hex(4)}

    desk.answer_to = anew
    desk.is_open = lambda request: request["outcome"] in ("", "approved")


def falls_over_a_new_type() -> None:
    known = hooks.order_in

    def fussy(body: bytes) -> str:
        if b'"order.teleported"' in body:
            raise KeyError("order.teleported")
        return known(body)

    hooks.order_in = fussy


def drops_what_has_moved_on() -> None:
    server.Refused.moved_on = False


def drops_what_fails() -> None:
    careful = desk.Desk.look_at

    def careless(self: Any, number: str) -> None:
        with suppress(server.Later):  # and nothing is looked at again
            careful(self, number)

    desk.Desk.look_at = careless


def works_before_it_answers() -> None:
    careful = hooks.verified

    def late(*given: Any) -> bool:
        time.sleep(2.2)
        return careful(*given)

    hooks.verified = late


def reads_only_the_first_signature() -> None:
    careful = hooks.verified

    def first(known: Any, headers: Any, body: bytes) -> bool:
        one = headers.get("webhook-signature", "").split(" ")[0]
        return careful(known, {**headers, "webhook-signature": one}, body)

    hooks.verified = first


WRONG: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        believes_everybody,
        answers_twice,
        falls_over_a_new_type,
        drops_what_has_moved_on,
        drops_what_fails,
        works_before_it_answers,
        reads_only_the_first_signature,
    )
}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        WRONG[sys.argv[1]]()
    sys.exit(desk.main())
