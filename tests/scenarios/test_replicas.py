"""Two to three people with three to five devices whose clocks are years apart, on a line that drops, doubles and shuffles.

After three calm rounds all agree, everything that was acknowledged is there, and every word is in the text, whatever came
in which order: also where somebody was shown an answer before what it answers, and went on writing (docs/adr/0014-what-was-not-there.md).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.model.changes import GONE, Change, Op
from app.model.commands import AddPerson, AddTask, Delete, Erase, MoveTask, Pick, Restore, Revise
from app.model.entities import Mentorship, Task
from app.model.queries import ConflictOf, One, TrashList, unsettled
from app.services.records.drafts import Target
from app.services.records.leading import LACKING_MOST
from app.services.records.store import VERSIONS
from tests.support.effort import effort
from tests.support.replicas import Replica, exchange

YEARS = st.integers(-10 * 365, 20 * 365).map(lambda days: timedelta(days=days))
PEOPLE = ("Karin", "Yusuf", "Karin", "Åsa", "Yusuf")
ROUNDS = 3


class Devices(RuleBasedStateMachine):
    """What people do and what the line does, in any order."""

    replicas: list[Replica]
    space: str

    @initialize(count=st.integers(3, 5), skews=st.lists(YEARS, min_size=5, max_size=5))
    def begin(self, count: int, skews: list[timedelta]) -> None:
        people: dict[str, str] = {}
        self.replicas = [Replica(PEOPLE[n], f"{PEOPLE[n][:1]}{n}", people, skews[n]) for n in range(count)]
        first = self.replicas[0]
        mentorship = first.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
        found = first.store.ask(One(Mentorship, mentorship))
        assert found is not None
        self.mentorship, self.space = mentorship, found.space
        for one in self.replicas[1:]:
            one.join(self.space)
        self.words = 0
        self.written: dict[str, set[str]] = {}
        self.removed: set[str] = set()
        self.acknowledged: dict[str, dict[str, Any]] = {}
        exchange(self.space, *self.replicas, rounds=1)
        self.add(0)
        self.add(1)
        exchange(self.space, *self.replicas, rounds=1)

    def _note(self, changes: tuple[Change, ...]) -> None:
        """What `execute` returned is acknowledged."""
        for change in changes:
            for op in change.ops:
                self.acknowledged[f"{change.version}:{change.space}:{op.record}"] = dict(op.fields)

    def _tasks(self, one: Replica) -> list[Task]:
        return sorted(one.store.everything(Task), key=lambda task: task.id)

    # ------------------------------------------------------------------ what people do

    @rule(who=st.integers(0, 4))
    def add(self, who: int) -> None:
        one = self.replicas[who % len(self.replicas)]
        self._note(one.store.execute(AddTask(text="Uppgift", mentorship=self.mentorship)).changes)

    @rule(who=st.lists(st.integers(0, 4), min_size=1, max_size=4), which=st.integers(0, 1), place=st.integers(0, 9))
    def write(self, who: list[int], which: int, place: int) -> None:
        """Somebody, or several without knowing of each other, put a sentence with a word of its own into a text."""
        for at in who:
            self._write(self.replicas[at % len(self.replicas)], which, place)

    def _write(self, one: Replica, which: int, place: int) -> None:
        tasks = self._tasks(one)
        if not tasks:
            return
        task = tasks[which % len(tasks)]
        self.words += 1
        word = f"ord{self.words}"
        sentences = task.tried.split("\n") if task.tried else []
        sentences.insert(place % (len(sentences) + 1), f"Här är {word}.")
        values = {"tried": "\n".join(sentences), "text": f"Uppgift {self.words}"}
        self._note(one.store.execute(Revise(kind="task", id=task.id, values=values)).changes)
        self.written.setdefault(task.id, set()).add(f"{word}.")

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def choose(self, who: int, which: int) -> None:
        """Settle what is unsettled: of lines the first, of texts all that is there."""
        one = self.replicas[who % len(self.replicas)]
        tasks = self._tasks(one)
        for task in tasks[which % len(tasks) :][:1] if tasks else []:
            for cell in unsettled(task):
                conflict = one.store.ask(ConflictOf("task", task.id, cell))
                assert conflict is not None
                keep = {} if conflict.long else {0: [conflict.parts[0].versions[0].version]}
                pick = Pick(kind="task", id=task.id, cell=cell, value=conflict.text(keep), seen=conflict.record.heads)
                self._note(one.store.execute(pick).changes)
                after = one.store.ask(One(Task, task.id))
                assert after is not None and cell not in unsettled(after)

    @rule(who=st.integers(0, 4), which=st.integers(0, 9), status=st.sampled_from(["todo", "doing", "done"]))
    def move(self, who: int, which: int, status: Any) -> None:
        one = self.replicas[who % len(self.replicas)]
        tasks = self._tasks(one)
        if tasks:
            self._note(one.store.execute(MoveTask(task=tasks[which % len(tasks)].id, status=status)).changes)

    @rule(who=st.integers(0, 4), which=st.integers(0, 9))
    def delete(self, who: int, which: int) -> None:
        one = self.replicas[who % len(self.replicas)]
        tasks = self._tasks(one)
        if tasks:
            self._note(one.store.execute(Delete(kind="task", id=tasks[which % len(tasks)].id)).changes)

    @rule(who=st.integers(0, 4), really=st.booleans())
    def trash(self, who: int, really: bool) -> None:
        """Restore what was deleted last, or really erase it."""
        one = self.replicas[who % len(self.replicas)]
        for row in one.store.ask(TrashList())[:1]:
            command = Erase(kind=row.kind, id=row.id) if really else Restore(kind=row.kind, id=row.id)
            done = one.store.execute(command)
            self._note(done.changes)
            if really:
                self.removed.add(row.id)

    # ------------------------------------------------------------------ what happens to devices and lines

    @rule(who=st.integers(0, 4), hours=st.integers(0, 100))
    def time(self, who: int, hours: int) -> None:
        self.replicas[who % len(self.replicas)].clock.later(hours=hours)

    @rule(who=st.integers(0, 4))
    def restart(self, who: int) -> None:
        self.replicas[who % len(self.replicas)].restart()

    @rule(sender=st.integers(0, 4), to=st.integers(0, 4), chance=st.randoms(use_true_random=False))
    def send(self, sender: int, to: int, chance: Any) -> None:
        """Some of what one device wrote arrives, some of that twice, in any order, before or after what it was written on."""
        one, other = (self.replicas[at % len(self.replicas)] for at in (sender, to))
        if one is not other:
            arriving = [change for change in one.waiting(self.space) if chance.random() < 0.7]
            arriving += [change for change in arriving if chance.random() < 0.3]
            chance.shuffle(arriving)
            received = other.receive(arriving)
            assert received.refused == ()

    @invariant()
    def own_writes_are_there(self) -> None:
        for one in getattr(self, "replicas", ()):
            device = one.places.device(self.space)
            sequences = [change.sequence for change in one.waiting(self.space)]
            assert sequences == list(range(1, len(sequences) + 1)), device

    def teardown(self) -> None:
        if not hasattr(self, "replicas"):
            return
        exchange(self.space, *self.replicas, rounds=ROUNDS)
        first = self.replicas[0]
        expected = first.visible(self.space)
        for one in self.replicas:
            assert one.visible(self.space) == expected, one.name
            assert one.versions(self.space) == first.versions(self.space), one.name
            rows = {row["key"]: row for row in one.store.memory.table(VERSIONS)}
            for key, fields in self.acknowledged.items():
                space = key.split(":")[1]
                if space != self.space:
                    continue
                erased = rows[key].get("more", {}).get("erased")
                kept = {cell: value for cell, value in fields.items() if cell == GONE} if erased else fields
                assert dict(rows[key]["fields"]) == kept
                assert not erased or key.split(":")[2] in self.removed
            for task in self._tasks(one):
                if task.id not in self.removed:
                    assert self.written.get(task.id, set()) <= set(task.tried.split())


TestDevices = Devices.TestCase
TestDevices.settings = settings(
    max_examples=effort(15, 400),
    stateful_step_count=effort(20, 60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


# ---------------------------------------------------------------- an answer that is shown before what it answers


class Hidden:
    """Karin writes, Yusuf answers with another cell of the same task, and Åsa is shown Yusuf's answer alone."""

    def __init__(self) -> None:
        people: dict[str, str] = {}
        self.karin, self.yusuf, self.asa = self.all = [
            Replica(name, name[:1], people) for name in ("Karin", "Yusuf", "Åsa")
        ]
        mentorship = self.karin.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
        found = self.karin.store.ask(One(Mentorship, mentorship))
        assert found is not None
        self.space = found.space
        for one in self.all[1:]:
            one.join(self.space)
        self.task = self.karin.store.execute(AddTask(text="Uppgift", mentorship=mentorship)).record
        exchange(self.space, *self.all)
        self.question = self._write(self.karin, "Hennes ord.")
        self.yusuf.receive(self.question)
        self.answer = self.yusuf.store.execute(MoveTask(task=self.task, status="doing")).changes
        self.asa.receive(self.answer)
        shown = self.shown(self.asa)
        assert (shown.status, shown.tried) == ("doing", "")

    def _write(self, one: Replica, words: str) -> tuple[Change, ...]:
        return one.store.execute(Revise(kind="task", id=self.task, values={"tried": words})).changes

    def shown(self, one: Replica) -> Task:
        found = one.store.ask(One(Task, self.task))
        assert found is not None
        return found

    def settle(self) -> Task:
        """Everything comes to everybody; what all of them show."""
        exchange(self.space, *self.all)
        first, *others = (self.shown(one) for one in self.all)
        assert all(one == first for one in others)
        return first


