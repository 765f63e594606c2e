"""What each client does in one turn: order, answer, ship, deliver, ask for a collection, count."""

import random
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from torture.clients import Person, Refused
from torture.load import Load, Part, People
from torture.spending import call_off, end_rewards, take_reward

NUMBER = re.compile(r"/order/orders/(\d{10})/")
WAITING = re.compile(r"/sales/(\d{10})/")
STOP = re.compile(r"/driver/(\d{10})/report/")
SPACE = UUID("5f0c1f0e-6d0f-4c57-9d8b-2a2f6f6f3f11")


def _name(rng: random.Random) -> str:
    return f"T{rng.getrandbits(64):016x}"


def order_by_browser(person: Person, load: Load, rng: random.Random) -> None:
    """Type quantities, review, confirm: the same form again until it is answered."""
    page = person.log_in("/order/")
    form = page.form(having="q-")
    fields = [name for name in form.fields if name.startswith("q-")]
    chosen = dict.fromkeys(fields, "")
    for field in rng.sample(fields, k=min(len(fields), rng.choice((1, 1, 2)))):
        chosen[field] = str(rng.randint(1, 4))
    review = person.submit(page, form, chosen)
    confirm, name = review.form(having="seen"), _name(rng)
    wish = load.diary.wish("order", name)

    def send() -> list[str]:
        placed = person.submit(review, confirm, {"reference": name})
        numbers = sorted(set(NUMBER.findall(placed.text)))
        if not numbers:
            raise Refused(200, f"{placed.url} names no order")
        return numbers

    load.until_answered(wish, rng, send)


def order_by_program(load: Load, rng: random.Random) -> None:
    """Place an order by the API, sometimes with points, under one key."""
    world, name = load.cast.world, _name(rng)
    program = load.program("buyer")
    machines = [(world.copier, world.black), (world.copier, world.cyan)]
    machines += [(world.printer, world.rival_toner)] if rng.random() < 0.3 else []
    lines = [
        {"consumable_id": item.pk, "machine_id": machine.pk, "quantity": rng.randint(1, 4)}
        for machine, item in rng.sample(machines, k=rng.randint(1, 2))
    ]
    body: dict[str, Any] = {"lines": lines, "reference": name}
    if rng.random() < 0.5:
        accounts = [a for a in program.get("/points")["accounts"] if a["points"] > 0]
        body["points"] = [
            {"account_id": a["account_id"], "points": rng.randint(1, min(40, a["points"]))}
            | {"currency": a["currency"]}
            for a in accounts[:1]
        ]
    wish = load.diary.wish("order", name)

    def send() -> list[str]:
        made = program.send("POST", "/orders", body, once=name)
        return sorted(one["number"] for one in made["orders"])

    load.until_answered(wish, rng, send)


def confirm_on_phone(person: Person, load: Load, rng: random.Random) -> None:
    """The salesperson's plain yes to one of the orders that wait."""
    waiting = sorted(set(WAITING.findall(person.log_in("/sales/").text)))
    for number in rng.sample(waiting, k=min(2, len(waiting))):
        page = person.get(f"/sales/{number}/")
        yes = page.form(having="/confirm/")
        load.say("order.price_confirmed", number, lambda p=page, f=yes: person.submit(p, f))


def answer_by_program(load: Load, rng: random.Random) -> None:
    """The seller's program confirms, offers dearer prices, asks or cancels."""
    office = load.program("office")
    for order in _some(office.get("/orders?status=placed&limit=20")["items"], rng):
        number, line = order["number"], order["lines"][0]
        price = line["unit_price"] or {"amount": "500", "currency": "JPY"}  # None: on request
        dearer = {"amount": str(int(float(price["amount"])) + 100), "currency": price["currency"]}
        change = {"lines": [{"position": line["position"], "unit_price": dearer}]}
        verb, body, event = rng.choice(
            [
                ("confirm-price", None, "order.price_confirmed"),
                ("confirm-price", None, "order.price_confirmed"),
                ("propose", change, "order.change_proposed"),
                ("ask", {"text": "How soon?"}, "order.question_asked"),
                ("cancel", {"reason": "out_of_stock"}, "order.cancelled"),
            ]
        )
        _post(load, "office", f"/orders/{number}/{verb}", body, event, number)


def follow_up_by_program(load: Load, rng: random.Random) -> None:
    """The customer's program answers changes and questions, reports deliveries, cancels a few."""
    buyer = load.program("buyer")
    for order in _some(buyer.get("/orders?status=waiting_for_buyer&limit=20")["items"], rng):
        answers = [("accept", {}), ("decline", None), ("reply", {"text": "By Friday."})]
        for verb, body in rng.sample(answers, k=3):  # a change or a question: not all fit
            path = f"/orders/{order['number']}/{verb}"
            if _post(load, "buyer", path, body, "", order["number"]):
                break
    for order in _some(buyer.get("/orders?status=shipped&limit=20")["items"], rng):
        number = order["number"]
        _post(load, "buyer", f"/orders/{number}/confirm-delivery", {}, "order.delivered", number)
    if rng.random() < 0.15:
        for order in _some(buyer.get("/orders?status=price_confirmed&limit=20")["items"], rng)[:1]:
            number, why = order["number"], {"reason": "customer_wish"}
            _post(load, "buyer", f"/orders/{number}/cancel", why, "order.cancelled", number)


