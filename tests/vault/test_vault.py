"""The vault's life: whatever happens in the middle, exactly one of two sets of secrets opens, and nothing is lost."""

import errno
import os
import shutil
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from app.errors import (
    AppError,
    HeaderDamaged,
    InboxKeyChanged,
    NotAVault,
    NoVault,
    OlderCopy,
    OlderPassphrase,
    OtherVault,
    PassphraseUnfit,
    VaultBusy,
    VaultDamaged,
    VaultError,
    VaultExists,
    VaultNotWritable,
    VaultTooNew,
    WrongPassphrase,
    WrongRecoveryKey,
)
from app.vault import anchor, header, inbox
from app.vault.files import DISK, Calls, Files, StrPath
from app.vault.inbox import Inbox, InboxPair
from app.vault.own import OWN_TABLE
from app.vault.presence import CREATING, ERASING, exists
from app.vault.slots import Kind
from app.vault.vault import TEMPORARY, Vault
from tests.support.effort import effort
from tests.support.keys import FLOOR, OTHER, PASSPHRASE, RECOVERY, Counted, Died, everything, mortal, outcome

pytestmark = pytest.mark.usefixtures("quick_kdf")

NEW_RECOVERY = bytes(range(32, 64))


class Home:
    """A vault's folder and the state folder beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "vault"
        self.state = root / "state"

    def create(self, files: Files = DISK) -> Vault:
        return Vault.create(self.folder, PASSPHRASE, RECOVERY, state=self.state, cost=FLOOR, files=files)

    def open(self, passphrase: str = PASSPHRASE, files: Files = DISK) -> Vault:
        return Vault.open(self.folder, passphrase, state=self.state, files=files)

    def recover(self, recovery: bytes = RECOVERY, new: str = OTHER, files: Files = DISK) -> Vault:
        return Vault.open_with_recovery(self.folder, recovery, new, state=self.state, cost=FLOOR, files=files)

    def copy(self, name: str) -> "Home":
        shutil.copytree(self.root, self.root.parent / name)
        return Home(self.root.parent / name)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A vault with one note, locked."""
    found = Home(tmp_path / "home")
    vault = found.create()
    vault.documents.table("note").insert({"id": "a", "body": "hej"})
    vault.lock()
    return found


def notes(vault: Vault) -> list[dict[str, object]]:
    return [dict(row) for row in vault.documents.table("note").all()]


HEJ = [{"id": "a", "body": "hej"}]


# ---------------------------------------------------------------- opening


def has_recovery(vault: Vault) -> bool:
    return vault._header is not None and vault._header.slot(Kind.RECOVERY) is not None


def test_it_opens_with_what_it_was_made_with(home: Home) -> None:
    vault = home.open()
    assert notes(vault) == HEJ
    assert vault.notices == []
    assert vault.question is None
    assert has_recovery(vault)
    assert not vault.bound
    vault.close()
    vault.close()


def test_the_folder_is_for_its_owner_alone(home: Home) -> None:
    assert home.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.folder.rglob("*"))


def test_wrong_is_one_error_and_one_derivation_like_right(home: Home, quick_kdf: Counted) -> None:
    before = everything(home.root)
    for wrong in (OTHER, PASSPHRASE + " ", PASSPHRASE.upper(), "x"):
        quick_kdf.calls = 0
        with pytest.raises(WrongPassphrase) as caught:
            home.open(wrong)
        assert quick_kdf.calls == 1
        assert caught.value.facts == {}
    assert everything(home.root) == before
    quick_kdf.calls = 0
    home.open().lock()
    assert quick_kdf.calls == 1


def test_without_a_passphrase_slot_the_time_is_the_same(home: Home, quick_kdf: Counted) -> None:
    found, _ = header.read((home.folder / "header").read_bytes())
    spare = found.slot(Kind.RECOVERY)
    assert spare is not None
    lone = header.Header(found.vault, found.lineage, found.counter, (spare,), found.mac)
    (home.folder / "header").write_bytes(lone.to_bytes())
    quick_kdf.calls = 0
    with pytest.raises(WrongPassphrase):
        home.open()
    assert quick_kdf.calls == 1


def test_the_same_vault_on_every_keyboard(home: Home) -> None:
    for form in ("NFC", "NFD"):
        home.open(unicodedata.normalize(form, PASSPHRASE)).lock()


