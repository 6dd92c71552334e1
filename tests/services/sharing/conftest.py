"""The two phones of this folder's tests, and a server between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.settings import Settings
from tests.support.phones import Phone, phone
from tests.sync.server.running import Running, run


@pytest.fixture
def karin(tmp_path: Path) -> Iterator[Phone]:
    made = phone(tmp_path / "karin", "Karin", "mentor")
    yield made
    made.session.lock()


@pytest.fixture
def yusuf(tmp_path: Path) -> Iterator[Phone]:
    made = phone(tmp_path / "yusuf", "Yusuf", "mentee")
    yield made
    made.session.lock()


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path / "server"))
    yield found
    found.stop()
