"""Times that one offers and the other takes: three are suggested, one tap offers them; one tap takes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import BookSlot, OfferSlots, WithdrawSlot
from app.model.queries import MeetingPage, PersonPage, SlotsOf, SlotsToOffer, WayOf
from app.model.schedule import aware, following, overlapping
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query, use_undo
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    DateField,
    EmptyState,
    Live,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    TickRow,
    TimeField,
    Words,
    use_sheet,
)
from app.ui.parts.carrying import SentState
from app.ui.safe import component
from app.ui.screens.lists import capital
from app.ui.screens.rows import way_words, zone_of

if TYPE_CHECKING:
    from app.model.queries import PersonView, SlotRow
    from app.ui.desk import Desk

FIRST = 3


@component
def SlotsScreen(id: str, move: str = "", offer: str = "") -> ft.Control:
    """The times between the two. `move` is a meeting that a picked time takes the place of; `offer` opens offering."""
    desk, now = use_desk(), use_clock()
    view: PersonView | None = use_query(PersonPage(id, now))
    rows = use_query(SlotsOf(id, now))
    if view is None:
        return Screen(
            desk.say("slot.title"),
            [EmptyState(desk.say("slot.nobody"), desk.say("today.title"), lambda _: desk.home(), id="slots-nobody")],
            back=True,
        )
    theirs = [row for row in rows if row.open and not row.mine]
    if offer or (not theirs and not move and view.row.my_role == "mentor"):
        return _Offer(id, view.row.name, view.mentorship.length, tuple(row for row in rows if row.mine), key=id)
    return _Pick(id, view.row.name, tuple(rows), move, key=f"{id} {move}")


# ------------------------------------------------------------------ taking one


@component
def _Pick(id: str, name: str, rows: tuple[SlotRow, ...], move: str, *, key: str | None = None) -> ft.Control:
    """A row for each time that can be taken. A tap takes it; undo is offered."""
    desk, now = use_desk(), use_clock()
    undo = use_undo()
    moved = use_query(MeetingPage(move, now))
    theirs = [row for row in rows if row.open and not row.mine]

    def take(row: SlotRow) -> None:
        done = desk.store.execute(BookSlot(slot=row.id, instead=move))
        desk.swap(f"/meeting/{done.record}")  # there it says whether it has been sent
        undo(
            desk.say("slot.taken.notice", when=desk.speech.value.near(row.starts, now)),
            lambda: desk.store.execute(done.undo) if done.undo else None,
        )

    def line(row: SlotRow) -> ft.Control:
        found = desk.store.ask(WayOf(row.starts, row.length, now, move))  # it is said, and stops nobody
        way = way_words(desk, found, now) if found else ""
        return Row(
            capital(desk.speech.value.near(row.starts, now)),
            lambda _: take(row),
            subtitle="\n".join(filter(None, (_about(desk, row), way))),
            icon=ft.Icons.EVENT_BUSY if way else ft.Icons.EVENT_AVAILABLE,
            color=theme.ACCENT if way else theme.PRIMARY,
            id=f"slot-{row.id}",
            key=row.id,
        )

    body: list[ft.Control] = [
        Live(desk.say("slot.lost", when=desk.speech.value.near(row.starts, now)), ft.Icons.INFO_OUTLINE, theme.ACCENT)
        for row in rows
        if row.lost and not any(one.my_booking for one in rows)
    ]
    if theirs:
        body += [Words(desk.say("slot.pick.help", name=name)), Rows([line(row) for row in theirs])]
    else:
        body.append(Soft(desk.say("slot.none", name=name), theme.Style.BODY))
    if moved is not None:
        when = desk.speech.value.near(moved.row.starts, now)
        body.insert(0, Soft(desk.say("slot.instead", when=when)))
    mine = [row for row in rows if row.my_booking]
    if mine:
        body += [
            SectionTitle(desk.say("slot.mine")),
            Rows([booked_row(desk, row, now) for row in mine]),
        ]
    return Screen(
        desk.say("slot.title"),
        body,
        back=True,
        subtitle=name,
        aside=[
            SecondaryButton(
                desk.say("slot.other"),
                (lambda _: desk.go("/plan", move=move)) if move else (lambda _: desk.go("/plan", person=id)),
                ft.Icons.EVENT,
                id="slot-other",
            ),
            QuietButton(desk.say("slot.offer"), lambda _: desk.go(f"/slots/{id}", offer="yes"), id="slot-offer"),
        ],
    )


def booked_row(desk: Desk, row: SlotRow, now: datetime) -> ft.Control:
    """A time that was taken, on the way to its meeting; my own word about it with how far it has come."""
    line = Row(
        capital(desk.speech.value.near(row.starts, now)),
        lambda _: desk.go(f"/meeting/{row.meeting}"),
        subtitle=desk.say("slot.yes" if row.given else "slot.by", name=row.by),
        icon=ft.Icons.EVENT_AVAILABLE,
        id=f"booked-{row.id}",
    )
    if not row.my_booking or row.booking is None:
        return ft.Container(line, key=row.id)
    state = ft.Container(SentState("booking", row.booking), padding=ft.Padding.only(left=16, right=16, bottom=8))
    return ft.Column(
        [line, state], spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, key=row.id
    )


def _about(desk: Desk, row: SlotRow) -> str:
    where = row.place or desk.say(f"meeting.form.{row.mode}")
    return f"{desk.say('plan.minutes', minutes=row.length)} · {where}"


# ------------------------------------------------------------------ offering some


@dataclass(frozen=True)
class Offering:
    """What is to be offered and not sent yet: the times that are ticked, and those of one's own among them."""

    chosen: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OwnTime:
    """A time of one's own that has not been added yet."""

    day: date
    at: time