def test_nothing_foreign_or_missing_is_opened(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NoVault):
        Vault.open(tmp_path / "nowhere", PASSPHRASE)
    with pytest.raises(PassphraseUnfit):
        home.open("x" * 5000)
    (home.folder / "header").write_bytes(b"SQLite format 3\0" * 60)
    before = everything(home.root)
    with pytest.raises(NotAVault):
        home.open()
    assert everything(home.root) == before


def test_what_else_lies_in_the_folder_is_never_removed(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    for below in ("letters", "inbox"):
        (folder / below).mkdir(parents=True)
    for name in ("letter.txt", "letters/one", "inbox/a letter", "header.txt", ".DS_Store"):
        (folder / name).write_text("mine")
    theirs = everything(folder)
    vault = Vault.create(folder, PASSPHRASE, RECOVERY, cost=FLOOR)
    assert theirs.items() <= everything(folder).items()
    vault.erase(PASSPHRASE)
    assert {name for name in everything(folder) if name != "lock"} == set(theirs)
    assert theirs.items() <= everything(folder).items()


def test_a_lost_header_is_damage_and_nothing_is_made_on_top_of_it(home: Home) -> None:
    (home.folder / "header").unlink()
    before = everything(home.root)
    assert exists(home.folder)
    with pytest.raises(HeaderDamaged):
        home.open()
    with pytest.raises(VaultExists):
        home.create()
    assert everything(home.root) == before


def test_a_header_that_cannot_be_read_is_a_typed_error(home: Home) -> None:
    (home.folder / "header").unlink()
    (home.folder / "header").mkdir()
    for attempt in (home.open, home.recover):
        with pytest.raises(HeaderDamaged):
            attempt()


def test_a_pipe_in_the_headers_place_is_damage_and_is_not_waited_for(home: Home) -> None:
    (home.folder / "header").unlink()
    os.mkfifo(home.folder / "header")
    with pytest.raises(HeaderDamaged):
        home.open()


def test_a_header_that_may_not_be_read_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(calls: Calls, path: StrPath, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Calls, "open", forbidden)
    for attempt in (home.open, home.recover):
        with pytest.raises(VaultNotWritable):
            attempt()


def test_a_newer_format_changes_no_byte(home: Home) -> None:
    from app.vault import labels
    from app.vault.key import digest

    raw = (home.folder / "header").read_bytes()
    body = raw[:8] + b"\0\x02" + raw[10 : len(raw) // 2 - 16]
    (home.folder / "header").write_bytes((body + digest(labels.HEADER_SUM, body)[:16]) * 2)
    before = everything(home.root)
    for attempt in (home.open, home.recover):
        with pytest.raises(VaultTooNew):
            attempt()
    assert everything(home.root) == before


def test_every_bit_of_the_header_is_mended_from_its_twin(home: Home) -> None:
    raw = (home.folder / "header").read_bytes()
    for place in range(0, len(raw) * 8, effort(397, 5)):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        (home.folder / "header").write_bytes(bytes(changed))
        vault = home.open()
        assert [notice.code for notice in vault.notices] == ["header-mended"]
        assert notes(vault) == HEJ
        vault.leave()
        assert (home.folder / "header").read_bytes() == raw


def test_checking_reads_the_header_and_everything_else_again(home: Home) -> None:
    vault = home.open()
    assert vault.verify().tables["note"] == 1
    raw = (home.folder / "header").read_bytes()
    journal = next(home.folder.glob("journal-*"))
    content = journal.read_bytes()
    for path, whole, changed in [
        (home.folder / "header", raw, raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]),
        (home.folder / "header", raw, raw[: len(raw) // 2]),
        (journal, content, content[:-1]),
    ]:
        path.write_bytes(changed)
        with pytest.raises(VaultDamaged):
            vault.verify()
        path.write_bytes(whole)
    (home.folder / "header").unlink()
    with pytest.raises(HeaderDamaged):
        vault.verify()
    (home.folder / "header").write_bytes(raw)
    assert vault.verify().documents > 1
    vault.change_passphrase(PASSPHRASE, OTHER)
    assert vault.verify().tables["note"] == 1
    (home.folder / "header").write_bytes(raw)
    with pytest.raises(HeaderDamaged):
        vault.verify()
    vault.close()


def test_a_vault_that_is_only_looked_at_can_be_checked(tmp_path: Path) -> None:
    vault = Vault.create_temporary(inside=tmp_path)
    vault.documents.table("note").insert({"id": "a"})
    assert vault.verify().tables["note"] == 1
    vault.close()


def test_two_openers(home: Home, quick_kdf: Counted) -> None:
    vault = home.open()
    quick_kdf.calls = 0
    with pytest.raises(VaultBusy):
        home.open()
    assert quick_kdf.calls == 0
    vault.lock()
    home.open().lock()


def test_a_failed_opening_lets_the_next_one_in(home: Home) -> None:
    with pytest.raises(WrongPassphrase):
        home.open(OTHER)
    (home.folder / "mark").rename(home.folder / "elsewhere")
    journal = next(home.folder.glob("journal-*"))
    raw = journal.read_bytes()
    journal.write_bytes(raw[:-1])
    with pytest.raises(VaultDamaged):
        home.open()
    journal.write_bytes(raw)
    (home.folder / "elsewhere").rename(home.folder / "mark")
    home.open().lock()


def test_bound_mode_needs_the_keystore_and_the_recovery_key_opens_without(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keystore = b"k" * 32
    vault = Vault.create(home.folder, PASSPHRASE, RECOVERY, cost=FLOOR, keystore=keystore)
    assert vault.bound
    vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR, keystore=keystore)
    assert vault.bound
    vault.lock()
    with pytest.raises(WrongPassphrase):
        Vault.open(home.folder, OTHER, keystore=b"x" * 32)
    Vault.open(home.folder, OTHER, keystore=keystore).lock()
    Vault.open_with_recovery(home.folder, RECOVERY, PASSPHRASE, cost=FLOOR).lock()
    vault = Vault.open(home.folder, PASSPHRASE)
    assert not vault.bound
    vault.lock()


# ---------------------------------------------------------------- changing keys


def opens(home: Home, passphrase: str) -> bool:
    try:
        vault = home.open(passphrase)
    except WrongPassphrase:
        return False
    assert notes(vault) == HEJ
    vault.leave()
    return True


def recovers(home: Home, recovery: bytes) -> bool:
    try:
        Vault.recovery_fits(home.folder, recovery)
    except WrongRecoveryKey:
        return False
    return True


def change(home: Home, files: Files = DISK) -> None:
    vault = home.open(files=files)
    vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR)
    vault.lock()


def test_a_new_passphrase_opens_and_the_old_one_does_not(home: Home) -> None:
    change(home)
    assert opens(home, OTHER)
    assert not opens(home, PASSPHRASE)
    assert recovers(home, RECOVERY)


def test_the_old_passphrase_is_asked_for(home: Home) -> None:
    vault = home.open()
    with pytest.raises(WrongPassphrase):
        vault.change_passphrase(OTHER, "en tredje fras", cost=FLOOR)
    with pytest.raises(PassphraseUnfit):
        vault.change_passphrase(PASSPHRASE, "", cost=FLOOR)
    vault.lock()
    assert opens(home, PASSPHRASE)


def test_every_change_makes_a_new_vault_key_and_counts(home: Home) -> None:
    secrets, counters = [], []

    def note(vault: Vault) -> None:
        secrets.append(bytes(vault._key.secret))
        counters.append(vault._key.counter)

    vault = home.open()
    note(vault)
    vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR)
    note(vault)
    vault.replace_recovery(NEW_RECOVERY)
    note(vault)
    vault.lock()
    vault = home.recover(NEW_RECOVERY, PASSPHRASE)
    note(vault)
    assert notes(vault) == HEJ
    vault.lock()
    assert len(set(secrets)) == 4
    assert counters == [1, 2, 3, 4]


def test_an_old_header_put_back_is_dead(home: Home) -> None:
    old = (home.folder / "header").read_bytes()
    change(home)
    new = (home.folder / "header").read_bytes()
    (home.folder / "header").write_bytes(old)
    before = everything(home.root)
    for attempt in (home.open, partial(home.open, OTHER), home.recover):
        with pytest.raises((VaultDamaged, WrongPassphrase)):
            attempt()
    assert everything(home.root) == before
    (home.folder / "header").write_bytes(new)
    assert opens(home, OTHER)


def test_an_older_header_is_hinted_at_when_the_passphrase_does_not_fit(home: Home) -> None:
    with pytest.raises(WrongPassphrase) as told:
        home.open(OTHER)
    assert not isinstance(told.value, OlderPassphrase), "these are the files of last time"
    old = home.copy("old")
    change(home)
    with pytest.raises(WrongPassphrase) as told:
        home.open(PASSPHRASE)
    assert not isinstance(told.value, OlderPassphrase)
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    before = everything(home.root)
    with pytest.raises(OlderPassphrase):
        home.open(OTHER)
    (home.state / anchor.FILE).rename(home.state / "away")
    with pytest.raises(WrongPassphrase) as told:
        home.open(OTHER)
    assert not isinstance(told.value, OlderPassphrase), "without the anchor nobody knows"
    (home.state / "away").rename(home.state / anchor.FILE)
    assert everything(home.root) == before
    assert opens(home, PASSPHRASE)


def test_an_old_slot_in_the_new_header_is_dead(home: Home) -> None:
    old, _ = header.read((home.folder / "header").read_bytes())
    change(home)
    new, _ = header.read((home.folder / "header").read_bytes())
    mixed = header.Header(new.vault, new.lineage, new.counter, (old.slots[0], *new.slots[1:]), new.mac)
    (home.folder / "header").write_bytes(mixed.to_bytes())
    with pytest.raises(HeaderDamaged):
        home.open(PASSPHRASE)


def test_the_old_recovery_key_is_dead_once_it_is_replaced(home: Home) -> None:
    old = (home.folder / "header").read_bytes()
    vault = home.open()
    vault.confirm_recovery(RECOVERY)
    vault.replace_recovery(NEW_RECOVERY)
    with pytest.raises(WrongRecoveryKey):
        vault.confirm_recovery(RECOVERY)
    vault.lock()
    assert not recovers(home, RECOVERY)
    assert recovers(home, NEW_RECOVERY)
    assert opens(home, PASSPHRASE)
    (home.folder / "header").write_bytes(old)
    with pytest.raises(VaultDamaged):
        home.recover(RECOVERY)


def test_the_recovery_key_opens_and_forces_a_new_passphrase(home: Home) -> None:
    vault = home.recover()
    assert notes(vault) == HEJ
    vault.lock()
    assert opens(home, OTHER)
    assert not opens(home, PASSPHRASE)
    with pytest.raises(WrongRecoveryKey):
        home.recover(NEW_RECOVERY)
    with pytest.raises(PassphraseUnfit):
        home.recover(RECOVERY, "")


def test_the_keys_of_slots_that_are_gone_are_not_kept(home: Home) -> None:
    vault = home.open()
    vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR)
    vault.replace_recovery(NEW_RECOVERY)
    assert vault._header is not None
    kept = {row["slot"] for row in vault.documents.table(OWN_TABLE) if row["kind"] == "slot-key"}
    assert kept == {slot.id.hex() for slot in vault._header.slots}
    vault.lock()


