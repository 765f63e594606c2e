"""The kit and the sample software, which are no packages: found by their folders."""

import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
for folder in ("conformance", "manufacturer"):
    if str(EXAMPLES / folder) not in sys.path:
        sys.path.append(str(EXAMPLES / folder))
