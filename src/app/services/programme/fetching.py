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
from sync.errors import BundleSeen, NewerCode, NewerVersion, SyncError
from sync.programme import parcel

if TYPE_CHECKING:
    from app.services.programme.coordination import Coordination
    from app.services.sharing.replication import Choice
    from app.services.spaces import Spaces
    from sync.client.http import Token

log = logging.getLogger(__name__)

PAGES_MOST: Final = 300
"""A box holds fewer: a server that goes on and on is not listened to."""


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
        self._open_at = ""
        self._outside: set[bytes] = set()
        self.unreadable = 0
        """Letters that only a newer app can read: they stay in the box."""

    @property
    def wanted(self) -> bool:
        """Whether a box is open on the server that is chosen."""
        if not self._has_programme():
            return False
        box, choice = self._coordination().box, self._choice()
        return box is not None and choice is not None and choice.address == box.server

    @property
    def waits(self) -> bool:
        """Whether somebody who writes through the box has an answer to get."""
        return bool(self._coordination().owed_by_post())

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Be told when something was written. The answer ends that."""
        return self._coordination().watch(told) if self._has_programme() else _nothing

    # ------------------------------------------------------------------ opening and closing

    def open(self) -> None:
        """Open the programme's box on the server that is chosen. Everybody is told where it is with their next answer."""
        choice, coordination = self._choice(), self._coordination()
        if choice is None or coordination.programme is None:
            raise NoProgramme(reason="server")
        secret = coordination.box_secret or os.urandom(SECRET_BYTES)
        box = Box(choice.address, choice.pin, bytes.fromhex(self._spaces.personal), secret)
        line = self._reach(box.server, pin=box.pin or None)
        try:
            line.open_box(self._token(line, box), box.secret)
        finally:
            line.close()
        self._open_at = box.server
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
        if box is None:
            return
        self._line = line = self._reach(box.server, pin=box.pin or None)
        try:
            token = self._token(line, box)
            if self._open_at != box.server:  # a server that was put back from a backup may have lost it
                line.open_box(token, box.secret)
                self._open_at = box.server
            self._letters(line, token)
            self._slips(line, token)
            for member, place in coordination.owed_by_post().items():
                line.put_answer(token, place, parcel.wrap(coordination.answer(member).data))
                coordination.answered(member)
        finally:
            self._line = None
            line.close()

    def _letters(self, line: Drop, token: Token) -> None:
        last = b""
        for _ in range(PAGES_MOST):
            page = line.parcels(token, last)
            for one in page:
                id = parcel_id(one)
                if id in self._outside:
                    continue
                if self._take(one):
                    line.delete_parcel(token, id)
                else:
                    self._outside.add(id)
            following = max(map(parcel_id, page), default=b"")
            if following <= last:
                break
            last = following

    def _take(self, one: bytes) -> bool:
        """Take a parcel in; whether it need not lie there any more. What only a newer app can read stays.

        Whoever sent it keeps what was not acknowledged, and sends it again with whatever comes next.
        """
        try:
            taken = self._coordination().take(parcel.unwrap(one), posted=True)
        except BundleSeen:
            return True
        except (NewerCode, NewerVersion):
            self.unreadable += 1
            return False
        except SyncError as exc:
            log.warning("a parcel in the box is none for this programme: %s", exc.code)
            return True
        self.unreadable += taken.unreadable
        return not taken.unreadable

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
