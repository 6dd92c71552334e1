"""The vault of this device: the encrypted folder from the first passphrase to the last byte erased.

Here the slots, the header, the engine, the anchor and the inbox come together. Two orders matter
everywhere. The header is renamed into place last, because it is the commit point: after a crash exactly one
of two sets of secrets opens. The anchor is written after the journal is durable, because it may never claim
more than the folder holds.
"""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import (
    HeaderDamaged,
    InboxKeyChanged,
    NoVault,
    OlderCopy,
    OlderPassphrase,
    OtherVault,
    VaultDamaged,
    VaultError,
    VaultExists,
    WrongPassphrase,
    WrongRecoveryKey,
)
from app.vault import anchor, header, inbox, kdf, mark
from app.vault.anchor import Anchor, Verdict
from app.vault.documents import Documents
from app.vault.engine import Engine
from app.vault.files import DISK, Files, remove, write_atomically
from app.vault.header import Header
from app.vault.inbox import Inbox, InboxKey, InboxPair, SealedNote
from app.vault.kdf import Cost
from app.vault.key import Position, VaultKey, milliseconds_now
from app.vault.lock import FolderLock
from app.vault.own import Own
from app.vault.presence import CREATING, ERASING, HEADER, erased, exists
from app.vault.slots import Kind, Mode, Slot, SlotKey
from app.vault.verify import Verified

TEMPORARY: Final = "fika-example-"
_FRESH_SECONDS: Final = 60.0
"""A temporary folder this young may be about to be locked by whoever is making it."""

_SWEEP_BYTES: Final = 1 << 20

_OURS: Final = re.compile(rf"(?:{HEADER}|{mark.FILE}|{inbox.FOLDER}|(?:snapshot|journal)-\d{{8,19}})(?:\.new)?")
"""The names that a vault gives to its files, but for the lock and the markers."""

Indexes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the person may want to know after opening. `code` is the key of a sentence."""

    code: str
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Something to answer before going on: `older` copy than this computer remembers, or `other` vault than the last.

    The times are in milliseconds since 1970; 0 is unknown.
    """

    code: str
    remembered: int
    this_copy: int


