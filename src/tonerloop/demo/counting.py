"""One customer's collections in the demo, written as they would have happened."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions.rewarding import earned_key
from tonerloop.collection.models import CollectionRequest, Count, Label, Piece, Registration
from tonerloop.collection.numbers import new_identifiers, new_numbers
from tonerloop.collection.progress import progress
from tonerloop.collection.states import Condition, Status, Way
from tonerloop.common.actor import Role, Side
from tonerloop.common.days import local_day
from tonerloop.demo.cast import Account
from tonerloop.demo.collectors import Loop
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.parties.models import Person
from tonerloop.points import ledger
from tonerloop.points.rules import Pieces, Standing, add_months, points_for

EVERYBODY = [Side.BUYER.value, Side.SELLER.value, Side.COLLECTOR.value]
CONDITIONS = [
    (Condition.REUSABLE, 62),
    (Condition.RECYCLABLE, 28),
    (Condition.DAMAGED, 6),
    (Condition.OTHER_MAKER, 4),
]


class Story:
    """A registered customer's collections, one after the other."""

    def __init__(
        self, account: Account, loop: Loop, registration: Registration, now: datetime
    ) -> None:
        self.now = now
        self.account, self.loop, self.registration = account, loop, registration
        self.buyer = account.buyers[0][0]
        self.sites = cycle(account.sites.values())  # what comes back comes from everywhere

    def counted(self, pieces: list[Consumable], at: datetime, dice: Random) -> None:
        """A collection that went through to its points, counted at this moment."""
        announced = len(pieces) + dice.choice([0, 0, 0, 1, -1])
        request = self._request(max(1, announced), at - timedelta(days=6), dice)
        request.status, request.version, request.site = Status.COUNTED, 5, next(self.sites)
        request.day = local_day(at - timedelta(days=2), self.loop.seller.time_zone)
        request.driver, request.centre = self.loop.driver, self.loop.centre
        request.picked_up_at, request.received_at = at - timedelta(days=2), at - timedelta(hours=2)
        request.counted, request.counted_at = len(pieces), at
        request.save()
        counts = self._count(request, pieces, at, dice)
        points = self._earn(request, counts, at)
        self._tell_all(request, points)

    def open(self, status: Status, at: datetime, dice: Random) -> None:
        """A collection that waits for somebody now."""
        request = self._request(dice.randint(3, 14), at, dice)
        request.status = status
        if status != Status.REQUESTED:
            request.day = local_day(self.now, self.loop.seller.time_zone)
            request.driver = self.loop.driver
            stops = CollectionRequest.objects.filter(driver=self.loop.driver, day=request.day)
            request.position = stops.count() + 1
        if status == Status.RECEIVED:
            request.centre, request.received_at = self.loop.centre, at + timedelta(hours=4)
            request.picked_up_at = at + timedelta(hours=2)
        request.save()
        self._tell(request, Event.COLLECTION_REQUESTED, request.requested_at, self.buyer)
        if request.day:
            data = {"day": request.day.isoformat()}
            when = at + timedelta(minutes=40)
            self._tell(request, Event.COLLECTION_SCHEDULED, when, self.loop.dispatcher, **data)

    def _request(self, announced: int, at: datetime, dice: Random) -> CollectionRequest:
        way = self.registration.way
        count = -(-announced // 20) if way == Way.BOX else announced
        request = CollectionRequest.objects.create(
            number=new_numbers(1)[0],
            key=UUID(int=dice.getrandbits(128)),
            seller=self.loop.seller,
            customer=self.account.customer,
            site=self.registration.site,
            collector=self.loop.collector,
            way=way,
            announced=announced,
            containers=count,
            requested_at=at,
            requested_by=self.buyer,
        )
        kind = Label.Kind.BOX if way == Way.BOX else Label.Kind.PIECE
        self._labels(request, kind, count, at)
        return request

    def _labels(
        self, request: CollectionRequest, kind: Label.Kind, count: int, at: datetime
    ) -> list[Label]:
        return Label.objects.bulk_create(
            Label(
                identifier=identifier,
                kind=kind,
                seller=self.loop.seller,
                customer=self.account.customer,
                request=request,
                issued_at=at,
            )
            for identifier in new_identifiers(kind, count)
        )

    def _count(
        self, request: CollectionRequest, pieces: list[Consumable], at: datetime, dice: Random
    ) -> list[Count]:
        labels = self._labels(request, Label.Kind.PIECE, len(pieces), at)
        made = Piece.objects.bulk_create(
            Piece(label=label, request=request, centre=self.loop.centre) for label in labels
        )
        names, weights = zip(*CONDITIONS, strict=True)
        return Count.objects.bulk_create(
            Count(
                piece=piece,
                seller=self.loop.seller,
                customer=self.account.customer,
                request=request,
                consumable=item,
                condition=dice.choices(names, weights)[0],
                quantity=1,
                at=at,
                by=self.loop.clerk,
            )
            for piece, item in zip(made, pieces, strict=True)
        )

    def _earn(self, request: CollectionRequest, counts: list[Count], at: datetime) -> int:
        now, rule = progress(self.account.customer.pk), self.loop.rule
        assert now is not None
        by_model = Counter((count.consumable, count.condition) for count in counts)
        pieces = [
            Pieces(item.pk, item.manufacturer_id, condition, n)
            for (item, condition), n in by_model.items()
            if item is not None
        ]
        standing = Standing(now.collected, now.percent)
        request.rated_collected, request.rated_percent = now.collected, now.percent
        request.save(update_fields=["rated_collected", "rated_percent"])
        points = points_for(rule, pieces, box=request.way == Way.BOX, standing=standing)
        first = local_day(at, self.loop.seller.time_zone)
        account = ledger.account_of(self.account.customer, rule)
        last = add_months(first, rule.months_valid)
        key = earned_key(request, rule)
        ledger.earn(account, points, rule, key=key, at=at, first=first, last=last)
        return points

    def _tell_all(self, request: CollectionRequest, points: int) -> None:
        assert request.picked_up_at and request.received_at and request.counted_at and request.day
        loop, asked = self.loop, request.requested_at
        self._tell(request, Event.COLLECTION_REQUESTED, asked, self.buyer)
        day = {"day": request.day.isoformat()}
        when = asked + timedelta(hours=3)
        self._tell(request, Event.COLLECTION_SCHEDULED, when, loop.dispatcher, **day)
        picked = {"count": request.containers, "outcome": "picked_up", "note": ""}
        self._tell(request, Event.COLLECTION_PICKED_UP, request.picked_up_at, loop.driver, **picked)
        self._tell(request, Event.COLLECTION_RECEIVED, request.received_at, loop.clerk)
        done = {"counted": request.counted, "announced": request.announced, "points": points}
        self._tell(request, Event.COLLECTION_COUNTED, request.counted_at, loop.clerk, **done)

    def _tell(
        self, request: CollectionRequest, event: Event, at: datetime, by: Person, **data: object
    ) -> None:
        roles = {
            self.buyer.pk: Role.BUYER,
            self.loop.dispatcher.pk: Role.DISPATCHER,
            self.loop.driver.pk: Role.DRIVER,
        }
        Entry.objects.create(
            at=at,
            event=event,
            subject_kind="collection",
            subject_id=request.pk,
            seller_id=self.loop.seller.pk,
            customer_id=self.account.customer.pk,
            collector_id=self.loop.collector.pk,
            person_id=by.pk,
            role=roles.get(by.pk, Role.CLERK),
            audience=EVERYBODY,
            data=data,
        )
