"""Lines that several lists share: a meeting, a task, a goal, as one says them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

import flet as ft

from app.model.schedule import on_wall, seen
from app.services.content.direction import apart
from app.ui import theme
from app.ui.parts import HeaderButton, QuietButton, Row, Words
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.queries import GoalRow, InTheWay, MeetingRow, TaskCounts, TaskRow
    from app.ui.desk import Desk
    from app.ui.hooks.unfinished import Unfinished

T = TypeVar("T")

TASK_ICONS = {
    "todo": ft.Icons.RADIO_BUTTON_UNCHECKED,
    "doing": ft.Icons.TIMELAPSE,
    "done": ft.Icons.TASK_ALT,
}


def search_button(desk: Desk) -> ft.Control:
    """Search, one tap from every tab."""
    return HeaderButton(desk.say("search.title"), ft.Icons.SEARCH, lambda _: desk.go("/search"), id="search")


def begin(words: str) -> str:
    """Words that begin a line: "I dag kl. 15:00"."""
    return words[:1].upper() + words[1:]


def local(at: datetime, now: datetime) -> datetime:
    """A moment on the wall of whoever reads."""
    return seen(at, now.tzinfo)


def zone_of(desk: Desk) -> str:
    """The name of the zone that the clock on this device shows."""
    return getattr(desk.now().tzinfo, "key", "") or ""


def elsewhere(desk: Desk, zone: str, at: datetime) -> str:
    """What the clock shows then in the zone that a meeting belongs to, where that is another time than here."""
    here = at.replace(tzinfo=None)
    there = on_wall(at, zone) if zone else here
    if there == here:
        return ""
    speech = desk.speech.value
    when = speech.clock(there) if there.date() == here.date() else speech.moment(there)
    return desk.say("plan.elsewhere", place=speech.city(zone), when=when)


def way_words(desk: Desk, found: InTheWay, now: datetime) -> str:
    """A meeting, an offered time or a busy time, as one says it."""
    speech = desk.speech.value
    starts = local(found.starts, now)
    when = speech.near(starts, now)
    if found.slot:
        return desk.say("slot.overlap", name=found.name, when=when)
    if found.name:
        return desk.say("plan.overlap", name=found.name, when=when)
    return desk.say("calendar.busy", when=f"{when}–{speech.clock(local(found.ends, now))}")


def meeting_line(desk: Desk, row: MeetingRow, now: datetime) -> ft.Control:
    """A meeting: when, and where or what became of it."""
    if row.status == "cancelled":
        about = desk.say("person.cancelled")
    elif row.phase == "after" and row.status != "held":
        about = desk.say("person.unheld")
    else:
        about = row.aim or row.place or desk.say(f"person.mode.{row.mode}")
    number = desk.say("person.meeting-number", number=row.number + 1) if row.number is not None else ""
    return Row(
        begin(desk.speech.value.near(local(row.starts, now), now)),
        lambda _: desk.go(f"/meeting/{row.id}"),
        subtitle=" · ".join(part for part in (number, about) if part),
        icon=ft.Icons.EVENT_BUSY if row.status == "cancelled" else ft.Icons.EVENT,
        color=theme.INK_SOFT if row.phase == "after" else theme.PRIMARY,
        id=f"meeting-{row.id}",
        key=row.id,
    )


def task_about(desk: Desk, row: TaskRow, today: date) -> str:
    """Who does it and until when."""
    parts = [apart(owner_name(desk, row.owner, row.mine, row.name))]
    if row.due:
        parts.append(desk.speech.value.near_day(row.due, today))
    if row.outcome == "tried":
        parts.append(desk.say("task.tried-line", lesson=row.learned) if row.learned else desk.say("task.tried-only"))
    return " · ".join(part for part in parts if part)


def task_line(desk: Desk, row: TaskRow, today: date) -> ft.Control:
    """A task that opens when pressed."""
    late = row.due is not None and row.due <= today and row.status != "done"
    return Row(
        row.text,
        lambda _: desk.go(f"/task/{row.id}"),
        subtitle=task_about(desk, row, today),
        icon=TASK_ICONS[row.status],
        color=theme.ACCENT if late else theme.PRIMARY,
        id=f"task-{row.id}",
        key=row.id,
    )


def tasks_counted(desk: Desk, counts: TaskCounts) -> str:
    """How many are finished: what was tried and learned from counts as well."""
    far = desk.say("task.finished", number=counts.finished, all=counts.all)
    return f"{far} {desk.say('task.of-them-tried', count=counts.tried)}" if counts.tried else far


def owner_name(desk: Desk, owner: str, mine: bool, name: str) -> str:
    """Who it is, as I would say it."""
    if owner == "both":
        return desk.say("task.both")
    return desk.say("task.me") if mine or not name else name


def goal_progress(desk: Desk, row: GoalRow) -> str:
    """How far, in words and numbers: "1 av 2 intervjuer", "40 procent", "Gjort"."""
    number = desk.speech.value.number
    if row.measure == "done":
        return desk.say("goal.done" if row.value >= 1 else "goal.not-done")
    if row.measure == "percent":
        return f"{number(row.value)} {desk.say('goal.percent')}"
    if row.measure == "scale":
        return f"{number(row.value)} {desk.say('goal.scale')}"
    if row.target is None and not row.value and not row.unit:
        return desk.say("goal.not-begun")
    if row.target is None:
        return f"{number(row.value)} {row.unit}".strip()
    return f"{desk.say('goal.progress', value=number(row.value), target=number(row.target))} {row.unit}".strip()


def goal_due(desk: Desk, row: GoalRow) -> str:
    """Until when, or what became of it."""
    if row.status in ("reached", "let_go"):
        return desk.say(f"goal.status.{row.status}")
    return desk.say("goal.due", day=desk.speech.value.day_plain(row.due)) if row.due else desk.say("goal.no-due")


def goal_whose(desk: Desk, row: GoalRow) -> str:
    """Whose goal it is, where there are two."""
    if row.mentorship is None or not row.name:
        return ""
    return desk.say("goal.own-line") if row.mine else desk.say("goal.of-other", name=row.name)


def skill_name(desk: Desk, skill: str) -> str:
    """A skill of the catalogue in the reader's language; one's own as it was written."""
    known = next((item for item in desk.library.skills() if item.id == skill), None)
    return desk.read(known.text) if known else skill


def resumed_line(desk: Desk, form: Unfinished[T]) -> list[ft.Control]:
    """What was left over in a form from before, and the way to begin anew; once that is taken, the way back."""
    if form.resumed:
        said, way, press, name, icon = "frame.resumed", "frame.anew", form.clear, "anew", ft.Icons.HISTORY
    elif form.cleared:
        said, way, press, name, icon = "frame.cleared", "frame.undo", form.undo, "anew-undo", ft.Icons.DONE
    else:
        return []
    words = ft.Semantics(live_region=True, content=Words(desk.say(said), Style.BODY), expand=True)
    button = QuietButton(desk.say(way), lambda _: press(), id=name)
    beside = ft.Row([ft.Icon(icon, color=theme.INK_SOFT, size=20), words, button], spacing=10)
    large = desk.prefs.text_size > 130  # beside each other, neither would have room
    return [
        ft.Container(
            ft.Column([ft.Row([words]), button], spacing=0, tight=True) if large else beside,
            bgcolor=theme.SURFACE,
            border=ft.Border.all(1, theme.EDGE),
            border_radius=theme.CORNER,
            padding=ft.Padding.only(left=14, right=2, top=10 if large else 2, bottom=2),
            key="resumed",
        )
    ]
