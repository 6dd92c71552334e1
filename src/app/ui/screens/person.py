"""One person: where the two stand, what comes next, and everything that belongs to the relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import flet as ft

from app.model.commands import Revise
from app.model.queries import (
    CopiesOf,
    FormOf,
    GoalsList,
    Meetings,
    MeetingsOf,
    NotesOf,
    PersonPage,
    PersonView,
    SlotsOf,
)
from app.model.queries.agreements import AGREEMENTS
from app.model.queries.closing import LAST
from app.model.schedule import NEAR, apart
from app.ui import routes, theme
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import (
    Card,
    Choice,
    EmptyState,
    Heading,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Segments,
    Soft,
    Words,
)
from app.ui.parts.carrying import LastHeard
from app.ui.parts.faces import Avatar, StatusStrip
from app.ui.safe import component
from app.ui.screens.agreement import AgreementRow
from app.ui.screens.goals import GoalCard
from app.ui.screens.lists import begin
from app.ui.screens.parting import PartedCard, part_button
from app.ui.screens.removing import remover
from app.ui.screens.rows import local, meeting_line, task_line
from app.ui.screens.versions import another_version
from app.ui.theme import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.model.entities import FilledForm
    from app.model.queries import MeetingRow
    from app.ui.desk import Desk

Part = Literal["page", "brief", "beside"]

TASKS_SHOWN = 3
SHOWN = 20  # in a section; all of them have a screen of their own
SECTIONS = ("meetings", "goals", "board", "agreement", "about")
READABLE = ("agreement.mentoring", "agreement.confidentiality", "policy.code_of_conduct")


@component
def PersonScreen(id: str) -> ft.Control:
    """A person's page."""
    desk = use_desk()
    now = use_clock()
    view = use_page(id, now)
    last: Meetings = use_query(MeetingsOf(id, now, 1))
    if view is None:
        return Screen(desk.say("person.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return Screen(
        view.row.name,
        [_Pane(view, "page", key=id)],
        aside=[_Sections(view, key=f"sections-{id}")],
        subtitle=desk.say(f"person.you-are.{view.row.my_role}"),
        back=True,
        primary=person_button(desk, view, last, now),
    )


@component
def PersonButton(id: str, key: str = "") -> ft.Control:
    """The one wide button of a person, for a screen that shows no more of them."""
    desk = use_desk()
    now = use_clock()
    view = use_page(id, now)
    last: Meetings = use_query(MeetingsOf(id, now, 1))
    return person_button(desk, view, last, now) if view else ft.Container()


@component
def PersonPane(id: str, part: Part = "page", key: str = "") -> ft.Control:
    """A person in brief under the only card of People, or in full beside the list."""
    desk = use_desk()
    now = use_clock()
    view = use_page(id, now)
    last: Meetings = use_query(MeetingsOf(id, now, 1))
    if view is None:
        return Soft(desk.say("person.missing"), Style.BODY)
    if part != "beside":
        return _Pane(view, part, key=id)
    head = ft.Column([Heading(view.row.name), Soft(desk.say(f"person.you-are.{view.row.my_role}"))], spacing=0)
    head.expand = True
    return _stack(
        [
            ft.Row([Avatar(view.row.name), head], spacing=14),
            person_button(desk, view, last, now),
            _Pane(view, part, key=id),
        ]
    )


def person_button(desk: Desk, view: PersonView, last: Meetings, now: datetime) -> ft.Control:
    """The one wide button: its words follow the clock; with nothing booked it books."""
    if view.row.status == "ended":
        return SecondaryButton(
            desk.say("person.restore"), lambda _: restore(desk, view), ft.Icons.UNARCHIVE, id="restore"
        )
    word, icon, path, facts = next_step(view, last, now)

    def press(_: object) -> None:
        if word == "write" and view.next is not None:
            begin(desk, view.next.id, view.row.mentorship)
        else:
            desk.go(path, **facts)

    return PrimaryButton(desk.say(f"person.{word}"), press, icon, id=f"do-{word}")


def next_step(view: PersonView, meetings: Meetings, now: datetime) -> tuple[str, ft.IconData, str, dict[str, str]]:
    """What the button does now: its word, its icon and where it leads."""
    row = view.next
    last = meetings.past[0] if meetings.past else None
    if row is not None and (row.phase == "during" or apart(row.starts, now) <= NEAR):
        return "write", ft.Icons.EDIT, f"/meeting/{row.id}/note", {}
    if last is not None and last.status != "cancelled" and last.ended is None and _same_day(last, now):
        return "finish", ft.Icons.CHECK, f"/meeting/{last.id}/end", {}
    if row is not None:
        return "prepare", ft.Icons.CHECKLIST, f"/meeting/{row.id}", {}
    return "book", ft.Icons.EVENT, "/plan", {"person": view.row.mentorship}


def _same_day(row: MeetingRow, now: datetime) -> bool:
    return local(row.starts, now).date() == now.date()


def page_of(desk: Desk, id: str, now: datetime, signed: frozenset[str] | None = None) -> PersonPage:
    """The question behind a person's page, with the items that make a relationship ready."""
    items = desk.library.checklist("before_relationship").items
    return PersonPage(id, now, tuple(item.id for item in items if item.seed_item is not None), signed)


def use_page(id: str, now: datetime) -> PersonView | None:
    """A person's page with the names under the agreement judged, as the agreement's own screen does."""
    desk = use_desk()
    copies = use_query(CopiesOf(id, AGREEMENTS[0]))
    form = use_query(FormOf(AGREEMENTS[0], id, True))
    judged = desk.session.phase == "open" and any(one.signatures for one in copies)
    # a signature takes a millisecond to judge: not at every minute of the clock
    signed: frozenset[str] = ft.use_memo(
        lambda: desk.session.agreements(desk.library).standing(id) if judged else frozenset(), [copies, form]
    )
    view: PersonView | None = use_query(page_of(desk, id, now, signed))
    return view


@component
def _Pane(view: PersonView, part: Part, key: str = "") -> ft.Control:
    """What there is to say about a person."""
    desk = use_desk()
    now = use_clock()
    id = view.row.mentorship
    parts: list[ft.Control] = []
    if view.row.status == "ended":
        parts.append(Soft(desk.say("person.archived-line"), Style.BODY))
    parts += [*another_version(desk, view.person), *another_version(desk, view.mentorship)]
    parts += _standing(desk, view)
    if part != "brief":  # there the card above says it
        parts += _next(desk, view, now)
    parts += _tasks(desk, view, now)
    parts += [SectionTitle(desk.say("person.private")), PrivateCard(id)]
    together = desk.session.phase == "open" and desk.session.pairing.peer(id) is not None
    pair = Row(
        desk.say("pair.row.together" if together else "pair.title"),
        lambda _: desk.go(f"/person/{id}/pair"),
        subtitle=desk.say("pair.row.together.help" if together else "pair.row"),
        icon=ft.Icons.QR_CODE_2,
        id="pair-with",
    )
    closing = Row(
        desk.say("closing.row"),
        lambda _: desk.go(f"/closing/{id}"),
        subtitle=_closing_line(desk, view),
        icon=ft.Icons.FLAG_OUTLINED,
        id="closing",
    )
    parts += [PartedCard(id, key="parted"), Rows([pair, closing]), LastHeard(id, key="heard")]
    if part == "beside":
        parts.append(_Sections(view, key=f"sections-{id}"))
    return _stack(parts)


@component
def _Sections(view: PersonView, key: str = "") -> ft.Control:
    """Meetings, goals, board, agreement, about: one at a time."""
    desk = use_desk()
    section, show = ft.use_state("meetings")
    choices = [Choice(name, desk.say(f"person.{name}")) for name in SECTIONS]
    return _stack(
        [
            Segments(choices, section, show, label=desk.say("person.sections"), id="section"),
            _SECTION[section](view, key=f"{section}-{view.row.mentorship}"),
        ]
    )


def _closing_line(desk: Desk, view: PersonView) -> str:
    """What there is to say about the ending: that it is near, or only what is there."""
    left = max(view.row.planned - view.row.held, 0)
    if view.row.status != "ended" and view.row.held and left <= LAST:
        return desk.say("closing.left", count=left) if left else desk.say("closing.none-left")
    return desk.say("closing.row.help")


# ---------------------------------------------------------------- where the two stand


@component
def _Standing(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    open_, show = ft.use_state(False)
    done = max((at for at, step in enumerate(view.steps) if step.state == "done"), default=-1)
    ahead = next((at for at in range(done + 1, len(view.steps)) if view.steps[at].state != "done"), None)
    now_at = view.steps[done] if done >= 0 else None
    step = desk.say(f"person.step.{now_at.name}") + ". " if now_at else ""
    lacks = step_lacks(desk, view, view.steps[ahead].name) if ahead is not None else desk.say("person.missing.nothing")
    strip = StatusStrip(
        ["done" if s.state == "done" else "now" if at == ahead else "ahead" for at, s in enumerate(view.steps)],
        desk.say("person.strip", line=step + lacks),
    )
    parts: list[ft.Control] = [
        strip,
        ft.Row(
            [
                Words(step + lacks, expand=True),
                ft.Icon(ft.Icons.EXPAND_LESS if open_ else ft.Icons.EXPAND_MORE, color=theme.INK_SOFT, size=24),
            ]
        ),
    ]
    card = Card(parts, lambda _: show(not open_), id="steps", spacing=12)
    if not open_:
        return card
    lines: list[ft.Control] = []
    for at, one in enumerate(view.steps):
        lines.append(
            Row(
                desk.say(f"person.step.{one.name}"),
                step_way(desk, view, one.name),
                subtitle=desk.say("person.step-done") if one.state == "done" else step_lacks(desk, view, one.name),
                icon=ft.Icons.CHECK_CIRCLE
                if one.state == "done"
                else ft.Icons.TIMELAPSE
                if at == ahead
                else ft.Icons.RADIO_BUTTON_UNCHECKED,
                color=theme.PRIMARY if one.state == "done" else theme.INK_SOFT,
                id=f"step-{one.name}",
            )
        )
    return ft.Column([card, Rows(lines)], spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _standing(desk: Desk, view: PersonView) -> list[ft.Control]:
    return [SectionTitle(desk.say("person.relation")), _Standing(view, key="standing")]


def step_way(desk: Desk, view: PersonView, name: str) -> Callable[[object], object] | None:
    """Where a step is taken: a tap on it leads there."""
    id, row = view.row.mentorship, view.row
    paths: dict[str, tuple[str, dict[str, str]]] = {
        "ready": (f"/checklist/{id}/before_relationship", {}),
        "agreed": (f"/agreement/{id}/agreement.mentoring", {}),
        "started": (f"/meeting/{row.next.id}", {}) if row.next else ("/plan", {"person": id}),
        "rhythm": ("/plan", {"person": id}),
        "halfway": ("/document/survey.midterm", {"person": id}),
        "ending": (f"/closing/{id}", {}),
        "ended": (f"/closing/{id}", {}),
    }
    path, facts = paths[name]
    return None if routes.find(path) is None else lambda _: desk.go(path, **facts)


def step_lacks(desk: Desk, view: PersonView, name: str) -> str:
    """What a step still takes, in one sentence."""
    row = view.row
    lacks = {step.name: step.missing for step in view.steps}[name]
    if name == "ready":
        return desk.say("person.missing.ready", count=max(len(lacks), 1))
    if name == "agreed" and lacks and lacks[0] != "agreement":
        return desk.say(f"person.missing.agreed.{lacks[0]}", name=row.name)
    if name == "rhythm":
        short = 2 - row.held
        return desk.say("person.missing.rhythm", count=short) if short > 0 else desk.say("person.missing.rhythm-next")
    if name == "halfway":
        return desk.say("person.missing.halfway", count=max((row.planned + 1) // 2 - row.held, 1))
    if name == "ending":
        return desk.say("person.missing.ending", count=max(row.planned - 3 - row.held, 1))
    return desk.say(f"person.missing.{name}")


# ---------------------------------------------------------------- what comes next


def _next(desk: Desk, view: PersonView, now: datetime) -> list[ft.Control]:
    none = Row(
        desk.say("person.none-booked"), icon=ft.Icons.EVENT_BUSY_OUTLINED, color=theme.INK_SOFT, ink=theme.INK_SOFT
    )
    lines = [meeting_line(desk, view.next, now) if view.next else none]
    if view.row.status != "ended":
        lines.append(_Times(view, key="times"))
    return [SectionTitle(desk.say("person.next")), Rows(lines)]


@component
def _Times(view: PersonView, key: str = "") -> ft.Control:
    """The way to the times that one offers and the other takes, and how many wait there."""
    desk, now = use_desk(), use_clock()
    open_ = [row for row in use_query(SlotsOf(view.row.mentorship, now)) if row.open]
    mine = sum(row.mine for row in open_)
    theirs = len(open_) - mine
    mentor = view.row.my_role == "mentor"
    waiting = desk.say("slot.to-pick", count=theirs) if theirs else desk.say("slot.awaited", count=mine) if mine else ""
    return Row(
        desk.say("slot.offer" if mentor and not theirs else "slot.look"),
        lambda _: desk.go(f"/slots/{view.row.mentorship}"),
        subtitle=waiting,
        icon=ft.Icons.EVENT_REPEAT,
        id="slots",
    )


def _tasks(desk: Desk, view: PersonView, now: datetime) -> list[ft.Control]:
    if not view.tasks:
        return []
    lines = [task_line(desk, row, now.date()) for row in view.tasks[:TASKS_SHOWN]]
    more = view.row.open_tasks - TASKS_SHOWN
    if more > 0:
        path = f"/board/{view.row.mentorship}"
        lines.append(Row(desk.say("person.more-tasks", count=more), lambda _: desk.go(path), id="more-tasks"))
    return [SectionTitle(desk.say("person.open-tasks")), Rows(lines)]


@component
def PrivateCard(id: str) -> ft.Control:
    """The way to my own notes about this person: violet, with a lock, and only the number of them."""
    desk = use_desk()
    page = use_query(NotesOf(mentorship=id, limit=100))
    count = len(page.rows)
    words = (
        desk.say("person.private-many", number=count)
        if page.next
        else desk.say("person.private-notes", count=count)
        if count
        else desk.say("person.private-none")
    )
    path = f"/person/{id}/notes" if count else "/note/new"
    facts = {} if count else {"person": id}
    line: list[ft.Control] = [
        ft.Icon(ft.Icons.LOCK, color=theme.PRIVATE, size=24),
        Words(words, color=theme.PRIVATE, expand=True),
        ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.PRIVATE, size=24),
    ]
    return Card(
        ft.Row(line, spacing=14), lambda _: desk.go(path, **facts), id="private-notes", ground=theme.PRIVATE_CONTAINER
    )


# ---------------------------------------------------------------- the sections


@component
def _Meetings(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    id = view.row.mentorship
    now = use_clock()
    limit, set_limit = ft.use_state(20)
    found: Meetings = use_query(MeetingsOf(id, now, limit))
    parts: list[ft.Control] = []
    if found.upcoming:
        parts += [
            SectionTitle(desk.say("person.coming")),
            Rows([meeting_line(desk, row, now) for row in found.upcoming]),
        ]
    if found.past:
        parts += [
            SectionTitle(desk.say("person.earlier")),
            Rows([meeting_line(desk, row, now) for row in found.past]),
        ]
    if found.more:
        parts.append(
            ft.Row(
                [QuietButton(desk.say("person.more"), lambda _: set_limit(limit + 50), id="more-meetings")], wrap=True
            )
        )
    if not parts:
        parts.append(EmptyState(desk.say("person.no-meetings"), icon=ft.Icons.EVENT_OUTLINED))
    if found.upcoming and view.row.status != "ended":  # with nothing booked, the wide button books
        parts.append(
            SecondaryButton(desk.say("person.plan"), lambda _: desk.go("/plan", person=id), ft.Icons.EVENT, id="plan")
        )
    return _stack(parts)


@component
def _Goals(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    id = view.row.mentorship
    rows = use_query(GoalsList(id, True))
    cards = [GoalCard(row, lambda row: desk.go(f"/goal/{row.id}"), key=row.id) for row in rows[:SHOWN]]
    parts: list[ft.Control] = list(cards) or [EmptyState(desk.say("goal.empty"), icon=ft.Icons.FLAG_OUTLINED)]
    if len(rows) > SHOWN:
        parts.append(
            ft.Row([QuietButton(desk.say("person.more"), lambda _: desk.go("/goals"), id="more-goals")], wrap=True)
        )
    add = SecondaryButton(desk.say("goal.add"), lambda _: desk.go("/goal/new", person=id), ft.Icons.ADD, id="add-goal")
    skills = Row(
        desk.say("skills.title"),
        lambda _: desk.go(f"/skills/{id}"),
        subtitle=desk.say("skills.row"),
        icon=ft.Icons.STAR_OUTLINE,
        id="skills",
    )
    return _stack([*parts, add, Rows([skills])])


@component
def _Board(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    now = use_clock()
    id = view.row.mentorship
    lines = [task_line(desk, row, now.date()) for row in view.tasks[:SHOWN]]
    parts: list[ft.Control] = [Rows(lines)] if lines else [EmptyState(desk.say("person.no-tasks"))]
    whole = SecondaryButton(
        desk.say("person.all-tasks"), lambda _: desk.go(f"/board/{id}"), ft.Icons.VIEW_COLUMN_OUTLINED, id="board"
    )
    return _stack([*parts, whole])


@component
def _Agreement(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    id = view.row.mentorship
    form: FilledForm | None = use_query(FormOf("prompts.boundaries", id))
    kept = sum(name.startswith("again-") and on is True for name, on in form.answers.items()) if form else 0
    again = kept if view.row.held * 2 >= view.row.planned else 0  # from half-way on
    lines: list[ft.Control] = [AgreementRow(id, name, view.row.my_role, view.row.name, key=name) for name in READABLE]
    lines.append(
        Row(
            desk.read(desk.library.document("prompts.boundaries").title),
            lambda _: desk.go(f"/boundaries/{id}", **({"again": "1"} if again else {})),
            subtitle=desk.say("topic.boundary-look", count=again) if again else "",
            icon=ft.Icons.FENCE,
            id="boundaries",
        )
    )
    return _stack([Soft(desk.say("person.agreement-line")), Rows(lines)])


@component
def _About(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    id = view.row.mentorship
    lines = [_fact(desk, label, value) for label, value in facts_of(desk, view)]
    edit = SecondaryButton(
        desk.say("person.edit"), lambda _: desk.go(f"/person/{id}/edit"), ft.Icons.EDIT, id="edit-person"
    )
    parts: list[ft.Control] = [Rows(lines), edit]
    if view.row.status != "ended":
        parts.append(
            QuietButton(
                desk.say("person.archive"),
                lambda _: archive(desk, view),
                ft.Icons.ARCHIVE_OUTLINED,
                id="archive",
                color=theme.INK_SOFT,
            )
        )
    parts += part_button(id, view.row.name)
    if desk.session.pairing.peer(id) is None:  # with two phones it would be gone on both: that is what ending is for
        parts.append(remover(desk, "mentorship", id, lambda: desk.go("/people"), name=view.row.name))
    return _stack(parts)


def facts_of(desk: Desk, view: PersonView) -> list[tuple[str, str]]:
    """What the two have agreed on, as labels and words; what is missing is said."""
    one = view.mentorship
    agreement = desk.library.document("agreement.mentoring")
    focus = desk.library.choices(agreement.item("focus"))
    names = [desk.read(option.label) for option in focus if option.value in one.focus]
    own = sorted(one.focus - {option.value for option in focus})
    day = desk.speech.value.day_year
    blank = desk.say("person.not-filled")
    return [
        (desk.say("person.focus"), desk.speech.value.listing([*names, *own]) or blank),
        (desk.say("person.aim"), one.aim or blank),
        (desk.say("person.frequency"), frequency(desk, one.weeks)),
        (desk.say("person.count"), str(one.planned)),
        (desk.say("person.length"), desk.speech.value.duration(one.length)),
        (desk.say("person.channel"), desk.say(f"person.mode.{one.mode}")),
        (desk.say("person.place"), one.place or blank),
        (desk.say("person.start"), day(one.starts) if one.starts else blank),
        (desk.say("person.end"), day(one.ends) if one.ends else blank),
        (desk.say("person.reach"), view.person.reach or blank),
    ]


def frequency(desk: Desk, weeks: int) -> str:
    """How often the two meet, as people say it."""
    return desk.say(f"person.every.{weeks}") if 1 <= weeks <= 4 else desk.say("person.every-weeks", weeks=weeks)


def archive(desk: Desk, view: PersonView) -> None:
    """End and put away; undo is offered, nobody is asked first."""
    from app.ui.screens.closing import put_an_end  # what only this button needs

    undo = put_an_end(desk, view.row.mentorship)
    words = desk.say("person.archived.booked" if view.next else "person.archived", name=view.row.name)
    desk.notice(words, undo=undo, seconds=6)


def restore(desk: Desk, view: PersonView) -> None:
    """Go on with a relationship that was put away."""
    desk.store.execute(Revise(kind="mentorship", id=view.row.mentorship, values={"status": "active", "ended": None}))
    desk.session.programme.unsay(view.row.mentorship, "ended")
    desk.notice(desk.say("person.restored", name=view.row.name))


def _fact(desk: Desk, label: str, value: str) -> ft.Control:
    words = ft.Column([Soft(label), Words(value)], spacing=2, tight=True)
    return ft.MergeSemantics(content=ft.Container(words, padding=ft.Padding.symmetric(vertical=10, horizontal=16)))


def _stack(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


_SECTION = {"meetings": _Meetings, "goals": _Goals, "board": _Board, "agreement": _Agreement, "about": _About}
