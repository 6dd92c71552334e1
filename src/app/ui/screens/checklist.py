"""A checklist: before, during or after a meeting, chosen by the clock; or the one of a relationship."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import AddOwnItem, HideItem, PlaceItem, RestoreShipped, SetAside, TickItem, UntickItem
from app.model.fields import between
from app.model.queries import ListOf, MeetingPage, PersonPage, SettingOf, anyway
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.hooks.told import use_touched
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    Field,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Segments,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.in_place import PREPARATION, SEEN_IN, settle
from app.ui.screens.lists import OF_PHASE, PHASES, Line, lines_of, settled, shown
from app.ui.screens.of_meeting import no_meeting
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style
from app.ui.ways import way

if TYPE_CHECKING:
    from app.services.content.library import Document
    from app.ui.desk import Desk


@component
def ChecklistScreen(id: str = "", person: str = "", list: str = "") -> ft.Control:
    """The lists of a meeting (`id`), or one list of a relationship (`person`)."""
    return MeetingLists(id, list) if id else PersonList(person, list or "before_relationship")


@component
def MeetingLists(meeting: str, list: str) -> ft.Control:
    """Before, during, after: the one of the moment is open, the others a tap away."""
    desk, now = use_desk(), use_clock()
    view = use_query(MeetingPage(meeting, now))
    chosen, choose = ft.use_state(_phase(list))
    changing, change = ft.use_state(False)
    if view is None:
        return no_meeting(desk)
    phase = chosen or view.row.phase
    document = desk.library.document(OF_PHASE[phase])
    return _screen(
        desk,
        document,
        view.row.my_role,
        about=meeting,
        subtitle=desk.say("checklist.for", name=view.row.name, when=desk.speech.value.near(view.row.starts, now)),
        meeting=meeting,
        mentorship=view.row.mentorship,
        changing=changing,
        change=change,
        tabs=Segments(
            [Choice(name, desk.say(f"checklist.{name}")) for name in PHASES],
            phase,
            choose,
            label=desk.say("checklist.tabs"),
            id="list",
        ),
    )


@component
def PersonList(mentorship: str, list: str) -> ft.Control:
    """A list that belongs to the relationship: before it starts, and when it ends."""
    desk, now = use_desk(), use_clock()
    view = use_query(PersonPage(mentorship, now))
    why = use_query(SettingOf(anyway(mentorship)))
    changing, change = ft.use_state(False)
    came = use_touched(SEEN_IN)  # while one was away from the list to do it
    ft.use_effect(lambda: settle(desk, mentorship), [mentorship, came])
    if view is None:
        return no_meeting(desk)
    document = desk.library.document(f"checklist.{list}")
    return _screen(
        desk,
        document,
        view.row.my_role,
        about=mentorship,
        subtitle=view.row.name,
        meeting=None,
        mentorship=mentorship,
        changing=changing,
        change=change,
        held=desk.say("checklist.anyway.held", reason=why) if isinstance(why, str) and why else "",
    )


def _screen(
    desk: Desk,
    document: Document,
    role: str,
    *,
    about: str,
    subtitle: str,
    meeting: str | None,
    mentorship: str,
    changing: bool,
    change: Callable[[bool], object],
    tabs: ft.Control | None = None,
    held: str = "",
) -> ft.Control:
    body: list[ft.Control] = [tabs] if tabs else []
    if document.intro:
        body.append(Soft(desk.read(document.intro)))
    if held:
        body.append(Soft(held))
    part = Changing if changing else Ticking
    body.append(part(document.id, role, about, meeting, mentorship, key=f"{document.id} {changing}"))
    if not changing:
        body.append(
            ft.Row(
                [QuietButton(desk.say("checklist.edit"), lambda _: change(True), ft.Icons.TUNE, id="list-edit")],
                wrap=True,
            )
        )
    return Screen(
        desk.read(document.title),
        body,
        back=True,
        subtitle=subtitle,
        primary=PrimaryButton(
            desk.say("checklist.edit.done" if changing else "checklist.done"),
            (lambda _: change(False)) if changing else (lambda _: desk.back()),
            ft.Icons.CHECK,
            id="list-done",
        ),
    )


def _phase(list: str) -> str:
    return next((name for name in PHASES if list in (name, OF_PHASE[name])), "")


# ------------------------------------------------------------------ ticking


@component
def Ticking(
    document: str, role: str, about: str, meeting: str | None, mentorship: str, *, key: str | None = None
) -> ft.Control:
    """The lines to tick, under their headings, and what has been set aside."""
    desk = use_desk()
    shipped = desk.library.document(document)
    view = use_query(ListOf(document, about))
    aside, set_aside = ft.use_state("")
    undo = use_undo()
    lines = shown(lines_of(desk, shipped, role, view))
    target = {"meeting": meeting} if meeting else {"mentorship": mentorship}

    def tick(line: Line, done: bool) -> None:
        make = TickItem if done else UntickItem
        desk.store.execute(make(document=document, version=shipped.version, item=line.id, **target))

    def lay(line: Line, reason: str) -> None:
        set_aside("")
        desk.store.execute(SetAside(document=document, version=shipped.version, item=line.id, reason=reason, **target))

    def bring_back(line: Line) -> None:
        done = desk.store.execute(
            SetAside(document=document, version=shipped.version, item=line.id, reason="", **target)
        )
        undo(desk.say("checklist.unticked"), lambda: desk.store.execute(done.undo))

    asked = next((line for line in lines if line.id == aside), None)
    use_sheet(
        (lambda: AsideSheet(asked, mentorship, lambda reason: lay(asked, reason), lambda: set_aside("")))
        if asked
        else None,
        lambda: set_aside(""),
        title=desk.say("checklist.aside.title"),
        short=True,
    )

    def row(line: Line) -> ft.Control:
        to = _way(desk, line, mentorship, meeting)
        trailing: ft.Control | None = None
        if line.reason:
            trailing = QuietButton(desk.say("checklist.aside.back"), lambda _: bring_back(line), id=f"back-{line.id}")
        elif to:
            trailing = _open(desk, line, to)
        tick_line = TickLine(
            line.text,
            line.ticked,
            lambda done: tick(line, done),
            id=f"tick-{line.id}",
            mark=desk.say("checklist.critical") if line.critical and line.open else "",
            subtitle=desk.say("checklist.aside.shown", reason=line.reason) if line.reason else _help(desk, line),
            trailing=trailing,
            wordy=bool(line.reason),
            key=line.id,
        )
        if not line.critical:
            return tick_line
        if not line.open:  # within the same column as before: as another part it would have lost its Undo
            return ft.Column([tick_line], spacing=0, tight=True, key=line.id)
        away = QuietButton(
            desk.say("checklist.aside"),
            lambda _: set_aside(line.id),
            ft.Icons.DO_NOT_DISTURB_ON_OUTLINED,
            id=f"aside-{line.id}",
            color=theme.INK_SOFT,
        )
        return ft.Column(
            [tick_line, ft.Container(away, padding=ft.Padding.only(left=46, bottom=6))],
            spacing=0,
            tight=True,
            key=line.id,
        )

    parts = _progress(desk, lines)
    for title, group in grouped(desk, shipped, lines, moved=bool(view.places)):
        if title:
            parts.append(SectionTitle(title))
        parts.append(Rows([row(line) for line in group]))
    if any(line.item is not None and line.item.from_programme for line in lines):
        parts.append(Soft(desk.say("checklist.programme.seen")))
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def grouped(desk: Desk, document: Document, lines: Sequence[Line], *, moved: bool) -> list[tuple[str, list[Line]]]:
    """The lines under the headings of the document; when somebody has moved them, in one row without headings. Before a
    relationship begins, what must not be missed comes first, ticked or not: nothing moves under the thumb.
    """
    if moved or not document.groups:
        return [("", list(lines))] if lines else []
    titles = {group.id: desk.read(group.title) for group in document.groups}
    parts: list[tuple[str, list[Line]]] = []
    first = [line for line in lines if line.critical] if document.id == PREPARATION else []
    for line in lines:
        if line in first:
            continue
        title = titles.get(line.item.group or "", "") if line.item else (parts[-1][0] if parts else "")
        if line.item is not None and line.item.from_programme:
            title = desk.say("checklist.programme.title")
        if not parts or parts[-1][0] != title:
            parts.append((title, []))
        parts[-1][1].append(line)
    return [(desk.say("checklist.critical.first"), first), *parts] if first else parts


def _help(desk: Desk, line: Line) -> str:
    if line.item is None:
        return desk.say("checklist.own")
    if line.item.from_programme:
        return desk.say("checklist.programme")
    return desk.read(line.item.help) if line.item.help and line.open else ""


def _way(desk: Desk, line: Line, mentorship: str, meeting: str | None) -> str | None:
    if line.item is None or line.item.action is None:
        return None
    return way(line.item.action, desk.library, person=mentorship, meeting=meeting)


def _open(desk: Desk, line: Line, to: str) -> ft.Control:
    return ft.MergeSemantics(
        ft.Semantics(
            identifier=f"open-{line.id}",
            content=ft.IconButton(
                icon=ft.Icon(
                    ft.Icons.CHEVRON_RIGHT,
                    color=theme.PRIMARY,
                    size=26,
                    semantics_label=desk.say("checklist.open", item=line.text),
                ),
                on_click=lambda _: desk.go(to),
                width=theme.TARGET,
                height=theme.TARGET,
            ),
        )
    )


@component
def AsideSheet(line: Line, mentorship: str, keep: Callable[[str], object], close: Callable[[], object]) -> ft.Control:
    """Why a line is left undone on purpose: one line of words."""
    desk = use_desk()
    form = use_unfinished(f"aside.{mentorship}.{line.id}", "")
    error, fail = ft.use_state("")

    def save(_: object = None) -> None:
        if form.values.strip():
            keep(form.values.strip())
            form.done()
        else:
            fail(desk.say("checklist.aside.needed"))

    return ft.Column(
        [
            *resumed_line(desk, form),
            Words(line.text, Style.STRONG),
            ft.Row([VisibilityChip("only_me")]),
            Field(
                desk.say("checklist.aside.why"),
                form.values,
                form.put,
                id="aside-reason",
                error=error,
                autofocus=not form.resumed,
                limit=300,
                on_submit=save,
            ),
            PrimaryButton(desk.say("checklist.aside"), save, id="aside-save"),
            ft.Row(
                [QuietButton(desk.say("checklist.cancel"), lambda _: close(), id="aside-cancel")],
                alignment=ft.MainAxisAlignment.CENTER,
            ),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _progress(desk: Desk, lines: Sequence[Line]) -> list[ft.Control]:
    """How far it has come, and what is critical in it."""
    count = desk.say("checklist.progress", done=settled(lines), total=len(lines))
    critical = sum(line.critical and line.open for line in lines)
    parts: list[ft.Control] = [
        ft.Semantics(
            live_region=True,
            identifier="list-progress",
            content=ft.Row(
                [
                    Words(desk.say("checklist.all") if settled(lines) == len(lines) else count, Style.STRONG),
                    *(
                        [Words(desk.say("checklist.critical.left", count=critical), Style.SMALL, theme.ACCENT)]
                        if critical
                        else []
                    ),
                ],
                wrap=True,
                spacing=12,
            ),
        )
    ]
    seeds = [line for line in lines if line.item is not None and line.item.seed_item]
    if seeds:
        parts.append(
            Words(desk.say("checklist.eight", done=settled(seeds), total=len(seeds)), Style.SMALL, theme.INK_SOFT)
        )
    return parts


# ------------------------------------------------------------------ changing the list


@component
def Changing(
    document: str, role: str, about: str, meeting: str | None, mentorship: str, *, key: str | None = None
) -> ft.Control:
    """Own lines, places, what is hidden, and the way back to the list as it came."""
    desk = use_desk()
    shipped = desk.library.document(document)
    view = use_query(ListOf(document, about))
    undo = use_undo()
    form = use_unfinished(f"list.{document}", "")
    error, fail = ft.use_state("")
    everything = lines_of(desk, shipped, role, view, whole=True)
    lines = shown(everything)
    away = [line for line in everything if line.hidden]

    def add(_: object = None) -> None:
        if not form.values.strip():
            fail(desk.say("checklist.add.needed"))
            return
        last = everything[-1].place if everything else ""
        desk.store.execute(AddOwnItem(document=document, text=form.values.strip(), place=between(last, "")))
        form.empty()
        fail("")

    def move(at: int, step: int) -> None:
        to = at + step
        low = lines[to - 1].place if step < 0 and to > 0 else (lines[to].place if step > 0 else "")
        high = lines[to].place if step < 0 else (lines[to + 1].place if to + 1 < len(lines) else "")
        desk.store.execute(PlaceItem(document=document, item=lines[at].id, place=between(low, high)))

    def hide(line: Line, hidden: bool) -> None:
        desk.store.execute(HideItem(document=document, item=line.id, hidden=hidden))

    def restore(_: object) -> None:
        done = desk.store.execute(RestoreShipped(document=document))
        undo(desk.say("checklist.restored"), lambda: desk.store.execute(done.undo))

    parts: list[ft.Control] = [
        Soft(desk.say("checklist.edit.help")),
        *resumed_line(desk, form),
        Field(
            desk.say("checklist.add.field"),
            form.values,
            form.put,
            id="list-new",
            error=error,
            limit=300,
            on_submit=add,
        ),
        SecondaryButton(desk.say("checklist.add"), add, ft.Icons.ADD, id="list-add"),
        Rows(
            [
                ft.Container(
                    ft.Row([Words(line.text, expand=True), _places(desk, line, at, len(lines), move, hide)], spacing=4),
                    padding=ft.Padding.only(left=16, right=4, top=4, bottom=4),
                    key=line.id,
                )
                for at, line in enumerate(lines)
            ]
        ),
    ]
    if away:
        parts += [SectionTitle(desk.say("checklist.hidden")), _hidden(desk, away, hide)]
    parts.append(QuietButton(desk.say("checklist.restore"), restore, ft.Icons.RESTORE, id="list-restore"))
    return ft.Column(parts, spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _places(
    desk: Desk,
    line: Line,
    at: int,
    count: int,
    move: Callable[[int, int], object],
    hide: Callable[[Line, bool], object],
) -> ft.Control:
    """Up, down, and out of sight."""
    faces = [
        ("up", ft.Icons.ARROW_UPWARD, at > 0, lambda _: move(at, -1)),
        ("down", ft.Icons.ARROW_DOWNWARD, at < count - 1, lambda _: move(at, 1)),
        ("hide", ft.Icons.VISIBILITY_OFF, True, lambda _: hide(line, True)),
    ]
    return ft.Row(
        [
            ft.MergeSemantics(
                ft.Semantics(
                    identifier=f"{name}-{line.id}",
                    content=ft.IconButton(
                        icon=ft.Icon(
                            icon,
                            size=22,
                            color=theme.INK_SOFT,
                            semantics_label=desk.say(f"checklist.{name}.of", item=line.text),
                        ),
                        on_click=do,
                        disabled=not possible,
                        opacity=1 if possible else 0.3,
                        width=theme.TARGET,
                        height=theme.TARGET,
                    ),
                )
            )
            for name, icon, possible, do in faces
        ],
        spacing=0,
        tight=True,
    )


def _hidden(desk: Desk, away: Sequence[Line], hide: Callable[[Line, bool], object]) -> ft.Control:
    """What is out of sight, each line with the way back."""
    return Rows(
        [
            Row(
                line.text,
                lambda _, line=line: hide(line, False),
                ink=theme.INK_SOFT,
                chevron=False,
                trailing=Words(desk.say("checklist.show"), Style.BODY, theme.PRIMARY),
                id=f"show-{line.id}",
                key=line.id,
            )
            for line in away
        ]
    )