def test_lost_slot_keys_are_told_before_anything_changes(home: Home) -> None:
    vault = home.open()
    table = vault.documents.table(OWN_TABLE)
    table.remove(doc_ids=[row.doc_id for row in table if row["kind"] == "slot-key"])
    with pytest.raises(VaultDamaged):
        vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR)
    vault.leave()
    assert opens(home, PASSPHRASE)


# ---------------------------------------------------------------- a crash at every file call


def dies_everywhere(home: Home, work: Callable[[Home, Files], object], judge: Callable[[Home], None]) -> int:
    """Carry out the work with the process dying at its first file call, its second, … until it gets through."""
    step = 0
    while True:
        step += 1
        here = home.copy(f"died-{step}")
        calls, files = mortal(dies_at=step)
        calls.armed = True
        try:
            work(here, files)
        except Died:
            calls.bury()
            judge(here)
            shutil.rmtree(here.root)
            continue
        judge(here)
        return step


def fails_everywhere(
    home: Home, work: Callable[[Home, Files], object], judge: Callable[[Home], None], error: int, stride: int
) -> int:
    """The same with a call that fails and a process that goes on, closes, and opens again."""
    step = 1
    while True:
        here = home.copy(f"failed-{error}-{step}")
        calls, files = mortal(fails_at=step, error=error)
        calls.armed = True
        outcome(partial(work, here, files))
        judge(here)
        shutil.rmtree(here.root)
        if calls.count < step:
            return step
        step += stride


