"""The minutes of a meeting, drawn from a template of the library: every type of line with its own field.

Texts are drafts of the store while they are written; tasks, goals, the next meeting and the aim are those of the
relationship itself, so that nothing is written twice. My private line never reaches the minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import FinishMinutes, KeepMinutes, TickItem
from app.model.entities import Note, minutes_id, note_id
from app.model.queries import AboutMe, CopiesOf, LastMinutes, MeetingPage, MeetingsOf, One
from app.services.content.direction import apart
from app.services.content.library import Option
from app.services.records.drafts import Target
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_query, use_settling, use_undo
from app.ui.hooks.saving import use_saving
from app.ui.parts import (
    Card,
    Choice,
    ChoiceButtons,
    DraftField,
    EmptyState,
    Guarded,
    HeaderButton,
    Heading,
    Live,
    PrimaryButton,
    QuietButton,
    Quotable,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.carrying import SentState
from app.ui.parts.items import ItemField, chosen_of, moment_of, no_number, taken_over
from app.ui.safe import component
from app.ui.screens.confirming import confirm_buttons, confirmed_by, to_confirm
from app.ui.screens.lists import OF_PHASE
from app.ui.screens.of_meeting import agreed_task, next_meeting, no_meeting
from app.ui.screens.removing import remover
from app.ui.screens.sheets import AimSheet, OpenTasks, Pair, TaskSheet, owner_words
from app.ui.screens.signing import in_pieces, use_agreements, use_signing
from app.ui.screens.templates import QUICK, note_item, part_id, parts_of, template_for
from app.ui.screens.versions import another_version, earlier_versions
from app.ui.theme import Style
from app.ui.ways import way

if TYPE_CHECKING:
    from app.model.entities import Minutes
    from app.model.queries import GoalRow, MeetingRow, MeetingView
    from app.model.schema import Entity
    from app.services.content.library import Document, Item
    from app.services.records.store import Done
    from app.ui.desk import Desk

EXAMPLE = "minutes.example"
AIM = "aim"
CONFIRMED = "confirm_"
PEOPLE = ("mentor", "mentee")
DUE = re.compile(r"(, )(\d{4}-\d\d-\d\d)(\))$", re.MULTILINE)
"""The day of a task in what both confirm (see `promised`)."""


@component
def MinutesScreen(id: str, template: str = "") -> ft.Control:
    """The minutes of one meeting: to fill in, or to read when they are finished."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now))
    coming = use_query(MeetingsOf(view.row.mentorship if view else "", now))
    chosen, choose = ft.use_state(template)
    sheet, show = ft.use_state("")
    undo = use_undo()
    mentorship = view.row.mentorship if view else ""
    confirming = use_agreements(lambda all_: to_confirm(all_, view), CopiesOf(mentorship, minutes_id(id)), AboutMe())
    save = use_saving()

    def confirmed(handed: bool) -> None:
        if not handed:
            tick_confirmed(desk, id)

    signing = use_signing(confirming, view.row.my_role if view else "mentor", "confirm", confirmed)

    def close() -> None:
        show("")

    def turn(new: str) -> None:
        close()
        if view and new != document.id:
            desk.flush()
            change_template(desk, id, document, desk.library.document(new))
            choose(new)

    document = _document(desk, view, chosen, bool(template))
    content: Callable[[], ft.Control] | None = None
    title = ""
    if view and sheet == "template":
        content, title = partial(TemplateSheet, document.id, turn, close), desk.say("minutes.template.title")
    elif view and sheet == "task":
        pair = Pair(view.row.mentorship, view.row.name, view.row.my_role)
        content = partial(TaskSheet, pair, close, meeting=id, following=view.following, goals=view.goals)
        title = desk.say("note.task.title")
    elif view and sheet == "aim":
        content, title = (lambda: AimSheet(id, view.meeting.aim, view.row.name, close)), desk.say("note.aim")
    use_sheet(content, close, title=title, short=sheet in ("template", "aim"), footed=sheet == "task")
    if view is None:
        return no_meeting(desk, "minutes.title")
    answers = view.minutes.answers if view.minutes else {}
    subtitle = desk.say("minutes.with", name=view.row.name, day=desk.speech.value.near_day(view.row.starts, now))

    def finish(_: object = None) -> None:
        done = finish_minutes(desk, view, document)
        undo(desk.say("minutes.kept"), lambda: desk.store.execute(done.undo) if done.undo else None)

    if view.minutes is not None and view.minutes.status == "finished":
        primary, above = confirm_buttons(desk, view, confirming, signing)
        return Screen(
            desk.read(document.title),
            _finished(desk, view, view.minutes, document, confirmed_by(desk, view, confirming, save), now),
            back=True,
            subtitle=subtitle,
            primary=primary,
            above=above,
            page=1,  # finished or reopened, it begins at its top
        )
    body: list[ft.Control] = [ft.Row([VisibilityChip("shared", name=view.row.name)], wrap=True)]
    if document.intro:
        body.append(Soft(desk.read(document.intro)))
    body += _pinned(desk, view, document, lambda _: show("aim"))
    for item in sorted(document.items, key=lambda item: item.id != AIM):  # what the meeting is for stands on top
        body.append(
            Line(view, coming.upcoming, item.id, document.id, lambda: show("task"), key=f"{document.id} {item.id}")
        )
    body += _others(desk, document, answers)
    if view.minutes is not None:
        body.append(remover(desk, "minutes", view.minutes.id))
    return Screen(
        desk.read(document.title),
        body,
        back=True,
        subtitle=subtitle,
        actions=[
            HeaderButton(
                desk.say("minutes.template"),
                ft.Icons.DESCRIPTION_OUTLINED,
                lambda _: show("template"),
                id="minutes-template",
            )
        ],
        primary=PrimaryButton(desk.say("minutes.finish"), finish, ft.Icons.CHECK, id="minutes-finish"),
        spacing=18,
    )


