"""Telling: everybody who listens, in order, whatever one of them does."""

from __future__ import annotations

import logging

import pytest

from app.listeners import Listeners


def test_everybody_is_told_in_the_order_in_which_they_came() -> None:
    told: list[tuple[str, int]] = []
    listeners = Listeners[[int]]()
    listeners.add(lambda n: told.append(("first", n)))
    listeners.add(lambda n: told.append(("second", n)))
    listeners.tell(7)
    assert told == [("first", 7), ("second", 7)]


def test_who_stopped_is_not_told_and_may_stop_again() -> None:
    told: list[str] = []
    listeners = Listeners[[]]()
    stop = listeners.add(lambda: told.append("gone"))
    listeners.add(lambda: told.append("here"))
    stop()
    stop()
    listeners.tell()
    assert told == ["here"]


def test_the_same_function_twice_is_told_twice_and_stopped_one_by_one() -> None:
    told: list[str] = []

    def listener() -> None:
        told.append("told")

    listeners = Listeners[[]]()
    first, second = listeners.add(listener), listeners.add(listener)
    listeners.tell()
    assert told == ["told", "told"]
    first()
    first()
    listeners.tell()
    assert len(told) == 3
    assert listeners
    second()
    assert not listeners


def test_one_that_another_one_stops_in_between_is_not_told_any_more() -> None:
    told: list[str] = []
    listeners = Listeners[[]]()
    listeners.add(lambda: end())
    end = listeners.add(lambda: told.append("stopped"))
    listeners.tell()
    assert told == []


def test_one_that_fails_silences_nobody_and_is_in_the_log_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    def failing() -> None:
        raise ValueError("words of a note")

    listeners = Listeners[[]]()
    listeners.add(failing)
    listeners.add(lambda: told.append("told"))
    with caplog.at_level(logging.ERROR):
        listeners.tell()
    assert told == ["told"]
    assert "ValueError" in caplog.text
    assert "words of a note" not in caplog.text


def test_after_clearing_nobody_is_told_and_an_old_stop_does_nothing() -> None:
    told: list[str] = []
    listeners = Listeners[[]]()
    stop = listeners.add(lambda: told.append("told"))
    listeners.clear()
    listeners.tell()
    stop()
    assert told == []
