"""The recovery key of a session: putting it on paper, replacing it, and coming back with it, here or from a server.

Methods that stretch a passphrase, wait for the disk or for the network say so and are to be called off the event loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import WrongRecoveryKey
from app.services import opening
from app.services.doors import Doors
from app.services.passphrase import accept
from app.services.phases import Phase, indexes

if TYPE_CHECKING:
    from sync.recovery import RecoveryKey


class Recovering(Doors):
    """A session that the recovery key opens as well."""

    # ------------------------------------------------------------------ coming back

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

        accept(self._assets, new_passphrase)
        recovery = RecoveryKey.parse(typed)
        with self._opening(Phase.LOCKED):
            vault = Vault.open_with_recovery(
                self._folder,
                recovery.vault,
                new_passphrase,
                state=self._state,
                indexes=indexes(),
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

        accept(self._assets, new_passphrase)
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

    # ------------------------------------------------------------------ on paper

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
