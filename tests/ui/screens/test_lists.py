"""A list as somebody sees it: shipped lines and their own, in one order."""

from __future__ import annotations

from app.model.commands import Delete, Restore, TickItem
from app.model.entities import ListItem, minutes_id
from app.model.fields import between
from app.model.queries import ListOf, ListView
from app.ui.screens.lists import capital, lines_of, place_of, settled, shown
from tests.support.languages import BOTH
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


@BOTH
async def test_before_the_first_meeting_nothing_is_said_of_last_time(stage: OpenStage, language: str) -> None:
    """Neither on Today nor on the list, nor while it goes on; what is ticked stays, and so does the list to change."""
    last = "Läs protokollet från förra gången" if language == "sv" else "Read the minutes from last time"
    table = lay(before=False).at(9)
    for path in ("", f"/meeting/{table.meeting}/checklist"):
        app = await table.open(stage, go=path, language=language)
        assert last not in app.texts() and app.has("tick-my_tasks")
    app = await table.open(stage, go=f"/meeting/{table.meeting}/checklist?list=checklist.during_session")
    assert app.has("tick-aim") and not app.has("tick-followup") and not app.has("tick-checkin")
    document = app.desk.library.document(BEFORE)
    first = table.store.ask(ListOf(BEFORE, table.meeting))
    assert first.lacking == {"met_before", "minutes_before"}
    assert "last_minutes" in {line.id for line in lines_of(app.desk, document, "mentor", first, whole=True)}
    table.store.execute(TickItem(document=BEFORE, item="last_minutes", meeting=table.meeting))
    ticked = table.store.ask(ListOf(BEFORE, table.meeting))
    assert "last_minutes" in {line.id for line in lines_of(app.desk, document, "mentor", ticked)}


async def test_with_an_earlier_meeting_each_line_that_it_is_about_is_there(stage: OpenStage) -> None:
    table = lay().at(9)
    assert table.store.ask(ListOf(BEFORE, table.meeting)).lacking == frozenset()
    first = table.store.ask(ListOf(BEFORE, table.earlier))
    assert first.lacking == {"met_before", "minutes_before"}
    table.store.execute(Delete(kind="minutes", id=minutes_id(table.earlier)))
    assert table.store.ask(ListOf(BEFORE, table.meeting)).lacking == {"minutes_before"}
    assert table.store.ask(ListOf(BEFORE, "")).lacking == frozenset()  # the list that one changes is about no meeting
    app = await table.open(stage)
    assert "Läs protokollet från förra gången" not in app.texts()
    table.store.execute(Restore(kind="minutes", id=minutes_id(table.earlier)))
    again = await table.open(stage)
    assert "Läs protokollet från förra gången" in again.texts()
