"""The session: from an empty folder through the first run, locking and losing, to erased."""

import asyncio
import io
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import (
    BackupDamaged,
    InboxKeyChanged,
    InvalidField,
    NotABackup,
    NoteTooLong,
    NoVault,
    OlderCopy,
    PassphraseUnfit,
    SessionBusy,
    StorageFailed,
    VaultBusy,
    VaultDamaged,
    VaultExists,
    VaultFull,
    VaultGone,
    WrongBackupSecret,
    WrongPassphrase,
    WrongRecoveryKey,
)
from app.model.commands import AddPerson, Command, Delete, EmptyTrash, WriteNote
from app.model.entities import Note
from app.model.erasing import KEPT
from app.model.queries import AboutMe, NotesOf, One, SettingOf, TrashList
from app.services.opened import Opened
from app.services.passphrase import Level
from app.services.quick_notes import Trust
from app.services.records.drafts import Drafts, Target
from app.services.records.store import Store
from app.services.session import Session
from app.vault import kdf
from app.vault.engine import LOOKS_SECONDS
from app.vault.inbox import Inbox, InboxKey
from app.vault.mark import Mark
from sync.errors import BadRecoveryKey
from sync.recovery import RecoveryKey
from tests.support.keys import OTHER, PASSPHRASE, everything
from tests.support.life import START, Life
from tests.support.patience import PATIENCE, until

pytestmark = pytest.mark.usefixtures("quick_kdf")

ROOT = Path(__file__).resolve().parents[2]


def fails(*_: object, **__: object) -> None:
    raise RuntimeError


def full(*_: object, **__: object) -> None:
    raise VaultFull


def bodies(session: Session) -> list[str]:
    rows = session.store.ask(NotesOf()).rows
    notes = [session.store.ask(One(Note, row.id)) for row in rows]
    return sorted(note.body for note in notes if note is not None)


# ---------------------------------------------------------------- the first run


def test_from_an_empty_folder_to_an_open_store(life: Life) -> None:
    session = life.session
    seen: list[str] = []
    session.watch(lambda: seen.append(session.phase))
    assert str(session.phase) == "absent"
    with pytest.raises(SessionBusy):
        _ = session.store
    with pytest.raises(NoVault):
        session.unlock(PASSPHRASE)
    key = life.create()
    assert seen == ["opening", "open"]
    assert str(session.phase) == "open"
    assert session.role == "mentor"
    me = session.store.ask(AboutMe())
    assert me is not None
    assert me.name == "Karin"
    assert len(key.groups) == 8
    assert session.preferences.language == "sv"
    assert not session.example
    with pytest.raises(SessionBusy):
        session.create(PASSPHRASE, name="Karin", role="mentor")
    session.lock()
    with pytest.raises(VaultExists):
        session.create(PASSPHRASE, name="Karin", role="mentor")


@pytest.mark.parametrize("weak", ["", "kort", "lösenord", "12345678", "x" * 2000])
def test_a_weak_passphrase_makes_no_vault(life: Life, weak: str) -> None:
    with pytest.raises(PassphraseUnfit):
        life.session.create(weak, name="Karin", role="mentor")
    assert str(life.session.phase) == "absent"
    assert not (life.root / "vault").exists()


