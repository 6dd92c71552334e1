"""Minutes from templates: every type of line, drafts on the disk, the private line kept out, the example marked."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import VaultFull
from app.model.changes import Op
from app.model.commands import AddTask, AddTopic, KeepMinutes, MoveTask, Revise, StartMeeting, WriteNote
from app.model.entities import Minutes, Task, minutes_id, note_id
from app.model.queries import ListOf, MinutesFor, One
from app.ui.hooks.draft import PAUSE
from app.ui.parts.items import FORM_TYPES
from tests.services.records.test_store import foreign
from tests.support.asked import NoteOf
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay

TEMPLATES = ("minutes.quick", "minutes.first", "minutes.regular", "minutes.midterm", "minutes.closing")


async def open_minutes(stage: OpenStage, table: Table, template: str = "", language: str = "sv") -> Stage:
    path = f"/meeting/{table.meeting}/minutes" + (f"?template={template}" if template else "")
    return await table.open(stage, go=path, language=language)


def kept(table: Table) -> Minutes | None:
    """The minutes as another start of the app finds them."""
    return table.store.again().ask(MinutesFor(table.meeting))


@BOTH
@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_template_is_drawn_without_a_gap(stage: OpenStage, template: str, language: str) -> None:
    app = await open_minutes(stage, lay().at(16, 10), template, language)
    document = app.desk.library.document(template)
    words = "\n".join(app.texts())
    assert {item.type for item in document.items} <= FORM_TYPES
    for item in document.items:
        assert app.desk.read(item.text) in words, item.id
    assert "{" not in words and app.nameless() == []


@pytest.mark.parametrize("template", TEMPLATES)
async def test_what_the_meeting_is_for_stands_on_top_of_every_template(stage: OpenStage, template: str) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, template)
    names = [str(getattr(control, "identifier", None) or "") for control in app.walk()]
    lines = [name for name in names if name.startswith("item-")]
    if template == "minutes.regular":
        assert lines[0] == "item-aim"
        return
    assert names.index("minutes-aim") < names.index(lines[0])
    await app.tap("minutes-aim")
    await app.type("aim-text", "Bara lyssna")
    await app.tap("aim-save")
    assert "Bara lyssna" in app.texts()
    await app.tap("minutes-finish")
    assert app.has("minutes-aim") and "Bara lyssna" in app.texts()


async def test_what_is_known_is_filled_in(stage: OpenStage) -> None:
    app = await open_minutes(stage, lay().at(16, 10), "minutes.regular")
    assert "onsdag 14 oktober" in app.texts() and "15:00" in app.texts()
    assert app.field("item-place").value == "Biblioteket, grupprum 2"
    assert app.field("item-aim").value == "Välja vilka jobb Yusuf ska söka"
    assert app.checked("item-present-mentor") and app.checked("item-present-mentee")


async def test_the_first_meeting_has_its_own_template(stage: OpenStage) -> None:
    app = await open_minutes(stage, lay(before=False).at(16, 10))
    assert "Protokoll: första mötet" in app.texts()


async def test_a_text_is_durable_at_the_pause_and_a_version_when_left(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.type("item-talked", "Vi gick igenom cv:t")
    await app.settle(PAUSE + 0.1)
    assert "Vi gick igenom cv:t" in repr(list(table.store.memory.table("draft")))
    await app.back()
    minutes = kept(table)
    assert minutes is not None and minutes.answers["talked"] == "Vi gick igenom cv:t"


async def test_the_private_line_goes_on_from_the_note_that_is_there(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    table.store.execute(WriteNote(body="Orolig för hyran", id=note_id(table.meeting), meeting=table.meeting))
    app = await open_minutes(stage, table)
    assert app.field("item-private").value == "Orolig för hyran"


async def test_the_private_line_never_reaches_the_minutes(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.type("item-talked", "Cv:t")
    await app.type("item-private", "Orolig för hyran")
    await app.back()
    minutes, note = kept(table), table.store.again().ask(NoteOf(table.meeting))
    assert minutes is not None and "hyran" not in repr(minutes)
    assert note is not None and note.body == "Orolig för hyran" and note.visibility == "only_me"
    shared = {row["space"] for row in table.store.memory.table("minutes")}
    rows = [row for row in table.store.memory.table("version") if row["record"].partition(":")[0] in shared]
    assert rows and all("hyran" not in repr(row) for row in rows)


async def test_each_type_of_line_is_kept(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.regular")
    await app.tap("item-useful-4")
    await app.check("item-present-mentee", False)
    first = app.desk.library.topics()[0].id
    await app.check(f"item-topics-{first}")
    minutes = kept(table)
    assert minutes is not None
    assert minutes.answers["useful"] == 4 and minutes.answers["present"] == frozenset({"mentor"})
    assert minutes.answers["topics"] == frozenset({first})
    assert app.desk.say("confirm.later") in app.texts() and not app.has("minutes-confirm")


async def finish(stage: OpenStage, table: Table, words: str = "Ringde arbetsplatsen") -> Stage:
    app = await open_minutes(stage, table)
    await app.type("item-talked", words)
    await app.tap("minutes-finish")
    return app


async def test_both_confirm_with_two_taps_each_and_it_says_who_and_when(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await finish(stage, table)
    assert "Bekräftelser, version 1" in app.texts()
    assert app.has("Yusuf och jag")
    for one in ("minutes-confirm", "sign-yes", "minutes-hand", "sign-yes"):
        await app.tap(one)
    words = "\n".join(app.texts())
    assert not app.has("minutes-confirm") and not app.has("minutes-hand")
    assert "Karin" in words and "bekräftat på telefonen hos Karin" in words and words.count("Fingeravtryck") == 2
    assert app.nameless() == []
    ticks = table.store.again().ask(ListOf("checklist.after_session", table.meeting)).ticks
    assert {"minutes", "confirm_mine"} <= ticks, "nobody has to tick what was just done"


async def test_a_corrected_line_is_a_version_that_both_confirm_again(stage: OpenStage) -> None:
    app = await finish(stage, lay().at(16, 10))
    await app.tap("minutes-confirm")
    await app.tap("sign-yes")
    await app.tap("minutes-reopen")
    await app.type("item-talked", "Ringde arbetsplatsen, fick ett namn")
    await app.tap("minutes-finish")
    words = "\n".join(app.texts())
    assert "Bekräftelser, version 2" in words and "Ändrat sedan version 1" in words
    assert app.has("changed-talked") and app.has("minutes-confirm") and app.has("minutes-hand")
    for one in ("minutes-confirm", "sign-yes", "minutes-hand", "sign-yes"):
        await app.tap(one)
    assert not app.has("minutes-confirm")
    await app.tap("version-1")
    words = "\n".join(app.texts())
    assert "Ringde arbetsplatsen" in words and "fick ett namn" not in words
    assert "Bekräftelser, version 1" in words and "Har inte bekräftat än" in words  # nobody signs minutes
    assert "skrivit under" not in words and "Underskrifter" not in words


async def test_a_task_that_moves_on_leaves_confirmed_minutes_as_they_were(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    task = table.store.execute(AddTask(text="Ringa Lena", mentorship=table.pair, meeting=table.meeting)).record
    app = await open_minutes(stage, table, "minutes.regular")
    await app.tap("minutes-finish")
    await app.tap("minutes-confirm")
    await app.tap("sign-yes")
    table.store.execute(MoveTask(task=task, status="done"))
    table.store.execute(Revise(kind="task", id=task, values={"text": "Ringa någon annan"}))
    await app.settle()
    assert "Bekräftelser, version 1" in app.texts() and not app.has("minutes-confirm")
    assert any("Ringa Lena" in text for text in app.texts())


async def test_what_was_just_typed_is_in_the_finished_minutes(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.regular")
    await app.type("item-place", "Kaféet vid torget")
    await app.type("item-aim", "Öva på intervjun")
    await app.tap("minutes-finish")
    minutes = kept(table)
    assert minutes is not None and minutes.status == "finished"
    assert (minutes.answers["place"], minutes.answers["aim"]) == ("Kaféet vid torget", "Öva på intervjun")


async def test_whose_a_task_is_reads_the_same_on_both_phones(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    due = date(2026, 10, 21)
    for owner in ("mentor", "mentee", "both"):
        task = AddTask(text=f"Ringa ({owner})", mentorship=table.pair, meeting=table.meeting, owner=owner, due=due)
        table.store.execute(task)
    app = await open_minutes(stage, table, "minutes.regular")
    await app.tap("minutes-finish")
    minutes = kept(table)
    assert minutes is not None
    (words,) = (text for text in minutes.answers.values() if isinstance(text, str) and "Ringa" in text)
    told = [f"Ringa ({owner}) ({who}, 2026-10-21)" for owner, who in (("mentor", "Karin"), ("mentee", "Yusuf"))]
    assert words.split("\n") == [*told, "Ringa (both) (Karin, Yusuf, 2026-10-21)"]
    assert any(
        "Ringa (mentor) (Karin, ons 21 okt.)\n" in text for text in app.texts()
    )  # each reads the day as they say it


async def test_what_was_written_in_another_template_is_read_when_they_are_finished(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    answers = {"steps": "Lön, semester, uppsägningstid", "mentor_learned": "x" * 6_000 + "slutet"}
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.closing", version=1, answers=answers))
    app = await open_minutes(stage, table, "minutes.regular")
    await app.tap("minutes-finish")
    words = "\n".join(app.texts())
    assert all(text in words for text in answers.values())


async def test_very_long_minutes_are_read_to_their_end_before_and_after_they_are_confirmed(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    answers = {"talked": "ord " * 5_500 + "slutet", "talked_2": "x" * 21_000 + "allra sist"}
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.quick", version=1, answers=answers))
    app = await open_minutes(stage, table)
    assert any(text.endswith("allra sist") for text in app.texts())
    await app.tap("minutes-finish")
    words = "\n".join(app.texts())
    assert "slutet" in words and "allra sist" in words
    for one in ("minutes-confirm", "sign-yes", "minutes-reopen"):
        await app.tap(one)
    table.store.execute(
        KeepMinutes(meeting=table.meeting, document="minutes.quick", version=1, answers={"agreed": "Ses igen"})
    )
    for one in ("minutes-finish", "version-1"):
        await app.tap(one)
    words = "\n".join(app.texts())
    assert "slutet" in words and "allra sist" in words


async def test_numbers_are_read_as_people_write_them(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.midterm")
    await app.type("item-remaining", "fem")
    assert "Skriv ett tal." in app.texts()
    await app.type("item-remaining", "4,5")
    minutes = kept(table)
    assert minutes is not None and minutes.answers["remaining"] == 4.5


@pytest.mark.parametrize("way", ["minutes", "end"])
async def test_words_where_a_number_is_asked_for_stay_in_finished_minutes_as_they_were_typed(
    stage: OpenStage, way: str
) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.midterm")
    await app.type("item-remaining", "kanske fyra")
    if way == "end":
        app.desk.go(f"/meeting/{table.meeting}/end")
        await app.settle()
        await app.tap("end-ask")
        app.desk.go(f"/meeting/{table.meeting}/minutes")
        await app.settle()
    else:
        await app.tap("minutes-finish")
    minutes = kept(table)
    assert minutes is not None and minutes.status == "finished" and minutes.answers["remaining"] == "kanske fyra"
    assert "kanske fyra" in app.texts()
    await app.tap("minutes-reopen")
    assert app.field("item-remaining").value == "kanske fyra" and "Skriv ett tal." in app.texts()
    await app.type("item-remaining", "4")
    await app.tap("minutes-finish")
    minutes = kept(table)
    assert minutes is not None and minutes.answers["remaining"] == 4 and "4" in app.texts()


async def test_choices_and_clauses_of_the_last_meeting_are_kept(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.closing")
    await app.tap("item-contact-once")
    await app.check("item-notes")
    minutes = kept(table)
    assert minutes is not None and minutes.answers["contact"] == "once" and minutes.answers["notes"] is True


async def test_a_task_of_the_minutes_is_on_the_board(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.tap("minutes-task")
    await app.type("task-text", "Skicka två ansökningar")
    await app.tap("task-save")
    assert any(
        task.text == "Skicka två ansökningar" and task.meeting == table.meeting
        for task in table.store.again().everything(Task)
    )
    assert "Skicka två ansökningar" in app.texts()


async def test_the_tasks_from_last_time_come_first_in_the_regular_ones(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table, "minutes.regular")
    await app.tap(f"review-done-{table.task}")
    task = next(one for one in table.store.again().everything(Task) if one.id == table.task)
    assert task.outcome == "done"


async def test_the_next_meeting_is_booked_from_the_minutes(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.tap("end-same")
    assert any("Redan bokat" in text for text in app.texts())


async def test_changing_the_template_takes_the_words_along(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.type("item-talked", "Allt vi sa")
    await app.tap("minutes-template")
    await app.tap("template-minutes.regular")
    minutes = kept(table)
    assert minutes is not None and minutes.document == "minutes.regular"
    assert minutes.answers["since_last"] == "Allt vi sa"
    assert app.field("item-since_last").value == "Allt vi sa"


async def test_other_answers_stay_in_sight_after_a_change(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    table.store.execute(
        KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"agreed": "Två ansökningar"})
    )
    app = await open_minutes(stage, table)
    await app.tap("minutes-template")
    await app.tap("template-minutes.closing")
    assert "Två ansökningar" in app.texts() and "Också skrivet här" in app.texts()


@BOTH
async def test_finished_minutes_are_read_and_can_be_taken_up_again(stage: OpenStage, language: str) -> None:
    table = lay().at(16, 10)
    table.store.execute(StartMeeting(meeting=table.meeting))
    app = await open_minutes(stage, table, language=language)
    await app.type("item-talked", "Vi valde två annonser")
    await app.tap("minutes-finish")
    minutes = kept(table)
    assert minutes is not None and minutes.status == "finished" and minutes.finished is not None
    assert minutes.answers["place"] == "Biblioteket, grupprum 2"
    assert minutes.answers["present"] == frozenset({"mentor", "mentee"})
    assert "Vi valde två annonser" in app.texts() and not app.has("item-talked")
    assert app.nameless() == []
    await app.tap("minutes-reopen")
    assert app.field("item-talked").value == "Vi valde två annonser"
    minutes = kept(table)
    assert minutes is not None and minutes.status == "draft"


async def test_finishing_is_undone(stage: OpenStage) -> None:
    table = lay().at(16, 10)
    app = await open_minutes(stage, table)
    await app.tap("minutes-finish")
    await app.undo()
    minutes = kept(table)
    assert minutes is not None and minutes.status == "draft"


@BOTH
async def test_the_example_cannot_be_taken_for_ones_own(stage: OpenStage, language: str) -> None:
    table = lay()
    before = repr({name: list(table.store.memory.table(name)) for name in table.store.memory.tables()})
    app = await open_minutes(stage, table, language=language)
    await app.tap("minutes-template")
    await app.tap("template-example")
    assert app.has("example-banner")
    assert ("Exempel: påhittade personer" if language == "sv" else "Example: made-up people") in app.texts()
    assert not [c for c in app.walk() if getattr(c, "on_change", None)]  # nothing to fill in
    await app.tap("example-close")
    after = repr({name: list(table.store.memory.table(name)) for name in table.store.memory.tables()})
    assert before == after


async def test_the_minutes_from_last_time_or_that_there_are_none(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.meeting}/earlier")
    assert "Ringde arbetsplatsen." in app.texts()
    await app.tap("earlier-meeting")
    assert app.desk.places.value[-1] == f"/meeting/{table.earlier}"
    fresh = lay(before=False)
    app = await fresh.open(stage, go=f"/meeting/{fresh.meeting}/earlier")
    assert "Det finns inget protokoll från förra gången." in app.texts()


async def test_topics_on_the_agenda_are_chosen_already(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage)
    topic = app.desk.library.topics()[20].id
    table.store.execute(AddTopic(mentorship=table.pair, meeting=table.meeting, topic=topic))
    app = await open_minutes(stage, table.at(16, 10), "minutes.regular")
    assert app.checked(f"item-topics-{topic}")


async def test_minutes_of_nothing_say_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/meeting/nowhere/minutes")
    assert app.has("Mötet finns inte längre.")


async def test_another_version_that_comes_while_one_writes_is_said_under_the_line(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.quick", answers={"talked": "Ett."}))
    app = await table.open(stage, go=f"/meeting/{table.meeting}/minutes")
    told = app.desk.say("note.another")
    assert not app.has(told)
    await app.type("item-talked", "Ett. Mitt.")
    minutes = table.store.ask(One(Minutes, minutes_id(table.meeting)))
    assert minutes is not None
    theirs = Op(record=minutes.id, kind="minutes", fields={"answers.talked": "Ett. Deras."}, parents=minutes.heads)
    table.store.apply([foreign(minutes.space, 1, table.clock.at, theirs)])
    await app.until(lambda: app.has(told))
    assert app.field("item-talked").value == "Ett. Mitt."


async def test_words_that_the_disk_refuses_are_told_under_the_line_and_kept(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.meeting}/minutes")

    def full(*_: object, **__: object) -> None:
        raise VaultFull

    with monkeypatch.context() as disk:
        disk.setattr(table.store.drafts, "flush", full)
        await app.type("item-talked", "Kanelbulle")
        await app.until(lambda: app.has(app.desk.say("error.vault-full")))
    await app.type("item-talked", "Kanelbullar")
    await app.until(lambda: not app.has(app.desk.say("error.vault-full")))
    app.desk.flush()
    found = table.store.ask(One(Minutes, minutes_id(table.meeting)))
    assert found is not None and found.answers["talked"] == "Kanelbullar"
