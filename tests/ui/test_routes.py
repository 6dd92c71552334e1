"""The table of places: every path leads to one screen, and nothing leads to a screen that is not there."""

from __future__ import annotations

import pytest

from app.ui import routes
from app.ui.routes import PLACES, Place


def test_arguments_come_from_the_path_and_from_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "exists", property(lambda self: True))
    found = routes.find("/meeting/m1/note?from=today")
    assert found is not None
    assert found[0].screen == "NoteScreen"
    assert found[1] == {"id": "m1", "from": "today"}
    assert routes.find("/people/new") and routes.find("/people/new")[0].screen == "NewPersonScreen"  # type: ignore[index]
    for nowhere in ("/ingenstans", "/meeting//note", "/meeting/m1/note/more", "/meeting/m1/", "meeting/m1", "", "//"):
        assert routes.find(nowhere) is None, nowhere


def test_a_screen_that_nobody_has_written_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Place("/nytt", "nobody_has_written_this", "Screen")
    monkeypatch.setattr(routes, "PLACES", (missing,))
    assert not missing.exists
    assert routes.find("/nytt") is None
    assert routes.tabs_for("mentor") == ()


def test_every_screen_that_exists_can_be_loaded() -> None:
    for place in (*PLACES, routes.FIRST, routes.LOCK):
        if place.exists:
            assert callable(place.load()), place


def test_no_path_stands_twice() -> None:
    paths = [place.path for place in PLACES]
    assert sorted(set(paths)) == sorted(paths)


def test_tabs_are_what_the_role_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "exists", property(lambda self: self.module != "programme"))
    assert [tab.path for tab in routes.tabs_for("mentor")] == ["/", "/people", "/goals", "/library"]
    assert routes.tabs_for("mentee") == routes.tabs_for("mentor")
    assert [tab.path for tab in routes.tabs_for("coordinator")] == ["/", "/people", "/library"]
    assert [tab.path for tab in routes.tabs_for("participant")] == ["/", "/library"]


def test_what_opens_locked_shows_nothing_of_the_vault() -> None:
    assert set(routes.LOCKED) == {"/safety", "/quick", "/concern", "/recover", "/restore"}
    assert set(routes.ABSENT) == {"/safety", "/concern", "/restore", "/join", "/return"}
