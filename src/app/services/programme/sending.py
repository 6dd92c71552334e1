"""A member's side of the programme's box: letters go there by themselves, and what comes back is read.

What goes under one's name goes soon. An answer without a name goes alone, on a connection that nothing else uses, at a
moment within a day that was drawn for it: nothing in how it travels is the same as in what goes under the name.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.errors import AppError, VaultError
from sync.client.drop import Drop
from sync.errors import BundleSeen, SyncError
from sync.programme import parcel

if TYPE_CHECKING:
    from app.services.programme.box import Box
    from app.services.programme.membership import Programme

log = logging.getLogger(__name__)

DAY_SECONDS: Final = 86_400
LATE_SECONDS: Final = (10.0, 180.0)
"""When an answer goes whose moment passed while the app was closed: not when it is opened, which is when letters go."""
APART_SECONDS: Final = (10.0, 120.0)
"""How far behind anything else an answer goes that would have gone with it."""
PARCELS_MOST: Final = 20
"""Parcels of one round."""

Draw = Callable[[float, float], float]
Reach = Callable[..., Drop]
"""Makes a new line to a server: its address, and `pin`."""


class Sending:
    """What goes from a member, and what comes back. Every call that waits for the network raises the errors of `sync`."""

    name: Final = "member"

    def __init__(
        self,
        programme: Callable[[], Programme],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        draw: Draw | None = None,
        reach: Reach = Drop,
    ) -> None:
        self._programme = programme
        self._now = now
        self._monotonic = monotonic
        self._draw = draw or random.SystemRandom().uniform
        self._reach = reach
        self._line: Drop | None = None
        self._moments: dict[str, float] = {}
        self._read = b""

    @property
    def wanted(self) -> bool:
        """Whether there is a box, and somebody has said that letters may go there."""
        return self._programme().posting == "yes"

    @property
    def waits(self) -> bool:
        """Whether something under my name waits to go."""
        return bool(self._programme().waiting)

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was written. The answer ends that."""
        return self._programme().watch(told)

    def round(self) -> None:
        """Read what the programme has answered, and send what waits under my name."""
        programme = self._programme()
        box = programme.box
        if box is None:
            return
        with _Line(self, box) as line:
            fault = self._fetch(line)
            at = programme.box  # what was read may have closed it, moved it, or renewed its secret
            if programme.posting != "yes" or at is None or (at.server, at.pin) != (box.server, box.pin):
                return
            for _ in range(PARCELS_MOST):
                leaving = programme.leaving()
                if leaving is None:
                    break
                line.put_parcel(at.space, at.secret, parcel.wrap(leaving.data))
                programme.left(leaving)
        if fault is not None:
            raise fault

    def _fetch(self, line: Drop) -> SyncError | AppError | None:
        """Read the answer that lies there. What cannot be read keeps nothing from leaving: it is told afterwards."""
        programme = self._programme()
        found = line.answer(programme.answers_at)
        digest = hashlib.sha256(found or b"").digest()
        if found is None or digest == self._read:
            return None
        try:
            programme.take(parcel.unwrap(found))
        except BundleSeen:
            log.debug("that answer was read before")
        except VaultError:
            raise
        except (SyncError, AppError) as exc:
            return exc
        self._read = digest
        return None

    # ------------------------------------------------------------------ answers without a name

    def moments(self) -> dict[str, float]:
        """When each answer without a name goes, by the clock of this process."""
        programme = self._programme()
        waiting = programme.slips()
        self._moments = {id: at for id, at in self._moments.items() if id in waiting}
        now = self._now().timestamp()
        for id, drawn in waiting.items():
            if id in self._moments:
                continue
            due = int(now + self._draw(0, DAY_SECONDS)) if drawn is None else drawn
            if drawn is None:
                programme.slip_due(id, due)
            left = min(due - now, DAY_SECONDS)  # the clock may have been put back
            self._moments[id] = self._monotonic() + (left if left > 0 else self._draw(*LATE_SECONDS))
        return dict(self._moments)

    def put_off(self, id: str, least: float, most: float) -> None:
        """It goes later than it would have."""
        self._moments[id] = self._monotonic() + self._draw(least, most)

    def send_slip(self, id: str) -> None:
        """Send one, on a line of its own."""
        programme = self._programme()
        box, slip = programme.box, programme.slip(id)
        if box is None or not slip:
            return
        with _Line(self, box) as line:
            line.put_slip(box.space, box.secret, slip)
        programme.slip_left(id)

    def close(self) -> None:
        """Whoever waits for an answer waits no more."""
        line = self._line
        if line is not None:
            line.close()


class _Line:
    """A line for one purpose; it is gone when that is done."""

    def __init__(self, owner: Sending, box: Box) -> None:
        self._owner = owner
        self._line = owner._reach(box.server, pin=box.pin or None)

    def __enter__(self) -> Drop:
        self._owner._line = self._line
        return self._line

    def __exit__(self, *_: object) -> None:
        self._owner._line = None
        self._line.close()
