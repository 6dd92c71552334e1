"""The note screen: what is typed is on the disk, private stays private, a key costs the same however long the text."""

from __future__ import annotations

import asyncio

import flet as ft
import pytest

from app.model.commands import AddTask, EndMeeting, KeepMinutes, StartMeeting, WriteNote
from app.model.entities import Meeting, Minutes, Note, Task, note_id
from app.model.queries import ListOf, MeetingPage, MinutesFor, One, TrashList
from app.ui.hooks.draft import PAUSE
from app.ui.parts import NOTE_LIMIT
from app.ui.screens.note import LEAST, pieces
from app.ui.screens.templates import note_item
from tests.support.asked import NoteOf
from tests.support.fake_session import FakeSession
from tests.support.languages import BOTH
from tests.support.memory import MemoryDocuments
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import DAY, Table, lay


async def at_the_table(stage: OpenStage, table: Table, language: str = "sv", **options: object) -> Stage:
    return await table.open(stage, go=f"/meeting/{table.meeting}/note", language=language, **options)


def shared_words(table: Table) -> str:
    """The conversation's words as another start of the app finds them in the minutes."""
    minutes = table.store.again().ask(MinutesFor(table.meeting))
    return str(minutes.answers.get("talked") or "") if minutes else ""


def on_the_disk(documents: MemoryDocuments) -> str:
    """All that a cut of the power now would leave."""
    return repr({name: list(documents.table(name)) for name in documents.tables()})


@BOTH
async def test_it_shows_the_aim_the_time_and_who_can_read(stage: OpenStage, language: str) -> None:
    table = lay().at(15, 0)
    table.store.execute(StartMeeting(meeting=table.meeting))
    app = await at_the_table(stage, table.at(15, 12), language)
    assert "Välja vilka jobb Yusuf ska söka" in app.texts()
    assert "12 min" in app.texts()
    assert app.has("Delat med Yusuf" if language == "sv" else "Shared with Yusuf")
    assert app.has("Bara jag" if language == "sv" else "Only me")
    assert app.nameless() == []


async def test_opening_it_at_its_time_begins_the_meeting(stage: OpenStage) -> None:
    table = lay().at(14, 58)
    await at_the_table(stage, table)
    meeting = table.store.ask(One(Meeting, table.meeting))
    assert meeting is not None and meeting.began == table.clock.at


async def test_what_is_typed_is_durable_at_the_first_pause_and_while_typing_goes_on(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    for length in range(1, 13):  # twelve keys a second
        await app.type("shared-note", "Ringde Lena åäö"[:length])
        await asyncio.sleep(1 / 12)
    assert "Ringde" in on_the_disk(table.store.memory)  # nobody has stopped typing yet
    await app.settle(PAUSE + 0.1)
    assert "Ringde Lena" in on_the_disk(table.store.memory)
    assert any(text.startswith("Sparat 15:12:00") for text in app.texts())


async def test_after_a_cut_of_the_power_the_words_are_back_in_the_field(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "Halvvägs genom en men")
    await app.settle(PAUSE + 0.1)
    table.store = table.store.again()  # the old one never gets to say goodbye
    again = await at_the_table(stage, table)
    assert again.field("shared-note").value == "Halvvägs genom en men"


@pytest.mark.parametrize("way", ["back", "blur", "lock", "hide", "sheet"])
async def test_nothing_is_lost_however_it_is_left(stage: OpenStage, way: str) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "Sista ordet före dörren")
    if way == "back":
        await app.back()
    elif way == "blur":
        await app.blur("shared-note")
    elif way == "lock":
        await app.tap("lock")
    elif way == "hide":
        await app.lifecycle("inactive")
    else:
        await app.tap("note-task")
        await app.blur("shared-note")
    assert "Sista ordet före dörren" in on_the_disk(table.store.memory)
    if way in ("back", "lock"):
        assert table.store.drafts.waiting() == ()  # a version, not only a draft
        assert shared_words(table) == "Sista ordet före dörren"


async def test_the_private_field_never_reaches_the_shared_space(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "Cv:t är halvklart")
    await app.tap("note-only_me")
    assert not app.has("shared-note")
    await app.type("private-note", "Verkar trött, fråga nästa gång")
    await app.tap("note-shared")
    assert app.field("shared-note").value == "Cv:t är halvklart"
    await app.back()
    fresh = table.store.again()
    note, minutes = fresh.ask(NoteOf(table.meeting)), fresh.ask(MinutesFor(table.meeting))
    assert note is not None and note.visibility == "only_me" and note.body == "Verkar trött, fråga nästa gång"
    assert minutes is not None and minutes.visibility == "shared"
    assert "trött" not in repr(minutes) and "halvklart" not in repr(note)
    spaces = {row["space"] for row in table.store.memory.table("note")}
    assert spaces == {note.space} and note.space != minutes.space


