"""What screens ask. A query is a frozen value; its answer is one too, and reads only the tables and keys it needs.

`answer` gets a `Reader`, which notes what was read: a listener is woken when one of exactly these things has changed.
`now` is an aware datetime in the zone of the person who asks.
"""

from app.model.queries.asking import Card, Past, Query, Reader, Trashed
from app.model.queries.goals import Board, GoalPage, GoalsList, GoalView, TaskBoard, TasksMine
from app.model.queries.meetings import (
    AgendaOf,
    ListOf,
    MeetingPage,
    Meetings,
    MeetingsBetween,
    MeetingsOf,
    MeetingView,
    TopicsUsed,
)
from app.model.queries.people import HeldWith, PeopleList, PersonPage, PersonView, Step, StepState
from app.model.queries.records import AboutMe, Counts, HistoryOf, One, SettingOf, TrashList
from app.model.queries.rows import (
    GoalRow,
    ListView,
    MeetingRow,
    MinutesRow,
    NoteRow,
    OpenCritical,
    Page,
    PairRow,
    PersonRow,
    ProgressRow,
    TaskRow,
    TodayMeeting,
)
from app.model.queries.skills import SkillLevel, SkillsOf, SkillsRow, SkillsView
from app.model.queries.today import Primary, PrimaryAction, Today, TodayView
from app.model.queries.versions import Conflict, ConflictOf, Earlier, Part, Said, TextHistory, unsettled
from app.model.queries.writings import EvaluationsOf, FormOf, LastMinutes, MinutesFor, MinutesList, NoteOf, NotesOf

__all__ = [
    "AboutMe",
    "AgendaOf",
    "Board",
    "Card",
    "Conflict",
    "ConflictOf",
    "Counts",
    "Earlier",
    "EvaluationsOf",
    "FormOf",
    "GoalPage",
    "GoalRow",
    "GoalView",
    "GoalsList",
    "HeldWith",
    "HistoryOf",
    "LastMinutes",
    "ListOf",
    "ListView",
    "MeetingPage",
    "MeetingRow",
    "MeetingView",
    "Meetings",
    "MeetingsBetween",
    "MeetingsOf",
    "MinutesFor",
    "MinutesList",
    "MinutesRow",
    "NoteOf",
    "NoteRow",
    "NotesOf",
    "One",
    "OpenCritical",
    "Page",
    "PairRow",
    "Part",
    "Past",
    "PeopleList",
    "PersonPage",
    "PersonRow",
    "PersonView",
    "Primary",
    "PrimaryAction",
    "ProgressRow",
    "Query",
    "Reader",
    "Said",
    "SettingOf",
    "SkillLevel",
    "SkillsOf",
    "SkillsRow",
    "SkillsView",
    "Step",
    "StepState",
    "TaskBoard",
    "TaskRow",
    "TasksMine",
    "TextHistory",
    "Today",
    "TodayMeeting",
    "TodayView",
    "TopicsUsed",
    "TrashList",
    "Trashed",
    "unsettled",
]
