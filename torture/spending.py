"""What happens to earned points: rewards are taken, fulfilled or called off, orders given up."""

import random
import re
from functools import partial

from torture.clients import Person, Refused, Unanswered
from torture.load import Load

END = re.compile(r"/seller/rewards/orders/\d+/end/")


def take_reward(person: Person, load: Load, rng: random.Random) -> None:
    """Take a reward where the points suffice: the same form again until it is answered."""
    page = person.log_in("/order/collection/rewards/")
    form = page.form(having="reward")
    wish = load.diary.wish("reward", form.fields["key"])

    def send() -> list[str]:
        said = person.submit(page, form).text
        if "is ordered." in said:
            return [wish.name]
        if "this needs more" in said:
            raise Refused(200, "not enough points")
        raise Unanswered("the page says nothing of it")

    load.until_answered(wish, rng, send)


def end_rewards(person: Person, load: Load, rng: random.Random) -> None:
    """The seller fulfils some of what was taken and gives the points of the others back."""
    page = person.log_in("/seller/rewards/")
    for address in sorted(set(END.findall(page.text)))[:2]:
        chosen = {"status": rng.choice(("fulfilled", "cancelled"))}
        load.say("", "", partial(person.submit, page, page.form(having=address), chosen))


def call_off(load: Load, rng: random.Random) -> None:
    """The customer's program cancels orders that used points, so that these come back."""
    buyer = load.program("buyer")
    for status in ("placed", "price_confirmed"):
        for order in buyer.get(f"/orders?status={status}&limit=20")["items"]:
            if order["points_used"] and rng.random() < 0.5:
                _cancel(load, order["number"])


def _cancel(load: Load, number: str) -> None:
    path, why = f"/orders/{number}/cancel", {"reason": "customer_wish"}
    load.say("order.cancelled", number, lambda: load.program("buyer").send("POST", path, why))
