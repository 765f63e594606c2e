"""Whether this process answers, and whether it can do its work."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

BEAT = """
SELECT EXISTS (
    SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'
)
"""

SWEPT = """
SELECT EXISTS (
    SELECT FROM procrastinate_periodic_defers WHERE task_name = 'outbound.rescue'
    AND to_timestamp(defer_timestamp) > now() - interval '2 minutes'
)
"""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is looked at."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database reachable, migrations applied; with `?worker=1` also a worker and its clock."""
    checks = {name: _held(check) for name, check in CHECKS.items()}
    needed = set(checks) - (BEHIND - set(request.GET))
    ready = all(checks[name] for name in needed)
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _worker() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BEAT)
        return bool(cursor.fetchone()[0])


def _schedule() -> bool:
    """What runs by the clock runs: the sweep of dead workers' jobs comes every 20 seconds."""
    with connection.cursor() as cursor:
        cursor.execute(SWEPT)
        return bool(cursor.fetchone()[0])


def _held(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
        connection.close()  # a broken connection is not kept for the next request
        return False


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
    "schedule": _schedule,
}
BEHIND = {"worker", "schedule"}  # the screens go on without them, for a while
