"""The words that fields choose among."""

from __future__ import annotations

from typing import Literal

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
Fate = Literal["keep", "end", "3m", "12m"]
Origin = Literal["typed", "locked", "example"]

ROLES = ("mentor", "mentee", "coordinator", "participant")
PAIR_ROLES = ("mentor", "mentee")
OWNERS = ("mentor", "mentee", "both")
MODES = ("in_person", "video", "phone")
FORMS = ("one", "group", "mix", "situational", "career", "reverse", "peer")
MEASURES = ("done", "count", "percent", "scale")
AUDIENCES = ("both", "aggregate", "none")
