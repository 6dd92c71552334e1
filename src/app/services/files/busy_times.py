"""When somebody is busy, from a calendar file of theirs: start and end are kept, and nothing else is even read.

A sieve drops every line that does not say when (titles, places, people, alarms and the descriptions of zones), so that
what the library reads is small and holds nobody's words. `docs/spec/calendar.md` says what counts and where it ends.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import chain
from time import thread_time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from app.errors import CalendarTooHeavy, CalendarTooLarge, NotACalendar
from app.model.entities.calendar import Span
from app.services.files.calendar_file import DOMAIN

if TYPE_CHECKING:
    from icalendar import Event

BYTES_MAX: Final = 16 * 2**20
EVENTS_MAX: Final = 50_000
AHEAD_MAX: Final = 10_000
LINE_MAX: Final = 64 * 1024
EVENT_MAX: Final = 128 * 1024
"""Of one event: a hundred thousand exceptions are read for half a minute before any clock is looked at."""
SECONDS_MAX: Final = 10.0
WINDOW: Final = timedelta(days=366)
LONGEST: Final = timedelta(days=31)
CYCLES: Final = 19 * 400
"""Years by which a rule is laid later: the calendar repeats every 400, and the search ends with the year 9999."""

_KEPT: Final = frozenset(b"DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID STATUS TRANSP UID".split())
_NAME: Final = re.compile(rb"[A-Za-z0-9-]+")
_DAY: Final = re.compile(rb":\s*(\d{8})")
_VENDOR: Final = re.compile(rb'TZID="?/[^":;]{0,80}?/([A-Za-z_]+/[A-Za-z_+-]+)"?')
"""A zone with the name of a maker in front, which is short: a line of nothing but beginnings would be searched for minutes."""
_PLAIN: Final = re.compile(
    rb"(?P<name>UID|STATUS|TRANSP):(?P<text>[^\\]*)|"
    rb"(?P<at>DTSTART|DTEND)(?:;TZID=(?P<zone>[A-Za-z_]+(?:/[A-Za-z_+-]+)+)|(?P<whole>;VALUE=DATE))?:"
    rb"(?P<day>\d{8})(?:T(?P<clock>\d{6})(?P<utc>Z)?)?|"
    rb"(?P<lasts>DURATION):P(?:(?P<days>\d{1,2})D)?(?:T(?:(?P<hours>\d{1,3})H)?(?:(?P<minutes>\d{1,5})M)?)?"
)
"""A line of an event that happens once, written as nearly everybody writes it."""
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


@dataclass(frozen=True, slots=True)
class BusyTimes:
    """The busy times to come, and what was not taken in: events left out, and those whose zone was guessed. `cut` says
    that the file ends in the middle: what came before that counts.
    """

    spans: tuple[Span, ...] = ()
    events: int = 0
    left_out: int = 0
    guessed: int = 0
    cut: bool = False


def read(data: bytes, now: datetime, *, clock: Callable[[], float] = thread_time) -> BusyTimes:
    """The busy times of a file from now on for a year. `NotACalendar`, `CalendarTooLarge` or `CalendarTooHeavy`.

    The clock is that of the work itself: what else a phone is busy with makes no file a heavy one.
    """
    sifted = _sift(data, now)
    if not sifted.events:
        return BusyTimes(events=sifted.seen, cut=sifted.cut)
    deadline = clock() + SECONDS_MAX
    reading = _Reading(now, lambda: clock() > deadline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about names of zones; what was guessed is counted and said
        for block in sifted.events:
            reading.event(block)
    return BusyTimes(_joined(reading.spans()), sifted.seen, reading.left_out, reading.guessed, sifted.cut)


# ------------------------------------------------------------------ the sieve


@dataclass(slots=True)
class _Sifted:
    events: list[list[bytes]] = field(default_factory=list)
    seen: int = 0
    cut: bool = True
    """Whether the last thing that began or ended is another than the calendar."""


def _sift(data: bytes, now: datetime) -> _Sifted:
    """The lines that count, event by event; what was over long ago is dropped on the way."""
    if len(data) > BYTES_MAX:
        raise CalendarTooLarge(reason="bytes")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()  # one that is cut ends in half a letter
    if not data.lstrip()[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        raise NotACalendar
    found = _Sifted()
    around: list[bytes] = []
    block: list[bytes] = []
    weight = 0
    for line in _lines(data):
        name = _name(line)
        if name == b"BEGIN":
            found.cut = True
            around.append(line[6:].strip().upper())
            if around[-1] == b"VEVENT":
                block, weight = [], 0
                found.seen += 1
                if found.seen > EVENTS_MAX:
                    raise CalendarTooLarge(reason="events")
        elif name == b"END":
            found.cut = line[4:].strip().upper() != b"VCALENDAR"
            if around and around.pop() == b"VEVENT" and _may_come(block, now):
                found.events.append(block)
                if len(found.events) > AHEAD_MAX:
                    raise CalendarTooLarge(reason="ahead")
        elif around and around[-1] == b"VEVENT" and name in _KEPT:
            if len(line) > LINE_MAX:
                raise CalendarTooLarge(reason="line")
            weight += len(line)
            if weight > EVENT_MAX:
                raise CalendarTooLarge(reason="event")
            block.append(_VENDOR.sub(rb"TZID=\1", line))
    if not found.seen and around:
        raise NotACalendar
    return found


def _lines(data: bytes) -> Iterator[bytes]:
    """Unfolded lines. One that goes on for ever is cut where no line that counts may be longer."""
    whole: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line:
            continue
        if line[:1] in (b" ", b"\t"):
            if size <= LINE_MAX:
                whole.append(line[1:])
                size += len(line) - 1
            continue
        if whole:
            yield b"".join(whole)
        whole, size = [line], len(line)
    if whole:
        yield b"".join(whole)


def _name(line: bytes) -> bytes:
    match = _NAME.match(line)
    return match.group().upper() if match else b""


def _may_come(block: list[bytes], now: datetime) -> bool:
    """Whether an event may still lie ahead, by the days in its lines; one that repeats may, whatever they say."""
    days = []
    for line in block:
        name = _name(line)
        if name in (b"RRULE", b"RDATE", b"DURATION"):
            return True
        if name in (b"DTSTART", b"DTEND", b"RECURRENCE-ID") and (match := _DAY.search(line)):
            days.append(match.group(1))
    margin = timedelta(days=2)
    first, last = (f"{at:%Y%m%d}".encode() for at in (now - margin, now + WINDOW + margin))
    return not days or (max(days) >= first and min(days) <= last)


# ------------------------------------------------------------------ the events


class _Reading:
    """The events of one file as they are read: spans by series and place, so that moved ones replace their place."""

    def __init__(self, now: datetime, late: Callable[[], bool]) -> None:
        self.here: tzinfo = now.tzinfo or UTC
        self.first = now.astimezone(UTC)
        self.last = self.first + WINDOW
        self.late = late
        self.left_out = 0
        self.guessed = 0
        self._found: dict[tuple[str, datetime], list[Span]] = {}
        self._moved: dict[tuple[str, datetime], list[Span]] = {}
        self._count = 0

    def spans(self) -> Iterator[Span]:
        """What is left when moved ones have taken the places of those they replace."""
        for spans in {**self._found, **self._moved}.values():
            yield from spans

    def event(self, lines: list[bytes]) -> None:
        """Take one event in, or count it as left out."""
        if self.late():
            raise CalendarTooHeavy(reason="time")
        self._count += 1
        event = _plain(lines) or _parsed(lines)
        if event is None:
            self.left_out += 1
            return
        uid = str(event.get("UID") or self._count)
        free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        gone = str(event.get("STATUS", "")).upper() == "CANCELLED"
        if uid.endswith(f"@{DOMAIN}"):
            return
        try:
            start, length = self._start(event)
            replaces = _value(event, "RECURRENCE-ID")
            if replaces is not None:
                self._moved[uid, self._aware(_wall(replaces))] = [] if free or gone else self._busy(start, length)
                return
            if free or gone:
                return
            for wall, own in self._places(event, start):
                self._found[uid, self._aware(wall)] = self._busy(wall, length if own is None else own)
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError, ArithmeticError):
            self.left_out += 1  # dates and rules that nobody can make sense of come in many shapes

    def _start(self, event: Event | Plain) -> tuple[datetime, timedelta]:
        begin = _value(event, "DTSTART")
        end, lasts = _value(event, "DTEND"), _value(event, "DURATION")
        start = _wall(begin)
        if isinstance(begin, datetime) and begin.tzinfo is None:
            self.guessed += 1
        if isinstance(end, datetime):
            length = self._aware(end) - self._aware(start)
            if not length and end.replace(tzinfo=None) > start.replace(tzinfo=None):
                length = end.replace(tzinfo=None) - start.replace(tzinfo=None)  # it begins at a time that spring skips
        elif isinstance(end, date):
            length = _wall(end) - start.replace(tzinfo=None)  # whole days, however long they are
        elif isinstance(lasts, timedelta):
            length = lasts
        else:
            length = timedelta(0) if isinstance(begin, datetime) else timedelta(days=1)
        if not timedelta(0) <= length <= LONGEST:
            raise ValueError("too long")
        return start, length

    def _places(self, event: Event | Plain, start: datetime) -> Iterator[tuple[datetime, timedelta | None]]:
        """When it happens, on its own clock: once, or by its rule, within the window; with a length of its own if it says."""
        rule = event.get("RRULE")
        without = {self._aware(_wall(one)) for one in _values(event, "EXDATE")}
        more = [self._added(one) for one in _values(event, "RDATE")]
        if isinstance(rule, list):
            raise ValueError("several rules")
        by_rule = iter((start,)) if rule is None else self._laid_out(rule, start)
        for wall, own in chain(((wall, None) for wall in by_rule), more):
            if self._aware(wall) not in without:
                yield wall, own

    def _added(self, one: Any) -> tuple[datetime, timedelta | None]:
        """A day that was added; a period says itself how long it is."""
        if not isinstance(one, tuple):
            return _wall(one), None
        start, until = _wall(one[0]), one[1]
        length = until if isinstance(until, timedelta) else self._aware(_wall(until)) - self._aware(start)
        if not timedelta(0) <= length <= LONGEST:
            raise ValueError("too long")
        return start, length

    def _laid_out(self, rule: Any, start: datetime) -> Iterator[datetime]:
        """The places of a rule. It is laid some cycles of the calendar later, where a vain search ends soon."""
        from dateutil.rrule import rrulestr

        parts = {str(name).upper(): values for name, values in rule.items()}
        frequency = str(parts["FREQ"][0]).upper()
        if frequency not in _FREQUENCIES or any(name in parts for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise ValueError("more often than daily")
        interval = int(parts.get("INTERVAL", [1])[0])
        if interval < 1:
            raise ValueError("a rule that stands still")
        until = parts.get("UNTIL", [None])[0]
        kept = {name: values for name, values in parts.items() if name != "UNTIL"}
        begin = start.replace(tzinfo=None)
        end = min(self.last, self._aware(_wall(until))) if until is not None else self.last
        if until is not None and not isinstance(until, datetime):
            end = min(self.last, end + timedelta(days=1))
        if "COUNT" not in kept and frequency in ("DAILY", "WEEKLY"):
            begin = self._nearer(begin, interval, 1 if frequency == "DAILY" else 7)
        elif "COUNT" in kept and begin.year < 1970:
            raise ValueError("counted from too long ago")
        words = ";".join(f"{name}={','.join(map(str, values))}" for name, values in kept.items())
        later = begin.replace(year=begin.year + CYCLES)
        for place in rrulestr(words, dtstart=later):
            if self.late():
                raise CalendarTooHeavy(reason="time")
            wall = place.replace(year=place.year - CYCLES, tzinfo=start.tzinfo)
            if self._aware(wall) > end:
                return
            if self._aware(wall) > self.first - LONGEST - timedelta(days=1):
                yield wall

    def _nearer(self, begin: datetime, interval: int, days: int) -> datetime:
        """An endless rule begun long ago begins as well whole steps later."""
        step = interval * days
        ago = (self.first.replace(tzinfo=None) - LONGEST - timedelta(days=2) - begin).days
        return begin + timedelta(days=ago // step * step) if ago > step else begin

    def _busy(self, wall: datetime, length: timedelta) -> list[Span]:
        start = self._aware(wall)
        end = self._aware(wall + length) if length % timedelta(days=1) == timedelta(0) else start + length
        if end <= self.first or start >= self.last or end <= start:
            return []
        return [(max(start, self.first), min(end, self.last))]

    def _aware(self, wall: datetime) -> datetime:
        return (wall if wall.tzinfo is not None else wall.replace(tzinfo=self.here)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A day, a time or how long, as the library has it."""

    dt: date | timedelta


