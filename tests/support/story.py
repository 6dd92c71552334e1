"""A short life of a vault in which every kind of call happens, and what is true after each step.

The replay of power cuts, the recording below Python and the failing disks all live through it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.errors import VaultError
from app.vault import engine as engine_module
from app.vault.engine import Engine
from app.vault.files import Calls, Files, write_atomically
from app.vault.key import VaultKey
from tests.support import strace
from tests.support.disk import Disk, NoSync, Recorder, put

FIRST = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
SECOND = VaultKey(bytearray(range(1, 33)), b"v" * 16, b"l" * 16, 2)
KEYS = {b"1": FIRST, b"2": SECOND}
INDEXES = {"note": ("person",)}

ENOUGH = 3

State = dict[str, dict[int, dict[str, Any]]]


def contents(engine: Engine) -> State:
    """Everything the vault holds."""
    return {name: dict(engine.documents_of(name)) for name in engine.names()}


class Teller:
    """Says before a step what it may lead to, and after it what is now certain."""

    def __init__(self, say: Callable[[tuple[str, State]], None]) -> None:
        self._say = say

    def begins(self, engine: Engine, change: Callable[[Engine], object], durable: bool = True) -> None:
        """Carry out a change; what the disk must have afterwards is what the engine shows."""
        change(engine)
        self._say(("saved" if durable else "handed", contents(engine)))

    def saved(self, engine: Engine) -> None:
        self._say(("saved", contents(engine)))


def live(folder: Path, calls: Calls, say: Callable[[tuple[str, State]], None]) -> None:
    """The story. `say` hears ("saved", state) when a state is durable, ("handed", state) when it may be."""
    files = Files(calls)
    with ExitStack() as open_engines:
        _first_part(folder, files, say, open_engines)
        engine = Engine.open(folder, SECOND, indexes=INDEXES, files=files)
        open_engines.callback(_closed, engine)
        engine.documents.table("note").insert({"person": "e", "body": "sist"})
        last = contents(engine)
        say(("saved", last))
        engine.close()
        say(("saved", last))


def _first_part(folder: Path, files: Files, say: Callable[[tuple[str, State]], None], open_engines: ExitStack) -> None:
    tell = Teller(say)
    # The story says itself when what was handed over is synced; on a machine that stands still for a moment the timer would.
    open_engines.enter_context(patch.object(engine_module, "SOON_SECONDS", 60.0))
    engine = Engine.create(folder, FIRST, indexes=INDEXES, files=files)
    open_engines.callback(_closed, engine)
    write_atomically(folder / "header", b"1", files)
    tell.saved(engine)
    table = engine.documents.table("note")
    tell.begins(engine, lambda _: table.insert({"person": "a", "body": "först"}))
    tell.begins(engine, lambda _: table.insert_multiple([{"person": "b", "n": n} for n in range(3)]))
    tell.begins(engine, lambda _: table.update({"body": "ändrat"}, doc_ids=[1]))
    with engine.transaction("soon"):
        table.insert({"person": "c", "body": "utkast"})
    say(("handed", contents(engine)))
    with engine.transaction("soon"):
        table.update({"body": "utkast, längre"}, doc_ids=[5])
    say(("handed", contents(engine)))
    engine.sync()
    tell.saved(engine)
    engine.compact()
    tell.saved(engine)
    tell.begins(engine, lambda _: table.remove(doc_ids=[2]))

    def several(_: Engine) -> None:
        with engine.transaction():
            table.update({"person": "d"}, doc_ids=[3])
            engine.documents.table("goal").insert({"title": "mål"})

    tell.begins(engine, several)
    engine.rekey(SECOND, lambda: write_atomically(folder / "header", b"2", files))
    tell.saved(engine)
    tell.begins(engine, lambda _: table.insert({"person": "a", "body": "efter"}))
    engine.close()


def _closed(engine: Engine) -> None:
    """However the story ends, the next one may open the vault."""
    with suppress(VaultError):
        engine.close()


def recorded(folder: Path, recorder: Recorder | None = None) -> list[Any]:
    """The events of the story."""
    recorder = recorder or Recorder()
    live(folder, recorder, recorder.said)
    return recorder.done()


class Judge:
    """Decides whether a disk that a power cut left is a good one."""

    def __init__(self, events: list[Any], place: Path) -> None:
        self._facts = [(i, *event.fact) for i, event in enumerate(events) if event.kind == "said"]
        self._place = place
        self.checked = 0

    def verdict(self, moment: int, disk: Disk) -> str | None:
        """What is wrong with the disk, or None."""
        self.checked += 1
        before = [number for number, (i, _, _) in enumerate(self._facts) if i <= moment]
        certain = max((number for number in before if self._facts[number][1] == "saved"), default=-1)
        possible = [state for _, _, state in self._facts[max(certain, 0) : len(before) + 1]]
        header = disk.get("header")
        if header is None:
            return "the header is gone" if certain >= 0 else None
        if header not in KEYS:
            return "the header is damaged"
        put(self._place, disk)
        try:
            with Engine.open(self._place, KEYS[header], indexes=INDEXES, files=Files(NoSync())) as engine:
                found = contents(engine)
        except VaultError as exc:
            return f"does not open: {exc}"
        return None if found in possible else "shows something else than what was saved"


def bad_disks(events: list[Any], disks: Iterator[tuple[int, Disk]], place: Path) -> tuple[int, list[tuple[int, str]]]:
    """How many disks were looked at, and what is wrong with which; a few bad ones are enough."""
    judge = Judge(events, place)
    found: list[tuple[int, str]] = []
    for moment, disk in disks:
        wrong = judge.verdict(moment, disk)
        if wrong:
            found.append((moment, wrong))
            if len(found) == ENOUGH:
                break
    return judge.checked, found


# ---------------------------------------------------------------- in a process of its own


def tell(folder: str, facts: str) -> None:
    """Under strace: live, and leave a sign in the trace at every fact."""
    told: list[Any] = []

    def say(fact: tuple[str, State]) -> None:
        strace.sign(len(told))
        told.append(fact)

    live(Path(folder), Calls(), say)
    Path(facts).write_text(json.dumps(told))


def write_for_ever(folder: str) -> None:
    """Until somebody ends the process; a number is printed when its document is saved."""
    with Engine.create(Path(folder), FIRST) as engine:
        table = engine.documents.table("note")
        for number in range(1_000_000):
            table.insert({"n": number, "body": "x" * 2000})
            print(number, flush=True)
