"""Waiting for what a thread, a timer or another process brings, for as long as a busy machine may need for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 60.0
"""Seconds until something counts as never. Nothing is measured by it: what is there is met a moment later, and a machine
that stands still for a while is no fault of what is tested.
"""


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for it, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)


@dataclass
class Bell:
    """A timer that the test rings."""

    seconds: float
    call: Callable[[], None]
    rung: list[Bell]
    daemon: bool = False
    cancelled: bool = False

    def start(self) -> None:
        self.rung.append(self)

    def cancel(self) -> None:
        self.cancelled = True
