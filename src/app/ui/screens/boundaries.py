"""Boundaries: the questions to talk through before it happens, with an answer, skipped, or kept for half-way.

An answer is only mine until I share it; then both see it, and it is a line of the agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import KeepForm, ShareAnswer
from app.model.entities import FilledForm
from app.model.queries import FormOf, PersonView
from app.services.content.languages import languages
from app.services.content.library import Item
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_draft, use_query
from app.ui.parts import (
    Card,
    DraftField,
    EmptyState,
    PrimaryButton,
    ProgressBar,
    SavedLine,
    Screen,
    SecondaryButton,
    Soft,
    VisibilityChip,
    VisibilityChoice,
    Words,
)
from app.ui.parts.buttons import Choice
from app.ui.parts.toggles import Toggles
from app.ui.safe import component
from app.ui.screens.person import page_of
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.ui.desk import Desk

DOCUMENT = "prompts.boundaries"
AGREEMENT = "agreement.mentoring"
LINE = "boundaries"
"""Where in the agreement the shared answers stand."""
AGAIN = "again-"
"""Before an item's id: look at this one again half-way."""


@component
def BoundariesScreen(person: str, again: str = "") -> ft.Control:
    """One question at a time. What is written is saved as it is written. `again`: only those kept for half-way."""
    desk = use_desk()
    now = use_clock()
    view: PersonView | None = use_query(page_of(desk, person, now))
    form: FilledForm | None = use_query(FormOf(DOCUMENT, person, False))
    document = desk.library.document(DOCUMENT)
    answers: Mapping[str, object] = form.answers if form else {}
    skipped = form.skipped if form else frozenset()
    ours: FilledForm | None = use_query(FormOf(DOCUMENT, person, True))
    shared: Mapping[str, object] = ours.answers if ours else {}
    kept = tuple(item for item in document.items if answers.get(AGAIN + item.id) is True)
    only, show_only = ft.use_state(frozenset(item.id for item in kept) if again else frozenset[str]())
    items = tuple(item for item in document.items if item.id in only) or document.items  # as they were on coming here

    def open_from(start: int) -> int:
        order = [*range(start, len(items)), *range(start)]
        return next((at for at in order if not _settled(items[at], answers, skipped)), len(items))

    at, go_to = ft.use_state(0 if only else open_from(0))
    if view is None:
        return Screen(desk.say("topic.boundary-title"), [EmptyState(desk.say("person.missing"))], back=True)
    answered = sum(bool(answers.get(item.id) or shared.get(item.id)) for item in items)
    said = desk.say("topic.boundary-done", answered=answered, total=len(items))
    top: list[ft.Control] = [
        ft.Row(
            [Soft(said), Soft(desk.say("topic.boundary-half", count=len(kept)) if kept and not only else "")],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            wrap=True,
            run_spacing=8,
        ),
        ProgressBar(answered, len(items), said),
    ]
    if at >= len(items):

        def look_at(these: tuple[Item, ...]) -> None:
            show_only(frozenset(item.id for item in these))
            go_to(0)

        return Screen(
            desk.say("topic.boundary-title"),
            [*top, *_end(desk, person, () if only else kept, look_at, shared=bool(shared))],
            subtitle=view.row.name,
            back=True,
            primary=PrimaryButton(desk.say("topic.again"), lambda _: look_at(()), ft.Icons.REPLAY, id="again"),
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
                        desk.say("topic.boundary-skipped") if item.id in skipped and not answers.get(item.id) else "",
                    )
                    if part
                )
            ),
            _Prompt(
                person,
                view.row.name,
                item,
                document.version,
                str(answers.get(item.id) or ""),
                str(shared.get(item.id) or ""),
                key=item.id,
            ),
            _Again(person, item, document.version, answers.get(AGAIN + item.id) is True, key=f"again-{item.id}"),
            *([steps] if large else []),
        ],
        subtitle=view.row.name,
        back=True,
        above=[] if large else [steps],
        primary=PrimaryButton(desk.say("topic.next"), following, ft.Icons.ARROW_FORWARD, id="next"),
        page=at,
    )


def _end(
    desk: Desk, person: str, kept: tuple[Item, ...], look_at: Callable[[tuple[Item, ...]], object], *, shared: bool
) -> list[ft.Control]:
    """After the last question: those kept for half-way, and the agreement where something is in it."""
    parts: list[ft.Control] = [EmptyState(desk.say("topic.boundary-end"), icon=ft.Icons.FENCE, id="boundaries-end")]
    if kept:
        words = desk.say("topic.boundary-look", count=len(kept))
        parts.append(SecondaryButton(words, lambda _: look_at(kept), ft.Icons.UPDATE, id="look-again"))
    if shared:
        parts.append(
            SecondaryButton(
                desk.say("topic.boundary-agreement"),
                lambda _: desk.go(f"/agreement/{person}/{AGREEMENT}"),
                ft.Icons.HANDSHAKE_OUTLINED,
                id="to-agreement",
            )
        )
    return parts


def _settled(item: Item, answers: Mapping[str, object], skipped: frozenset[str]) -> bool:
    return bool(answers.get(item.id)) or item.id in skipped


@component
def _Prompt(person: str, name: str, item: Item, version: int, answer: str, shared: str, key: str = "") -> ft.Control:
    desk = use_desk()
    mine = bool(shared) and shared == " ".join(answer.split())

    def share(text: str) -> Any:
        into = desk.library.document(AGREEMENT)
        return desk.store.execute(
            ShareAnswer(
                mentorship=person,
                document=DOCUMENT,
                item=item.id,
                question=desk.read(item.text),
                answer=text,
                into=AGREEMENT,
                line=LINE,
                version=version,
                into_version=into.version,
                also=tuple(item.text.words(code) for code in languages(desk.speech.value.assets)),
            )
        )

    def save(text: str) -> None:
        desk.store.execute(
            KeepForm(document=DOCUMENT, version=version, mentorship=person, answers={item.id: text.strip()})
        )
        if mine:  # what was shared stays what I say
            share(text)

    def see(visibility: str) -> None:
        desk.flush()
        form: FilledForm | None = desk.store.ask(FormOf(DOCUMENT, person, False))
        text = str(form.answers.get(item.id) or "") if form else ""
        if visibility == "shared" and not text:
            desk.notice(desk.say("topic.boundary-first"))
            return
        done = share(text if visibility == "shared" else "")
        if done.changes:
            told = "topic.boundary-shared" if visibility == "shared" else "topic.boundary-unshared"
            desk.notice(desk.say(told, name=name), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)

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
    if shared and not mine:
        parts.append(
            Card(
                [ft.Row([VisibilityChip("shared", name=name)], wrap=True), Words(shared)],
                ground=theme.RAISED,
                id="boundary-ours",
            )
        )
    parts += [DraftField(desk.say("topic.boundary-answer"), draft, id="boundary-answer", lines=3), SavedLine(draft)]
    parts.append(VisibilityChoice("shared" if mine else "only_me", see, name=name, id="boundary-seen"))
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
