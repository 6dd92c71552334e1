"""Meetings, their rhythm, and what is on their agenda."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.model.entities.words import MODES, MeetingStatus, Mode
from app.model.fields import choice, flag, index, moment, number, ref, text, wall_time, zone
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("series", spaces=("mentoring",), keys=("mentorship",))
class Series(Entity):
    """A rhythm: every so many weeks, so many times. Its meetings are records; skipping and moving happens to them."""

    mentorship: Id = ref("mentorship")
    starts: datetime = wall_time()
    zone: str = zone(default="")
    weeks: int = number(least=1, most=26, whole=True, default=2)
    count: int = number(least=1, most=100, whole=True, default=10)


@entity("meeting", spaces=("mentoring",), keys=("mentorship", "day", "month", "series", "standing", "in_month"))
class Meeting(Entity):
    """One meeting, at a local time in a zone."""

    mentorship: Id = ref("mentorship")
    starts: datetime = wall_time()
    zone: str = zone(default="")
    length: int = number(least=5, most=600, whole=True, default=60)
    place: str = text(default="")
    mode: Mode = choice(MODES, default="in_person")
    aim: str = text(longest=500, default="")
    goal: Id | None = ref("goal", default=None)
    status: MeetingStatus = choice(("planned", "cancelled", "held"), strong=("held",), default="planned")
    why: str = text(default="")
    began: datetime | None = moment(default=None)
    ended: datetime | None = moment(default=None)
    series: Id | None = ref("series", default=None)
    number: int | None = number(least=0, whole=True, default=None)

    def keys(self) -> dict[str, Any]:
        """Also its local day and month, and both with its mentorship: a page of the calendar reads that page."""
        month = f"{self.starts:%Y-%m}"
        return super().keys() | {
            "day": self.starts.date().isoformat(),
            "month": month,
            "standing": f"{self.mentorship}/{self.status}",
            "in_month": f"{self.mentorship}/{month}",
        }


@entity("agenda", spaces=("mentoring",), keys=("mentorship", "meeting"))
class Agenda(Entity):
    """A topic on the agenda of a meeting: one of the library, or words of one's own."""

    mentorship: Id = ref("mentorship")
    meeting: Id | None = ref("meeting", default=None)
    topic: str = text(default="")
    title: str = text(default="")
    place: str = index(default="")
    used: bool = flag(yes_wins=True, default=False)


def meeting_id(series: Id, place: int) -> Id:
    """The meeting at that place of a series."""
    return named_id("meeting", series, str(place))
