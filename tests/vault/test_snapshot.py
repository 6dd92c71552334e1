"""A snapshot holds blocks, indexes and a directory, and proves each of them."""

from pathlib import Path

import pytest

from app.errors import VaultClosed, VaultDamaged, VaultTooNew
from app.vault import blocks, snapshot
from app.vault.blocks import Block
from app.vault.files import DISK
from app.vault.key import VaultKey
from app.vault.snapshot import Head, Snapshot, TableSource

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
HEAD = Head(b"v" * 16, b"l" * 16, 1, 3, 40, b"s" * 16, b"j" * 16, 1_790_000_000_000)


def written(folder: Path) -> Path:
    path = folder / "snapshot-00000003"
    packed = [Block.pack("note", [(n, b'{"n":%d}' % n) for n in range(low, low + 5)]) for low in (1, 11)]
    source = [(packed[0], 1, 5, 5), (packed[1], 11, 15, 5)]
    entries = sorted(blocks.entry(value, n) for n, value in enumerate(["a", "b", None, 1, "a"], 1))
    tables = [TableSource("note", 99, source, {"person": [b"".join(entries)]}), TableSource("empty", 0, [], {})]
    snapshot.write_snapshot(DISK, path, HEAD, KEY, tables)
    return path


def opened(path: Path, key: VaultKey = KEY) -> Snapshot:
    found = Snapshot.of(DISK, path, key)
    assert found is not None
    return found


def test_it_gives_back_what_it_was_given(tmp_path: Path) -> None:
    found = opened(written(tmp_path))
    part = found.tables["note"]
    assert (part.live, part.highest, list(part.blocks.first), list(part.blocks.last)) == (10, 99, [1, 11], [5, 15])
    assert [found.raw(part, n) for n in (0, 1, 5, 6, 10, 11, 15, 16)] == [
        None,
        b'{"n":1}',
        b'{"n":5}',
        None,
        None,
        b'{"n":11}',
        b'{"n":15}',
        None,
    ]
    page = found.page(part.indexes["person"], 0)
    assert blocks.ids_in(page, blocks.hash_of("a")) == [1, 5]
    assert blocks.ids_in(page, blocks.hash_of("c")) == []
    assert found.tables["empty"].live == 0
    found.close()
    found.forget()
    with pytest.raises(VaultClosed):
        found.raw(part, 1)


def test_heads_of_others_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert Snapshot.of(DISK, path, VaultKey(KEY.secret, b"w" * 16, b"l" * 16, 1)) is None
    assert Snapshot.of(DISK, path, VaultKey(KEY.secret, b"v" * 16, b"l" * 16, 2)) is None
    with pytest.raises(VaultDamaged):
        Snapshot.of(DISK, path, VaultKey(bytearray(range(1, 33)), b"v" * 16, b"l" * 16, 1))
    with pytest.raises(VaultTooNew):
        Head.read(path.read_bytes()[:9] + b"\2" + path.read_bytes()[10:])
    with pytest.raises(VaultDamaged):
        Head.read(b"x" * 200)
    with pytest.raises(VaultDamaged):
        Head.read(b"")