def _written(times: Iterable[datetime]) -> frozenset[str]:
    return frozenset(at.isoformat() for at in times)


@component
def _Offer(id: str, name: str, length: int, mine: tuple[SlotRow, ...], *, key: str | None = None) -> ft.Control:
    """Three times are chosen already; others can be chosen or added. What is in the way is said, not offered."""
    desk, now = use_desk(), use_clock()
    zone = zone_of(desk)
    suggested = use_held(lambda: desk.store.ask(SlotsToOffer(id, length, zone, now)))
    form = use_unfinished(f"slots.{id}", Offering(chosen=_written(suggested[:FIRST])))
    own = {at for at in map(datetime.fromisoformat, form.values.own) if at > now.replace(tzinfo=None)}
    times = sorted({*suggested, *own})
    chosen = {at for at in times if at.isoformat() in form.values.chosen}
    adding, open_ = ft.use_state(False)
    error, fail = ft.use_state("")
    undo = use_undo()

    def turn(at: datetime, on: bool) -> None:
        form.put(replace(form.values, chosen=_written(chosen | {at} if on else chosen - {at})))
        fail("")

    def added(at: datetime) -> str:
        """Take one's own time in; what stands in the way instead, if anything does."""
        if at <= now.replace(tzinfo=None):
            return desk.say("plan.past")
        way = in_the_way(desk, at, length, now) or _among(desk, at, length, chosen - {at})
        if not way:
            form.put(Offering(_written(chosen | {at}), _written(own if at in suggested else own | {at})))
            open_(False)
        return way

    use_sheet(
        (lambda: _OwnTime(id, suggested[0] if suggested else _soon(now), added)) if adding else None,
        lambda: open_(False),
        title=desk.say("slot.own"),
        short=True,
    )

    def offer(_: object = None) -> None:
        for at in sorted(chosen):
            way = in_the_way(desk, at, length, now)
            if way:
                fail(way)
                return
        done = desk.store.execute(OfferSlots(mentorship=id, starts=sorted(chosen), zone=zone, length=length))
        form.done()
        desk.back()
        undo(
            desk.say("slot.offered", count=len(chosen), name=name),
            lambda: desk.store.execute(done.undo) if done.undo else None,
        )

    def tick(at: datetime) -> ft.Control:
        return TickRow(
            capital(desk.speech.value.moment(at)),
            at in chosen,
            lambda on: turn(at, on),
            id=f"offer-{at:%Y%m%dT%H%M}",
            undo=False,
            key=str(at),
        )

    body: list[ft.Control] = [Words(desk.say("slot.offer.help", name=name, minutes=length))]
    if desk.session.pairing.peer(id) is None:
        body += [
            Live(desk.say("slot.apart", name=name), ft.Icons.INFO_OUTLINE, theme.ACCENT),
            QuietButton(
                desk.say("pair.title"), lambda _: desk.go(f"/person/{id}/pair"), ft.Icons.QR_CODE_2, id="slot-pair"
            ),
        ]
    if times:
        body.append(Rows([tick(at) for at in times]))
    body.append(SecondaryButton(desk.say("slot.own"), lambda _: open_(True), ft.Icons.ADD, id="slot-own"))
    waiting = [row for row in mine if row.open]
    taken = [row for row in mine if row.meeting]
    if waiting:
        body += [SectionTitle(desk.say("slot.waiting")), Rows([_waiting(desk, row, now, undo) for row in waiting])]
    if taken:
        body += [SectionTitle(desk.say("slot.taken")), Rows([booked_row(desk, row, now) for row in taken])]
    return Screen(
        desk.say("slot.offer"),
        body,
        back=True,
        subtitle=name,
        above=[ft.Semantics(identifier="slot-error", content=Live(error, ft.Icons.ERROR_OUTLINE, theme.ACCENT))]
        if error
        else [],
        primary=PrimaryButton(desk.say("slot.offer.go", count=len(chosen)), offer, ft.Icons.SEND, id="slot-send")
        if chosen
        else None,
    )


