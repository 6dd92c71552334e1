"""What was open goes from memory once it is locked, also where somebody unlocked while the rest was put aside."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from app.ui import collector
from tests.support.fake_session import FakeSession


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.parametrize("phase", ["open", "opening"])
def test_what_is_open_by_then_can_go_after_the_lock(phase: str) -> None:
    session = FakeSession(phase)
    collector.settle_beside(session)
    assert gc.get_freeze_count() > 0, "on the way in the collector stays out of it"
    session.unlock("tall regn moln")
    assert gc.get_freeze_count() > 0
    session.lock()
    assert gc.get_freeze_count() == 0


def test_unlocked_while_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    session, plain = FakeSession("locked"), collector.settle

    def meanwhile() -> None:
        session.unlock("tall regn moln")
        plain()

    monkeypatch.setattr(collector, "settle", meanwhile)
    collector.settle_beside(session)
    session.lock()
    assert gc.get_freeze_count() == 0


def test_what_was_put_aside_before_anybody_unlocked_stays_for_every_way_in() -> None:
    session = FakeSession("locked")
    collector.settle_beside(session)
    for _ in range(2):
        session.unlock("tall regn moln")
        session.lock()
    assert gc.get_freeze_count() > 0
