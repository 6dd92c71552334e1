"""Whatever is done to the documents, in whatever order, a plain dictionary and the vault agree, also after reopening."""

import copy
import re
import shutil
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from app.errors import DocumentRefused
from app.vault.documents import Documents, SealedStorage, SealedTable
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


def test_values_that_share_a_hash_are_told_apart(database: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index gives candidates; each is compared again, whichever way the question takes."""
    for place in ("blocks", "collection"):
        monkeypatch.setattr(f"app.vault.{place}.hash_of", lambda value: bytes(8))
    table = database.table("note")
    table.insert_multiple({"person": "abc"[n % 3], "id": n} for n in range(30))
    database.engine.compact()
    assert len(database.engine.equal("note", "person", "a")) == 30
    assert [document["id"] for document in table.search(where("person") == "a")] == list(range(0, 30, 3))
    assert table.get(where("person") == "b") == {"person": "b", "id": 1}
    assert table.search((where("person") == "c") & (where("id") == 5)) == [{"person": "c", "id": 5}]
    assert len(table.search(where("person").one_of(["a", "b"]))) == 20
    assert [document["id"] for document in table.newest(2, cond=where("person") == "b")] == [28, 25]
    assert table.remove(where("person") == "zz") == []
    assert len(table.update({"seen": True}, where("person") == "a")) == 10


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


# ---------------------------------------------------------------- beside TinyDB itself


def up(document: MutableMapping[str, Any]) -> None:
    document["n"] = document.get("n", 0) + 1


def empty(rows: dict[int, Any]) -> None:
    rows.clear()


def renew(rows: dict[int, Any]) -> None:
    """Remove one, change one, leave one, add one."""
    rows.pop(1)
    rows[2] = {"n": "changed"}
    rows[9] = {"n": "new"}


ACTIONS: dict[str, Any] = {
    "update all": lambda table: table.update({"seen": True}),
    "update all by a function": lambda table: table.update(up),
    "update some": lambda table: table.update({"x": [1]}, where("person") == "a"),
    "update several": lambda table: table.update_multiple(
        [({"x": 1}, where("n") == 0), (up, where("n") < 2), ({"y": 2}, where("person") == "b")]
    ),
    "update none of several": lambda table: table.update_multiple([({"x": 1}, where("n") == 99)]),
    "remove some": lambda table: table.remove(where("person") == "a"),
    "remove by ids": lambda table: table.remove(doc_ids=[3, 1]),
    "remove nothing in particular": lambda table: table.remove(),
    "get by nothing": lambda table: table.get(),
    "get by a query": lambda table: table.get(where("person") == "b"),
    "get nothing by a query": lambda table: table.get(where("person") == "z"),
    "get by ids": lambda table: table.get(doc_ids=[2, 1]),
    "get by an id": lambda table: table.get(doc_id=2),
    "get nothing by an id": lambda table: table.get(doc_id=77),
    "get nothing by an id below all": lambda table: table.get(doc_id=-1),
    "get nothing by a huge id": lambda table: table.get(doc_id=1 << 70),
    "get by an id as a text": lambda table: table.get(doc_id="2"),
    "get nothing by a text that is no id": lambda table: table.get(doc_id="x"),
    "search by an index": lambda table: table.search(where("person") == "a"),
    "search by two": lambda table: table.search((where("person") == "a") & (where("n") == 0)),
    "search by one or the other": lambda table: table.search((where("person") == "b") | (where("n") == 0)),
    "search by one of some": lambda table: table.search(where("person").one_of(["b", "z", "a", "b"])),
    "search by one of two and another": lambda table: table.search(
        where("person").one_of(["a", "b"]) & (where("n").one_of([0, 1]))
    ),
    "search by one of none": lambda table: table.search(where("person").one_of([])),
    "search by one of lists": lambda table: table.search(where("list").one_of([[1, 2], [3]])),
    "search in depth for one of some": lambda table: table.search(where("deep")["er"].one_of([1, 2])),
    "search in depth": lambda table: table.search(where("deep")["er"] == 1),
    "search for a list": lambda table: table.search(where("list") == [1, 2]),
    "search by a pattern": lambda table: table.search(where("person").search("^[ab]$")),
    "search in depth for a word": lambda table: table.search(where("deep")["er"].search("x")),
    "search by a function": lambda table: table.search(where("n").test(bool)),
    "search without a question": lambda table: table.search(lambda document: "deep" in document),
    "count": lambda table: table.count(where("n") == 0),
    "contains": lambda table: table.contains(where("n") == 1),
    "insert something else": lambda table: table.insert([1, 2]),
    "insert a mapping": lambda table: table.insert(MappingProxyType({"n": 7})),
    "insert with an id": lambda table: table.insert(Document({"n": 8}, 40)),
    "upsert": lambda table: table.upsert({"n": 5}, where("person") == "b"),
    "upsert by an id": lambda table: table.upsert(Document({"z": 1}, 2)),
    "truncate": lambda table: table.truncate(),
    "all": lambda table: table.all(),
    "length": len,
    "update a table as a whole": lambda table: table._update_table(renew),
    "empty a table as a whole": lambda table: table._update_table(empty),
    "read a table as a whole": lambda table: table._read_table(),
}
DOCUMENTS: list[dict[str, Any]] = [
    {"person": "a", "n": 0, "deep": {"er": 1}},
    {"person": "b", "n": 1, "list": [1, 2]},
    {"person": "a", "n": 2, "deep": {"er": "x"}},
]


def told(action: Any, table: Table) -> object:
    """What an action returns or raises."""
    try:
        found = action(table)
    except (RuntimeError, ValueError) as exc:
        return type(exc), str(exc)
    return sorted(found.items(), key=str) if isinstance(found, dict) and not isinstance(found, Document) else found


@pytest.mark.parametrize("compacted", [False, True])
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_does_and_says_what_it_does_in_tinydb(database: Documents, name: str, compacted: bool) -> None:
    plain = TinyDB(storage=MemoryStorage)
    for one in (database, plain):
        one.table("note").insert_multiple(DOCUMENTS)
    if compacted:
        database.engine.compact()
    ours, theirs = database.table("note"), plain.table("note")
    assert told(ACTIONS[name], ours) == told(ACTIONS[name], theirs)
    assert {document.doc_id: document for document in ours} == {document.doc_id: document for document in theirs}


class Custom(Document):
    """A document class of somebody's own."""


def test_document_and_id_classes_of_ones_own_are_heeded(database: Documents) -> None:
    class Own(SealedTable):
        document_class = Custom

    table = Own(database.storage, "note")
    table.insert_multiple(DOCUMENTS)
    table.insert(Custom({"n": 1}, 30))
    for found in ([*table], table.all(), table.search(where("n") == 1), table.newest(2), table.get(doc_ids=[1])):
        assert isinstance(found, list)
        assert found
        assert all(type(document) is Custom for document in found)
    assert [document.doc_id for document in table.newest(1)] == [30]


def test_what_a_table_lacks_is_found_by_no_question(database: Documents) -> None:
    table = database.table("note")
    table.insert({"person": "one"})
    assert table.lacks("person", ["two", "three"])
    assert not table.lacks("person", ["two", "one"])
    assert not table.lacks("no-index", ["two"]), "without an index nothing is certain"
    table.remove(where("person") == "one")
    assert table.lacks("person", ["one"])


def test_a_tally_is_the_length_of_the_answer(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple(DOCUMENTS)
    for query in (where("person") == "a", where("n") == 1, where("person") != "a", where("person") == [1]):
        assert table.tally(query) == len(table.search(query))


def test_newest_of_those_that_match_goes_on_until_it_has_enough(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple({"person": "ab"[n % 2], "n": n} for n in range(200))

    def is_below_three(n: Any) -> bool:
        return bool(n < 3)

    query = where("n").test(is_below_three)
    assert [document["n"] for document in table.newest(2, cond=query)] == [2, 1]
    assert [document["n"] for document in table.newest(9, cond=query)] == [2, 1, 0]
    table.remove(doc_ids=[199])
    assert [document["n"] for document in table.newest(1, cond=where("person") == "a")] == [196]
    assert table.newest(3, cond=where("person") == "nobody") == []


def test_an_answer_from_before_somebody_wrote_is_not_remembered_for_later(
    database: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = database.table("note")
    assert isinstance(table, SealedTable)
    matching = table._matching

    def written_meanwhile(cond: Any) -> Any:
        found = list(matching(cond))
        monkeypatch.undo()
        table.insert({"person": "a"})  # another thread, between the look and what is remembered of it
        table.search(where("person") == "b")
        return found

    monkeypatch.setattr(table, "_matching", written_meanwhile)
    assert table.search(where("person") == "a") == []
    assert table.search(where("person") == "a") == [{"person": "a"}]


def test_what_was_asked_before_is_answered_from_memory_until_something_changes(database: Documents) -> None:
    table = database.table("note")
    table.insert_multiple(DOCUMENTS)
    asked: list[object] = []

    def is_small(n: Any) -> bool:
        asked.append(n)
        return bool(n < 2)

    query = where("n").test(is_small)
    assert len(table.search(query)) == 2
    assert len(asked) == 3
    assert len(table.search(query)) == 2
    assert len(asked) == 3
    table.insert({"n": 1})
    assert len(table.search(query)) == 3
    assert len(asked) == 7


# ---------------------------------------------------------------- the whole database as one value


def test_the_storage_reads_and_writes_the_whole_database(database: Documents) -> None:
    storage = SealedStorage(database.engine)
    assert storage.read() is None
    whole: dict[str, dict[Any, dict[str, Any]]] = {
        "note": {"1": {"n": 1}, "2": {"n": 2}, "30": {"n": 3}},
        "task": {"1": {"done": False}},
        "empty": {},
    }
    storage.write(whole)
    assert storage.read() == whole
    whole = {"note": {1: {"n": 1}, "2": {"n": "changed"}, 4: {"n": 4}}, "goal": {"7": {}}, "empty": {}}
    sequence = database.engine.position.sequence
    storage.write(whole)
    assert storage.read() == {name: {str(k): v for k, v in rows.items()} for name, rows in whole.items()}
    assert database.engine.position.sequence == sequence + 1
    assert database.tables() == {"note", "goal", "empty"}


def test_the_storage_writes_the_difference_alone(database: Documents) -> None:
    storage = SealedStorage(database.engine)
    whole = {"note": {str(n): {"n": n, "body": "x" * 400} for n in range(1, 50)}}
    storage.write(whole)
    end = database.engine._journal.end
    storage.write({"note": {**whole["note"], "7": {"n": 0}}})
    assert database.engine._journal.end - end < 200
    with pytest.raises(DocumentRefused):
        storage.write({"note": {"1": {"n": float("nan")}}, "other": {}})
    assert database.table("note").count(where("n") == 0) == 1
    assert database.tables() == {"note"}


def test_closing_the_database_closes_the_vault(tmp_path: Path) -> None:
    engine = Engine.create(tmp_path / "v", FIRST, files=Files(NoSync()))
    engine.documents.table("note").insert({"n": 1})
    engine.documents.close()
    with Engine.open(tmp_path / "v", FIRST, files=Files(NoSync())) as again:
        assert again.documents.table("note").all() == [{"n": 1}]


@pytest.mark.usefixtures("not_yet")
def test_drafts_become_durable_when_asked(database: Documents) -> None:
    before = database.engine.position
    with database.transaction("soon"):
        database.table("note").insert({"n": 1})
    assert database.engine.position == before
    database.sync()
    assert database.engine.position > before