def _waiting(desk: Desk, row: SlotRow, now: datetime, undo: Callable[[str, Callable[[], object]], None]) -> ft.Control:
    """A time that waits for somebody to take it, with the way to take it back."""
    when = desk.speech.value.near(row.starts, now)

    def withdraw(_: object) -> None:
        done = desk.store.execute(WithdrawSlot(slot=row.id))
        undo(desk.say("slot.withdrawn", when=when), lambda: desk.store.execute(done.undo) if done.undo else None)

    return ft.Container(
        ft.Row(
            [
                Words(capital(when), expand=True),
                ft.MergeSemantics(
                    ft.Semantics(
                        identifier=f"withdraw-{row.id}",
                        label=desk.say("slot.withdraw.of", when=when),
                        content=QuietButton(desk.say("slot.withdraw"), withdraw),
                    )
                ),
            ]
        ),
        padding=ft.Padding.only(left=16, right=8, top=4, bottom=4),
        key=row.id,
    )


@component
def _OwnTime(id: str, start: datetime, added: Callable[[datetime], str]) -> ft.Control:
    """A time of one's own: day, hour, and what is in the way."""
    desk = use_desk()
    form = use_unfinished(f"slot.{id}", OwnTime(start.date(), start.time()))
    day, at = form.values.day, form.values.at
    error, fail = ft.use_state("")

    def pick_day(value: date) -> None:
        form.put(replace(form.values, day=value))
        fail("")

    def pick_time(value: time) -> None:
        form.put(replace(form.values, at=value))
        fail("")

    def add(_: object) -> None:
        way = added(datetime.combine(day, at))
        fail(way)
        if not way:
            form.done()

    parts: list[ft.Control] = [
        DateField(desk.say("plan.day"), day, pick_day, id="own-day", first=desk.now().date()),
        TimeField(desk.say("plan.time"), at, pick_time, id="own-time"),
    ]
    if error:
        parts.append(Live(error, ft.Icons.ERROR_OUTLINE, theme.ACCENT))
    parts.append(PrimaryButton(desk.say("slot.own.add"), add, ft.Icons.ADD, id="own-add"))
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


# ------------------------------------------------------------------ in words


def in_the_way(desk: Desk, wall: datetime, length: int, now: datetime, *, but: str = "") -> str:
    """What stands in the way of a time of mine, in one sentence; nothing if it is free."""
    starts = aware(wall, zone_of(desk), now.tzinfo)
    found = desk.store.ask(WayOf(starts, length, now, but))
    return way_words(desk, found, now) if found else ""


def _among(desk: Desk, at: datetime, length: int, others: set[datetime]) -> str:
    """Whether a time lies over one that is to be offered together with it."""
    zone = zone_of(desk)

    def span(wall: datetime) -> tuple[datetime, datetime]:
        starts = aware(wall, zone, desk.now().tzinfo)
        return starts, following(starts, timedelta(minutes=length))

    if overlapping([span(one) for one in others], span(at)):
        return desk.say("slot.overlap.own")
    return ""


def _soon(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=7), time(16))
