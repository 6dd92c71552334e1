"""The memory that stands for a vault in the tests takes threads as a vault does."""

from __future__ import annotations

import threading
from contextlib import suppress

from tests.support.memory import MemoryDocuments
from tests.support.patience import PATIENCE


def test_what_another_thread_writes_is_no_part_of_a_transaction_that_is_taken_back() -> None:
    documents = MemoryDocuments()
    table = documents.table("note")
    other = threading.Thread(target=lambda: table.insert({"n": 2}))
    with suppress(OSError), documents.transaction():
        table.insert({"n": 1})
        other.start()
        other.join(0.1)  # it may not come in between, and would have come by now
        raise OSError
    other.join(PATIENCE)
    assert [row["n"] for row in table] == [2]
