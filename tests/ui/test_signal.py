"""A signal tells once for every change, and goes on when a listener fails."""

from __future__ import annotations

import pytest

from app.ui.signal import Signal


def test_it_tells_what_is_new_and_stops_when_asked() -> None:
    signal, seen = Signal(1), []
    stop = signal.watch(lambda: seen.append(signal.value))
    signal.set(2)
    signal.set(2)
    stop()
    stop()
    signal.set(3)
    assert seen == [2]
    assert signal.value == 3


def test_a_listener_that_fails_does_not_silence_the_others(caplog: pytest.LogCaptureFixture) -> None:
    signal, seen = Signal(1), []

    def fail() -> None:
        raise ValueError("hemligt")

    signal.watch(fail)
    signal.watch(lambda: seen.append(signal.value))
    signal.set(2)
    assert seen == [2]
    assert "hemligt" not in caplog.text and "ValueError" in caplog.text
