"""What stands on an open vault ends with it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from app.errors import SessionBusy
from app.services.opened import Opened


class Talk:
    """A talk with a server that somebody asks for once more, the moment it ends."""

    def __init__(self, opened: Opened, times: int) -> None:
        self.opened = opened
        self.times = times
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True
        if self.times:
            self.next = self.opened._once("replication", lambda: Talk(self.opened, self.times - 1))


def test_what_is_asked_for_while_the_vault_is_being_locked_is_stopped_as_well() -> None:
    nothing: Any = None
    opened = Opened(nothing, nothing, nothing, nothing, nothing)
    first = opened._once("replication", lambda: Talk(opened, 1))
    opened.close()
    assert first.stopped and first.next.stopped
    with pytest.raises(SessionBusy):
        opened._once("replication", lambda: cast(Talk, None))
