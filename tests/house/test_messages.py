"""Every text is translated, and what is compiled is what was translated."""

import re

import pytest

from tools import messages

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")


@pytest.mark.parametrize("language", messages.languages())
def test_no_text_is_missing(language: str) -> None:
    assert messages.missing(language) == []


@pytest.mark.parametrize("language", messages.languages())
def test_the_compiled_file_is_fresh(language: str) -> None:
    compiled = messages.po_file(language).with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(language), "run make messages"


@pytest.mark.parametrize("language", messages.languages())
def test_translations_keep_their_placeholders(language: str) -> None:
    for message in messages.catalogue(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and any(strings):
            wanted = set(PLACEHOLDER.findall(ids[-1]))
            for string in strings:
                assert set(PLACEHOLDER.findall(string)) == wanted, message.id


def test_the_extraction_finds_code_and_templates() -> None:
    places = {place for message in messages.template() for place, _line in message.locations}
    assert any(place.endswith(".py") for place in places)
    assert any(place.endswith(".html") for place in places)
