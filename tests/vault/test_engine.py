"""The engine: what it promises to writers, readers and threads."""

import threading
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from tinydb import where

from app.errors import StorageFailed, VaultBusy, VaultClosed, VaultDamaged
from app.vault.engine import SOON_SECONDS, Engine
from app.vault.files import Calls, Files
from app.vault.key import Position, VaultKey
from app.vault.lock import FolderLock
from tests.support.disk import NoSync, Recorder, get
from tests.support.effort import effort
from tests.support.patience import PATIENCE, Bell, until
from tests.support.story import FIRST, INDEXES, SECOND, contents


class Counting(Calls):
    def __init__(self) -> None:
        self.bytes = self.syncs = 0

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        self.bytes += len(data)
        return super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self.syncs += 1
        super().sync(fd)


def new(tmp_path: Path, calls: Calls | None = None) -> Engine:
    return Engine.create(tmp_path / "v", FIRST, indexes=INDEXES, files=Files(calls or NoSync()))


def again(tmp_path: Path, key: VaultKey = FIRST) -> Engine:
    return Engine.open(tmp_path / "v", key, indexes=INDEXES, files=Files(NoSync()))


def test_an_insert_costs_at_most_600_bytes_and_one_sync(tmp_path: Path) -> None:
    calls = Counting()
    with new(tmp_path, calls) as engine:
        table = engine.documents.table("note")
        document = {"person": "a", "body": ""}
        document["body"] = "x" * (450 - len('{"person":"a","body":""}'))
        for _ in range(5):
            before = calls.bytes, calls.syncs
            table.insert(document)
            assert calls.bytes - before[0] <= 600
            assert calls.syncs - before[1] == 1


def test_a_transaction_is_one_record_and_one_sync(tmp_path: Path) -> None:
    calls = Counting()
    with new(tmp_path, calls) as engine:
        before = engine.position.sequence, calls.syncs
        with engine.documents.transaction():
            for n in range(20):
                engine.documents.table("note").insert({"n": n})
            engine.documents.table("task").insert({"n": 1})
        assert engine.position.sequence == before[0] + 1
        assert calls.syncs == before[1] + 1


def test_a_draft_is_with_the_system_at_once_and_on_the_disk_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, bells = Counting(), list[Bell]()
    monkeypatch.setattr(threading, "Timer", lambda seconds, call: Bell(seconds, call, bells))
    with new(tmp_path, calls) as engine:
        position, syncs = engine.position, calls.syncs
        for n in range(5):
            with engine.documents.transaction("soon"):
                engine.documents.table("note").upsert({"person": "a", "n": n}, where("person") == "a")
        assert calls.syncs == syncs
        assert engine.position == position
        (bell,) = bells
        assert bell.seconds == SOON_SECONDS
        bell.call()
        assert engine.position != position
        assert calls.syncs == syncs + 1


def test_the_clock_of_a_draft_runs_by_itself(tmp_path: Path) -> None:
    with new(tmp_path) as engine:
        position = engine.position
        with engine.documents.transaction("soon"):
            engine.documents.table("note").insert({"n": 1})
        until(lambda: engine.position != position)


def test_a_durable_change_inside_a_draft_makes_both_durable(tmp_path: Path) -> None:
    calls = Counting()
    with new(tmp_path, calls) as engine:
        syncs = calls.syncs
        with engine.transaction("soon"):
            engine.documents.table("note").insert({"n": 1})
            with engine.transaction(True):
                engine.documents.table("note").insert({"n": 2})
        assert calls.syncs == syncs + 1


def test_closing_makes_drafts_durable(tmp_path: Path) -> None:
    engine = new(tmp_path)
    with engine.transaction("soon"):
        engine.documents.table("note").insert({"n": 1})
    engine.close()
    with again(tmp_path) as engine:
        assert contents(engine) == {"note": {1: {"n": 1}}}
        assert engine.notices == []


