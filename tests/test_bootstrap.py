"""The composition root: where things lie, and what is loaded before the lock screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import bootstrap

ROOT = Path(__file__).parents[1]


def test_a_given_folder_holds_the_vault_and_beside_it_what_is_outside(tmp_path: Path) -> None:
    assert bootstrap._folders(tmp_path) == (tmp_path / "vault", tmp_path / "state")


def test_a_phone_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path))
    assert bootstrap._folders(None) == (tmp_path / "vault", tmp_path / "state")


def test_a_computer_has_a_place_for_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FLET_APP_STORAGE_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    vault, state = bootstrap._folders(None)
    assert vault.name == "vault" and "Fika" in vault.parts
    assert not state.is_relative_to(vault) and not vault.is_relative_to(state)


@pytest.mark.parametrize("wrong", [["--port", "65536"], ["--port", "-1"], ["--port", "x"], ["--prot", "1"], ["extra"]])
def test_what_cannot_be_meant_is_said_and_nothing_starts(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        bootstrap._options(wrong)
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err
    assert bootstrap._options(["--port", "65535"]).port == 65535


def test_the_way_to_the_lock_screen_loads_no_vault() -> None:
    heavy = ("tinydb", "cryptography", "argon2", "flet_charts", "requests")
    code = f"import sys, app.bootstrap, app.ui.screens.lock; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / "src")}, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_what_today_may_show_is_there_before_it_is_opened_and_nothing_of_the_network() -> None:
    parts = [f"app.ui.{name}" for name in bootstrap.ON_TODAY]
    code = (
        "import gc, sys; from app import bootstrap; from app.services.content.library import Library;"
        "from app.services.session import Session;"
        "bootstrap._warm(Session, Library(bootstrap.ASSETS));"
        f"print([m for m in {parts} if m not in sys.modules], [m for m in ('requests',) if m in sys.modules],"
        " gc.get_freeze_count() > 20 * len(gc.get_objects()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / "src")}, check=True
    )
    assert ran.stdout.strip() == "[] [] True", "and the collector has no reason to look through it all just then"
