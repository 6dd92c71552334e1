"""The session: absent, locked, opening, open, closing. Everything the screens do with keys goes through here.

Nothing that opens a vault is imported before somebody opens one, so that the lock screen comes quickly. Methods that
stretch a passphrase or wait for the disk say so and are to be called off the event loop (`await
asyncio.to_thread(session.unlock, …)`); the others are quick. One thing happens at a time: a second call waits for the
first.
"""

from __future__ import annotations

import enum
import io
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from app.errors import (
    AppError,
    NoVault,
    PassphraseUnfit,
    SessionBusy,
    VaultClosed,
    VaultError,
    VaultExists,
    WrongRecoveryKey,
)
from app.services import opening
from app.services.content.languages import languages
from app.services.files.backups import Backup, BackupTest, packed, restoring, rows_of, secrets_of, tested
from app.services.opened import Opened
from app.services.passphrase import Level, Strength, strength, suggest
from app.services.preferences import Preferences
from app.services.quick_notes import LetterBox, QuickNote, Trust
from app.services.zone import within_calendars

if TYPE_CHECKING:
    from app.services.agreements import Agreements
    from app.services.content.library import Library
    from app.services.files.rescue import Rescue
    from app.services.programme.coordination import Coordination
    from app.services.programme.membership import Programme
    from app.services.programme.post import Post
    from app.services.records.store import Store
    from app.services.sharing.devices import Devices
    from app.services.sharing.exchange import Exchange
    from app.services.sharing.joining import Joined, Joining
    from app.services.sharing.pairing import Pairing
    from app.services.sharing.parting import Parting
    from app.services.sharing.replication import Replication
    from app.services.sharing.tidings import Tidings
    from app.services.spaces import Spaces
    from app.vault.kdf import Cost
    from app.vault.vault import Notice, Vault
    from sync.recovery import RecoveryKey

log = logging.getLogger(__name__)

ANCHOR_SECONDS: Final = 10.0
"""How far behind the last durable record the anchor may be while the vault is open."""

STRICT_IDLE_MINUTES: Final = 1
"""The setting "at once" is about leaving the app; in front of it, a minute without a touch."""

BACKUP_WORDS: Final = 6


