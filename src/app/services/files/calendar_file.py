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

from app.model.commands import SetSetting
from app.model.ids import Id, named_id
from app.model.queries import Handed, SettingOf, ToHandOver
from app.model.queries.calendar import PLACE, TAKEN, CalendarStanding
from app.model.schedule import aware, following

if TYPE_CHECKING:
    from icalendar import Alarm, Calendar, Event

    from app.services.content.speech import Speech
    from app.services.records.store import Store

NAME: Final = "calendar.name"
DAY: Final = "calendar.alarm.day"
HOUR: Final = "calendar.alarm.hour"
CHOICES: Final[Mapping[str, bool]] = {NAME: False, PLACE: False, DAY: True, HOUR: True}
"""What one can choose about the file, and what holds until somebody does."""

DOMAIN: Final = "fika"
ALARMS: Final[Mapping[str, timedelta]] = {DAY: timedelta(days=-1), HOUR: timedelta(hours=-1)}


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The file to hand over, its name, and how many meetings are in it."""

    data: bytes
    name: str
    count: int


def choices(store: Store) -> dict[str, bool]:
    """What was chosen about the file."""
    found = {key: store.ask(SettingOf(key)) for key in CHOICES}
    return {key: value if isinstance(value, bool) else CHOICES[key] for key, value in found.items()}


def take_out(store: Store, speech: Speech, now: datetime, *, meeting: Id = "", series: Id = "") -> CalendarFile:
    """One meeting, a series, or all to come, as a file; from now on cancellations of these are told as well.

    A part of them leaves what is old about the others to be told.
    """
    handed = store.ask(ToHandOver(now, meeting, series))
    made = write(handed, choices(store), speech, now)
    others = CalendarStanding(now, frozenset(one.meeting.id for one in handed))
    if handed and store.ask(others) != "changed":
        store.execute(SetSetting(key=TAKEN, value=now.astimezone(UTC).isoformat()))
    return made


def write(handed: Iterable[Handed], chosen: Mapping[str, bool], speech: Speech, now: datetime) -> CalendarFile:
    """The file itself."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//Fika//Fika//{speech.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    rows = tuple(handed)
    for one in rows:
        calendar.add_component(_event(one, chosen, speech, now))
    _zones(calendar, rows)
    return CalendarFile(calendar.to_ical(), f"{speech.say('calendar.file')}-{now:%Y-%m-%d}.ics", len(rows))


def title(name: str, chosen: Mapping[str, bool], speech: Speech, *, cancelled: bool = False) -> str:
    """What the calendar shows: a bare word, unless the person chose more."""
    plain = speech.say("calendar.title.name", name=name) if chosen[NAME] and name else speech.say("calendar.title")
    return speech.say("calendar.title.cancelled", title=plain) if cancelled else plain


def _event(one: Handed, chosen: Mapping[str, bool], speech: Speech, now: datetime) -> Event:
    from icalendar import Event

    row = one.row
    cancelled = row.status == "cancelled"
    event = Event()
    event.add("uid", f"{row.id}@{DOMAIN}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", one.edited.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", max(0, int((one.edited - one.made).total_seconds())))
    starts, ends = _times(one)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", title(row.name, chosen, speech, cancelled=cancelled))
    if chosen[PLACE] and row.place:
        event.add("location", row.place)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    if not cancelled:
        for key, before in ALARMS.items():
            if chosen[key]:
                event.add_component(_alarm(one, key, before, chosen, speech))
    return event


def _alarm(one: Handed, key: str, before: timedelta, chosen: Mapping[str, bool], speech: Speech) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("uid", f"{named_id('alarm', one.row.id, key)}@{DOMAIN}")
    alarm.add("action", "DISPLAY")
    alarm.add("description", title(one.row.name, chosen, speech))
    alarm.add("trigger", before)
    return alarm


def _times(one: Handed) -> tuple[datetime, datetime]:
    """Start and end on the clock of the zone; in UTC without a named zone, and where spring skips the start."""
    starts, ends = one.row.starts, one.row.ends
    zone = one.meeting.zone
    if not zone or aware(one.meeting.starts, zone).replace(tzinfo=None) != one.meeting.starts:
        return starts.astimezone(UTC), ends.astimezone(UTC)
    here = ZoneInfo(zone)
    begin = starts.astimezone(here)
    return begin, following(begin, timedelta(minutes=one.row.length))


def _zones(calendar: Calendar, rows: tuple[Handed, ...]) -> None:
    """The zones in use, described for the years that the meetings lie in."""
    from icalendar import Timezone

    days: dict[str, list[date]] = {}
    for one in rows:
        starts, _ = _times(one)
        key = getattr(starts.tzinfo, "key", "UTC")
        if key != "UTC":
            days.setdefault(key, []).append(starts.date())
    for place, (key, found) in enumerate(sorted(days.items())):
        first, last = date(min(found).year - 1, 1, 1), date(max(found).year + 2, 1, 1)
        calendar.subcomponents.insert(place, Timezone.from_tzinfo(ZoneInfo(key), key, first, last))
