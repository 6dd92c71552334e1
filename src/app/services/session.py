"""The session: absent, locked, opening, open, closing. Everything the screens do with keys goes through here.

Nothing that opens a vault is imported before somebody opens one, so that the lock screen comes quickly. Methods that
stretch a passphrase or wait for the disk say so and are to be called off the event loop (`await
asyncio.to_thread(session.unlock, …)`); the others are quick. One thing happens at a time: a second call waits for the
first.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from app.errors import AppError, SessionBusy
from app.services.passphrase import Strength, accept, strength, suggest
from app.services.phases import Phase, indexes
from app.services.quick_notes import QuickNote, Trust
from app.services.recovering import Recovering
from app.services.safekeeping import Safekeeping

if TYPE_CHECKING:
    from app.services.sharing.joining import Joined, Joining
    from sync.recovery import RecoveryKey

__all__ = ["Phase", "Session"]


class Session(Recovering, Safekeeping):
    """The one session of a process."""

    # ------------------------------------------------------------------ passphrases

    def suggest(self, language: str, words: int = 5) -> str:
        """Words drawn at random from the list of that language."""
        return suggest(self._assets, language, words)

    def strength(self, passphrase: str) -> Strength:
        """How hard a passphrase is to guess."""
        return strength(self._assets, passphrase)

    # ------------------------------------------------------------------ first run

    def create(self, passphrase: str, *, name: str, role: str, language: str | None = None) -> RecoveryKey:
        """The first run: vault, root key, device, personal space, and who I am. Returns the recovery key to show.

        Stretches the passphrase and waits for the disk.
        """
        from app.model.commands import IntroduceMe, SetSetting
        from app.services.records.store import Store
        from app.services.spaces import Spaces
        from sync.recovery import RecoveryKey

        accept(self._assets, passphrase)
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

        accept(self._assets, passphrase)
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
            vault = Vault.open(self._folder, passphrase, state=self._state, indexes=indexes())
            try:
                vault.settle_question(go_on=accept_older)
            except BaseException:
                vault.leave()
                raise
            self._enter(vault)

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
            vault = Vault.create_temporary(indexes=indexes())
            try:
                spaces = Spaces(vault.documents)
                spaces.begin(RecoveryKey.new())
                spaces.confirmed()
                self._enter(vault)
                example.fill(self.store, self._assets, role=role, language=self.preferences.language, now=self._now())
            except BaseException:
                vault.lock()
                raise

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

    # ------------------------------------------------------------------ the passphrase, and erasing

    def confirm(self, passphrase: str) -> None:
        """Raise `WrongPassphrase` unless it is the one; asked before an export. Stretches the passphrase."""
        with self._one:
            self._open_vault.confirm(passphrase)

    def change_passphrase(self, old: str, new: str) -> None:
        """A new passphrase and a new vault key; the old one opens nothing but older copies. Stretches and waits."""
        accept(self._assets, new)
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
                self._was_here = False
            finally:
                try:
                    vault.leave()  # not even a marker could be written: then it stays, and shut
                finally:
                    self._become(self._phase_on_disk())

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
