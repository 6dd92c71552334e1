"""Meetings as a calendar file: what the phone's own calendar needs to show them and to ring, and nothing else.

`docs/spec/calendar.md` says what stands in it. The file leaves as bytes, by the device's own dialog; nothing is written
by us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from app.model.commands import HandOver, Told
from app.model.entities import Handed
from app.model.ids import Id, named_id
from app.model.queries import CalendarEntry, SettingOf, ToHandOver
from app.model.queries.told_calendar import PLACE
from app.model.schedule import apart

if TYPE_CHECKING:
    from icalendar import Alarm, Calendar, Event

    from app.services.content.speech import Speech
    from app.services.records.store import Done, Store

NAME: Final = "calendar.name"
DAY: Final = "calendar.alarm.day"
HOUR: Final = "calendar.alarm.hour"
CHOICES: Final[Mapping[str, bool]] = {NAME: False, PLACE: False, DAY: True, HOUR: True}
"""What one can choose about the file, and what holds until somebody does."""

DOMAIN: Final = "fika"
ALARMS: Final[Mapping[str, timedelta]] = {DAY: timedelta(days=-1), HOUR: timedelta(hours=-1)}


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The file to hand over, its name, how many meetings are in it, and what to keep once it has been handed over."""

    data: bytes
    name: str
    count: int
    keep: HandOver


def choices(store: Store) -> dict[str, bool]:
    """What was chosen about the file."""
    found = {key: store.ask(SettingOf(key)) for key in CHOICES}
    return {key: value if isinstance(value, bool) else CHOICES[key] for key, value in found.items()}


def take_out(
    store: Store, speech: Speech, now: datetime, *, meeting: Id = "", series: Id = "", old: bool = False
) -> CalendarFile:
    """One meeting, a series, all to come, or only what the calendar has wrong, as a file. Nothing is kept before it is
    known to have left: `store.execute(made.keep)`.
    """
    entries = store.ask(ToHandOver(now, meeting, series, old))
    part = bool(meeting or series)
    return write(entries, choices(store), speech, now, left=_left(store, entries, now) if part else {})


def fixed(store: Store, now: datetime, meeting: Id = "") -> Done:
    """The person has put the calendar right by hand, about one meeting or all: it knows what is so now."""
    entries = store.ask(ToHandOver(now, meeting, old=True))
    return store.execute(HandOver(told=tuple(_told(one, choices(store)) for one in entries)))


def left_out(store: Store, now: datetime) -> Done:
    """The person wants none of the meetings that the calendar does not know in it."""
    return store.execute(HandOver(left=_left(store, (), now, first=False)))


def _left(store: Store, entries: Iterable[CalendarEntry], now: datetime, *, first: bool = True) -> dict[Id, datetime]:
    """The meetings to come that are not taken out. Whoever begins with some of them has chosen; later on, new ones are
    told.
    """
    if first and next(iter(store.everything(Handed, 1)), None) is not None:
        return {}
    out = {one.id for one in entries}
    rows = store.ask(ToHandOver(now))
    known = {one.meeting for one in store.everything(Handed)}
    return {row.id: row.starts for row in rows if row.id not in out and row.id not in known}


def write(
    entries: Iterable[CalendarEntry],
    chosen: Mapping[str, bool],
    speech: Speech,
    now: datetime,
    *,
    left: Mapping[Id, datetime] | None = None,
) -> CalendarFile:
    """The file itself."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//Fika//Fika//{speech.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    rows = tuple(entries)
    for one in rows:
        calendar.add_component(_event(one, chosen, speech, now))
    _zones(calendar, rows)
    name = f"{speech.say('calendar.file')}-{now:%Y-%m-%d}.ics"
    keep = HandOver(told=tuple(_told(one, chosen) for one in rows), left=left or {})
    return CalendarFile(calendar.to_ical(), name, len(rows), keep)


def _told(one: CalendarEntry, chosen: Mapping[str, bool]) -> Told:
    starts, ends = _times(one)
    return Told(
        meeting=one.id,
        sequence=one.sequence,
        starts=starts.replace(tzinfo=UTC) if one.floating else starts,
        ends=ends.replace(tzinfo=UTC) if one.floating else ends,
        zone=one.zone,
        floating=one.floating,
        cancelled=one.cancelled,
        alarms=frozenset() if one.cancelled else frozenset(key for key in ALARMS if chosen[key]),
        place=one.place if chosen[PLACE] else "",
    )


def title(name: str, chosen: Mapping[str, bool], speech: Speech, *, cancelled: bool = False) -> str:
    """What the calendar shows: a bare word, unless the person chose more."""
    plain = speech.say("calendar.title.name", name=name) if chosen[NAME] and name else speech.say("calendar.title")
    return speech.say("calendar.title.cancelled", title=plain) if cancelled else plain


def _event(one: CalendarEntry, chosen: Mapping[str, bool], speech: Speech, now: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{one.id}@{DOMAIN}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", (one.edited or now).astimezone(UTC).replace(microsecond=0))
    event.add("sequence", one.sequence)
    starts, ends = _times(one)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", title(one.name, chosen, speech, cancelled=one.cancelled))
    if chosen[PLACE] and one.place:
        event.add("location", one.place)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    if not one.cancelled:
        for key, before in ALARMS.items():
            if chosen[key]:
                event.add_component(_alarm(one, key, before, chosen, speech))
    return event


def _alarm(one: CalendarEntry, key: str, before: timedelta, chosen: Mapping[str, bool], speech: Speech) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("uid", f"{named_id('alarm', one.id, key)}@{DOMAIN}")
    alarm.add("action", "DISPLAY")
    alarm.add("description", title(one.name, chosen, speech))
    alarm.add("trigger", before)
    return alarm


def _times(one: CalendarEntry) -> tuple[datetime, datetime]:
    """Start and end on the clock of the zone; on any wall without a zone, in UTC where the clock leaves a doubt."""
    if one.floating:
        wall = one.starts.replace(tzinfo=None)
        return wall, wall + apart(one.ends, one.starts)
    where = ZoneInfo(one.zone) if one.zone else UTC
    return one.starts.astimezone(where), one.ends.astimezone(where)


def _zones(calendar: Calendar, rows: tuple[CalendarEntry, ...]) -> None:
    """The zones in use, described for the years that the meetings lie in."""
    from icalendar import Timezone

    days: dict[str, list[date]] = {}
    for one in rows:
        if one.zone:
            days.setdefault(one.zone, []).append(_times(one)[0].date())
    for place, (key, found) in enumerate(sorted(days.items())):
        first, last = date(min(found).year - 1, 1, 1), date(max(found).year + 2, 1, 1)
        calendar.subcomponents.insert(place, Timezone.from_tzinfo(ZoneInfo(key), key, first, last))
