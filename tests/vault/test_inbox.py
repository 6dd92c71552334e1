"""Notes written while locked: sealed for the vault, unreadable for everybody else, and bounded."""

import os
from pathlib import Path
from typing import Any

import pytest

from app.errors import InboxFull, InboxKeyChanged, NoteTooLong, VaultError
from app.vault import inbox
from app.vault.files import Calls, StrPath
from app.vault.inbox import Inbox, InboxKey, InboxPair, LockedNote, SealedNote, trusted_key
from tests.support.effort import effort
from tests.support.keys import everything, flips

VAULT = bytes(range(16))
NOTE = bytes(range(16, 32))


@pytest.fixture
def pair() -> InboxPair:
    return InboxPair.new(VAULT)


@pytest.fixture
def box(tmp_path: Path, pair: InboxPair) -> Inbox:
    found = Inbox(tmp_path)
    found.publish(pair.key)
    return found


def path_of(box: Inbox, note: bytes = NOTE) -> Path:
    return box.folder / (note.hex() + inbox.NOTE_SUFFIX)


def test_the_published_key_is_the_public_half(box: Inbox, pair: InboxPair) -> None:
    assert box.key() == pair.key
    assert InboxPair.of(VAULT, pair.private) == pair
    assert pair.private.hex() not in repr(pair)
    assert all(pair.private not in raw for raw in everything(box.folder).values())


def test_the_newest_save_of_a_note_wins(box: Inbox, pair: InboxPair) -> None:
    note = box.begin(pair.key, NOTE)
    for number, text in enumerate(["H", "Hej", "Hej på dig 🫖", "Hej på"]):
        note.write(text, 1000 + number)
    assert box.read([pair]) == ([SealedNote(NOTE, 4, 1003, "Hej på")], 0)
    assert len(list(box.folder.glob("*.note"))) == 1


def test_nothing_typed_is_nothing_kept_and_a_note_can_be_emptied(box: Inbox, pair: InboxPair) -> None:
    note = box.begin(pair.key, NOTE)
    note.write("", 1)
    assert not path_of(box).exists()
    note.write("x", 2)
    note.write("", 3)
    assert box.read([pair])[0] == [SealedNote(NOTE, 2, 3, "")]


def test_each_save_is_durable_before_the_call_returns(tmp_path: Path, pair: InboxPair) -> None:
    from tests.support.keys import mortal

    calls, files = mortal()
    box = Inbox(tmp_path, files)
    box.publish(pair.key)
    calls.armed = True
    box.begin(pair.key, NOTE).write("x", 1)
    assert calls.log[-4:] == ["write", "sync", f"rename {path_of(box).name}", "sync_folder inbox"]


def test_lengths_tell_only_steps_of_a_kibibyte(box: Inbox, pair: InboxPair) -> None:
    sizes = set()
    for length in (0, 1, 500, 1011, 1012, 1013, 2000):
        LockedNote(box, pair.key, NOTE).write("x" * length or "y", 1)
        sizes.add(path_of(box).stat().st_size)
    base = 50 + 48
    assert sizes == {base + 1024, base + 2048}