@pytest.mark.parametrize("length", [0, 2_000, 20_000])
async def test_a_key_costs_the_same_on_the_wire_however_long_the_text(stage: OpenStage, length: int) -> None:
    table = lay().at(15, 12)
    if length:
        table.store.execute(
            KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"talked": "ord " * (length // 4)})
        )
    app = await at_the_table(stage, table)
    await app.type("shared-note", "x" * length + "a")
    await app.settle(PAUSE + 0.1)
    app.line.bytes_out = 0
    await app.type("shared-note", "x" * length + "ab")
    key = app.line.bytes_out
    await app.settle(PAUSE + 0.1)
    assert key < 100, key  # the key itself
    assert app.line.bytes_out < 600, app.line.bytes_out  # and the line that says it is saved


async def test_the_minute_that_passes_sends_no_text(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "y" * 5_000)
    await app.settle(PAUSE + 0.1)
    app.line.bytes_out = 0
    app.desk.minute.set(table.at(15, 14).clock.at)
    await app.settle()
    assert app.line.bytes_out < 1_000, app.line.bytes_out
    assert app.field("shared-note").value == "y" * 5_000


async def test_a_full_field_goes_on_in_a_new_part(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    assert app.field("shared-note").max_length == NOTE_LIMIT
    await app.type("shared-note", "ord " * (NOTE_LIMIT // 4))
    await app.settle(PAUSE + 0.2)
    await app.tap("note-continue")
    assert app.field("shared-note").value == ""
    await app.type("shared-note", "och så vidare")
    await app.back()
    minutes = table.store.again().ask(MinutesFor(table.meeting))
    assert minutes is not None
    assert len(str(minutes.answers["talked"])) == NOTE_LIMIT and minutes.answers["talked_2"] == "och så vidare"
    again = await at_the_table(stage, table)
    assert again.field("shared-note").value == "och så vidare"
    await again.tap("note-part-1")
    assert len(again.field("shared-note").value) == NOTE_LIMIT


async def test_a_text_longer_than_the_field_is_read_and_not_cut(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    long = "En rad som är ganska lång.\n" * 5_000
    table.store.execute(WriteNote(id=note_id(table.meeting), body=long, meeting=table.meeting, mentorship=table.pair))
    app = await at_the_table(stage, table)
    await app.tap("note-only_me")
    assert not app.has("private-note") and app.has("note-continue")
    assert "".join(app.texts()).count("En rad som är ganska lång.") > 100
    await app.back()
    note = table.store.again().ask(NoteOf(table.meeting))
    assert note is not None and note.body == long


def test_pieces_lose_nothing() -> None:
    text = "a" * 4_500 + "\n\n" + "b\n" * 2_000
    joined = "".join(piece.replace("\n", "") for piece in pieces(text))
    assert joined == text.replace("\n", "") and max(map(len, pieces(text))) <= 2_000


async def test_a_disk_that_refuses_is_told_and_the_words_stay(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)

    def full(target: object, text: str, *, seen: object = None) -> None:
        raise OSError(28, "No space left on device")

    keep = table.store.drafts.keep
    table.store.drafts.keep = full  # type: ignore[method-assign]
    await app.type("shared-note", "Det här får inte plats")
    await app.settle(PAUSE + 0.1)
    assert app.has("note-again") and app.field("shared-note").value == "Det här får inte plats"
    table.store.drafts.keep = keep  # type: ignore[method-assign]
    await app.tap("note-again")
    await app.back()
    assert shared_words(table) == "Det här får inte plats"


@BOTH
async def test_a_task_from_the_note_in_three_taps_and_one_line(stage: OpenStage, language: str) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table, language)
    await app.tap("note-task")
    assert app.nameless() == []
    await app.type("task-text", "Ringa Lena på lagret")
    await app.tap(f"task-goal-{table.goal}")
    await app.tap("task-save")
    task = next(one for one in table.store.again().everything(Task) if one.text == "Ringa Lena på lagret")
    assert (task.owner, task.meeting, task.goal, task.mentorship) == ("mentee", table.meeting, table.goal, table.pair)
    assert task.due is not None and task.due > DAY and task.visibility == "shared"
    assert not app.has("task-text")


async def test_an_empty_task_is_asked_for_and_not_made(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    before = len(list(table.store.everything(Task)))
    await app.tap("note-task")
    await app.tap("task-save")
    assert "Skriv vad som ska göras." in app.texts()
    assert len(list(table.store.everything(Task))) == before


async def test_questions_turn_by_thumb_and_stay_where_they_were(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.tap("note-question")
    first = app.name(app.get("question"))
    await app.tap("question-next")
    second = app.name(app.get("question"))
    assert first != second
    await app.tap("question-previous")
    assert app.name(app.get("question")) == first


async def test_the_list_comes_up_from_below_and_is_kept(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.tap("note-list")
    await app.check("tick-checkin")
    assert table.store.ask(ListOf("checklist.during_session", table.meeting)).ticks == {"checkin"}
    assert app.has("tick-checkin-undo")
    await app.tap("sheet-done")
    assert app.has("1 av 11")


async def test_the_tasks_from_last_time_are_done_moved_or_tried(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.tap("note-tasks")
    await app.tap(f"review-move-{table.task}")
    task = table.store.ask(One(Task, table.task))
    assert task is not None and task.due is not None and task.due > DAY
    await app.tap(f"review-undo-{table.task}")
    task = table.store.ask(One(Task, table.task))
    assert task is not None and task.due == DAY
    await app.tap(f"review-tried-{table.task}")
    task = table.store.again().ask(One(Task, table.task))
    assert task is not None and (task.status, task.outcome) == ("done", "tried")


@BOTH
async def test_when_the_meeting_begins_the_tasks_from_last_time_are_there_one_at_a_time(
    stage: OpenStage, language: str
) -> None:
    table = lay().at(14, 55)
    second, third = (
        table.store.execute(AddTask(text=text, mentorship=table.pair, owner="mentee")).record
        for text in ("Ring Lena", "Köp ord")
    )
    app = await at_the_table(stage, table, language)
    assert app.field("shared-note").autofocus and app.nameless() == [] and app.has(f"task-done-{table.task}")
    await app.tap(f"task-move-{table.task}")
    assert not app.has(f"task-done-{table.task}"), "the next one has come"
    await app.tap(f"task-tried-{second}")
    await app.fire(app.all(kind=ft.SnackBar)[-1], "action")
    assert app.has(f"task-done-{second}")
    await app.tap(f"task-done-{second}")
    await app.tap(f"task-done-{third}")
    kept = {task.id: (task.status, task.outcome) for task in table.store.again().everything(Task)}
    assert kept == {table.task: ("todo", ""), second: ("done", "done"), third: ("done", "done")}
    assert not app.has(f"task-done-{table.task}") and app.has("note-tasks"), "what was moved is not asked about again"


async def test_the_aim_is_changed_where_it_is_pinned(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.tap("note-aim")
    await app.type("aim-text", "Skriva klart cv:t")
    await app.tap("aim-save")
    meeting = table.store.again().ask(One(Meeting, table.meeting))
    assert meeting is not None and meeting.aim == "Skriva klart cv:t"
    assert "Skriva klart cv:t" in app.texts()


async def test_after_the_end_it_leads_to_the_minutes(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    table.store.execute(StartMeeting(meeting=table.meeting))
    table.store.execute(EndMeeting(meeting=table.meeting))
    app = await at_the_table(stage, table)
    await app.tap("note-end")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/minutes"


async def test_a_meeting_that_is_gone_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/meeting/nowhere/note")
    assert app.has("Mötet finns inte längre.") and app.nameless() == []


@BOTH
async def test_free_notes_are_listed_read_and_changed(stage: OpenStage, language: str) -> None:
    table = lay()
    note = table.store.execute(WriteNote(body="Fråga om praktik\nI maj?", mentorship=table.pair)).record
    app = await table.open(stage, go="/notes", language=language)
    assert app.nameless() == []
    await app.tap(f"note-{note}")
    assert app.field("free-note").value == "Fråga om praktik\nI maj?"
    await app.type("free-note", "Fråga om praktik\nI juni")
    await app.back()
    kept = table.store.again().ask(One(Note, note))
    assert kept is not None and kept.body == "Fråga om praktik\nI juni"


async def test_a_note_that_is_gone_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/note/nowhere")
    assert app.has("gone") or app.has("Anteckningen finns inte längre.")


async def test_no_note_is_made_by_looking(stage: OpenStage) -> None:
    table = lay(before=False).at(15, 12)
    app = await at_the_table(stage, table)
    await app.tap("note-only_me")
    await app.back()
    assert list(table.store.everything(Note)) == [] and list(table.store.everything(Minutes)) == []


async def test_the_words_go_into_the_line_of_the_template(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    view = table.store.ask(MeetingPage(table.meeting, table.clock.at))
    assert view is not None
    document = app.desk.library.document("minutes.quick")
    assert note_item(document).id == "talked"


async def test_when_there_is_little_room_the_field_keeps_it(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "Ord")
    room = next(c for c in app.walk() if getattr(c, "on_size_change", None))
    await app.fire(room, "size_change", {"w": 358.0, "h": 90.0})
    assert not app.has("note-aim") and not app.has("note-tasks")
    assert app.field("shared-note").value == "Ord"
    await app.tap("note-more")
    assert app.has("note-tasks-open") and app.nameless() == []
    await app.tap("note-aim-open")
    assert app.has("aim-text")
    room = next(c for c in app.walk() if getattr(c, "on_size_change", None))
    await app.fire(room, "size_change", {"w": 358.0, "h": 520.0})
    assert app.has("note-aim") and app.has("note-tasks")


async def test_where_even_that_leaves_no_room_all_of_it_scrolls_and_the_field_keeps_two_lines(stage: OpenStage) -> None:
    app = await at_the_table(stage, lay().at(15, 12))
    for height in (90.0, 60.0):  # what stands over it has stepped aside, and still
        room = next(c for c in app.walk() if getattr(c, "on_size_change", None))
        assert room.expand and not room.height
        await app.fire(room, "size_change", {"w": 288.0, "h": height})
    room = next(c for c in app.walk() if getattr(c, "on_size_change", None))
    assert room.height == LEAST and not room.expand
    (scrolls,) = [one for one in app.all(kind=ft.Column) if room in one.controls]
    assert scrolls.scroll and app.get("note-end") in list(app.walk(scrolls))
    assert app.field("shared-note")


async def test_in_large_text_every_way_to_a_sheet_is_there_without_drawing_the_row_along(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    session = FakeSession(store=table.store, role="mentor")
    session.programme = table.programme
    session.preferences.text_size = 200
    app = await stage(session=session, go=f"/meeting/{table.meeting}/note", clock=table.clock)
    room = next(c for c in app.walk() if getattr(c, "on_size_change", None))
    await app.fire(room, "size_change", {"w": 358.0, "h": 90.0})
    assert not [row for row in app.all(kind=ft.Row) if row.scroll and app.get("note-task") in list(app.walk(row))]
    both = [app.get("note-task"), app.get("note-more")]
    (ways,) = [row for row in app.all(kind=ft.Row) if all(one in list(app.walk(row)) for one in both)]
    assert ways.wrap and all(one.expand is None for one in ways.controls), "where letters are wider, it takes two lines"
    for name, inside in (("aim-open", "aim-text"), ("tasks-open", "review-done"), ("list", "sheet-done")):
        if not app.has(f"note-{name}"):
            await app.tap("note-more")
        await app.tap(f"note-{name}")
        assert app.has(inside) and not app.has("note-more.title")
        await app.fire(app.all(kind=ft.BottomSheet)[-1], "dismiss")
    for name in ("note-task", "note-question"):
        assert app.has(name)


async def test_turning_to_the_private_side_makes_a_version_of_the_shared_words(stage: OpenStage) -> None:
    table = lay().at(15, 12)
    app = await at_the_table(stage, table)
    await app.type("shared-note", "Innan jag vänder bladet")
    await app.tap("note-only_me")
    assert table.store.drafts.waiting() == ()  # asked before another start of the app would settle it
    assert shared_words(table) == "Innan jag vänder bladet"
    for side, other in (("private", "shared"), ("shared", "private")):
        app.desk.lock()
        await app.settle()
        app.desk.session.unlock("tall regn moln")
        await app.settle()
        app.desk.go(f"/meeting/{table.meeting}/note")
        await app.settle()
        assert app.has(f"{side}-note") and not app.has(f"{other}-note"), "words for oneself go on where they began"
        await app.tap("note-shared")


async def test_a_note_goes_into_the_trash_with_what_was_being_typed_and_comes_back(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(WriteNote(body="Fråga om praktik")).record
    app = await table.open(stage, go=f"/note/{note}")
    await app.type("free-note", "Fråga om praktik\nI juni")
    await app.tap("note-remove")
    await app.settle(PAUSE * 2)
    assert table.store.ask(One(Note, note)) is None and app.desk.places.value == ("/",)
    assert [(one.id, one.title) for one in table.store.ask(TrashList())] == [(note, "Fråga om praktik")]
    assert table.store.drafts.waiting() == ()
    await app.undo()
    back = table.store.ask(One(Note, note))
    assert back is not None and back.body == "Fråga om praktik\nI juni"
