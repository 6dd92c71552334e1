"""A policy that the other person accepts on this phone, handed to them: point by point, and nothing is kept half done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import flet as ft

from app.model.queries import CopiesOf, Two, TwoOf
from app.services.fair_copy import counts
from app.ui import theme
from app.ui.hooks import use_desk, use_query
from app.ui.parts import EmptyState, Live, PrimaryButton, Rows, Screen, SectionTitle, VisibilityChip, Words
from app.ui.parts.screen import reached_by
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.signing import use_agreements, use_signing

if TYPE_CHECKING:
    from app.services.agreements import Sheet
    from app.services.content.library import Item


@component
def HandScreen(person: str, document: str) -> ft.Control:
    """The points of the other's role, to tick, and their name."""
    desk = use_desk()
    two: Two | None = use_query(TwoOf(person))
    known = {one.id for one in desk.library.entries()}
    if two is None or document not in known or not desk.library.document(document).accept:
        return Screen(desk.say("agreement.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Hand(person, document, two.other, two.name, key=f"{person}{document}")


@component
def _Hand(person: str, name: str, role: str, other: str, key: str = "") -> ft.Control:
    desk = use_desk()
    ticked, tick = ft.use_state(cast("frozenset[str]", frozenset()))
    tried, try_ = ft.use_state(0)
    gap, find = ft.use_state("")
    document = desk.library.document(name)
    answers = dict.fromkeys(ticked, True)
    sheet: Sheet = use_agreements(lambda all_: all_.handing(person, name, answers), CopiesOf(person, f"{name}:{role}"))
    signing = use_signing(sheet, "mentee" if role == "mentor" else "mentor", "conduct")
    accepted = sheet.versions[-1] if sheet.versions else None
    if accepted is not None and accepted.signed and accepted.text.document_version == document.version:
        done = Live(desk.say("sign.conduct.done", name=other), ft.Icons.CHECK_CIRCLE, theme.PRIMARY)
        return Screen(desk.read(document.title), [done], back=True)

    def line(item: Item) -> ft.Control:
        def turn(on: bool) -> None:
            tick(ticked | {item.id} if on else ticked - {item.id})

        mark = desk.say("agreement.needed") if tried and item.id in sheet.missing else ""
        row = TickLine(desk.read(item.text), item.id in ticked, turn, id=f"hand-{item.id}", mark=mark, key=item.id)
        return ft.Container(row, key=reached_by(item.id))

    def sign(_: object) -> None:
        if sheet.missing:
            find(sheet.missing[0])
            try_(tried + 1)
        else:
            signing(True)

    body: list[ft.Control] = [
        ft.Row([VisibilityChip("shared", name=other)], wrap=True),
        Words(desk.say("conduct.hand.how", name=other)),
    ]
    for group, items in document.in_groups(None):
        shown = [one for one in items if counts(one, role)]
        if shown:
            body.append(SectionTitle(desk.read(group.title if group else document.title)))
            body.append(Rows([line(one) for one in shown]))
    above: list[ft.Control] = []
    if tried and sheet.missing:
        above.append(Live(desk.say("conduct.missing", count=len(sheet.missing)), ft.Icons.ERROR_OUTLINE, theme.ACCENT))
    return Screen(
        desk.read(document.title),
        body,
        subtitle=desk.say("conduct.hand.title", name=other),
        back=True,
        above=above,
        reach=(gap, tried),
        primary=PrimaryButton(desk.say("conduct.sign"), sign, ft.Icons.DRAW, id="hand-sign"),
    )
