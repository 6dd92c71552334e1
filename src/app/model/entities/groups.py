"""A group that meets: who is in it and who came. Names stay with whoever leads it, on their own devices."""

from __future__ import annotations

from app.model.fields import labels, ref, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity("participant", spaces=("personal",), keys=("mentorship",))
class Participant(Entity):
    """Somebody in a group, by the name I know them by."""

    mentorship: Id = ref("mentorship")
    name: str = text(longest=120)


@entity("attendance", spaces=("personal",), keys=("mentorship", "meeting"))
class Attendance(Entity):
    """Who came to a meeting of a group."""

    mentorship: Id = ref("mentorship")
    meeting: Id = ref("meeting")
    here: frozenset[str] = labels(default=frozenset())


def attendance_id(personal: str, meeting: Id) -> Id:
    """The one record about who came to a meeting."""
    return named_id("attendance", personal, meeting)