@pytest.mark.usefixtures("not_yet")
def test_the_listener_hears_how_far_the_disk_is(tmp_path: Path) -> None:
    heard: list[Position] = []
    with new(tmp_path) as engine:
        engine.listener = heard.append
        engine.documents.table("note").insert({"n": 1})
        assert heard == [engine.position]
        with engine.transaction("soon"):
            engine.documents.table("note").insert({"n": 2})
        assert len(heard) == 1
        engine.sync()
        assert heard == sorted(heard)
        assert heard[-1] == engine.position
        assert len(heard) == 2


def test_threads_lose_nothing_and_share_syncs(tmp_path: Path) -> None:
    """Readers, writers, counters and compactions at the same time."""

    class Slow(Counting):
        def sync(self, fd: int) -> None:
            time.sleep(0.001)
            super().sync(fd)

    calls = Slow()
    engine = new(tmp_path, calls)
    table = engine.documents.table("note")
    counter = table.insert({"person": "counter", "n": 0})
    turns, writers = effort(60, 1000), 4
    wrong: list[object] = []

    def up(document: MutableMapping[str, Any]) -> None:
        document["n"] += 1

    def write(number: int) -> None:
        for n in range(turns):
            table.insert({"person": f"p{number}", "n": n, "body": "x" * 1500})
            table.update(up, doc_ids=[counter])

    def read() -> None:
        for _ in range(turns):
            found = [document["n"] for document in table if document["person"] == "p0"]
            if found != list(range(len(found))):
                wrong.append(found)

    def renew() -> None:
        for _ in range(5):
            engine.compact()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    threads += [threading.Thread(target=read), threading.Thread(target=renew)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not wrong
    assert calls.syncs < 2 * turns * writers
    engine.close()
    with again(tmp_path) as engine:
        assert engine.count("note") == turns * writers + 1
        raw = engine.documents.table("note").get(doc_id=counter)
        assert isinstance(raw, dict)
        assert raw["n"] == turns * writers


def test_a_ten_megabyte_note(disk_path: Path) -> None:
    body = "å🙂 \u200fשלום " * 700_000
    assert len(body.encode()) > 10_000_000
    with new(disk_path, Calls()) as engine:
        start = time.process_time()
        engine.documents.table("note").insert({"body": body})
        assert time.process_time() - start < 2
        engine.settle()
        assert min(timed(engine, "kort") for _ in range(3)) < 0.2  # what else the process has to do is not meant
        engine.compact()
    with again(disk_path) as engine:
        found = engine.documents.table("note").get(doc_id=1)
        assert isinstance(found, dict)
        assert found["body"] == body


def timed(engine: Engine, body: str) -> float:
    """Seconds of work that an insert costs."""
    start = time.process_time()
    engine.documents.table("note").insert({"body": body})
    return time.process_time() - start


def test_a_new_key_opens_and_the_old_one_does_not(tmp_path: Path) -> None:
    with new(tmp_path) as engine:
        engine.documents.table("note").insert({"person": "a"})
        committed: list[bool] = []
        engine.rekey(SECOND, lambda: committed.append(True))
        assert committed == [True]
        engine.documents.table("note").insert({"person": "b"})
    with pytest.raises(VaultDamaged):
        again(tmp_path)
    with again(tmp_path, SECOND) as engine:
        assert [document["person"] for document in engine.documents.table("note")] == ["a", "b"]
        assert engine.notices == []


def test_a_refused_commit_leaves_the_old_key(tmp_path: Path) -> None:
    def refuse() -> None:
        raise KeyboardInterrupt

    with new(tmp_path) as engine:
        engine.documents.table("note").insert({"n": 1})
        before = set(get(tmp_path / "v"))
        with pytest.raises(KeyboardInterrupt):
            engine.rekey(SECOND, refuse)
        assert set(get(tmp_path / "v")) == before
        engine.documents.table("note").insert({"n": 2})
    with again(tmp_path) as engine:
        assert engine.count("note") == 2


def test_a_commit_that_nobody_can_be_sure_of_stops_the_engine(tmp_path: Path) -> None:
    def fail() -> None:
        raise StorageFailed(call="fsync")

    engine = new(tmp_path)
    engine.documents.table("note").insert({"n": 1})
    with pytest.raises(StorageFailed):
        engine.rekey(SECOND, fail)
    with pytest.raises(StorageFailed):
        engine.documents.table("note").insert({"n": 2})
    engine.close()
    both = get(tmp_path / "v")
    assert {"snapshot-00000001", "snapshot-00000002"} <= set(both)
    with again(tmp_path) as engine:
        assert contents(engine) == {"note": {1: {"n": 1}}}
        assert engine.position.generation == 1


def test_writing_goes_on_while_the_next_generation_is_written(tmp_path: Path) -> None:
    """What comes during a compaction is in the new generation, and nobody waits for it."""
    inside, go_on = threading.Event(), threading.Event()

    class Held(NoSync):
        def sync(self, fd: int) -> None:
            if threading.current_thread().name == "compaction" and not inside.is_set():
                inside.set()
                assert go_on.wait(PATIENCE)

    with new(tmp_path, Held()) as engine:
        table = engine.documents.table("note")
        table.insert({"n": 0})
        thread = threading.Thread(target=engine.compact, name="compaction")
        thread.start()
        assert inside.wait(PATIENCE)
        for n in range(1, 50):
            table.insert({"n": n})
        table.update({"n": -1}, doc_ids=[1])
        table.remove(doc_ids=[2])
        expected = contents(engine)
        go_on.set()
        thread.join(PATIENCE)
        assert engine.position.generation == 2
        assert contents(engine) == expected
    with again(tmp_path) as engine:
        assert contents(engine) == expected


def test_a_long_journal_is_compacted_by_itself(tmp_path: Path) -> None:
    with new(tmp_path) as engine:
        engine.documents.table("note").insert_multiple({"n": n, "body": "x" * 1000} for n in range(700))
        engine.settle()
        assert engine.position.generation == 2
        assert set(get(tmp_path / "v")) == {"snapshot-00000002", "journal-00000002", "mark"}


def test_while_pages_come_in_nothing_is_written_anew_and_afterwards_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bells = list[Bell]()
    monkeypatch.setattr(threading, "Timer", lambda seconds, call: Bell(seconds, call, bells))
    with new(tmp_path) as engine:
        for _ in range(8):
            with engine.documents.transaction("soon"):
                engine.documents.table("note").insert_sound([{"n": n, "body": "x" * 1000} for n in range(100)])
            bells.pop().call()  # a look after each page: another one has come since the last look
            engine.settle()
            assert engine.position.generation == 1
        bells.pop().call()
        engine.settle()
        assert engine.position.generation == 2
        assert not bells, "once is enough"
        assert len(engine.documents.table("note")) == 800


@pytest.mark.usefixtures("not_yet")
def test_pages_without_an_end_are_written_anew_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.vault.engine._JOURNAL_FLOOD", 600_000)
    with new(tmp_path) as engine:
        for _ in range(8):
            with engine.documents.transaction("soon"):
                engine.documents.table("note").insert_sound([{"n": n, "body": "x" * 1000} for n in range(100)])
        engine.settle()
        assert engine.position.generation == 2


def test_what_was_deleted_leaves_the_disk_when_asked(tmp_path: Path) -> None:
    """Sealed as it is, it shall not lie there: the key may become known one day."""
    with new(tmp_path) as engine:
        table = engine.documents.table("note")
        table.insert_multiple({"n": n, "body": "x" * 500} for n in range(100))
        engine.compact()
        before = sum(map(len, get(tmp_path / "v").values()))
        table.remove(doc_ids=range(1, 100))
        generation = engine.position.generation
        engine.documents.tidy()
        engine.settle()
        assert engine.position.generation == generation + 1
        assert sum(map(len, get(tmp_path / "v").values())) < before // 10
        assert [document["n"] for document in table] == [99]


def test_a_wish_to_tidy_while_that_goes_on_is_not_forgotten(tmp_path: Path) -> None:
    """What is being written may still hold what was deleted a moment ago."""
    inside, go_on = threading.Event(), threading.Event()

    class Held(NoSync):
        def sync(self, fd: int) -> None:
            if threading.current_thread().name == "fika-vault-tidy" and not inside.is_set():
                inside.set()
                assert go_on.wait(PATIENCE)

    with new(tmp_path, Held()) as engine:
        engine.documents.table("note").insert({"n": 1})
        engine.documents.tidy()
        assert inside.wait(PATIENCE)
        engine.documents.table("note").remove(doc_ids=[1])
        engine.documents.tidy()
        engine.documents.tidy()
        go_on.set()
        engine.settle()
        assert engine.position.generation == 3
        assert len(get(tmp_path / "v")["journal-00000003"]) == 104
        engine.documents.tidy()
        engine.settle()
        assert engine.position.generation == 4
    engine.tidy()


def test_left_overs_are_removed_after_a_good_opening(tmp_path: Path) -> None:
    new(tmp_path).close()
    for name in ("snapshot-00000002.new", "journal-00000002", "snapshot-00000000"):
        (tmp_path / "v" / name).write_bytes(b"left")
    (tmp_path / "v" / "snapshot-00000000").unlink()
    with again(tmp_path):
        assert set(get(tmp_path / "v")) == {"snapshot-00000001", "journal-00000001", "mark"}


def test_busy_also_in_the_same_process_and_free_after_a_failure(tmp_path: Path) -> None:
    with new(tmp_path), pytest.raises(VaultBusy):
        again(tmp_path)
    with pytest.raises(VaultDamaged):
        again(tmp_path, SECOND)
    again(tmp_path).close()


def test_a_lock_that_was_handed_in_is_kept_when_opening_fails(tmp_path: Path) -> None:
    new(tmp_path).close()
    with FolderLock(tmp_path / "v") as lock:
        with pytest.raises(VaultDamaged):
            Engine.open(tmp_path / "v", SECOND, lock)
        with pytest.raises(VaultBusy):
            FolderLock(tmp_path / "v")
        Engine.open(tmp_path / "v", FIRST, lock).close()


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    engine = new(tmp_path)
    table = engine.documents.table("note")
    table.insert({"n": 1})
    engine.compact()
    reading = iter(engine.documents_of("note"))
    engine.close()
    engine.close()
    for ask in (lambda: table.insert({"n": 2}), lambda: len(table), lambda: next(reading), engine.sync, engine.names):
        with pytest.raises(VaultClosed):
            ask()


def test_nothing_readable_is_in_the_files(tmp_path: Path) -> None:
    with new(tmp_path) as engine:
        engine.documents.table("kanariefågel").insert({"kanariefågel": "kanariefågel", "n": 1})
        engine.compact()
        engine.documents.table("kanariefågel").insert({"kanariefågel": "kanariefågel", "n": 2})
    for content in get(tmp_path / "v").values():
        for encoding in ("utf-8", "utf-16-le", "latin-1"):
            assert "kanarief".encode(encoding) not in content


@pytest.mark.usefixtures("not_yet")
def test_the_tail_beyond_the_mark_is_synced_again_at_opening(tmp_path: Path) -> None:
    """Bytes that a killed process had handed over may be in the system's memory alone."""
    engine = new(tmp_path)
    with engine.transaction("soon"):
        engine.documents.table("note").insert({"n": 1})
    killed = get(tmp_path / "v")
    engine.close()
    for name, content in killed.items():
        (tmp_path / "v" / name).write_bytes(content)
    recorder = Recorder()
    engine = Engine.open(tmp_path / "v", FIRST, files=Files(recorder))
    kinds = [event.kind for event in recorder.events]
    assert kinds[:2] == ["write", "sync"]
    assert recorder.events[0].data == killed["journal-00000001"][104:]
    assert contents(engine) == {"note": {1: {"n": 1}}}
    engine.close()
    recorder.done()


def test_transactions_have_to_be_closed_before_the_rest(tmp_path: Path) -> None:
    engine = new(tmp_path)
    with engine.transaction():
        for forbidden in (engine.close, engine.compact):
            with pytest.raises(RuntimeError):
                forbidden()
    with pytest.raises(RuntimeError):
        engine.change(None)  # type: ignore[arg-type]
    engine.close()
