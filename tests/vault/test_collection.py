"""A table is what the snapshot holds with the changes laid over it, in every way of looking at it."""

import random
from pathlib import Path

from app.vault import collection
from app.vault.collection import Collection
from app.vault.files import DISK
from app.vault.snapshot import Snapshot, write_snapshot
from tests.vault.test_snapshot import HEAD, KEY


def renewed(folder: Path, table: Collection, number: int) -> Collection:
    """The table in the next snapshot."""
    path = folder / f"s{number}"
    source = collection.source("note", table.view(), table.highest, ("person",))
    write_snapshot(DISK, path, HEAD, KEY, [source])
    found = Snapshot.of(DISK, path, KEY)
    assert found is not None
    return Collection("note", found, found.tables["note"])


def empty(folder: Path) -> Collection:
    write_snapshot(DISK, folder / "s0", HEAD, KEY, [])
    found = Snapshot.of(DISK, folder / "s0", KEY)
    assert found is not None
    return Collection("note", found)


def test_many_generations_of_changes(tmp_path: Path) -> None:
    """Blocks are split, joined and copied; every view agrees with a dictionary in every generation."""
    rng = random.Random(3)
    table, model = empty(tmp_path), dict[int, bytes]()
    for number in range(1, 9):
        for _ in range(300):
            doc_id = rng.randrange(1, 1500)
            raw = b'{"person":%d,"body":"%s"}' % (doc_id % 7, b"x" * rng.randrange(600))
            if rng.random() < 0.25:
                table.set(doc_id, None)
                model.pop(doc_id, None)
            else:
                table.set(doc_id, raw)
                model[doc_id] = raw
        for found in (table, renewed(tmp_path, table, number)):
            view = found.view()
            assert collection.ids(view) == sorted(model)
            parsed = dict(collection.documents(view))
            assert {doc_id: collection.load(raw) for doc_id, raw in model.items()} == parsed
            descending = sorted(model.items(), reverse=True)
            assert found.newest(5000) == descending
            assert found.newest(5000, 700) == [row for row in descending if row[0] < 700]
            for count in (1, 20, 200):
                assert found.newest(count) == descending[:count]
                assert found.newest(count, 900) == [row for row in descending if row[0] < 900][:count]
            hits = dict(collection.containing(view, '"person":3'))
            assert {k: v for k, v in model.items() if b'"person":3' in v}.items() >= hits.items()
            for person in range(7):
                expected = sorted(doc_id for doc_id in model if doc_id % 7 == person)
                assert found.equal("person", person) == expected
            assert all(found.raw(doc_id) == model.get(doc_id) for doc_id in range(1500))
            for asked in (range(2000), range(1999, -1, -1), rng.choices(range(2000), k=300), []):
                assert found.raws(asked) == [(doc_id, model[doc_id]) for doc_id in asked if doc_id in model]
        table = renewed(tmp_path, table, number)
        assert table.live == len(model)


def test_untouched_blocks_are_copied_as_they_are(tmp_path: Path) -> None:
    table = empty(tmp_path)
    for doc_id in range(1, 1001):
        table.set(doc_id, b'{"person":1,"body":"%s"}' % (b"x" * 300))
    table = renewed(tmp_path, table, 1)
    view = table.view()
    before = [view.snapshot.block(view.part, i).plain for i in range(len(view.part.blocks))]
    table.set(1000, None)
    after_view = renewed(tmp_path, table, 2).view()
    after = [after_view.snapshot.block(after_view.part, i).plain for i in range(len(after_view.part.blocks))]
    assert len(before) > 5
    assert after[:-1] == before[:-1]
    assert after[-1] != before[-1]


def test_what_was_laid_over_can_be_taken_back(tmp_path: Path) -> None:
    table = empty(tmp_path)
    table.set(1, b'{"person":1}')
    assert table.equal("person", 1) == [1]
    table.unset(1)
    assert table.equal("person", 1) == []
    assert table.raw(1) is None


def test_an_id_that_was_taken_back_comes_again_with_its_new_value_alone(tmp_path: Path) -> None:
    table = empty(tmp_path)
    table.set(9, b'{"person":9}')
    assert table.equal("person", 9) == [9]
    table.insert(10, [b'{"person":1}'], [{"person": 1}])
    table.unset(10)
    table.insert(10, [b'{"person":2}'], [{"person": 2}])
    assert table.equal("person", 1) == [] and table.lacks("person", [1])
    assert table.equal("person", 2) == [10]
