"""A note written while locked: sealed as one types, and closed for good when one leaves."""

from __future__ import annotations

from typing import Any

import flet as ft

from app import errors
from app.ui import theme
from app.ui.hooks import use_desk, use_draft, use_watch
from app.ui.parts import DraftField, EmptyState, Live, PrimaryButton, Screen, SecondaryButton, Soft, Words
from app.ui.safe import component

LONGEST = 16_000  # characters: at most 64 KiB however they are written
NEAR = 500


@component
def QuickScreen() -> ft.Control:
    """One empty field. Nothing that was written here can be read back before the vault is open."""
    desk = use_desk()
    use_watch(desk.speech)
    turn, set_turn = ft.use_state(0)
    trust, found = ft.use_state(lambda: _trust(desk.session))

    def accept(_: object) -> None:
        desk.session.accept_quick_notes()
        found(_trust(desk.session))

    if isinstance(trust, Exception):
        return Closed(desk.sentence(trust))
    if trust == "none":
        return Closed(desk.say("quick.none"))
    if trust == "ask":
        return Screen(
            desk.say("quick.trust.title"),
            [Words(desk.say("quick.trust.text"))],
            back=True,
            lock=False,
            primary=ft.Column(
                [
                    PrimaryButton(desk.say("quick.trust.accept"), accept, id="quick-accept"),
                    SecondaryButton(desk.say("quick.trust.back"), lambda _: desk.back(), id="quick-unlock"),
                ],
                spacing=8,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
        )
    return Sheet(lambda: set_turn(turn + 1), key=f"note {turn}")


@component
def Sheet(another: Any, key: str = "") -> ft.Control:
    """The note itself."""
    desk = use_desk()
    opened = ft.use_ref(lambda: _begin(desk.session))
    note, refused = opened.current
    return Closed(desk.sentence(refused)) if note is None else Writing(note, another)


@component
def Closed(why: str) -> ft.Control:
    """No note can be written now: why, and the way back to the passphrase."""
    desk = use_desk()
    return Screen(
        desk.say("quick.title"),
        [EmptyState(why, desk.say("quick.trust.back"), lambda _: desk.back(), id="quick-closed")],
        back=True,
        lock=False,
    )


@component
def Writing(note: Any, another: Any) -> ft.Control:
    """The field, what became of the words, and how much room is left."""
    desk = use_desk()
    draft = use_draft("", note.write)
    kept = use_watch(draft.kept)
    ft.use_effect(lambda: None, [], cleanup=note.close)
    left = LONGEST - len(draft.text)
    above: list[ft.Control] = []
    if kept.fault is not None:
        above.append(
            Live(desk.say("quick.unsaved", reason=desk.sentence(kept.fault)), ft.Icons.ERROR_OUTLINE, theme.ERROR)
        )
    elif kept.at is None:
        above.append(Live(desk.say("quick.waiting" if kept.typing else "quick.sealed"), ft.Icons.LOCK, theme.PRIVATE))
    else:
        clock = desk.speech.value.clock_seconds(kept.at)
        above.append(Live(desk.say("quick.saved", clock=clock), ft.Icons.LOCK, theme.PRIVATE))
    if left <= NEAR:
        above.append(Soft(desk.say("quick.left", count=max(0, left))))
        above.append(
            SecondaryButton(desk.say("quick.another"), lambda _: another(), ft.Icons.POST_ADD, id="quick-another")
        )
    else:
        above.append(Soft(desk.say("quick.once")))
    return Screen(
        desk.say("quick.title"),
        DraftField(
            desk.say("quick.field"),
            draft,
            id="quick-text",
            expand=True,
            autofocus=True,
            hint=desk.say("quick.hint"),
            limit=LONGEST,
            line=theme.PRIVATE,
        ),
        back=True,
        lock=False,
        above=above,
        primary=PrimaryButton(desk.say("quick.done"), lambda _: desk.back(), ft.Icons.CHECK, id="quick-done"),
    )


def _trust(session: Any) -> Any:
    """Known, ask or none; or the alarm that somebody has exchanged the key."""
    try:
        return session.quick_notes_trust
    except errors.InboxKeyChanged as alarm:
        return alarm


def _begin(session: Any) -> tuple[Any, Exception | None]:
    """A new note, or why there is no room for one."""
    try:
        return session.quick_note(), None
    except errors.VaultError as fault:
        return None, fault
