"""Whether this device's clock may decide that something is deleted for good.

A clock that runs ahead for an hour would delete what nobody gets back. So no leap since the last look is believed at
once: another day has to say so too, and to have come as days do.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.model.commands import SetSetting
from app.model.queries import SettingOf

if TYPE_CHECKING:
    from app.services.records.store import Store

LONGEST: Final = timedelta(days=30)
"""A doubt that is older than this has been confirmed by nothing."""


def believed(store: Store, about: str, now: datetime, leap: timedelta) -> bool:
    """Look at the clock. False where it has gone on by more than `leap` since it was last believed about this.

    Whoever asks for the first time is compared with what was written last.
    """
    seen, doubted = _day(store, f"{about}.seen"), _day(store, f"{about}.doubted")
    today = now.date()
    if seen is None:
        seen = min(store.last_written.astimezone(now.tzinfo).date(), today)
        _keep(store, f"{about}.seen", seen)
    if today - seen > leap and not (doubted is not None and timedelta(0) < today - doubted <= LONGEST):
        if doubted is None or doubted > today or today - doubted > LONGEST:
            _keep(store, f"{about}.doubted", today)
        return False
    if seen != today:
        _keep(store, f"{about}.seen", today)
    if doubted is not None:
        _keep(store, f"{about}.doubted", None)
    return True


def _day(store: Store, key: str) -> date | None:
    found = store.ask(SettingOf(key))
    try:
        return date.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:  # another device of mine, or a file that was read in, may say anything
        return None


def _keep(store: Store, key: str, day: date | None) -> None:
    store.execute(SetSetting(key=key, value=None if day is None else day.isoformat()))
