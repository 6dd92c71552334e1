"""What people can do, as imperatives. A command is a frozen value; `decide` says what follows from it.

Where a command makes a record, `id` may be given (so that a screen can name it before it exists); left empty, one is
made. Fields of `Revise` are those of the entity; dates are `date`, local times naive `datetime`, moments aware ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.model.entities import Audience, Form, Measure, Mode, Origin, Owner, PairRole, Role
from app.model.fields import Answer, Scalar
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something somebody wants done."""


# ------------------------------------------------------------------ me, people, settings


@dataclass(frozen=True, kw_only=True)
class IntroduceMe(Command):
    """Say who I am; later, say it anew. Only what is given changes."""

    name: str | None = None
    role: Role | None = None
    organisation: str | None = None


@dataclass(frozen=True, kw_only=True)
class AddPerson(Command):
    """Begin a mentorship with somebody: makes its space, the mentorship (`id`) and my record of the person."""

    name: str
    my_role: PairRole
    id: Id = ""
    form: Form = "one"
    focus: frozenset[str] = frozenset()
    aim: str = ""
    weeks: int = 2
    planned: int = 10
    length: int = 60
    place: str = ""
    mode: Mode = "in_person"
    starts: date | None = None
    ends: date | None = None
    reach: str = ""


@dataclass(frozen=True, kw_only=True)
class JoinMentorship(Command):
    """Keep, in my own words, whom I have come into a mentorship with: they began it, and its space is there."""

    mentorship: Id
    name: str
    my_role: PairRole


@dataclass(frozen=True, kw_only=True)
class EndMentorship(Command):
    """End a relationship, today or on the day given."""

    mentorship: Id
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class SetSetting(Command):
    """Keep a choice about the app under its name."""

    key: str
    value: Scalar


@dataclass(frozen=True, kw_only=True)
class Revise(Command):
    """Give fields of a record new values. Maps of answers change only the items that are named."""

    kind: str
    id: Id
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Delete(Command):
    """Put a record into the trash, with what hangs on it where that makes no sense without it."""

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class Restore(Command):
    """Take a record out of the trash."""

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class Pick(Command):
    """Choose among versions of a cell that were written at the same time, or go back to an earlier one.

    `seen` are the versions that the person had before their eyes (the record's heads); what came since stays open. Left
    empty, it is all that is there. Nothing is taken away by choosing: every version stays in the history.
    """

    kind: str
    id: Id
    cell: str
    value: Scalar
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Erase(Command):
    """Really erase a record in the trash and what went there with it, here and wherever it has been. There is no way
    back.
    """

    kind: str
    id: Id


@dataclass(frozen=True, kw_only=True)
class EmptyTrash(Command):
    """Really erase all that is in the trash, or what was deleted before a moment."""

    before: datetime | None = None


# ------------------------------------------------------------------ meetings


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


# ------------------------------------------------------------------ lists


@dataclass(frozen=True, kw_only=True)
class _OnList(Command):
    document: str
    item: str
    version: int = 1
    meeting: Id | None = None
    mentorship: Id | None = None


@dataclass(frozen=True, kw_only=True)
class TickItem(_OnList):
    """Tick an item of a list, for a meeting or for a mentorship."""


@dataclass(frozen=True, kw_only=True)
class UntickItem(_OnList):
    """Take the tick away."""


@dataclass(frozen=True, kw_only=True)
class SetAside(_OnList):
    """Leave an item undone on purpose, with the reason; an empty reason takes that back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AddOwnItem(Command):
    """Add a line of one's own to a list, at the end or at a place (see `between`)."""

    document: str
    text: str
    place: str = ""
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class PlaceItem(Command):
    """Move an item of a list: `item` is a shipped item's id or an own item's record id; `place` is an index."""

    document: str
    item: str
    place: str


@dataclass(frozen=True, kw_only=True)
class HideItem(Command):
    """Hide an item of a list, or show it again."""

    document: str
    item: str
    hidden: bool = True


@dataclass(frozen=True, kw_only=True)
class RestoreShipped(Command):
    """The list as it was shipped: own items go to the trash, hidden ones and places come back."""

    document: str


# ------------------------------------------------------------------ notes and minutes


