"""One at a time, told at once, and free again when the holder is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import NoVault, VaultBusy
from app.vault.lock import FolderLock


def test_the_second_is_told_at_once_and_gets_it_afterwards(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(VaultBusy):
        FolderLock(tmp_path)
    lock = FolderLock(tmp_path)
    lock.release()
    lock.release()
    FolderLock(tmp_path).release()


def test_another_process_is_told_too_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from app.vault.lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    source = str(Path(__file__).parents[2] / "src")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env={"PYTHONPATH": source}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(VaultBusy):
            FolderLock(tmp_path)
        process.kill()
        process.wait(10)
    FolderLock(tmp_path).release()


def test_a_lock_file_that_was_replaced_does_not_count(tmp_path: Path) -> None:
    """Whoever holds a file that no longer has the name must not keep others out, nor be taken for the holder."""
    first = FolderLock(tmp_path)
    (tmp_path / "lock").unlink()
    second = FolderLock(tmp_path)
    assert not first._is_still_ours(first._fd)
    assert second._is_still_ours(second._fd)
    first.release()
    second.release()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoVault):
        FolderLock(tmp_path / "nothing")
