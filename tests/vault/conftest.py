"""Where the vault's tests put their folders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.disk import fleeting_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Most tests ask what is written and not how a disk takes it. Those that need one take `disk_path`."""
    with fleeting_folder() as found:
        yield found


@pytest.fixture
def disk_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the disk."""
    return tmp_path_factory.mktemp("disk")


@pytest.fixture
def not_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts reach the disk by themselves only after the test, also where the machine stands still for a moment."""
    monkeypatch.setattr("app.vault.engine.SOON_SECONDS", 600)
