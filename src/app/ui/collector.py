"""What is loaded by now stays: Python's collector need not look through all of it again.

Without this it does so when enough has been made since, which is while Today is being drawn: a twentieth to a tenth of a
second in which everything waits. What a window leaves behind can still go: it is let in again when one is closed.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Sort out what is over, and leave the rest alone from now on. Takes about a tenth of a second: while nobody waits."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def unsettle() -> None:
    """Something of it may be over now."""
    gc.unfreeze()
