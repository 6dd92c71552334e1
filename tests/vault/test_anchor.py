"""The anchor: it notices an older copy, and never stands in the way."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.vault import anchor
from app.vault.anchor import Anchor, Verdict
from app.vault.key import Position, VaultKey
from tests.support.keys import flips

KEY = VaultKey(bytearray(range(32)), bytes(range(16)), bytes(range(16, 32)), 3)
AT = Position(5, 100, bytes(range(16)))
INBOX = bytes(range(50, 82))


def kept(tmp_path: Path, known: Anchor) -> Anchor:
    anchor.write(tmp_path / "state" / anchor.FILE, known)
    found = anchor.read(tmp_path / "state" / anchor.FILE)
    assert isinstance(found, Anchor)
    return found


def test_it_comes_back_and_knows_the_vault(tmp_path: Path) -> None:
    known = Anchor.of(KEY, AT, INBOX, 1_700_000_000_000)
    found = kept(tmp_path, known)
    assert found == known
    assert found.judge(KEY, AT) is Verdict.KNOWN
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (Position(5, 100, bytes(range(16))), Verdict.KNOWN),
        (Position(5, 101, bytes(16)), Verdict.KNOWN),
        (Position(6, 100, bytes(16)), Verdict.KNOWN),
        (Position(6, 1, bytes(16)), Verdict.KNOWN),
        (Position(5, 99, bytes(range(16))), Verdict.OLDER),
        (Position(4, 100, bytes(range(16))), Verdict.OLDER),
        (Position(4, 500, bytes(16)), Verdict.OLDER),
        (Position(5, 100, bytes(16)), Verdict.OLDER),
    ],
)
def test_where_the_folder_is_decides(now: Position, verdict: Verdict) -> None:
    assert Anchor.of(KEY, AT, INBOX, 0).judge(KEY, now) is verdict


def test_another_vault_another_lineage_and_other_keys() -> None:
    known = Anchor.of(KEY, AT, INBOX, 0)
    assert known.judge(replace(KEY, vault=bytes(16)), AT) is Verdict.FOREIGN
    assert known.judge(replace(KEY, lineage=bytes(16)), AT) is Verdict.OLDER
    # The folder has gone on to another key: the anchor is only behind, and cannot be checked.
    assert known.judge(replace(KEY, secret=bytearray(32 * b"n"), counter=4), Position(6, 0, b"")) is Verdict.UNREADABLE
    # The folder is from before the anchor's key: an older copy, though its key cannot check that.
    assert known.judge(replace(KEY, secret=bytearray(32 * b"o"), counter=2), AT) is Verdict.OLDER
    # The same key with a lower counter does not occur honestly; it is older all the same.
    assert known.judge(replace(KEY, counter=2), AT) is Verdict.OLDER


def test_both_inbox_keys_stand_there_while_one_takes_the_others_place() -> None:
    assert Anchor.of(KEY, AT, INBOX, 0).inbox_keys == {INBOX}
    assert Anchor.of(KEY, AT, INBOX, 0, bytes(range(32))).inbox_keys == {INBOX, bytes(range(32))}
    assert Anchor.of(KEY, AT, anchor.NO_INBOX, 0).inbox_keys == frozenset()


def test_every_flipped_bit_is_at_most_a_question_and_never_believed(tmp_path: Path) -> None:
    path = tmp_path / anchor.FILE
    raw = Anchor.of(KEY, AT, INBOX, 1).to_bytes()
    for place, changed in flips(raw):
        path.write_bytes(changed)
        found = anchor.read(path)
        verdict = found.judge(KEY, AT) if isinstance(found, Anchor) else found
        assert verdict is not Verdict.KNOWN, place


def test_missing_cut_and_unreadable_are_no_errors(tmp_path: Path) -> None:
    path = tmp_path / anchor.FILE
    assert anchor.read(path) is Verdict.MISSING
    raw = Anchor.of(KEY, AT, INBOX, 1).to_bytes()
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        assert anchor.read(path) is Verdict.UNREADABLE
    path.write_bytes(raw + b"\0")
    assert anchor.read(path) is Verdict.UNREADABLE
    path.unlink()
    path.mkdir()
    assert anchor.read(path) is Verdict.UNREADABLE
    path.rmdir()
    os.mkfifo(path)
    assert anchor.read(path) is Verdict.UNREADABLE, "and nobody waits for a pipe"
