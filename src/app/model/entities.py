"""What mentoring is made of: every kind of record, declared once.

A record's visibility is where it lives: the personal space (only me) or the space of a mentorship (shared).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from app.model.fields import (
    Answer,
    Scalar,
    answers,
    choice,
    day,
    flag,
    index,
    labels,
    moment,
    number,
    prose,
    reasons,
    ref,
    scalar,
    text,
    wall_time,
    zone,
)
from app.model.ids import Id, named_id
from app.model.schema import Entity, entity

Role = Literal["mentor", "mentee", "coordinator", "participant"]
PairRole = Literal["mentor", "mentee"]
Owner = Literal["mentor", "mentee", "both"]
Mode = Literal["in_person", "video", "phone"]
Form = Literal["one", "group", "mix", "situational", "career", "reverse", "peer"]
MentorshipStatus = Literal["active", "ending", "ended"]
MeetingStatus = Literal["planned", "cancelled", "held"]
MinutesStatus = Literal["draft", "finished"]
GoalStatus = Literal["active", "changed", "let_go", "reached"]
Measure = Literal["done", "count", "percent", "scale"]
TaskStatus = Literal["todo", "doing", "done"]
Outcome = Literal["", "done", "tried"]
Audience = Literal["both", "aggregate", "none"]
FormStatus = Literal["draft", "done"]
Origin = Literal["typed", "locked", "example"]

ROLES = ("mentor", "mentee", "coordinator", "participant")
PAIR_ROLES = ("mentor", "mentee")
OWNERS = ("mentor", "mentee", "both")
MODES = ("in_person", "video", "phone")
FORMS = ("one", "group", "mix", "situational", "career", "reverse", "peer")
MEASURES = ("done", "count", "percent", "scale")
AUDIENCES = ("both", "aggregate", "none")


@entity("me", spaces=("personal",))
class Me(Entity):
    """The person whose app this is. One record."""

    name: str = text(longest=120)
    role: Role = choice(ROLES)
    organisation: str = text(default="")


@entity("person", spaces=("personal",), keys=("mentorship",))
class Person(Entity):
    """Somebody I have a mentorship with, as I call them. My own record: the other person keeps theirs about me."""

    name: str = text(longest=120)
    mentorship: Id = ref("mentorship")
    my_role: PairRole = choice(PAIR_ROLES)
    reach: str = text(default="")
    about: str = prose(default="")


@entity("mentorship", spaces=("mentoring",))
class Mentorship(Entity):
    """The relationship itself: what the two have agreed on."""

    form: Form = choice(FORMS, default="one")
    focus: frozenset[str] = labels(default=frozenset())
    aim: str = text(longest=500, default="")
    weeks: int = number(least=1, most=26, whole=True, default=2)
    planned: int = number(least=1, most=100, whole=True, default=10)
    length: int = number(least=5, most=600, whole=True, default=60)
    place: str = text(default="")
    mode: Mode = choice(MODES, default="in_person")
    starts: date | None = day(default=None)
    ends: date | None = day(default=None)
    status: MentorshipStatus = choice(("active", "ending", "ended"), strong=("ending", "ended"), default="active")
    ended: date | None = day(default=None)


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


@entity("checklist", spaces=("personal", "mentoring"), keys=("mentorship", "meeting"))
class Checklist(Entity):
    """How far a list has come, for one meeting or one mentorship."""

    document: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    ticks: frozenset[str] = labels(default=frozenset())
    set_aside: Mapping[str, str] = reasons(factory=dict)


@entity("list_item", spaces=("personal",), keys=("document",))
class ListItem(Entity):
    """An own item of a list, or what I changed about a shipped one (`item` says which): hidden, another place."""

    document: str = text(longest=80)
    item: str = text(default="")
    text: str = text(longest=300, default="")
    place: str = index(default="")
    hidden: bool = flag(default=False)


@entity("goal", spaces=("personal", "mentoring"), keys=("mentorship", "status", "open"))
class Goal(Entity):
    """A goal. Private or shared is the space it lives in."""

    title: str = text(longest=300)
    mentorship: Id | None = ref("mentorship", default=None)
    owner: PairRole = choice(PAIR_ROLES, default="mentee")
    skills: frozenset[str] = labels(most=3, default=frozenset())
    measure: Measure = choice(MEASURES, default="count")
    start: float = number(default=0)
    target: float | None = number(default=None)
    unit: str = text(longest=40, default="")
    due: date | None = day(default=None)
    next_step: str = text(longest=300, default="")
    support: frozenset[str] = labels(default=frozenset())
    answers: Mapping[str, Answer] = answers(factory=dict)
    status: GoalStatus = choice(
        ("active", "changed", "let_go", "reached"), strong=("let_go", "reached"), default="active"
    )
    reason: str = text(longest=500, default="")
    settled: datetime | None = moment(default=None)

    def keys(self) -> dict[str, Any]:
        """Also whose open goal it is, so that counting them reads nothing."""
        return super().keys() | {"open": self.mentorship if self.status in ("active", "changed") else None}


@entity("progress", spaces=("personal", "mentoring"), keys=("goal",), append_only=True)
class Progress(Entity):
    """A step towards a goal, or back: `delta` adds, `value` says where one stands. Never changed, only taken back."""

    goal: Id = ref("goal")
    at: datetime | None = moment(default=None)
    by: PairRole = choice(PAIR_ROLES)
    delta: float | None = number(default=None)
    value: float | None = number(default=None)
    comment: str = text(longest=500, default="")


@entity("task", spaces=("personal", "mentoring"), keys=("mentorship", "meeting", "goal", "status", "open"))
class Task(Entity):
    """Something somebody promised to do."""

    text: str = text(longest=300)
    mentorship: Id | None = ref("mentorship", default=None)
    meeting: Id | None = ref("meeting", default=None)
    goal: Id | None = ref("goal", default=None)
    owner: Owner = choice(OWNERS, default="mentee")
    due: date | None = day(default=None)
    status: TaskStatus = choice(("todo", "doing", "done"), strong=("doing", "done"), default="todo")
    outcome: Outcome = choice(("", "done", "tried"), strong=("tried", "done"), default="")
    tried: str = prose(default="")
    learned: str = prose(default="")
    settled: datetime | None = moment(default=None)
    place: str = index(default="")

    def keys(self) -> dict[str, Any]:
        """Also whose open task it is, so that counting them reads nothing."""
        return super().keys() | {"open": self.mentorship if self.status != "done" else None}


@entity("evaluation", spaces=("personal", "mentoring"), keys=("meeting", "mentorship"), append_only=True)
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


@entity("form", spaces=("personal", "mentoring"), keys=("mentorship", "document"))
class FilledForm(Entity):
    """A document filled in: an agreement, boundary prompts, a profile, training."""

    document: str = text(longest=80)
    version: int = number(least=1, whole=True, default=1)
    mentorship: Id | None = ref("mentorship", default=None)
    status: FormStatus = choice(("draft", "done"), strong=("done",), default="draft")
    answers: Mapping[str, Answer] = answers(factory=dict)
    skipped: frozenset[str] = labels(default=frozenset())


@entity("setting", spaces=("personal",))
class Setting(Entity):
    """One choice about the app itself, under a name."""

    key: str = text(longest=80)
    value: Scalar = scalar(default=None)


@entity("erasure", spaces=("personal", "mentoring"), append_only=True)
class Erasure(Entity):
    """What somebody erased: for each body the record and the version that had it (`record/version`). No content."""

    at: datetime | None = moment(default=None)
    bodies: frozenset[str] = labels(default=frozenset())


@entity("receipt", spaces=("personal", "mentoring"), keys=("erasure",), append_only=True)
class Receipt(Entity):
    """What a device did about an erasure: how many bodies it dropped, and how many of its own person's it kept."""

    erasure: Id = ref("erasure")
    at: datetime | None = moment(default=None)
    dropped: int = number(least=0, whole=True, default=0)
    kept: int = number(least=0, whole=True, default=0)


