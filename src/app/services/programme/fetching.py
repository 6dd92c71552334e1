"""A coordinator's side of the box: opened and closed with a tap; what lies in it is taken in exactly as from a file, and
answers are laid there for whoever writes through it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.errors import NoProgramme
from app.services.programme.box import SECRET_BYTES, Box
from app.services.programme.sending import Reach
from sync.client.drop import Drop, parcel_id
from sync.errors import BundleSeen, NewerCode, NewerVersion, ServerRefuses, SyncError
from sync.programme import parcel

if TYPE_CHECKING:
    from app.services.programme.answering import Keeper
    from app.services.programme.coordination import Coordination
    from app.services.sharing.replication import Choice
    from app.services.spaces import Spaces
    from sync.client.http import Token

log = logging.getLogger(__name__)

_TAKEN: Final = 409

PAGES_MOST: Final = 300
"""A box holds fewer: a server that goes on and on is not listened to."""
OUTSIDE_MOST: Final = 100
"""Parcels that wait in the box for a newer app. Whoever has the secret could fill it with such; who sent one keeps it."""


class Fetching:
    """What comes to a coordinator, and what goes back. Calls wait for the network and raise the errors of `sync`."""

    name: Final = "coordinator"

    def __init__(
        self,
        coordination: Callable[[], Coordination],
        spaces: Spaces,
        choice: Callable[[], Choice | None],
        has_programme: Callable[[], bool],
        *,
        reach: Reach = Drop,
    ) -> None:
        self._coordination = coordination
        self._spaces = spaces
        self._choice = choice
        self._has_programme = has_programme
        self._reach = reach
        self._line: Drop | None = None
        self._opened: Box | None = None
        """The box as the server was told of it."""
        self._outside: dict[bytes, int] = {}
        """Parcels in which something is only for a newer app, and how much."""

    @property
    def wanted(self) -> bool:
        """Whether a box is open on the server that is chosen, and this device is the one that empties it."""
        if not self._has_programme():
            return False
        box, choice = self._coordination().box, self._choice()
        if box is None or choice is None or choice.address != box.server:
            return False
        return self.keeper in ("nobody", "mine")

    @property
    def keeper(self) -> Keeper:
        """Which device of mine empties the box."""
        return self._coordination().kept_by(self._device)

    @property
    def _device(self) -> bytes:
        return self._spaces.keys(self._spaces.personal).id

    @property
    def unreadable(self) -> int:
        """Letters that only a newer app can read: they stay in the box."""
        return sum(self._outside.values())

    @property
    def waits(self) -> bool:
        """Whether somebody who writes through the box has an answer to get."""
        return bool(self._coordination().owed_by_post())

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was written. The answer ends that."""
        return self._coordination().watch(told) if self._has_programme() else _nothing

    # ------------------------------------------------------------------ opening and closing

    def open(self) -> None:
        """Open the programme's box on the server that is chosen, or empty it from here where another device of mine did.
        Everybody is told where it is with their next answer.
        """
        choice, coordination = self._choice(), self._coordination()
        if choice is None or coordination.programme is None:
            raise NoProgramme(reason="server")
        # What another device of mine has done meanwhile, this one does not know: it may have taken somebody out.
        former = coordination.box_secret if self.keeper in ("nobody", "mine") else b""
        secret = former or os.urandom(SECRET_BYTES)
        box = Box(choice.address, choice.pin, bytes.fromhex(self._spaces.personal), secret)
        line = self._reach(box.server, pin=box.pin or None)
        try:
            line.open_box(self._token(line, box), box.secret)
        finally:
            line.close()
        self._opened = box
        coordination.keep(self._device)
        coordination.keep_box(box)

    def close_box(self) -> None:
        """Take in what lies there, then close it there and say so to everybody with their next answer."""
        coordination = self._coordination()
        box = coordination.box
        if box is None:
            return
        self.round()
        line = self._reach(box.server, pin=box.pin or None)
        try:
            line.close_box(self._token(line, box))
        finally:
            line.close()
        coordination.keep_box(None)

    def forget_box(self) -> Box | None:
        """The server is not chosen any more: go on by file and text. The box that was."""
        former = self._coordination().box
        self._coordination().keep_box(None)
        return former

    def _token(self, line: Drop, box: Box) -> Token:
        return line.session(box.space, self._spaces.keys(box.space.hex()))

    # ------------------------------------------------------------------ a round

    def round(self) -> None:
        """Take in what lies in the box, then lay answers there."""
        coordination = self._coordination()
        box = coordination.box
        if box is None or not coordination.keep_if_free(self._device):
            return  # another device of mine may have taken it over in this moment
        self._line = line = self._reach(box.server, pin=box.pin or None)
        try:
            token = self._token(line, box)
            if self._opened != box:  # its secret was renewed, or a server that was put back may have lost it
                line.open_box(token, box.secret)
                self._opened = box
            self._letters(line, token)
            self._slips(line, token)
            self._answers(line, token)
        except SyncError:
            self._opened = None
            raise
        finally:
            self._line = None
            line.close()

    def _letters(self, line: Drop, token: Token) -> None:
        last = b""
        former, self._outside = self._outside, {}
        for _ in range(PAGES_MOST):
            page = line.parcels(token, last)
            for one in page:
                id = parcel_id(one)
                newer = former[id] if id in former else self._take(one)
                if newer and len(self._outside) < OUTSIDE_MOST:
                    self._outside[id] = newer
                else:
                    line.delete_parcel(token, id)
            following = max(map(parcel_id, page), default=b"")
            if following <= last:
                break
            last = following

    def _take(self, one: bytes) -> int:
        """Take a parcel in; how much in it only a newer app can read: for that it stays where it is.

        Whoever sent it keeps what was not acknowledged, and sends it again with whatever comes next.
        """
        try:
            return self._coordination().take(parcel.unwrap(one), posted=True).newer
        except BundleSeen:
            return 0
        except (NewerCode, NewerVersion):
            return 1
        except SyncError as exc:
            log.warning("a parcel in the box is none for this programme: %s", exc.code)
            return 0

    def _answers(self, line: Drop, token: Token) -> None:
        coordination = self._coordination()
        for member, place in coordination.owed_by_post().items():
            try:
                line.put_answer(token, place, parcel.wrap(coordination.answer(member).data))
            except ServerRefuses as exc:
                if exc.facts["status"] != _TAKEN:
                    raise
                # Another space has put something there, which only that member can have wanted: the others get theirs.
                log.warning("an answer cannot lie in the box")
                coordination.laid(member, refused=True)
            else:
                coordination.laid(member)

    def _slips(self, line: Drop, token: Token) -> None:
        for _ in range(PAGES_MOST):
            batch, found = line.slips(token)
            if not found:
                break
            self._coordination().take_slips(found)
            line.delete_slips(token, batch)

    def close(self) -> None:
        """Whoever waits for an answer waits no more."""
        line = self._line
        if line is not None:
            line.close()


def _nothing() -> None:
    """For what was never watched: there is no programme."""
