"""The profile of skills: what a rating changes, and where it lives."""

from __future__ import annotations

from typing import Any, Final

from app.errors import InvalidField, Refused
from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import SkillProfile, entry_of, skills_id
from app.model.ids import Id

HIGHEST: Final = 10
"""No scale of a document has more steps above its first."""
_WHERE: Final = {"start": "at_start", "end": "at_end", "then": "hindsight"}
_TOLD: Final = ("picked", "at_start", "at_end", "hindsight", "evidence", "started", "ended")


@carry_out.register
def _(command: do.RateSkills, plan: Plan) -> Id:
    kind = SkillProfile.KIND
    if command.phase not in _WHERE:
        raise InvalidField(entity=kind, field="phase", reason="not-an-option")
    if not command.levels or not all(skill.strip() for skill in command.levels):
        raise InvalidField(entity=kind, field="levels", reason="missing")
    for level in command.levels.values():
        if isinstance(level, bool) or not isinstance(level, int):
            raise InvalidField(entity=kind, field="levels", reason="not-a-number")
        if not 0 <= level <= HIGHEST:
            raise InvalidField(entity=kind, field="levels", reason="out-of-range")
    role = plan.my_role(command.mentorship)
    found = _mine(plan, command.mentorship)
    picked = frozenset(command.levels)
    if command.phase != "start" and found is not None:
        picked |= found.picked
    values: dict[str, Any] = {
        "picked": picked,
        _WHERE[command.phase]: {entry_of(skill): level for skill, level in command.levels.items()},
    }
    if command.evidence:
        values["evidence"] = {entry_of(skill): text.strip() for skill, text in command.evidence.items()}
    if command.phase == "start" and (found is None or found.started is None):
        values["started"] = plan.moment.now
    if command.phase == "end":
        values["ended"] = plan.moment.now
    space = plan.records.personal if found is None else found.space
    plan.space_of(command.mentorship)  # there is such a mentorship
    about = {"mentorship": command.mentorship, "role": role}
    return plan.put(SkillProfile, space, skills_id(space, command.mentorship, role), about, **values)


@carry_out.register
def _(command: do.ShareSkills, plan: Plan) -> Id:
    found = _mine(plan, command.mentorship)
    if found is None:
        raise Refused(entity=SkillProfile.KIND, reason="nothing-to-share")
    space = plan.space_of(command.mentorship, private=not command.shared)
    if found.space == space:
        return found.id
    values = {name: getattr(found, name) for name in _TOLD}
    about = {"mentorship": found.mentorship, "role": found.role}
    there = plan.put(SkillProfile, space, skills_id(space, found.mentorship, found.role), about, **values)
    plan.mark(found, found.id)
    return there


def _mine(plan: Plan, mentorship: Id) -> SkillProfile | None:
    """My profile: where it was moved on one device while it was rated on another, the one written last."""
    role = plan.my_role(mentorship)
    found = [one for one in plan.records.where(SkillProfile, mentorship=mentorship) if one.role == role]
    return max(found, key=lambda one: (one.edited, one.id), default=None)
