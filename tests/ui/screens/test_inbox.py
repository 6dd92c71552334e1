"""What was written while the app was locked is read, kept, or put with the meeting of that day."""

from __future__ import annotations

from app.model.commands import ImportQuickNote
from app.model.entities import Note
from app.model.queries import One
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import lay


async def test_a_note_from_the_lock_screen_is_read_and_kept(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(
        ImportQuickNote(id="a" * 32, body="Lena på lagret\nring i morgon", written=table.clock.at)
    ).record
    app = await table.open(stage)
    await app.tap("todo-inbox")
    assert "Lena på lagret\nring i morgon" in app.texts()
    assert app.nameless() == []
    await app.tap(f"inbox-keep-{note}")
    kept = table.store.ask(One(Note, note))
    assert kept is not None and kept.origin == "typed" and kept.body.startswith("Lena")
    assert kept.meeting is None  # a note of my own, no longer one of the meeting
    assert app.has("inbox-empty-action")


async def test_a_note_from_the_lock_screen_goes_to_todays_meeting(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(ImportQuickNote(id="b" * 32, body="Fick ett namn", written=table.clock.at)).record
    app = await table.open(stage, go="/inbox")
    await app.tap(f"inbox-meeting-{note}")
    kept = table.store.ask(One(Note, note))
    assert kept is not None and (kept.origin, kept.meeting) == ("typed", table.meeting)


async def test_an_empty_inbox_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/inbox")
    assert any(text.startswith("Här är tomt.") for text in app.texts()) and app.nameless() == []
