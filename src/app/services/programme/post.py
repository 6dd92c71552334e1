"""Letters between members and coordinators by themselves, while the vault is open and the line may be used.

One thread, nothing that any screen waits for. What fails stays as it was, is told in one row, and is tried again later.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from app.errors import AppError, VaultClosed
from app.listeners import Listeners
from app.services.programme.sending import APART_SECONDS, Sending
from sync.errors import SyncError

if TYPE_CHECKING:
    from app.services.programme.fetching import Fetching

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 900.0
"""How often a box is looked at without any reason."""
FIRST_SECONDS: Final = 30.0
LONGEST_SECONDS: Final = 1_800.0
"""After a failure: doubled each time, and any moment in the second half of it."""
DELAY_SECONDS: Final = 600.0
"""Within what time letters go for somebody who does not want a server to see when they write."""

UNEXPECTED: Final = "unexpected"
"""What is wrong where it is no error that anybody has named."""

Condition = Literal["off", "working", "calm", "away", "wifi"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How it is with a box, for one row."""

    condition: Condition = "off"
    code: str = ""
    """What is wrong, as the code of an error; empty if nothing is."""
    since: datetime | None = None
    """When it last went well."""


class Post:
    """Rounds for a member, a coordinator, or somebody who is both."""

    def __init__(
        self,
        sending: Sending,
        fetching: Fetching,
        *,
        may_go: Callable[[], bool] = lambda: True,
        delayed: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] | None = None,
    ) -> None:
        self.sending = sending
        self.fetching = fetching
        self._sides: Sequence[Sending | Fetching] = (sending, fetching)
        self._may_go = may_go
        self._delayed = delayed
        self._monotonic = monotonic
        self._draw = draw or random.SystemRandom().uniform
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._over = False
        self._due = 0.0
        self._fails = 0
        self._standing = {side.name: Standing() for side in self._sides}
        self._listeners = Listeners[[]]()
        self._followed: dict[str, Callable[[], None]] = {}

    # ------------------------------------------------------------------ what the screens see

    @property
    def member(self) -> Standing:
        """How it is with the box of my programme."""
        return self._standing[Sending.name]

    @property
    def coordinator(self) -> Standing:
        """How it is with the box of the programme that I keep."""
        return self._standing["coordinator"]

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when the standing may have changed, from any thread. The answer ends that."""
        return self._listeners.add(listener)

    # ------------------------------------------------------------------ going on

    def start(self) -> None:
        """Go on, if there is anything to go on with. Quick."""
        for side in self._sides:  # never while `_wake` is held: whoever writes holds other locks and asks for that one
            if side.name not in self._followed and side.wanted:
                self._followed[side.name] = side.watch(self._written)
        with self._wake:
            if self._thread is None and self._followed and not self._over:
                self._due = self._monotonic()
                self._thread = threading.Thread(target=self._run, name="fika-post", daemon=True)
                self._thread.start()

    def now(self) -> None:
        """Somebody asks, or the app is in front again: a round at once, also when the last one failed a moment ago."""
        self.start()
        self._at(self._monotonic())

    def stop(self) -> None:
        """No more, for locking. A round that is under way ends first."""
        with self._wake:
            self._over = True
            self._wake.notify_all()
            thread = self._thread
        for end in tuple(self._followed.values()):
            end()
        for side in self._sides:
            side.close()
        if thread is not None and thread is not threading.current_thread():
            while thread.is_alive():
                thread.join(1.0)
                for side in self._sides:  # it may have begun another question meanwhile
                    side.close()

    def _written(self) -> None:
        """Something was written, maybe by this thread's own round; whoever wrote it must not wait."""
        if threading.current_thread() is not self._thread:
            self._at(self._monotonic() + (self._draw(0, DELAY_SECONDS) if self._delayed() else 0.0), written=True)

    def _at(self, moment: float, *, written: bool = False) -> None:
        with self._wake:
            if written and self._fails:
                return  # the next try comes anyway, and brings it
            self._due = min(self._due, moment)
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            try:
                pause = self.turn()
            except VaultClosed:
                return
            except Exception as exc:  # noqa: BLE001 - a full disk, say: a thread that vanished could not go on
                log.error("letters wait: %s", type(exc).__name__)
                pause = FIRST_SECONDS
                self._due = self._monotonic() + pause
            with self._wake:
                if self._over:
                    return
                if self._due > self._monotonic():
                    self._wake.wait(max(0.05, pause))
                if self._over:
                    return

    def turn(self) -> float:
        """Do what is due; in how many seconds there may be something again."""
        if not self._may_go():
            self._stand("wifi")
            with self._wake:
                self._due = self._monotonic() + EVERY_SECONDS
            return EVERY_SECONDS
        went = self._due <= self._monotonic()
        if went:
            self._round()
        moments = self.sending.moments() if self.sending.wanted else {}
        for id, at in moments.items():
            if self._over or at > self._monotonic():
                continue
            if went:  # never beside anything else
                self.sending.put_off(id, *APART_SECONDS)
                continue
            went = True
            try:
                self.sending.send_slip(id)
            except (SyncError, AppError) as exc:
                log.warning("an answer without a name waits: %s", exc.code)
                self.sending.put_off(id, FIRST_SECONDS, LONGEST_SECONDS)
        later: list[float] = [self._due, *(self.sending.moments().values() if moments else ())]
        return max(0.0, min(later) - self._monotonic())

    def _round(self) -> None:
        with self._wake:
            self._due = self._monotonic() + EVERY_SECONDS
        failed = False
        for side in self._sides:
            if self._over or not side.wanted:
                self._set(side.name, Standing())
                continue
            before = self._standing[side.name]
            self._set(side.name, Standing("working", since=before.since))
            try:
                side.round()
            except VaultClosed:
                raise
            except (SyncError, AppError) as exc:
                log.warning("the programme's box: %s", exc.code)
                failed = True
                self._set(side.name, Standing("away", exc.code, before.since))
            except Exception as exc:  # noqa: BLE001 - what somebody sent must not end the thread that carries for everybody
                log.error("the programme's box failed: %s", type(exc).__name__)
                failed = True
                self._set(side.name, Standing("away", UNEXPECTED, before.since))
            else:
                self._set(side.name, Standing("calm", since=datetime.now(UTC)))
        self._fails = self._fails + 1 if failed else 0
        if failed:
            longest = min(FIRST_SECONDS * 2 ** (self._fails - 1), LONGEST_SECONDS)
            with self._wake:
                self._due = self._monotonic() + self._draw(longest / 2, longest)

    def _stand(self, condition: Condition) -> None:
        for side in self._sides:
            if side.wanted:
                self._set(side.name, Standing(condition, since=self._standing[side.name].since))

    def _set(self, name: str, standing: Standing) -> None:
        if self._standing[name] != standing:
            self._standing[name] = standing
            self._listeners.tell()
