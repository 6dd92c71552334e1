"""What stands outside the seal: a closed list, whole or standard, and nothing about anybody."""

import errno
import json
import os
from dataclasses import fields
from pathlib import Path

import pytest

from app.errors import VaultFull
from app.services.preferences import FILE, Choices, Preferences
from app.vault.files import Files
from tests.support.keys import Mortal


def test_the_list_is_closed() -> None:
    """A new entry is a decision about what a stranger may read: docs/threat-model.md has the same list."""
    assert [field.name for field in fields(Choices)] == [
        "language",
        "theme",
        "text_size",
        "region",
        "lock_after",
        "grace",
    ]
    page = (Path(__file__).resolve().parents[2] / "docs/threat-model.md").read_text("utf-8")
    assert "language, theme, text size, region, lock time and grace" in page.replace("\n", " ")


def test_they_are_kept_and_told(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "state", language="en")
    told: list[str] = []
    stop = preferences.watch(lambda: told.append(preferences.language))
    assert preferences.choices == Choices(language="en")
    preferences.set(language="sv", theme="dark", text_size=150, region="SE", lock_after=15, grace=0)
    stop()
    stop()
    preferences.set(language="en")
    assert told == ["sv"]
    again = Preferences(tmp_path / "state")
    assert again.choices == Choices("en", "dark", 150, "SE", 15, 0)
    assert (again.theme, again.text_size, again.region, again.lock_after, again.grace) == ("dark", 150, "SE", 15, 0)
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Karin"},
        {"role": "mentor"},
        {"language": "de"},
        {"language": 1},
        {"theme": "pink"},
        {"text_size": 99},
        {"text_size": "100"},
        {"text_size": True},
        {"lock_after": 60},
        {"grace": -1},
    ],
)
def test_what_is_not_on_the_list_is_refused(tmp_path: Path, wrong: dict[str, str | int]) -> None:
    preferences = Preferences(tmp_path)
    with pytest.raises(ValueError, match="preference"):
        preferences.set(**wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{" * 5000,
        b'{"language": NaN}',
        json.dumps({"lock_after": 10**400}).encode(),
    ],
)
def test_a_damaged_file_is_the_standard(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / FILE).write_bytes(raw)
    assert Preferences(tmp_path).choices == Choices()


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    preferences = Preferences(tmp_path)
    assert preferences.choices == Choices()
    preferences.set(theme="dark")
    assert Preferences(tmp_path).theme == "dark"


def test_what_is_right_in_a_file_counts_and_the_rest_is_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"theme": "dark", "language": "xx", "text_size": 1e9, "name": "Karin"}))
    preferences = Preferences(tmp_path)
    assert preferences.choices == Choices(theme="dark")
    preferences.set(language="en")
    assert "Karin" not in (tmp_path / FILE).read_text()


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Mortal(fails_at=2, error=errno.ENOSPC)
    calls.armed = True
    monkeypatch.setattr("app.services.preferences.DISK", Files(calls))
    preferences = Preferences(tmp_path)
    with pytest.raises(VaultFull):
        preferences.set(theme="dark")
    assert preferences.theme == "system"
    assert Preferences(tmp_path).theme == "system"
