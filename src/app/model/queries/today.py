"""Today: what now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.model.entities import (
    Me,
    me_id,
)
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.booking_news import BookingNews, booking_news
from app.model.queries.look import (
    Look,
)
from app.model.queries.rows import (
    MeetingRow,
    MinutesRow,
    OpenCritical,
    PairRow,
    TaskRow,
    TodayMeeting,
)
from app.model.queries.told_calendar import CalendarNews, calendar_news
from app.model.schedule import NEAR, apart

PrimaryAction = Literal["add_person", "plan", "prepare", "note", "end", "evaluate", "minutes"]


@dataclass(frozen=True, kw_only=True)
class Primary:
    """What the one wide button does now."""

    action: PrimaryAction
    mentorship: Id | None = None
    meeting: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Today:
    """Everything that Today shows."""

    me: Me | None
    meeting: TodayMeeting | None
    later: tuple[MeetingRow, ...]
    upcoming: MeetingRow | None
    unended: tuple[MeetingRow, ...]
    tasks: tuple[TaskRow, ...]
    unfinished: tuple[MinutesRow, ...]
    open_critical: tuple[OpenCritical, ...]
    unbooked: tuple[PairRow, ...]
    reminders: tuple[str, ...]
    booking: tuple[BookingNews, ...]
    calendar: CalendarNews
    people: int
    primary: Primary


@dataclass(frozen=True)
class TodayView(Query[Today]):
    """What now? `critical` lists the critical items of the lists: (document, item, roles it is for or none for all)."""

    now: datetime
    critical: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def answer(self, read: Reader) -> Today:
        look = Look(read, self.now)
        people = look.people()
        rows = look.around(self.now)
        day = self.now.date()  # with what began before midnight and still goes on
        today = [row for row in rows if row.starts.astimezone(self.now.tzinfo).date() == day or row.phase == "during"]
        current = _current(look, today, self.now)
        meeting = None if current is None else look.today(current)
        later = tuple(row for row in today if row is not current and row.phase == "before")
        ahead = [row for row in look.ahead() if row.starts.astimezone(self.now.tzinfo).date() > self.now.date()]
        booked = {row.mentorship for row in [*ahead, *later] if row.status == "planned"}
        if current is not None and current.phase != "after":
            booked.add(current.mentorship)
        open_ = [person for person in people if person.mentorship not in booked and look.active(person.mentorship)]
        far = {person.mentorship: look.next_of(person.mentorship) for person in open_}  # beyond the months read above
        unbooked = tuple(look.pair_row(person) for person in open_ if far[person.mentorship] is None)
        ahead += sorted((row for row in far.values() if row and row.phase == "before"), key=lambda row: row.starts)
        upcoming = ahead[0] if ahead else None
        unfinished = look.unfinished()
        return Today(
            me=read.one(Me, me_id(read.personal)),
            meeting=meeting,
            later=later,
            upcoming=upcoming,
            unended=tuple(row for row in look.unended() if current is None or row.id != current.id),
            tasks=tuple(look.my_tasks(by=self.now.date())),
            unfinished=unfinished,
            open_critical=tuple(look.open_critical(self.critical)),
            unbooked=unbooked,
            reminders=look.reminders(),
            booking=booking_news(look, self.now),
            calendar=calendar_news(look, self.now),
            people=len(people),
            primary=_primary(meeting, unbooked, unfinished, upcoming, len(people), self.now),
        )


def _current(look: Look, today: list[MeetingRow], now: datetime) -> MeetingRow | None:
    """The meeting of the day that matters now: running, then about to begin, then to be wrapped up, then next."""
    running = [row for row in today if row.phase == "during"]
    if running:
        return running[-1]
    coming = [row for row in today if row.phase == "before"]
    past = [row for row in today if row.phase == "after"]
    if coming and (not past or apart(coming[0].starts, now) <= NEAR):
        return coming[0]
    if past and (not coming or past[-1].ended is None or not look.evaluated(past[-1])):
        return past[-1]
    return coming[0] if coming else None


def _primary(
    meeting: TodayMeeting | None,
    unbooked: tuple[PairRow, ...],
    unfinished: tuple[MinutesRow, ...],
    upcoming: MeetingRow | None,
    people: int,
    now: datetime,
) -> Primary:
    if meeting is not None:
        row = meeting.row
        about: dict[str, Any] = {"mentorship": row.mentorship, "meeting": row.id}
        if meeting.phase == "before":
            return Primary(action="note" if apart(row.starts, now) <= NEAR else "prepare", **about)
        if meeting.phase == "during":
            return Primary(action="note", **about)
        if row.ended is None:
            return Primary(action="end", **about)
        if not meeting.evaluated:
            return Primary(action="evaluate", **about)
    if not people:
        return Primary(action="add_person")
    if unfinished:
        return Primary(action="minutes", mentorship=unfinished[0].mentorship, meeting=unfinished[0].meeting)
    if unbooked:
        return Primary(action="plan", mentorship=unbooked[0].mentorship)
    if upcoming is not None:
        return Primary(action="prepare", mentorship=upcoming.mentorship, meeting=upcoming.id)
    return Primary(action="add_person")  # every relationship has ended
