"""Two versions of a text: both are shown with their authors, and a person chooses. Nothing is removed by choosing."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.model.commands import Pick
from app.model.queries import Conflict, ConflictOf, Part
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query
from app.ui.parts import (
    Card,
    Choice,
    ChoiceButtons,
    EmptyState,
    PrimaryButton,
    Quotable,
    Screen,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.safe import component
from app.ui.screens.versions import earlier_versions, field_name, names, when, who
from app.ui.theme import Style

BOTH = "both"
NOTHING: tuple[tuple[int, str], ...] = ()
"""The choices as state holds them: place and version. Where nothing was chosen, all are kept."""
AROUND = 160
"""So many characters of what stands around a choice are shown, to know where one is."""


@component
def ConflictScreen(kind: str, id: str, cell: str = "") -> ft.Control:
    """Choose between versions, place by place."""
    desk = use_desk()
    conflict: Conflict | None = use_query(ConflictOf(kind, id, cell))
    picked, pick = ft.use_state(NOTHING)
    if conflict is None:
        return Screen(
            desk.say("versions.title"),
            [EmptyState(desk.say("versions.settled"), icon=ft.Icons.CHECK_CIRCLE, id="settled")],
            back=True,
        )
    chosen: dict[int, str] = dict(picked)
    places = [number for number, part in enumerate(conflict.parts) if part.versions]
    together = any(said.author == "other" for number in places for said in conflict.parts[number].versions)
    count = max(len(conflict.parts[number].versions) for number in places)

    def take(number: int, version: str) -> None:
        pick(tuple(sorted({**chosen, number: version}.items())))

    def keep(_: object) -> None:
        kept = {number: [version] for number, version in chosen.items() if version != BOTH}
        done = desk.store.execute(
            Pick(kind=kind, id=id, cell=cell, value=conflict.text(kept), seen=conflict.record.before)
        )
        desk.notice(desk.say("versions.kept"), undo=lambda: desk.store.execute(done.undo))
        desk.back()

    body: list[ft.Control] = [
        ft.Row([VisibilityChip(conflict.record.visibility)]),
        Words(desk.say("versions.why" if together else "versions.why-mine"), Style.BODY),
    ]
    for number, part in enumerate(conflict.parts):
        if part.versions:
            if len(places) > 1:
                place = places.index(number) + 1
                body.append(SectionTitle(desk.say("versions.place", number=place, total=len(places))))
            before = conflict.parts[number - 1] if number else None
            body += _place(desk, conflict, number, part, before, chosen.get(number, ""), take)
    body += [Soft(desk.say("versions.nothing-goes")), ft.Row(earlier_versions(desk, conflict.record, cell), wrap=True)]
    ready = conflict.both_fit or all(chosen.get(number, BOTH) != BOTH for number in places)
    return Screen(
        desk.say("versions.heading", count=count),
        body,
        subtitle=field_name(desk, conflict.record, cell),
        back=True,
        primary=PrimaryButton(desk.say("versions.keep"), keep, ft.Icons.CHECK, id="keep") if ready else None,
    )


def _place(
    desk: Desk,
    conflict: Conflict,
    number: int,
    part: Part,
    before: Part | None,
    chosen: str,
    take: Callable[[int, str], None],
) -> list[ft.Control]:
    """One place with several versions: what stands before it, each version with its author, and the choice."""
    found: list[ft.Control] = []
    if before is not None and before.text.strip():
        found.append(Soft(desk.say("versions.after", text=_tail(before.text))))
    now = desk.now()
    whose = names(desk, part.versions)
    for said in part.versions:
        author = ft.Row(
            [
                ft.Icon(ft.Icons.PERSON_OUTLINE, size=20, color=theme.INK_SOFT),
                Words(f"{who(desk, said)} · {when(desk, said.at, now)}", Style.LABEL, theme.INK_SOFT, expand=True),
            ],
            spacing=8,
        )
        text = said.text.strip()
        words = Quotable(text, Style.BODY) if text else Soft(desk.say("versions.taken-away"))
        found.append(Card([author, words], key=said.version))
    choices = (
        [Choice(BOTH, desk.say("versions.both" if len(whose) == 2 else "versions.all"))] if conflict.both_fit else []
    )
    choices += [Choice(said.version, name) for said, name in zip(part.versions, whose, strict=True)]

    def on_change(version: str) -> None:
        take(number, version)

    found.append(
        ChoiceButtons(
            choices,
            chosen or (BOTH if conflict.both_fit else ""),
            on_change,
            label=desk.say("versions.choose"),
            id=f"choose-{number}",
            columns=1 if len(choices) > 3 else len(choices),
        )
    )
    return found


def _tail(text: str) -> str:
    """The end of a text, cut at a word."""
    words = " ".join(text.split())
    return words if len(words) <= AROUND else "… " + words[-AROUND:].partition(" ")[2]
