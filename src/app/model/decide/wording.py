"""Own words in the place of those that ship."""

from __future__ import annotations

from app.model import commands as do
from app.model.decide.plan import Plan, carry_out
from app.model.entities import OwnText, own_text_id
from app.model.ids import Id


@carry_out.register
def _(command: do.Reword, plan: Plan) -> Id:
    space = plan.records.personal
    id = own_text_id(space, command.document, command.item, command.field, command.language)
    words = command.words.strip()
    if not words or words == command.shipped.strip():
        found = plan.records.one(OwnText, id)
        if found is not None:
            plan.mark(found, found.id)
        return id
    about = {
        "document": command.document,
        "item": command.item,
        "field": command.field,
        "language": command.language,
    }
    return plan.put(OwnText, space, id, about, words=words, shipped=command.shipped, version=command.version)
