"""The time on this device, in a zone that has a name where the device tells it.

A meeting is kept as the wall clock and the name of its zone, so that 16.00 stays 16.00 when summer begins. Python knows
the offset of this device and no name; on Linux and macOS the name stands in the variable TZ or in how the system's zone
file is linked. A name is believed only if it gives the same time as the device all through a year. Elsewhere the offset
alone is known, as it is now.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LINK: Final = Path("/etc/localtime")
HINT: Final = Path("/etc/timezone")
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9600
"""The years that a clock is believed between. What it is set to instead has a 29 February."""
_STEPS: Final = 54
"""Weeks in which a name has to agree with the device: both halves of a year and both changes between them."""


def now() -> datetime:
    """The time on this device, with its zone."""
    here = _here()
    return datetime.now(UTC).astimezone(here)


def within_calendars(moment: datetime) -> datetime:
    """The moment, in a year from which months and years can be counted both ways; a wrong clock may say any."""
    if moment.year < FIRST_YEAR:
        return moment.replace(year=FIRST_YEAR + 2)
    return moment if moment.year <= LAST_YEAR else moment.replace(year=LAST_YEAR)


def zone(
    environment: Mapping[str, str] = os.environ, link: Path = LINK, hint: Path = HINT, at: datetime | None = None
) -> ZoneInfo | None:
    """The named zone whose time this device shows, or None when there is no such name to be found."""
    moment = at or datetime.now(UTC)
    for name in _names(environment, link, hint):
        try:
            found = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue  # no name of a zone: a rule written out, a path of somebody's own
        if _agrees(found, moment):
            return found
    return None


@cache
def _here() -> tzinfo | None:
    """Found once: the C library does not look again either while a process lives."""
    return zone()


def _names(environment: Mapping[str, str], link: Path, hint: Path) -> Iterator[str]:
    """What the zone may be called, the best source first. The variable wins over the files, as in the C library."""
    if "TZ" in environment:
        yield _after_folder(environment["TZ"].removeprefix(":"))
        return
    with suppress(OSError):  # no link: a copy, or a system that keeps its zone elsewhere
        yield _after_folder(str(link.readlink()))
    with suppress(OSError, UnicodeDecodeError):
        yield hint.read_text("utf-8").strip()


def _after_folder(path: str) -> str:
    """Europe/Stockholm of /usr/share/zoneinfo/Europe/Stockholm; a name stays what it is."""
    name = path.replace(os.sep, "/").rpartition("zoneinfo/")[2]
    return name.removeprefix("posix/")


def _agrees(named: ZoneInfo, moment: datetime) -> bool:
    """Whether this zone shows the device's time in each week of a year around the moment."""
    weeks = (moment + timedelta(weeks=step - _STEPS // 2) for step in range(_STEPS))
    return all(week.astimezone().utcoffset() == week.astimezone(named).utcoffset() for week in weeks)
