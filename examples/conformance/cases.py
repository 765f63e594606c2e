"""What a manufacturer's software has to cope with, in the order in which it is tried."""

import strange_cases
import trouble_cases
import usual_cases
from case import CASES, Case

ORDER = (
    *("new_request", "duplicate", "late", "reordered", "gap"),
    *("malformed", "unknown_type", "unknown_fields"),
    *("slow", "api_fails", "too_many", "lost_answer", "stale", "withdrawn"),
    *("wrong_signature", "altered_body", "old_timestamp", "missing_headers", "rotation", "big"),
    *("restart", "silence", "discontinued", "ships"),
)
MODULES = (usual_cases, strange_cases, trouble_cases)  # each adds its own when it is imported
IN_ORDER: list[Case] = [CASES[name] for name in ORDER]
