"""When the meetings of a plan would be, and what stands in their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast

from app.model.commands import WithdrawSlot
from app.model.queries import BusyBetween, MeetingsBetween, MeetingsOf, PeopleList, SlotsOf
from app.model.schedule import again, again_after, aware, following, on_wall, overlapping, rhythm
from app.ui.screens.rows import zone_of

if TYPE_CHECKING:
    from app.model.queries import MeetingRow, MeetingView, PersonView
    from app.ui.desk import Desk

MOST = 52


@dataclass(frozen=True)
class Chosen:
    """What is chosen in the form so far."""

    who: str
    day: date
    at: time
    length: int
    mode: str
    weeks: int = 0
    count: int = 10
    skipped: frozenset[date] = frozenset()
    """Days of a rhythm that are left out; another time of day leaves the same days out."""
    whole: bool = False
    """Whether those that follow in its series move along."""
    place: str = ""
    aim: str = ""
    elsewhere: bool = False
    """Whether that place counts, and not the one that was agreed on."""


@dataclass(frozen=True)
class Times:
    """The times that follow from what is chosen."""

    starts: datetime
    """As the wall here shows it."""
    zone: str
    home: str
    """The zone of a meeting that moves: it stays on the clock of its own."""
    goal: datetime
    there: datetime
    """The same as the wall there shows it."""
    walls: tuple[datetime, ...]
    """All of a rhythm, also those left out."""
    kept: tuple[datetime, ...]
    """The moments at which there will be a meeting."""


def times_of(
    desk: Desk, chosen: Chosen, moved: MeetingView | None, later: Sequence[MeetingRow], now: datetime
) -> Times:
    """When it would be; `later` are those of its series that follow a meeting that is `moved`."""
    here = now.tzinfo
    starts = datetime.combine(chosen.day, chosen.at)
    home = moved.meeting.zone if moved else ""
    zone = zone_of(desk) or home
    goal = aware(starts, zone, here)
    there = on_wall(goal, home, here) if home and home != zone else starts
    walls = rhythm(starts, chosen.weeks, chosen.count) if chosen.weeks else (starts,)
    kept = [aware(one, zone, here) for one in walls if not chosen.weeks or one.date() not in chosen.skipped]
    if moved and chosen.whole:
        by = there - moved.meeting.starts
        kept += [aware(on_wall(row.starts, home, here) + by, home, here) for row in later]
    return Times(starts, zone, home, goal, there, walls, tuple(kept))


def start_of(desk: Desk, model: MeetingView | None, page: PersonView | None, moving: bool) -> datetime:
    """What the form begins with: the meeting itself, the same time a rhythm later, or a week from now, when I am free."""
    here = desk.now()
    now = here.replace(tzinfo=None)
    if model is not None:
        meeting = model.meeting
        found = model.row.starts if moving else again_after(meeting.starts, meeting.zone, model.mentorship.weeks, here)
        return found.replace(tzinfo=None)
    weeks = page.mentorship.weeks if page else 1
    last = page.row.last_met if page else None
    begin = _week(now)
    if last is not None:
        local = last.astimezone(here.tzinfo).replace(tzinfo=None)
        if local.minute % 5 == 0:
            begin = again(local.replace(second=0, microsecond=0), weeks, after=now)
    length = page.mentorship.length if page else 60
    for number in range(MOST):
        free = begin + number * timedelta(weeks=weeks)
        if clash(desk, [aware(free, zone_of(desk), here.tzinfo)], length, here, set()) is None:
            return free
    return begin


def _week(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=7), time(16, 0))


def clash(desk: Desk, moments: Sequence[datetime], length: int, now: datetime, moving: set[str]) -> MeetingRow | None:
    """A meeting of mine at one of these times, if there is one. Those that move themselves do not count."""
    a_day = timedelta(days=1)  # another zone may have another date
    rows = desk.store.ask(MeetingsBetween(min(moments).date() - a_day, max(moments).date() + a_day, now))
    there = [
        (row.starts.astimezone(UTC), row.ends.astimezone(UTC), row)
        for row in rows
        if row.status == "planned" and row.id not in moving
    ]
    for one in moments:
        starts = one.astimezone(UTC)
        ends = starts + timedelta(minutes=length)
        for begins, stops, row in there:
            if begins < ends and starts < stops:
                return cast("MeetingRow", row)
    return None


def taken_back(desk: Desk, moments: Sequence[datetime], length: int, now: datetime) -> list[str]:
    """Times I offered that these meetings take are offered no longer: nobody can book me twice. Says so, if there are any."""
    mine = [
        slot
        for row in desk.store.ask(PeopleList(now=now))
        for slot in desk.store.ask(SlotsOf(row.mentorship, now))
        if slot.mine and slot.open
    ]
    spans = [(one, following(one, timedelta(minutes=length))) for one in moments]
    taken = [slot for slot in mine if overlapping(spans, (slot.starts, slot.ends))]
    for slot in taken:
        desk.store.execute(WithdrawSlot(slot=slot.id))
    return [desk.say("plan.taken-back", count=len(taken))] if taken else []


def later_of(desk: Desk, model: MeetingView | None, now: datetime) -> list[MeetingRow]:
    """The meetings that come after this one in its series and would move along."""
    if model is None or model.row.series is None:
        return []
    return [
        row
        for row in desk.store.ask(MeetingsOf(model.row.mentorship, now)).upcoming
        if row.series == model.row.series and (row.number or 0) > (model.row.number or 0) and row.status == "planned"
    ]


def busy(desk: Desk, moments: Sequence[datetime], length: int, now: datetime) -> str:
    """That my other calendar has something then. It is pointed out and stops nobody."""
    if not moments:
        return ""
    spans = desk.store.ask(BusyBetween(min(moments).date(), max(moments).date()))
    for start in moments if spans else ():
        for begins, ends in spans:
            if overlapping([(begins, ends)], (start, following(start, timedelta(minutes=length)))):
                words = desk.speech.value.near(begins.astimezone(now.tzinfo), now)
                until = desk.speech.value.clock(ends.astimezone(now.tzinfo))
                return desk.say("calendar.busy", when=f"{words}–{until}")
    return ""


def doubt(desk: Desk, starts: datetime, zone: str) -> str:
    """A time that the clocks skip in spring, or show twice in autumn: say when the meeting will be."""
    clock = desk.speech.value.clock
    there = aware(starts, zone, desk.now().tzinfo)
    if there.replace(tzinfo=None) != starts:
        return desk.say("plan.gap", time=clock(starts), other=clock(there))
    if there.utcoffset() != there.replace(fold=1).utcoffset():
        return desk.say("plan.twice", time=clock(starts))
    return ""
