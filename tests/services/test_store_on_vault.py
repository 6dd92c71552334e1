"""The same store on the sealed vault: reopened from the disk, nothing readable in it, counts without reading."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.commands import AddPerson, AddTask, Delete, Erase, IntroduceMe, Revise, WriteNote
from app.model.entities import Note
from app.model.queries import Counts, NotesOf, PeopleList, TaskBoard, TodayView
from app.services.records.drafts import Target
from app.services.records.store import INDEXES, Store
from app.vault.engine import Engine
from app.vault.key import VaultKey
from tests.support.asked import HistoryOf
from tests.support.fill import fill
from tests.support.memory import MemorySpaces
from tests.support.store import NOON, Now


class House:
    """A folder that is opened and closed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key, self.spaces, self.now = folder, VaultKey.new(), MemorySpaces(), Now()
        folder.mkdir()
        self.engine = Engine.create(folder, self.key, indexes=INDEXES)
        self.store = self._store()

    def _store(self) -> Store:
        return Store(self.engine.documents, self.spaces, now=self.now)

    def reopen(self) -> Store:
        self.close()
        self.engine = Engine.open(self.folder, self.key, indexes=INDEXES)
        self.store = self._store()
        return self.store

    def close(self) -> None:
        self.store.close()
        self.engine.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "vault")
    yield found
    found.close()


def test_everything_is_there_after_reopening(house: House) -> None:
    fill(house.store, now=NOON, people=3, meetings=20, tasks=20, notes=20, goals=5, progress=10)
    before = (
        house.store.ask(TodayView(NOON)), house.store.ask(PeopleList(NOON)), house.store.ask(TaskBoard()),
        house.store.ask(NotesOf()), house.store.ask(Counts()),
    )  # fmt: skip
    store = house.reopen()
    house.engine.compact()
    assert (
        store.ask(TodayView(NOON)), store.ask(PeopleList(NOON)), store.ask(TaskBoard()), store.ask(NotesOf()),
        store.ask(Counts()),
    ) == before  # fmt: skip
    assert before[1][0].held > 0 and before[4]["note"] == 20


def test_changes_and_records_are_one_transaction_and_the_outbox_survives(house: House) -> None:
    house.store.execute(IntroduceMe(name="Karin", role="mentor"))
    position = house.engine.position.sequence
    person = house.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    assert house.engine.position.sequence == position + 1
    task = house.store.execute(AddTask(text="a", mentorship=person)).record
    house.store.execute(Revise(kind="task", id=task, values={"text": "b"}))
    house.store.execute(Delete(kind="task", id=task))
    store = house.reopen()
    assert [len(past.cells) for past in store.ask(HistoryOf("task", task))] == [1, 1, 2]
    assert [change.sequence for change in store.written_after(house.spaces.personal, 0)] == [1, 2]


def test_no_written_word_lies_in_the_folder(house: House) -> None:
    house.store.execute(WriteNote(body="hemlighetsfullt ord"))
    house.store.drafts.keep(Target(kind="note", id=house.store.new_id()), "hemlighetsfullt utkast")
    house.store.drafts.flush()
    house.close()
    everything = b"".join(path.read_bytes() for path in house.folder.iterdir() if path.is_file())
    assert b"hemlighetsfullt" not in everything
    house.engine = Engine.open(house.folder, house.key, indexes=INDEXES)
    house.store = house._store()
    assert len(house.store.ask(NotesOf()).rows) == 2


_TYPIST = """
import sys, time
from pathlib import Path
sys.path[:0] = sys.argv[4:]
from app.services.records.drafts import Target
from app.services.records.store import INDEXES, Store
from app.vault.engine import Engine
from app.vault.key import VaultKey
from tests.support.memory import MemorySpaces
from tests.support.store import Now
secret, vault, lineage = (bytes.fromhex(part) for part in sys.argv[2].split(","))
key = VaultKey(secret, vault, lineage, int(sys.argv[3]))
engine = Engine.open(Path(sys.argv[1]), key, indexes=INDEXES)
store = Store(engine.documents, MemorySpaces(), now=Now())
target = Target(kind="note", id="1" * 32)
text = ""
while True:
    text += "å "
    store.drafts.keep(target, text)
    print(flush=True)
    time.sleep(1 / 12)
"""


def test_killed_while_typing_at_most_the_last_second_is_lost(house: House) -> None:
    """Twelve keys a second, then SIGKILL: what the system had been given is there; the timer never waits for a pause."""
    house.close()
    key = house.key
    parts = ",".join(part.hex() for part in (key.secret, key.vault, key.lineage))
    typist = subprocess.Popen(
        [sys.executable, "-c", _TYPIST, str(house.folder), parts, str(key.counter), *sys.path],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert typist.stdout is not None
    typed = [typist.stdout.readline() for _ in range(36)]
    os.kill(typist.pid, signal.SIGKILL)
    typed += typist.communicate()[0].splitlines()
    house.engine = Engine.open(house.folder, house.key, indexes=INDEXES)
    house.store = house._store()
    (note,) = house.store.everything(Note)
    lost = len(typed) - len(note.body.split())
    assert lost <= 12, "in keys and not by the clock: while the machine stands still nobody types"


def test_what_is_erased_leaves_the_disk_with_the_old_generation(house: House) -> None:
    note = house.store.execute(WriteNote(body="Vårkänsla " * 50)).record
    kept = house.store.execute(WriteNote(body="Kvar.")).record
    house.engine.compact()
    before = {path.name for path in house.folder.iterdir()}
    house.store.execute(Delete(kind="note", id=note))
    house.store.execute(Erase(kind="note", id=note))
    house.engine.settle()
    after = {path.name for path in house.folder.iterdir()}
    assert before - after, "the files that held it are gone"
    again = house.reopen()
    assert [row.id for row in again.ask(NotesOf()).rows] == [kept]
    held = [repr(row) for name in house.engine.documents.tables() for row in house.engine.documents.table(name)]
    assert not [row for row in held if "Vårkänsla" in row]
