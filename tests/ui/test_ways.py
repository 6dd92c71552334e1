"""Every action that a document names leads to a screen that exists, or is known to have none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.content.library import SCREEN_ACTIONS, Library
from app.ui.routes import find
from app.ui.ways import NO_SCREEN, way

LIBRARY = Library(Path(__file__).parents[2] / "assets")


def actions() -> Iterator[str]:
    for document in LIBRARY.documents():
        for item in document.items:
            if item.action:
                yield item.action
            yield from (action for _, action in item.actions)


@pytest.mark.parametrize("action", sorted(set(actions()) | SCREEN_ACTIONS))
def test_an_action_leads_to_a_screen_or_is_known_to_have_none(action: str) -> None:
    to = way(action, LIBRARY, person="a" * 32, meeting="b" * 32)
    if action in NO_SCREEN:
        assert to is None
    else:
        assert to is not None and find(to) is not None, to


def test_what_needs_a_person_or_a_meeting_leads_nowhere_without() -> None:
    assert way("board.open", LIBRARY) is None
    assert way("minutes.current", LIBRARY, person="a" * 32) is None
    assert way("schedule.new", LIBRARY) == "/plan"


def test_minutes_open_as_the_template_of_the_meeting_in_hand() -> None:
    assert way("minutes.closing", LIBRARY, meeting="m") == "/meeting/m/minutes?template=minutes.closing"
    assert way("minutes.closing", LIBRARY) == "/document/minutes.closing"


def test_a_document_that_does_not_exist_leads_nowhere() -> None:
    assert way("agreement.nobody-wrote", LIBRARY) is None
