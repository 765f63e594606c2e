"""`tonerloop push-keys`: one command, one key, kept for its owner alone."""

from pathlib import Path

import pytest

from tonerloop.config import cli
from tonerloop.config.environment import push_key
from tonerloop.outbound.push.keys import make, public_of


def run(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(["push-keys"])
    assert not ended.value.code
    return capsys.readouterr().out


def test_made_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONERLOOP_HOME", str(tmp_path))
    assert push_key(tmp_path) == ""
    first = run(capsys)
    private = push_key(tmp_path)
    assert public_of(private) in first and private not in first
    assert (tmp_path / "push-key").stat().st_mode & 0o777 == 0o600
    assert "There already" in run(capsys) and push_key(tmp_path) == private


def test_the_environments_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONERLOOP_HOME", str(tmp_path))
    monkeypatch.setenv("TONERLOOP_PUSH_KEY", given := make())
    assert public_of(given) in run(capsys)
    assert push_key(tmp_path) == given and not (tmp_path / "push-key").exists()


def test_a_browser_takes_such_a_key() -> None:
    assert len(public_of(make())) == 87 and make() != make()
