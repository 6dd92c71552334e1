"""Planning: one meeting or a rhythm of them, with days left out; and moving one meeting to another time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import MoveMeeting, MoveSeries, PlanMeeting, PlanSeries, Revise, SkipMeeting
from app.model.entities import Meeting, meeting_id
from app.model.queries import MeetingPage, NoticeOf, PeopleList, PersonPage
from app.model.schedule import apart
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    ChoiceButtons,
    DateField,
    EmptyState,
    Field,
    Live,
    PrimaryButton,
    QuietButton,
    Rows,
    Screen,
    SectionTitle,
    Soft,
    Stepper,
    TimeField,
    VisibilityChip,
    Words,
)
from app.ui.parts.toggles import MANY, Picks
from app.ui.safe import component
from app.ui.screens.plan_times import MOST, Chosen, Times, busy, clash, doubt, later_of, start_of, taken_back, times_of
from app.ui.screens.rows import elsewhere, resumed_line

if TYPE_CHECKING:
    from app.model.queries import MeetingRow, MeetingView, Notice, PersonRow, PersonView
    from app.ui.desk import Desk

LENGTHS = (30, 45, 60, 90)
EVERY = (0, 1, 2, 4)
MODES = ("in_person", "video", "phone")


@component
def PlanScreen(person: str = "", move: str = "", after: str = "") -> ft.Control:
    """Plan with somebody (`person`), as after another meeting (`after`), or move a meeting (`move`)."""
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    if not people:
        return Screen(
            desk.say("plan.title"),
            [
                EmptyState(
                    desk.say("plan.nobody"),
                    desk.say("plan.nobody.add"),
                    lambda _: desk.swap("/people/new"),
                    id="plan-nobody",
                )
            ],
            back=True,
        )
    return PlanForm(person, move, after, key=f"{person} {move} {after}")


@component
def PlanForm(person: str, move: str, after: str, *, key: str | None = None) -> ft.Control:
    """The form. What the relationship has agreed on is filled in already."""
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    active = sorted(
        (one for one in people if one.status != "ended"), key=lambda one: desk.speech.value.sort_key(one.name)
    ) or list(people)
    model = use_query(MeetingPage(move or after, now))
    first = model.row.mentorship if model else person or (active[0].mentorship if len(active) == 1 else "")
    start = use_held(lambda: _begun(desk, model, first, moving=bool(move)))
    form = use_unfinished(f"plan.{move or first}", start)
    chosen = form.values
    if form.resumed and chosen.day < now.date():  # the day went by while it lay there
        chosen = replace(chosen, day=start.day)
    page = use_query(PersonPage(chosen.who, now))
    error, fail = ft.use_state("")
    notice = use_query(NoticeOf(move, now))

    def put(**changes: Any) -> None:
        form.put(replace(chosen, **changes))

    def change(**changes: Any) -> None:
        put(**changes)
        fail("")

    later = later_of(desk, model, now) if move else []
    times = times_of(desk, chosen, model if move else None, later, now)
    plan = Plan(desk, now, move, model, page, chosen, later, times)

    def save(_: object = None) -> None:
        problem = _wrong(plan)
        if problem:
            fail(problem)
            return
        told = _move(plan) if move else _keep(plan)
        form.done()
        desk.back()
        desk.notice(told)

    body: list[ft.Control] = resumed_line(desk, form)
    if not move and len(active) > 1:
        body += _who(plan, active, put)
    elif page:
        body.append(Words(page.row.name, theme.Style.HEADING))
    body += [_when(plan, change), *_how(plan, put, change)]
    if not move:
        body += _repeat(plan, put, change)
    if later:
        body += _which(plan, change)
    body += _beside(plan, notice)
    return Screen(
        desk.say("plan.move" if move else "plan.title"),
        body,
        back=True,
        above=[ft.Semantics(identifier="plan-error", content=Live(error, ft.Icons.ERROR_OUTLINE, theme.ACCENT))]
        if error
        else [],
        primary=PrimaryButton(
            desk.say("plan.save.move") if move else desk.say("plan.save", count=max(1, len(plan.times.kept))),
            save,
            ft.Icons.EVENT_AVAILABLE,
            id="plan-save",
        ),
    )


Change = Callable[..., None]
"""Puts other choices, by name, in the place of those that are there."""


@dataclass(frozen=True)
class Plan:
    """The form as it stands: what was chosen and written, and what follows from it."""

    desk: Desk
    now: datetime
    move: str
    model: MeetingView | None
    page: PersonView | None
    chosen: Chosen
    later: Sequence[MeetingRow]
    times: Times

    @property
    def place(self) -> str:
        """Where: what is written here, else what was agreed on."""
        if self.chosen.elsewhere:
            return self.chosen.place
        agreed = self.page.mentorship.place if self.page else ""
        return self.model.row.place if self.model else agreed


def _begun(desk: Desk, model: MeetingView | None, who: str, *, moving: bool) -> Chosen:
    """What the form begins with."""
    page = desk.store.ask(PersonPage(who, desk.now()))
    agreed = page.mentorship if page else None
    start = start_of(desk, model, page, moving)
    return Chosen(
        who,
        start.date(),
        start.time(),
        length=model.row.length if model else agreed.length if agreed else 60,
        mode=model.row.mode if model else agreed.mode if agreed else "in_person",
    )


# ------------------------------------------------------------------ keeping it


def _wrong(plan: Plan) -> str:
    """Why it cannot be kept; nothing where it can."""
    desk, chosen, kept = plan.desk, plan.chosen, plan.times.kept
    if not chosen.who:
        return desk.say("plan.choose")
    if plan.page and plan.page.row.status == "ended":
        return desk.say("plan.over", name=plan.page.row.name)
    if not kept:
        return desk.say("plan.nothing")
    if apart(min(kept), plan.now) <= timedelta(0):
        return desk.say("plan.past")
    moving = {plan.move, *(row.id for row in plan.later if chosen.whole)}
    there = clash(desk, kept, chosen.length, plan.now, moving)
    if there:
        return desk.say("plan.overlap", name=there.name, when=desk.speech.value.near(there.starts, plan.now))
    return ""


def _move(plan: Plan) -> str:
    """The meeting, and those that follow if they are to, at another time. What to say of it."""
    desk, chosen, times = plan.desk, plan.chosen, plan.times
    values = _otherwise(plan.model.row, chosen.length, chosen.mode, plan.place) if plan.model else {}
    along = [plan.move, *(row.id for row in plan.later if chosen.whole)]
    with desk.store.writing():
        desk.store.execute((MoveSeries if chosen.whole else MoveMeeting)(meeting=plan.move, starts=times.there))
        for id in along if values else ():
            desk.store.execute(Revise(kind=Meeting.KIND, id=id, values=values))
        back = taken_back(desk, times.kept, chosen.length, plan.now)
    told = "plan.moved.series" if chosen.whole else "meeting.moved.notice"
    said = desk.say(told, when=desk.speech.value.moment(times.starts), count=len(times.kept))
    return " ".join([said, *back])


def _keep(plan: Plan) -> str:
    """A meeting, or a rhythm of them without the days that are left out. What to say of it."""
    desk, chosen, times = plan.desk, plan.chosen, plan.times
    common: Any = {
        "mentorship": chosen.who,
        "starts": times.starts,
        "zone": times.zone,
        "length": chosen.length,
        "place": plan.place.strip(),
        "mode": chosen.mode,
    }
    with desk.store.writing():
        if chosen.weeks:
            done = desk.store.execute(PlanSeries(**common, weeks=chosen.weeks, count=chosen.count))
            for number, one in enumerate(times.walls):
                if one.date() in chosen.skipped:
                    desk.store.execute(SkipMeeting(meeting=meeting_id(done.record, number)))
        else:
            desk.store.execute(PlanMeeting(**common, aim=plan.chosen.aim.strip()))
        back = taken_back(desk, times.kept, chosen.length, plan.now)
    return " ".join([desk.say("plan.saved", count=len(times.kept)), *back])


def _otherwise(row: MeetingRow, length: int, mode: str, place: str) -> dict[str, Any]:
    """What is to be otherwise about a meeting; another one of its series keeps what is its own."""
    values: dict[str, Any] = {"length": length, "mode": mode, "place": place.strip()}
    return {name: value for name, value in values.items() if value != getattr(row, name)}


# ------------------------------------------------------------------ the parts of the form


def _who(plan: Plan, active: Sequence[PersonRow], put: Change) -> list[ft.Control]:
    desk = plan.desk

    def choose_person(value: str) -> None:
        found = desk.store.ask(PersonPage(value, plan.now))
        put(who=value, **({"length": found.mentorship.length, "mode": found.mentorship.mode} if found else {}))

    label, people = desk.say("plan.who"), [Choice(one.mentorship, one.name) for one in active]
    if len(people) > MANY:  # whoever has so many finds them by name
        whom: ft.Control = Picks(people, plan.chosen.who, choose_person, label=label, id="plan-person")
    else:
        whom = ChoiceButtons(people, plan.chosen.who, choose_person, label=label, id="plan-person", columns=2)
    return [SectionTitle(label), whom]


def _when(plan: Plan, change: Change) -> ft.Control:
    desk, chosen = plan.desk, plan.chosen
    day = DateField(desk.say("plan.day"), chosen.day, lambda day: change(day=day), id="plan-day", first=plan.now.date())
    at = TimeField(desk.say("plan.time"), chosen.at, lambda at: change(at=at), id="plan-time")
    return ft.ResponsiveRow(
        [ft.Container(day, col={"xs": 12, "sm": 7}), ft.Container(at, col={"xs": 12, "sm": 5})],
        spacing=8,
        run_spacing=8,
    )


def _how(plan: Plan, put: Change, change: Change) -> list[ft.Control]:
    """How long, in which form, and where."""
    desk, chosen = plan.desk, plan.chosen
    lengths = LENGTHS if chosen.length in LENGTHS else tuple(sorted({*LENGTHS, chosen.length}))
    return [
        SectionTitle(desk.say("plan.length")),
        ChoiceButtons(
            [Choice(str(one), desk.say("plan.minutes", minutes=one)) for one in lengths],
            str(chosen.length),
            lambda value: change(length=int(value)),
            label=desk.say("plan.length"),
            id="plan-length",
            columns=4,
        ),
        SectionTitle(desk.say("plan.form")),
        ChoiceButtons(
            [
                Choice("in_person", desk.say("plan.form.in_person")),
                Choice("video", desk.say("plan.form.video")),
                Choice("phone", desk.say("plan.form.phone")),
            ],
            chosen.mode,
            lambda value: put(mode=value),
            label=desk.say("plan.form"),
            id="plan-form",
            columns=3,
        ),
        ft.Row([VisibilityChip("shared", name=plan.page.row.name if plan.page else "")], wrap=True),
        Field(
            desk.say(f"plan.place.{chosen.mode}"),
            plan.place,
            lambda place: put(place=place, elsewhere=True),
            id="plan-place",
            limit=500,
        ),
    ]


def _repeat(plan: Plan, put: Change, change: Change) -> list[ft.Control]:
    """How often; of one meeting what it is for, of a rhythm its days."""
    desk, chosen = plan.desk, plan.chosen
    body: list[ft.Control] = [
        SectionTitle(desk.say("plan.repeat")),
        ChoiceButtons(
            [Choice(str(one), desk.say(f"plan.repeat.{one}")) for one in EVERY],
            str(chosen.weeks),
            lambda value: change(weeks=int(value)),
            label=desk.say("plan.repeat"),
            id="plan-repeat",
            columns=2,
        ),
    ]
    if not chosen.weeks:
        aim = Field(
            desk.say("plan.aim"),
            chosen.aim,
            lambda aim: put(aim=aim),
            id="plan-aim",
            limit=500,
        )
        return [*body, aim]

    def turn(one: datetime) -> None:
        change(skipped=chosen.skipped ^ {one.date()})

    days = [
        Day(one, number, one.date() in chosen.skipped, turn, key=str(one))
        for number, one in enumerate(plan.times.walls)
    ]
    return [
        *body,
        ft.Semantics(
            live_region=True, content=Words(desk.say("plan.meetings", count=chosen.count), theme.Style.STRONG)
        ),
        Stepper(
            desk.say("plan.fewer"),
            desk.say("plan.more"),
            lambda _: put(count=max(2, chosen.count - 1)),
            lambda _: put(count=min(MOST, chosen.count + 1)),
            id="plan-count",
        ),
        SectionTitle(desk.say("plan.preview")),
        Rows(days),
    ]


@component
def Day(
    at: datetime, number: int, out: bool, turn: Callable[[datetime], object], *, key: str | None = None
) -> ft.Control:
    """One day of a series, to leave out or to take in again."""
    desk = use_desk()
    words = desk.speech.value.moment(at)
    return ft.Container(
        ft.Row(
            [
                Words(str(number + 1), theme.Style.SMALL, theme.INK_SOFT),
                Words(
                    f"{words}, {desk.say('plan.skipped')}" if out else words,
                    theme.Style.BODY,
                    theme.INK_SOFT if out else theme.INK,
                    expand=True,
                ),
                ft.MergeSemantics(
                    ft.Semantics(
                        identifier=f"plan-skip-{number}",
                        label=desk.say("plan.keep.of" if out else "plan.skip.of", day=words),
                        content=QuietButton(desk.say("plan.keep" if out else "plan.skip"), lambda _: turn(at)),
                    )
                ),
            ],
            spacing=12,
        ),
        padding=ft.Padding.only(left=16, right=8, top=4, bottom=4),
        key=key,
    )


def _which(plan: Plan, change: Change) -> list[ft.Control]:
    """Whether the rest of the series moves along."""
    desk = plan.desk
    return [
        SectionTitle(desk.say("plan.which")),
        ChoiceButtons(
            [Choice("only", desk.say("plan.which.only")), Choice("rest", desk.say("plan.which.rest"))],
            "rest" if plan.chosen.whole else "only",
            lambda value: change(whole=value == "rest"),
            label=desk.say("plan.which"),
            id="plan-which",
            columns=2,
        ),
    ]


def _beside(plan: Plan, notice: Notice | None) -> list[ft.Control]:
    """What is worth knowing of that time, and stops nobody."""
    desk, times = plan.desk, plan.times
    told = (doubt(desk, times.starts, times.zone), elsewhere(desk, times.home, times.goal))
    body: list[ft.Control] = [Soft(words) for words in told if words]
    if plan.move and notice:
        body.append(Soft(desk.say(f"slot.notice.{notice.rule}")))
        if notice.late and plan.model:
            body.append(Live(desk.say("slot.late", name=plan.model.row.name), ft.Icons.CALL, theme.ACCENT))
    taken = busy(desk, times.kept, plan.chosen.length, plan.now)
    if taken:
        body.append(ft.Semantics(identifier="plan-busy", content=Live(taken, ft.Icons.EVENT_BUSY, theme.ACCENT)))
    return body
