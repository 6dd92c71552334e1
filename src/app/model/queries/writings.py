"""Notes, minutes, forms and feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.model.entities import (
    Evaluation,
    FilledForm,
    Meeting,
    Mentorship,
    Minutes,
    Note,
    Origin,
    form_id,
    minutes_id,
)
from app.model.fields import Scalar
from app.model.ids import Id
from app.model.queries.asking import Query, Reader
from app.model.queries.look import (
    Look,
    months,
)
from app.model.queries.rows import (
    NoteRow,
    Page,
)


@dataclass(frozen=True, kw_only=True)
class NotesOf(Query[Page[NoteRow]]):
    """Notes, newest first: all, or those of a mentorship, of a meeting, or of one origin (such as `locked`)."""

    mentorship: Id | None = None
    meeting: Id | None = None
    origin: Origin | None = None
    limit: int = 50
    before: int | None = None

    def answer(self, read: Reader) -> Page[NoteRow]:
        look = Look(read, None)
        asked = {"mentorship": self.mentorship, "meeting": self.meeting, "origin": self.origin}
        equal: dict[str, Scalar] = {name: value for name, value in asked.items() if value}
        cards, following = read.newest_cards(Note, self.limit, self.before, **equal)
        return Page(rows=tuple(look.note_row(card) for card in cards), next=following)


@dataclass(frozen=True)
class MinutesFor(Query["Minutes | None"]):
    """The minutes of a meeting."""

    meeting: Id

    def answer(self, read: Reader) -> Minutes | None:
        return read.one(Minutes, minutes_id(self.meeting))


@dataclass(frozen=True)
class LastMinutes(Query["Minutes | None"]):
    """The minutes of the latest meeting of a mentorship before a meeting (or at all) that has any."""

    mentorship: Id
    before: Id | None = None

    def answer(self, read: Reader) -> Minutes | None:
        limit = None if self.before is None else read.one(Meeting, self.before)
        if limit is not None:  # nearly always the meeting of some weeks ago
            for month in months(limit.starts.date() - timedelta(days=366), limit.starts.date())[::-1]:
                near = read.where(Meeting, in_month=f"{self.mentorship}/{month}")
                for meeting in sorted(near, key=lambda one: one.starts, reverse=True):
                    found = read.one(Minutes, minutes_id(meeting.id)) if meeting.starts < limit.starts else None
                    if found is not None:
                        return found
        latest: tuple[datetime, Id] | None = None
        for card in read.cards(Minutes, mentorship=self.mentorship):
            about = read.one(Meeting, card.values["meeting"])
            if about is None or (limit is not None and about.starts >= limit.starts):
                continue
            if latest is None or about.starts > latest[0]:
                latest = (about.starts, card.id)
        return None if latest is None else read.one(Minutes, latest[1])


@dataclass(frozen=True)
class FormOf(Query["FilledForm | None"]):
    """A form as it was filled in: mine, or the one of the two of us."""

    document: str
    mentorship: Id = ""
    shared: bool = False

    def answer(self, read: Reader) -> FilledForm | None:
        space = read.personal
        if self.shared:
            mentorship = read.one(Mentorship, self.mentorship)
            if mentorship is None:
                return None
            space = mentorship.space
        return read.one(FilledForm, form_id(space, self.document, self.mentorship))


@dataclass(frozen=True, kw_only=True)
class EvaluationsOf(Query[tuple[Evaluation, ...]]):
    """Feedback on a meeting or in a mentorship: mine in full, and what the other person shared."""

    meeting: Id | None = None
    mentorship: Id | None = None

    def answer(self, read: Reader) -> tuple[Evaluation, ...]:
        equal: dict[str, Scalar] = {"meeting": self.meeting} if self.meeting else {"mentorship": self.mentorship}
        found = read.where(Evaluation, **equal)
        mine = {one.role for one in found if one.space == read.personal}
        return tuple(one for one in found if one.space == read.personal or one.role not in mine)
