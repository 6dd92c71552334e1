"""What is being typed is on the disk within a second, is never lost, and settles as one version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from app.errors import StorageFailed
from app.model.changes import Op
from app.model.commands import AddPerson, Delete, PlanMeeting, Revise, SetGoal, WriteNote
from app.model.entities import Goal, Mentorship, Note, form_id, minutes_id, note_id
from app.model.queries import FormOf, MinutesFor, NotesOf, One
from app.services.records.drafts import PATIENCE, Draft, Standing, Target, thread_timer
from tests.services.records.test_store import foreign
from tests.support import patience
from tests.support.asked import HistoryOf, NoteOf
from tests.support.store import NOON, MemoryStore, memory_store
from tests.support.there import there


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


@pytest.fixture
def meeting(store: MemoryStore) -> str:
    pair = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    return store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 14, 15))).record


def note(id: str, **context: Any) -> Target:
    return Target(kind="note", id=id, context=context)


def test_typing_does_not_put_the_write_off(store: MemoryStore) -> None:
    target = note(store.new_id())
    store.drafts.keep(target, "å")
    (first,) = store.timers.waiting
    for n in range(1, 40):
        store.drafts.keep(target, "å" * (n + 1))
    assert store.timers.waiting == [first]  # the timer of the oldest unsaved key, never put off
    assert [timer.seconds for timer in store.timers.waiting] == [PATIENCE]
    assert PATIENCE + 0.5 < 1.0
    store.timers.ring()
    assert store.memory.commits[-1] == "soon"
    assert store.again().ask(One(Note, target.id)).body == "å" * 40  # type: ignore[union-attr]


def test_a_key_after_a_write_starts_the_next_one(store: MemoryStore) -> None:
    target = note(store.new_id())
    for text in ("a", "ab", "abc"):
        store.drafts.keep(target, text)
        assert store.timers.ring() == 1
    assert store.timers.ring() == 0
    rows = list(store.memory.table("draft"))
    assert [row["text"] for row in rows] == ["abc"]


def test_what_was_typed_before_a_crash_is_a_version_after_it(store: MemoryStore, meeting: str) -> None:
    target = note(note_id(meeting), meeting=meeting)
    store.drafts.keep(target, "Ringde arbetsplatsen")
    store.timers.ring()
    again = store.again()
    assert there(again.ask(NoteOf(meeting))).body == "Ringde arbetsplatsen"
    assert again.drafts.waiting() == ()
    assert again.drafts.read(target) is None


def test_settling_is_one_version_and_one_transaction(store: MemoryStore) -> None:
    target = note(store.new_id())
    for text in ("a", "ab", "abc"):
        store.drafts.keep(target, text)
        store.timers.ring()
    commits = len(store.memory.commits)
    done = store.drafts.settle(target)
    assert done is not None and done.record == target.id
    assert store.memory.commits[commits:] == [True]
    assert len(store.ask(HistoryOf("note", target.id))) == 1
    assert store.drafts.settle(target) is None
    store.drafts.keep(target, "abc")
    again = store.drafts.settle(target)
    assert again is not None and again.changes == ()  # the same text is no new version
    assert store.drafts.waiting() == ()


def test_a_text_settles_where_it_belongs(store: MemoryStore, meeting: str) -> None:
    goal = store.execute(SetGoal(title="mål")).record
    about = {"meeting": meeting, "document": "minutes.quick", "version": 2}
    targets = {
        Target(kind="minutes", id=minutes_id(meeting), cell="answers.talked", context=about): "vi pratade",
        Target(
            kind="form",
            id=form_id(store.personal, "prompts.boundaries", ""),
            cell="answers.share",
            context={"document": "prompts.boundaries"},
        ): "lite",
        Target(kind="goal", id=goal, cell="title"): "två intervjuer",
        Target(kind="goal", id=goal, cell="answers.why"): "för att",
    }
    for target, text in targets.items():
        store.drafts.keep(target, text)
    assert {draft.text for draft in store.drafts.waiting()} == set(targets.values())
    assert store.drafts.settle_all() == ()
    assert there(store.ask(MinutesFor(meeting))).answers == {"talked": "vi pratade"}
    assert there(store.ask(MinutesFor(meeting))).version == 2
    assert there(store.ask(FormOf("prompts.boundaries"))).answers == {"share": "lite"}
    found = store.ask(One(Goal, goal))
    assert found is not None and (found.title, found.answers) == ("två intervjuer", {"why": "för att"})


def test_a_refused_draft_stays_a_draft(store: MemoryStore) -> None:
    goal = store.execute(SetGoal(title="mål")).record
    target = Target(kind="goal", id=goal, cell="next_step")
    store.drafts.keep(target, "ring")
    store.execute(Delete(kind="goal", id=goal))
    assert store.drafts.settle_all() == (Draft(target=target, text="ring"),)
    assert store.drafts.read(target) == "ring"
    store.timers.ring()
    again = store.again()
    assert again.drafts.read(target) == "ring"
    again.drafts.forget(target)
    assert again.drafts.read(target) is None and again.drafts.waiting() == ()


def test_what_others_wrote_meanwhile_was_not_seen_and_is_not_overwritten(store: MemoryStore) -> None:
    pair = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    shared = there(store.ask(One(Mentorship, pair))).space
    goal = store.execute(SetGoal(title="mål", mentorship=pair, answers={"why": "Ett. Två."})).record
    target = Target(kind="goal", id=goal, cell="answers.why")
    store.drafts.keep(target, "Ett. Två. Mitt.")
    store.timers.ring()
    heads = there(store.ask(One(Goal, goal))).heads
    op = Op(record=goal, kind="goal", fields={"answers.why": "Deras. Ett. Två."}, parents=heads)
    store.apply([foreign(shared, 1, NOON, op)])
    store.drafts.settle(target)
    found = store.ask(One(Goal, goal))
    assert found is not None
    assert found.answers["why"] == "Deras. Ett. Två. Mitt."
    assert len(found.heads) == 2


class _Full:
    """A disk that is full until it is emptied."""

    def __init__(self, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = True
        table = store.memory.table("draft")
        for one, name in ((table, "insert"), (store, "perform")):
            monkeypatch.setattr(one, name, self.unless_full(getattr(one, name)))

    def unless_full(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def wrote(*args: Any, **named: Any) -> Any:
            if self.full:
                raise StorageFailed
            return write(*args, **named)

        return wrote


@pytest.fixture
def disk(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Full]:
    yield _Full(store, monkeypatch)


def test_a_full_disk_while_typing_is_told_and_tried_again(store: MemoryStore, disk: _Full) -> None:
    told: list[Standing] = []
    stop = store.drafts.on_standing(told.append)
    target = note(store.new_id())
    store.drafts.keep(target, "viktigt")
    store.timers.ring()
    assert store.drafts.standing.waiting and isinstance(store.drafts.standing.trouble, StorageFailed)
    assert store.drafts.read(target) == "viktigt"
    with pytest.raises(StorageFailed):
        store.drafts.flush()
    store.timers.ring()
    disk.full = False
    assert store.timers.ring() == 1
    assert store.drafts.standing == Standing(waiting=False, saved=NOON)
    assert [one.waiting for one in told] == [True, True, False]
    stop()
    stop()
    store.drafts.keep(target, "mer")
    assert len(told) == 3


def test_what_a_full_disk_kept_from_settling_settles_once_there_is_room(store: MemoryStore, disk: _Full) -> None:
    """The screen is left while nothing can be written: nobody comes back to settle it."""
    target = note(store.new_id())
    store.drafts.keep(target, "Ringde arbetsplatsen")
    disk.full = True
    with pytest.raises(StorageFailed):
        store.drafts.settle(target)
    assert store.timers.ring() == 1 and store.ask(One(Note, target.id)) is None
    disk.full = False
    store.timers.ring()
    assert there(store.ask(One(Note, target.id))).body == "Ringde arbetsplatsen"
    assert store.drafts.waiting() == () and store.timers.ring() == 0


def test_one_text_that_is_refused_does_not_keep_the_next_from_settling(store: MemoryStore, disk: _Full) -> None:
    disk.full = False
    goal = store.execute(SetGoal(title="mål")).record
    gone, here = Target(kind="goal", id=goal, cell="next_step"), note(store.new_id())
    disk.full = True
    for target in (gone, here):
        store.drafts.keep(target, "Ringde")
        with pytest.raises(StorageFailed):
            store.drafts.settle(target)
    disk.full = False
    store.execute(Delete(kind="goal", id=goal))
    store.timers.ring()
    found = store.ask(One(Note, here.id))
    assert found is not None
    assert found.body == "Ringde"
    assert store.drafts.waiting() == (Draft(target=gone, text="Ringde"),) and store.timers.ring() == 0


def test_what_is_written_on_after_a_full_disk_settles_when_its_screen_is_left(store: MemoryStore, disk: _Full) -> None:
    target = note(store.new_id())
    store.drafts.keep(target, "Ringde")
    disk.full = True
    with pytest.raises(StorageFailed):
        store.drafts.settle(target)
    disk.full = False
    store.drafts.keep(target, "Ringde arbetsplatsen")
    store.timers.ring()
    assert store.ask(One(Note, target.id)) is None
    assert [draft.text for draft in store.drafts.waiting()] == ["Ringde arbetsplatsen"]


def test_closing_writes_what_waits_and_says_so_if_it_cannot(store: MemoryStore, disk: _Full) -> None:
    target = note(store.new_id())
    store.drafts.keep(target, "sista ordet")
    with pytest.raises(StorageFailed):
        store.close()
    disk.full = False
    store.close()
    assert store.timers.waiting == []
    store.drafts.keep(target, "efter")
    assert store.timers.waiting == []
    assert store.again().ask(One(Note, target.id)).body == "sista ordet"  # type: ignore[union-attr]


def test_flushing_makes_everything_durable_at_once(store: MemoryStore) -> None:
    store.drafts.keep(note(store.new_id()), "nu")
    store.drafts.flush()
    assert store.memory.commits[-2:] == [True, "sync"]
    assert store.timers.waiting == []


def test_an_empty_new_note_is_not_made(store: MemoryStore) -> None:
    target = note(store.new_id())
    store.drafts.keep(target, "  ")
    done = store.drafts.settle(target)
    assert done is not None and done.changes == ()
    assert store.ask(NotesOf()).rows == () and store.drafts.waiting() == ()


def test_a_draft_of_a_note_in_the_trash_brings_it_back(store: MemoryStore) -> None:
    id = store.execute(WriteNote(body="ett")).record
    store.drafts.keep(note(id), "ett två")
    store.execute(Delete(kind="note", id=id))
    store.drafts.settle(note(id))
    assert there(store.ask(One(Note, id))).body == "ett två"


def test_two_texts_of_one_record_are_two_drafts(store: MemoryStore) -> None:
    goal = store.execute(SetGoal(title="mål")).record
    store.drafts.keep(Target(kind="goal", id=goal, cell="title"), "a")
    store.drafts.keep(Target(kind="goal", id=goal, cell="next_step"), "b")
    store.timers.ring()
    store.execute(Revise(kind="goal", id=goal, values={"unit": "st"}))
    store.drafts.settle_all()
    found = store.ask(One(Goal, goal))
    assert found is not None and (found.title, found.next_step, found.unit) == ("a", "b", "st")


def test_the_real_timer_rings_on_a_thread_and_can_be_stopped() -> None:
    from threading import Event

    rung = Event()
    thread_timer(0.01, rung.set)
    assert rung.wait(patience.PATIENCE)
    never = Event()
    thread_timer(60, never.set).cancel()
    assert not never.is_set()
