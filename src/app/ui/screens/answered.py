"""What was answered in a survey, read again: my own words, and those of the other as far as they were shared with me."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import flet as ft

from app.ui.parts import Card, SectionTitle, Soft
from app.ui.parts.text import Quotable
from app.ui.screens.minutes import answer_words

if TYPE_CHECKING:
    from app.model.entities import Evaluation
    from app.services.content.library import Document
    from app.ui.desk import Desk


def answered(desk: Desk, survey: Document, given: Sequence[Evaluation], role: str, name: str) -> list[ft.Control]:
    """The last answers of the other, then my own, each under a heading. `survey` is the one in my words."""
    shown: list[ft.Control] = []
    theirs = [one for one in given if one.role != role]
    mine = [one for one in given if one.role == role]
    for one, title in ((theirs, desk.say("evaluation.theirs", name=name)), (mine, desk.say("evaluation.mine"))):
        if not one:
            continue
        last = one[-1]
        document = survey if last.survey == survey.id else desk.library.survey_after(last.role)
        lines: list[ft.Control] = []
        for item in document.items_for(last.role):
            words = answer_words(desk, item, last.answers.get(item.id), {})
            if words:
                lines.append(ft.Column([Soft(desk.read(item.text)), Quotable(words)], spacing=2, tight=True))
        if lines:
            shown += [SectionTitle(title), Card(lines, id=f"answered-{last.role}", spacing=14)]
    return shown


def shared_by_other(given: Sequence[Evaluation], role: str) -> bool:
    """Whether the other has let me read what they answered."""
    return any(one.role != role for one in given)
