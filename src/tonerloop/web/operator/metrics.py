"""Figures for Prometheus: requests of all web processes, and how the work behind them stands."""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tonerloop.common.wall import through
from tonerloop.outbound import upkeep

ALIVE = 60  # seconds since a heartbeat


class Work(Collector):
    """Jobs, workers and messages, read from the database when asked."""

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        jobs = GaugeMetricFamily("tonerloop_jobs", "Jobs", labels=["queue", "state"])
        oldest = GaugeMetricFamily(
            "tonerloop_oldest_job_seconds", "How long the oldest due job waits", labels=["queue"]
        )
        for queue in upkeep.queues():
            for state in ("due", "later", "doing", "failed"):
                jobs.add_metric([queue.name, state], getattr(queue, state))
            oldest.add_metric([queue.name], queue.oldest_seconds)
        yield jobs
        yield oldest
        yield self._workers()
        yield self._messages()
        yield from self._outcomes()

    def _workers(self) -> Metric:
        now = timezone.now()
        alive = [at for _id, at in upkeep.workers() if (now - at).total_seconds() < ALIVE]
        return GaugeMetricFamily("tonerloop_workers", "Workers at work", value=len(alive))

    def _messages(self) -> Metric:
        found = GaugeMetricFamily(
            "tonerloop_messages", "Messages that have not arrived", labels=["channel", "state"]
        )
        for (channel, state), count in upkeep.messages().items():
            found.add_metric([channel, state], count)
        return found

    def _outcomes(self) -> Iterator[Metric]:
        late = GaugeMetricFamily(
            "tonerloop_late_orders", "Orders whose answer is overdue", labels=["status"]
        )
        for status, count in upkeep.late_orders().items():
            late.add_metric([status], count)
        yield late
        said = "What became of the youngest messages"
        told = GaugeMetricFamily("tonerloop_recent_messages", said, labels=["channel", "state"])
        for (channel, state), count in upkeep.outcomes().items():
            told.add_metric([channel, state], count)
        yield told
        said = "What the youngest attempts at webhooks were answered"
        answers = GaugeMetricFamily("tonerloop_recent_webhook_answers", said, labels=["answer"])
        for answer, count in upkeep.webhook_answers().items():
            answers.add_metric([answer], count)
        yield answers


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for whoever sends the token; without one set, there is no such page."""
    wanted = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    with through():  # counts only
        text = generate_latest(_requests()) + generate_latest(_work())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _requests() -> CollectorRegistry:
    """What all web processes counted; of this one alone where it is the only one."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _work() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Work())
    return registry
