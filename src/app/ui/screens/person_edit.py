"""What the two have agreed on, to fill in and change: everything is optional but the name."""

from __future__ import annotations

from datetime import date
from typing import Any

import flet as ft

from app.model.commands import Revise
from app.model.queries import PersonView
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import Choice, DateField, EmptyState, Field, PrimaryButton, Screen, SectionTitle, VisibilityChip
from app.ui.parts.toggles import Picks, Toggles
from app.ui.safe import component
from app.ui.screens.person import frequency, page_of

MODES = (
    ("in_person", ft.Icons.COFFEE_OUTLINED),
    ("video", ft.Icons.VIDEOCAM_OUTLINED),
    ("phone", ft.Icons.CALL_OUTLINED),
)
EVERY = (1, 2, 3, 4)
MINUTES = (30, 45, 60, 90)


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
    name, set_name = ft.use_state(view.person.name)
    reach, set_reach = ft.use_state(view.person.reach)
    aim, set_aim = ft.use_state(one.aim)
    focus, set_focus = ft.use_state(one.focus)
    weeks, set_weeks = ft.use_state(one.weeks)
    planned, set_planned = ft.use_state(str(one.planned))
    length, set_length = ft.use_state(one.length)
    place, set_place = ft.use_state(one.place)
    mode, set_mode = ft.use_state(one.mode)
    starts, set_starts = ft.use_state(one.starts)
    ends, set_ends = ft.use_state(one.ends)
    wrong, set_wrong = ft.use_state("")

    def save(_: object = None) -> None:
        count = int(planned) if planned.isdecimal() else 0
        if not name.strip() or not 1 <= count <= 100:
            set_wrong("name" if not name.strip() else "count")
            return
        person: dict[str, Any] = {"name": name.strip(), "reach": reach.strip()}
        agreed: dict[str, Any] = {
            "aim": aim.strip(),
            "focus": focus,
            "weeks": weeks,
            "planned": count,
            "length": length,
            "place": place.strip(),
            "mode": mode,
            "starts": starts,
            "ends": ends,
        }
        desk.store.execute(Revise(kind="person", id=view.person.id, values=person))
        desk.store.execute(Revise(kind="mentorship", id=one.id, values=agreed))
        desk.notice(desk.say("person.saved"))
        desk.back()

    agreement = desk.library.document("agreement.mentoring")
    options = [Choice(o.value, desk.read(o.label)) for o in desk.library.choices(agreement.item("focus"))]
    every = [Choice(str(n), frequency(desk, n)) for n in sorted({*EVERY, weeks})]
    minutes = [Choice(str(n), desk.speech.value.duration(n)) for n in sorted({*MINUTES, length})]
    modes = [Choice(value, desk.say(f"person.mode.{value}"), icon) for value, icon in MODES]
    say = desk.say
    return Screen(
        say("person.edit-title"),
        [
            Field(
                say("person.name"),
                name,
                set_name,
                id="edit-name",
                limit=120,
                error=say("people.name-missing") if wrong == "name" else "",
            ),
            Field(say("person.reach"), reach, set_reach, id="edit-reach", helper=say("person.reach-hint"), limit=200),
            ft.Row([VisibilityChip("shared", name=view.row.name)]),
            SectionTitle(say("person.focus")),
            Toggles(options, focus, set_focus, label=say("person.focus"), id="edit-focus"),
            Field(say("person.aim"), aim, set_aim, id="edit-aim", lines=2),
            SectionTitle(say("person.frequency")),
            Picks(every, str(weeks), lambda v: set_weeks(int(v)), label=say("person.frequency"), id="edit-weeks"),
            Field(
                say("person.count"),
                planned,
                set_planned,
                id="edit-count",
                keyboard=ft.KeyboardType.NUMBER,
                limit=3,
                error=say("person.count-wrong") if wrong == "count" else "",
            ),
            SectionTitle(say("person.length")),
            Picks(minutes, str(length), lambda v: set_length(int(v)), label=say("person.length"), id="edit-length"),
            SectionTitle(say("person.channel")),
            Picks(modes, mode, set_mode, label=say("person.channel"), id="edit-mode"),
            Field(say("person.place"), place, set_place, id="edit-place", limit=200),
            DateField(say("person.start"), starts, set_starts, id="edit-starts"),
            DateField(say("person.end"), ends, set_ends, id="edit-ends", first=starts or date(2020, 1, 1)),
        ],
        back=True,
        primary=PrimaryButton(say("person.save"), save, ft.Icons.CHECK, id="save-person"),
    )
