"""TinyDB's own test suite passes on our storage and table, and what it left is on the disk afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import tinydb_suite
from tests.support.disk import fleeting_folder


@pytest.fixture(scope="module")
def outcome() -> Iterator[tinydb_suite.Outcome]:
    with fleeting_folder() as folder:
        yield tinydb_suite.run(folder)


def test_all_of_it_passes(outcome: tinydb_suite.Outcome) -> None:
    assert outcome.code == 0, outcome.text[-6000:]
    assert outcome.text.count("\nPASSED ") == len(outcome.chosen)


def test_nothing_else_is_left_out(outcome: tinydb_suite.Outcome) -> None:
    assert outcome.omitted == ["test_table_repr"]
    for kind in ("documents", "storage"):
        assert sum(f"[{kind}" in test for test in outcome.chosen) >= 66


def test_other_bytes_than_the_locked_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"tinydb-{tinydb_suite.VERSION}.tar.gz").write_bytes(b"something else")
    monkeypatch.setattr(tinydb_suite, "KEPT", tmp_path)
    with pytest.raises(AssertionError, match="not the file that the lock names"):
        tinydb_suite.source()
