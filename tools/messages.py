"""Collects every text that people see and keeps the translations: `make messages`.

Uses Babel alone, so that no gettext tools are needed. `update` writes the new texts into each
language's .po (untranslated ones stay empty), `compile` writes the .mo beside it.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "tonerloop"
LOCALE = PACKAGE / "locale"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**/templates/**", "tools.messages:extract_template")]


def extract_template(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Babel's extraction from a Django template: Django turns it into code, Babel reads that."""
    code = templatize(fileobj.read().decode(), origin=getattr(fileobj, "name", ""))
    # Without indentation, which means nothing in a template and much to Python's tokenizer.
    flat = "\n".join(line.strip() for line in code.splitlines())
    yield from extract_python(io.BytesIO(flat.encode()), keywords, comment_tags, options)


def template() -> Catalog:
    """All texts of the product, with where they stand."""
    found = Catalog(charset="utf-8")
    for name, _line, message, comments, context in extract_from_dir(
        PACKAGE, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        found.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """A language's translations as they stand, empty where there are none yet."""
    file = po_file(language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as source:
        return read_po(source, locale=language)


def po_file(language: str) -> Path:
    """Where a language's translations are kept."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def update(language: str) -> None:
    """Bring a language's file up to date; obsolete texts are dropped."""
    old, new = catalogue(language), template()
    for message in new:
        known = old.get(message.id, context=message.context) if message.id else None
        if known is not None and known.string:
            message.string = known.string
            message.flags |= known.flags - {"fuzzy"}
    new.locale, new.fuzzy = old.locale, False
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, new, sort_output=True, omit_header=False, include_lineno=False, width=100)
    po_file(language).write_bytes(_without_dates(out.getvalue()))


def compiled(language: str) -> bytes:
    """The .mo that belongs to a language's .po."""
    out, kept = io.BytesIO(), catalogue(language)
    # The .po has no dates, and the hour of compiling is none of the translation's.
    kept.creation_date = kept.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(out, kept)
    return out.getvalue()


def missing(language: str) -> list[str]:
    """Texts of the product that this language does not have."""
    known = catalogue(language)
    found = []
    for message in template():
        entry = known.get(message.id, context=message.context) if message.id else message
        text = entry.string if entry else ""
        if message.id and not (all(text) if isinstance(text, tuple) else text):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def languages() -> list[str]:
    """The languages other than English, whose texts are in the code."""
    return [code for code, _name in settings.LANGUAGES if code != "en"]


def _without_dates(text: bytes) -> bytes:
    # A date in the header would make every run a change.
    keep = [line for line in text.split(b"\n") if b"-Date: " not in line]
    return b"\n".join(keep)


def main(verb: str) -> None:
    """`update`, `compile` or `missing`."""
    for language in languages():
        if verb == "update":
            update(language)
        if verb in ("update", "compile"):
            po_file(language).with_suffix(".mo").write_bytes(compiled(language))
        print(language, *missing(language), sep="\n  ")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    main(sys.argv[1] if len(sys.argv) > 1 else "update")
