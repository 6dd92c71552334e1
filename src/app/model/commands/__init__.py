"""What people can do, as imperatives. A command is a frozen value; `decide` says what follows from it.

Where a command makes a record, `id` may be given (so that a screen can name it before it exists); left empty, one is
made. Fields of `Revise` are those of the entity; dates are `date`, local times naive `datetime`, moments aware ones.
"""

from app.model.commands.agreements import (
    NewCopy,
    Sign,
)
from app.model.commands.base import (
    Command,
)
from app.model.commands.boundaries import (
    ShareAnswer,
)
from app.model.commands.bringing import NewSpace
from app.model.commands.calendar import (
    BookSlot,
    GiveSlot,
    HandOver,
    KeepBusy,
    MoveSeries,
    OfferSlots,
    Told,
    WithdrawSlot,
)
from app.model.commands.closing import DecideFate, DropPrivate
from app.model.commands.comparing import (
    SayCompared,
)
from app.model.commands.goals import (
    AddTask,
    BringTasks,
    BroughtTask,
    LetGoOfGoal,
    MoveTask,
    ReachGoal,
    RecordProgress,
    ReopenGoal,
    SetGoal,
    ShareGoal,
    TaskOutcome,
)
from app.model.commands.groups import AddParticipants, Attend
from app.model.commands.lists import (
    AddOwnItem,
    HideItem,
    OnList,
    PlaceItem,
    RestoreShipped,
    SetAside,
    TickItem,
    UntickItem,
)
from app.model.commands.meetings import (
    AddTopic,
    EndMeeting,
    MoveMeeting,
    PlanMeeting,
    PlanSeries,
    SameTimeAgain,
    SkipMeeting,
    StartMeeting,
    StartNow,
    UseTopic,
)
from app.model.commands.moving import (
    GoOnIn,
)
from app.model.commands.people import (
    AddPerson,
    EndMentorship,
    IntroduceMe,
    JoinMentorship,
)
from app.model.commands.records import (
    Before,
    Delete,
    EmptyTrash,
    Erase,
    EraseShared,
    Pick,
    Restore,
    Revise,
    SetSetting,
    Undo,
)
from app.model.commands.skills import (
    RateSkills,
    ShareSkills,
)
from app.model.commands.support import (
    PlanSupervision,
)
from app.model.commands.wording import (
    Reword,
)
from app.model.commands.writings import (
    FinishMinutes,
    GiveFeedback,
    ImportQuickNote,
    KeepForm,
    KeepMinutes,
    WriteNote,
)

__all__ = [
    "AddOwnItem",
    "AddParticipants",
    "AddPerson",
    "AddTask",
    "AddTopic",
    "Attend",
    "Before",
    "BookSlot",
    "BringTasks",
    "BroughtTask",
    "Command",
    "DecideFate",
    "Delete",
    "DropPrivate",
    "EmptyTrash",
    "EndMeeting",
    "EndMentorship",
    "Erase",
    "EraseShared",
    "FinishMinutes",
    "GiveFeedback",
    "GiveSlot",
    "GoOnIn",
    "HandOver",
    "HideItem",
    "ImportQuickNote",
    "IntroduceMe",
    "JoinMentorship",
    "KeepBusy",
    "KeepForm",
    "KeepMinutes",
    "LetGoOfGoal",
    "MoveMeeting",
    "MoveSeries",
    "MoveTask",
    "NewCopy",
    "NewSpace",
    "OfferSlots",
    "OnList",
    "Pick",
    "PlaceItem",
    "PlanMeeting",
    "PlanSeries",
    "PlanSupervision",
    "RateSkills",
    "ReachGoal",
    "RecordProgress",
    "ReopenGoal",
    "Restore",
    "RestoreShipped",
    "Revise",
    "Reword",
    "SameTimeAgain",
    "SayCompared",
    "SetAside",
    "SetGoal",
    "SetSetting",
    "ShareAnswer",
    "ShareGoal",
    "ShareSkills",
    "Sign",
    "SkipMeeting",
    "StartMeeting",
    "StartNow",
    "TaskOutcome",
    "TickItem",
    "Told",
    "Undo",
    "UntickItem",
    "UseTopic",
    "WithdrawSlot",
    "WriteNote",
]