def _finished(
    desk: Desk, view: MeetingView, minutes: Minutes, document: Document, confirmed: list[ft.Control], now: datetime
) -> list[ft.Control]:
    """Finished minutes, to read: when, by whom they are confirmed, what they say, and the way to write on."""
    row = view.row
    when = desk.speech.value.near(minutes.finished.astimezone(now.tzinfo), now) if minutes.finished else ""
    return [
        Live(desk.say("minutes.finished", when=when), ft.Icons.CHECK_CIRCLE, theme.PRIMARY),
        SentState("minutes", minutes.id),
        *_pinned(desk, view, document, None),
        *another_version(desk, minutes),
        *confirmed,
        *read_minutes(desk, document, minutes, row.name, row.my_role, view),
        *_others(desk, document, minutes.answers),
        SecondaryButton(
            desk.say("minutes.reopen"),
            lambda _: desk.store.execute(FinishMinutes(meeting=row.id, finished=False)),
            ft.Icons.EDIT,
            id="minutes-reopen",
        ),
        remover(desk, "minutes", minutes.id),
    ]


def _pinned(
    desk: Desk, view: MeetingView, document: Document, on_click: Callable[[object], object] | None
) -> list[ft.Control]:
    """What the meeting is for, on top of minutes whose template has no line for it."""
    if not view.meeting.aim or any(item.id == AIM for item in document.items):
        return []
    words: list[ft.Control] = [Soft(desk.say("meeting.aim")), Words(view.meeting.aim)]
    return [Card(words, on_click, id="minutes-aim", ground=theme.RAISED, spacing=2)]


def _document(desk: Desk, view: MeetingView | None, chosen: str, asked: bool) -> Document:
    """The template to draw: the one in use, or the one that was chosen before anything is finished."""
    if view is None:
        return desk.library.document(QUICK)
    minutes = view.minutes
    if chosen and (minutes is None or (asked and minutes.document != chosen and minutes.status != "finished")):
        return desk.library.document(chosen)
    return template_for(desk, view)


# ------------------------------------------------------------------ one line


