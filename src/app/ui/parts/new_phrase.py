"""Choosing a passphrase: what one types, how strong it is in words, and five words to take instead."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.services import passphrase
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_held
from app.ui.parts.buttons import QuietButton
from app.ui.parts.fields import PassphraseField
from app.ui.parts.text import Live
from app.ui.safe import component


def suggestion(desk: Desk) -> str:
    """Five random words in the reader's language."""
    speech = desk.speech.value
    return passphrase.suggest(speech.assets, speech.language)


@component
def NewPassphrase(
    label: str,
    value: str,
    on_change: Callable[[str], object],
    *,
    suggested: str = "",
    suggest: Callable[[str], object] | None = None,
    id: str = "new-passphrase",
    error: str = "",
    helper: str = "",
    on_submit: Callable[..., object] | None = None,
    key: str | None = None,
) -> ft.Control:
    """A new passphrase. `suggested` is the one on offer: it is shown in clear, to be written down; what one types
    oneself is hidden until one asks. `suggest` is told of a new offer, and `on_change` of every change.
    """
    desk = use_desk()
    offered, offer = ft.use_state(suggested)
    heard: list[str] = use_held(list)

    def forget() -> None:
        if desk.status.value in heard:  # what is read out stays in the window for whoever listens
            desk.status.set("")

    ft.use_effect(_nothing, [], cleanup=forget)

    def another(_: object) -> None:
        words = suggestion(desk)
        offer(words)
        if suggest:
            suggest(words)
        on_change(words)
        heard[:] = [desk.say("first.phrase.suggested", words=words)]
        desk.announce(heard[0])

    more = desk.say("first.phrase.another" if offered else "first.phrase.suggest")
    dice = QuietButton(more, another, ft.Icons.CASINO_OUTLINED, id=f"{id}-another")
    taken = bool(value) and value == offered
    strong, words = (True, desk.say("first.strength.suggested")) if taken else strength_in_words(desk, value)
    return ft.Column(
        [
            PassphraseField(
                label,
                value,
                on_change,
                new=True,
                id=id,
                error=error,
                helper=helper,
                on_submit=on_submit,
                shown=bool(offered),
                under=[dice],
                key=f"{id} {bool(offered)}",
            ),
            Live(words, ft.Icons.CHECK_CIRCLE if strong else ft.Icons.INFO_OUTLINE),
        ],
        spacing=4,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def strength_in_words(desk: Desk, value: str) -> tuple[bool, str]:
    """Whether it is good enough to be calm about, and what to say about it."""
    if not value.strip():
        return False, desk.say("first.strength.empty")
    found = passphrase.strength(desk.speech.value.assets, value)
    return found.level is passphrase.Level.GOOD, desk.say(f"first.strength.{found.reason}")


def refusal(desk: Desk, value: str) -> str:
    """Why this passphrase is not taken, in words; nothing when it is."""
    if not value.strip():
        return desk.say("first.phrase.missing")
    found = passphrase.strength(desk.speech.value.assets, value)
    return desk.say(f"first.strength.{found.reason}") if found.level is passphrase.Level.REFUSED else ""


def _nothing() -> None:
    """An effect of which only the cleanup matters."""
