"""The note screen: one field for a conversation, shared words beside private ones, and sheets from below.

What is typed goes to the store's drafts: sealed and on the disk within a second, also while the typing goes on. Leaving
the screen, locking and closing make a version of it. The field gets the text once; a key costs no drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import Delete, Restore, SetSetting, StartMeeting
from app.model.entities import Note, minutes_id, note_id
from app.model.queries import ListOf, MeetingPage, NotesOf, One, PeopleList, SettingOf
from app.model.schedule import apart
from app.services.records.drafts import Target
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query, use_settling, use_undo, use_watch
from app.ui.hooks.draft import Draft
from app.ui.parts import (
    NOTE_LIMIT,
    Card,
    Choice,
    DraftField,
    EmptyState,
    Footed,
    HeaderButton,
    Live,
    LongList,
    Named,
    PrimaryButton,
    QuietButton,
    Quotable,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    Segments,
    Soft,
    VisibilityChip,
    VisibilityChoice,
    Words,
    use_sheet,
)
from app.ui.parts.measure import wide
from app.ui.parts.surfaces import Visibility
from app.ui.parts.text import Symbol, across
from app.ui.safe import component
from app.ui.screens.agreement import SecrecySheet
from app.ui.screens.checklist import Ticking
from app.ui.screens.lists import OF_PHASE, lines_of, settled, shown
from app.ui.screens.of_meeting import no_meeting
from app.ui.screens.sheets import AimSheet, NextTask, Pair, QuestionSheet, ReviewSheet, TaskSheet
from app.ui.screens.templates import note_item, part_id, parts_of, template_for
from app.ui.screens.versions import another_version, earlier_versions
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.queries import ListView, MeetingView, NoteRow
    from app.services.content.library import Document
    from app.ui.desk import Desk

Tool = tuple[str, ft.IconData, str]
"""A way to a sheet: name, icon, words."""

EARLY = timedelta(minutes=30)
LATE = timedelta(hours=3)
NEARLY_FULL = 2_000  # characters left when the screen begins to say so
LISTED = 30
FEW = 4  # tasks that a low sheet has room for
LOW, HIGH = 170, 480
"""Room for the field at which what stands over it steps aside (large text, a keyboard) and comes back."""
NONE = 24
LEAST = 150
"""Room for a field of two lines and what is said of it, at the usual text size. Where even what stepped aside does not
leave that, the field takes it and all of it scrolls, with the buttons that stand below it."""


@component
def NoteScreen(id: str) -> ft.Control:
    """The words of one meeting: what the two share, and what only I read."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now, tasks=0))
    seen: Visibility
    seen, see = ft.use_state(use_held(lambda: _side(desk, id)))  # type: ignore[assignment]  # inferred as any text
    sheet, show = ft.use_state("")
    part, turn = ft.use_state(0)  # 0: the last one
    tight, tighten = ft.use_state(False)
    cramped, cramp = ft.use_state(False)
    question = use_held(lambda: [0])
    run = use_query(ListOf(OF_PHASE["during"], id))

    async def begin() -> None:
        if view and desk.session.phase == "open" and _begins(view, desk.now()):
            desk.store.execute(StartMeeting(meeting=id))

    ft.use_effect(lambda: desk.later(begin), [id])  # the field is on its way to the screen before anything is written

    least, large = LEAST * desk.prefs.text_size / 100, desk.prefs.text_size >= 150

    def measure(e: Any) -> None:
        if e.height < LOW:
            tighten(True)
            cramp(cramped or (tight and e.height < least - 1) or (large and e.height < NONE))
        elif e.height > HIGH:
            tighten(False)

    folded = tight or large  # three words beside their icons do not fit in large text
    tools, rest = _beside(desk, _tools(desk, view, run, tight=tight), folded=folded) if view else ([], [])
    drawn = _sheet(view, sheet, show, question, rest) if view else None
    use_sheet(
        drawn.content if drawn else None,
        lambda: show(""),
        title=desk.say(drawn.title) if drawn else "",
        short=bool(drawn and drawn.short),
        footed=bool(drawn and drawn.footed),
    )
    if view is None:
        return no_meeting(desk)

    template = template_for(desk, view)
    item = note_item(template)
    private = private_notes(desk, view) if seen == "only_me" else []
    answers = view.minutes.answers if view.minutes else {}
    parts = parts_of(item.id, answers) if seen == "shared" else len(private)
    at = part if 0 < part <= parts + 1 else parts

    def turn_to(kind: Any) -> None:
        see(kind)
        turn(0)
        desk.store.execute(SetSetting(key=side_key(id), value=kind))

    def go_on() -> None:
        desk.flush()
        turn(parts + 1)

    field: ft.Control
    if seen == "shared":
        field = _shared_field(desk, view, template, part_id(item.id, at), go_on, key=f"shared {at}")
    else:
        field = OwnNote(_own_target(view, private, at), go_on, key=f"private {at}")

    secrecy = HeaderButton(desk.say("note.secrecy"), ft.Icons.LOCK_PERSON, lambda _: show("secrecy"), id="note-secrecy")
    above: list[ft.Control] = [_ways(tools, show, folded=folded)]
    end = _end(desk, view)
    head: list[ft.Control] = [
        _aim(desk, view, lambda: show("aim"), shown=not tight),
        _open_tasks(desk, view, show, shown=not tight, next_one=not folded),
        VisibilityChoice(seen, turn_to, name=view.row.name, id="note", line=tight),
    ]
    if parts > 1 or at > 1:
        head.append(_which_part(desk, at, max(parts, at), turn))
    room = ft.Container(
        field,
        expand=not cramped,
        height=least if cramped else None,
        on_size_change=measure,
        size_change_interval=100,
    )
    return Screen(
        view.row.name,
        ft.Column(
            [*head, room, *([*above, end] if cramped else [])],
            spacing=8,
            expand=True,
            scroll=ft.ScrollMode.AUTO if cramped else None,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        back=True,
        subtitle=_elapsed(desk, view, now),
        above=() if cramped else above,
        primary=None if cramped else end,
        actions=() if tight else (secrecy,),
    )


@dataclass(frozen=True)
class _Sheet:
    """What comes from below over the note, and in which shape."""

    title: str
    content: Callable[[], ft.Control]
    short: bool = False
    footed: bool = False


def _sheet(
    view: MeetingView, name: str, show: Callable[[str], object], question: list[int], rest: Sequence[Tool]
) -> _Sheet | None:
    """The sheet of that name; `question` is where one was among the questions, `rest` the ways that had no room."""

    def close() -> None:
        show("")

    row, few = view.row, view.open_count <= FEW
    pair = Pair(row.mentorship, row.name, row.my_role)
    match name:
        case "task":
            task = partial(TaskSheet, pair, close, meeting=row.id, following=view.following, goals=view.goals)
            return _Sheet("note.task.title", task, footed=True)
        case "question":
            turned = partial(question.__setitem__, 0)
            return _Sheet("note.question.title", lambda: QuestionSheet(question[0], turned), short=True)
        case "list":
            return _Sheet(
                "note.list.title", lambda: ListInSheet(row.id, row.my_role, row.mentorship, close), footed=True
            )
        case "aim":
            return _Sheet("note.aim", lambda: AimSheet(row.id, view.meeting.aim, row.name, close), short=True)
        case "tasks":
            review = partial(ReviewSheet, row.id, close, footed=not few)
            return _Sheet("meeting.tasks", review, short=few, footed=not few)
        case "more" if rest:
            return _Sheet("note.more.title", lambda: Rest(tuple(rest), show), short=True)
        case "secrecy":
            return _Sheet("note.secrecy.title", lambda: SecrecySheet(row.mentorship), short=True)
    return None


def _shared_field(
    desk: Desk, view: MeetingView, template: Document, part: str, go_on: Callable[[], object], *, key: str
) -> ft.Control:
    """The field of a part of the words that the two share."""
    id, minutes = view.row.id, view.minutes
    target = Target(
        kind="minutes",
        id=minutes_id(id),
        cell=f"answers.{part}",
        context={"meeting": id, "document": template.id, "version": template.version},
    )
    return Writing(
        target,
        str((minutes.answers if minutes else {}).get(part) or ""),
        minutes.before if minutes else (),
        desk.say("note.shared.field"),
        desk.say("note.shared.hint"),
        theme.SHARED,
        go_on,
        id="shared-note",
        beside=another_version(desk, minutes, target.cell),
        key=key,
    )


def _tools(desk: Desk, view: MeetingView, run: ListView, *, tight: bool) -> list[Tool]:
    """The ways to sheets. Where there is little room, also what stands over the field otherwise."""
    items = desk.library.usable(OF_PHASE["during"])  # without the list there is still the note
    lines = () if items is None else shown(lines_of(desk, items, view.row.my_role, run))
    tools: list[Tool] = [
        ("task", ft.Icons.ADD_TASK, desk.say("note.task")),
        ("question", ft.Icons.CHAT_BUBBLE_OUTLINE, desk.say("note.question")),
    ]
    if lines:
        said = desk.say("note.list.progress", done=settled(lines), total=len(lines))
        tools.append(("list", ft.Icons.CHECKLIST, said))
    if tight:
        if view.open_count:
            open_ = desk.say("note.open-tasks.short", count=view.open_count)
            tools.append(("tasks", ft.Icons.TASK_ALT, open_))
        tools.append(("aim", ft.Icons.OUTLINED_FLAG, desk.say("note.aim")))
        # beside the two that are always there it would take a line of its own from the words
        tools.append(("secrecy", ft.Icons.LOCK_PERSON, desk.say("note.secrecy")))
    return tools


def _open_tasks(
    desk: Desk, view: MeetingView, show: Callable[[str], object], *, shown: bool, next_one: bool
) -> ft.Control:
    """How many tasks are open between the two, and while they meet the next one of them."""
    row = view.row
    tasks = QuietButton(
        desk.say("note.open-tasks", count=view.open_count), lambda _: show("tasks"), ft.Icons.TASK_ALT, id="note-tasks"
    )
    on = row.ended is None and (row.began is not None or row.phase == "during")
    pair = Pair(row.mentorship, row.name, row.my_role)
    review = [NextTask(pair, row.id, view.following)] if on and next_one else []
    return ft.Column(
        [ft.Row([tasks]), *review],
        spacing=4,
        tight=True,
        visible=view.open_count > 0 and shown,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _which_part(desk: Desk, at: int, total: int, turn: Callable[[int], object]) -> ft.Control:
    """A note that was full goes on in another part."""
    return Segments(
        [Choice(str(one), desk.say("note.part", part=one)) for one in range(1, total + 1)],
        str(at),
        lambda one: turn(int(one)),
        label=desk.say("note.part", part=at),
        id="note-part",
    )


def side_key(meeting: str) -> str:
    """Under which name it is kept on which side one wrote last."""
    return f"note.{meeting}"


def _side(desk: Desk, meeting: str) -> Visibility:
    """Where the note of a meeting opens: where one was. Whoever wrote for oneself goes on there: words meant for oneself
    must not begin on the side that the other reads.
    """
    kept = desk.store.ask(SettingOf(side_key(meeting))) if desk.session.phase == "open" else None
    return "only_me" if kept == "only_me" else "shared"


def _own_target(view: MeetingView, private: Sequence[str], at: int) -> Target:
    """Which of my own notes on this meeting is written: one that is there, or the next."""
    meeting = view.row.id
    name = private[at - 1] if at <= len(private) else note_id(meeting, at)
    return Target(kind="note", id=name, cell="body", context={"meeting": meeting, "mentorship": view.row.mentorship})


def _end(desk: Desk, view: MeetingView) -> ft.Control:
    """On to the end of the meeting, or to its minutes once it has ended."""
    ended = view.row.ended is not None
    return PrimaryButton(
        desk.say("note.ended" if ended else "note.end"),
        lambda _: desk.go(f"/meeting/{view.row.id}/minutes" if ended else f"/meeting/{view.row.id}/end"),
        id="note-end",
        soft=True,
    )


_AROUND, _GAP = 18, 8
"""What a folded way takes beside its word, and what lies between two."""


def _beside(desk: Desk, tools: Sequence[Tool], *, folded: bool) -> tuple[list[Tool], list[Tool]]:
    """The ways that have room on one line, and the others, to which one more leads: more lines would take the room from
    the words, and what has to be drawn along is not found.
    """
    size, room = theme.size_of(Style.SMALL, int(desk.prefs.text_size)), across()

    def fit(some: Sequence[Tool]) -> bool:
        return sum(wide(words) * size + _AROUND + _GAP for _, _, words in some) - _GAP <= room

    if not folded or fit(tools):
        return list(tools), []
    more = ("more", ft.Icons.MORE_HORIZ, desk.say("note.more"))
    count = next((count for count in range(len(tools) - 1, 0, -1) if fit([*tools[:count], more])), 0)
    return [*tools[:count], more], list(tools[count:])


@component
def Rest(tools: tuple[Tool, ...], show: Callable[[str], object]) -> ft.Control:
    """The ways to sheets that had no room under the field, each a row."""
    desk = use_desk()

    def row(name: str, icon: ft.IconData, words: str) -> ft.Control:
        title, about = (desk.say("note.list.title"), words) if name == "list" else (words, "")
        return Row(title, lambda _: show(name), subtitle=about, icon=icon, id=_id(name))

    return Rows([row(*tool) for tool in tools])


def _id(name: str) -> str:
    """Where the words over the field have the name already, the way has another."""
    return f"note-{name}-open" if name in ("aim", "tasks") else f"note-{name}"


def _ways(tools: Sequence[Tool], show: Callable[[str], object], *, folded: bool) -> ft.Control:
    """The ways to the sheets, beside each other; `folded` each word stands under its icon."""
    return ft.Row(
        [_tool(name, icon, words, show, folded=folded) for name, icon, words in tools],
        wrap=folded,
        spacing=8,
        run_spacing=8,
    )


def _tool(name: str, icon: ft.IconData, words: str, show: Callable[[str], object], *, folded: bool) -> ft.Control:
    """A way to a sheet: its icon and its word, in as little room as both can do with."""
    picture = Symbol(icon, theme.INK, 20) if folded else ft.Icon(icon, color=theme.INK, size=20)
    face: list[ft.Control] = [picture, Words(words, Style.SMALL if folded else Style.BODY)]
    button = ft.OutlinedButton(
        content=ft.Column(face, spacing=2, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER)
        if folded
        else ft.Row(face, spacing=6, tight=True, alignment=ft.MainAxisAlignment.CENTER),
        on_click=lambda _: show(name),
        style=ft.ButtonStyle(
            bgcolor=theme.SURFACE,
            side=ft.BorderSide(1, theme.LINE),
            shape=ft.RoundedRectangleBorder(radius=theme.CORNER),
            padding=ft.Padding.symmetric(vertical=6 if folded else 13, horizontal=8 if folded else 6),
        ),
        expand=None if folded else True,  # False would still make it a flexible child, which a wrapping row cannot hold
    )
    return Named(_id(name), button)


def _aim(desk: Desk, view: MeetingView, edit: Callable[[], object], *, shown: bool) -> ft.Control:
    aim = view.meeting.aim
    card = Card(
        [Soft(desk.say("note.aim")), Words(aim or desk.say("note.aim.empty"), Style.BODY, lines=3)],
        lambda _: edit(),
        id="note-aim",
        ground=theme.RAISED,
        spacing=2,
        padding=12,
    )
    card.visible = shown
    return card


def _elapsed(desk: Desk, view: MeetingView, now: Any) -> str:
    row = view.row
    if row.ended is not None:
        return desk.say("note.over", when=desk.speech.value.near(row.starts, now))
    if row.phase == "before" and row.began is None:
        return desk.speech.value.until(row.starts, now)
    began = row.began or row.starts
    minutes = max(0, int(apart(now, began) / timedelta(minutes=1)))
    if minutes >= 24 * 60:
        return desk.speech.value.near(row.starts, now)
    return desk.speech.value.duration(minutes)


def _begins(view: MeetingView, now: Any) -> bool:
    """Whether opening the note means that the meeting begins: about its time, and not begun or over yet."""
    row = view.row
    return (
        row.status == "planned"
        and row.began is None
        and row.ended is None
        and apart(row.starts, now) <= EARLY
        and apart(now, row.ends) <= LATE
    )


def private_notes(desk: Desk, view: MeetingView) -> list[str]:
    """My notes of a meeting: its own one first, then those that continue it, also while they are only drafts."""
    first = note_id(view.row.id)
    rows = desk.store.ask(NotesOf(meeting=view.row.id, limit=500)).rows
    found = [row.id for row in reversed(rows) if row.id != first]
    for draft in desk.store.drafts.waiting():
        target = draft.target
        mine = target.kind == "note" and target.context.get("meeting") == view.row.id
        if mine and target.id != first and target.id not in found:
            found.append(target.id)
    return [first, *found]


@component
def ListInSheet(meeting: str, role: str, mentorship: str, close: Callable[[], object]) -> ft.Control:
    """The list of the conversation, within reach of a thumb."""
    desk = use_desk()
    done = PrimaryButton(desk.say("checklist.done"), lambda _: close(), ft.Icons.CHECK, id="sheet-done")
    return Footed([Ticking(OF_PHASE["during"], role, meeting, meeting, mentorship)], done)


# ------------------------------------------------------------------ the field


@component
def Writing(
    target: Target,
    saved: str,
    heads: tuple[str, ...],
    label: str,
    hint: str,
    line: str,
    go_on: Callable[[], object],
    *,
    id: str,
    beside: Sequence[ft.Control] = (),
    key: str | None = None,
) -> ft.Control:
    """One field that takes all the room, what became of the words, and `beside` them the ways to other versions."""
    desk = use_desk()
    draft = use_settling(target, saved, heads)
    text = draft.text
    if len(text) > NOTE_LIMIT:
        return ft.Column(
            [Soft(desk.say("note.too-long")), _more(desk, go_on), _long(text)],
            spacing=8,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    return ft.Column(
        [
            DraftField(label, draft, id=id, expand=True, autofocus=True, hint=hint, line=line),
            SavedQuietly(draft, go_on),
            ft.Row(list(beside), visible=bool(beside), wrap=True, spacing=8, run_spacing=0),
        ],
        spacing=6,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def OwnNote(target: Target, go_on: Callable[[], object], *, key: str | None = None) -> ft.Control:
    """The field of a note that only I read."""
    desk = use_desk()
    note = use_query(One(Note, target.id))
    return Writing(
        target,
        note.body if note else "",
        note.before if note else (),
        desk.say("note.private.field"),
        desk.say("note.private.hint"),
        theme.PRIVATE,
        go_on,
        id="private-note",
        beside=another_version(desk, note, target.cell),
    )


@component
def SavedQuietly(draft: Draft, go_on: Callable[[], object]) -> ft.Control:
    """When the words were saved. Read out when it first happens and when it fails, not with every pause."""
    desk = use_desk()
    kept, another = use_watch(draft.kept), use_watch(draft.another)
    left = NOTE_LIMIT - len(draft.text)
    if kept.fault is not None:
        return ft.Row(
            [
                ft.Container(
                    Live(f"{desk.sentence(kept.fault)} {desk.say('note.failed')}", ft.Icons.ERROR_OUTLINE, theme.ERROR),
                    expand=True,
                ),
                QuietButton(desk.say("note.again"), lambda _: draft.flush(), id="note-again"),
            ]
        )
    if left <= 0:
        return ft.Column(
            [Live(desk.say("note.full"), ft.Icons.INFO_OUTLINE, theme.ACCENT), _more(desk, go_on)],
            spacing=6,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    if another:
        return Live(desk.say("note.another"), ft.Icons.CALL_SPLIT, theme.ACCENT)
    if kept.at is None:
        words = desk.say("note.saving" if kept.typing else "note.ready")
    else:
        words = desk.say("note.saved", time=desk.speech.value.clock_seconds(kept.at.time()))
    if left <= NEARLY_FULL:
        words = f"{words} · {desk.say('note.near-full', left=left)}"
    return ft.Semantics(
        identifier="note-saved",
        content=ft.Row(
            [
                ft.Icon(ft.Icons.CHECK_CIRCLE if kept.at else ft.Icons.LOCK_OUTLINE, size=18, color=theme.INK_SOFT),
                Words(words, Style.SMALL, theme.INK_SOFT, expand=True),
            ],
            spacing=8,
        ),
    )


def _more(desk: Desk, go_on: Callable[[], object]) -> ft.Control:
    return SecondaryButton(desk.say("note.continue"), lambda _: go_on(), ft.Icons.NOTE_ADD, id="note-continue")


def _long(text: str) -> ft.Control:
    """A text of any length, to read: only what is in sight is drawn."""
    return LongList([Quotable(piece, Style.NOTE, key=str(at)) for at, piece in enumerate(pieces(text))])


def pieces(text: str, size: int = 2_000) -> list[str]:
    """A long text in pieces of at most `size` characters, cut at lines where there are any."""
    found: list[str] = []
    for line in text.split("\n"):
        for at in range(0, max(1, len(line)), size):
            cut = line[at : at + size]
            if found and len(found[-1]) + len(cut) < size and at == 0:
                found[-1] += "\n" + cut
            else:
                found.append(cut)
    return found


# ------------------------------------------------------------------ notes of my own


@component
def FreeNoteScreen(id: str, person: str = "") -> ft.Control:
    """A private note without a meeting. `new` begins one, about somebody or about nobody."""
    desk, now = use_desk(), use_clock()
    name = use_held(lambda: desk.store.new_id() if id == "new" else id)
    note = use_query(One(Note, name))
    undo = use_undo()
    anew, more = ft.use_state("")
    current = anew or name
    people = use_query(PeopleList(now=now))
    about = (note.mentorship if note else None) or person or None
    who = next((one.name for one in people if one.mentorship == about), "")
    if id != "new" and note is None and desk.store.drafts.read(_free(name, about)) is None:
        return Screen(
            desk.say("note.free.title"),
            [EmptyState(desk.say("note.gone"), desk.say("today.title"), lambda _: desk.home(), id="gone")],
            back=True,
        )

    def go_on() -> None:
        desk.flush()
        more(desk.store.new_id())

    def remove(_: object) -> None:
        desk.flush()  # what is being typed belongs to what is thrown away; a later version would bring it back
        desk.store.execute(Delete(kind="note", id=current))
        desk.back()
        undo(desk.say("note.free.removed"), lambda: desk.store.execute(Restore(kind="note", id=current)))

    saved = note.body if note and not anew else ""
    away = HeaderButton(desk.say("note.free.remove"), ft.Icons.DELETE_OUTLINE, remove, id="note-remove")
    return Screen(
        desk.say("note.free.about", name=who) if who else desk.say("note.free.title"),
        ft.Column(
            [
                ft.Row([VisibilityChip("only_me")]),
                Writing(
                    _free(current, about),
                    saved,
                    note.before if note and not anew else (),
                    desk.say("note.private.field"),
                    desk.say("note.free.hint"),
                    theme.PRIVATE,
                    go_on,
                    id="free-note",
                    beside=[]
                    if anew
                    else [*another_version(desk, note, "body"), *earlier_versions(desk, note, "body")],
                    key=current,
                ),
            ],
            spacing=8,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        back=True,
        actions=[away] if note and not anew else [],
        subtitle=desk.speech.value.near(note.written.astimezone(now.tzinfo), now) if note and note.written else "",
    )


def _free(id: str, mentorship: str | None) -> Target:
    return Target(kind="note", id=id, cell="body", context={"mentorship": mentorship} if mentorship else {})


@component
def NotesScreen() -> ft.Control:
    """My own notes, newest first."""
    desk, now = use_desk(), use_clock()
    limit, set_limit = ft.use_state(LISTED)
    page = use_query(NotesOf(limit=limit))
    rows: list[ft.Control] = [_note_row(desk, row, now) for row in page.rows]
    if not rows:
        body: list[ft.Control] = [
            EmptyState(desk.say("note.free.empty"), id="notes-empty"),
        ]
    else:
        body = [ft.Row([VisibilityChip("only_me")]), Rows(rows)]
        if page.next is not None:
            body.append(
                QuietButton(
                    desk.say("note.free.more"),
                    lambda _: set_limit(limit + LISTED),
                    ft.Icons.EXPAND_MORE,
                    id="notes-more",
                )
            )
    return Screen(
        desk.say("note.free.list"),
        body,
        back=True,
        primary=PrimaryButton(desk.say("note.free.new"), lambda _: desk.go("/note/new"), ft.Icons.EDIT, id="note-new"),
    )


def _note_row(desk: Desk, row: NoteRow, now: Any) -> ft.Control:
    when = desk.speech.value.near(row.at.astimezone(now.tzinfo), now)
    return Row(
        row.title or desk.say("note.free.untitled"),
        lambda _: desk.go(f"/note/{row.id}"),
        subtitle=" · ".join(part for part in (row.name, when) if part),
        icon=ft.Icons.LOCK,
        color=theme.PRIVATE,
        id=f"note-{row.id}",
        key=row.id,
    )
