"""The operator's page of the work behind the screens: what waits, what failed, what to do."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from procrastinate.contrib.django.models import ProcrastinateJob

from tonerloop.common.actor import known
from tonerloop.outbound import upkeep


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest) -> HttpResponse:
    """Queues, workers, schedules, messages; failed jobs are tried again or dropped here."""
    if not request.user.is_superuser:
        raise PermissionDenied
    if request.method == "POST":
        _decide(request)
        return redirect("operator-work")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Work behind the screens"),
        "queues": upkeep.queues(),
        "failed": upkeep.failed_jobs(),
        "workers": upkeep.workers(),
        "schedules": upkeep.schedules(),
        "messages_left": sorted(upkeep.messages().items()),
        "now": timezone.now(),
    }
    return render(request, "operator/work.html", context)


def _decide(request: HttpRequest) -> None:
    """Try a failed job again, or drop it; either stands in the operator's log."""
    typed = request.POST.get("job", "")
    job = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    again = "again" in request.POST
    done = upkeep.try_again(job) if again else upkeep.drop(job)
    if not done:
        messages.warning(request, _("This job has not failed, or is gone. Nothing was changed."))
        return
    words = _("Job %(job)d is tried again.") if again else _("Job %(job)d was dropped.")
    messages.success(request, words % {"job": job})
    LogEntry.objects.create(
        user_id=known(request.user.pk),
        content_type=ContentType.objects.get_for_model(ProcrastinateJob),
        object_id=str(job),
        object_repr=f"job {job}",
        action_flag=CHANGE if again else DELETION,
        change_message="tried again" if again else "dropped",
    )


view = admin.site.admin_view(work)
