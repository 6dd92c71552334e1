"""Tasks as a table: a file for Asana and spreadsheets, and such a file back."""

from __future__ import annotations

from typing import Any, cast

import flet as ft

from app.model.queries import PeopleList, PersonRow
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_clock, use_desk, use_query
from app.ui.hooks.files import use_files
from app.ui.parts import (
    Busy,
    Card,
    Choice,
    Live,
    PrimaryButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.theme import Style

ALL = "all"
TOLD = ("back", "here", "repeated", "elsewhere", "strangers", "sections", "dates")
"""What there is to say about a table, in this order."""


@component
def TasksFileScreen(person: str = "") -> ft.Control:
    """Out with one button; in after a look at what it would do."""
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    whom, choose = ft.use_state(person or ALL)
    files = use_files()
    told, tell = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    bringing, show = ft.use_state(cast("Any", None))
    busy, run = use_busy()
    mentorship = None if whom == ALL else whom
    name = next((row.name for row in people if row.mentorship == whom), "")

    async def save(made: Any) -> None:
        saved = await files.save(made.name, made.data)
        tell(desk.say("task.table-made", count=made.count) if saved.how == "made" else "")
        say_wrong(desk.say("export.failed") if saved.how == "failed" else "")

    def clear() -> None:
        tell("")
        say_wrong("")
        show(None)

    def take_out(_: object) -> None:
        clear()
        run(lambda: _written(desk, mentorship), lambda made: desk.later(lambda: save(made)))

    async def pick(_: object) -> None:
        clear()
        picked = await files.pick()
        if picked:
            raw = picked[1]
            run(lambda: _planned(desk, raw, mentorship), show, lambda fault: say_wrong(desk.sentence(fault)))

    def bring(_: object) -> None:
        run(lambda: _brought(desk, bringing), brought)

    def brought(count: int) -> None:
        show(None)
        tell(desk.say("task.table-in", count=count))

    def turn(value: str) -> None:
        clear()
        choose(value)

    parts: list[ft.Control] = [Words(desk.say("task.table-what"))]
    if not person and people:
        ordered = sorted(people, key=lambda row: desk.speech.value.sort_key(row.name))
        choices = [Choice(ALL, desk.say("task.table-all")), *(Choice(row.mentorship, row.name) for row in ordered)]
        parts += [
            SectionTitle(desk.say("task.table-whose")),
            Picks(choices, whom, turn, label=desk.say("task.table-whose"), id="table-whose"),
        ]
    open_line: list[ft.Control] = [
        ft.Icon(ft.Icons.LOCK_OPEN, color=theme.ACCENT, size=24),
        Words(desk.say("task.table-warning"), expand=True),
    ]
    line = ft.Row(open_line, spacing=12, vertical_alignment=ft.CrossAxisAlignment.START)
    parts += [
        SectionTitle(desk.say("task.table-out")),
        Card(line, ground=theme.RAISED),
        SecondaryButton(desk.say("task.table-write"), take_out, ft.Icons.DOWNLOAD, id="table-write", strong=True),
        SectionTitle(desk.say("task.table-read")),
        Soft(desk.say("task.table-columns"), Style.BODY),
        SecondaryButton(desk.say("backup.choose"), pick, ft.Icons.FOLDER_OPEN, id="table-read"),
    ]
    if wrong:
        parts.append(Live(wrong, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if bringing is not None:
        parts += _preview(desk, bringing, name)
    above: list[ft.Control] = []
    if busy:
        above.append(Busy(desk.say("task.table-working")))
    elif told:
        above.append(Live(told, ft.Icons.CHECK_CIRCLE, theme.PRIMARY))
    count = bringing.new + bringing.back if bringing is not None else 0
    primary = (
        PrimaryButton(desk.say("task.table-bring", count=count), bring, ft.Icons.ADD_TASK, busy=busy, id="table-bring")
        if count
        else None
    )
    return Screen(desk.say("task.table-title"), parts, subtitle=name, back=True, above=above, primary=primary)


def _preview(desk: Desk, bringing: Any, name: str) -> list[ft.Control]:
    """What the table would do. Its words are shown as words, whatever they look like."""
    lines: list[ft.Control] = [Words(desk.say("task.table-new", count=bringing.new), Style.STRONG)]
    lines += [Soft(f"· {title}", Style.BODY) for title in bringing.titles]
    more = bringing.new + bringing.back - len(bringing.titles)
    if more > 0:
        lines.append(Soft(desk.say("task.table-more", count=more)))
    for fact in TOLD:
        count = getattr(bringing, fact)
        if count:
            lines.append(Soft(desk.say(f"task.table-{fact}", count=count)))
    if name and bringing.new:
        lines.append(Soft(desk.say("task.table-seen", name=name)))
    return [ft.Semantics(live_region=True, content=Card(lines, id="table-preview"))]


def _written(desk: Desk, mentorship: str | None) -> Any:
    from app.services.files.tasks_csv import write_tasks  # what only this screen needs

    desk.store.drafts.flush()
    return write_tasks(desk.store, desk.now(), mentorship)


def _planned(desk: Desk, raw: bytes, mentorship: str | None) -> Any:
    from app.services.files.tasks_csv import plan_tasks, read_tasks

    return plan_tasks(desk.store, read_tasks(raw), desk.now(), mentorship)


def _brought(desk: Desk, bringing: Any) -> int:
    from app.services.files.tasks_csv import take_in

    return take_in(desk.store, bringing, desk.now())