def one_passphrase(home: Home) -> None:
    assert [opens(home, PASSPHRASE), opens(home, OTHER)].count(True) == 1
    assert recovers(home, RECOVERY)


def test_a_crash_at_every_call_while_the_passphrase_changes(home: Home) -> None:
    assert dies_everywhere(home, change, one_passphrase) > 40


def test_a_failure_at_every_call_while_the_passphrase_changes(home: Home) -> None:
    def work(here: Home, files: Files) -> None:
        vault = here.open(files=files)
        try:
            vault.change_passphrase(PASSPHRASE, OTHER, cost=FLOOR)
        finally:
            vault.lock()

    for error in (errno.EIO, errno.ENOSPC):
        fails_everywhere(home, work, one_passphrase, error, effort(2, 1))


def test_a_crash_at_every_call_while_recovering(home: Home) -> None:
    assert dies_everywhere(home, lambda here, files: here.recover(files=files).lock(), one_passphrase) > 40


def test_a_crash_at_every_call_while_the_recovery_key_is_replaced(home: Home) -> None:
    def work(here: Home, files: Files) -> None:
        vault = here.open(files=files)
        vault.replace_recovery(NEW_RECOVERY)
        vault.lock()

    def judge(here: Home) -> None:
        assert opens(here, PASSPHRASE)
        assert [recovers(here, RECOVERY), recovers(here, NEW_RECOVERY)].count(True) == 1

    assert dies_everywhere(home, work, judge) > 40


