"""What tests ask a store that no screen asks so: screens get the same within the answer to another question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.model.entities import Note
from app.model.ids import Id
from app.model.queries import BookingNews, Past, Query, Reader
from app.model.queries.booking_news import booking_news
from app.model.queries.look import Look


@dataclass(frozen=True)
class BookingNewsOf(Query[tuple[BookingNews, ...]]):
    """What there is to tell about booking, as Today has it."""

    now: datetime

    def answer(self, read: Reader) -> tuple[BookingNews, ...]:
        return booking_news(Look(read, self.now), self.now)


@dataclass(frozen=True)
class HistoryOf(Query[tuple[Past, ...]]):
    """All versions of a record, newest first."""

    kind: str
    id: Id

    def answer(self, read: Reader) -> tuple[Past, ...]:
        return tuple(read.history(self.kind, self.id))


@dataclass(frozen=True)
class NoteOf(Query["Note | None"]):
    """My note of a meeting, as the page of the meeting has it."""

    meeting: Id

    def answer(self, read: Reader) -> Note | None:
        return Look(read, None).note(self.meeting)
