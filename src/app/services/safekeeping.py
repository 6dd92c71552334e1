"""Copies of what a session has: backups, and what is whole in a vault that does not open any more.

Methods that stretch a passphrase or wait for the disk say so and are to be called off the event loop.
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.errors import SessionBusy
from app.services.doors import Doors
from app.services.files.backups import Backup, BackupTest, packed, restoring, rows_of, secrets_of, tested
from app.services.passphrase import accept, suggest
from app.services.phases import Phase

if TYPE_CHECKING:
    from app.services.files.rescue import Rescue
    from sync.recovery import RecoveryKey

BACKUP_WORDS: Final = 6


class Safekeeping(Doors):
    """A session that copies come out of, and go into."""

    # ------------------------------------------------------------------ backups

    def make_backup(self, *, words: bool = False, language: str | None = None) -> Backup:
        """One sealed file that the recovery key opens, or, with `words`, six generated words. Waits for the disk."""
        from app.vault import backup

        phrase = suggest(self._assets, language or self.preferences.language, BACKUP_WORDS) if words else None
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

        accept(self._assets, new_passphrase)
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
        phrase = suggest(self._assets, self.preferences.language, BACKUP_WORDS)
        return packed(rescue.rows_saved(found), backup.Secrets(words=phrase), self._now(), self._cost)

    def set_aside(self) -> Path:
        """Move the folder of a vault that does not open out of the way, byte for byte; then the app is empty again."""
        from app.services.files import rescue

        with self._locked():
            place = rescue.set_aside(self._folder, self._now())
            self._box.remembered = None
            self._was_here = False
            self._become(self._phase_on_disk())
        return place