class Phase(enum.StrEnum):
    """Where the session is."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"


class Session:
    """The one session of a process. `folder` is the vault's, `state` the place outside it for anchor and
    preferences.
    """

    def __init__(
        self,
        folder: Path,
        state: Path,
        assets: Path,
        *,
        now: Callable[[], datetime] | None = None,
        cost: Cost | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.preferences = Preferences(state, languages=languages(assets))
        self.notices: list[Notice] = []
        self.inbox_alarm = False
        self._folder = folder
        self._state = state
        self._assets = assets
        clock = now or (lambda: datetime.now(UTC).astimezone())
        self._now: Callable[[], datetime] = lambda: within_calendars(clock())
        self._cost = cost
        self._monotonic = monotonic
        self._one = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._opened: Opened | None = None
        self._box = LetterBox(folder, state, self._now, lambda: self._phase is Phase.LOCKED)
        self._touched = monotonic()
        self._ticking: threading.Event | None = None
        _no_core_dumps()
        self._finish_erasing()
        self._phase = self._phase_on_disk()

    # ------------------------------------------------------------------ what the screens see

    @property
    def phase(self) -> Phase:
        """Absent, locked, opening, open or closing. Nobody is told of closing: what comes after it follows at once."""
        return self._phase

    @property
    def example(self) -> bool:
        """Whether this is a look around with example data."""
        return self._opened is not None and self._opened.vault.temporary

    @property
    def store(self) -> Store:
        """The open store; `SessionBusy` when there is none."""
        return self._open.store

    @property
    def sharing(self) -> bool:
        """Whether anything is shared or carried at all: asked before what that takes is even loaded."""
        from app.services.records.tables import PLACES

        return len(self.store.documents.table(PLACES)) > 0

    @property
    def shares(self) -> bool:
        """Whether there is anything to know about devices; false when nothing is open. Quick."""
        return self._opened is not None and self._opened.shares

    @property
    def exchange(self) -> Exchange:
        """The shared spaces; `SessionBusy`, as with all that follow, when no vault is open."""
        return self._open.exchange

    @property
    def tidings(self) -> Tidings:
        """What one knows of the other's phone."""
        return self._open.tidings

    @property
    def pairing(self) -> Pairing:
        """How two people become a pair."""
        return self._open.pairing

    @property
    def parting(self) -> Parting:
        """How two people stop sharing."""
        return self._open.parting

    @property
    def devices(self) -> Devices:
        """My own devices."""
        return self._open.devices

    @property
    def replication(self) -> Replication:
        """The optional server."""
        return self._open.replication

    @property
    def programme(self) -> Programme:
        """The programme one is in."""
        return self._open.programme

    @property
    def coordination(self) -> Coordination:
        """The programme one coordinates."""
        return self._open.coordination

    @property
    def letters(self) -> Post:
        """What goes between members and coordinators of a programme through a server."""
        return self._open.post

    @property
    def posts(self) -> bool:
        """Whether a programme here has a box, so that letters may go by themselves. Quick."""
        opened = self._opened
        if opened is None:
            return False
        try:
            return opened.posts
        except VaultClosed:  # locked since the line above
            return False

    def agreements(self, library: Library) -> Agreements:
        """What two people put their names to, in the words of this library."""
        return self._open.agreements(library)

    @property
    def programme_waiting(self) -> int:
        """How much waits to be handed over to a programme; loads nothing of it where there is none."""
        return self._counted("_letter", lambda row: row["state"] == "waiting" and row["what"] != "counts")

    @property
    def programme_by_hand(self) -> int:
        """The same, but nothing where letters go by themselves: then nobody has anything to do about it."""
        waiting = self.programme_waiting
        opened = self._opened
        if not waiting or opened is None:
            return waiting
        try:
            return 0 if opened.goes_by_itself else waiting
        except (SessionBusy, VaultClosed):  # locked since the line above
            return 0

    @property
    def programme_news(self) -> int:
        """How many wishes to be contacted and concerns a coordinator has not opened."""
        return self._counted("_received", lambda row: not row["seen"] and row["what"] in ("contact", "concern"))

    def _counted(self, table: str, counts: Callable[[Any], bool]) -> int:
        """How many rows count; none when nothing is open: a screen may be drawn once more while the vault is locked."""
        opened = self._opened
        if opened is None:
            return 0
        try:
            return sum(counts(row) for row in opened.vault.documents.table(table))
        except VaultClosed:  # locked since the line above
            return 0

    @property
    def role(self) -> str:
        """Mentor, mentee, coordinator or participant; empty when nobody has said."""
        from app.model.queries import AboutMe

        me = self.store.ask(AboutMe())
        return "" if me is None else str(me.role)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener after each change of phase, from whichever thread changed it; the answer ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # ------------------------------------------------------------------ passphrases

    def suggest(self, language: str, words: int = 5) -> str:
        """Words drawn at random from the list of that language."""
        return suggest(self._assets, language, words)

    def strength(self, passphrase: str) -> Strength:
        """How hard a passphrase is to guess."""
        return strength(self._assets, passphrase)

    def _accept(self, passphrase: str) -> None:
        found = self.strength(passphrase)
        if found.level is Level.REFUSED:
            raise PassphraseUnfit(reason=found.reason)

    # ------------------------------------------------------------------ first run

    def create(self, passphrase: str, *, name: str, role: str, language: str | None = None) -> RecoveryKey:
        """The first run: vault, root key, device, personal space, and who I am. Returns the recovery key to show.

        Stretches the passphrase and waits for the disk.
        """
        from app.model.commands import IntroduceMe, SetSetting
        from app.services.records.store import Store
        from app.services.spaces import Spaces
        from sync.recovery import RecoveryKey

        self._accept(passphrase)
        recovery = RecoveryKey.new()

        def fill(documents: Any) -> None:
            """Who I am comes with the vault or not at all: nobody is to meet one whose recovery key was never shown."""
            spaces = Spaces(documents)
            spaces.begin(recovery)
            store = Store(documents, spaces, now=self._now)
            store.execute(IntroduceMe(name=name, role=cast(Any, role)))
            store.execute(SetSetting(key="recovery.later", value=True))
            store.close()

        with self._opening(Phase.ABSENT):
            self._found(passphrase, recovery.vault, fill)
            if language is not None:
                self.preferences.set(language=language)
        return recovery

    def joining(self) -> Joining:
        """The code of a new phone that is to be one more device of somebody who has Fika already. Writes nothing."""
        from app.services.sharing.joining import Joining

        return Joining(self._now)

    def join(self, joined: Joined, passphrase: str, *, name: str) -> None:
        """The other phone has answered: a vault of its own for this one, under its own passphrase.

        Its records come with the first package, or from the server. Stretches the passphrase and waits for the disk.
        """
        from app.services.spaces import Spaces

        self._accept(passphrase)
        with self._opening(Phase.ABSENT):
            # Nobody here holds the recovery key; typed once, it opens this vault, too
            self._found(
                passphrase,
                os.urandom(32),
                lambda documents: Spaces(documents).become_linked(joined.device, joined.chain, joined.keyring),
            )
            self.devices.begin(joined, name)
            server = joined.keyring.get("server")
            if server:
                self._choose_server(server["address"], server["pin"])

    # ------------------------------------------------------------------ opening

    @staticmethod
    def warm() -> None:
        """Import what opening needs. To be called in a thread while the passphrase is being typed."""
        import app.services.closing
        import app.services.records.search
        import app.services.records.store
        import app.services.spaces
        import app.services.trash
        import app.vault.anchor
        import app.vault.inbox
        import app.vault.vault  # noqa: F401 - imported for the import itself: it is slow the first time
        from sync import hpke

        hpke.public_of(bytes(32))  # `cryptography` loads this part of itself when it is first used

    def unlock(self, passphrase: str, *, accept_older: bool = False) -> None:
        """Open. Raises `WrongPassphrase`, `OlderCopy`, `OtherVault`, `VaultBusy`, `VaultTooNew`, `VaultDamaged`, …

        `OlderCopy` and `OtherVault` are questions: nothing was changed, and `accept_older` is the answer "go on".
        Stretches the passphrase and waits for the disk.
        """
        from app.vault.vault import Vault

        with self._opening(Phase.LOCKED):
            vault = Vault.open(self._folder, passphrase, state=self._state, indexes=_indexes())
            try:
                vault.settle_question(go_on=accept_older)
            except BaseException:
                vault.leave()
                raise
            self._enter(vault)

    def check_recovery(self, typed: str) -> None:
        """Raise `BadRecoveryKey` for a slip of the pen, `WrongRecoveryKey` for another vault's; asked before more
        is.
        """
        from app.vault.vault import Vault
        from sync.recovery import RecoveryKey

        Vault.recovery_fits(self._folder, RecoveryKey.parse(typed).vault)

    def recover(self, typed: str, new_passphrase: str, *, accept_older: bool = False) -> None:
        """Open with the recovery key; the vault gets a new passphrase and a new key. Stretches and waits."""
        from app.vault.vault import Vault
        from sync.recovery import RecoveryKey

        self._accept(new_passphrase)
        recovery = RecoveryKey.parse(typed)
        with self._opening(Phase.LOCKED):
            vault = Vault.open_with_recovery(
                self._folder,
                recovery.vault,
                new_passphrase,
                state=self._state,
                indexes=_indexes(),
                cost=self._cost,
                go_on=accept_older,
            )
            self._enter(vault)
            if self._open_spaces.certificate is None:
                self._open_spaces.become_new_device(recovery)
            # Typing it proves that it is on paper.
            self._recovery_is_kept()

    def return_with(self, address: str, pin: str, typed: str, new_passphrase: str) -> list[str]:
        """Into an empty app: everything that a server keeps for whoever holds the recovery key. Every other device of
        that person is out afterwards. Which spaces the server does not have.

        Raises `BadAddress`, `BadRecoveryKey`, `NothingOnServer` and what the network says, with nothing changed; once
        there is a vault, what could not be brought is told as a notice and can be brought later (`bring_back`).
        Waits for the network, stretches the passphrase.
        """
        from app.services.sharing import returning
        from app.services.sharing.addresses import plain_pin
        from app.services.spaces import Spaces
        from sync.errors import SyncError
        from sync.recovery import RecoveryKey

        self._accept(new_passphrase)
        recovery = RecoveryKey.parse(typed)
        server = returning.reach(address, pin)
        lacking: list[str] = []
        try:
            keyring = returning.look(server, recovery)
            with self._opening(Phase.ABSENT):
                self._found(
                    new_passphrase, recovery.vault, lambda documents: Spaces(documents).come_from(keyring, recovery)
                )
                self._choose_server(server.origin, plain_pin(pin) or "")
                try:
                    lacking = returning.bring_back(server, self.devices, self._open_spaces, self.exchange, recovery)
                    self._recovery_is_kept()
                except SyncError as exc:
                    self.notices.append(opening.notice("return-unfinished", reason=exc.code))
        finally:
            server.close()
        return lacking

    def bring_back(self, typed: str) -> list[str]:
        """On an open vault that is not in its spaces (put back, gone on from a copy, or begun and cut off): the recovery
        key lets this device in, and every other one out. Which spaces are still lacking. Waits for the network.
        """
        from app.services.sharing import returning
        from sync.recovery import RecoveryKey

        recovery = RecoveryKey.parse(typed)
        root = returning.root_of(self._open_spaces, recovery)
        if self._open_spaces.certificate is None:
            self._open_spaces.become_new_device(recovery)
        choice = self.replication.choice
        if choice is not None:
            server = returning.reach(choice.address, choice.pin)
            try:
                lacking = returning.bring_back(server, self.devices, self._open_spaces, self.exchange, recovery)
            finally:
                server.close()
        else:
            for space in set(self.devices.outside()) - set(self.devices.lacking()):
                self.devices.come_back(space, root)
            lacking = self.devices.lacking()
        lacking = self.devices.begin_anew(lacking)
        self.replication.start()
        self.replication.now()
        return lacking

    def _choose_server(self, address: str, pin: str) -> None:
        from app.model.commands import SetSetting
        from app.services.sharing.replication import ADDRESS, PIN

        self.store.execute(SetSetting(key=ADDRESS, value=address))
        self.store.execute(SetSetting(key=PIN, value=pin))

    def open_example(self, role: str) -> None:
        """Example data in a folder of its own, under a key that is only in memory; gone when locked or closed."""
        from app.services.records import example
        from app.services.spaces import Spaces
        from app.vault.vault import Vault
        from sync.recovery import RecoveryKey

        before = self._phase
        if before not in (Phase.ABSENT, Phase.LOCKED):
            raise SessionBusy(state=before.value)
        with self._opening(before):
            vault = Vault.create_temporary(indexes=_indexes())
            try:
                spaces = Spaces(vault.documents)
                spaces.begin(RecoveryKey.new())
                spaces.confirmed()
                self._enter(vault)
                example.fill(self.store, self._assets, role=role, language=self.preferences.language, now=self._now())
            except BaseException:
                vault.lock()
                raise

    @contextmanager
    def _opening(self, wanted: Phase) -> Iterator[None]:
        """From one phase through opening to open; back to where it was when something is refused."""
        with self._one:
            if self._phase is not wanted:
                fault = {Phase.ABSENT: NoVault, Phase.LOCKED: VaultExists}.get(self._phase)
                raise fault() if fault else SessionBusy(state=self._phase.value)
            self._become(Phase.OPENING)
            try:
                yield
            except BaseException:
                self._abandon()
                raise
            self._touched = self._monotonic()
            self._become(Phase.OPEN)
            self._start_ticking()

    def _found(self, passphrase: str, recovery: bytes, fill: Callable[[Any], None]) -> None:
        """A vault where none was, with what `fill` puts into it in its first transaction; entered at once."""
        from app.vault.vault import Vault

        vault = Vault.create(
            self._folder,
            passphrase,
            recovery,
            state=self._state,
            indexes=_indexes(),
            cost=self._cost,
            fill=fill,
        )
        self._enter(vault)

    def _enter(self, vault: Vault) -> None:
        """Everything that stands on an open vault."""
        try:
            self._opened = opening.stand_on(vault, self._assets, self._now)
        except BaseException:
            if vault.temporary:
                vault.lock()  # takes the folder with it
            else:
                vault.leave()
            raise
        self.notices = list(vault.notices)
        if not vault.temporary:
            self.inbox_alarm, told = opening.settle(self._opened, self._now)
            self.notices += told

    def _abandon(self) -> None:
        """Back from a failed opening: nothing stays open."""
        opened, self._opened = self._opened, None
        try:
            if opened is not None:
                opened.close()
                opened.vault.leave()
        finally:
            self._become(self._phase_on_disk())

    # ------------------------------------------------------------------ locking

    def lock(self) -> None:
        """Close everything: store, caches, keys. Waits for the disk for a moment."""
        with self._one:
            opened = self._opened
            if opened is None:
                return
            self._stop_ticking()
            try:
                try:
                    self._let_go_of(opened)
                finally:  # whatever that did: what was typed last is still to be written, and then forgotten
                    opened.store.close()
            finally:
                self._shut(opened.vault)

    def _shut(self, vault: Vault) -> None:
        """Whatever the disk says: locked is locked."""
        try:
            key = vault.lock()
            if not vault.temporary:
                self._box.remembered = key
        finally:
            self.notices = []
            self._become(self._phase_on_disk())

    def _let_go_of(self, opened: Opened) -> None:
        """From here on nobody gets anything of it, and whoever asks how things stand hears that it is being closed."""
        try:
            opened.stop_replicating()  # while it can still be asked for: a running exchange ends in peace
        finally:
            self._phase = Phase.CLOSING
            self._opened = None
            opened.close()

    def close(self) -> None:
        """The end of the process."""
        self.lock()

    def touch(self) -> None:
        """Somebody did something: the idle time begins anew."""
        self._touched = self._monotonic()

    @property
    def idle_seconds(self) -> float:
        """After how long without a touch the session locks itself."""
        return 60.0 * (self.preferences.lock_after or STRICT_IDLE_MINUTES)

    def tick(self) -> None:
        """What the session does by itself: lock when nobody has been here, and tell the anchor how far the vault is."""
        if self._phase is not Phase.OPEN:
            return
        if self._monotonic() - self._touched >= self.idle_seconds:
            self.lock()
            return
        with self._one:
            if self._opened is not None:
                self._opened.vault.remember()

    def _start_ticking(self) -> None:
        stop = self._ticking = threading.Event()

        def run() -> None:
            while not stop.wait(min(ANCHOR_SECONDS, self.idle_seconds / 4)):
                try:
                    self.tick()
                except VaultError as exc:  # it is locked all the same; nobody waits for this thread
                    self.notices = [opening.notice("lock-incomplete", reason=exc.code)]

        threading.Thread(target=run, name="fika-session", daemon=True).start()

    def _stop_ticking(self) -> None:
        if self._ticking is not None:
            self._ticking.set()
            self._ticking = None

    # ------------------------------------------------------------------ notes while locked

    @property
    def quick_notes_trust(self) -> Trust:
        """Whether a note can be written while locked; `InboxKeyChanged` when the key in the folder was exchanged."""
        return self._box.trust

    def accept_quick_notes(self) -> None:
        """The person has read that nobody can check who can read the notes; this computer remembers it."""
        self._box.accept()

    def quick_note(self) -> QuickNote:
        """An empty note, sealed to the vault's public key. `SessionBusy` when it may not be written (yet)."""
        return self._box.begin()

    def post(self, text: str) -> None:
        """Put something into the inbox that says nothing about its hour: an answer of a phone that is passed on.

        Waits for the disk. `SessionBusy` when nothing may be written (yet).
        """
        self._box.post(text)

    def accept_inbox_alarm(self) -> None:
        """The person has seen the alarm: a new key pair, and what was sealed to the stranger's key stays closed."""
        with self._one:
            if self._opened is not None:
                self._opened.vault.accept_inbox()
                self.inbox_alarm = False

    # ------------------------------------------------------------------ the recovery key

    @property
    def unsaved_recovery(self) -> RecoveryKey | None:
        """The recovery key, as long as nobody has confirmed to have it on paper."""
        return self._open_spaces.unconfirmed

    @property
    def recovery_confirmed(self) -> bool:
        return self._open_spaces.unconfirmed is None

    @staticmethod
    def confirm_group(expected: str, typed: str) -> bool:
        """Whether a group that was asked back is the one on the paper."""
        from sync.recovery import same_group

        return same_group(expected, typed)

    def confirm_recovery(self) -> None:
        """The groups asked back were right: the key is on paper, and the vault lets go of it."""
        with self._one:
            if self._open_spaces.unconfirmed is not None:
                self._recovery_is_kept()

    def replace_recovery(self, passphrase: str, former: str | None = None) -> RecoveryKey:
        """A new recovery key and a new vault key. With the former key the root key stays, without it there is a new
        one.

        Stretches the passphrase and waits for the disk.
        """
        from app.model.commands import SetSetting
        from sync.recovery import RecoveryKey

        old = self._former(former)
        with self._one:
            vault, spaces = self._open_vault, self._open_spaces
            vault.confirm(passphrase)
            if old is not None:
                self._confirm_former(old)
            new = RecoveryKey.new()
            vault.replace_recovery(new.vault)
            spaces.replace_root(new, old)
            if self.shares:
                self.devices.tell_root()
            self.store.execute(SetSetting(key="recovery.later", value=True))
        return new

    def _confirm_former(self, old: RecoveryKey) -> None:
        """It opens this vault; or, on a device that another one let in and whose vault it never opened, the root key."""
        from app.services.sharing.returning import root_of

        try:
            self._open_vault.confirm_recovery(old.vault)
        except WrongRecoveryKey:
            root_of(self._open_spaces, old)

    def _former(self, former: str | None) -> RecoveryKey | None:
        """The key that is being replaced: typed, or the one that the vault still keeps."""
        from sync.recovery import RecoveryKey

        return RecoveryKey.parse(former) if former else self._open_spaces.unconfirmed

    def _recovery_is_kept(self) -> None:
        from app.model.commands import SetSetting

        self._open_spaces.confirmed()
        self.store.execute(SetSetting(key="recovery.later", value=False))

    # ------------------------------------------------------------------ the passphrase, and erasing

    def confirm(self, passphrase: str) -> None:
        """Raise `WrongPassphrase` unless it is the one; asked before an export. Stretches the passphrase."""
        with self._one:
            self._open_vault.confirm(passphrase)

    def change_passphrase(self, old: str, new: str) -> None:
        """A new passphrase and a new vault key; the old one opens nothing but older copies. Stretches and waits."""
        self._accept(new)
        with self._one:
            self._open_vault.change_passphrase(old, new, cost=self._cost)

    def erase(self, passphrase: str) -> None:
        """Everything gone from this device. Stretches the passphrase and waits for the disk."""
        with self._one:
            vault = self._open_vault
            vault.confirm(passphrase)
            self._stop_ticking()
            opened = self._open
            self._box.remembered = None
            try:
                try:
                    self._let_go_of(opened)
                finally:
                    with suppress(AppError):  # a full disk does not take what is being typed: that goes as well
                        opened.store.close()
                vault.erase_confirmed()
            finally:
                try:
                    vault.leave()  # not even a marker could be written: then it stays, and shut
                finally:
                    self._become(self._phase_on_disk())

    # ------------------------------------------------------------------ backups

    def make_backup(self, *, words: bool = False, language: str | None = None) -> Backup:
        """One sealed file that the recovery key opens, or, with `words`, six generated words. Waits for the disk."""
        from app.vault import backup

        phrase = self.suggest(language or self.preferences.language, BACKUP_WORDS) if words else None
        with self._one:
            vault = self._open_vault
            secret = self._open_spaces.backup_secret
            if secret is None and phrase is None:
                raise SessionBusy(state="no-recovery-key")
            locks = backup.Secrets(recovery=None if words else secret, words=phrase)
            return packed(rows_of(vault.documents), locks, self._now(), self._cost)

    def backup_saved(self) -> None:
        """The file has left for where it is kept: remember when, for the weekly reminder."""
        from app.model.commands import SetSetting

        self.store.execute(SetSetting(key="backup.last", value=self._now().isoformat()))

    @property
    def last_backup(self) -> datetime | None:
        """When a backup was last saved."""
        from app.model.queries import SettingOf

        found = self.store.ask(SettingOf("backup.last"))
        return datetime.fromisoformat(found) if isinstance(found, str) else None

    def test_backup(self, data: bytes, secret: str) -> BackupTest:
        """Open a backup read-only and count. Nothing is changed anywhere. Stretches when it is words."""
        return tested(data, secret)

    def restore(self, data: bytes, secret: str, new_passphrase: str) -> RecoveryKey | None:
        """Into an empty app: an equal vault with a new id, a new key and a new device; all of it or nothing.

        Returns a new recovery key to show when six words opened the backup, since the old one is then not at hand.
        Stretches the passphrase and waits for the disk.
        """
        from app.vault import backup
        from sync.recovery import RecoveryKey

        self._accept(new_passphrase)
        locks, typed = secrets_of(secret)
        recovery = typed or RecoveryKey.new()

        with self._opening(Phase.ABSENT):
            # Before anything is made: a wrong secret or a foreign file should cost nobody a vault.
            backup.test(io.BytesIO(data), locks)
            self._found(new_passphrase, recovery.vault, restoring(data, locks, typed, recovery, self._now))
        return None if typed else recovery

    # ------------------------------------------------------------------ checking, and rescue

    def check(self) -> int:
        """Read the whole vault from the disk again and prove every seal; how many bytes that was. Waits for the disk.

        `VaultDamaged` at the first thing that does not hold; nothing is changed either way.
        """
        with self._one:
            vault = self._open_vault
        return vault.verify().size

    def salvage(self, passphrase: str) -> Rescue:
        """Read what is whole in a damaged vault; writes nothing. Stretches the passphrase and waits for the disk."""
        from app.services.files import rescue

        with self._locked():
            return rescue.counted(rescue.salvaged(self._folder, passphrase))

    def rescue(self, passphrase: str) -> Backup:
        """What salvage reads, as a backup that six generated words open: to save, and to restore into an empty app."""
        from app.services.files import rescue
        from app.vault import backup

        with self._locked():
            found = rescue.salvaged(self._folder, passphrase)
        phrase = self.suggest(self.preferences.language, BACKUP_WORDS)
        return packed(rescue.rows_saved(found), backup.Secrets(words=phrase), self._now(), self._cost)

    def set_aside(self) -> Path:
        """Move the folder of a vault that does not open out of the way, byte for byte; then the app is empty again."""
        from app.services.files import rescue

        with self._locked():
            place = rescue.set_aside(self._folder, self._now())
            self._box.remembered = None
            self._become(self._phase_on_disk())
        return place

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """While nothing is open, and nothing opens."""
        with self._one:
            if self._phase is not Phase.LOCKED:
                raise SessionBusy(state=self._phase.value)
            yield

    # ------------------------------------------------------------------ about

    @staticmethod
    def about() -> tuple[tuple[str, str], ...]:
        """Versions of what the safety of the words rests on."""
        import platform
        from importlib.metadata import PackageNotFoundError, version

        import app
        from app.vault import header

        def number(name: str) -> str:
            try:
                return version(name)
            except PackageNotFoundError:  # a packaged app may come without the notes that say so
                return ""

        found = ((name, number(name)) for name in ("cryptography", "argon2-cffi", "tinydb", "flet"))
        return (("fika", app.__version__), *found, ("python", platform.python_version()), ("vault", str(header.FORMAT)))

    @staticmethod
    def self_test() -> bool:
        """Whether this device derives and seals as every other does. Stretches once."""
        from app.vault import selftest

        return selftest.passes()

    # ------------------------------------------------------------------ inside

    @property
    def _open(self) -> Opened:
        opened = self._opened
        if opened is None:
            raise SessionBusy(state=self._phase.value)
        return opened

    @property
    def _open_vault(self) -> Vault:
        """The vault of a session that has finished opening."""
        if self._phase is not Phase.OPEN:
            raise SessionBusy(state=self._phase.value)
        return self._open.vault

    @property
    def _open_spaces(self) -> Spaces:
        return self._open.spaces

    def _phase_on_disk(self) -> Phase:
        """Whether there is something to unlock; reads names only, and imports nothing."""
        from app.vault.presence import exists

        return Phase.LOCKED if exists(self._folder) else Phase.ABSENT

    def _finish_erasing(self) -> None:
        """What a crash in the middle of erasing has left goes now; if somebody holds the folder, at the next start."""
        from app.vault.presence import erased

        if erased(self._folder):
            from app.vault.vault import Vault

            with suppress(VaultError):
                Vault.finish_erasing(self._folder, self._state)

    def _become(self, phase: Phase) -> None:
        self._phase = phase
        for listener in tuple(self._listeners):
            try:
                listener()
            except Exception as exc:  # noqa: BLE001 - a screen that fails must not keep the vault open, or shut
                log.error("a listener failed: %s", type(exc).__name__)


def _indexes() -> Any:
    from app.services.records.store import INDEXES
    from app.services.records.tables import SHARED_INDEXES

    return {**INDEXES, **SHARED_INDEXES}


def _no_core_dumps() -> None:
    """A crash must not write the memory, keys and all, to the disk."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
