"""A note written while locked: sealed as one types, and closed for good when one leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app import errors
from app.ui import theme
from app.ui.hooks import use_desk, use_draft, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import Card, DraftField, EmptyState, Live, PrimaryButton, Screen, SecondaryButton, Soft, Words
from app.ui.safe import component
from app.ui.theme import Style

LONGEST = 16_000  # characters: at most 64 KiB however they are written
NEAR = 500


@component
def QuickScreen() -> ft.Control:
    """One empty field. Nothing that was written here can be read back before the vault is open."""
    desk = use_desk()
    use_watch(desk.speech)
    turn, set_turn = ft.use_state(0)
    return Sheet(lambda: set_turn(turn + 1), key=f"note {turn}")


@component
def Sheet(another: Callable[[], object], key: str = "") -> ft.Control:
    """A new note, or why none can be written now."""
    desk = use_desk()
    opened = use_box(lambda: _begin(desk.session))
    note, refused = opened.value
    if note is None:
        return Closed(desk.say("quick.none") if refused is None else desk.sentence(refused))
    return Writing(note, another)


class Unasked:
    """A note where nobody can check who will be able to read it: said beside the field, accepted by writing."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._note: Any = None

    def write(self, text: str) -> None:
        """The first words are the acceptance; this computer remembers it."""
        if self._note is None:
            self._session.accept_quick_notes()
            self._note = self._session.quick_note()
        self._note.write(text)

    def close(self) -> None:
        """Nothing more is to come."""
        if self._note is not None:
            self._note.close()


@component
def Closed(why: str) -> ft.Control:
    """No note can be written now: why, and the way back to the passphrase."""
    desk = use_desk()
    return Screen(
        desk.say("quick.title"),
        [EmptyState(why, desk.say("quick.unlock"), lambda _: desk.back(), id="quick-closed")],
        back=True,
        lock=False,
    )


@component
def Writing(note: Any, another: Callable[[], object]) -> ft.Control:
    """The field, what became of the words, and how much room is left."""
    desk = use_desk()
    draft = use_draft("", note.write, waits=True)
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
    field = DraftField(
        desk.say("quick.field"),
        draft,
        id="quick-text",
        expand=True,
        autofocus=True,
        hint=desk.say("quick.hint"),
        limit=LONGEST,
        line=theme.PRIVATE,
    )
    body = field
    if isinstance(note, Unasked):
        told = Card(Words(desk.say("quick.trust"), Style.SMALL), ground=theme.RAISED, padding=12)
        body = ft.Column([told, field], spacing=10, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return Screen(
        desk.say("quick.title"),
        body,
        back=True,
        lock=False,
        above=above,
        primary=PrimaryButton(desk.say("quick.done"), lambda _: desk.back(), ft.Icons.CHECK, id="quick-done"),
    )


def _begin(session: Any) -> tuple[Any, Exception | None]:
    """A new note; or why there can be none, when there is a reason to tell."""
    try:
        trust = session.quick_notes_trust
        if trust == "none":
            return None, None
        return (Unasked(session) if trust == "ask" else session.quick_note()), None
    except errors.VaultError as fault:  # the key was exchanged, or there is no room for more
        return None, fault