class Vault:
    """An open vault. Use `documents` for what it holds; `lock` it when nobody is looking."""

    def __init__(
        self,
        folder: Path,
        state: Path | None,
        key: VaultKey,
        head: Header | None,
        engine: Engine,
        files: Files,
    ) -> None:
        self.folder = folder
        self.notices: list[Notice] = [Notice(code, tuple(facts.items())) for code, facts in engine.notices]
        self.question: Question | None = None
        self._state = state
        self._key = key
        self._header = head
        self._engine = engine
        self._files = files
        self._anchored: tuple[Position, bytes, bytes] | None = None
        self._own = Own(engine.documents, key.vault)
        self._open = True

    # ------------------------------------------------------------------ beginning

    @classmethod
    def create(
        cls,
        folder: Path,
        passphrase: str,
        recovery: bytes,
        *,
        state: Path | None = None,
        indexes: Indexes | None = None,
        cost: Cost | None = None,
        keystore: bytes | None = None,
        fill: Callable[[Documents], None] | None = None,
        files: Files = DISK,
    ) -> "Vault":
        """A new vault that the passphrase and the recovery key's secret open.

        Until this returns there is none: what `fill` puts into it comes all or not at all.
        """
        secret = kdf.normalise(passphrase)
        kdf.require_argon2id()
        if exists(folder):
            raise VaultExists
        _make_private(folder, files)
        lock = FolderLock(folder, files)
        try:
            _clear(folder, files)
            write_atomically(folder / CREATING, b"", files)
            key = VaultKey.new()
            mode = Mode.UNBOUND if keystore is None else Mode.BOUND
            daily = Slot.new(Kind.PASSPHRASE, cost=cost or kdf.calibrate(), mode=mode)
            spare = Slot.new(Kind.RECOVERY)
            keys = [
                (daily, daily.derive(key.vault, secret, keystore)),
                (spare, spare.derive(key.vault, recovery)),
            ]
            head = _header(key, keys)
            engine = Engine.create(folder, key, lock, indexes=indexes or {}, files=files)
        except BaseException:
            lock.release()
            raise
        vault = cls(folder, state, key, head, engine, files)
        try:
            vault._own.keep_slot_keys(keys)
            vault._rotate_inbox()
            if fill is not None:
                fill(vault.documents)
            vault._write_header(head)
            remove(folder / CREATING, files)
            vault.remember()
        except BaseException:
            engine.close()
            raise
        return vault

    @classmethod
    def create_temporary(cls, *, indexes: Indexes | None = None, inside: Path | None = None) -> "Vault":
        """A vault for example data: a random key that is only in memory, in a folder that goes when it is closed."""
        for left in (inside or Path(tempfile.gettempdir())).glob(TEMPORARY + "*"):
            _sweep(left)
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=inside))
        key = VaultKey.new()
        engine = Engine.create(folder, key, indexes=indexes or {})
        return cls(folder, None, key, None, engine, DISK)

    # ------------------------------------------------------------------ opening

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: str,
        *,
        state: Path | None = None,
        indexes: Indexes | None = None,
        keystore: bytes | None = None,
        files: Files = DISK,
    ) -> "Vault":
        """Open with the passphrase: exactly one derivation, right or wrong. A failed opening changes no byte."""
        secret = kdf.normalise(passphrase)

        def unlock(head: Header) -> tuple[VaultKey, Slot, SlotKey]:
            slot = head.slot(Kind.PASSPHRASE)
            if slot is None:
                kdf.stretch(secret, bytes(16), kdf.FLOOR)
                raise _unfit(head, state)
            slot_key = slot.derive(head.vault, secret, keystore)
            content = slot.opened(head.vault, slot_key)
            if content is None:
                raise _unfit(head, state)
            return head.key(content), slot, slot_key

        return cls._open_with(folder, unlock, state, indexes, files)

    @classmethod
    def open_with_recovery(
        cls,
        folder: Path,
        recovery: bytes,
        new_passphrase: str,
        *,
        state: Path | None = None,
        indexes: Indexes | None = None,
        cost: Cost | None = None,
        keystore: bytes | None = None,
        go_on: bool = False,
        files: Files = DISK,
    ) -> "Vault":
        """Open with the recovery key's secret, and give the vault a new passphrase and a new key at once."""
        kdf.normalise(new_passphrase)
        kdf.require_argon2id()
        vault = cls._open_with(folder, lambda head: _unlock_by_recovery(head, recovery), state, indexes, files)
        try:
            vault.settle_question(go_on=go_on)
            vault._set_passphrase(new_passphrase, cost, keystore)
        except BaseException:
            vault.leave()
            raise
        return vault

    @staticmethod
    def recovery_fits(folder: Path, recovery: bytes) -> None:
        """Raise `WrongRecoveryKey` when the key is of another vault; asked before a new passphrase is."""
        head, _ = _read_header(folder)
        _unlock_by_recovery(head, recovery)[0].wipe()

    @classmethod
    def raw_key(cls, folder: Path, passphrase: str, *, keystore: bytes | None = None) -> VaultKey:
        """The key alone, for salvage of a folder that does not open; reads only."""
        head, _ = _read_header(folder)
        slot = head.slot(Kind.PASSPHRASE)
        content = None
        if slot is not None:
            content = slot.opened(head.vault, slot.derive(head.vault, kdf.normalise(passphrase), keystore))
        if content is None:
            raise WrongPassphrase
        return head.key(content)

    @classmethod
    def _open_with(
        cls,
        folder: Path,
        unlock: Callable[[Header], tuple[VaultKey, Slot, SlotKey]],
        state: Path | None,
        indexes: Indexes | None,
        files: Files,
    ) -> "Vault":
        kdf.require_argon2id()
        _read_header(folder)
        lock = FolderLock(folder, files)
        try:
            head, whole = _read_header(folder)
            key, slot, slot_key = unlock(head)
            engine = Engine.open(folder, key, lock, indexes=indexes or {}, files=files)
        except BaseException:
            lock.release()
            raise
        vault = cls(folder, state, key, head, engine, files)
        try:
            vault._settle(slot, slot_key, whole)
        except BaseException:
            engine.close()
            raise
        return vault

    def _settle(self, slot: Slot, slot_key: SlotKey, whole: bool) -> None:
        """What follows an opening: mend, tidy, compare with what this computer remembers."""
        assert self._header is not None
        if not whole:
            self._write_header(self._header)
            self.notices.append(Notice("header-mended"))
        remove(self.folder / CREATING, self._files)
        remove(self.folder / (HEADER + ".new"), self._files)
        self._own.keep_slot_keys([(slot, slot_key)])
        if self._state is None:
            return
        known = anchor.read(self._state / anchor.FILE)
        verdict = known.judge(self._key, self._engine.position) if isinstance(known, Anchor) else known
        if verdict in (Verdict.OLDER, Verdict.FOREIGN) and isinstance(known, Anchor):
            code = "older" if verdict is Verdict.OLDER else "other"
            self.question = Question(code, known.when, self.last_closed)
        else:
            if verdict is not Verdict.KNOWN:
                self.notices.append(Notice("anchor-" + verdict.value))
            self.remember()

    # ------------------------------------------------------------------ while open

    @property
    def documents(self) -> Documents:
        """The tables, as TinyDB."""
        return self._engine.documents

    @property
    def position(self) -> Position:
        """The last record that the disk has confirmed."""
        return self._engine.position

    @property
    def temporary(self) -> bool:
        return self._header is None

    @property
    def bound(self) -> bool:
        """Whether the file alone cannot be guessed, because a secret of the keystore is mixed in."""
        slot = self._header.slot(Kind.PASSPHRASE) if self._header else None
        return slot is not None and slot.mode is Mode.BOUND

    @property
    def last_closed(self) -> int:
        """When this copy was last locked, in milliseconds since 1970; 0 when it never was."""
        return self._own.last_pair_made()

    def remember(self, inbox_key: InboxKey | None = None) -> None:
        """Write the anchor, when there is something new to remember and no open question about this copy.

        `inbox_key` is a public key of the inbox that is about to take the place of the one in the folder.
        """
        if self._state is None or self.temporary or self.question is not None:
            return
        found = Inbox(self.folder, self._files).key()
        here = found.public if found else anchor.NO_INBOX
        what = (self._engine.position, inbox_key.public if inbox_key else here, here)
        if what == self._anchored:
            return
        position, now, before = what
        current = Anchor.of(self._key, position, now, milliseconds_now(), before)
        try:
            anchor.write(self._state / anchor.FILE, current, self._files)
        except VaultError as exc:
            # The anchor guards against an older copy; the words are safe without it.
            self.notices.append(Notice("anchor-not-written", (("reason", exc.code),)))
            return
        self._anchored = what

    def settle_question(self, *, go_on: bool) -> None:
        """Go on from a copy that this computer does not know as the last, or raise `OlderCopy` or `OtherVault`."""
        if self.question is None:
            return
        if not go_on:
            fault = OlderCopy if self.question.code == "older" else OtherVault
            raise fault(remembered=self.question.remembered, this_copy=self.question.this_copy)
        self.continue_from_this_copy()

    def continue_from_this_copy(self) -> None:
        """The answer "yes, go on": a new key, a new lineage and a new generation, so that the two
        histories never mix.
        """
        question, self.question = self.question, None
        if question is None:
            return
        known = anchor.read(self._state / anchor.FILE) if self._state else None
        after = known.counter if isinstance(known, Anchor) and known.vault == self._key.vault else 0
        try:
            with self.documents.transaction():
                self._own.ask_for_new_device()
            self._rekey(self._kept_slots(), lineage=os.urandom(16), after=after)
        except BaseException:
            self.question = question
            raise

    @property
    def needs_new_device(self) -> bool:
        """Whether this copy was continued and its device still goes by the old name; true until somebody has seen to it."""
        return self._own.needs_new_device()

    def has_new_device(self) -> None:
        """The device is a new one: call this in the transaction that made it so."""
        self._own.has_new_device()

    def confirm(self, passphrase: str, *, keystore: bytes | None = None) -> None:
        """Raise `WrongPassphrase` unless it is the vault's."""
        slot = self._header.slot(Kind.PASSPHRASE) if self._header else None
        if slot is None:
            raise WrongPassphrase
        if slot.opened(self._key.vault, slot.derive(self._key.vault, kdf.normalise(passphrase), keystore)) is None:
            raise WrongPassphrase

    def confirm_recovery(self, recovery: bytes) -> None:
        """Raise `WrongRecoveryKey` unless it is the vault's."""
        slot = self._header.slot(Kind.RECOVERY) if self._header else None
        if slot is None or slot.opened(self._key.vault, slot.derive(self._key.vault, recovery)) is None:
            raise WrongRecoveryKey

    def change_passphrase(self, old: str, new: str, *, cost: Cost | None = None, keystore: bytes | None = None) -> None:
        """A new passphrase and a new vault key. After a crash exactly one of the two passphrases opens."""
        kdf.normalise(new)
        self.confirm(old, keystore=keystore)
        self._set_passphrase(new, cost, keystore)

    def replace_recovery(self, recovery: bytes) -> None:
        """A new recovery key and a new vault key; the old paper opens nothing any more."""
        slot = Slot.new(Kind.RECOVERY)
        keys = [pair for pair in self._kept_slots() if pair[0].kind is not Kind.RECOVERY]
        self._rekey([*keys, (slot, slot.derive(self._key.vault, recovery))])

    def _set_passphrase(self, passphrase: str, cost: Cost | None, keystore: bytes | None) -> None:
        mode = Mode.UNBOUND if keystore is None else Mode.BOUND
        slot = Slot.new(Kind.PASSPHRASE, cost=cost or kdf.calibrate(), mode=mode)
        slot_key = slot.derive(self._key.vault, kdf.normalise(passphrase), keystore)
        keys = [pair for pair in self._kept_slots() if pair[0].kind is not Kind.PASSPHRASE]
        self._rekey([(slot, slot_key), *keys])

    def _rekey(self, keys: list[tuple[Slot, SlotKey]], *, lineage: bytes | None = None, after: int = 0) -> None:
        """Everything again under a new key, in a new generation; the header last, since it decides which one opens."""
        new = self._key.successor(lineage=lineage, after=after)
        head = _header(new, keys)
        # The new slots' keys go in before and the old ones' out after: whichever header wins finds its own.
        self._own.keep_slot_keys(keys)
        self._engine.rekey(new, lambda: self._write_header(head))
        old, self._key, self._header = self._key, new, head
        old.wipe()
        self._own.forget_slot_keys(head.slots)
        self._anchored = None
        self.remember()

    def verify(self) -> Verified:
        """Read everything from the disk again and prove it; says how much there is. Raises what is wrong first.

        Changes nothing. Takes a second or two for 100,000 documents; saving goes on meanwhile, locking waits.
        """
        if self._header is not None:
            head, whole = _read_header(self.folder)
            if head != self._header:
                raise HeaderDamaged(part="header")
            if not whole:
                raise HeaderDamaged(part="copies")
        return self._engine.verify()

    # ------------------------------------------------------------------ notes written while locked

    def locked_notes(self) -> tuple[list[SealedNote], int]:
        """What was written while locked and is not yet inside, and how many notes stay sealed.

        Raises `InboxKeyChanged` before anything is read when the key in the folder is not one that this vault made.
        """
        box = Inbox(self.folder, self._files)
        pairs = self._own.pairs()
        found = box.key()
        if found is not None and found not in [pair.key for pair in pairs]:
            raise InboxKeyChanged
        notes, closed = box.read(pairs)
        done = set(self._own.taken_in())
        box.forget([note.id for note in notes if note.id in done])
        return [note for note in notes if note.id not in done], closed

    @property
    def words_key(self) -> InboxKey:
        """What is sealed to it can be opened here as long as no later `lock` has returned another one."""
        return self._own.pairs()[-1].key

    def open_words(self, sealed: bytes) -> bytes | None:
        """What was sealed as this vault was locked, because the disk refused it; `None` where it was another vault."""
        return inbox.open_words(self._own.pairs(), sealed)

    def accept_inbox(self) -> None:
        """The answer to the alarm: a new pair, and what was sealed to the stranger's key is left behind."""
        self._rotate_inbox()

    def notes_taken_in(self, notes: list[bytes]) -> None:
        """The notes are durable inside: remember their ids, then remove their files."""
        if not notes:
            return
        self._own.remember_taken_in(notes)
        Inbox(self.folder, self._files).forget(notes)

    def _rotate_inbox(self) -> InboxKey:
        """A new pair: the private half durable first, then the public half for everybody, then the old one goes."""
        box = Inbox(self.folder, self._files)
        pair = InboxPair.new(self._key.vault)
        self._own.keep_pair(pair)
        self.remember(pair.key)
        box.publish(pair.key)
        waiting = box.waiting_for()
        if waiting is not None:  # else a note that nobody can read today would be one that nobody can open ever
            self._own.forget_pairs(except_for={pair.key.id, *waiting})
        return pair.key

    # ------------------------------------------------------------------ the end

    def lock(self) -> InboxKey | None:
        """Close the vault and drop every key; returns the key that notes are sealed to from now on.

        A disk that fails must not keep the vault open: then the keys go all the same, and the inbox keeps its old key; it
        is returned if it can be read, and is one that this vault made.
        """
        if not self._open:
            return None
        self._open = False
        published: InboxKey | None = None
        try:
            if not self.temporary:
                try:
                    published = self._rotate_inbox()
                    self.remember()
                except VaultError as exc:
                    self.notices.append(Notice("lock-incomplete", (("reason", exc.code),)))
                    found = Inbox(self.folder, self._files).key()
                    published = found if found in [pair.key for pair in self._own.pairs()] else None
        finally:
            try:
                self._engine.close()
            finally:
                self._key.wipe()
                if self.temporary:
                    shutil.rmtree(self.folder, ignore_errors=True)
        return published

    def leave(self) -> None:
        """Close without writing a byte: for an opening that somebody thought better of."""
        if self._open:
            self._open = False
            try:
                self._engine.close()
            finally:
                self._key.wipe()

    def close(self) -> None:
        """The same as `lock`, for the end of the process."""
        self.lock()

    def erase(self, passphrase: str, *, keystore: bytes | None = None) -> None:
        """Everything gone, if the passphrase is the vault's."""
        self.confirm(passphrase, keystore=keystore)
        self.erase_confirmed()

    def erase_confirmed(self) -> None:
        """Everything gone; whoever calls has had the passphrase confirmed. A marker is the commit point: with it the vault
        is gone, and whoever comes next finishes.
        """
        write_atomically(self.folder / ERASING, b"", self._files)
        self._open = False
        try:
            self._engine.close(for_good=True)
        finally:
            self._key.wipe()
        self.finish_erasing(self.folder, self._state, self._files)

    @staticmethod
    def finish_erasing(folder: Path, state: Path | None = None, files: Files = DISK) -> None:
        """Remove what an erased vault has left, after a crash too; does nothing to one that has not been erased."""
        if not erased(folder):
            return
        with FolderLock(folder, files):
            head = folder / HEADER
            if head.exists():
                _overwrite(head, files)
                files.unlink(head)
            _clear(folder, files, overwrite=True)
            if state is not None:
                for name in (anchor.FILE, inbox.ACCEPTED_FILE):
                    remove(state / name, files)
            files.sync_folder(folder)
            files.unlink(folder / ERASING)

    # ------------------------------------------------------------------ the header

    def _kept_slots(self) -> list[tuple[Slot, SlotKey]]:
        """The slots of the header with their keys, so that a new vault key needs no secret that is not at hand."""
        assert self._header is not None
        keys = self._own.slot_keys()
        if any(slot.id not in keys for slot in self._header.slots):
            raise VaultDamaged(part="slot-keys")
        return [(slot, keys[slot.id]) for slot in self._header.slots]

    def _write_header(self, head: Header) -> None:
        write_atomically(self.folder / HEADER, head.to_bytes(), self._files)


