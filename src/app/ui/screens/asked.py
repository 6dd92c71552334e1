"""Rows of Today about what one is asked halfway and at the end, what waits for the programme, what waits for a name, and
what two people wrote at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.parts import Row
from app.ui.screens.versions import field_name

if TYPE_CHECKING:
    from app.model.queries import Choosing
    from app.model.queries.agreements import ToSignRow
    from app.model.queries.surveys import SurveyDue
    from app.ui.desk import Desk


def asked(desk: Desk, surveys: Sequence[SurveyDue]) -> list[Callable[[], ft.Control]]:
    """Each is made when it is shown."""
    rows: list[Callable[[], ft.Control]] = []
    if desk.session.programme_news:
        rows.append(partial(_news, desk, desk.session.programme_news))
    rows += [partial(_survey, desk, due) for due in surveys]
    by_hand = desk.session.programme_by_hand
    if by_hand:
        rows.append(partial(_programme, desk, by_hand))
    return rows


def to_sign(desk: Desk, rows: Sequence[ToSignRow]) -> list[Callable[[], ft.Control]]:
    """What the other has put a name to and waits for mine."""
    return [partial(_sign, desk, row) for row in rows]


def _sign(desk: Desk, row: ToSignRow) -> ft.Control:
    if row.meeting:
        words, path = desk.say("confirm.waits", name=row.name), f"/meeting/{row.meeting}/minutes"
        done = desk.say("confirm.waits.help", name=row.name)
    else:
        title = desk.read(desk.library.document(row.document).title)
        words, path = desk.say("agreement.waits", title=title), f"/agreement/{row.mentorship}/{row.document}"
        done = desk.say("agreement.waits.help", name=row.name)
    return Row(
        words,
        lambda _: desk.go(path),
        subtitle=done,
        icon=ft.Icons.DRAW_OUTLINED,
        id=f"todo-sign-{row.meeting or row.document}",
        key=f"sign {row.mentorship} {row.meeting or row.document}",
    )


def to_choose(desk: Desk, found: Sequence[Choosing]) -> list[Callable[[], ft.Control]]:
    """Texts that were written in two ways at once: nothing is lost, and it can wait."""
    return [partial(_choose, desk, one) for one in found]


def _choose(desk: Desk, one: Choosing) -> ft.Control:
    record = one.record
    words = "today.todo.choose.together" if one.together else "today.todo.choose.mine"
    about = [field_name(desk, record, one.cell), one.name]
    if one.count > 1:
        about.insert(1, desk.say("today.todo.choose.more", count=one.count - 1))
    return Row(
        desk.say(words),
        lambda _: desk.go(f"/versions/{record.KIND}/{record.id}", cell=one.cell),
        subtitle=" · ".join(part for part in about if part),
        icon=ft.Icons.CALL_SPLIT,
        color=theme.SHARED if record.visibility == "shared" else theme.PRIVATE,
        id=f"todo-choose-{record.id}",
        key=f"choose {record.KIND} {record.id}",
    )


def _survey(desk: Desk, due: SurveyDue) -> ft.Control:
    return Row(
        desk.say(f"survey.{due.which}.due", name=due.name),
        lambda _: desk.go(f"/survey/{due.mentorship}/{due.which}"),
        subtitle=desk.say("survey.due.help"),
        icon=ft.Icons.THUMBS_UP_DOWN_OUTLINED,
        id=f"todo-survey-{due.mentorship}",
        key=f"survey {due.mentorship}",
    )


def _news(desk: Desk, count: int) -> ft.Control:
    """Somebody wants to be contacted, or has written a concern; who and what stands on the programme's page."""
    return Row(
        desk.say("programme.news", count=count),
        lambda _: desk.go("/programme"),
        subtitle=desk.say("programme.news.help"),
        icon=ft.Icons.MARK_EMAIL_UNREAD_OUTLINED,
        color=theme.ACCENT,
        id="todo-news",
        key="news",
    )


def _programme(desk: Desk, count: int) -> ft.Control:
    """It leaves when somebody hands the package over."""
    return Row(
        desk.say("programme.out.waiting", count=count),
        lambda _: desk.go("/settings/programme"),
        subtitle=desk.say("programme.mine"),
        icon=ft.Icons.OUTBOX,
        id="todo-programme",
        key="programme",
    )
