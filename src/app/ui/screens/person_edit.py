"""What the two have agreed on, to fill in and change: everything is optional but the name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import flet as ft

from app.model.commands import Revise
from app.model.queries import PersonView
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import Choice, DateField, EmptyState, Field, PrimaryButton, Screen, SectionTitle, VisibilityChip
from app.ui.parts.toggles import Picks, Toggles
from app.ui.safe import component
from app.ui.screens.person import frequency, page_of
from app.ui.screens.rows import resumed_line

MODES = (
    ("in_person", ft.Icons.COFFEE_OUTLINED),
    ("video", ft.Icons.VIDEOCAM_OUTLINED),
    ("phone", ft.Icons.CALL_OUTLINED),
)
EVERY = (1, 2, 3, 4)
MINUTES = (30, 45, 60, 90)


@dataclass(frozen=True)
class Agreed:
    """What the form says."""

    name: str
    reach: str
    aim: str
    focus: frozenset[str]
    weeks: int
    planned: str
    length: int
    place: str
    mode: str
    starts: date | None
    ends: date | None


@component
def PersonEditScreen(id: str) -> ft.Control:
    """The form: it starts from what is known and hands over what has changed."""
    desk = use_desk()
    now = use_clock()
    view: PersonView | None = use_query(page_of(desk, id, now))
    if view is None:
        return Screen(desk.say("person.edit-title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Form(view, key=id)


@component
def _Form(view: PersonView, key: str = "") -> ft.Control:
    desk = use_desk()
    one = view.mentorship
    start = Agreed(
        name=view.person.name,
        reach=view.person.reach,
        aim=one.aim,
        focus=one.focus,
        weeks=one.weeks,
        planned=str(one.planned),
        length=one.length,
        place=one.place,
        mode=one.mode,
        starts=one.starts,
        ends=one.ends,
    )
    form = use_unfinished(f"person.{one.id}", start)
    now = form.values
    wrong, set_wrong = ft.use_state("")

    def put(**values: Any) -> None:
        form.put(replace(now, **values))

    def save(_: object = None) -> None:
        count = int(now.planned) if now.planned.isdecimal() else 0
        if not now.name.strip() or not 1 <= count <= 100:
            set_wrong("name" if not now.name.strip() else "count")
            return
        person: dict[str, Any] = {"name": now.name.strip(), "reach": now.reach.strip()}
        agreed: dict[str, Any] = {
            "aim": now.aim.strip(),
            "focus": now.focus,
            "weeks": now.weeks,
            "planned": count,
            "length": now.length,
            "place": now.place.strip(),
            "mode": now.mode,
            "starts": now.starts,
            "ends": now.ends,
        }
        desk.store.execute(Revise(kind="person", id=view.person.id, values=person))
        desk.store.execute(Revise(kind="mentorship", id=one.id, values=agreed))
        form.done()
        desk.notice(desk.say("person.saved"))
        desk.back()

    agreement = desk.library.document("agreement.mentoring")
    options = [Choice(o.value, desk.read(o.label)) for o in desk.library.choices(agreement.item("focus"))]
    every = [Choice(str(n), frequency(desk, n)) for n in sorted({*EVERY, now.weeks})]
    minutes = [Choice(str(n), desk.speech.value.duration(n)) for n in sorted({*MINUTES, now.length})]
    modes = [Choice(value, desk.say(f"person.mode.{value}"), icon) for value, icon in MODES]
    say = desk.say
    return Screen(
        say("person.edit-title"),
        [
            *resumed_line(desk, form),
            Field(
                say("person.name"),
                now.name,
                lambda v: put(name=v),
                id="edit-name",
                limit=120,
                error=say("people.name-missing") if wrong == "name" else "",
            ),
            Field(
                say("person.reach"),
                now.reach,
                lambda v: put(reach=v),
                id="edit-reach",
                helper=say("person.reach-hint"),
                limit=200,
            ),
            ft.Row([VisibilityChip("shared", name=view.row.name)]),
            SectionTitle(say("person.focus")),
            Toggles(options, now.focus, lambda v: put(focus=v), label=say("person.focus"), id="edit-focus"),
            Field(say("person.aim"), now.aim, lambda v: put(aim=v), id="edit-aim", lines=2),
            SectionTitle(say("person.frequency")),
            Picks(every, str(now.weeks), lambda v: put(weeks=int(v)), label=say("person.frequency"), id="edit-weeks"),
            Field(
                say("person.count"),
                now.planned,
                lambda v: put(planned=v),
                id="edit-count",
                keyboard=ft.KeyboardType.NUMBER,
                limit=3,
                error=say("person.count-wrong") if wrong == "count" else "",
            ),
            SectionTitle(say("person.length")),
            Picks(minutes, str(now.length), lambda v: put(length=int(v)), label=say("person.length"), id="edit-length"),
            SectionTitle(say("person.channel")),
            Picks(modes, now.mode, lambda v: put(mode=v), label=say("person.channel"), id="edit-mode"),
            Field(say("person.place"), now.place, lambda v: put(place=v), id="edit-place", limit=200),
            DateField(say("person.start"), now.starts, lambda v: put(starts=v), id="edit-starts"),
            DateField(
                say("person.end"), now.ends, lambda v: put(ends=v), id="edit-ends", first=now.starts or date(2020, 1, 1)
            ),
        ],
        back=True,
        primary=PrimaryButton(say("person.save"), save, ft.Icons.CHECK, id="save-person"),
    )