@dataclass(frozen=True, kw_only=True)
class WriteNote(Command):
    """Write a private note, or give one (`id` of an existing note) new words. A new empty note is not made."""

    body: str
    id: Id = ""
    mentorship: Id | None = None
    meeting: Id | None = None
    origin: Origin = "typed"


@dataclass(frozen=True, kw_only=True)
class ImportQuickNote(Command):
    """Take in a note that was written while locked. The same note twice is one note."""

    id: Id
    body: str
    written: datetime


@dataclass(frozen=True, kw_only=True)
class KeepMinutes(Command):
    """Keep what stands in the minutes of a meeting; only the items that are named change.

    `private` is the private item: it becomes my own note of that meeting and never reaches the minutes.
    """

    meeting: Id
    document: str
    version: int = 1
    answers: Mapping[str, Answer] = field(default_factory=dict)
    private: str | None = None


@dataclass(frozen=True, kw_only=True)
class FinishMinutes(Command):
    """The minutes are done; opening them again makes them a draft."""

    meeting: Id
    finished: bool = True


@dataclass(frozen=True, kw_only=True)
class KeepForm(Command):
    """Keep what stands in a form; only the items that are named change. Mine, or the one of the two of us."""

    document: str
    version: int = 1
    mentorship: Id | None = None
    shared: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    skipped: frozenset[str] | None = None
    done: bool | None = None


# ------------------------------------------------------------------ goals and tasks


@dataclass(frozen=True, kw_only=True)
class SetGoal(Command):
    """Set a goal. Without a mentorship, or with `private`, it lives in the personal space."""

    title: str
    id: Id = ""
    mentorship: Id | None = None
    private: bool = False
    owner: PairRole = "mentee"
    skills: frozenset[str] = frozenset()
    measure: Measure = "count"
    start: float = 0
    target: float | None = None
    unit: str = ""
    due: date | None = None
    next_step: str = ""
    support: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ShareGoal(Command):
    """Write a private goal into the space of its mentorship; the private one goes to the trash."""

    goal: Id
    mentorship: Id | None = None
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class RecordProgress(Command):
    """A step (`delta`) or where one stands (`value`)."""

    goal: Id
    delta: float | None = None
    value: float | None = None
    comment: str = ""
    id: Id = ""


@dataclass(frozen=True, kw_only=True)
class ReachGoal(Command):
    """The goal is reached."""

    goal: Id


@dataclass(frozen=True, kw_only=True)
class LetGoOfGoal(Command):
    """The goal is let go of, with the reason if there is one."""

    goal: Id
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReopenGoal(Command):
    """Go on with a goal that was reached or let go of."""

    goal: Id


@dataclass(frozen=True, kw_only=True)
class AddTask(Command):
    """Promise something. Without a mentorship, or with `private`, it lives in the personal space."""

    text: str
    id: Id = ""
    mentorship: Id | None = None
    meeting: Id | None = None
    goal: Id | None = None
    owner: Owner = "mentee"
    due: date | None = None
    private: bool = False


@dataclass(frozen=True, kw_only=True)
class MoveTask(Command):
    """Move a task to another column (todo, doing, done), or to another day, or both."""

    task: Id
    status: str | None = None
    due: date | None = None


@dataclass(frozen=True, kw_only=True)
class TaskOutcome(Command):
    """How it went: done, or tried and what was learned. Both finish the task."""

    task: Id
    outcome: str = "done"
    tried: str = ""
    learned: str = ""


# ------------------------------------------------------------------ feedback


@dataclass(frozen=True, kw_only=True)
class GiveFeedback(Command):
    """Answer a survey. What `private` names stays with me whoever else sees the rest."""

    survey: str
    role: Role
    answers: Mapping[str, Answer]
    version: int = 1
    meeting: Id | None = None
    mentorship: Id | None = None
    audience: Audience = "none"
    private: frozenset[str] = frozenset()
    id: Id = ""


# ------------------------------------------------------------------ taking back


@dataclass(frozen=True, kw_only=True)
class Before:
    """What one change would have to be taken back to."""

    kind: str
    record: Id
    created: bool
    wrote: Mapping[str, Any]
    was: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Undo(Command):
    """Take back what a command did, where nothing has been written over it since. `Done.undo` is one."""

    steps: tuple[Before, ...]
