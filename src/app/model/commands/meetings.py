"""Meetings, their rhythm and what is on their agenda."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.model.commands.base import Command
from app.model.entities import Mode
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class PlanMeeting(Command):
    """Put a meeting into the calendar. What is not given comes from the mentorship."""

    mentorship: Id
    starts: datetime
    zone: str = ""
    id: Id = ""
    length: int | None = None
    place: str | None = None
    mode: Mode | None = None
    aim: str = ""
    goal: Id | None = None


@dataclass(frozen=True, kw_only=True)
class PlanSeries(Command):
    """Put a rhythm of meetings into the calendar: every `weeks` weeks, `count` times, at the same local time."""

    mentorship: Id
    starts: datetime
    zone: str = ""
    weeks: int = 2
    count: int = 10
    id: Id = ""
    length: int | None = None
    place: str | None = None
    mode: Mode | None = None


@dataclass(frozen=True, kw_only=True)
class SkipMeeting(Command):
    """Cancel one meeting; the others of its series stay."""

    meeting: Id
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveMeeting(Command):
    """Move one meeting to another local time; the others of its series stay."""

    meeting: Id
    starts: datetime
    zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartMeeting(Command):
    """The meeting has begun."""

    meeting: Id


@dataclass(frozen=True, kw_only=True)
class StartNow(Command):
    """A meeting that nobody planned begins now."""

    mentorship: Id
    zone: str = ""
    id: Id = ""
    aim: str = ""


@dataclass(frozen=True, kw_only=True)
class EndMeeting(Command):
    """The meeting was held and is over."""

    meeting: Id


@dataclass(frozen=True, kw_only=True)
class SameTimeAgain(Command):
    """Plan the next meeting as this one: same weekday and local time, `weeks` on (else the rhythm agreed on)."""

    meeting: Id
    weeks: int | None = None
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class AddTopic(Command):
    """Put a topic on the agenda: an item of the topic library (`topic`) or words of one's own (`title`)."""

    mentorship: Id
    meeting: Id | None = None
    topic: str = ""
    title: str = ""
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class UseTopic(Command):
    """Mark a topic of the agenda as talked about, or not."""

    agenda: Id
    used: bool = True