def _header(key: VaultKey, keys: list[tuple[Slot, SlotKey]]) -> Header:
    """A header whose slots all hold the key."""
    filled = tuple(slot.filled(key.vault, slot_key, bytes(key.secret)) for slot, slot_key in keys)
    return Header(key.vault, key.lineage, key.counter, filled).sealed(key)


def _read_header(folder: Path) -> tuple[Header, bool]:
    if erased(folder):
        raise NoVault
    try:
        raw = DISK.read_all(folder / HEADER, header.BYTES_MAX + 1)
    except FileNotFoundError as exc:
        raise (HeaderDamaged(part="missing") if exists(folder) else NoVault()) from exc
    except VaultDamaged as exc:
        raise HeaderDamaged(part="kind") from exc
    return header.read(raw)


def _unlock_by_recovery(head: Header, recovery: bytes) -> tuple[VaultKey, Slot, SlotKey]:
    slot = head.slot(Kind.RECOVERY)
    slot_key = slot.derive(head.vault, recovery) if slot else None
    content = slot.opened(head.vault, slot_key) if slot and slot_key else None
    if slot is None or slot_key is None or content is None:
        raise WrongRecoveryKey
    return head.key(content), slot, slot_key


def _unfit(head: Header, state: Path | None) -> WrongPassphrase:
    """A passphrase that does not fit. Both this header and the anchor say in clear how many vault keys there have been:
    where the anchor knows of more, these are older files. Nobody has proved either yet; it is a hint and no more.
    """
    known = anchor.read(state / anchor.FILE) if state else None
    later = isinstance(known, Anchor) and known.vault == head.vault and known.counter > head.counter
    return OlderPassphrase() if later else WrongPassphrase()


