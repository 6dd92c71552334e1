"""What people write: minutes, private notes, filled forms, feedback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.model.entities.words import (
    AUDIENCES,
    PAIR_ROLES,
    ROLES,
    Audience,
    FormStatus,
    MinutesStatus,
    Origin,
    PairRole,
    Role,
)
from app.model.fields import Answer, answers, choice, labels, moment, number, prose, ref, text
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity


@entity(
    "minutes",
    spaces=("mentoring",),
    keys=("mentorship", "meeting", "status"),
    card=("mentorship", "meeting", "document", "status", "begun", "finished"),
)
class Minutes(Entity):
    """The minutes of a meeting, shared by those who met."""

    mentorship: Id = ref("mentorship")
    meeting: Id = ref("meeting")
    document: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    status: MinutesStatus = choice(("draft", "finished"), strong=("finished",), default="draft")
    answers: Mapping[str, Answer] = answers(factory=dict)
    begun: datetime | None = moment(default=None)
    finished: datetime | None = moment(default=None)
    finished_by: PairRole | None = choice(PAIR_ROLES, default=None)


@entity(
    "note",
    spaces=("personal",),
    keys=("mentorship", "meeting", "origin"),
    card=("mentorship", "meeting", "origin", "written", "title"),
)
class Note(Entity):
    """A private note. No other space takes it."""

    body: str = prose(default="")
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    origin: Origin = choice(("typed", "locked", "example"), default="typed")
    written: datetime | None = moment(default=None)

    @property
    def title(self) -> str:
        """Its first line with words in it, shortened."""
        return title_of(self.body)


@entity("evaluation", spaces=("personal", "mentoring"), keys=("meeting", "mentorship", "overall"), append_only=True)
class Evaluation(Entity):
    """Feedback as it was given. Never changed, only taken back."""

    survey: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    role: Role = choice(ROLES)
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    audience: Audience = choice(AUDIENCES, default="none")
    answers: Mapping[str, Answer] = answers(factory=dict)
    at: datetime | None = moment(default=None)

    def keys(self) -> dict[str, Any]:
        """Also which survey of a whole mentorship it answers, and in which space; nothing when it is about a meeting."""
        overall = "" if self.meeting else f"{self.space}/{self.mentorship}/{self.survey}"
        return super().keys() | {"overall": overall}


@entity("form", spaces=("personal", "mentoring"), keys=("mentorship", "document"))
class FilledForm(Entity):
    """A document filled in: an agreement, boundary prompts, a profile, training."""

    document: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    mentorship: Id | None = ref("mentorship", default=None)
    status: FormStatus = choice(("draft", "done"), strong=("done",), default="draft")
    answers: Mapping[str, Answer] = answers(factory=dict)
    skipped: frozenset[str] = labels(default=frozenset())


def title_of(body: str, longest: int = 80) -> str:
    """The first line with words in it, cut at a word where it is long."""
    for line in body.splitlines():
        words = line.strip()
        if words:
            return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0].rstrip() + "…"
    return ""


def note_id(meeting: Id, part: int = 1) -> Id:
    """My note of a meeting, and the notes that go on where one is full."""
    return named_id("note", meeting, str(part))


def minutes_id(meeting: Id) -> Id:
    """The minutes of a meeting: both people begin the same record."""
    return named_id("minutes", meeting)


def form_id(space: str, document: str, about: Id) -> Id:
    """A filled form, in my space or in that of the two of us."""
    return named_id("form", space, document, about)
