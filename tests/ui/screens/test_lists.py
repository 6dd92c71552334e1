"""A list as somebody sees it: shipped lines and their own, in one order."""

from __future__ import annotations

from app.model.entities import ListItem
from app.model.fields import between
from app.model.queries import ListView
from app.ui.screens.lists import capital, lines_of, place_of, settled, shown
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay

BEFORE = "checklist.before_session"


async def test_own_lines_stand_between_shipped_ones_by_their_place(stage: OpenStage) -> None:
    app = await lay().open(stage)
    document = app.desk.library.document(BEFORE)
    view = ListView(document=BEFORE, ticks=frozenset({"silent"}), hidden=frozenset({"focus"}))
    lines = lines_of(app.desk, document, "mentor", view)
    assert len(shown(lines)) == len(lines) - 1 and settled(lines) == 1
    assert [place_of(at) for at in range(12)] == sorted(place_of(at) for at in range(12))


async def test_an_own_line_stands_where_it_was_put(stage: OpenStage) -> None:
    app = await lay().open(stage)
    document = app.desk.library.document(BEFORE)
    place = between(place_of(0), place_of(1))
    own = ListItem(id="mine", document=BEFORE, text="Ta med kaffe", place=place)
    lines = lines_of(app.desk, document, "mentor", ListView(document=BEFORE, own=(own,)))
    assert [line.id for line in lines[:3]] == ["last_minutes", "mine", "my_tasks"]
    assert lines[1].item is None and not lines[1].critical and lines[1].open


def test_a_capital_for_the_first_letter_alone() -> None:
    assert capital("om 20 minuter") == "Om 20 minuter" and capital("") == "" and capital("ÅSA på") == "ÅSA på"
