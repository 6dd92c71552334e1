"""The mark remembers the last two positions, whichever way a write is torn."""

from pathlib import Path

from app.vault.files import DISK
from app.vault.key import Position, VaultKey
from app.vault.mark import SLOT_BYTES, Mark

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 1)
OTHER = VaultKey(bytearray(range(1, 33)), b"v" * 16, b"l" * 16, 2)
POSITIONS = [Position(1, n, bytes([n]) * 16) for n in range(5)]


def opened(folder: Path, key: VaultKey = KEY) -> Mark:
    return Mark.made(DISK, folder, key)


def test_it_says_what_was_written_last(tmp_path: Path) -> None:
    assert Mark.open(DISK, tmp_path, KEY) is None
    assert Mark.look(DISK, tmp_path, KEY) is None
    mark = opened(tmp_path)
    assert mark.position is None
    for position in POSITIONS:
        mark.write(position, sync=True)
        assert Mark.look(DISK, tmp_path, KEY) == position
    mark.close()
    mark.close()
    assert (tmp_path / "mark").stat().st_size == 2 * SLOT_BYTES == 112


def test_a_torn_write_leaves_the_one_before(tmp_path: Path) -> None:
    mark = opened(tmp_path)
    mark.write(POSITIONS[0])
    mark.write(POSITIONS[1])
    before = (tmp_path / "mark").read_bytes()
    mark.close()
    mark = opened(tmp_path)
    mark.write(POSITIONS[2])
    after = (tmp_path / "mark").read_bytes()
    mark.close()
    for cut in range(112):
        (tmp_path / "mark").write_bytes(after[:cut] + before[cut:])
        assert Mark.look(DISK, tmp_path, KEY) in POSITIONS[1:3]


def test_a_new_key_takes_one_slot_and_leaves_the_other(tmp_path: Path) -> None:
    mark = opened(tmp_path)
    mark.write(POSITIONS[0])
    mark.write(POSITIONS[1])
    mark.rekeyed(OTHER).write(POSITIONS[2])
    assert Mark.look(DISK, tmp_path, KEY) == POSITIONS[1]
    assert Mark.look(DISK, tmp_path, OTHER) == POSITIONS[2]
    mark.close()
