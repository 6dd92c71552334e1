"""Whatever is done to the documents, in whatever order, a plain dictionary and the vault agree, also after reopening."""

import copy
import re
import shutil
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from app.errors import DocumentRefused
from app.vault.documents import Documents, SealedTable
from app.vault.engine import Engine
from app.vault.files import Files
from app.vault.salvage import salvage
from tests.support.disk import NoSync
from tests.support.effort import effort
from tests.support.story import FIRST

PERSONS = ("a", "b", "ä", None, 1, True, 2.5)
text = st.text(max_size=40)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
persons = st.sampled_from(PERSONS)
documents = st.builds(
    lambda person, more: {**more, "person": person}, persons, st.dictionaries(text, values, max_size=3)
)


class Abandoned(Exception):
    """Somebody thought better of it."""


class Model(RuleBasedStateMachine):
    """One table, with an index on `person`, beside a dictionary."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fika-model-"))
        self.engine = Engine.create(self.folder / "v", FIRST, indexes={"note": ("person",)}, files=Files(NoSync()))
        self.model: dict[int, dict[str, Any]] = {}
        self.highest = 0

    @property
    def table(self) -> SealedTable:
        return self.engine.documents.table("note")

    def any_id(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.model) or [1]))

    @rule(document=documents)
    def insert(self, document: dict[str, Any]) -> None:
        doc_id = self.table.insert(document)
        assert doc_id > self.highest
        self.highest = doc_id
        self.model[doc_id] = copy.deepcopy(document)
        document["person"] = "changed by the caller afterwards"

    @rule(several=st.lists(documents, max_size=5))
    def insert_several(self, several: list[dict[str, Any]]) -> None:
        ids = self.table.insert_multiple(several)
        self.highest = max([self.highest, *ids])
        self.model.update(zip(ids, copy.deepcopy(several), strict=True))

    @rule(data=st.data(), fields=documents)
    def update(self, data: st.DataObject, fields: dict[str, Any]) -> None:
        doc_id = self.any_id(data)
        changed = self.table.update(fields, doc_ids=[doc_id])
        assert changed == ([doc_id] if doc_id in self.model else [])
        if changed:
            self.model[doc_id].update(copy.deepcopy(fields))

    @rule(person=persons)
    def update_where(self, person: object) -> None:
        changed = self.table.update({"seen": True}, where("person") == person)
        assert changed == [doc_id for doc_id, d in sorted(self.model.items()) if d["person"] == person]
        for doc_id in changed:
            self.model[doc_id]["seen"] = True

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        doc_id = self.any_id(data)
        assert self.table.remove(doc_ids=[doc_id]) == ([doc_id] if self.model.pop(doc_id, None) else [])

    @rule(person=persons, document=documents)
    def upsert(self, person: object, document: dict[str, Any]) -> None:
        there = [doc_id for doc_id, d in sorted(self.model.items()) if d["person"] == person]
        changed = self.table.upsert(document, where("person") == person)
        if there:
            assert changed == there
            for doc_id in there:
                self.model[doc_id].update(copy.deepcopy(document))
        else:
            self.highest = changed[0]
            self.model[changed[0]] = copy.deepcopy(document)

    @rule(several=st.lists(documents, max_size=3), data=st.data())
    def abandoned_transaction(self, several: list[dict[str, Any]], data: st.DataObject) -> None:
        try:
            with self.engine.transaction():
                self.table.insert_multiple(several)
                self.table.remove(doc_ids=[self.any_id(data)])
                self.table.search(where("person") == "a")
                raise Abandoned
        except Abandoned:
            pass

    @rule(first=documents, second=documents)
    def transaction_with_an_abandoned_part(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        with self.engine.transaction():
            doc_id = self.table.insert(first)
            try:
                with self.engine.transaction():
                    self.table.insert(second)
                    self.table.update({"person": "a"}, doc_ids=[doc_id])
                    raise Abandoned
            except Abandoned:
                pass
        self.highest = doc_id
        self.model[doc_id] = copy.deepcopy(first)

    @rule()
    def truncate(self) -> None:
        self.table.truncate()
        self.model.clear()
        self.highest = 0

    @rule()
    def compact(self) -> None:
        self.engine.compact()

    @rule(index=st.booleans())
    def reopen(self, index: bool) -> None:
        self.engine.close()
        indexes = {"note": ("person",)} if index else {}
        self.engine = Engine.open(self.folder / "v", FIRST, indexes=indexes, files=Files(NoSync()))
        self.highest = self.engine.highest("note")

    @rule()
    def salvaged(self) -> None:
        self.engine.sync()
        found = salvage(self.folder / "v", FIRST)
        assert found.tables.get("note", {}) == self.model
        assert not found.losses

    @invariant()
    def agree(self) -> None:
        table = self.table
        assert len(table) == len(self.model)
        assert {document.doc_id: dict(document) for document in table} == self.model
        assert [document.doc_id for document in table.newest(3)] == sorted(self.model, reverse=True)[:3]
        for person in ("a", 1, None):
            expected = [doc_id for doc_id, d in sorted(self.model.items()) if d["person"] == person]
            query = where("person") == person
            assert [document.doc_id for document in table.search(query)] == expected
            assert table.tally(query) == len(expected)
            newest = [document.doc_id for document in table.newest(2, cond=query)]
            assert newest == expected[::-1][:2]

    @rule(needle=st.sampled_from(["a", "ä", '"', "\\", "0", "ab"]))
    def search(self, needle: str) -> None:
        found = [document.doc_id for document in self.table.containing("a", needle)]
        expected = [k for k, d in sorted(self.model.items()) if isinstance(d.get("a"), str) and needle in d["a"]]
        assert found == expected
        plain = where("person").search(needle) if needle.isalnum() else where("person") == needle
        kept = [k for k, d in sorted(self.model.items()) if plain(d)]
        assert [document.doc_id for document in self.table.search(plain)] == kept

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.close()
            shutil.rmtree(self.folder)


TestModel = Model.TestCase
TestModel.settings = settings(
    max_examples=effort(30, 1000),
    stateful_step_count=effort(25, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Documents]:
    engine = Engine.create(tmp_path / "v", FIRST, indexes={"note": ("person", "id")}, files=Files(NoSync()))
    yield engine.documents
    engine.close()


def test_what_is_handed_out_is_not_the_database(database: Documents) -> None:
    table = database.table("note")
    table.insert({"person": "a", "list": [1, {"x": 2}]})
    query = where("person") == "a"
    for found in (table.all()[0], table.search(query)[0], table.search(query)[0], table.newest(1)[0]):
        found["list"][1]["x"] = 3
        found["list"].append(4)
    assert table.get(query) == {"person": "a", "list": [1, {"x": 2}]}
    assert table.search(query) == [{"person": "a", "list": [1, {"x": 2}]}]


def test_an_update_that_fails_half_way_changes_nothing(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple([{"n": 1}, {"n": 2}])

    def fail_at_two(document: MutableMapping[str, Any]) -> None:
        document["n"] += 10
        if document["n"] == 12:
            raise Abandoned

    with pytest.raises(Abandoned):
        table.update(fail_at_two)
    assert [document["n"] for document in table] == [1, 2]


def test_remembered_answers_are_forgotten_when_a_transaction_is_taken_back(database: Documents) -> None:
    table = database.table("note")
    table.insert({"person": "a"})
    query = where("person") == "a"
    with pytest.raises(Abandoned), database.transaction():
        table.insert({"person": "a"})
        assert len(table.search(query)) == 2
        raise Abandoned
    assert len(table.search(query)) == 1


def test_values_that_would_not_read_back_the_same_are_refused(database: Documents) -> None:
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    table = database.table("note")
    for value, reason in [
        (2**64, "number"),
        (float("nan"), "number"),
        (float("inf"), "number"),
        ("\ud800", "text"),
        (deep, "depth"),
        ({1: 2}, "key"),
        ({1, 2}, "type"),
        (b"x", "type"),
    ]:
        with pytest.raises(DocumentRefused) as raised:
            table.insert({"value": value})
        assert raised.value.facts == {"reason": reason}
    assert len(table) == 0


def test_an_equality_on_an_index_opens_only_what_it_needs(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple({"person": f"p{n % 50}", "id": f"{n:032x}", "body": "x" * 500} for n in range(2000))
    database.engine.compact()
    opened: list[int] = []
    snapshot = database.engine._snapshot
    original = snapshot.read

    def counting(place: tuple[int, int, int], kind: bytes) -> bytes:
        if kind == b"D":
            opened.append(place[2])
        return original(place, kind)

    with mock.patch.object(snapshot, "read", counting):
        assert table.tally(where("person") == "p7") == 40
        assert len(opened) == 0
        assert len(table.search((where("id") == f"{7:032x}") & (where("person") == "p7"))) == 1
        assert len(opened) == 1
        opened.clear()
        assert [document["id"] for document in table.newest(2)] == [f"{1999:032x}", f"{1998:032x}"]
        assert len(opened) == 1


def test_numbers_that_are_equal_are_found_as_equal(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple([{"person": 1}, {"person": 1.0}, {"person": True}, {"person": "1"}, {"person": [1]}, {}])
    for value in (1, 1.0, True):
        assert len(table.search(where("person") == value)) == 3
    assert len(table.search(where("person") == [1])) == 1
    assert table.search(where("person") == None) == []  # noqa: E711 - TinyDB's way of asking
    database.engine.compact()
    assert len(table.search(where("person") == 1)) == 3


@pytest.mark.parametrize("word", ["kaffe", "KAFFE", "strasse", "kilo", "stop"])
def test_a_text_search_finds_what_the_regular_expression_finds(database: Documents, word: str) -> None:
    """Case-blind too, with the four letters outside ASCII that count as ASCII ones then."""
    table = database.table("note", cache_size=0)
    bodies = ["Kaffe", "kaffe", "Straße", "STRASSE", "\u212ailo", "\u017ftop", "Stop", "kåffe", '"kaffe"', "k\naffe"]
    table.insert_multiple({"body": body} for body in bodies)
    for compacted in (False, True):
        for flags in (0, re.IGNORECASE):
            expected = [body for body in bodies if re.search(word, body, flags)]
            assert [d["body"] for d in table.search(where("body").search(word, flags))] == expected
        if not compacted:
            database.engine.compact()
    assert table.containing("body", '"kaffe"') == [{"body": '"kaffe"'}]
    assert table.containing("body", "k\na") == [{"body": "k\naffe"}]


def test_ids_are_not_used_again(database: Documents) -> None:
    table = database.table("note")
    assert table.insert_multiple([{}, {}]) == [1, 2]
    table.remove(doc_ids=[2])
    assert table.insert({}) == 3
    assert table.insert(Document({}, 10)) == 10
    assert table.insert({}) == 11
    with pytest.raises(ValueError, match="already exists"):
        table.insert(Document({}, 10))
    with pytest.raises(ValueError, match="out of range"):
        table.insert(Document({}, -1))


def test_a_document_named_twice_is_changed_twice_as_in_tinydb(database: Documents) -> None:
    def up(document: MutableMapping[str, Any]) -> None:
        document["n"] += 1

    for table in (database.table("note"), TinyDB(storage=MemoryStorage).table("note")):
        table.insert({"n": 0})
        assert table.update(up, doc_ids=[1, 1]) == [1, 1]
        assert table.all() == [{"n": 2}]


def test_tables_come_and_go(database: Documents) -> None:
    database.table("a").insert({"n": 1})
    database.table("b", persist_empty=True)
    assert database.tables() == {"a", "b"}
    database.drop_table("a")
    database.drop_table("never")
    assert database.tables() == {"b"}
    database.drop_tables()
    assert database.tables() == set()


def test_newest_pages_backwards(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple({"person": "ab"[n % 2], "n": n} for n in range(3000))
    database.engine.compact()
    table.insert_multiple({"person": "a", "n": n} for n in range(3000, 3010))
    table.remove(doc_ids=[3009])
    pages: list[int] = []
    before = None
    while page := table.newest(700, before):
        pages += [document["n"] for document in page]
        before = page[-1].doc_id
    assert pages == [n for n in range(3009, -1, -1) if n != 3008]

    def is_odd(n: Any) -> bool:
        return bool(n % 2)

    odd = table.newest(2, before=2001, cond=where("n").test(is_odd))
    assert [document["n"] for document in odd] == [1999, 1997]
    assert [document["n"] for document in table.newest(2, before=101, cond=where("person") == "b")] == [99, 97]
