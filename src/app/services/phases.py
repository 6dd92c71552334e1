"""The phases of a session, one at a time: absent, locked, opening, open, closing; who is let in, and when it locks by itself.

What there is to open and what stands on it afterwards, others say: this is the way in and out, and what holds at each
step of it. Nothing that opens a vault is imported before somebody opens one, so that the lock screen comes quickly.
"""

from __future__ import annotations

import enum
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import NoVault, SessionBusy, VaultError, VaultExists, VaultGone
from app.listeners import Listeners
from app.services import opening
from app.services.content.languages import languages
from app.services.opened import Opened
from app.services.preferences import Preferences
from app.services.quick_notes import LetterBox
from app.services.zone import within_calendars

if TYPE_CHECKING:
    from app.services.spaces import Spaces
    from app.vault.kdf import Cost
    from app.vault.vault import Notice, Vault

ANCHOR_SECONDS: Final = 10.0
"""How far behind the last durable record the anchor may be while the vault is open."""

STRICT_IDLE_MINUTES: Final = 1
"""The setting "at once" is about leaving the app; in front of it, a minute without a touch."""


class Phase(enum.StrEnum):
    """Where the session is."""

    ABSENT = "absent"
    LOCKED = "locked"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"


class Phases:
    """Where a session of this process is, and how it comes from one phase to the next. `folder` is the vault's, `state`
    the place outside it for anchor and preferences.
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
        self._listeners = Listeners[[]]()
        self._opened: Opened | None = None
        self._box = LetterBox(folder, state, self._now, lambda: self._phase is Phase.LOCKED)
        self._words: bytes | None = None
        self._was_here = False
        self._touched = monotonic()
        self._ticking: threading.Event | None = None
        _no_core_dumps()
        self._finish_erasing()
        self._phase = self._phase_on_disk()

    @property
    def phase(self) -> Phase:
        """Absent, locked, opening, open or closing. Nobody is told of closing: what comes after it follows at once."""
        return self._phase

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener after each change of phase, from whichever thread changed it; the answer ends that."""
        return self._listeners.add(listener)

    # ------------------------------------------------------------------ opening

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
            except BaseException as exc:
                self._abandon()
                if isinstance(exc, NoVault) and wanted is Phase.LOCKED:
                    raise VaultGone from exc  # it was here
                raise
            self._words = None
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
            indexes=indexes(),
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
            self._was_here = True
            self._take_back_words(self._opened)
            self.inbox_alarm, told = opening.settle(self._opened, self._now)
            self.notices += told

    def _abandon(self) -> None:
        """Back from a failed opening: nothing stays open."""
        opened, self._opened = self._opened, None
        try:
            if opened is not None:
                opened.store.drafts.leave()
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
            refused: VaultError | None = None
            try:
                try:
                    self._let_go_of(opened)
                finally:  # whatever that did: what was typed last is still to be written, and then forgotten
                    try:
                        opened.store.close()
                    except VaultError as exc:
                        refused = exc
            finally:
                self._shut(opened.vault, opened.store.drafts.unwritten() if refused else [])
            if refused and not self.keeps_words:
                raise refused

    @property
    def keeps_words(self) -> bool:
        """Whether words that the disk refused wait, sealed in the memory of this process, to be unlocked again."""
        return self._words is not None

    def _take_back_words(self, opened: Opened) -> None:
        words = None if self._words is None else opened.vault.open_words(self._words)
        if words is not None:
            opened.store.drafts.take_back(json.loads(words))

    def _shut(self, vault: Vault, unwritten: list[dict[str, Any]]) -> None:
        """Whatever the disk says: locked is locked. What it refused stays in memory, sealed as notes while locked are."""
        from app.vault.inbox import seal_words

        try:
            own = vault.words_key if unwritten else None
            key = vault.lock()
            if not vault.temporary:
                self._box.remembered = key
                if own is not None:  # the key in the folder is for strangers to read; it may be away, or not ours
                    self._words = seal_words(key or own, json.dumps(unwritten).encode())
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

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """While nothing is open, and nothing opens."""
        with self._one:
            if self._phase is not Phase.LOCKED:
                raise SessionBusy(state=self._phase.value)
            yield

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
        """Whether there is something to unlock; reads names only, and imports nothing.

        What was here stays something to unlock when its folder is away, with its disk perhaps: words may be waiting for
        it, and a first run in its place would hide it.
        """
        from app.vault.presence import exists

        self._was_here = self._was_here or exists(self._folder)
        return Phase.LOCKED if self._was_here else Phase.ABSENT

    def _finish_erasing(self) -> None:
        """What a crash in the middle of erasing has left goes now; if somebody holds the folder, at the next start."""
        from app.vault.presence import erased

        if erased(self._folder):
            from app.vault.vault import Vault

            with suppress(VaultError):
                Vault.finish_erasing(self._folder, self._state)

    def _become(self, phase: Phase) -> None:
        self._phase = phase
        self._listeners.tell()


def indexes() -> Any:
    """What the tables of a vault are looked up by."""
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
