"""The single writer: what it promises about order, durability, repetition, other spaces and who is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AlreadyThere, AppendOnly, InvalidField, ModelError, UnknownRecord, WrongSpace
from app.model.changes import Change, Op
from app.model.commands import (
    AddOwnItem,
    AddPerson,
    AddTask,
    Command,
    Delete,
    GiveFeedback,
    HideItem,
    IntroduceMe,
    KeepForm,
    KeepMinutes,
    LetGoOfGoal,
    MoveTask,
    PlanMeeting,
    PlanSeries,
    RecordProgress,
    Restore,
    Revise,
    SetAside,
    SetGoal,
    SetSetting,
    TickItem,
    UntickItem,
    WriteNote,
)
from app.model.entities import Evaluation, Goal, Mentorship, Minutes, Note, Person, Progress, Setting, Task
from app.model.queries import (
    AboutMe,
    Counts,
    EvaluationsOf,
    GoalPage,
    GoalsList,
    ListOf,
    MinutesFor,
    NotesOf,
    One,
    Query,
    Reader,
    SettingOf,
    TaskBoard,
    TodayView,
    TrashList,
)
from app.model.schema import KINDS
from app.services.records.store import INDEXES, OTHER, VERSIONS, card_table
from tests.support.asked import HistoryOf, NoteOf
from tests.support.effort import effort
from tests.support.memory import MemorySpaces
from tests.support.store import NOON, MemoryStore, Now, memory_store
from tests.support.there import there


@pytest.fixture
def store() -> MemoryStore:
    return memory_store()


def pair(store: MemoryStore) -> str:
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    return store.execute(AddPerson(name="Yusuf", my_role="mentor")).record


def everything(store: MemoryStore) -> dict[str, Any]:
    """All tables but the ones that say how far this device is."""
    return {
        name: sorted((dict(row) for row in store.memory.table(name)), key=repr)
        for name in store.memory.tables()
        if name not in {"log", "draft"}
    }


# ------------------------------------------------------------------ the writer


def test_a_command_is_durable_in_one_transaction_before_anybody_is_told(store: MemoryStore) -> None:
    told: list[int] = []
    store.watch(AboutMe(), lambda me: told.append(len(store.memory.commits)))
    before = len(store.memory.commits)
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    assert store.memory.commits[before:] == [True]
    assert told == [before + 1]


def test_a_refusal_leaves_no_trace(store: MemoryStore) -> None:
    person = pair(store)
    before = everything(store)
    spaces = dict(store.places.kinds)
    for command in (
        AddTask(text="", mentorship=person),
        AddTask(text="x", mentorship="0" * 32),
        AddPerson(name=" ", my_role="mentor"),
        AddPerson(name="Åsa", my_role="mentor", weeks=0),
        AddPerson(name="Åsa", my_role="mentor", id=person),
        PlanSeries(mentorship=person, starts=datetime(2026, 1, 1, 16), count=0),
    ):
        with pytest.raises(ModelError):
            store.execute(command)
    assert everything(store) == before
    assert store.places.kinds == spaces
    assert store.execute(AddTask(text="x", mentorship=person)).changes[0].sequence == 2


def test_several_commands_may_be_one_transaction(store: MemoryStore) -> None:
    person = pair(store)
    told: list[Any] = []
    store.watch(TaskBoard(), told.append)
    commits = len(store.memory.commits)
    with store.writing():
        store.execute(AddTask(text="a", mentorship=person))
        store.execute(AddTask(text="b", mentorship=person))
        assert told == []
    assert store.memory.commits[commits:] == [True]
    assert [len(board.todo) for board in told] == [2]
    with pytest.raises(InvalidField), store.writing():
        store.execute(AddTask(text="c", mentorship=person))
        store.execute(AddTask(text=" ", mentorship=person))
    assert [row.text for row in store.ask(TaskBoard()).todo] == ["a", "b"]


class FullDisk(Exception):
    """No room."""


def test_a_full_disk_raises_before_anybody_saw_the_change(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    person = pair(store)
    told: list[object] = []
    store.watch(TaskBoard(), told.append)
    before = everything(store)
    inserted = type(store.memory.table("task")).insert

    def full(table: Any, document: Any) -> int:
        if table.name == "task":
            raise FullDisk
        return inserted(table, document)

    with monkeypatch.context() as patched:
        patched.setattr(type(store.memory.table("task")), "insert", full)
        with pytest.raises(FullDisk):
            store.execute(AddTask(text="x", mentorship=person))
    assert everything(store) == before and told == []
    done = store.execute(AddTask(text="x", mentorship=person))
    assert [change.sequence for change in done.changes] == [2]  # no gap: the failed one took no number
    assert len(told) == 1


def test_a_listener_that_fails_cannot_undo_what_is_on_the_disk(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []

    def fails(answer: object) -> None:
        raise RuntimeError("hemligt ord")

    store.watch(AboutMe(), fails)
    store.watch(AboutMe(), told.append)
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    assert len(told) == 1
    assert "RuntimeError" in caplog.text and "hemligt" not in caplog.text


def test_a_new_store_on_the_same_documents_knows_everything(store: MemoryStore) -> None:
    person = pair(store)
    store.execute(AddTask(text="ring", mentorship=person))
    store.clock.at -= timedelta(days=20_000)  # the clock now says 1972
    again = store.again()
    task = again.execute(AddTask(text="efter", mentorship=person))
    assert [row.text for row in again.ask(TaskBoard()).todo] == ["ring", "efter"]
    assert task.changes[0].sequence == 3
    assert task.changes[0].hlc > store.written_after(task.changes[0].space, 0)[-1].hlc


def test_a_new_device_begins_at_one_and_goes_on_writing(store: MemoryStore) -> None:
    person = pair(store)
    places = MemorySpaces(store.memory, device="b")
    places.kinds = store.places.kinds
    other = memory_store(documents=store.memory, spaces=places, now=store.clock)
    done = other.execute(AddTask(text="ny telefon", mentorship=person))
    assert done.changes[0].sequence == 1
    assert done.changes[0].device != store.places.device(done.changes[0].space)


@pytest.mark.parametrize("year", [1970, 1969, 2099])
def test_a_wrong_clock_neither_refuses_nor_waits(year: int) -> None:
    now = Now(datetime(year, 1, 1, tzinfo=UTC))
    store = memory_store(now=now)
    person = pair(store)
    first = store.execute(AddTask(text="a", mentorship=person)).changes[0]
    now.at = NOON
    second = store.execute(AddTask(text="b", mentorship=person)).changes[0]
    assert second.hlc > first.hlc
    assert [row.text for row in store.ask(TaskBoard()).todo] == ["a", "b"]
    assert store.ask(TodayView(now.at)).people == 1


def test_the_outbox_is_our_own_changes_in_order_exactly_as_they_travel(store: MemoryStore) -> None:
    person = pair(store)
    space = there(store.ask(One(Mentorship, person))).space
    done = [store.execute(AddTask(text=str(n), mentorship=person)).changes[0] for n in range(4)]
    assert store.written_after(space, 1) == done
    assert store.written_after(space, 3, limit=1) == done[2:3]
    assert store.written_after(space, 99) == []
    for change in done:
        parsed = Change.parse(change.plain(), space=space, device=change.device, sequence=change.sequence)
        assert parsed == change


def test_one_command_in_two_spaces_is_one_change_in_each(store: MemoryStore) -> None:
    changes = store.execute(AddPerson(name="Yusuf", my_role="mentor")).changes
    assert {store.places.kind(change.space) for change in changes} == {"personal", "mentoring"}
    assert len({change.hlc for change in changes}) == 1
    assert len({change.device for change in changes}) == 2


# ------------------------------------------------------------------ where records may live


def test_private_things_are_never_written_into_a_shared_space(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    meeting = store.execute(PlanMeeting(mentorship=person, starts=datetime(2026, 10, 14, 15))).record
    with pytest.raises(WrongSpace):
        store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"private": "hemligt"}))
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": "ja"}, private="hemligt"))
    store.execute(WriteNote(body="hemligt", mentorship=person))
    store.execute(SetGoal(title="hemligt", mentorship=person, private=True))
    store.execute(AddTask(text="hemligt", mentorship=person, private=True))
    store.execute(TickItem(document="d", item="hemligt", meeting=meeting))
    store.execute(
        GiveFeedback(
            survey="s", role="mentor", meeting=meeting, answers={"useful": 5, "comment": "hemligt"},
            audience="both", private=frozenset({"comment"}),
        )
    )  # fmt: skip
    sent = repr([change.plain() for change in store.written_after(shared, 0)])
    assert "talked" in sent and "useful" in sent
    assert "hemligt" not in sent
    assert there(store.ask(NoteOf(meeting))).body == "hemligt"
    assert there(store.ask(MinutesFor(meeting))).answers == {"talked": "ja"}
    mine = store.ask(EvaluationsOf(meeting=meeting))
    assert [one.answers for one in mine] == [{"useful": 5, "comment": "hemligt"}]


def test_a_note_that_somebody_else_put_into_the_shared_space_is_kept_and_not_shown(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    mine = store.execute(WriteNote(body="min")).record
    for record in (mine, "f" * 32):
        op = Op(record=record, kind="note", fields={"body": "deras"})
        store.apply([foreign(shared, 1, NOON, op)] if record == mine else [foreign(shared, 2, NOON, op)])
    assert [row.title for row in store.ask(NotesOf()).rows] == ["min"]
    assert there(store.ask(One(Note, mine))).body == "min"
    assert "deras" in repr(list(store.memory.table(OTHER)))


def test_a_record_of_mine_cannot_be_changed_from_another_space(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    goal = store.execute(SetGoal(title="mitt", mentorship=person, private=True))
    heads = there(store.ask(One(Goal, goal.record))).heads
    op = Op(record=goal.record, kind="goal", fields={"title": "deras"}, parents=heads)
    store.apply([foreign(shared, 1, NOON, op)])
    assert there(store.ask(One(Goal, goal.record))).title == "mitt"
    assert [row.title for row in store.ask(GoalsList())] == ["mitt"]
    assert "deras" in repr(list(store.memory.table(OTHER)))


def test_every_index_is_a_field_that_the_store_writes(store: MemoryStore) -> None:
    assert {*KINDS, *(card_table(kind) for kind, cls in KINDS.items() if cls.CARD)} <= set(INDEXES)
    assert all("id" in fields or "key" in fields for fields in INDEXES.values())


# ------------------------------------------------------------------ what comes from other devices


def foreign(space: str, sequence: int, at: datetime, *ops: Op, device: str = "e" * 32) -> Change:
    hlc = (int(at.timestamp() * 1000) << 16) + sequence
    return Change(space=space, device=device, sequence=sequence, hlc=hlc, ops=ops)


def test_unknown_kinds_and_fields_survive_the_journey(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    task = store.execute(AddTask(text="ring", mentorship=person)).record
    heads = there(store.ask(One(Task, task))).heads
    newer = Op(
        record=task, kind="task", fields={"weather": {"rain": [1, 2]}, "text": "ring!"}, parents=heads,
        more={"proof": "x"},
    )  # fmt: skip
    unknown = Op(record="9" * 32, kind="song", fields={"title": "Visa"}, parents=())
    change = Change(
        space=shared, device="e" * 32, sequence=1, hlc=1 << 61, ops=(newer, unknown), seen={"a": [1, "b"]},
        more={"v": 2},
    )  # fmt: skip
    store.apply([change])
    assert there(store.ask(One(Task, task))).text == "ring!"
    assert there(store.ask(One(Task, task))).cells["weather"] == {"rain": [1, 2]}
    store.execute(Revise(kind="task", id=task, values={"text": "ring nu"}))
    assert there(store.ask(One(Task, task))).cells["weather"] == {"rain": [1, 2]}
    assert store._change(shared, "e" * 32, 1) == change
    assert [row["cells"] for row in store.memory.table(OTHER)] == [{"title": "Visa"}]


def test_a_clock_far_ahead_pulls_ours_five_minutes_and_no_further(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    op = Op(record="9" * 32, kind="task", fields={"text": "från 2099"})
    store.apply([foreign(shared, 1, datetime(2099, 1, 1, tzinfo=UTC), op)])
    mine = store.again().execute(AddTask(text="nu", mentorship=person)).changes[0]
    ahead = (mine.hlc >> 16) / 1000 - NOON.timestamp()
    assert 299 < ahead < 301


def test_two_edits_at_the_same_time_are_both_kept_and_shown(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    task = store.execute(AddTask(text="ring", mentorship=person)).record
    seen = there(store.ask(One(Task, task))).heads
    store.execute(Revise(kind="task", id=task, values={"text": "ring i dag"}))
    told: list[object] = []
    store.watch(One(Task, task), told.append)
    later = NOON + timedelta(minutes=1)
    store.apply([foreign(shared, 1, later, Op(record=task, kind="task", fields={"text": "ring Åsa"}, parents=seen))])
    shown = store.ask(One(Task, task))
    assert shown is not None and shown.text == "ring Åsa" and len(shown.heads) == 2
    assert [version.value for version in shown.also["text"]] == ["ring Åsa", "ring i dag"]
    assert len(told) == 1
    store.execute(Revise(kind="task", id=task, values={"text": "ring Åsa i dag"}))
    settled = store.ask(One(Task, task))
    assert settled is not None and settled.also == {} and len(settled.heads) == 1
    assert [past.mine for past in store.ask(HistoryOf("task", task))] == [True, False, True, True]


def test_wordings_of_one_sentence_are_still_there_after_a_restart(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    task = store.execute(AddTask(text="t", mentorship=person)).record
    store.execute(Revise(kind="task", id=task, values={"tried": "Ringde."}))
    seen = there(store.ask(One(Task, task))).heads
    store.execute(Revise(kind="task", id=task, values={"tried": "Ringde i dag."}))
    op = Op(record=task, kind="task", fields={"tried": "Ringde Åsa."}, parents=seen)
    store.apply([foreign(shared, 1, NOON, op)])
    found = store.again().ask(One(Task, task))
    assert found is not None
    assert {wording.text for piece in found.woven["tried"] for wording in piece.wordings} == {
        "Ringde i dag.",
        "Ringde Åsa.",
    }
    store.execute(Revise(kind="task", id=task, values={"tried": "Ringde Åsa i dag."}))
    assert there(store.ask(One(Task, task))).woven == {}


def test_a_deletion_may_arrive_before_what_it_deletes(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    fields = {"mentorship": person, "meeting": "9" * 32, "document": "minutes.quick"}
    begun = foreign(shared, 1, NOON, Op(record="1" * 32, kind="minutes", fields=fields))
    deleted = foreign(
        shared, 2, NOON, Op(record="1" * 32, kind="minutes", fields={"gone": "1" * 32}, parents=(begun.version,))
    )
    store.apply([deleted])
    assert list(store.everything(Minutes)) == []
    store.apply([begun])
    assert list(store.everything(Minutes)) == []
    assert [one.id for one in store.ask(TrashList())] == ["1" * 32]


def test_order_and_repetition_do_not_matter() -> None:
    one, other = memory_store(), memory_store()
    person = pair(one)
    shared = there(one.ask(One(Mentorship, person))).space
    task = one.execute(AddTask(text="a", mentorship=person)).record
    for text in ("b", "c", "d"):
        one.execute(Revise(kind="task", id=task, values={"text": text}))
    one.execute(MoveTask(task=task, status="done"))
    one.execute(Delete(kind="task", id=task))
    changes = one.written_after(shared, 0)
    other.places.kinds[shared] = "mentoring"
    for seed in range(effort(20, 300)):
        chance = random.Random(seed)
        shaken = changes + chance.choices(changes, k=len(changes))
        chance.shuffle(shaken)
        fresh = memory_store(spaces=other.places)
        for change in shaken:
            fresh.apply([change])
        fresh.apply(shaken)
        keys = [row["key"] for row in fresh.memory.table(VERSIONS)]
        assert len(keys) == len(set(keys)) == sum(len(change.ops) for change in changes)
        mine = {row["id"]: dict(row) for row in one.memory.table("task")}
        assert {row["id"]: dict(row) for row in fresh.memory.table("task")} == mine


# ------------------------------------------------------------------ telling


def test_a_listener_is_told_only_when_its_answer_changed(store: MemoryStore) -> None:
    person = pair(store)
    told: list[Any] = []
    stop = store.watch(GoalsList(mentorship=person), told.append)
    store.execute(AddTask(text="x", mentorship=person))  # another kind
    store.execute(SetGoal(title="eget"))  # another mentorship
    assert told == []
    goal = store.execute(SetGoal(title="mål", mentorship=person)).record
    assert [row.title for row in told[-1]] == ["mål"]
    store.execute(Revise(kind="goal", id=goal, values={"answers": {"why": "för att"}}))  # not part of the answer
    assert len(told) == 1
    store.execute(RecordProgress(goal=goal, delta=1))
    assert told[-1][0].value == 1
    stop()
    stop()
    store.execute(LetGoOfGoal(goal=goal))
    assert len(told) == 2


def test_changes_are_told_by_kind_and_id(store: MemoryStore) -> None:
    told: list[frozenset[tuple[str, str]]] = []
    stop = store.on_change(told.append)
    note = store.execute(WriteNote(body="hej")).record
    assert told == [frozenset({("note", note)})]
    stop()
    stop()
    store.execute(WriteNote(body="hej då"))
    assert len(told) == 1


def test_a_watch_may_end_itself_and_write(store: MemoryStore) -> None:
    stops: list[Callable[[], None]] = []

    def once(me: object) -> None:
        stops[0]()
        store.execute(SetSetting(key="seen", value=True))

    stops.append(store.watch(AboutMe(), once))
    stops.append(store.watch(AboutMe(), lambda me: None))
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    store.execute(IntroduceMe(name="Karin L"))
    assert store.ask(SettingOf("seen")) is True
    assert len([row for row in store.memory.table(VERSIONS) if row["kind"] == "setting"]) == 1


@dataclass(frozen=True)
class Counted(Query[int]):
    """How many tasks there are; `times` notes how often that was read."""

    times: list[int] = field(compare=False)

    def answer(self, read: Reader) -> int:
        self.times.append(1)
        return read.count(Task)


def test_a_live_answer_is_read_once_and_again_only_after_a_write_that_touches_it(store: MemoryStore) -> None:
    person, times = pair(store), list[int]()
    live = store.live(Counted(times))
    assert times == []
    assert (live.answer, live.answer) == (0, 0)
    told: list[int] = []
    stop = live.listen(lambda: told.append(len(times)))
    assert live.answer == 0
    assert len(times) == 1, "listening read it again"
    store.execute(WriteNote(body="annat"))
    assert (live.answer, len(times), told) == (0, 1, [])
    store.execute(AddTask(text="x", mentorship=person))
    assert told == [1], "whoever writes must not wait for the answer"
    assert (live.answer, live.answer, len(times)) == (1, 1, 2)
    stop()
    stop()
    store.execute(AddTask(text="y", mentorship=person))
    assert told == [1]
    assert live.answer == 2


def test_a_write_between_the_answer_and_the_listening_is_not_missed(store: MemoryStore) -> None:
    person = pair(store)
    live = store.live(Counted([]))
    assert live.answer == 0
    store.execute(AddTask(text="x", mentorship=person))
    live.listen(lambda: None)
    assert live.answer == 1


def test_a_live_answer_of_a_closed_store_stays_the_last_one(store: MemoryStore) -> None:
    person, times = pair(store), list[int]()
    live = store.live(Counted(times))
    assert live.answer == 0
    store.execute(AddTask(text="x", mentorship=person))
    store.close()
    assert (live.answer, len(times)) == (0, 1)


def test_closing_lets_go(store: MemoryStore) -> None:
    told: list[object] = []
    store.watch(AboutMe(), told.append)
    store.close()
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    assert told == []


# ------------------------------------------------------------------ reading


def test_everything_of_a_kind_comes_in_pieces_and_leaves_the_trash_out(store: MemoryStore) -> None:
    ids = [store.execute(WriteNote(body=f"anteckning {n}")).record for n in range(7)]
    store.execute(Delete(kind="note", id=ids[3]))
    assert [note.id for note in store.everything(Note, step=2)] == [id for id in reversed(ids) if id != ids[3]]
    assert [note.id for note in store.everything(Note, step=7)] == [id for id in reversed(ids) if id != ids[3]]
    assert store.ask(Counts(("note", "goal"))) == {"note": 6, "goal": 0}


def test_long_lists_come_page_by_page_newest_first(store: MemoryStore) -> None:
    person = pair(store)
    for n in range(25):
        store.execute(WriteNote(body=f"nr {n}\nmer", mentorship=person if n % 2 else None))
    seen: list[str] = []
    before: int | None = None
    while True:
        page = store.ask(NotesOf(limit=10, before=before))
        seen += [row.title for row in page.rows]
        before = page.next
        if before is None:
            break
    assert seen == [f"nr {n}" for n in reversed(range(25))]
    some = store.ask(NotesOf(mentorship=person, limit=5))
    assert [row.title for row in some.rows] == ["nr 23", "nr 21", "nr 19", "nr 17", "nr 15"]


def test_lists_of_notes_never_read_a_body(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        store.execute(WriteNote(body=f"nr {n}"))

    def forbidden(*args: object) -> None:
        raise AssertionError("a body was read")

    for method in ("search", "newest", "get"):
        monkeypatch.setattr(store.memory.table("note"), method, forbidden)
    assert len(store.ask(NotesOf()).rows) == 3


def test_a_deleted_mentorship_goes_with_all_that_hangs_on_it_and_comes_back_whole(store: MemoryStore) -> None:
    person = pair(store)
    store.execute(PlanMeeting(mentorship=person, starts=datetime(2026, 10, 14, 15)))
    alone = store.execute(WriteNote(body="utan någon")).record
    store.execute(WriteNote(body="om Yusuf", mentorship=person))
    goal = store.execute(SetGoal(title="mål", mentorship=person)).record
    store.execute(RecordProgress(goal=goal, delta=1))
    before = store.ask(TodayView(NOON))
    deleted = store.execute(Delete(kind="mentorship", id=person))
    assert [row.id for row in store.ask(NotesOf()).rows] == [alone]
    assert store.ask(TodayView(NOON)).meeting is None
    assert [(one.kind, one.id) for one in store.ask(TrashList())] == [("mentorship", person)]
    assert store.ask(GoalPage(goal)) is None
    store.execute(Restore(kind="mentorship", id=person))
    assert store.ask(TodayView(NOON)) == before
    assert store.ask(TrashList()) == ()
    assert deleted.undo is not None
    store.execute(Delete(kind="person", id=next(iter(store.everything(Person))).id))
    assert store.ask(TodayView(NOON)).people == 0


# ------------------------------------------------------------------ taking back


@pytest.mark.parametrize("name", ["delete", "tick", "note", "progress", "setting", "letgo", "move", "aside", "form"])
def test_every_command_can_be_taken_back_and_done_again(store: MemoryStore, name: str) -> None:
    person = pair(store)
    task = store.execute(AddTask(text="ring", mentorship=person)).record
    note = store.execute(WriteNote(body="ett", mentorship=person)).record
    goal = store.execute(SetGoal(title="mål", mentorship=person, target=2)).record
    store.execute(TickItem(document="d", item="a", mentorship=person))
    store.execute(SetSetting(key="k", value=1))
    commands: dict[str, Command] = {
        "delete": Delete(kind="task", id=task),
        "tick": TickItem(document="d", item="b", mentorship=person),
        "note": WriteNote(id=note, body="två"),
        "progress": RecordProgress(goal=goal, delta=1),
        "setting": SetSetting(key="k", value="två"),
        "letgo": LetGoOfGoal(goal=goal, reason="tid"),
        "move": MoveTask(task=task, status="done", due=date(2026, 12, 1)),
        "aside": SetAside(document="d", item="a", mentorship=person, reason="inte nu"),
        "form": KeepForm(document="f", mentorship=person, answers={"a": "b", "c": frozenset({"d"})}),
    }

    def told() -> object:
        shown = store.ask(One(Note, note))
        return (
            store.ask(TaskBoard()), shown.body if shown else None, store.ask(GoalsList(closed=True)),
            store.ask(ListOf("d", person)), store.ask(SettingOf("k")), store.ask(Counts((*Counts().kinds, "form"))),
        )  # fmt: skip

    before = told()
    done = store.execute(commands[name])
    after = told()
    assert after != before
    assert done.undo is not None
    back = store.execute(done.undo)
    assert told() == before
    assert back.undo is not None
    store.execute(back.undo)
    assert told() == after


def test_taking_back_leaves_what_was_written_since(store: MemoryStore) -> None:
    person = pair(store)
    task = store.execute(AddTask(text="ett", mentorship=person)).record
    done = store.execute(Revise(kind="task", id=task, values={"text": "två", "due": date(2026, 12, 1)}))
    store.execute(Revise(kind="task", id=task, values={"text": "tre"}))
    assert done.undo is not None
    store.execute(done.undo)
    found = store.ask(One(Task, task))
    assert found is not None and found.text == "tre" and found.due is None
    assert store.execute(done.undo).changes == ()


# ------------------------------------------------------------------ append-only


def test_progress_and_feedback_are_never_changed(store: MemoryStore) -> None:
    person = pair(store)
    goal = store.execute(SetGoal(title="mål", mentorship=person)).record
    step = store.execute(RecordProgress(goal=goal, delta=1)).record
    with pytest.raises(AppendOnly):
        store.execute(Revise(kind="progress", id=step, values={"delta": 5}))
    with pytest.raises(AlreadyThere):
        store.execute(RecordProgress(goal=goal, delta=1, id=step))
    found = store.ask(One(Progress, step))
    assert found is not None
    op = Op(record=step, kind="progress", fields={"delta": 99}, parents=found.heads)
    store.apply([foreign(found.space, 1, NOON + timedelta(hours=1), op)])
    assert there(store.ask(One(Progress, step))).delta == 1
    again = store.again()
    assert there(again.ask(GoalPage(goal))).row.value == 1
    feedback = store.execute(GiveFeedback(survey="s", role="mentor", answers={"useful": 3}, mentorship=person)).record
    with pytest.raises(AppendOnly):
        store.execute(Revise(kind="evaluation", id=feedback, values={"answers": {"useful": 5}}))
    assert there(store.ask(One(Evaluation, feedback))).answers == {"useful": 3}


@pytest.mark.parametrize(
    ("kind", "id", "values", "error"),
    [
        ("task", "0" * 32, {"text": "x"}, UnknownRecord),
        ("song", "0" * 32, {"text": "x"}, UnknownRecord),
        ("person", None, {"name": ""}, InvalidField),
        ("person", None, {"hair": "red"}, InvalidField),
    ],
)
def test_a_revision_that_makes_no_sense_is_refused(
    store: MemoryStore, kind: str, id: str | None, values: dict[str, object], error: type[Exception]
) -> None:
    pair(store)
    known = id or next(iter(store.everything(Person))).id
    with pytest.raises(error):
        store.execute(Revise(kind=kind, id=known, values=values))


def test_what_never_was_has_no_history(store: MemoryStore) -> None:
    assert store.ask(HistoryOf("task", "0" * 32)) == ()


def test_nobody_else_makes_their_words_mine(store: MemoryStore) -> None:
    shared = there(store.ask(One(Mentorship, pair(store)))).space
    op = Op(record="9" * 32, kind="task", fields={"text": "ring"}, more={"others": True})
    store.apply([foreign(shared, 1, NOON, op)])
    (past,) = store.ask(HistoryOf("task", "9" * 32))
    assert not past.mine


def test_settings_are_one_record_a_name(store: MemoryStore) -> None:
    store.execute(SetSetting(key="theme", value="dark"))
    store.execute(SetSetting(key="theme", value="light"))
    store.execute(SetSetting(key="theme", value="light"))
    assert store.ask(SettingOf("theme")) == "light"
    assert store.ask(SettingOf("other", 5)) == 5
    assert len(list(store.everything(Setting))) == 1


# ------------------------------------------------------------------ against a simple model


_lines = st.text(alphabet="abcåäö ", min_size=1, max_size=8).filter(str.strip)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), _lines),
        st.tuples(st.just("revise"), _lines),
        st.tuples(st.just("delete"), st.just("")),
        st.tuples(st.just("restore"), st.just("")),
        st.tuples(st.just("undo"), st.just("")),
        st.tuples(st.just("tick"), st.sampled_from("abc")),
        st.tuples(st.just("untick"), st.sampled_from("abc")),
        st.tuples(st.just("item"), _lines),
        st.tuples(st.just("hide"), st.sampled_from("xyz")),
        st.tuples(st.just("reopen"), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=effort(40, 600), deadline=None)
@given(_steps, st.randoms(use_true_random=False))
def test_the_store_behaves_like_dictionaries_also_after_reopening(
    steps: list[tuple[str, str]], chance: random.Random
) -> None:
    store = memory_store()
    person = pair(store)
    tasks: dict[str, str] = {}
    trash: dict[str, str] = {}
    ticks: set[str] = set()
    hidden: set[str] = set()
    own: list[str] = []
    for step, value in steps:
        if step == "add":
            tasks[store.execute(AddTask(text=value, mentorship=person)).record] = value
        elif step == "revise" and tasks:
            id = chance.choice(sorted(tasks))
            store.execute(Revise(kind="task", id=id, values={"text": value}))
            tasks[id] = value
        elif step == "delete" and tasks:
            id = chance.choice(sorted(tasks))
            store.execute(Delete(kind="task", id=id))
            trash[id] = tasks.pop(id)
        elif step == "restore" and trash:
            id = chance.choice(sorted(trash))
            store.execute(Restore(kind="task", id=id))
            tasks[id] = trash.pop(id)
        elif step == "undo":
            done = store.execute(AddTask(text="ångras", mentorship=person))
            assert done.undo is not None
            store.execute(done.undo)
            trash[done.record] = "ångras"
        elif step == "tick":
            store.execute(TickItem(document="d", item=value, mentorship=person))
            ticks.add(value)
        elif step == "untick":
            store.execute(UntickItem(document="d", item=value, mentorship=person))
            ticks.discard(value)
        elif step == "item":
            store.execute(AddOwnItem(document="d", text=value))
            own.append(value)
        elif step == "hide":
            store.execute(HideItem(document="d", item=value, hidden=value not in hidden))
            hidden ^= {value}
        elif step == "reopen":
            store = store.again()
        assert {row.id: row.text for row in store.ask(TaskBoard()).todo} == tasks
        assert {one.id for one in store.ask(TrashList(("task",)))} == set(trash)
        view = store.ask(ListOf("d", person))
        assert set(view.ticks) == ticks and set(view.hidden) == hidden
        assert [item.text for item in view.own] == own


def test_what_comes_in_is_taken_in_whole_or_not_at_all(store: MemoryStore) -> None:
    person = pair(store)
    shared = there(store.ask(One(Mentorship, person))).space
    good = foreign(shared, 1, NOON, Op(record="1" * 32, kind="task", fields={"text": "bra"}))

    def cut_off() -> Iterator[Change]:
        yield good
        raise FullDisk

    with pytest.raises(FullDisk):
        store.apply(cut_off())
    assert store.ask(TaskBoard()).todo == ()
    store.apply([good])
    assert [row.text for row in store.ask(TaskBoard()).todo] == ["bra"]