def test_nothing_of_the_words_or_the_vault_is_readable(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("kanariefågel", 1)
    raw = path_of(box).read_bytes()
    for encoding in ("utf-8", "utf-16-le", "utf-32-le", "latin-1"):
        assert "kanarie".encode(encoding) not in raw


def test_a_note_has_a_limit_and_the_last_save_stays(box: Inbox, pair: InboxPair) -> None:
    note = box.begin(pair.key, NOTE)
    note.write("å" * (inbox.NOTE_BYTES_MAX // 2), 1)
    with pytest.raises(NoteTooLong) as caught:
        note.write("å" * (inbox.NOTE_BYTES_MAX // 2) + "x", 2)
    assert caught.value.facts["most"] == 64 * 1024
    assert box.read([pair])[0][0].text == "å" * (inbox.NOTE_BYTES_MAX // 2)


def test_two_hundred_notes_and_then_words(box: Inbox, pair: InboxPair) -> None:
    for number in range(inbox.NOTES_MAX):
        (box.folder / (number.to_bytes(16, "big").hex() + ".note")).write_bytes(b"")
    with pytest.raises(InboxFull) as caught:
        box.begin(pair.key, NOTE)
    assert caught.value.facts["notes"] == 200
    (box.folder / (bytes(16).hex() + ".note")).unlink()
    box.begin(pair.key, NOTE).write("x", 1)


def test_every_flipped_bit_of_a_note_keeps_it_shut(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("en rad", 1)
    raw = path_of(box).read_bytes()
    for place, changed in flips(raw, effort(7, 1)):
        path_of(box).write_bytes(changed)
        assert box.read([pair]) == ([], 1), place


def test_every_cut_of_a_note_keeps_it_shut(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("en rad", 1)
    raw = path_of(box).read_bytes()
    for length in range(0, len(raw), effort(5, 1)):
        path_of(box).write_bytes(raw[:length])
        assert box.read([pair]) == ([], 1), length


def test_a_note_under_another_name_key_or_vault_stays_shut(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("en rad", 1)
    assert box.read([InboxPair.new(VAULT)]) == ([], 1)
    assert box.read([InboxPair.of(bytes(16), pair.private)]) == ([], 1)
    path_of(box).rename(path_of(box, bytes(16)))
    assert box.read([pair]) == ([], 1)


def test_an_older_save_put_under_a_newer_number_stays_shut(box: Inbox, pair: InboxPair) -> None:
    note = box.begin(pair.key, NOTE)
    note.write("first", 1)
    first = path_of(box).read_bytes()
    note.write("second", 2)
    second = path_of(box).read_bytes()
    path_of(box).write_bytes(second[:50] + first[50:])
    assert box.read([pair]) == ([], 1)


def test_a_huge_file_is_not_read(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("x", 1)
    with path_of(box).open("ab") as file:
        file.truncate(1 << 30)
    assert box.read([pair]) == ([], 1)


def test_notes_are_forgotten_once_they_are_inside(box: Inbox, pair: InboxPair) -> None:
    LockedNote(box, pair.key, NOTE).write("x", 1)
    assert box.waiting_for() == {pair.key.id}
    box.forget([NOTE, bytes(16)])
    assert box.read([pair]) == ([], 0)
    box.forget([])
    assert Inbox(box.folder / "nowhere").read([pair]) == ([], 0)


def test_a_key_file_that_is_no_key_is_none(box: Inbox) -> None:
    raw = (box.folder / inbox.KEY_FILE).read_bytes()
    for bad in (b"", raw[:-1], raw + b"\0", b"X" + raw[1:]):
        (box.folder / inbox.KEY_FILE).write_bytes(bad)
        assert box.key() is None
    (box.folder / inbox.KEY_FILE).unlink()
    assert box.key() is None
    os.mkfifo(box.folder / inbox.KEY_FILE)
    assert box.key() is None, "and nobody waits for a pipe"


def failing_folder(_: Path) -> Any:
    raise OSError(5, "Input/output error")


def test_what_lies_there_and_is_no_note_keeps_nobody_from_the_others(
    box: Inbox, pair: InboxPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    LockedNote(box, pair.key, NOTE).write("kvar", 1)
    (box.folder / "folder.note").mkdir()
    (box.folder / "nowhere.note").symlink_to(box.folder / "gone")
    if hasattr(os, "mkfifo"):
        os.mkfifo(box.folder / "pipe.note")
    assert box.read([pair]) == ([SealedNote(NOTE, 1, 1, "kvar")], 0)
    assert box.waiting_for() == {pair.key.id}
    box.folder.joinpath("bad.note").write_bytes(path_of(box).read_bytes())
    whole = Calls.open

    def failing(calls: Calls, path: StrPath, flags: int) -> int:
        if Path(path).name == "bad.note":
            raise OSError(5, "Input/output error")
        return whole(calls, path, flags)

    monkeypatch.setattr(Calls, "open", failing)
    assert box.read([pair]) == ([SealedNote(NOTE, 1, 1, "kvar")], 1), "it stays sealed, and is told"
    assert box.waiting_for() is None, "nobody knows which key it needs"
    monkeypatch.undo()
    assert box.waiting_for() == {pair.key.id}
    monkeypatch.setattr(Path, "iterdir", failing_folder)
    assert box.read([pair]) == ([], 1) and box.waiting_for() is None


def test_a_box_that_is_no_folder_holds_nothing(tmp_path: Path, box: Inbox, pair: InboxPair) -> None:
    (box.folder / inbox.KEY_FILE).unlink()
    (box.folder / inbox.KEY_FILE).mkdir()
    assert box.key() is None
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / inbox.FOLDER).write_bytes(b"x")
    other = Inbox(tmp_path / "other")
    assert other.key() is None
    assert other.read([pair]) == ([], 0)
    with pytest.raises(VaultError):
        other.publish(pair.key)


def test_which_key_to_trust(box: Inbox, pair: InboxPair) -> None:
    stranger = InboxKey(VAULT, bytes(range(32)))
    none: frozenset[bytes] = frozenset()
    pin = frozenset({pair.key.public, bytes(32)})
    assert trusted_key(box, remembered=pair.key, pinned=none, accepted=False) == (pair.key, False)
    assert trusted_key(box, remembered=None, pinned=pin, accepted=True) == (pair.key, False)
    assert trusted_key(box, remembered=None, pinned=none, accepted=False) == (pair.key, True)
    box.publish(stranger)
    with pytest.raises(InboxKeyChanged):
        trusted_key(box, remembered=pair.key, pinned=none, accepted=True)
    with pytest.raises(InboxKeyChanged):
        trusted_key(box, remembered=None, pinned=pin, accepted=True)
    (box.folder / inbox.KEY_FILE).unlink()
    with pytest.raises(InboxKeyChanged):
        trusted_key(box, remembered=pair.key, pinned=none, accepted=True)
    assert trusted_key(box, remembered=None, pinned=none, accepted=True) == (None, False)


def test_an_acceptance_is_for_one_vault(tmp_path: Path, pair: InboxPair) -> None:
    assert not inbox.is_accepted(tmp_path, pair.key)
    inbox.accept(tmp_path / "state", pair.key)
    assert inbox.is_accepted(tmp_path / "state", pair.key)
    assert inbox.is_accepted(tmp_path / "state", InboxPair.new(VAULT).key)
    assert not inbox.is_accepted(tmp_path / "state", InboxPair.new(bytes(16)).key)
