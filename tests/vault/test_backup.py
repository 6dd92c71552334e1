"""Backups: they come back equal, and whatever is not one of ours changes nothing."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.errors import (
    BackupDamaged,
    BackupTooLarge,
    BackupTooNew,
    KdfOutOfBounds,
    NotABackup,
    TransferError,
    WrongBackupSecret,
)
from app.vault import backup, labels, slots
from app.vault.backup import Secrets
from app.vault.slots import Kind, Slot
from tests.support.effort import effort
from tests.support.keys import FLOOR, RECOVERY, Counted, flips

ROOT = Path(__file__).resolve().parents[2]
WORDS = "sista belysa kamel smaragd navel enkel"
LOCKS = Secrets(recovery=RECOVERY)
Row = tuple[str, int, Mapping[str, Any]]
ROWS: list[Row] = [
    ("note", 1, {"id": "a", "body": "hej på dig\n🫖 \u2028"}),
    ("note", 9, {"id": "b", "body": "", "nested": {"list": [1, 2.5, None, True]}}),
    ("goal", 2, {"id": "c", "title": "två intervjuer"}),
]


def made(rows: list[Row] | Iterator[Row] = ROWS, secrets: Secrets = LOCKS) -> bytes:
    target = io.BytesIO()
    backup.write(target, rows, secrets, 1_700_000_000_000, cost=FLOOR)
    return target.getvalue()


def opened(raw: bytes, secrets: Secrets = LOCKS) -> list[Row]:
    return list(backup.read(io.BytesIO(raw), secrets)[1])


RAW = made()
FRONT = 35 + slots.BYTES + 32


def test_it_comes_back_equal_and_says_when_it_was_made() -> None:
    assert opened(RAW) == ROWS
    found = backup.test(io.BytesIO(RAW), LOCKS)
    assert found.made == 1_700_000_000_000
    assert found.counts == {"note": 2, "goal": 1}
    assert opened(made([])) == []


def test_large_and_many_documents_come_back() -> None:
    rows: list[Row] = [("note", n, {"body": "å" * (n * 37 % 3000)}) for n in range(1, 400)]
    rows.append(("note", 400, {"body": "x" * 10_000_000}))
    raw = made(iter(rows))
    started = time.process_time()
    assert opened(raw) == rows
    assert time.process_time() - started < 5


def test_six_words_open_it_however_they_are_typed() -> None:
    raw = made(secrets=Secrets(words=WORDS))
    for typed in (WORDS, WORDS.upper(), "  " + WORDS.replace(" ", " -  ")):
        assert opened(raw, Secrets(words=typed)) == ROWS


@pytest.mark.usefixtures("quick_kdf")
def test_either_secret_opens_when_there_are_both() -> None:
    raw = made(secrets=Secrets(recovery=RECOVERY, words=WORDS))
    assert opened(raw) == opened(raw, Secrets(words=WORDS)) == ROWS


@pytest.mark.usefixtures("quick_kdf")
def test_another_secret_is_one_error() -> None:
    both = made(secrets=Secrets(recovery=RECOVERY, words=WORDS))
    for wrong in (Secrets(recovery=bytes(32)), Secrets(words="sex andra ord"), Secrets()):
        with pytest.raises(WrongBackupSecret):
            opened(both, wrong)


def test_a_backup_that_nothing_opens_is_not_made() -> None:
    with pytest.raises(ValueError, match="no backup"):
        made(secrets=Secrets())


def test_no_two_backups_share_a_key_or_a_nonce() -> None:
    assert made()[FRONT:] != made()[FRONT:]
    assert RECOVERY.hex() not in repr(LOCKS)


def test_every_flipped_bit_is_found_before_the_last_row_counts() -> None:
    for place, raw in flips(RAW, effort(5, 1)):
        with pytest.raises((TransferError, KdfOutOfBounds)):
            opened(raw)
        assert place >= 0


def test_every_cut_and_every_addition_is_found() -> None:
    for length in range(len(RAW)):
        with pytest.raises(TransferError):
            opened(RAW[:length])
    with pytest.raises(BackupDamaged):
        opened(RAW + b"\0")


def parts(raw: bytes) -> list[bytes]:
    found, at = [], FRONT
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "big")
        found.append(raw[at : at + 5 + length])
        at += 5 + length
    return found


def test_parts_left_out_doubled_or_swapped_are_found() -> None:
    raw = made([("note", n, {"body": "x" * 5000}) for n in range(1, 60)])
    pieces = parts(raw)
    assert len(pieces) >= 4
    front = raw[:FRONT]
    for changed in (
        [*pieces[:1], *pieces[2:]],
        [pieces[0], *pieces],
        [pieces[1], pieces[0], *pieces[2:]],
        pieces[:-1],
        [*pieces, pieces[-1]],
    ):
        with pytest.raises(BackupDamaged):
            opened(front + b"".join(changed))


def test_parts_of_another_backup_are_found() -> None:
    with pytest.raises(BackupDamaged):
        opened(RAW[:FRONT] + made()[FRONT:])


@pytest.mark.parametrize("raw", [b"", b"{}", b"PK\x03\x04" + bytes(100), b"FIKAHEAD" + bytes(500), b"\x1f\x8b" * 90])
def test_a_foreign_file_is_told_as_such(raw: bytes) -> None:
    with pytest.raises(NotABackup):
        opened(raw)


def test_a_newer_backup_is_told_as_such() -> None:
    with pytest.raises(BackupTooNew):
        opened(RAW[:8] + b"\0\x02" + RAW[10:])


def test_absurd_parameters_and_too_many_slots_derive_nothing(quick_kdf: Counted) -> None:
    raw = made(secrets=Secrets(words=WORDS))
    calls = quick_kdf.calls
    at = 35 + 50
    with pytest.raises(KdfOutOfBounds):
        opened(raw[:at] + b"\xff\xff\xff\xff" + raw[at + 4 :], Secrets(words=WORDS))
    slot = Slot.new(Kind.WORDS, cost=FLOOR).to_bytes()
    for count in (0, 2, 8, 9, 255):
        many = (
            raw[:34] + bytes([count]) + (raw[35 : 35 + slots.BYTES] + slot * (count - 1) if count else b"") + raw[35:]
        )
        with pytest.raises(BackupDamaged):
            opened(many, Secrets(words=WORDS))
    assert quick_kdf.calls == calls


def hostile(body: bytes) -> bytes:
    """A backup by somebody who has the secret, and means no good."""
    raw = made([])
    mac = raw[FRONT - 32 : FRONT]
    slot = Slot.read(raw[35 : 35 + slots.BYTES])
    owner = raw[10:26]
    key = slot.opened(owner, slot.derive(owner, RECOVERY))
    assert key is not None
    cipher = ChaCha20Poly1305(backup._subkey(key, labels.BACKUP_BODY, owner))
    pieces = [body[at : at + backup.PART_BYTES] for at in range(0, len(body), backup.PART_BYTES)] or [b""]
    sealed = [backup._sealed(cipher, mac, n, piece, last=n == len(pieces) - 1) for n, piece in enumerate(pieces)]
    return raw[:FRONT] + b"".join(sealed)


def test_the_hostile_form_is_a_right_one_when_it_says_something_right() -> None:
    assert opened(hostile(b'["note",1,{"id":"a"}]\n')) == [("note", 1, {"id": "a"})]


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"\xff\xfe",
        b"{}",
        b'["note",1]',
        b'["note",1,{},2]',
        b"[1,1,{}]",
        b'["note","1",{}]',
        b'["note",true,{}]',
        b'["note",0,{}]',
        b'["note",-1,{}]',
        b'["note",9223372036854775808,{}]',
        b'["note",1.0,{}]',
        b'["note",1,[]]',
        b'["note",1,{"a":NaN}]',
        b'["note",1,{"a":Infinity}]',
        b'["note",1,{"a":1e999}]',
        b'["note",1,{"a":1,"a":2}]',
        b'["note",1,{"a":"\\ud800"}]',
        b'["note",1,{"\\udfff":1}]',
        b'["note",1,{"a":' + b"9" * 5000 + b"}]",
        b'["note",1,{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]",
        b'["note",1,' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]",
    ],
    ids=lambda line: line[:40].decode("latin-1"),
)
def test_a_hostile_document_is_a_typed_error(line: bytes) -> None:
    with pytest.raises(BackupDamaged):
        opened(hostile(line + b"\n"))


def test_a_last_line_without_its_end_is_damage() -> None:
    with pytest.raises(BackupDamaged):
        opened(hostile(b'["note",1,{}]\n["note",2,{}]'))


def test_too_much_of_anything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackupTooLarge):
        opened(hostile(b"".join(b'["t%d",1,{}]\n' % n for n in range(257))))
    with pytest.raises(BackupTooLarge):
        opened(hostile(b"x" * (backup.DOCUMENT_BYTES_MAX + 1)))
    monkeypatch.setattr(backup, "DOCUMENTS_MAX", 10)
    with pytest.raises(BackupTooLarge):
        opened(hostile(b'["t",1,{}]\n' * 11))
    monkeypatch.setattr(backup, "DOCUMENTS_MAX", 100_000)
    monkeypatch.setattr(backup, "FILE_BYTES_MAX", 50_000)
    with pytest.raises(BackupTooLarge):
        opened(hostile(b'["t",1,{}]\n' * 9000))


def test_the_largest_hostile_file_costs_little_memory_and_time(tmp_path: Path) -> None:
    """In a process of its own with a limit: a document at the limit of depth and size, then one beyond it."""
    body = b'["note",1,{"a":"' + b"x" * (backup.DOCUMENT_BYTES_MAX - 100) + b'"}]\n' + b"[" * 1_000_000 + b"\n"
    path = tmp_path / "hostile"
    path.write_bytes(hostile(body))
    script = (
        "import sys, time\n"
        "from app.vault import backup\nfrom app.errors import BackupDamaged\n"
        "started = time.process_time()\n"
        "try:\n"
        "    backup.test(open(sys.argv[1], 'rb'), backup.Secrets(recovery=bytes(range(32))))\n"
        "except BackupDamaged:\n"
        "    status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "    print(time.process_time() - started, status['VmHWM'].split()[0])\n"  # rusage counts the parent's as well
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", script, str(path)],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    seconds, kibibytes = map(float, done.stdout.split())
    assert seconds < 5
    assert kibibytes < 300 * 1024


def test_lines_are_json_that_anybody_can_read() -> None:
    line = backup._line("note", 1, {"body": "å"})
    assert json.loads(line) == ["note", 1, {"body": "å"}]
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
