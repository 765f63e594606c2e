"""`RESULTS.md`: one section for each measurement, which writes only its own."""

from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def keep(title: str, text: str) -> None:
    """Write the section of this title, in the place of its earlier one; the others stay."""
    sections = dict(_sections())
    sections[title] = text.strip()
    parts = [f"## {name}\n\n{body}" for name, body in sections.items()]
    RESULTS.write_text("# Measured\n\n" + "\n\n".join(parts) + "\n")


def _sections() -> list[tuple[str, str]]:
    parts = RESULTS.read_text().split("\n## ")[1:] if RESULTS.exists() else []
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1].strip()) for part in parts]
