"""Emptying the trash by itself, and not because of a clock that was wrong for an hour.

What was deleted more than thirty days ago goes when the app is opened. Whoever was not here yesterday, or whose clock has
run ahead, finds everything as it was: it goes on another day, if the clock still says so. A clock may be wrong by less
than the trash keeps, too, so no leap is believed at once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.model.commands import EmptyTrash, SetSetting
from app.model.erasing import KEPT
from app.model.queries import SettingOf
from app.model.schema import KINDS
from app.services.records.tables import is_

if TYPE_CHECKING:
    from app.services.records.store import Store

SEEN: Final = "trash.seen"
"""The day on which the trash was last looked at by a clock that was believed."""
DOUBTED: Final = "trash.doubted"
"""The day on which the clock was first found to have run ahead of that."""
STEP: Final = timedelta(days=1)
"""How far a clock may have gone on since and be believed at once."""


def empty(store: Store, now: datetime) -> None:
    """Erase for good what is due, if the clock can be believed. Costs next to nothing where the trash is empty."""
    if not any(store.documents.table(kind).tally(is_("trashed", True)) for kind in KINDS):
        return
    seen, doubted = _day(store, SEEN), _day(store, DOUBTED)
    today = now.date()
    if seen is not None and today - seen > STEP and not _holds(doubted, today):
        if doubted is None or doubted > today:
            _keep(store, DOUBTED, today)
        return
    if seen != today:
        _keep(store, SEEN, today)
    if doubted is not None:
        store.execute(SetSetting(key=DOUBTED, value=None))
    if seen is not None:
        store.execute(EmptyTrash(before=now - KEPT))


def _holds(doubted: date | None, today: date) -> bool:
    """Whether the clock has said so since another day, and gone on from there as clocks do."""
    return doubted is not None and timedelta(0) < today - doubted <= KEPT


def _day(store: Store, key: str) -> date | None:
    found = store.ask(SettingOf(key))
    try:
        return date.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:  # another device of mine, or a file that was read in, may say anything
        return None


def _keep(store: Store, key: str, day: date) -> None:
    store.execute(SetSetting(key=key, value=day.isoformat()))
