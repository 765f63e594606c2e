"""What docs/security.md says is so by the way the product is built: each by a look at its files."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import tonerloop
from tests.world import World
from tonerloop.config.settings import MIDDLEWARE

SOURCES = Path(tonerloop.__file__).parent
ROOT = Path(__file__).parents[2]
# Calls that make a program or a shell's line of a text.
MAKES_CODE = {"eval", "exec", "compile", "__import__", "system", "popen", "from_string"}
SERVED = {".css", ".js", ".svg", ".png", ".txt", ".webmanifest"}


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """(file, name, call) of every call in the product."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                yield str(file.relative_to(SOURCES)), name, node


def test_nothing_typed_becomes_a_program() -> None:
    found = list(calls())
    assert len(found) > 5000
    patterns = {(file, name) for file, name, node in found if name in MAKES_CODE and _bare(node)}
    assert patterns == set()
    shells = {file for file, _name, node in found if any(k.arg == "shell" for k in node.keywords)}
    assert shells == set()
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in rules["select"]
    assert not {"S102", "S307", "S602", "S605"} & set(rules.get("ignore", []))


def _bare(node: ast.Call) -> bool:
    """Whether it is the language's own, or a module's; `re.compile` is neither a shell nor code."""
    func = node.func
    return not (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id in ("re", "regex")
    )


def test_pages_are_files_of_ours() -> None:
    """No template is made of a text: neither by Django's class nor by an engine's method."""
    made = {(file, name) for file, name, _node in calls() if name in ("Template", "from_string")}
    assert made == set()
    assert not [f for f in SOURCES.rglob("*.html") if "templates" not in f.parts]


def test_only_scripts_pages_pictures_and_styles_are_served() -> None:
    files = [
        f for f in SOURCES.rglob("*") if f.is_file() and "static" in f.relative_to(SOURCES).parts
    ]
    assert len(files) > 10
    assert {file.suffix for file in files} <= SERVED


def test_the_wheel_holds_the_product_alone() -> None:
    assert [one.name for one in SOURCES.parent.iterdir() if one.suffix != ".egg-info"] == [
        "tonerloop"
    ]
    assert not [f for f in SOURCES.rglob("test*") if f.name.startswith(("test_", "tests"))]


@pytest.mark.django_db
def test_no_folder_and_no_repository_is_shown(client: Client) -> None:
    for path in (
        "/static/",
        "/static/tonerloop/",
        "/.git/config",
        "/.env",
        "/static/../settings.py",
    ):
        assert client.get(path).status_code == 404, path
    assert "django.contrib.staticfiles" not in " ".join(MIDDLEWARE)


@pytest.mark.django_db
def test_what_is_typed_is_decoded_once(world: World, client: Client) -> None:
    client.force_login(world.back_office)
    page = client.get("/seller/customers/?q=%253Cb%253E%2526amp%253B").content.decode()
    assert 'value="%3Cb%3E%26amp%3B"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who", ["buyer", "sales", "back_office", "desk", "dispatcher", "driver", "clerk"]
)
def test_the_way_out_stands_on_every_page(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    shown: Any = client.get("/", follow=True)
    assert f'action="{reverse("account_logout")}"' in shown.content.decode()


PATTERNS = {"compile", "match", "search", "sub", "fullmatch", "findall", "finditer", "split"}
# By file: it loops over a table of the module's own, or holds text that was escaped.
HARMLESS = {"web/salesperson/devices.py": "pattern", "outbound/erasing.py": "text"}


def test_no_pattern_is_made_of_what_is_typed() -> None:
    """Each is written out, or put together of names in capitals: constants of its own module."""
    made = [
        (file, ast.unparse(node))
        for file, name, node in calls()
        if name in PATTERNS and _of_re(node) and not _written_out(node.args[0], HARMLESS.get(file))
    ]
    made += [
        (file, ast.unparse(node))
        for file, _name, node in calls()
        for key in node.keywords
        if (key.arg or "").endswith("regex") and not _written_out(key.value)
    ]
    assert made == []
    assert "text = re.escape(person.name)\n" in (SOURCES / "outbound/erasing.py").read_text()
    scripts = [f for f in SOURCES.rglob("static/**/*.js") if "vendor" not in f.parts]
    built = {f.name: re.findall(r"RegExp\((.*)\)", f.read_text()) for f in scripts}
    # The address at which the phone's own pages begin, as the page gives it.
    assert {name: found for name, found in built.items() if found} == {
        "sales.js": [r"`^${words.home}(\\d{10})/(confirm|change|ask|cancel)/$`"]
    }


def _of_re(node: ast.Call) -> bool:
    func = node.func
    return isinstance(func, ast.Attribute) and getattr(func.value, "id", "") == "re"


def _written_out(node: ast.expr, own: str | None = None) -> bool:
    """A constant, a name in capitals, `own` (see HARMLESS), or what is put together of these."""
    if isinstance(node, ast.Name):
        return node.id.isupper() or node.id == own
    if isinstance(node, ast.IfExp):
        return _written_out(node.body, own) and _written_out(node.orelse, own)
    if isinstance(node, ast.BinOp):
        return _written_out(node.left, own) and _written_out(node.right, own)
    if isinstance(node, ast.JoinedStr):
        return all(_written_out(part, own) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _written_out(node.value, own)
    return isinstance(node, ast.Constant)


@pytest.mark.parametrize(
    ("pattern", "safe"),
    [("'a+'", True), ("f'{_WORDS}$'", True), ("f'{typed}$'", False), ("typed + '$'", False)],
)
def test_that_rule_tells_a_typed_pattern(pattern: str, safe: bool) -> None:
    assert _written_out(ast.parse(pattern, mode="eval").body) is safe
