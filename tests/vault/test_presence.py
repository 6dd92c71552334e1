"""Whether there is a vault: names only, and damage counts as one."""

from pathlib import Path

import pytest

from app.vault.presence import erased, exists


@pytest.mark.parametrize(
    ("names", "there"),
    [
        ([], False),
        (["lock"], False),
        (["holiday.jpg"], False),
        (["header"], True),
        (["header", "creating"], True),
        (["snapshot-00000001"], True),
        (["journal-00000002", "mark"], True),
        (["snapshot-00000001", "journal-00000001", "creating"], False),
        (["header", "snapshot-00000001", "erasing"], False),
        (["erasing"], False),
    ],
)
def test_what_the_names_say(tmp_path: Path, names: list[str], there: bool) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert exists(tmp_path) is there


def test_a_folder_that_cannot_be_looked_into_may_hold_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    assert exists(tmp_path) and not erased(tmp_path)


def test_no_folder_and_a_file_in_its_place_are_no_vault(tmp_path: Path) -> None:
    assert not exists(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"")
    assert not exists(tmp_path / "file")
