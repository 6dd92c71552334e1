"""Emptying the trash by itself, and not because of a clock that was wrong for an hour.

What was deleted more than thirty days ago goes when the app is opened. Whoever was not here yesterday, or whose clock has
run ahead, finds everything as it was: it goes on another day, if the clock still says so. A clock may be wrong by less
than the trash keeps, too, so no leap is believed at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.model.commands import EmptyTrash
from app.model.erasing import KEPT
from app.model.schema import KINDS
from app.services.believing import believed
from app.services.records.tables import is_

if TYPE_CHECKING:
    from app.services.records.store import Store

STEP: Final = timedelta(days=1)
"""How far a clock may have gone on since and be believed at once."""


def empty(store: Store, now: datetime) -> None:
    """Erase for good what is due, if the clock can be believed. Costs next to nothing where the trash is empty."""
    if any(store.documents.table(kind).tally(is_("trashed", True)) for kind in KINDS) and believed(
        store, "trash", now, STEP
    ):
        store.execute(EmptyTrash(before=now - KEPT))
