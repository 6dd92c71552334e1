"""Answers that are shared, and their line in the agreement."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import FilledForm, form_id
from app.model.ids import Id


@carry_out.register
def _(command: do.ShareAnswer, plan: Plan) -> Id:
    space = plan.space_of(command.mentorship)
    answer = " ".join(command.answer.split())
    question = " ".join(command.question.split())
    begins = (question, *(" ".join(words.split()) for words in command.also if words.strip()))
    shared = form_id(space, command.document, command.mentorship)
    about = {"document": command.document, "mentorship": command.mentorship}
    plan.put(FilledForm, space, shared, about, version=command.version, answers={command.item: answer})
    agreement = form_id(space, command.into, command.mentorship)
    there = plan.records.one(FilledForm, agreement)
    before = there.answers.get(command.line) if there is not None else None
    written = before if isinstance(before, str) else ""
    lines = [one for one in written.splitlines() if not one.startswith(begins)]
    if answer:
        at = next((n for n, one in enumerate(written.splitlines()) if one.startswith(begins)), len(lines))
        lines.insert(at, f"{question} {answer}")
    now = "\n".join(lines)
    if now != written:
        filed = {"document": command.into, "mentorship": command.mentorship}
        plan.put(FilledForm, space, agreement, filed, version=command.into_version, answers={command.line: now})
    return shared