@pytest.mark.parametrize("way", ["command", "draft", "draft-on-disk", "draft-without", "pick"])
def test_words_that_come_late_are_woven_in_and_not_taken_for_read(way: str) -> None:
    here = Hidden()
    target = Target(kind="task", id=here.task, cell="tried")
    if way == "command":
        here._write(here.asa, "Mina ord.")
    elif way == "pick":  # whoever chooses names what stood on the screen; the rest comes while they look
        seen = here.shown(here.asa).before
        here.asa.receive(here.question)
        here.asa.store.execute(Pick(kind="task", id=here.task, cell="tried", value="Mina ord.", seen=seen))
    else:
        seen_or_not = None if way == "draft-without" else here.shown(here.asa).before
        here.asa.store.drafts.keep(target, "Mina ord.", seen=seen_or_not)
        if way != "draft":
            here.asa.store.drafts.flush()
        here.asa.receive(here.question)
        here.asa.store.drafts.settle(target)
    found = here.settle()
    assert set(found.tried.split()) == {"Hennes", "Mina", "ord."}
    assert found.status == "doing" and not found.woven and not found.lacking


def test_whoever_has_seen_both_replaces_both() -> None:
    here = Hidden()
    here._write(here.asa, "Mina ord.")
    both = here.settle()
    assert "Hennes ord." in both.tried
    here._write(here.yusuf, "Allas ord.")
    assert here.settle().tried == "Allas ord."
    here._write(here.asa, "Sista ordet.")
    assert here.settle().tried == "Sista ordet."


