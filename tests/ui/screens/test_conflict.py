"""Two versions: both with their authors, a choice that removes nothing, and the way back to each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.model.commands import AddTask, Delete, KeepMinutes, Pick, Restore, Revise, WriteNote
from app.model.entities import Minutes, Note, Person, Task, minutes_id
from app.model.queries import ConflictOf, HasEarlier, One
from tests.support.asked import HistoryOf
from tests.support.conflicting import also_wrote
from tests.support.languages import BOTH
from tests.support.there import there
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay

BASE = "Vi gick igenom uppgifterna. Vi ses på måndag. Slut."
MINE = "Vi gick igenom uppgifterna. Vi ses på måndag kl. 15. Slut."
THEIRS = "Vi gick igenom uppgifterna. Vi ses på fredag. Slut. Tack!"


def minutes(table: Table) -> str:
    """The minutes of the earlier meeting, edited by both without the other's knowing."""
    for text in (BASE, MINE):
        table.clock.later(minutes=1)
        table.store.execute(
            KeepMinutes(meeting=table.earlier, document="minutes.quick", version=1, answers={"talked": text})
        )
    id = minutes_id(table.earlier)
    also_wrote(table.store, "minutes", id, "answers.talked", THEIRS, table.clock.at + timedelta(minutes=2))
    return id


def place(id: str) -> str:
    return f"/versions/minutes/{id}?cell=answers.talked"


async def test_both_versions_stand_there_with_their_authors(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=place(minutes(table)))
    texts = app.texts()
    assert "2 versioner" in texts and "Vi pratade om" in texts
    assert "Vi ses på måndag kl. 15." in texts and "Vi ses på fredag." in texts
    assert any(text.startswith("Du · I dag kl.") for text in texts)
    assert any(text.startswith("Yusuf · I dag kl.") for text in texts)
    assert {"Båda", "Din", "Yusufs"} <= set(texts)
    assert any("Inget tas bort" in text for text in texts)
    assert not app.nameless()


@pytest.mark.parametrize(
    ("whose", "expected"),
    [
        ("", "Vi gick igenom uppgifterna. \nVi ses på måndag kl. 15. \nVi ses på fredag. \nSlut. Tack!"),
        ("mine", "Vi gick igenom uppgifterna. Vi ses på måndag kl. 15. Slut. Tack!"),
        ("theirs", "Vi gick igenom uppgifterna. Vi ses på fredag. Slut. Tack!"),
    ],
)
async def test_the_choice_becomes_the_text_and_nothing_is_removed(stage: OpenStage, whose: str, expected: str) -> None:
    table = lay()
    id = minutes(table)
    conflict = table.store.ask(ConflictOf("minutes", id, "answers.talked"))
    assert conflict is not None
    (number,) = [number for number, part in enumerate(conflict.parts) if part.versions]
    versions = {"theirs" if one.author == "other" else "mine": one.version for one in conflict.parts[number].versions}
    app = await table.open(stage, go=f"/person/{table.pair}")
    app.desk.go(place(id))
    await app.settle()
    if whose:
        await app.tap(f"choose-{number}-{versions[whose]}")
    heads = there(table.store.ask(One(Minutes, id))).heads
    before = len(table.store.ask(HistoryOf("minutes", id)))
    await app.tap("keep")
    found = table.store.ask(One(Minutes, id))
    assert found is not None and found.answers["talked"] == expected
    assert found.woven == {} and len(found.heads) == 1
    history = table.store.ask(HistoryOf("minutes", id))
    assert len(history) == before + 1  # the choice came on top: all the others are still there
    assert {THEIRS, MINE, BASE, expected} <= {past.cells.get("answers.talked") for past in history}
    assert heads and not app.has("keep")
    assert any("Inget togs bort" in text for text in app.texts())
    await app.undo()
    assert "måndag kl. 15" in str(there(table.store.ask(One(Minutes, id))).answers["talked"])
    assert "fredag" in str(there(table.store.ask(One(Minutes, id))).answers["talked"])