def _make_private(folder: Path, files: Files) -> None:
    files.make_folder(folder)
    folder.chmod(0o700)


def _clear(folder: Path, files: Files, *, overwrite: bool = False) -> None:
    """Remove what a vault was made of from a folder that holds none. Whatever else lies there is somebody's, and stays."""
    for path in sorted(folder.iterdir()):
        if not _OURS.fullmatch(path.name):
            continue
        if path.is_symlink():  # what it leads to is somebody else's
            files.unlink(path)
        elif path.is_dir() and path.name == inbox.FOLDER:
            _clear_inbox(path, files, overwrite=overwrite)
        elif path.is_file():
            if overwrite:
                _overwrite_if_it_goes(path, files)
            files.unlink(path)


def _clear_inbox(folder: Path, files: Files, *, overwrite: bool) -> None:
    for path in sorted(folder.iterdir()):
        if not inbox.is_ours(path.name) or not (path.is_file() or path.is_symlink()):
            continue
        if overwrite and not path.is_symlink():
            _overwrite_if_it_goes(path, files)
        files.unlink(path)
    with suppress(OSError):  # something else lies in it
        folder.rmdir()


def _overwrite(path: Path, files: Files) -> None:
    """Random bytes over a file that is about to go."""
    fd = files.open(path, write=True)
    try:
        size = files.size(fd)
        for at in range(0, size, _SWEEP_BYTES):
            files.write(fd, os.urandom(min(_SWEEP_BYTES, size - at)), at)
        files.sync(fd)
    finally:
        files.close(fd)


def _overwrite_if_it_goes(path: Path, files: Files) -> None:
    """The same; what a failing disk does not let us overwrite is removed all the same, since the header is gone."""
    with suppress(FileNotFoundError, VaultError):
        _overwrite(path, files)


def _sweep(folder: Path) -> None:
    """Remove a temporary vault of ours whose process is gone. Its key was never written down."""
    try:
        found = folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and (not hasattr(os, "getuid") or found.st_uid == os.getuid())
        if not ours or time.time() - found.st_mtime < _FRESH_SECONDS:
            return
        with FolderLock(folder):
            shutil.rmtree(folder, ignore_errors=True)
    except (VaultError, OSError):
        return