def test_a_first_run_that_fails_can_be_begun_again(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.services.spaces as spaces

    with monkeypatch.context() as patched:
        patched.setattr(spaces.Spaces, "begin", fails)
        with pytest.raises(RuntimeError):
            life.create()
    assert str(life.session.phase) == "absent"
    life.create()
    assert str(life.session.phase) == "open"


@pytest.mark.parametrize("name", [" ", "Å" * 121, "\ud800"])
def test_a_name_that_cannot_be_kept_leaves_no_vault_whose_recovery_key_nobody_saw(life: Life, name: str) -> None:
    with pytest.raises(InvalidField):
        life.session.create(PASSPHRASE, name=name, role="mentor")
    assert str(life.session.phase) == str(life.start().phase) == "absent"
    assert len(life.create().groups) == 8


def test_the_words_and_their_strength(life: Life) -> None:
    assert len(life.session.suggest("en").split()) == 5
    assert life.session.strength("lösenord").level is Level.REFUSED


def test_the_lock_screen_needs_no_vault_no_tinydb_and_no_cryptography(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.services.session import Session\n"
        f"s = Session(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), Path('assets'))\n"
        "assert s.phase == 'absent' and s.preferences.language == 'sv'\n"
        "heavy = {'tinydb', 'cryptography', 'argon2', 'flet'} & {m.split('.')[0] for m in sys.modules}\n"
        "assert not heavy, heavy\n"
        "assert not [m for m in sys.modules if m.startswith('sync')]\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""}, check=True, timeout=60
    )


def test_what_opening_needs_is_loaded_while_the_passphrase_is_typed(tmp_path: Path) -> None:
    session = (
        "import sys\nfrom pathlib import Path\nfrom app.services.session import Session\n"
        f"root = Path({str(tmp_path)!r})\nsession = Session(root / 'vault', root / 'state', Path('assets'))\n"
    )
    first = f"session.create({PASSPHRASE!r}, name='Karin', role='mentor')\n"
    then = (
        "session.warm()\nbefore = set(sys.modules)\n"
        f"session.unlock({PASSPHRASE!r})\n"
        "late = [name for name in set(sys.modules) - before if name.startswith(('app.', 'sync.', 'tinydb'))]\n"
        "assert session.phase == 'open' and not late, late\n"
    )
    for code in (first, then):
        subprocess.run(
            [sys.executable, "-c", f"{session}{code}session.close()"],
            env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
            check=True,
            timeout=60,
        )


def test_core_dumps_are_off(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append((what, limits)))
    life.start()
    assert asked == [(resource.RLIMIT_CORE, (0, hard))]


# ---------------------------------------------------------------- locking and unlocking


def test_what_was_written_is_there_after_a_restart(life: Life) -> None:
    life.create()
    life.session.store.execute(WriteNote(body="hej"))
    person = life.session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    spaces = life.session._open_spaces.all()
    assert sorted(kind for _, kind in spaces) == ["mentoring", "personal"]
    life.session.lock()
    assert str(life.session.phase) == "locked"
    with pytest.raises(SessionBusy):
        _ = life.session.store
    session = life.start()
    assert str(session.phase) == "locked"
    with pytest.raises(WrongPassphrase):
        session.unlock(OTHER)
    assert str(session.phase) == "locked"
    session.unlock(PASSPHRASE)
    assert bodies(session) == ["hej"]
    assert session._open_spaces.all() == spaces
    assert person
    assert session.notices == []


def test_two_windows(life: Life) -> None:
    life.create()
    other = life.start()
    with pytest.raises(VaultBusy):
        other.unlock(PASSPHRASE)
    assert str(other.phase) == "locked"


def test_locking_twice_and_locking_what_is_not_open_are_nothing(life: Life) -> None:
    life.session.lock()
    life.create()
    vault = life.session._open_vault
    life.session.lock()
    life.session.lock()
    assert not any(vault._key.secret)
    assert life.session._opened is None


async def test_the_event_loop_goes_on_while_a_passphrase_is_stretched(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.create()
    life.session.lock()

    begun, go_on = threading.Event(), threading.Event()
    quick = kdf.stretch

    def slow(*args: object) -> bytes:
        begun.set()
        assert go_on.wait(PATIENCE)
        return quick(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(kdf, "stretch", slow)
    work = asyncio.create_task(asyncio.to_thread(life.session.unlock, PASSPHRASE))
    await asyncio.to_thread(begun.wait, PATIENCE)
    assert str(life.session.phase) == "opening"
    go_on.set()
    await work
    assert str(life.session.phase) == "open"


def test_it_locks_itself_when_nobody_is_there(life: Life) -> None:
    life.create()
    session = life.session
    session.preferences.set(lock_after=5)
    life.seconds = 299
    session.tick()
    assert str(session.phase) == "open"
    session.touch()
    life.seconds = 598
    session.tick()
    assert str(session.phase) == "open"
    life.seconds = 599
    session.tick()
    assert str(session.phase) == "locked"
    session.tick()


def test_a_disk_that_fails_while_nobody_is_there_still_locks(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.services.phases as module

    monkeypatch.setattr(module, "ANCHOR_SECONDS", 0.02)
    life.create()
    monkeypatch.setattr("app.services.records.store.Store.close", full)
    life.seconds = 10_000
    until(lambda: life.session.notices)
    assert [notice.code for notice in life.session.notices] == ["lock-incomplete"]
    assert str(life.session.phase) == "locked"
    life.session.unlock(PASSPHRASE)
    monkeypatch.undo()


def test_locked_is_locked_where_the_vault_fails_at_its_last_write(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.create()
    close = Mark.settle

    def breaks(mark: Mark) -> None:
        close(mark)
        raise StorageFailed(call="write", errno=5)

    with monkeypatch.context() as broken:
        broken.setattr(Mark, "settle", breaks)
        with pytest.raises(StorageFailed):
            life.session.lock()
    assert str(life.session.phase) == "locked"
    life.session.unlock(PASSPHRASE)


def test_what_was_typed_last_is_there_also_where_letting_go_fails(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.create()
    store = life.session.store
    store.drafts.keep(Target(kind="note", id=store.new_id()), "Kardemumma")
    with monkeypatch.context() as broken:
        broken.setattr(Opened, "close", fails)
        with pytest.raises(RuntimeError):
            life.session.lock()
    assert str(life.session.phase) == "locked"
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["Kardemumma"]


def test_what_a_full_disk_refused_at_the_lock_is_there_when_it_is_unlocked(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed in the memory of the process: nobody reads it there, and room on the disk is all that it waits for."""
    life.create()
    session, words = life.session, "Kardemumma åäö"
    target = Target(kind="note", id=session.store.new_id())
    with monkeypatch.context() as disk:
        disk.setattr("app.vault.files.Files.write", full)
        session.store.drafts.keep(target, words)
        session.lock()
        assert str(session.phase) == "locked" and session.keeps_words
        assert b"Kardemumma" not in (vars(session)["_words"] or b"Kardemumma")
        with pytest.raises(WrongPassphrase):
            session.unlock("fel fras helt fel")
        assert session.keeps_words
        session.unlock(PASSPHRASE)
        assert session.store.drafts.read(target) == words and not session.keeps_words
        session.lock()
        assert session.keeps_words
    session.unlock(PASSPHRASE)
    session.store.drafts.settle_all()
    session.lock()
    assert not session.keeps_words
    session.unlock(PASSPHRASE)
    assert bodies(session) == [words]


def test_a_vault_whose_folder_went_while_it_was_open_or_locked_is_waited_for(life: Life) -> None:
    """A disk that was pulled out: a first run in its place would hide it, and the words that wait for it."""
    life.create()
    session, words = life.session, "Kardemumma åäö"
    target = Target(kind="note", id=session.store.new_id())
    folder, away = life.root / "vault", life.root / "away"
    folder.rename(away)
    time.sleep(2 * LOOKS_SECONDS)
    session.store.drafts.keep(target, words)
    session.lock()
    for _ in range(2):
        assert str(session.phase) == "locked"
        with pytest.raises(VaultGone):
            session.unlock(PASSPHRASE)
    assert session.keeps_words
    away.rename(folder)
    session.unlock(PASSPHRASE)
    assert session.store.drafts.read(target) == words
    session.lock()

    life.start()
    assert str(life.session.phase) == "locked"
    folder.rename(away)
    with pytest.raises(VaultGone):
        life.session.unlock(PASSPHRASE)
    assert str(life.session.phase) == "locked"
    away.rename(folder)
    life.session.unlock(PASSPHRASE)


def test_words_that_a_full_disk_refused_are_never_sealed_to_a_key_that_somebody_put_there(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.create()
    stranger = Life(tmp_path / "stranger")
    stranger.create()
    stranger.session.lock()
    key = (stranger.root / "vault" / "inbox" / "key").read_bytes()
    session, words = life.session, "Kardemumma åäö"
    target = Target(kind="note", id=session.store.new_id())
    (life.root / "vault" / "inbox" / "key").write_bytes(key)
    with monkeypatch.context() as disk:
        disk.setattr("app.vault.files.Files.write", full)
        session.store.drafts.keep(target, words)
        session.lock()
    assert session.keeps_words
    session.unlock(PASSPHRASE)
    assert session.store.drafts.read(target) == words
    assert session.inbox_alarm


def test_what_was_erased_is_not_waited_for(life: Life) -> None:
    life.create()
    life.session.erase(PASSPHRASE)
    assert str(life.session.phase) == "absent"


def test_words_kept_in_memory_outlive_an_opening_that_fails(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    key = life.create()
    session = life.session
    target = Target(kind="note", id=session.store.new_id())
    with monkeypatch.context() as disk:
        disk.setattr("app.vault.files.Files.write", full)
        session.store.drafts.keep(target, "Kardemumma")
        session.lock()
    begun: list[Drafts] = []

    def breaks(opened: Session) -> None:
        begun.append(opened.store.drafts)
        raise VaultFull

    with monkeypatch.context() as broken:
        broken.setattr(Session, "_recovery_is_kept", breaks)
        with pytest.raises(VaultFull):
            session.recover(key.text, "helt nya ord i raden")
    assert session.keeps_words
    assert [vars(drafts)["_timer"] for drafts in begun] == [None], "it goes on writing"
    session.unlock("helt nya ord i raden")
    assert session.store.drafts.read(target) == "Kardemumma"


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 60), (1, 60), (5, 300), (15, 900)])
def test_after_how_long(life: Life, minutes: int, seconds: int) -> None:
    life.session.preferences.set(lock_after=minutes)
    assert life.session.idle_seconds == seconds


def test_the_thread_locks_by_itself(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.services.phases as module

    monkeypatch.setattr(module, "ANCHOR_SECONDS", 0.02)
    life.create()
    locked = threading.Event()
    life.session.watch(lambda: locked.set() if life.session.phase == "locked" else None)
    life.seconds = 10_000
    assert locked.wait(PATIENCE)
    assert str(life.session.phase) == "locked"


def test_a_tick_tells_the_anchor_how_far_we_are(life: Life) -> None:
    life.create()
    before = (life.root / "state" / "anchor").read_bytes()
    life.session.store.execute(WriteNote(body="hej"))
    life.session.tick()
    assert (life.root / "state" / "anchor").read_bytes() != before


def test_a_screen_that_fails_keeps_nothing_open_or_shut(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    stop = life.session.watch(fails)
    life.create()
    assert str(life.session.phase) == "open"
    life.session.lock()
    assert str(life.session.phase) == "locked"
    assert {record.getMessage() for record in caplog.records} == {"a listener failed: RuntimeError"}
    stop()


def test_watching_can_be_ended(life: Life) -> None:
    seen: list[int] = []
    stop = life.session.watch(lambda: seen.append(1))
    stop()
    stop()
    life.create()
    assert seen == []


# ---------------------------------------------------------------- notes while locked


def test_what_is_counted_just_as_it_is_being_locked_is_nothing(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.create()
    opened = life.session._opened
    life.session.lock()
    with monkeypatch.context() as before:
        before.setattr(life.session, "_opened", opened)  # as whoever asked a moment before still holds it
        assert (life.session.programme_waiting, life.session.programme_news) == (0, 0)


def test_what_is_put_away_while_locked_says_nothing_about_its_hour(life: Life) -> None:
    life.create()
    with pytest.raises(SessionBusy):
        life.session.post("Ring")
    life.session.lock()
    assert (life.session.programme_waiting, life.session.programme_news) == (0, 0)
    for _ in range(2):
        life.now += timedelta(minutes=7)
        life.session.post("Ring")
    assert b"Ring" not in b"".join(everything(life.root).values())
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["Ring", "Ring"]
    found = [life.session.store.ask(One(Note, row.id)) for row in life.session.store.ask(NotesOf()).rows]
    day = life.now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert [one.written for one in found if one] == [day, day]


def test_a_note_written_while_locked_comes_in_as_a_private_note(life: Life) -> None:
    life.create()
    assert str(life.session.quick_notes_trust) == "none"
    with pytest.raises(SessionBusy):
        life.session.quick_note()
    life.session.lock()
    assert str(life.session.quick_notes_trust) == "known"
    note = life.session.quick_note()
    for text in ("R", "Ring", "Ring Yusuf å ä ö"):
        life.now += timedelta(seconds=1)
        note.write(text)
    note.close()
    assert b"Ring" not in b"".join(everything(life.root).values())
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["Ring Yusuf å ä ö"]
    row = life.session.store.ask(NotesOf()).rows[0]
    found = life.session.store.ask(One(Note, row.id))
    assert found is not None
    assert (found.origin, found.visibility) == ("locked", "only_me")
    assert found.written == life.now
    life.session.lock()
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["Ring Yusuf å ä ö"]


def test_a_cold_start_asks_once_and_remembers(life: Life) -> None:
    life.create()
    life.session.lock()
    cold = life.start()
    assert cold.quick_notes_trust == Trust.ASK
    with pytest.raises(SessionBusy):
        cold.quick_note()
    cold.accept_quick_notes()
    assert str(cold.quick_notes_trust) == "known"
    note = cold.quick_note()
    note.write("kall start")
    with pytest.raises(NoteTooLong):
        note.write("x" * 70_000)
    again = life.start()
    assert again.quick_notes_trust == Trust.KNOWN
    again.unlock(PASSPHRASE)
    assert bodies(again) == ["kall start"]


def test_an_exchanged_key_is_told_while_locked_and_at_unlocking(life: Life) -> None:
    life.create()
    life.session.lock()
    life.session.quick_note().write("min egen")
    box = Inbox(life.root / "vault")
    mine = box.key()
    assert mine is not None
    box.publish(InboxKey(mine.vault, bytes(range(32))))
    for session in (life.session, life.start()):
        with pytest.raises(InboxKeyChanged):
            _ = session.quick_notes_trust
    session = life.session
    session.unlock(PASSPHRASE)
    assert session.inbox_alarm
    assert bodies(session) == []
    session.accept_inbox_alarm()
    assert not session.inbox_alarm
    session.lock()
    assert session.quick_notes_trust == Trust.KNOWN
    session.unlock(PASSPHRASE)
    assert bodies(session) == ["min egen"]


def test_a_strangers_note_with_an_impossible_date_does_no_harm(life: Life) -> None:
    life.create()
    life.session.lock()
    box = Inbox(life.root / "vault")
    key = box.key()
    assert key is not None
    box.begin(key, bytes(16)).write("framtid", 2**64 - 1)
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["framtid"]


def test_a_note_that_nobody_can_open_is_counted_and_left(life: Life) -> None:
    life.create()
    life.session.lock()
    (life.root / "vault" / "inbox" / (bytes(16).hex() + ".note")).write_bytes(b"not one of ours")
    life.session.unlock(PASSPHRASE)
    assert [(notice.code, notice.facts) for notice in life.session.notices] == [("inbox-unreadable", (("notes", 1),))]


def test_a_full_disk_does_not_keep_anybody_from_reading(life: Life) -> None:
    from app.errors import VaultFull

    def full(*_: object) -> None:
        raise VaultFull

    life.create()
    life.session.store.execute(WriteNote(body="hej"))
    life.session.lock()
    life.session.quick_note().write("låst")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.services.records.store.Store.execute", full)
        life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["hej"]
    assert [notice.code for notice in life.session.notices] == ["inbox-waiting"]
    life.session.lock()
    life.session.unlock(PASSPHRASE)
    assert bodies(life.session) == ["hej", "låst"]


# ---------------------------------------------------------------- the recovery key


def test_the_recovery_key_waits_until_two_groups_are_typed(life: Life) -> None:
    key = life.create()
    session = life.session
    session.lock()
    session.unlock(PASSPHRASE)
    assert session.unsaved_recovery == key
    assert not session.recovery_confirmed
    assert session.confirm_group(key.groups[3], key.groups[3].upper())
    assert not session.confirm_group(key.groups[3], "qqqq")
    session.confirm_recovery()
    session.confirm_recovery()
    assert session.recovery_confirmed
    assert session.unsaved_recovery is None


def test_a_lost_passphrase(life: Life) -> None:
    key = life.create()
    session = life.session
    session.store.execute(WriteNote(body="hej"))
    with pytest.raises(SessionBusy):
        session.recover(key.text, OTHER)
    session.lock()
    session.check_recovery(key.text)
    with pytest.raises(BadRecoveryKey):
        session.check_recovery(key.text[:-1])
    with pytest.raises(WrongRecoveryKey):
        session.check_recovery(RecoveryKey.new().text)
    with pytest.raises(PassphraseUnfit):
        session.recover(key.text, "kort")
    session.recover(key.text.upper().replace(" ", "-"), OTHER)
    assert bodies(session) == ["hej"]
    assert session.recovery_confirmed
    session.lock()
    with pytest.raises(WrongPassphrase):
        session.unlock(PASSPHRASE)
    session.unlock(OTHER)


def test_a_new_recovery_key(life: Life) -> None:
    old = life.create()
    session = life.session
    root = session._open_spaces.root
    with pytest.raises(WrongPassphrase):
        session.replace_recovery(OTHER)
    new = session.replace_recovery(PASSPHRASE)
    assert session._open_spaces.root == root
    assert session.unsaved_recovery == new
    session.confirm_recovery()
    with pytest.raises(WrongRecoveryKey):
        session.replace_recovery(PASSPHRASE, old.text)
    third = session.replace_recovery(PASSPHRASE, new.text)
    assert session._open_spaces.root == root
    session.confirm_recovery()
    fourth = session.replace_recovery(PASSPHRASE)
    assert session._open_spaces.root != root
    session.lock()
    for gone in (old, new, third):
        with pytest.raises(WrongRecoveryKey):
            session.check_recovery(gone.text)
    session.recover(fourth.text, OTHER)


def test_a_new_passphrase(life: Life) -> None:
    life.create()
    session = life.session
    with pytest.raises(PassphraseUnfit):
        session.change_passphrase(PASSPHRASE, "kort")
    with pytest.raises(WrongPassphrase):
        session.change_passphrase(OTHER, PASSPHRASE)
    session.confirm(PASSPHRASE)
    session.change_passphrase(PASSPHRASE, OTHER)
    session.confirm(OTHER)
    with pytest.raises(WrongPassphrase):
        session.confirm(PASSPHRASE)


# ---------------------------------------------------------------- backups


def test_a_backup_comes_back_equal_as_another_vault_and_device(life: Life, tmp_path: Path) -> None:
    key = life.create()
    session = life.session
    session.store.execute(WriteNote(body="hej"))
    session.store.execute(AddPerson(name="Yusuf", my_role="mentor"))
    assert session.last_backup is None
    made = session.make_backup()
    session.backup_saved()
    assert session.last_backup == START
    assert made.words is None
    assert made.name == "fika-2026-10-14.fika"
    tested = session.test_backup(made.data, key.text)
    assert tested.counts == made.counts
    assert tested.counts["note"] == 1
    assert tested.made == START
    other = Life(tmp_path / "other")
    assert other.session.restore(made.data, key.text, OTHER) is None
    restored = other.session
    assert bodies(restored) == ["hej"]
    mine, theirs = session._open_spaces, restored._open_spaces
    assert theirs.all() == mine.all()
    assert theirs.root == mine.root
    assert theirs.certificate is not None
    assert theirs.certificate.certifier == theirs.root
    for space, _ in mine.all():
        assert theirs.device(space) != mine.device(space)
    assert session._open_vault._key.vault != restored._open_vault._key.vault
    assert restored.recovery_confirmed
    restored.store.execute(WriteNote(body="efter"))
    again = restored.make_backup()
    assert restored.test_backup(again.data, key.text).counts["note"] == 2
    restored.lock()
    restored.recover(key.text, PASSPHRASE)
    other.session.close()


def test_a_backup_holds_no_private_key_of_a_device(life: Life) -> None:
    from app.vault import backup

    key = life.create()
    made = life.session.make_backup()
    rows = list(backup.read(io.BytesIO(made.data), backup.Secrets(recovery=key.backup))[1])
    documents = life.session._open_vault.documents
    text = str(rows)
    for table in ("_device", "_vault"):
        found = [str(value) for row in documents.table(table) for value in row.values()]
        secrets = [value for value in found if len(value) >= 32]
        assert secrets
        assert not [value for value in secrets if value in text]
        assert table not in {name for name, _, _ in rows}
    assert key.secret.hex() not in text


def test_six_words_open_a_backup_and_make_a_new_recovery_key(life: Life, tmp_path: Path) -> None:
    key = life.create()
    made = life.session.make_backup(words=True)
    assert made.words is not None
    assert len(made.words.split()) == 6
    with pytest.raises(WrongBackupSecret):
        life.session.test_backup(made.data, key.text)
    other = Life(tmp_path / "other")
    new = other.session.restore(made.data, made.words.upper(), OTHER)
    assert new is not None
    assert other.session.unsaved_recovery == new
    certificate = other.session._open_spaces.certificate
    assert certificate is not None
    assert certificate.root == other.session._open_spaces.root
    other.session.lock()
    with pytest.raises(WrongRecoveryKey):
        other.session.check_recovery(key.text)
    other.session.check_recovery(new.text)
    other.session.close()


@pytest.mark.parametrize("case", ["foreign", "cut", "flipped", "secret", "passphrase"])
def test_a_restore_that_fails_leaves_an_empty_app(life: Life, tmp_path: Path, case: str) -> None:
    key = life.create()
    life.session.store.execute(WriteNote(body="hej " * 50_000))
    data = life.session.make_backup().data
    broken = bytearray(data)
    broken[-20] ^= 1
    given, secret, phrase, fault = {
        "foreign": (b"PK\x03\x04 a zip", key.text, OTHER, NotABackup),
        "cut": (data[:-1000], key.text, OTHER, BackupDamaged),
        "flipped": (bytes(broken), key.text, OTHER, BackupDamaged),
        "secret": (data, RecoveryKey.new().text, OTHER, WrongBackupSecret),
        "passphrase": (data, key.text, "kort", PassphraseUnfit),
    }[case]
    other = Life(tmp_path / "other")
    with pytest.raises(fault):
        other.session.restore(given, secret, phrase)
    assert str(other.session.phase) == "absent"
    assert not (tmp_path / "other" / "vault").exists()
    assert other.session.restore(data, key.text, OTHER) is None
    other.session.close()


def test_a_disk_that_fails_once_a_vault_is_restored_leaves_a_recovery_key_that_is_asked_for(
    life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.create()
    life.session.confirm_recovery()
    made = life.session.make_backup(words=True)
    other = Life(tmp_path / "other")

    def full(*_: object) -> None:
        raise VaultFull()

    with monkeypatch.context() as disk, pytest.raises(VaultFull):
        disk.setattr("app.services.opening.stand_on", full)
        other.session.restore(made.data, made.words or "", OTHER)
    assert str(other.session.phase) == "locked"
    other.session.unlock(OTHER)
    assert other.session.unsaved_recovery is not None
    assert other.session.store.ask(SettingOf("recovery.later")) is True
    other.session.close()


def test_without_a_recovery_key_at_hand_a_backup_needs_words(life: Life) -> None:
    """A vault that was restored by words, and whose new recovery key was then lost sight of by the device."""
    life.create()
    documents = life.session._open_vault.documents
    table = documents.table("_device")
    table.remove(doc_ids=[row.doc_id for row in table if row["kind"] == "backup-secret"])
    with pytest.raises(SessionBusy):
        life.session.make_backup()
    assert life.session.make_backup(words=True).words


def test_recovering_gives_a_device_without_a_certificate_one(life: Life) -> None:
    key = life.create()
    session = life.session
    documents = session._open_vault.documents
    documents.table("_device").update({"certificate": ""})
    assert session._open_spaces.certificate is None
    session.lock()
    session.recover(key.text, OTHER)
    certificate = session._open_spaces.certificate
    assert certificate is not None
    assert certificate.certifier == session._open_spaces.root


def test_a_large_vault_is_restored_in_steps(life: Life, tmp_path: Path) -> None:
    key = life.create()
    with life.session._open_vault.documents.transaction():
        for number in range(1500):
            life.session._open_vault.documents.table("other").insert({"id": f"{number}", "x": 1})
    made = life.session.make_backup()
    other = Life(tmp_path / "other")
    other.session.restore(made.data, key.text, OTHER)
    assert len(other.session._open_vault.documents.table("other")) == 1500
    other.session.close()


def test_a_backup_that_names_a_table_of_the_vault_itself_is_refused(life: Life, tmp_path: Path) -> None:
    from app.vault import backup

    key = RecoveryKey.new()
    for table in ("_vault", "_device"):
        target = io.BytesIO()
        backup.write(
            target, [(table, 1, {"kind": "device", "seed": "00" * 32})], backup.Secrets(recovery=key.backup), 1
        )
        with pytest.raises(BackupDamaged):
            life.session.restore(target.getvalue(), key.text, OTHER)
    assert str(life.session.phase) == "absent"


def test_a_backup_without_what_a_vault_needs_makes_none(life: Life) -> None:
    from app.vault import backup

    whole = Life(life.root.parent / "whole")
    kept = whole.create()
    whole.session.store.execute(WriteNote(body="hej"))
    made = whole.session.make_backup().data
    good = list(backup.read(io.BytesIO(made), backup.Secrets(recovery=kept.backup))[1])
    note = next(row for row in good if row[0] == "note")
    broken: list[list[tuple[str, int, Any]]] = [
        [row for row in good if row[2].get("space_kind") != "personal"],
        [row if row is not note else ("note", note[1], {"id": 7, "cells": []}) for row in good],
        [row if row[2].get("kind") != "person" else (*row[:2], {**row[2], "sealed_root": "00"}) for row in good],
        [*good, note],
    ]
    nothing: list[tuple[str, int, Any]] = []
    cases = [nothing, [("_keyring", 1, {"kind": "person", "root": "zz"})], [("_keyring", 1, {"no": "kind"})], *broken]
    for rows in cases:
        target = io.BytesIO()
        backup.write(target, rows, backup.Secrets(recovery=kept.backup), 1)
        with pytest.raises(BackupDamaged):
            life.session.restore(target.getvalue(), kept.text, OTHER)
        assert str(life.session.phase) == "absent"
        assert not (life.root / "vault" / "header").exists()
    whole.session.close()
    life.session.restore(made, kept.text, OTHER)


# ---------------------------------------------------------------- older copies, damage, erasing


def test_an_older_copy_is_asked_about_and_becomes_a_new_device(life: Life) -> None:
    life.create()
    session = life.session
    session.store.execute(WriteNote(body="först"))
    session.lock()
    shutil.copytree(life.root / "vault", life.root / "old")
    session.unlock(PASSPHRASE)
    space = session._open_spaces.personal
    device = session._open_spaces.device(space)
    session.store.execute(WriteNote(body="sedan"))
    session.lock()
    shutil.rmtree(life.root / "vault")
    (life.root / "old").rename(life.root / "vault")
    session = life.start()
    before = everything(life.root / "vault")
    with pytest.raises(OlderCopy) as caught:
        session.unlock(PASSPHRASE)
    assert int(caught.value.facts["remembered"]) >= int(caught.value.facts["this_copy"])
    assert str(session.phase) == "locked"
    assert everything(life.root / "vault") == before
    # Killed after the answer and before the new device: the next opening sees to it.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.services.spaces.Spaces.become_new_device", fails)
        with pytest.raises(RuntimeError):
            session.unlock(PASSPHRASE, accept_older=True)
    session.unlock(PASSPHRASE)
    assert bodies(session) == ["först"]
    assert session._open_spaces.device(space) != device
    session.store.execute(WriteNote(body="vidare"))
    session.lock()
    session.unlock(PASSPHRASE)
    assert session.notices == []


def test_a_damaged_vault_is_rescued_into_an_empty_app(life: Life) -> None:
    life.create()
    session = life.session
    for number in range(20):
        session.store.execute(WriteNote(body=f"anteckning {number} " + "x" * 300))
    with pytest.raises(SessionBusy):
        session.rescue(PASSPHRASE)
    with pytest.raises(SessionBusy):
        session.set_aside()
    session.lock()
    journal = next((life.root / "vault").glob("journal-*"))
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 8] = bytes(8)
    journal.write_bytes(bytes(raw))
    before = everything(life.root / "vault")
    with pytest.raises(VaultDamaged):
        session.unlock(PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        session.salvage(OTHER)
    found = session.salvage(PASSPHRASE)
    assert found.kept["note"] >= 19
    assert found.lost >= 1
    made = session.rescue(PASSPHRASE)
    assert made.counts["note"] == found.kept["note"]
    assert made.words is not None
    assert everything(life.root / "vault") == before
    place = session.set_aside()
    assert everything(place) == before
    assert str(session.phase) == "absent"
    session.restore(made.data, made.words, OTHER)
    assert len(bodies(session)) >= 19


def test_erased_is_gone_and_the_app_begins_anew(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.create()
    session = life.session
    with pytest.raises(WrongPassphrase):
        session.erase(OTHER)
    assert str(session.phase) == "open"
    assert session.role == "mentor"
    stretched: list[bytes] = []
    stretch = kdf.stretch

    def counted(passphrase: bytes, salt: bytes, cost: kdf.Cost) -> bytes:
        stretched.append(salt)
        return stretch(passphrase, salt, cost)

    monkeypatch.setattr(kdf, "stretch", counted)
    session.erase(PASSPHRASE)
    assert len(stretched) == 1  # it takes a second on a phone, and nobody waits for it twice
    assert str(session.phase) == "absent"
    assert [path.name for path in (life.root / "vault").iterdir()] == ["lock"]
    life.create()
    assert bodies(session) == []


def test_what_is_being_typed_on_a_full_disk_keeps_nobody_from_erasing(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.create()
    monkeypatch.setattr(Store, "close", full)
    life.session.erase(PASSPHRASE)
    assert str(life.session.phase) == "absent"
    assert [path.name for path in (life.root / "vault").iterdir()] == ["lock"]


def test_a_vault_that_could_not_even_be_marked_as_erased_is_shut_and_there(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.create()
    with monkeypatch.context() as broken:
        broken.setattr("app.vault.vault.write_atomically", full)
        with pytest.raises(VaultFull):
            life.session.erase(PASSPHRASE)
    assert str(life.session.phase) == "locked"
    life.session.unlock(PASSPHRASE)
    assert life.session.role == "mentor"


def test_a_crash_in_the_middle_of_erasing_is_finished_at_the_next_start(life: Life) -> None:
    life.create()
    life.session.lock()
    (life.root / "vault" / "erasing").write_bytes(b"")
    session = life.start()
    assert str(session.phase) == "absent"
    assert [path.name for path in (life.root / "vault").iterdir()] == ["lock"]
    life.create()


def test_erasing_by_another_process_is_left_to_it(life: Life) -> None:
    life.create()
    (life.root / "vault" / "erasing").write_bytes(b"")
    assert str(life.start().phase) == "absent"
    assert (life.root / "vault" / "header").exists()
    (life.root / "vault" / "erasing").unlink()


# ---------------------------------------------------------------- looking around


def test_a_look_around_leaves_nothing_behind(life: Life, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    session = life.session
    session.open_example("mentor")
    assert session.example
    assert str(session.phase) == "open"
    assert session.store.ask(AboutMe()) is not None
    with pytest.raises(SessionBusy):
        session.open_example("mentor")
    with pytest.raises(WrongPassphrase):
        session.change_passphrase(PASSPHRASE, OTHER)
    assert list(tmp_path.glob("fika-example-*"))
    session.lock()
    assert str(session.phase) == "absent"
    assert not list(tmp_path.glob("fika-example-*"))
    assert not (life.root / "vault").exists()
    life.create()
    session.lock()
    session.open_example("mentor")
    session.lock()
    assert str(session.phase) == "locked"
    session.unlock(PASSPHRASE)


def test_a_failing_example_leaves_nothing_behind(life: Life, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from app.services.records import example

    monkeypatch.setattr(example, "fill", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError):
        life.session.open_example("mentor")
    assert str(life.session.phase) == "absent"
    assert not list(tmp_path.glob("fika-example-*"))


# ---------------------------------------------------------------- about


def test_it_tells_what_its_safety_rests_on(life: Life) -> None:
    shown = dict(life.session.about())
    assert shown["vault"] == "1"
    assert shown["cryptography"]
    assert shown["fika"] == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert set(shown) == {"fika", "cryptography", "argon2-cffi", "tinydb", "flet", "python", "vault"}
    assert life.now.astimezone(UTC) < datetime(2030, 1, 1, tzinfo=UTC)


def test_the_self_test_fails_when_an_answer_is_wrong(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not life.session.self_test()  # the quick derivation of these tests is not Argon2id
    monkeypatch.setattr("app.vault.selftest._SEALED", "00" * 52)
    assert not life.session.self_test()


# ---------------------------------------------------------------- the trash


def test_what_was_deleted_thirty_days_ago_is_gone_for_good_after_unlocking(life: Life) -> None:
    life.create()
    store = life.session.store
    old, young = (store.execute(WriteNote(body=words)).record for words in ("Kardemumma", "Kanel"))
    store.execute(Delete(kind="note", id=old))
    life.now += timedelta(days=20)
    store.execute(Delete(kind="note", id=young))
    life.now += timedelta(days=9, hours=23)
    life.session.lock()
    life.start().unlock(PASSPHRASE)
    assert {one.id for one in life.session.store.ask(TrashList())} == {old, young}
    life.session.lock()
    life.now += timedelta(days=1)
    life.start().unlock(PASSPHRASE)
    assert {one.id for one in life.session.store.ask(TrashList())} == {young}
    assert "Kardemumma" not in str([dict(row) for row in life.session.store.documents.table("version")])


def test_a_full_disk_at_emptying_keeps_nobody_from_reading(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.create()
    note = life.session.store.execute(WriteNote(body="Kardemumma")).record
    life.session.store.execute(Delete(kind="note", id=note))
    life.session.lock()
    life.now += timedelta(days=16)
    life.start().unlock(PASSPHRASE)
    life.session.lock()
    life.now += timedelta(days=15)
    whole, tried = Store.execute, list[Command]()

    def full(self: Store, command: Command, **options: Any) -> Any:
        if isinstance(command, EmptyTrash):
            tried.append(command)
            raise VaultFull()
        return whole(self, command, **options)

    monkeypatch.setattr(Store, "execute", full)
    life.start().unlock(PASSPHRASE)
    assert tried and str(life.session.phase) == "open" and life.session.store.ask(TrashList())


def test_a_clock_that_ran_ahead_for_an_hour_empties_no_trash(life: Life) -> None:
    """And what was really left alone for long goes on the second day, however often it is opened on the first."""

    def opened(now: datetime) -> int:
        life.session.lock()
        life.now = now
        life.start().unlock(PASSPHRASE)
        return len(life.session.store.ask(TrashList()))

    life.create()
    store, day = life.session.store, life.now
    store.execute(Delete(kind="note", id=store.execute(WriteNote(body="Kardemumma")).record))
    for ahead in (day.replace(year=2099), day + timedelta(days=KEPT.days - 1), day + KEPT, day + 2 * KEPT):
        assert [opened(ahead + timedelta(hours=hour)) for hour in (0, 1)] == [1, 1]
        assert opened(day + timedelta(hours=2)) == 1, "right again"
    assert opened(day.replace(year=1970)) == 1
    later = day + timedelta(days=90)
    assert [opened(later + timedelta(hours=hour)) for hour in (0, 1)] == [1, 1]
    assert opened(later + timedelta(days=1)) == 0