Plain = Mapping[str, Any]
"""What the library would have made of an event that only says when it begins and ends."""


def _plain(lines: list[bytes]) -> Plain | None:
    """An event that happens once, read in a tenth of the time that the library takes; nothing where a line says more.

    Most events of a calendar are of this kind, and of ten thousand each tenth of a millisecond is a second.
    """
    found: dict[str, Any] = {}
    for line in lines:
        match = _PLAIN.fullmatch(line)
        if match is None:
            return None
        name = match["name"] or match["at"] or match["lasts"]
        if name.decode() in found:
            return None
        value: Any = match["text"].decode("utf-8", "replace") if match["name"] else None
        if value is None:
            value = _plain_moment(match) if match["at"] else _plain_length(match)
        if value is None:
            return None
        found[name.decode()] = value
    return found if "DTSTART" in found else None


def _plain_moment(match: re.Match[bytes]) -> _Moment | None:
    zone, whole, day, clock, utc = (match[name] for name in ("zone", "whole", "day", "clock", "utc"))
    if bool(whole) == bool(clock) or (zone and utc):
        return None  # a day with a time, or a zone beside UTC: let the library say what that is
    where = UTC if utc else _zone(zone.decode()) if zone else None
    if zone and where is None:
        return None
    try:
        found = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        at = time() if whole else time(int(clock[:2]), int(clock[2:4]), int(clock[4:]))
    except ValueError:
        return None
    return _Moment(found if whole else datetime.combine(found, at, where))


