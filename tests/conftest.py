"""The order of the tests: the journeys through a real browser first, the longest before the others.

Workers take from each other what is not begun. A journey of a minute that begins last is waited for alone; one that
begins first is not. The fixtures that tests of several folders take stand here as well.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from app.vault import kdf
from sync.programme.keys import ProgrammeKeys
from tests.support.keys import Counted
from tests.support.programme import KEYS

# Properties are judged by what they find, not by how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

LONG = ("test_two_phones", "test_accessibility", "test_journey", "test_agreement", "test_booking", "test_closing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    *_, folder, name = item.path.with_suffix("").parts
    if folder != "e2e":
        return len(LONG) + 1
    return LONG.index(name) if name in LONG else len(LONG)


@pytest.fixture
def quick_kdf(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Stretching a passphrase costs nothing in this test alone, and is counted: the product has no way to do that."""
    counted = Counted()
    monkeypatch.setattr(kdf, "stretch", counted.stretch)
    return counted


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A programme is made with keys of before: making an RSA key takes longer than everything else in a test."""
    monkeypatch.setattr(ProgrammeKeys, "new", classmethod(lambda _: KEYS))
    assert ProgrammeKeys.new() is KEYS