def test_a_crash_at_every_call_while_creating_leaves_a_vault_or_none(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()

    def judge(here: Home) -> None:
        if exists(here.folder):
            vault = here.open()
        else:
            assert isinstance(outcome(here.open), NoVault)
            vault = here.create()
        vault.documents.table("note").insert({"id": "a"})
        vault.lock()
        assert not (here.folder / CREATING).exists()

    assert dies_everywhere(home, lambda here, files: here.create(files).lock(), judge) > 20


def test_a_crash_while_filling_leaves_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def fill(_: object) -> None:
        raise Died

    with pytest.raises(Died):
        Vault.create(home.folder, PASSPHRASE, RECOVERY, cost=FLOOR, fill=fill)
    assert not exists(home.folder)
    home.create().lock()


def test_a_crash_at_every_call_while_erasing_leaves_all_or_nothing(home: Home) -> None:
    def work(here: Home, files: Files) -> None:
        here.open(files=files).erase(PASSPHRASE)

    def judge(here: Home) -> None:
        if not exists(here.folder):
            assert isinstance(outcome(here.open), NoVault)
            Vault.finish_erasing(here.folder, here.state)
            assert [path.name for path in here.folder.iterdir()] == ["lock"]
            assert list(here.state.iterdir()) == []
            here.create().lock()
        else:
            assert opens(here, PASSPHRASE)

    assert dies_everywhere(home, work, judge) > 15


def test_a_crash_at_every_call_while_locking_loses_nothing(home: Home) -> None:
    def work(here: Home, files: Files) -> None:
        here.open(files=files).lock()

    def judge(here: Home) -> None:
        key = Inbox(here.folder).key()
        assert key is not None
        known = anchor.read(here.state / anchor.FILE)
        assert isinstance(known, anchor.Anchor)
        assert key.public in known.inbox_keys
        Inbox(here.folder).begin(key, bytes(16)).write("låst", 1)
        vault = here.open()
        assert [note.text for note in vault.locked_notes()[0]] == ["låst"]
        assert vault.question is None
        vault.lock()

    assert dies_everywhere(home, work, judge) > 20


def test_a_disk_that_fails_does_not_keep_the_vault_open(home: Home) -> None:
    calls, files = mortal(fails_at=1, error=errno.ENOSPC)
    vault = home.open(files=files)
    secret = vault._key
    calls.armed = True
    vault.lock()
    assert [notice.code for notice in vault.notices] == ["lock-incomplete"]
    assert not any(secret.secret)
    home.open().lock()


# ---------------------------------------------------------------- older and other copies


def test_an_older_copy_is_noticed_and_waits_for_an_answer(home: Home) -> None:
    old = home.copy("old")
    vault = home.open()
    vault.documents.table("note").insert({"id": "b"})
    vault.lock()
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    vault = home.open()
    assert vault.question is not None
    assert vault.question.code == "older"
    assert vault.question.remembered >= vault.question.this_copy > 0
    known = anchor.read(home.state / anchor.FILE)
    vault.remember()
    assert anchor.read(home.state / anchor.FILE) == known
    with pytest.raises(OlderCopy) as caught:
        vault.settle_question(go_on=False)
    assert caught.value.facts["remembered"] == vault.question.remembered
    lineage, generation = vault._key.lineage, vault.position.generation
    vault.settle_question(go_on=True)
    assert vault.needs_new_device
    vault.has_new_device()
    assert not vault.needs_new_device
    assert vault._key.lineage != lineage
    assert vault.position.generation > generation
    assert vault.question is None
    assert notes(vault) == HEJ
    vault.lock()
    vault = home.open()
    assert (vault.question, vault.notices) == (None, [])
    vault.settle_question(go_on=False)
    vault.continue_from_this_copy()
    vault.lock()


@pytest.mark.parametrize("work", [change, lambda home: home.recover().lock()], ids=["passphrase", "recovery"])
def test_an_older_copy_from_before_a_new_key_is_noticed(home: Home, work: Callable[[Home], None]) -> None:
    old = home.copy("old")
    work(home)
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    vault = home.open(PASSPHRASE)
    assert vault.question is not None
    assert vault.question.code == "older"
    vault.continue_from_this_copy()
    known = anchor.read(home.state / anchor.FILE)
    assert isinstance(known, anchor.Anchor)
    assert known.counter == vault._key.counter > 2
    vault.lock()


def test_after_going_on_from_an_older_copy_the_newer_one_is_the_stranger(home: Home) -> None:
    old, newer = home.copy("old"), home.copy("newer")
    home.open().lock()
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    vault = home.open()
    vault.settle_question(go_on=True)
    vault.lock()
    shutil.rmtree(home.folder)
    shutil.copytree(newer.folder, home.folder)
    vault = home.open()
    assert vault.question is not None
    vault.leave()


def test_recovery_asks_before_it_goes_on_from_an_older_copy(home: Home) -> None:
    old = home.copy("old")
    home.open().lock()
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    before = everything(home.folder)
    with pytest.raises(OlderCopy):
        home.recover()
    assert everything(home.folder) == before
    vault = Vault.open_with_recovery(home.folder, RECOVERY, OTHER, state=home.state, cost=FLOOR, go_on=True)
    assert notes(vault) == HEJ
    vault.lock()
    assert opens(home, OTHER)


def test_a_crash_at_every_call_while_going_on_leaves_a_question_or_a_new_lineage(home: Home) -> None:
    old = home.copy("old")
    home.open().lock()
    shutil.rmtree(home.folder)
    shutil.copytree(old.folder, home.folder)
    vault = home.open()
    before = vault._key.lineage
    vault.leave()

    def work(here: Home, files: Files) -> None:
        vault = here.open(files=files)
        vault.settle_question(go_on=True)
        vault.leave()

    def judge(here: Home) -> None:
        vault = here.open()
        assert notes(vault) == HEJ
        assert (vault.question is not None) or (vault._key.lineage != before and vault.needs_new_device)
        vault.leave()

    assert dies_everywhere(home, work, judge) > 20


def test_another_vault_under_the_same_passphrase_is_told(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create().lock()
    shutil.rmtree(home.folder)
    shutil.copytree(other.folder, home.folder)
    vault = home.open()
    assert vault.question is not None
    assert vault.question.code == "other"
    with pytest.raises(OtherVault):
        vault.settle_question(go_on=False)
    vault.leave()


def test_without_an_anchor_there_is_one_grey_line(home: Home) -> None:
    (home.state / anchor.FILE).unlink()
    vault = home.open()
    assert [notice.code for notice in vault.notices] == ["anchor-missing"]
    vault.lock()
    (home.state / anchor.FILE).write_bytes(b"x")
    vault = home.open()
    assert [notice.code for notice in vault.notices] == ["anchor-unreadable"]
    vault.lock()
    vault = home.open()
    assert vault.notices == []
    vault.lock()


def test_the_anchor_is_written_after_the_journal_is_durable(home: Home) -> None:
    calls, files = mortal()
    vault = home.open(files=files)
    calls.armed = True
    vault.documents.table("note").insert({"id": "b"})
    vault.remember()
    vault.remember()
    anchored = [place for place, name in enumerate(calls.log) if name == "rename anchor"]
    assert len(anchored) == 1
    assert "sync" in calls.log[: anchored[0]]
    vault.lock()


def test_a_state_folder_that_cannot_be_written_costs_a_notice_only(home: Home) -> None:
    shutil.rmtree(home.state)
    home.state.write_bytes(b"in the way")
    vault = home.open()
    assert "anchor-not-written" in [notice.code for notice in vault.notices]
    vault.documents.table("note").insert({"id": "b"})
    vault.lock()


# ---------------------------------------------------------------- notes while locked


def write_locked(home: Home, text: str, note: bytes = bytes(16)) -> None:
    box = Inbox(home.folder)
    key = box.key()
    assert key is not None
    box.begin(key, note).write(text, 5)


def test_notes_come_in_once(home: Home) -> None:
    write_locked(home, "låst")
    vault = home.open()
    found, closed = vault.locked_notes()
    assert ([note.text for note in found], closed) == (["låst"], 0)
    sealed = everything(home.folder / "inbox")
    vault.notes_taken_in([note.id for note in found])
    vault.notes_taken_in([])
    assert vault.locked_notes() == ([], 0)
    # A crash between remembering and removing: the file is there again, and is not taken twice.
    for name, raw in sealed.items():
        (home.folder / "inbox" / name).write_bytes(raw)
    assert vault.locked_notes() == ([], 0)
    assert not list((home.folder / "inbox").glob("*.note"))
    vault.lock()


def test_the_pair_is_new_at_every_lock_and_the_old_private_half_goes(home: Home) -> None:
    first = Inbox(home.folder).key()
    vault = home.open()
    assert len(vault._own.pairs()) == 1
    published = vault.lock()
    second = Inbox(home.folder).key()
    assert published == second != first
    vault = home.open()
    assert [pair.key for pair in vault._own.pairs()] == [second]
    vault.leave()


def test_an_old_private_half_stays_as_long_as_a_note_needs_it(home: Home) -> None:
    write_locked(home, "låst")
    vault = home.open()
    vault.lock()
    vault = home.open()
    assert len(vault._own.pairs()) == 2
    found, _ = vault.locked_notes()
    assert [note.text for note in found] == ["låst"]
    vault.notes_taken_in([note.id for note in found])
    vault.lock()
    vault = home.open()
    assert len(vault._own.pairs()) == 1
    vault.leave()


def test_a_note_that_cannot_be_read_for_once_is_opened_another_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_locked(home, "låst")
    whole = Calls.open

    def failing(calls: Calls, path: StrPath, flags: int) -> int:
        if Path(path).suffix == ".note":
            raise OSError(errno.EIO, "Input/output error")
        return whole(calls, path, flags)

    with monkeypatch.context() as broken:
        broken.setattr(Calls, "open", failing)
        vault = home.open()
        assert vault.locked_notes() == ([], 1)
        vault.lock()
    vault = home.open()
    assert [note.text for note in vault.locked_notes()[0]] == ["låst"]
    vault.leave()


def test_the_old_private_half_is_in_no_file_after_the_next_generation(home: Home) -> None:
    """Erased means: also the vault key of later finds nothing of it."""
    vault = home.open()
    old = vault._own.pairs()[0].private.hex()
    vault.lock()
    vault = home.open()
    vault._engine.compact()
    assert old not in str([dict(row) for row in vault.documents.table(OWN_TABLE)])
    from app.vault.salvage import salvage

    assert old.encode() not in b"".join(
        raw for rows in salvage(home.folder, vault._key).raw.values() for raw in rows.values()
    )
    vault.leave()


def test_an_exchanged_key_is_an_alarm_before_anything_is_read(home: Home) -> None:
    write_locked(home, "låst")
    vault = home.open()
    stranger = InboxPair.new(vault._key.vault)
    Inbox(home.folder).publish(stranger.key)
    with pytest.raises(InboxKeyChanged):
        vault.locked_notes()
    vault.accept_inbox()
    assert [note.text for note in vault.locked_notes()[0]] == ["låst"]
    vault.lock()


# ---------------------------------------------------------------- the end


def test_lock_drops_the_keys_and_closes_the_documents(home: Home) -> None:
    vault = home.open()
    key = vault._key
    documents = vault.documents
    vault.lock()
    assert not any(key.secret)
    with pytest.raises(ValueError, match="wiped"):
        key.subkey(b"x", b"")
    with pytest.raises(VaultError):
        documents.table("note").all()


def test_erasing_asks_for_the_passphrase_and_leaves_nothing(home: Home) -> None:
    vault = home.open()
    with pytest.raises(WrongPassphrase):
        vault.erase(OTHER)
    assert notes(vault) == HEJ
    vault.erase(PASSPHRASE)
    assert [path.name for path in home.folder.iterdir()] == ["lock"]
    assert list(home.state.iterdir()) == []
    assert not exists(home.folder)
    Vault.finish_erasing(home.folder)


def test_erasing_overwrites_every_file_before_it_goes(home: Home) -> None:
    """Seen through second names of the same files, as an undelete would see them."""
    write_locked(home, "låst")
    vault = home.open()
    before: dict[Path, bytes] = {}
    for path in home.folder.rglob("*"):
        if path.is_file() and path.name != "lock":
            second = home.root / f"kept-{len(before)}"
            second.hardlink_to(path)
            before[second] = path.read_bytes()
    assert len(before) >= 5
    outside = home.root / "outside"
    outside.write_bytes(b"somebody else's")
    (home.folder / "a-link").symlink_to(outside)
    vault.erase(PASSPHRASE)
    assert outside.read_bytes() == b"somebody else's"
    for second, was in before.items():
        now = second.read_bytes()
        assert len(now) >= len(was) > 16
        assert not any(was[at : at + 16] in now for at in range(0, len(was) - 15, 16)), second.name


def test_erasing_reaches_nothing_through_a_link_to_a_folder(home: Home) -> None:
    vault = home.open()
    elsewhere = home.root / "elsewhere"
    shutil.move(home.folder / inbox.FOLDER, elsewhere)
    (elsewhere / "theirs").write_bytes(b"somebody else's")
    (home.folder / inbox.FOLDER).symlink_to(elsewhere)
    vault.erase(PASSPHRASE)
    assert (elsewhere / "theirs").read_bytes() == b"somebody else's"
    assert [path.name for path in home.folder.iterdir()] == ["lock"]


def test_an_old_header_put_back_after_erasing_opens_nothing(home: Home) -> None:
    raw = (home.folder / "header").read_bytes()
    home.open().erase(PASSPHRASE)
    (home.folder / "header").write_bytes(raw)
    with pytest.raises(VaultDamaged):
        home.open()


def test_an_erased_vault_does_not_open_again_before_the_rest_is_removed(home: Home) -> None:
    (home.folder / ERASING).write_bytes(b"")
    for attempt in (home.open, home.recover):
        with pytest.raises(NoVault):
            attempt()


def test_a_temporary_vault_leaves_nothing(tmp_path: Path) -> None:
    vault = Vault.create_temporary(inside=tmp_path)
    vault.documents.table("note").insert({"id": "x"})
    assert vault.temporary
    assert not has_recovery(vault)
    assert vault.last_closed == 0
    vault.remember()
    with pytest.raises(WrongPassphrase):
        vault.confirm(PASSPHRASE)
    with pytest.raises(WrongRecoveryKey):
        vault.confirm_recovery(RECOVERY)
    assert len(list(tmp_path.glob(TEMPORARY + "*"))) == 1
    assert vault.lock() is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_temporary_vault_left_goes_at_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / (TEMPORARY + "left")
    left.mkdir()
    (left / "snapshot-00000001").write_bytes(b"sealed")
    young = tmp_path / (TEMPORARY + "young")
    young.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / (TEMPORARY + "link")).symlink_to(elsewhere)
    os.utime(left, (1, 1))
    os.utime(elsewhere, (1, 1))
    alive = Vault.create_temporary(inside=tmp_path)
    assert not left.exists()
    assert young.exists()
    assert list(elsewhere.iterdir()) == []
    young.rmdir()
    (tmp_path / (TEMPORARY + "link")).unlink()
    elsewhere.rmdir()
    os.utime(alive.folder, (1, 1))
    other = Vault.create_temporary(inside=tmp_path)
    assert len(list(tmp_path.glob(TEMPORARY + "*"))) == 2
    alive.lock()
    other.lock()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    calls, files = mortal(fails_at=1, error=errno.EACCES)
    calls.armed = True
    with pytest.raises(VaultNotWritable):
        Home(tmp_path).create(files)


def test_a_second_vault_is_not_made_on_top_of_the_first(home: Home) -> None:
    before = everything(home.root)
    with pytest.raises(VaultExists):
        home.create()
    assert everything(home.root) == before


def test_the_key_for_salvage_reads_only(home: Home) -> None:
    before = everything(home.root)
    key = Vault.raw_key(home.folder, PASSPHRASE)
    assert key.counter == 1
    with pytest.raises(WrongPassphrase):
        Vault.raw_key(home.folder, OTHER)
    assert everything(home.root) == before
    assert issubclass(WrongPassphrase, AppError)