@component
def Line(
    view: MeetingView,
    coming: tuple[MeetingRow, ...],
    name: str,
    template: str,
    add_task: Callable[[], object],
    *,
    key: str | None = None,
) -> ft.Control:
    """One line of the template with what it stands for. `coming` are the meetings of the two that lie ahead."""
    desk, now = use_desk(), use_clock()
    meeting = view.row.id
    document = desk.library.document(template)
    item = document.item(name)
    answers = view.minutes.answers if view.minutes else {}
    value = answers.get(name)
    if value is None:
        value = prefill(desk, view, item)

    def keep(new: Any) -> None:
        desk.store.execute(
            KeepMinutes(meeting=meeting, document=template, version=document.version, answers={name: new})
        )

    live: ft.Control | None = None
    options: list[Option] | None = None
    if item.type in ("text", "longtext"):
        target, label = text_target(view, document, item), desk.read(item.text)
        long, identifier = item.type == "longtext", f"item-{name}"
        if target.kind == "note":
            live = OwnText(target, label, long, identifier, key=name)
        else:
            stood = _record(desk, view, target)
            live = Text(
                target, str(value or ""), stood.before if stood else (), label, long, theme.SHARED, identifier, key=name
            )
    elif item.type == "tasks":
        live = _tasks(desk, view, now, add_task)
    elif item.type == "taskreview":
        live = OpenTasks(meeting)
    elif item.type == "goalprogress":
        live = _goals(desk, view.goals)
    elif item.type == "confirm":
        live = Soft(desk.say("confirm.later"))
    elif item.type == "link":
        live = _link(desk, item, view)
    elif item.action == "schedule.next_same":
        upcoming = [
            one for one in coming if one.id != meeting and one.status == "planned" and one.starts > view.row.starts
        ]
        live = ft.Column(
            next_meeting(desk, view, upcoming, False, lambda _: desk.store.execute(_same(meeting)), None, now),
            spacing=8,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    elif item.prefill == "session.people":
        options = [_name(desk, view, role) for role in PEOPLE]
    parts: list[ft.Control] = [
        ItemField(
            item,
            value,
            keep,
            name=view.row.name,
            seen=item.visibility == "private",
            options=options,
            live=live,
            about=minutes_id(meeting),
            key=name,
        )
    ]
    if item.type == "longtext":
        for part in range(2, parts_of(name, answers) + 1):
            text = str(answers.get(part_id(name, part)) or "")
            words = [Words(piece) for piece in in_pieces(text)]
            parts.append(Card([Soft(desk.say("note.part", part=part)), *words], ground=theme.RAISED))
    if item.type in ("text", "longtext"):
        target = text_target(view, document, item)
        record = _record(desk, view, target)
        parts += [*another_version(desk, record, target.cell), *earlier_versions(desk, record, target.cell)]
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _same(meeting: str) -> Any:
    from app.model.commands import SameTimeAgain

    return SameTimeAgain(meeting=meeting)


def text_target(view: MeetingView, document: Document, item: Item) -> Target:
    """Where the words of a line belong: in the minutes, in my own note, or in the meeting itself."""
    about = {"meeting": view.row.id, "mentorship": view.row.mentorship}
    if item.visibility == "private":
        return Target(kind="note", id=note_id(view.row.id), cell="body", context=about)
    if item.id == AIM:
        return Target(kind="meeting", id=view.row.id, cell="aim")
    return Target(
        kind="minutes",
        id=minutes_id(view.row.id),
        cell=f"answers.{item.id}",
        context={"meeting": view.row.id, "document": document.id, "version": document.version},
    )


@component
def Text(
    target: Target,
    saved: str,
    heads: tuple[str, ...],
    label: str,
    long: bool,
    line: str,
    id: str,
    *,
    key: str | None = None,
) -> ft.Control:
    """A text that is a draft of the store while it is written, and settles when it is left."""
    draft = use_settling(target, saved, heads)
    return Guarded(DraftField(label, draft, id=id, lines=3 if long else 1, line=line), draft)


def _record(desk: Desk, view: MeetingView, target: Target) -> Entity | None:
    """What a text belongs to: the minutes, the meeting, or my own note."""
    if target.kind == "note":
        note: Note | None = desk.store.ask(One(Note, target.id))
        return note
    return view.minutes if target.kind == "minutes" else view.meeting


@component
def OwnText(target: Target, label: str, long: bool, id: str, *, key: str | None = None) -> ft.Control:
    """My own words beside the minutes: the note of this meeting, as far as it is written."""
    note = use_query(One(Note, target.id))
    return Text(target, note.body if note else "", note.before if note else (), label, long, theme.PRIVATE, id)


def _tasks(desk: Desk, view: MeetingView, now: datetime, add: Callable[[], object]) -> ft.Control:
    pair = Pair(view.row.mentorship, view.row.name, view.row.my_role)
    rows: list[ft.Control] = [agreed_task(desk, pair, task, now) for task in view.tasks]
    rows.append(
        Row(
            desk.say("minutes.tasks.add"),
            lambda _: add(),
            icon=ft.Icons.ADD,
            chevron=False,
            id="minutes-task",
            key="new",
        )
    )
    return Rows(rows)


def _goals(desk: Desk, goals: tuple[GoalRow, ...]) -> ft.Control:
    shared = [goal for goal in goals if goal.visibility == "shared"]
    if not shared:
        return Soft(desk.say("minutes.goals.none"))
    number = desk.speech.value.number
    return Rows(
        [
            Row(
                goal.title,
                lambda _, goal=goal: desk.go(f"/goal/{goal.id}"),
                subtitle=desk.say(
                    "minutes.goals.of", now=number(goal.value), target=f"{number(goal.target)} {goal.unit}"
                )
                if goal.target is not None
                else goal.next_step,
                icon=ft.Icons.FLAG,
                id=f"minutes-goal-{goal.id}",
                key=goal.id,
            )
            for goal in shared
        ]
    )


def _link(desk: Desk, item: Item, view: MeetingView) -> ft.Control:
    to = way(item.action or "", desk.library, person=view.row.mentorship, meeting=view.row.id)
    text = desk.read(item.text)
    if to is None:
        return Soft(text)
    return Rows([Row(text, lambda _: desk.go(to), icon=ft.Icons.DESCRIPTION_OUTLINED, id=f"item-{item.id}")])


def _name(desk: Desk, view: MeetingView, role: str) -> Option:
    name = view.row.name if role != view.row.my_role else desk.say("note.task.me")
    return Option(role, name)  # type: ignore[arg-type]  # a name is the same in every language


def prefill(desk: Desk, view: MeetingView, item: Item) -> Any:
    """What a line begins with: what is known about the meeting."""
    if item.prefill == "session.start":
        return view.meeting.starts.isoformat(timespec="minutes")
    if item.prefill == "session.place":
        return view.row.place or desk.say(f"meeting.form.{view.row.mode}")
    if item.prefill == "session.people":
        return frozenset(PEOPLE)
    if item.id == AIM:
        return view.meeting.aim
    if item.source == "topics.library":
        return frozenset(one.topic for one in view.agenda if one.topic)
    return item.default


def prefilled(desk: Desk, view: MeetingView, document: Document) -> dict[str, Any]:
    """What finished minutes say although nobody wrote it: day, place, those present, the aim."""
    answers = view.minutes.answers if view.minutes else {}
    found: dict[str, Any] = {}
    for item in document.items:
        value = prefill(desk, view, item)
        if answers.get(item.id) is None and value not in (None, "", frozenset()):
            found[item.id] = value
    return found


def promised(desk: Desk, view: MeetingView, document: Document) -> dict[str, Any]:
    """Aim and tasks of this meeting in words: what is confirmed stays as it was when a task moves on.

    Both read them, each in their own language, so names and the day stand there as neither language writes them: else
    whoever corrects a line would seem to have changed every task.
    """
    names = desk.session.agreements(desk.library).names(view.row.mentorship)
    lines = [
        f"{task.text} ({names.get(task.owner) or ', '.join(names[role] for role in PEOPLE)}"
        + (f", {task.due.isoformat()})" if task.due else ")")
        for task in view.tasks
    ]
    aim = {AIM: view.meeting.aim or None} if any(item.id == AIM for item in document.items) else {}
    return aim | {item.id: "\n".join(lines) or None for item in document.items if item.type == "tasks"}


def finish_minutes(desk: Desk, view: MeetingView, document: Document) -> Done:
    """Finish the minutes with what nobody had to write: day, place, aim, and the tasks as they were promised. Where a
    number is asked for and none was written, the words stay as they were typed: "perhaps four" says something as well.
    """
    desk.flush()
    meeting = view.row.id
    view = desk.store.ask(MeetingPage(meeting, desk.now())) or view  # with what was being typed
    answers = {**prefilled(desk, view, document), **promised(desk, view, document)}
    words = instead_of_numbers(desk, view, document)
    answers |= words
    desk.store.execute(KeepMinutes(meeting=meeting, document=document.id, version=document.version, answers=answers))
    for name in words:
        taken_over(desk, minutes_id(meeting), name)
    done: Done = desk.store.execute(FinishMinutes(meeting=meeting))
    return done


def instead_of_numbers(desk: Desk, view: MeetingView, document: Document) -> dict[str, str]:
    """What was typed in lines that ask for a number and have none."""
    answers = view.minutes.answers if view.minutes else {}
    asked = [item.id for item in document.items if item.type == "number" and answers.get(item.id) is None]
    typed = {name: no_number(desk, minutes_id(view.row.id), name) for name in asked}
    return {name: text for name, text in typed.items() if text}


def tick_confirmed(desk: Desk, meeting: str) -> None:
    """Nobody has to tick what was just done: the minutes are finished, and I have confirmed them."""
    for line in ("minutes", "confirm_mine"):
        desk.store.execute(TickItem(document=OF_PHASE["after"], item=line, meeting=meeting))


def change_template(desk: Desk, meeting: str, old: Document, new: Document) -> None:
    """Go on in another template. The words of the conversation come along; every other answer stays where it is."""
    minutes = desk.store.ask(One(_minutes(), minutes_id(meeting)))
    if minutes is None:
        return
    answers: dict[str, Any] = {}
    source, target = note_item(old), note_item(new)
    if source.id != target.id and not minutes.answers.get(target.id):
        for part in range(1, parts_of(source.id, minutes.answers) + 1):
            words = minutes.answers.get(part_id(source.id, part))
            if words:
                answers[part_id(target.id, part)] = words
                answers[part_id(source.id, part)] = None
    desk.store.execute(KeepMinutes(meeting=meeting, document=new.id, version=new.version, answers=answers))


def _minutes() -> type[Minutes]:
    from app.model.entities import Minutes

    return Minutes


def _others(desk: Desk, document: Document, answers: Mapping[str, Any]) -> list[ft.Control]:
    """What was written in another template and has no line in this one."""
    here = {item.id for item in document.items}
    titles: dict[str, str] = {}
    for other in desk.library.documents(kind="minutes", broken=False):
        for item in other.items:
            titles.setdefault(item.id, desk.read(item.text))
    rest = [
        (name, value)
        for name, value in answers.items()
        if value and isinstance(value, str) and name not in here and name in titles
    ]
    if not rest:
        return []
    return [
        SectionTitle(desk.say("minutes.earlier")),
        *(Card([Soft(titles[name]), *(Quotable(one) for one in in_pieces(value))], key=name) for name, value in rest),
    ]


# ------------------------------------------------------------------ reading


def read_minutes(
    desk: Desk, document: Document, minutes: Minutes, name: str, my_role: str, view: MeetingView | None = None
) -> list[ft.Control]:
    """Finished minutes as words under headings; lines without an answer are left out."""
    me = desk.say("note.task.me")
    people = {"mentor": me if my_role == "mentor" else name, "mentee": me if my_role == "mentee" else name}
    shown: list[ft.Control] = []
    for item in document.items:
        words = [answer_words(desk, item, minutes.answers.get(item.id), people)]
        words += [
            str(minutes.answers[part_id(item.id, part)]) for part in range(2, parts_of(item.id, minutes.answers) + 1)
        ]
        if item.type == "confirm":
            words = [
                desk.say("minutes.confirmed", name=people[role], when=desk.speech.value.moment(at))
                for role in PEOPLE
                if (at := moment_of(minutes.answers.get(CONFIRMED + role)))
            ]
        elif item.type == "tasks" and view is not None and not words[0]:
            pair = Pair(view.row.mentorship, name, my_role)
            words = [
                f"{apart(task.text)} ({owner_words(desk, pair, task.owner)}"
                + (f", {desk.speech.value.day(task.due)})" if task.due else ")")
                for task in view.tasks
            ]
        elif item.visibility == "private":
            note = desk.store.ask(One(Note, note_id(minutes.meeting)))
            words = [note.body] if note else []
        words = [one for one in words if one]
        if not words:
            continue
        private = item.visibility == "private"
        inside: list[ft.Control] = [Soft(desk.read(item.text))]
        if private:
            inside.append(ft.Row([VisibilityChip("only_me")]))
        inside += [Quotable(piece) for one in words for piece in in_pieces(one)]
        shown.append(Card(inside, ground=theme.PRIVATE_CONTAINER if private else theme.SURFACE, spacing=4, key=item.id))
    return shown


def answer_words(desk: Desk, item: Item, value: Any, people: Mapping[str, str]) -> str:
    """An answer in words."""
    if value is None or value == "" or value == frozenset():
        return ""
    if item.type == "datetime":
        at = moment_of(value)
        return desk.speech.value.moment(at) if at else ""
    if item.prefill == "session.people":
        me = desk.say("note.task.me")
        names = [people.get(one, one) for one in PEOPLE if one in chosen_of(value)]
        others = [name for name in names if name != me]
        if me in names and others:
            return desk.speech.value.listing([*others, desk.say("minutes.and-me")])
        return desk.speech.value.listing(names)
    if item.type in ("choice", "multi"):
        labels = {option.value: desk.read(option.label) for option in desk.library.choices(item)}
        return desk.speech.value.listing([labels.get(one, one) for one in sorted(chosen_of(value))])
    if item.type == "scale" and item.scale:
        return desk.say("minutes.level", value=value, max=item.scale.max)
    if isinstance(value, bool):
        return desk.say("minutes.yes" if value else "minutes.no")
    if isinstance(value, int | float):
        return desk.speech.value.number(value)
    if item.type == "tasks":
        return DUE.sub(lambda due: due[1] + _due_words(desk, due[2]) + due[3], str(value))
    return str(value)


def _due_words(desk: Desk, written: str) -> str:
    """A day as it stands in what both confirm, as one says it."""
    try:
        return desk.speech.value.day(date.fromisoformat(written))
    except ValueError:
        return written  # somebody's own words that look like a day


# ------------------------------------------------------------------ templates, the example, last time


@component
def TemplateSheet(current: str, turn: Callable[[str], object], close: Callable[[], object]) -> ft.Control:
    """The templates, and how good minutes can look."""
    desk = use_desk()

    def example(_: object) -> None:
        close()
        desk.go("/minutes/example")

    return ft.Column(
        [
            ChoiceButtons(
                [
                    Choice(
                        document.id,
                        desk.read(document.title),
                        subtitle=desk.read(document.intro) if document.intro else "",
                    )
                    for document in desk.library.documents(kind="minutes", broken=False)
                ],
                current,
                turn,
                label=desk.say("minutes.template.title"),
                id="template",
                columns=1,
            ),
            Soft(desk.say("minutes.template.keeps")),
            SecondaryButton(desk.say("minutes.example"), example, ft.Icons.VISIBILITY, id="template-example"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def ExampleScreen() -> ft.Control:
    """Filled-in minutes of people who do not exist, marked so that nobody takes them for their own."""
    desk = use_desk()
    document = desk.library.document(EXAMPLE)
    banner = Card(
        [
            ft.Row(
                [
                    ft.Icon(ft.Icons.VISIBILITY, color=theme.ACCENT),
                    ft.Container(Heading(desk.say("minutes.example.banner"), style=Style.STRONG), expand=True),
                ],
                spacing=10,
            ),
            Soft(desk.say("minutes.example.help")),
        ],
        ground=theme.RAISED,
        id="example-banner",
    )
    return Screen(
        desk.read(document.title),
        [
            banner,
            *([Words(desk.read(document.intro))] if document.intro else []),
            *(
                ft.Container(
                    ft.Column(
                        [
                            Words(desk.read(item.text), Style.SMALL, theme.INK_SOFT),
                            Words(desk.read(item.example) if item.example else "", Style.BODY),
                        ],
                        spacing=2,
                        tight=True,
                    ),
                    border=ft.Border(left=ft.BorderSide(3, theme.ACCENT)),
                    padding=ft.Padding.only(left=14, top=4, bottom=4),
                    key=item.id,
                )
                for item in document.items
            ),
        ],
        back=True,
        primary=PrimaryButton(desk.say("minutes.example.close"), lambda _: desk.back(), id="example-close", soft=True),
    )


@component
def EarlierScreen(id: str) -> ft.Control:
    """The minutes from last time, to read before this meeting."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now))
    last: Minutes | None = use_query(LastMinutes(view.row.mentorship if view else "", id))
    before: MeetingView | None = use_query(MeetingPage(last.meeting if last else "", now))
    if view is None or last is None or before is None:
        return Screen(
            desk.say("minutes.title"),
            [
                EmptyState(
                    desk.say("minutes.none-before"),
                    desk.say("frame.back"),
                    lambda _: desk.back(),
                    id="no-minutes",
                    icon=ft.Icons.DRAW,
                )
            ],
            back=True,
        )
    document = desk.library.document(last.document)
    return Screen(
        desk.read(document.title),
        [
            *another_version(desk, last),
            *read_minutes(desk, document, last, before.row.name, before.row.my_role, before),
            *_others(desk, document, last.answers),
            QuietButton(
                desk.say("minutes.open-meeting"),
                lambda _: desk.go(f"/meeting/{last.meeting}"),
                ft.Icons.EVENT,
                id="earlier-meeting",
            ),
        ],
        back=True,
        subtitle=desk.say("minutes.with", name=before.row.name, day=desk.speech.value.near_day(before.row.starts, now)),
    )
