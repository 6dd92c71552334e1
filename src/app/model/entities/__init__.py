"""What mentoring is made of: every kind of record, declared once.

A record's visibility is where it lives: the personal space (only me) or the space of a mentorship (shared).
"""

from app.model.entities.agreements import FairCopy, Signature
from app.model.entities.calendar import Booking, Busy, Handed, Slot, slot_meeting_id
from app.model.entities.closing import FATES, Fulfilment, Retention, fulfilment_id, retention_id
from app.model.entities.comparing import Comparison
from app.model.entities.goals import Goal, Progress, Task
from app.model.entities.groups import Attendance, Participant, attendance_id
from app.model.entities.lists import Checklist, ListItem, checklist_id, list_item_id
from app.model.entities.meetings import Agenda, Meeting, Series, meeting_id
from app.model.entities.people import Me, Mentorship, Person, me_id
from app.model.entities.records import Erasure, Receipt, Setting, receipt_id, setting_id
from app.model.entities.skills import SkillProfile, entry_of, skill_of, skills_id
from app.model.entities.support import Supervision
from app.model.entities.wording import WORDS, OwnText, ProgrammeItem, own_text_id
from app.model.entities.words import (
    AUDIENCES,
    FORMS,
    MEASURES,
    MODES,
    OWNERS,
    PAIR_ROLES,
    ROLES,
    Audience,
    Fate,
    Form,
    FormStatus,
    GoalStatus,
    Measure,
    MeetingStatus,
    MentorshipStatus,
    MinutesStatus,
    Mode,
    Origin,
    Outcome,
    Owner,
    PairRole,
    Role,
    TaskStatus,
)
from app.model.entities.writings import Evaluation, FilledForm, Minutes, Note, form_id, minutes_id, note_id, title_of

__all__ = [
    "AUDIENCES",
    "FATES",
    "FORMS",
    "MEASURES",
    "MODES",
    "OWNERS",
    "PAIR_ROLES",
    "ROLES",
    "WORDS",
    "Agenda",
    "Attendance",
    "Audience",
    "Booking",
    "Busy",
    "Checklist",
    "Comparison",
    "Erasure",
    "Evaluation",
    "FairCopy",
    "Fate",
    "FilledForm",
    "Form",
    "FormStatus",
    "Fulfilment",
    "Goal",
    "GoalStatus",
    "Handed",
    "ListItem",
    "Me",
    "Measure",
    "Meeting",
    "MeetingStatus",
    "Mentorship",
    "MentorshipStatus",
    "Minutes",
    "MinutesStatus",
    "Mode",
    "Note",
    "Origin",
    "Outcome",
    "OwnText",
    "Owner",
    "PairRole",
    "Participant",
    "Person",
    "ProgrammeItem",
    "Progress",
    "Receipt",
    "Retention",
    "Role",
    "Series",
    "Setting",
    "Signature",
    "SkillProfile",
    "Slot",
    "Supervision",
    "Task",
    "TaskStatus",
    "attendance_id",
    "checklist_id",
    "entry_of",
    "form_id",
    "fulfilment_id",
    "list_item_id",
    "me_id",
    "meeting_id",
    "minutes_id",
    "note_id",
    "own_text_id",
    "receipt_id",
    "retention_id",
    "setting_id",
    "skill_of",
    "skills_id",
    "slot_meeting_id",
    "title_of",
]
