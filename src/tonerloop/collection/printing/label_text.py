"""What stands on one label, whatever it is printed on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LabelText:
    """One label: `address` goes into the 2D code, the rest is for people."""

    identifier: str  # B1234567890; P… of a single piece, M… of a machine
    shown: str  # B 123-456-7890
    address: str
    title: str
    lines: tuple[str, ...] = ()
