"""Blocks, pages and lists give back what was packed, one piece at a time."""

from app.vault import blocks
from app.vault.blocks import Block, Blocks, Pages


def test_blocks_find_ids_and_bytes() -> None:
    block = Block(Block.pack("tåble", [(3, b'{"a":"x"}'), (7, b'{"a":"yx"}'), (9, b"{}")]))
    assert (block.table, list(block.ids)) == ("tåble", [3, 7, 9])
    assert [block.find(n) for n in (2, 3, 7, 8, 9, 10)] == [None, b'{"a":"x"}', b'{"a":"yx"}', None, b"{}", None]
    assert block.body == b'[{"a":"x"},{"a":"yx"},{}]'
    assert block.descending(10, 2) == [(9, b"{}"), (7, b'{"a":"yx"}')]
    assert block.descending(9, 5) == [(7, b'{"a":"yx"}'), (3, b'{"a":"x"}')]
    assert block.descending(3, 5) == []
    assert dict(block.rows()) == {3: b'{"a":"x"}', 7: b'{"a":"yx"}', 9: b"{}"}
    assert [doc_id for doc_id, _ in block.rows_with(b"x", block.plain)] == [3, 7]
    assert [doc_id for doc_id, _ in block.rows_with(b"}]", block.plain)] == [9]
    assert list(block.rows_with(b"nowhere", block.plain)) == []


def test_entries_under_one_hash_are_found_wherever_they_stand() -> None:
    known = blocks.hash_of("a")
    page = b"".join([bytes(16), known + (5).to_bytes(8, "big"), known + (6).to_bytes(8, "big"), b"\xff" * 16])
    assert blocks.ids_in(page, known) == [5, 6]
    shifted = b"\0" * 3 + known + b"\0" * 5 + known + (8).to_bytes(8, "big")
    assert blocks.ids_in(shifted, known) == [8]


def test_lists_are_unpacked_column_by_column() -> None:
    rows = [((1 << 40, 900, 7), 1, 5, 3), ((1 << 41, 800, 8), 9, 1 << 50, 4)]
    found = Blocks(blocks.pack_blocks(rows), 2)
    assert len(found) == 2
    assert [found.place(i) for i in range(2)] == [row[0] for row in rows]
    assert [list(column) for column in (found.numbers, found.first, found.last, found.documents)] == [
        [7, 8],
        [1, 9],
        [5, 1 << 50],
        [3, 4],
    ]
    entries = [blocks.entry(value, n) for n, value in enumerate(["a", "b", None], 1)]
    pages = Pages(blocks.pack_pages([((n, n + 1, n + 2), known) for n, known in enumerate(entries)]), 3)
    assert [pages.place(i) for i in range(3)] == [(0, 1, 2), (1, 2, 3), (2, 3, 4)]
    assert pages.first == entries
    assert len(Blocks.none()) == len(Pages.none()) == 0
    assert list(Blocks.none().last) == []
    assert Pages.none().first == []