async def test_two_places_with_versions_each_have_their_choice(stage: OpenStage) -> None:
    table = lay()
    task = table.store.execute(AddTask(text="Ring", mentorship=table.pair)).record
    for text in ("Ett här. Mitten står kvar. Tre här.", "Ett mitt. Mitten står kvar. Tre mitt."):
        table.store.execute(Revise(kind="task", id=task, values={"tried": text}))
    theirs = "Ett ditt. Mitten står kvar. Tre ditt."
    also_wrote(table.store, "task", task, "tried", theirs, table.clock.at + timedelta(minutes=1))
    app = await table.open(stage, go=f"/versions/task/{task}?cell=tried", language="en")
    assert {"Place 1 of 2", "Place 2 of 2", "Yusuf’s"} <= set(app.texts())
    conflict = table.store.ask(ConflictOf("task", task, "tried"))
    assert conflict is not None
    first, last = (number for number, part in enumerate(conflict.parts) if part.versions)
    await app.tap(f"choose-{first}-{conflict.parts[first].versions[0].version}")
    await app.tap(f"choose-{last}-{conflict.parts[last].versions[1].version}")
    await app.tap("keep")
    one, other = conflict.parts[first].versions[0].text, conflict.parts[last].versions[1].text
    found = table.store.ask(One(Task, task))
    assert found is not None and found.tried == f"{one}Mitten står kvar. {other}"


async def test_what_arrives_while_somebody_chooses_stays_open(stage: OpenStage) -> None:
    table = lay()
    id = minutes(table)
    app = await table.open(stage)
    app.desk.go(place(id))
    await app.settle()
    seen = there(table.store.ask(One(Minutes, id))).heads
    also_wrote(
        table.store,
        "minutes",
        id,
        "answers.talked",
        "Helt annat.",
        table.clock.at + timedelta(minutes=9),
        sequence=2,
        device="e" * 32,
    )
    table.store.execute(Pick(kind="minutes", id=id, cell="answers.talked", value="Valt.", seen=seen))
    found = table.store.ask(One(Minutes, id))
    assert found is not None and len(found.heads) == 2
    assert "Valt." in str(found.answers["talked"]) and "Helt annat." in str(found.answers["talked"])


async def test_a_short_text_keeps_both_where_they_fit(stage: OpenStage) -> None:
    table = lay()
    task = table.store.execute(AddTask(text="Ring", mentorship=table.pair)).record
    table.store.execute(Revise(kind="task", id=task, values={"text": "Ring Åsa"}))
    also_wrote(table.store, "task", task, "text", "Ring Ali", table.clock.at + timedelta(minutes=1))
    app = await table.open(stage)
    app.desk.go(f"/versions/task/{task}?cell=text")
    await app.settle()
    await app.tap("keep")
    assert there(table.store.ask(One(Task, task))).text == "Ring Ali / Ring Åsa"


async def test_two_long_lines_ask_for_a_choice(stage: OpenStage) -> None:
    table = lay()
    task = table.store.execute(AddTask(text="Ring", mentorship=table.pair)).record
    table.store.execute(Revise(kind="task", id=task, values={"text": "å" * 200}))
    also_wrote(table.store, "task", task, "text", "ö" * 200, table.clock.at + timedelta(minutes=1))
    app = await table.open(stage)
    app.desk.go(f"/versions/task/{task}?cell=text")
    await app.settle()
    assert not app.has("keep") and not app.has("choose-0-both")
    mine = max(version for version in there(table.store.ask(One(Task, task))).heads if not version.endswith("f"))
    await app.tap(f"choose-0-{mine}")
    await app.tap("keep")
    assert there(table.store.ask(One(Task, task))).text == "å" * 200


async def test_two_devices_of_mine_are_said_to_be_mine(stage: OpenStage) -> None:
    table = lay()
    note = table.store.execute(WriteNote(body="Ett. Två.")).record
    table.store.execute(WriteNote(id=note, body="Ett här. Två."))
    also_wrote(table.store, "note", note, "body", "Ett där. Två.", table.clock.at + timedelta(minutes=1))
    app = await table.open(stage)
    app.desk.go(f"/versions/note/{note}?cell=body")
    await app.settle()
    texts = app.texts()
    assert any("två enheter" in text for text in texts)
    assert "Din, annan enhet" in texts and "Din" in texts
    await app.tap("keep")
    assert there(table.store.ask(One(Note, note))).body == "Ett här. \nEtt där. \nTvå."


async def test_where_nothing_is_left_to_choose_the_screen_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/versions/task/nothing?cell=text")
    assert "Här finns inget att välja längre." in app.texts()
    app.desk.go("/versions/nonsense/x?cell=text")
    await app.settle()
    assert "Här finns inget att välja längre." in app.texts()


