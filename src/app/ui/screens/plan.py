"""Planning: one meeting or a rhythm of them, with days left out; and moving one meeting to another time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.commands import MoveMeeting, MoveSeries, PlanMeeting, PlanSeries, Revise, SkipMeeting, WithdrawSlot
from app.model.entities import Meeting, meeting_id
from app.model.queries import (
    BusyBetween,
    MeetingPage,
    MeetingsBetween,
    MeetingsOf,
    NoticeOf,
    PeopleList,
    PersonPage,
    SlotsOf,
)
from app.model.schedule import again, again_after, apart, aware, following, on_wall, overlapping, rhythm
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
from app.ui.safe import component
from app.ui.screens.rows import elsewhere, resumed_line
from app.ui.screens.today import zone_of

if TYPE_CHECKING:
    from app.model.entities import Mode
    from app.model.queries import MeetingRow, MeetingView, PersonRow
    from app.ui.desk import Desk

LENGTHS = (30, 45, 60, 90)
EVERY = (0, 1, 2, 4)
MODES = ("in_person", "video", "phone")
MOST = 52


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


@dataclass(frozen=True)
class Said:
    """What is written about a meeting that is being planned. When is asked anew: it may be past by then."""

    place: str = ""
    aim: str = ""
    elsewhere: bool = False
    """Whether that place counts, and not the one that was agreed on."""


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
    who, choose = ft.use_state(first)
    page = use_query(PersonPage(who, now))
    start = use_held(lambda: _start(desk, model, page, bool(move)))
    day, set_day = ft.use_state(start.date())
    at, set_at = ft.use_state(start.time())
    agreed = page.mentorship if page else None
    length, set_length = ft.use_state(model.row.length if model else agreed.length if agreed else 60)
    mode, set_mode = ft.use_state(model.row.mode if model else agreed.mode if agreed else "in_person")
    form = use_unfinished(f"plan.{move or first}", Said())
    usual = model.row.place if model else agreed.place if agreed else ""
    place, aim = form.values.place if form.values.elsewhere else usual, form.values.aim
    weeks, set_weeks = ft.use_state(0)
    count, set_count = ft.use_state(10)
    skipped, skip = ft.use_state(cast("frozenset[date]", frozenset()))  # another time of day leaves the same days out
    whole, widen = ft.use_state(False)
    error, fail = ft.use_state("")
    notice = use_query(NoticeOf(move, now))

    def choose_person(value: str) -> None:
        choose(value)
        found = desk.store.ask(PersonPage(value, now))
        if found:
            set_length(found.mentorship.length)
            set_mode(found.mentorship.mode)

    starts = datetime.combine(day, at)
    home = model.meeting.zone if move and model else ""  # a meeting that moves stays on the clock of its own zone
    zone = zone_of(desk) or home
    goal = aware(starts, zone, now.tzinfo)
    there = on_wall(goal, home, now.tzinfo) if home and home != zone else starts
    later = _later(desk, model, now) if move else []
    walls = rhythm(starts, weeks, count) if weeks else (starts,)
    kept = [aware(one, zone, now.tzinfo) for one in walls if not weeks or one.date() not in skipped]
    if model and whole:
        by = there - model.meeting.starts
        kept += [aware(on_wall(row.starts, home, now.tzinfo) + by, home, now.tzinfo) for row in later]

    def wrong() -> str:
        if not who:
            return desk.say("plan.choose")
        if page and page.row.status == "ended":
            return desk.say("plan.over", name=page.row.name)
        if not kept:
            return desk.say("plan.nothing")
        if apart(min(kept), now) <= timedelta(0):
            return desk.say("plan.past")
        clash = _clash(desk, kept, length, now, {move, *(row.id for row in later if whole)})
        if clash:
            when = desk.speech.value.near(clash.starts, now)
            return desk.say("plan.overlap", name=clash.name, when=when)
        return ""

    def save(_: object = None) -> None:
        problem = wrong()
        if problem:
            fail(problem)
            return
        if move:
            values = _otherwise(model.row, length, mode, place) if model else {}
            along = [move, *(row.id for row in later if whole)]
            with desk.store.writing():
                desk.store.execute((MoveSeries if whole else MoveMeeting)(meeting=move, starts=there))
                for id in along if values else ():
                    desk.store.execute(Revise(kind=Meeting.KIND, id=id, values=values))
                back = _taken_back(desk, kept, length, now)
            form.done()
            desk.back()
            told = "plan.moved.series" if whole else "meeting.moved.notice"
            said = desk.say(told, when=desk.speech.value.moment(starts), count=len(kept))
            desk.notice(" ".join([said, *back]))
            return
        with desk.store.writing():
            if weeks:
                done = desk.store.execute(
                    PlanSeries(
                        mentorship=who,
                        starts=starts,
                        zone=zone,
                        weeks=weeks,
                        count=count,
                        length=length,
                        place=place.strip(),
                        mode=cast("Mode", mode),
                    )
                )
                for number, one in enumerate(walls):
                    if one.date() in skipped:
                        desk.store.execute(SkipMeeting(meeting=meeting_id(done.record, number)))
            else:
                desk.store.execute(
                    PlanMeeting(
                        mentorship=who,
                        starts=starts,
                        zone=zone,
                        length=length,
                        place=place.strip(),
                        mode=cast("Mode", mode),
                        aim=aim.strip(),
                    )
                )
            back = _taken_back(desk, kept, length, now)
        form.done()
        desk.back()
        desk.notice(" ".join([desk.say("plan.saved", count=len(kept)), *back]))

    def turn(one: datetime) -> None:
        skip(skipped ^ {one.date()})
        fail("")

    body: list[ft.Control] = []
    if not move and len(active) > 1:
        body += [
            SectionTitle(desk.say("plan.who")),
            ChoiceButtons(
                [Choice(one.mentorship, one.name) for one in active],
                who,
                choose_person,
                label=desk.say("plan.who"),
                id="plan-person",
                columns=2 if len(active) > 1 else 1,
            ),
        ]
    elif page:
        body.append(Words(page.row.name, theme.Style.HEADING))

    def changed(setter: Callable[[Any], object]) -> Callable[[Any], None]:
        def change(value: Any) -> None:
            setter(value)
            fail("")

        return change

    body.append(
        ft.ResponsiveRow(
            [
                ft.Container(
                    DateField(desk.say("plan.day"), day, changed(set_day), id="plan-day", first=now.date()),
                    col={"xs": 12, "sm": 7},
                ),
                ft.Container(
                    TimeField(desk.say("plan.time"), at, changed(set_at), id="plan-time"), col={"xs": 12, "sm": 5}
                ),
            ],
            spacing=8,
            run_spacing=8,
        )
    )
    lengths = LENGTHS if length in LENGTHS else tuple(sorted({*LENGTHS, length}))
    body += [
        SectionTitle(desk.say("plan.length")),
        ChoiceButtons(
            [Choice(str(one), desk.say("plan.minutes", minutes=one)) for one in lengths],
            str(length),
            lambda value: changed(set_length)(int(value)),
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
            mode,
            set_mode,
            label=desk.say("plan.form"),
            id="plan-form",
            columns=3,
        ),
        ft.Row([VisibilityChip("shared", name=page.row.name if page else "")], wrap=True),
        *resumed_line(desk, form),
        Field(
            desk.say(f"plan.place.{mode}"),
            place,
            lambda place: form.put(replace(form.values, place=place, elsewhere=True)),
            id="plan-place",
            limit=500,
        ),
    ]
    if not move:
        body += [
            SectionTitle(desk.say("plan.repeat")),
            ChoiceButtons(
                [Choice(str(one), desk.say(f"plan.repeat.{one}")) for one in EVERY],
                str(weeks),
                lambda value: changed(set_weeks)(int(value)),
                label=desk.say("plan.repeat"),
                id="plan-repeat",
                columns=2,
            ),
        ]
        if weeks:
            body += [
                ft.Semantics(
                    live_region=True, content=Words(desk.say("plan.meetings", count=count), theme.Style.STRONG)
                ),
                Stepper(
                    desk.say("plan.fewer"),
                    desk.say("plan.more"),
                    lambda _: set_count(max(2, count - 1)),
                    lambda _: set_count(min(MOST, count + 1)),
                    id="plan-count",
                ),
                SectionTitle(desk.say("plan.preview")),
                Rows([Day(one, number, one.date() in skipped, turn, key=str(one)) for number, one in enumerate(walls)]),
            ]
        else:
            body.append(
                Field(
                    desk.say("plan.aim"),
                    aim,
                    lambda aim: form.put(replace(form.values, aim=aim)),
                    id="plan-aim",
                    limit=500,
                )
            )
    if later:
        body += [
            SectionTitle(desk.say("plan.which")),
            ChoiceButtons(
                [Choice("only", desk.say("plan.which.only")), Choice("rest", desk.say("plan.which.rest"))],
                "rest" if whole else "only",
                lambda value: changed(widen)(value == "rest"),
                label=desk.say("plan.which"),
                id="plan-which",
                columns=2,
            ),
        ]
    body += [Soft(words) for words in (_doubt(desk, starts, zone), elsewhere(desk, home, goal)) if words]
    if move and notice:
        body.append(Soft(desk.say(f"slot.notice.{notice.rule}")))
        if notice.late and model:
            body.append(Live(desk.say("slot.late", name=model.row.name), ft.Icons.CALL, theme.ACCENT))
    busy = _busy(desk, kept, length, now)
    if busy:
        body.append(ft.Semantics(identifier="plan-busy", content=Live(busy, ft.Icons.EVENT_BUSY, theme.ACCENT)))
    return Screen(
        desk.say("plan.move" if move else "plan.title"),
        body,
        back=True,
        above=[ft.Semantics(identifier="plan-error", content=Live(error, ft.Icons.ERROR_OUTLINE, theme.ACCENT))]
        if error
        else [],
        primary=PrimaryButton(
            desk.say("plan.save.move") if move else desk.say("plan.save", count=max(1, len(kept))),
            save,
            ft.Icons.EVENT_AVAILABLE,
            id="plan-save",
        ),
    )


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


def _start(desk: Desk, model: Any, page: Any, moving: bool) -> datetime:
    """What the form begins with: the meeting itself, the same time a rhythm later, or a week from now, when I am free."""
    here = desk.now()
    now = here.replace(tzinfo=None)
    if model is not None:
        meeting = model.meeting
        found = model.row.starts if moving else again_after(meeting.starts, meeting.zone, model.mentorship.weeks, here)
        starts: datetime = found.replace(tzinfo=None)
        return starts
    weeks = page.mentorship.weeks if page else 1
    last = page.row.last_met if page else None
    begin = _week(now)
    if last is not None:
        local = last.astimezone(here.tzinfo).replace(tzinfo=None)
        if local.minute % 5 == 0:
            begin = again(local.replace(second=0, microsecond=0), weeks, after=now)
    length = page.mentorship.length if page else 60
    for number in range(MOST):
        free = begin + number * timedelta(weeks=weeks)
        if _clash(desk, [aware(free, zone_of(desk), here.tzinfo)], length, here, set()) is None:
            return free
    return begin


def _week(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=7), time(16, 0))


def _clash(desk: Desk, moments: list[datetime], length: int, now: datetime, moving: set[str]) -> MeetingRow | None:
    """A meeting of mine at one of these times, if there is one. Those that move themselves do not count."""
    a_day = timedelta(days=1)  # another zone may have another date
    rows = desk.store.ask(MeetingsBetween(min(moments).date() - a_day, max(moments).date() + a_day, now))
    there = [
        (row.starts.astimezone(UTC), row.ends.astimezone(UTC), row)
        for row in rows
        if row.status == "planned" and row.id not in moving
    ]
    for one in moments:
        starts = one.astimezone(UTC)
        ends = starts + timedelta(minutes=length)
        for begins, stops, row in there:
            if begins < ends and starts < stops:
                return cast("MeetingRow", row)
    return None


def _taken_back(desk: Desk, moments: list[datetime], length: int, now: datetime) -> list[str]:
    """Times I offered that these meetings take are offered no longer: nobody can book me twice. Says so, if there are any."""
    mine = [
        slot
        for row in desk.store.ask(PeopleList(now=now))
        for slot in desk.store.ask(SlotsOf(row.mentorship, now))
        if slot.mine and slot.open
    ]
    spans = [(one, following(one, timedelta(minutes=length))) for one in moments]
    taken = [slot for slot in mine if overlapping(spans, (slot.starts, slot.ends))]
    for slot in taken:
        desk.store.execute(WithdrawSlot(slot=slot.id))
    return [desk.say("plan.taken-back", count=len(taken))] if taken else []


def _later(desk: Desk, model: MeetingView | None, now: datetime) -> list[MeetingRow]:
    """The meetings that come after this one in its series and would move along."""
    if model is None or model.row.series is None:
        return []
    return [
        row
        for row in desk.store.ask(MeetingsOf(model.row.mentorship, now)).upcoming
        if row.series == model.row.series and (row.number or 0) > (model.row.number or 0) and row.status == "planned"
    ]


def _busy(desk: Desk, moments: list[datetime], length: int, now: datetime) -> str:
    """That my other calendar has something then. It is pointed out and stops nobody."""
    if not moments:
        return ""
    spans = desk.store.ask(BusyBetween(min(moments).date(), max(moments).date()))
    for start in moments if spans else ():
        for begins, ends in spans:
            if overlapping([(begins, ends)], (start, following(start, timedelta(minutes=length)))):
                words = desk.speech.value.near(begins.astimezone(now.tzinfo), now)
                until = desk.speech.value.clock(ends.astimezone(now.tzinfo))
                return desk.say("calendar.busy", when=f"{words}–{until}")
    return ""


def _otherwise(row: MeetingRow, length: int, mode: str, place: str) -> dict[str, Any]:
    """What is to be otherwise about a meeting; another one of its series keeps what is its own."""
    values: dict[str, Any] = {"length": length, "mode": mode, "place": place.strip()}
    return {name: value for name, value in values.items() if value != getattr(row, name)}


def _doubt(desk: Desk, starts: datetime, zone: str) -> str:
    """A time that the clocks skip in spring, or show twice in autumn: say when the meeting will be."""
    clock = desk.speech.value.clock
    there = aware(starts, zone, desk.now().tzinfo)
    if there.replace(tzinfo=None) != starts:
        return desk.say("plan.gap", time=clock(starts), other=clock(there))
    if there.utcoffset() != there.replace(fold=1).utcoffset():
        return desk.say("plan.twice", time=clock(starts))
    return ""