def _plain_length(match: re.Match[bytes]) -> _Moment | None:
    given = {name: int(match[name]) for name in ("days", "hours", "minutes") if match[name]}
    return _Moment(timedelta(**given)) if given else None


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    """A zone by its own name; others have one that the library knows how to read."""
    try:
        return ZoneInfo(name) if "/" in name else None
    except (KeyError, ValueError, OSError):  # no such zone, or a name that is no file's
        return None


def _parsed(lines: list[bytes]) -> Event | None:
    from icalendar import Event

    raw = b"\r\n".join((b"BEGIN:VEVENT", *lines, b"END:VEVENT"))
    try:
        found = Event.from_ical(raw.decode("utf-8", "replace"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OSError, RecursionError):
        return None  # the last two: a zone whose name is a folder of zones, or too long for any file
    return found if isinstance(found, Event) else None


def _value(event: Event | Plain, name: str) -> Any:
    found = event.get(name)
    if isinstance(found, list):
        raise ValueError("twice")
    return None if found is None else found.dt


def _values(event: Event | Plain, name: str) -> list[Any]:
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    return [entry.dt for one in lists for entry in one.dts]


def _wall(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError("no date")


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    """Whole minutes, touching ones as one."""
    joined: list[Span] = []
    for start, end in sorted((_minute(start), _minute(end, up=True)) for start, end in spans):
        if joined and start <= joined[-1][1] and max(end, joined[-1][1]) - joined[-1][0] <= LONGEST:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _minute(at: datetime, *, up: bool = False) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=1) if up and whole < at else whole
