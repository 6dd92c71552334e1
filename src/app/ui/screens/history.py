"""All versions of a text, newest first; each can be taken back as a new one."""

from __future__ import annotations

from functools import partial

import flet as ft

from app.model.commands import Pick
from app.model.queries import Earlier, Said, TextHistory
from app.ui import theme
from app.ui.hooks import use_desk, use_query
from app.ui.parts import Card, Chip, EmptyState, QuietButton, Quotable, Screen, Soft, VisibilityChip, Words
from app.ui.safe import component
from app.ui.screens.versions import field_name, when, who
from app.ui.theme import Style

STEP = 30
SHOWN = 600
"""So much of a long version is shown until somebody wants all of it."""


@component
def HistoryScreen(kind: str, id: str, cell: str = "") -> ft.Control:
    """The versions, newest first."""
    desk = use_desk()
    limit, set_limit = ft.use_state(STEP)
    opened, open_ = ft.use_state("")
    found: Earlier | None = use_query(TextHistory(kind, id, cell, limit))
    if found is None or not found.versions:
        return Screen(
            desk.say("versions.history"), [EmptyState(desk.say("versions.none"), id="no-versions")], back=True
        )
    earlier = found
    now = desk.now()

    def restore(said: Said, _: object = None) -> None:
        done = desk.store.execute(Pick(kind=kind, id=id, cell=cell, value=said.text, seen=earlier.record.before))
        desk.notice(desk.say("versions.restored"), undo=lambda: desk.store.execute(done.undo))

    def one(said: Said) -> ft.Control:
        line = f"{who(desk, said)} · {when(desk, said.at, now)}"
        text = said.text.strip()
        long = len(text) > SHOWN and opened != said.version
        words = Quotable(text[:SHOWN] + "…" if long else text) if text else Soft(desk.say("versions.empty"))
        buttons: list[ft.Control] = []
        if long:
            buttons.append(
                QuietButton(
                    desk.say("versions.whole"), partial(lambda v, _: open_(v), said.version), id=f"whole-{said.version}"
                )
            )
        if said.version in earlier.now:
            buttons.append(Chip(desk.say("versions.now"), ft.Icons.CHECK_CIRCLE))
        else:
            buttons.append(
                QuietButton(
                    desk.say("versions.restore"),
                    partial(restore, said),
                    ft.Icons.RESTORE,
                    id=f"restore-{said.version}",
                    said=f"{desk.say('versions.restore')}: {line}",
                )
            )
        return Card(
            [
                Words(line, Style.LABEL, theme.INK_SOFT),
                words,
                ft.Row(buttons, wrap=True, spacing=8, run_spacing=4, alignment=ft.MainAxisAlignment.END),
            ],
            key=said.version,
        )

    body: list[ft.Control] = [
        ft.Row([VisibilityChip(earlier.record.visibility)]),
        Soft(desk.say("versions.history-line")),
        *[one(said) for said in earlier.versions],
    ]
    if earlier.more:
        more = QuietButton(desk.say("versions.more"), lambda _: set_limit(limit + STEP), id="more-versions")
        body.append(ft.Row([more], wrap=True))
    return Screen(desk.say("versions.history"), body, subtitle=field_name(desk, earlier.record, cell), back=True)