def approve_and_ship(load: Load, rng: random.Random, name: str = "desk") -> None:
    """The manufacturer's program approves, ships in one or two parts, reports a delivery."""
    desk = load.program(name)
    for request in _some(desk.get("/approval-requests?limit=20")["items"], rng):
        number = request["number"]
        later = timedelta(days=rng.choice((0, 0, 0, 3)))
        day = timezone.now().date() + timedelta(days=3) + later
        body = {"answer": "approved", "promised_date": day.isoformat(), "reference": f"R{number}"}
        _post(load, name, f"/approval-requests/{number}/answer", body, "", number)
    for status in ("approved", "partly_shipped"):
        path = f"/approval-requests?state=all&status={status}&limit=20"
        for request in _some(desk.get(path)["items"], rng):
            _ship(load, name, request, rng)


def _ship(load: Load, name: str, request: dict[str, Any], rng: random.Random) -> None:
    number, part = request["number"], rng.random() < 0.3
    left = [
        (line["position"], line["approved_quantity"] - line["shipped_quantity"])
        for line in request["lines"]
    ]
    lines = [{"position": p, "quantity": 1 if part else n} for p, n in left if n > 0]
    body = {"reference": f"N{_name(rng)}", "lines": lines}
    if lines:
        _post(load, name, f"/orders/{number}/shipments", body, "order.shipped", number)


def ask_for_collection(load: Load, rng: random.Random) -> None:
    """The customer's program asks for a collection of a few pieces, under one key."""
    buyer, name = load.program("buyer"), _name(rng)
    body = {"site_id": load.cast.world.head.pk, "way": "pieces", "pieces": rng.randint(1, 4)}
    wish = load.diary.wish("collection", name)

    def send() -> list[str]:
        return [buyer.send("POST", "/collections", body | {"note": name}, once=name)["number"]]

    load.until_answered(wish, rng, send)


def schedule(load: Load, rng: random.Random) -> None:
    """The collector's program puts what was asked for onto today's route."""
    office = load.program("dispatcher")
    found = office.get("/collections?status=requested&limit=20")["items"]
    numbers = [one["number"] for one in found][:3]
    if numbers:
        day = (timezone.now() + timedelta(hours=9)).date().isoformat()
        body = {"numbers": numbers, "day": day, "driver_id": load.cast.world.driver.pk}
        for number in numbers[:1]:
            _post(load, "dispatcher", "/collection-schedule", body, "collection.scheduled", number)


def drive(person: Person, load: Load, rng: random.Random) -> None:
    """The driver reports stops; the same form again if nobody answered."""
    page = person.log_in("/driver/")
    for number in _some(sorted(set(STOP.findall(page.text))), rng):
        form = page.form(having=f"/driver/{number}/report/")
        outcome = rng.choice(("picked_up", "picked_up", "picked_up", "nobody_there"))
        labels = load.program("dispatcher").get(f"/collections/{number}")["labels"]
        told = {"outcome": outcome, "scans": "\n".join(labels)}
        load.say("", number, lambda f=form, t=told: person.submit(page, f, t))


def receive_and_count(load: Load, rng: random.Random) -> None:
    """The sorting line receives what was picked up, counts each piece, closes the request."""
    clerk, black = load.program("clerk"), load.cast.world.black.pk
    for status in ("picked_up", "received"):
        for one in _some(clerk.get(f"/collections?status={status}&limit=20")["items"], rng)[:2]:
            number = one["number"]
            for label in one["labels"]:
                again = str(uuid5(SPACE, f"{number}/{label}"))
                clerk.send("POST", "/receipts", {"label": label}, once=f"r-{again}")
                condition = "reusable" if int(again[:2], 16) % 2 else "recyclable"
                piece = {"label": label, "consumable_id": black, "condition": condition}
                try:
                    clerk.send("POST", f"/collections/{number}/pieces", piece, once=f"p-{again}")
                except Refused as refused:
                    if refused.status != 422:
                        raise
            closed = clerk.send("POST", f"/collections/{number}/close")
            load.diary.counted[number] = closed["counted"]
            load.diary.note("collection.counted", number)


def _some(found: list[Any], rng: random.Random) -> list[Any]:
    return rng.sample(found, k=min(3, len(found)))


def _post(load: Load, who: str, path: str, body: Any, event: str, number: str) -> bool:
    return load.say(event, number, lambda: load.program(who).send("POST", path, body))


def parts(load: Load, people: People) -> tuple[dict[str, Part], dict[str, Part]]:
    """All clients by name: who begins stories, who takes them on."""
    world = load.cast.world

    def in_browser(person: Any, part: Any) -> Part:
        return lambda load, rng: part(people(person.email, part.__name__), load, rng)

    beginners: dict[str, Part] = {
        "buyer": in_browser(world.buyer, order_by_browser),
        "rival buyer": in_browser(world.rival_buyer, order_by_browser),
        "branch buyer": in_browser(world.branch_buyer, order_by_browser),
        "purchasing": order_by_program,
        "collections": ask_for_collection,
    }
    followers: dict[str, Part] = {
        "salesperson": in_browser(world.sales, confirm_on_phone),
        "office": answer_by_program,
        "follow-up": follow_up_by_program,
        "calling off": call_off,
        "desk": approve_and_ship,
        "rival desk": lambda load, rng: approve_and_ship(load, rng, "rival_desk"),
        "dispatcher": schedule,
        "driver": in_browser(world.driver, drive),
        "clerk": receive_and_count,
        "saver": in_browser(world.buyer, take_reward),
        "rewards": in_browser(world.back_office, end_rewards),
    }
    return beginners, followers
