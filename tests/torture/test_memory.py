"""The verdict on memory: flat is what stays within a tenth, growing is named."""

from torture.memory import Samples
from torture.stack import PROGRAMS


def samples(web: list[float]) -> Samples:
    rest = [name for name in PROGRAMS if name != "web"]
    return Samples([{"web": mb, **dict.fromkeys(rest, 100.0)} for mb in web])


def test_what_grows_only_while_caches_fill_is_flat() -> None:
    assert samples([100, 200, 300, 300, 310, 310, 320, 320]).growing() == []


def test_what_goes_on_growing_is_named() -> None:
    found = samples([300, 310, 320, 330, 340, 350, 360, 370, 380, 390, 400])
    assert found.quarter("web", 1) == 325  # the third and fourth of eleven
    assert found.quarter("web", 3) == 380  # what is left over belongs to the last
    assert found.growing() == ["web"]
