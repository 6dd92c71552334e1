"""Boundaries: the questions to talk through before it happens, with an answer, skipped, or kept for half-way."""

from __future__ import annotations

from collections.abc import Mapping

import flet as ft

from app.model.commands import KeepForm
from app.model.entities import FilledForm
from app.model.queries import FormOf, PersonView
from app.services.library import Item
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_draft, use_query
from app.ui.parts import (
    DraftField,
    EmptyState,
    PrimaryButton,
    ProgressBar,
    SavedLine,
    Screen,
    SecondaryButton,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.buttons import Choice
from app.ui.parts.toggles import Toggles
from app.ui.safe import component
from app.ui.screens.person import page_of
from app.ui.theme import Style

DOCUMENT = "prompts.boundaries"
AGAIN = "again-"
"""Before an item's id: look at this one again half-way."""


@component
def BoundariesScreen(person: str) -> ft.Control:
    """One question at a time. What is written is saved as it is written, and only for me."""
    desk = use_desk()
    now = use_clock()
    view: PersonView | None = use_query(page_of(desk, person, now))
    form: FilledForm | None = use_query(FormOf(DOCUMENT, person, False))
    document = desk.library.document(DOCUMENT)
    answers: Mapping[str, object] = form.answers if form else {}
    skipped = form.skipped if form else frozenset()
    items = document.items

    def open_from(start: int) -> int:
        order = [*range(start, len(items)), *range(start)]
        return next((at for at in order if not _settled(items[at], answers, skipped)), len(items))

    at, go_to = ft.use_state(open_from(0))
    if view is None:
        return Screen(desk.say("topic.boundary-title"), [EmptyState(desk.say("person.missing"))], back=True)
    answered = sum(bool(answers.get(item.id)) for item in items)
    said = desk.say("topic.boundary-done", answered=answered, total=len(items))
    top: list[ft.Control] = [
        ft.Row(
            [Soft(said), VisibilityChip("only_me")],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            wrap=True,
            run_spacing=8,
        ),
        ProgressBar(answered, len(items), said),
    ]
    if at >= len(items):
        top.append(EmptyState(desk.say("topic.boundary-end"), icon=ft.Icons.FENCE, id="boundaries-end"))
        return Screen(
            desk.say("topic.boundary-title"),
            top,
            subtitle=view.row.name,
            back=True,
            primary=PrimaryButton(desk.say("topic.again"), lambda _: go_to(0), ft.Icons.REPLAY, id="again"),
        )
    item = items[at]

    def skip(_: object) -> None:
        desk.flush()
        desk.store.execute(
            KeepForm(document=DOCUMENT, version=document.version, mentorship=person, skipped=skipped | {item.id})
        )
        go_to(at + 1)

    def following(_: object) -> None:
        desk.flush()
        go_to(at + 1)

    previous = SecondaryButton(
        desk.say("topic.previous"), lambda _: go_to(max(at - 1, 0)), ft.Icons.ARROW_BACK, id="previous", expand=True
    )
    leave = SecondaryButton(desk.say("topic.boundary-skip"), skip, ft.Icons.SKIP_NEXT, id="skip", expand=True)
    group = next((one for one in document.groups if one.id == item.group), None)
    steps = ft.Row([previous, leave], spacing=8)
    large = desk.prefs.text_size >= 150  # under the question then, or they would leave it no room
    return Screen(
        desk.say("topic.boundary-title"),
        [
            *top,
            Soft(
                " · ".join(
                    part
                    for part in (
                        desk.say("topic.question-of", number=at + 1, total=len(items)),
                        desk.read(group.title) if group else "",
                        desk.say("topic.boundary-skipped") if item.id in skipped else "",
                    )
                    if part
                )
            ),
            _Prompt(person, item, document.version, str(answers.get(item.id) or ""), key=item.id),
            _Again(person, item, document.version, answers.get(AGAIN + item.id) is True, key=f"again-{item.id}"),
            *([steps] if large else []),
        ],
        subtitle=view.row.name,
        back=True,
        above=[] if large else [steps],
        primary=PrimaryButton(desk.say("topic.next"), following, ft.Icons.ARROW_FORWARD, id="next"),
    )


def _settled(item: Item, answers: Mapping[str, object], skipped: frozenset[str]) -> bool:
    return bool(answers.get(item.id)) or item.id in skipped


@component
def _Prompt(person: str, item: Item, version: int, answer: str, key: str = "") -> ft.Control:
    desk = use_desk()

    def save(text: str) -> None:
        desk.store.execute(
            KeepForm(document=DOCUMENT, version=version, mentorship=person, answers={item.id: text.strip()})
        )

    draft = use_draft(answer, save)
    parts: list[ft.Control] = [Words(desk.read(item.text), Style.HEADING)]
    if item.help:
        parts.append(Soft(desk.read(item.help), Style.BODY))
    if item.say:
        parts.append(
            ft.Container(
                ft.Column([Soft(desk.say("topic.say")), Words(desk.read(item.say))], spacing=4, tight=True),
                bgcolor=theme.RAISED,
                border_radius=theme.CORNER,
                padding=14,
            )
        )
    parts += [DraftField(desk.say("topic.boundary-answer"), draft, id="boundary-answer", lines=3), SavedLine(draft)]
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@component
def _Again(person: str, item: Item, version: int, on: bool, key: str = "") -> ft.Control:
    desk = use_desk()

    def turn(chosen: frozenset[str]) -> None:
        desk.store.execute(
            KeepForm(
                document=DOCUMENT, version=version, mentorship=person, answers={AGAIN + item.id: item.id in chosen}
            )
        )

    choice = Choice(item.id, desk.say("topic.boundary-revisit"), ft.Icons.UPDATE)
    chosen = frozenset({item.id}) if on else frozenset()
    return Toggles([choice], chosen, turn, label=desk.say("topic.boundary-revisit"), id="again")
