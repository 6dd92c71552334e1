"""A group at a meeting: its people by name, a tap for each who came, and the phone that goes round at the end."""

from __future__ import annotations

import re
from collections.abc import Callable

import flet as ft

from app.model.commands import AddParticipants, Attend, Delete
from app.model.entities import Participant
from app.model.queries import GroupAt, MeetingPage
from app.ui import routes
from app.ui.hooks import use_clock, use_desk, use_query, use_undo
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Field,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    Soft,
    TickRow,
    VisibilityChip,
    Words,
)
from app.ui.safe import component
from app.ui.screens.of_meeting import no_meeting
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style


@component
def GroupScreen(id: str) -> ft.Control:
    """Who came: the whole row ticks. Names are mine alone and leave with nothing that is shared."""
    desk, now = use_desk(), use_clock()
    view = use_query(MeetingPage(id, now))
    group = use_query(GroupAt(id))
    form = use_unfinished(f"group.{id}", "")
    editing, edit = ft.use_state(False)
    undo = use_undo()
    if view is None:
        return no_meeting(desk, "group.title")

    def add(_: object = None) -> None:
        found = [name for name in re.split(r"[,;\n]", form.values) if name.strip()]
        if not found:
            return
        desk.store.execute(AddParticipants(mentorship=view.row.mentorship, names=found))
        form.empty()

    def attend(ids: list[str], here: bool) -> None:
        desk.store.execute(Attend(meeting=id, participants=ids, here=here))

    def remove(one: Participant) -> None:
        done = desk.store.execute(Delete(kind=Participant.KIND, id=one.id))
        undo(
            desk.say("group.removed", name=one.name),
            lambda: desk.store.execute(done.undo) if done.undo else None,
        )

    def line(one: Participant) -> ft.Control:
        if editing:
            return _Editable(one, remove, key=f"edit {one.id}")
        return TickRow(
            one.name,
            one.id in group.here,
            lambda on: attend([one.id], on),
            id=f"here-{one.id}",
            undo=False,
            key=one.id,
        )

    people = sorted(group.participants, key=lambda one: desk.speech.value.sort_key(one.name))
    missing = [one.id for one in people if one.id not in group.here]
    body: list[ft.Control] = []
    if people:
        body += [
            ft.Semantics(
                live_region=True,
                content=Words(desk.say("group.count", here=len(group.here), total=len(people)), Style.STRONG),
            ),
            Rows([line(one) for one in people]),
        ]
        buttons: list[ft.Control] = [
            QuietButton(
                desk.say("group.edit.done" if editing else "group.edit"), lambda _: edit(not editing), id="edit"
            )
        ]
        if missing and not editing:
            buttons.insert(
                0,
                SecondaryButton(desk.say("group.all"), lambda _: attend(missing, True), ft.Icons.CHECK, id="all-here"),
            )
        body.append(ft.Row(buttons, wrap=True, spacing=8, run_spacing=8))
    else:
        body.append(Soft(desk.say("group.empty"), Style.BODY))
    body += [
        *resumed_line(desk, form),
        Field(desk.say("group.add"), form.values, form.put, id="group-names", limit=2000, on_submit=add),
        ft.Row([SecondaryButton(desk.say("group.add.go"), add, ft.Icons.PERSON_ADD, id="group-add")], wrap=True),
        ft.Row([VisibilityChip("only_me")], wrap=True),
        Soft(desk.say("group.private")),
    ]
    around = f"/meeting/{id}/around"
    aside: list[ft.Control] = []
    if people and routes.find(around) is not None:
        aside.append(
            Rows(
                [
                    Row(
                        desk.say("group.around"),
                        lambda _: desk.go(around),
                        subtitle=desk.say("group.around.help"),
                        icon=ft.Icons.THUMBS_UP_DOWN_OUTLINED,
                        id="group-around",
                    )
                ]
            )
        )
    return Screen(
        desk.say("group.title"),
        body,
        aside=aside,
        back=True,
        subtitle=desk.say("checklist.for", name=view.row.name, when=desk.speech.value.near(view.row.starts, now)),
        primary=PrimaryButton(desk.say("group.done"), lambda _: desk.back(), ft.Icons.CHECK, id="group-done"),
    )


@component
def _Editable(one: Participant, remove: Callable[[Participant], object], *, key: str | None = None) -> ft.Control:
    """A name with the way to take it out."""
    desk = use_desk()
    return ft.Container(
        ft.Row(
            [
                Words(one.name, expand=True),
                ft.MergeSemantics(
                    ft.Semantics(
                        identifier=f"remove-{one.id}",
                        label=desk.say("group.remove.of", name=one.name),
                        content=QuietButton(desk.say("group.remove"), lambda _: remove(one)),
                    )
                ),
            ]
        ),
        padding=ft.Padding.only(left=16, right=8, top=4, bottom=4),
        key=key,
    )