def test_what_never_comes_keeps_nobody_from_writing() -> None:
    here = Hidden()
    for words in ("Ett.", "Två.", "Tre."):
        here._write(here.asa, words)
        assert here.shown(here.asa).tried == words
    last = here.asa.store.written_after(here.space, 0)[-1]
    assert last.ops[0].lacking == (here.question[0].version,)
    assert Change.parse(last.plain(), space=last.space, device=last.device, sequence=last.sequence) == last


def test_a_deletion_that_had_not_seen_the_words_gives_way_to_them() -> None:
    here = Hidden()
    here.asa.store.execute(Delete(kind="task", id=here.task))
    assert here.settle().came_back


def test_a_liar_cannot_make_everybody_name_what_does_not_exist() -> None:
    here = Hidden()
    device = here.yusuf.places.device(here.space)
    false = tuple(f"{number:016x}{device}" for number in range(LACKING_MOST + 1))
    op = Op(record=here.task, kind="task", fields={"place": "x"}, parents=false)
    lie = Change(space=here.space, device=device, sequence=99, hlc=here.answer[0].hlc + 1, ops=(op,))
    here.asa.receive([lie])
    wrote = here._write(here.asa, "Mina ord.")
    assert (wrote[0].ops[0].parents, wrote[0].ops[0].lacking) == ((), ())
