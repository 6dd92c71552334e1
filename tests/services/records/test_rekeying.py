"""Records of a vault that another version wrote are found by the keys of this one; nobody else hears of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from app.errors import VaultFull
from app.model.changes import Change, Op
from app.model.clock import reading
from app.model.commands import AddPerson, AddTask, Delete, IntroduceMe, Pick, Revise, WriteNote
from app.model.entities import Task
from app.model.queries import NotesOf, One, ToChoose, TodayView, TrashList
from app.model.schema import KINDS, Entity
from app.services.records import rekeying
from app.services.records.store import INDEXES, OTHER, VERSIONS, Store, card_table
from app.services.records.tables import KEYED, LOGS, UNSETTLED, keyed
from app.vault.engine import Engine
from app.vault.key import VaultKey
from tests.support.conflicting import also_wrote
from tests.support.memory import MemorySpaces
from tests.support.store import NOON, MemoryStore, Now, memory_store

TEXTS = ["a", "b", "c", "d", "e"]


def fill(store: Store) -> str:
    store.execute(IntroduceMe(name="Karin", role="mentor"))
    person = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    for text in TEXTS:
        store.execute(AddTask(text=text, mentorship=person, owner="mentor", due=NOON.date()))
    store.execute(WriteNote(body="Hej", mentorship=person))
    return person


def strip(store: Store, kind: str = "task", *, told: bool = False) -> None:
    """As a version wrote it that knew fewer keys."""
    for name in (kind, card_table(kind)):
        for key in ("open", "open_by", "mentorship"):
            store.documents.table(name).update(lambda row, key=key: row.pop(key, None), lambda _: True)
    if not told:
        table = store.documents.table(KEYED)
        table.remove(doc_ids=[row.doc_id for row in table])


def due(store: Store) -> list[str]:
    return sorted(row.text for row in store.ask(TodayView(NOON)).tasks)


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in store.documents.table(table)]


@pytest.fixture
def store() -> MemoryStore:
    found = memory_store()
    fill(found)
    return found


def test_tasks_written_before_a_key_existed_are_on_today(store: MemoryStore) -> None:
    assert due(store) == TEXTS
    was = {name: rows(store, name) for name in store.memory.tables()}
    strip(store)
    assert due(store) == []
    again = store.again()
    assert due(again) == TEXTS
    assert {name: rows(again, name) for name in store.memory.tables()} == was  # no version, no change, no other order


def test_cards_get_their_keys_too_and_in_the_order_in_which_they_were_written(store: MemoryStore) -> None:
    mentorship = rows(store, "person")[0]["mentorship"]
    store.execute(WriteNote(body="Hej igen", mentorship=mentorship))
    before = store.ask(NotesOf(mentorship=mentorship))
    cards = store.memory.table(card_table("note"))
    strip(store, "note")
    cards.remove(lambda _: True)
    assert store.ask(NotesOf(mentorship=mentorship)) != before
    assert store.again().ask(NotesOf(mentorship=mentorship)) == before


def test_equal_fingerprints_cost_one_look_and_write_nothing(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip(store, told=True)
    commits = list(store.memory.commits)
    monkeypatch.setattr(rekeying, "_renew", None)
    monkeypatch.setattr(rekeying, "_take_home", None)
    again = store.again()
    assert store.memory.commits == commits
    assert due(again) == []  # nobody looked: the fingerprint was believed


def test_records_that_are_as_they_should_be_are_not_written_again(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(type(store.memory.table("task")), "update", lambda self, *_, **__: written.append(self.name))
    store.memory.table(KEYED).remove(lambda _: True)
    store.again()
    assert set(written) == {KEYED}


def test_only_the_kinds_concerned_are_written_again(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    renew = rekeying._renew

    def noting(store: Store, cls: type[Entity]) -> None:
        seen.append(cls.KIND)
        renew(store, cls)

    monkeypatch.setattr(rekeying, "_renew", noting)
    strip(store, told=True)
    monkeypatch.setattr(Task, "REVISION", 2)
    assert due(store.again()) == TEXTS
    assert seen == ["task"]
    store.again()
    assert seen == ["task"]


def test_a_newer_vault_in_an_older_app_is_written_with_the_keys_of_the_app(store: MemoryStore) -> None:
    strip(store, told=True)
    newer = {**rekeying.fingerprints(), "task": "f" * 12, "tomorrow": "e" * 12}
    store.memory.table(KEYED).update({"prints": newer}, lambda _: True)
    assert due(store.again()) == TEXTS
    assert [row["prints"] for row in rows(store, KEYED)] == [rekeying.fingerprints()]


def test_a_crash_in_the_middle_does_it_again(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    strip(store)
    monkeypatch.setattr(rekeying, "AT_ONCE", 2)
    count = [0]

    def failing(entity: Any, *rest: Any, **named: Any) -> dict[str, Any]:
        count[0] += entity.KIND == "task"
        if count[0] == 4:
            raise RuntimeError("crash")
        return keyed(entity, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(rekeying, "keyed", failing)
        with pytest.raises(RuntimeError, match="crash"):
            store.again()
    assert ["open_by" in row for row in rows(store, "task")] == [True, True, False, False, False]
    assert rows(store, KEYED) == []
    assert due(store.again()) == TEXTS
    assert len(rows(store, KEYED)) == 1


def test_a_full_disk_does_not_keep_the_vault_shut(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    strip(store)

    def full(*_: Any) -> None:
        raise VaultFull

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(rekeying, "_renew", full)
        assert due(store.again()) == []
    assert "former keys: vault-full" in caplog.text
    assert due(store.again()) == TEXTS


def test_what_lies_in_the_trash_stays_there(store: MemoryStore) -> None:
    one = rows(store, "task")[0]["id"]
    store.execute(Delete(kind="task", id=one))
    before, trash = rows(store, "task"), store.ask(TrashList())
    strip(store)
    again = store.again()
    assert again.ask(TrashList()) == trash and len(trash) == 1
    assert rows(again, "task") == before
    assert due(again) == TEXTS[1:]


def test_records_of_a_kind_that_is_known_now_stand_among_their_like(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = rows(store, "task")[0]["space"]
    cells = {**rows(store, "task")[0]["cells"], "text": "f"}
    op = Op(record="9" * 32, kind="task", fields=cells)
    with monkeypatch.context() as patch:
        patch.delitem(KINDS, "task")
        older = store.again()
        older.apply([Change(space=space, device="b" * 32, sequence=1, hlc=reading(NOON), ops=(op,))])
    assert len(rows(store, OTHER)) == 1
    versions, logs = rows(store, VERSIONS), rows(store, LOGS)
    again = store.again()
    assert due(again) == [*TEXTS, "f"]
    assert rows(again, OTHER) == []
    assert (rows(again, VERSIONS), rows(again, LOGS)) == (versions, logs)


def test_the_sealed_vault_is_put_right_once_and_then_left_alone(tmp_path: Path) -> None:
    folder, key, spaces = tmp_path / "vault", VaultKey.new(), MemorySpaces()
    folder.mkdir()
    with Engine.create(folder, key, indexes=INDEXES) as engine:
        store = Store(engine.documents, spaces, now=Now())
        fill(store)
        versions = rows(store, VERSIONS)
        strip(store)
        store.close()
    for wanted in (True, False):
        with Engine.open(folder, key, indexes=INDEXES) as engine:
            before = engine.position.sequence
            store = Store(engine.documents, spaces, now=Now())
            assert (engine.position.sequence > before) is wanted
            assert due(store) == TEXTS
            assert rows(store, VERSIONS) == versions
            store.close()


def test_what_is_to_be_chosen_in_a_vault_that_did_not_note_it_is_found(store: MemoryStore) -> None:
    task = rows(store, "task")[0]["id"]
    store.execute(Revise(kind="task", id=task, values={"text": "aa"}))
    also_wrote(store, "task", task, "text", "ab", NOON)
    noted = rows(store, UNSETTLED)
    assert [one.record.id for one in store.ask(ToChoose())] == [task]
    for name in (UNSETTLED, KEYED):
        store.memory.table(name).remove(lambda _: True)
    again = store.again()
    assert rows(again, UNSETTLED) == noted and len(again.ask(ToChoose())) == 1
    settled = again.ask(One(Task, task))
    assert settled is not None
    again.execute(Pick(kind="task", id=task, cell="text", value="ab", seen=settled.before))
    assert rows(again, UNSETTLED) == [] and again.ask(ToChoose()) == ()
