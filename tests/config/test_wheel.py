"""The wheel, installed where there is no checkout, serves the product."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tonerloop.config.ports import any_free
from tonerloop.config.processes import Family
from tonerloop.config.showing import wait_until_ready

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; its dependencies are seen, the checkout is not."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    copied = folder / "source"
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(CHECKOUT / "src", copied / "src", ignore=leave)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, copied)
    done = subprocess.run([*build, str(copied)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    [wheel] = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    inner = sysconfig.get_path("purelib", vars={"base": str(environment)})
    # --target keeps the editable installation of the outer environment out of the way.
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", inner, str(wheel)], check=True)
    # Appended as a plain path, so that .pth files of the outer environment are not read.
    (Path(inner) / "outer.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "python"


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("served")
    port, live = any_free(), any_free()
    environment = {
        "TONERLOOP_HOME": str(home),
        "TONERLOOP_PORT": str(port),
        "TONERLOOP_LIVE_PORT": str(live),
        "TONERLOOP_WORKERS": "1",
        "DATABASE_URL": "",
        "DATABASE_OWNER_URL": "",
        "PYTHONPATH": "",
    }
    command = [str(installed), "-m", "tonerloop.config.cli"]
    subprocess.run([*command, "migrate"], env={**os.environ, **environment}, cwd=home, check=True)
    with Family(logs=home / "logs", environment=environment) as family:
        family.start("serve", [*command, "serve"])
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url + "/readyz", family.check)
        yield url


def fetch(url: str, language: str = "en") -> str:
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def test_it_is_not_the_checkout(installed: Path) -> None:
    where = "import tonerloop; print(tonerloop.__file__)"
    told = subprocess.run([installed, "-c", where], capture_output=True, text=True, cwd="/")
    assert str(CHECKOUT) not in told.stdout
    assert "environment" in told.stdout


def test_pages_static_files_and_translations_are_in_it(address: str) -> None:
    page = fetch(address + "/account/login/")
    assert 'name="password"' in page
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert sheets
    assert all("{" in fetch(address + sheet) for sheet in sheets)
    assert '<html lang="ja"' in fetch(address + "/account/login/", "ja")
    assert re.search(r"[ぁ-んァ-ン一-龯]", fetch(address + "/account/login/", "ja"))