@pytest.mark.parametrize("what", ["task", "goal", "person", "meeting"])
async def test_beside_the_field_a_chip_says_that_there_is_another_version(stage: OpenStage, what: str) -> None:
    table = lay()
    person = next(iter(table.store.everything(Person))).id
    kind, id, cell, path, word = {
        "task": ("task", table.task, "text", f"/task/{table.task}", "Texten"),
        "goal": ("goal", table.goal, "title", f"/goal/{table.goal}", "Rubrik"),
        "person": ("person", person, "reach", f"/person/{table.pair}", "Kontakt"),
        "meeting": ("meeting", table.meeting, "aim", f"/meeting/{table.meeting}", "Syfte"),
    }[what]
    app = await table.open(stage, go=path)
    assert not app.has(f"another-{cell}")
    table.store.execute(Revise(kind=kind, id=id, values={cell: "Mitt"}))
    also_wrote(table.store, kind, id, cell, "Ditt", table.clock.at + timedelta(minutes=1))
    await app.settle()
    assert f"En annan version: {word}" in app.texts()
    await app.tap(f"another-{cell}")
    assert {"Mitt", "Ditt"} <= set(app.texts())
    await app.tap("keep")
    assert not app.has(f"another-{cell}")


async def test_earlier_versions_are_one_tap_away(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/task/{table.task}")
    assert not app.has("earlier-text")
    table.clock.later(minutes=1)
    table.store.execute(Revise(kind="task", id=table.task, values={"text": "Läsa klart cv:t"}))
    await app.settle()
    await app.tap("earlier-text")
    assert {"Läsa klart cv:t", "Läsa Yusufs cv"} <= set(app.texts())


async def test_no_earlier_version_is_offered_of_a_text_that_has_only_one(stage: OpenStage) -> None:
    """Also where something else of the record was changed, or where nothing stood there before."""
    table = lay()
    table.clock.later(minutes=1)
    table.store.execute(Revise(kind="task", id=table.task, values={"notes": "Först."}))
    app = await table.open(stage, go=f"/task/{table.task}")
    assert not app.has("earlier-text")
    texts = ["Ring", "", "Ring", *(f"Ring {number} gånger" for number in range(9))]
    offered = []
    for text in texts:
        goal = table.store.execute(Revise(kind="goal", id=table.goal, values={"next_step": text}))
        assert goal.changes
        offered.append(table.store.ask(HasEarlier("goal", table.goal, "next_step")))
    assert offered == [False, True, False, *[True] * 9]  # what it says again and what was empty is nothing earlier
    assert not table.store.ask(HasEarlier("goal", table.goal, "title"))
    assert not table.store.ask(HasEarlier("goal", "0" * 32, "title"))


@BOTH
async def test_today_tells_of_it_until_somebody_has_chosen(stage: OpenStage, language: str) -> None:
    """A text of the two, and one of mine that two of my devices changed; each leads to its choice."""
    table = lay()
    id = minutes(table)
    note = table.store.execute(WriteNote(body="Hej.")).record
    app = await table.open(stage, language=language)
    assert await rows_to_choose(app) == [f"todo-choose-{id}"]  # told while Today stands there as well
    table.store.execute(Revise(kind="note", id=note, values={"body": "Hej du."}))
    also_wrote(table.store, "note", note, "body", "Hej hej.", table.clock.at, sequence=2)
    assert await rows_to_choose(app) == [f"todo-choose-{id}", f"todo-choose-{note}"]
    told = [app.name(app.get(row)) for row in await rows_to_choose(app)]
    sv = language == "sv"
    assert told[0].startswith("Ni skrev samtidigt" if sv else "You both wrote at once") and "Yusuf" in told[0]
    assert told[1].startswith("Du skrev på två enheter" if sv else "You wrote on two devices")
    await app.tap(f"todo-choose-{id}")
    assert app.has("keep") and "Yusuf" in " ".join(app.texts())
    await app.tap("keep")
    assert not app.has("keep") and await rows_to_choose(app) == [f"todo-choose-{note}"]
    table.store.execute(Delete(kind="note", id=note))
    assert await rows_to_choose(app) == []
    table.store.execute(Restore(kind="note", id=note))
    assert await rows_to_choose(app) == [f"todo-choose-{note}"]
    assert app.nameless() == []


async def rows_to_choose(app: Stage) -> list[str]:
    await app.settle()
    if app.has("today-more") and not app.has("Visa färre") and not app.has("Show fewer"):
        await app.tap("today-more")
    ids = [str(getattr(one, "identifier", "") or "") for one in app.walk()]
    return [id for id in ids if id.startswith("todo-choose-")]
