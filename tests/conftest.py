"""The order of the tests: the journeys through a real browser first, the longest before the others.

Workers take from each other what is not begun. A journey of a minute that begins last is waited for alone; one that
begins first is not.
"""

from __future__ import annotations

import pytest

LONG = ("test_two_phones", "test_accessibility", "test_journey", "test_agreement", "test_booking", "test_closing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    *_, folder, name = item.path.with_suffix("").parts
    if folder != "e2e":
        return len(LONG) + 1
    return LONG.index(name) if name in LONG else len(LONG)
