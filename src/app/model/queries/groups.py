"""Who is in a group and who came."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.entities import Attendance, Meeting, Mentorship, Participant, attendance_id
from app.model.ids import Id
from app.model.queries.asking import Query, Reader


@dataclass(frozen=True, kw_only=True)
class Group:
    """The people of a group at one meeting, in the order they were put in."""

    is_group: bool
    participants: tuple[Participant, ...] = ()
    here: frozenset[Id] = frozenset()


@dataclass(frozen=True)
class GroupAt(Query[Group]):
    """The group of a meeting, and who of it came."""

    meeting: Id

    def answer(self, read: Reader) -> Group:
        meeting = read.one(Meeting, self.meeting)
        mentorship = None if meeting is None else read.one(Mentorship, meeting.mentorship)
        if meeting is None or mentorship is None:
            return Group(is_group=False)
        people = tuple(read.where(Participant, mentorship=mentorship.id))
        came = read.one(Attendance, attendance_id(read.personal, meeting.id))
        known = {one.id for one in people}
        return Group(
            is_group=mentorship.form == "group" or bool(people),
            participants=people,
            here=frozenset(came.here & known) if came is not None else frozenset(),
        )
