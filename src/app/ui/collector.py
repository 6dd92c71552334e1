"""What is loaded by now stays: Python's collector need not look through all of it again.

Without this it does so when enough has been made since, which is while Today is being drawn: a twentieth to a tenth of a
second in which everything waits. What a window leaves behind can still go: it is let in again when one is closed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Protocol

WITHIN = ("opening", "open")


class Locks(Protocol):
    """What can be locked."""

    @property
    def phase(self) -> str:
        """Where it is."""
        ...

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told of every other phase; the answer ends that."""
        ...


def settle() -> None:
    """Sort out what is over, and leave the rest alone from now on. Takes about a tenth of a second: while nobody waits."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def settle_beside(session: Locks) -> None:
    """`settle`, while somebody may be unlocking: if they are, what is open by now may go again once it is locked."""
    before = session.phase
    settle()
    if before not in WITHIN and session.phase not in WITHIN:
        return

    watching: list[Callable[[], None]] = []

    def moved() -> None:
        if session.phase not in WITHIN:
            unsettle()
            for stop in watching:
                stop()

    watching.append(session.watch(moved))
    moved()  # it may have been locked before anybody was told of it


def unsettle() -> None:
    """Something of it may be over now."""
    gc.unfreeze()