def title_of(body: str, longest: int = 80) -> str:
    """The first line with words in it, cut at a word where it is long."""
    for line in body.splitlines():
        words = line.strip()
        if words:
            return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0].rstrip() + "…"
    return ""


def me_id(personal: str) -> Id:
    """The one record about myself."""
    return named_id("me", personal)


def setting_id(personal: str, key: str) -> Id:
    """The record that holds a setting."""
    return named_id("setting", personal, key)


def note_id(meeting: Id, part: int = 1) -> Id:
    """My note of a meeting, and the notes that go on where one is full."""
    return named_id("note", meeting, str(part))


def minutes_id(meeting: Id) -> Id:
    """The minutes of a meeting: both people begin the same record."""
    return named_id("minutes", meeting)


def checklist_id(space: str, document: str, about: Id) -> Id:
    """The run of a list for a meeting or a mentorship. The space is in the name: nobody else can begin mine."""
    return named_id("checklist", space, document, about)


def list_item_id(document: str, item: str) -> Id:
    """What I changed about a shipped item."""
    return named_id("list_item", document, item)


def form_id(space: str, document: str, about: Id) -> Id:
    """A filled form, in my space or in that of the two of us."""
    return named_id("form", space, document, about)


def receipt_id(space: str, erasure: Id, device: str) -> Id:
    """What one device did about an erasure."""
    return named_id("receipt", space, erasure, device)


def meeting_id(series: Id, place: int) -> Id:
    """The meeting at that place of a series."""
    return named_id("meeting", series, str(place))
