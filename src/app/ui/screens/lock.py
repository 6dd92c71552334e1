"""The lock screen: the passphrase, a note without it, and safety; and what to do when the vault does not open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import flet as ft

from app import errors
from app.services.content.languages import languages, name_of
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.parts import (
    Card,
    Heading,
    Live,
    PassphraseField,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    Words,
)
from app.ui.parts.entrance import Entrance
from app.ui.safe import component
from app.ui.screens.rescue import Rescued, begin_again, told
from app.ui.theme import Style

READY_AFTER = 0.3  # seconds after the screen is drawn
LONG = 1.0  # seconds: drawing a ring takes the processor from the key that is being stretched, and so makes one wait
TYPED = (errors.WrongPassphrase, errors.PassphraseUnfit)  # said at the field; everything else gets a card of its own

LOST = (errors.HeaderDamaged, errors.NothingToSalvage, errors.NotAVault, errors.KdfOutOfBounds)
"""Neither passphrase nor key opens it, and nothing can be read out of it: what is left is a backup."""


@component
def LockScreen() -> ft.Control:
    """Locked: nobody can read, and still one can write and find help."""
    desk = use_desk()
    use_watch(desk.speech)
    phrase, set_phrase = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    trouble, set_trouble = ft.use_state(cast("Any", None))
    rescue, set_rescue = ft.use_state(cast("Any", None))
    busy, run = use_busy(LONG)
    ft.use_effect(lambda: desk.later(lambda: _make_ready(desk)), [])

    def failed(fault: Exception) -> None:
        if isinstance(fault, TYPED):
            say_wrong(desk.sentence(fault))
        else:
            set_trouble(fault)

    def unlock(go_on: bool = False) -> None:
        say_wrong("" if phrase else desk.say("lock.empty"))
        set_trouble(None)
        if phrase:
            run(lambda: desk.session.unlock(phrase, accept_older=go_on), failed=failed)

    def salvage() -> None:
        say_wrong("" if phrase else desk.say("lock.empty"))
        if phrase:
            run(lambda: desk.session.salvage(phrase), set_rescue, failed)

    def put_aside() -> None:
        run(desk.session.set_aside, failed=failed)

    def typed(text: str) -> None:
        set_phrase(text)
        say_wrong("")

    def speak(language: str) -> None:
        say_wrong("")  # it was said in the other one
        desk.speak(language)
        desk.prefs.set(language=language)  # last: where nothing can be written, that is said in the language chosen

    body: list[ft.Control] = []
    if desk.session.keeps_words:
        body.append(Live(desk.say("lock.kept"), ft.Icons.INFO_OUTLINE, theme.ACCENT))
    if rescue is not None:
        body.append(Rescued(rescue, phrase))
    elif trouble is not None:
        body.append(Trouble(trouble, unlock, salvage, put_aside, lambda: set_trouble(None)))
    body += [
        PassphraseField(
            desk.say("lock.phrase"),
            phrase,
            typed,
            on_submit=lambda _: unlock(),
            error=wrong,
            autofocus=True,
            still=True,
            id="passphrase",
        ),
        PrimaryButton(
            desk.say("lock.unlocking" if busy else "lock.unlock"), lambda _: unlock(), busy=busy, id="unlock"
        ),
        ft.Row(
            [QuietButton(desk.say("lock.forgot"), lambda _: desk.go("/recover"), id="forgot", color=theme.INK_SOFT)],
            alignment=ft.MainAxisAlignment.CENTER,
            wrap=True,  # at the largest size the question takes two lines
        ),
        _quick(desk),
    ]
    return Entrance(desk.say("lock.name"), desk.say("lock.locked"), body, lead=_languages(desk, speak))


def _languages(desk: Desk, speak: Callable[[str], object]) -> list[ft.Control]:
    """Each other language by its own name: whoever cannot read this one finds theirs. It is this computer's choice, the
    one of the settings.
    """
    assets, spoken = desk.speech.value.assets, desk.speech.value.language
    return [
        QuietButton(
            name_of(assets, code), lambda _, code=code: speak(code), id=f"language-{code}", color=theme.INK_SOFT
        )
        for code in languages(assets)
        if code != spoken
    ]


async def _make_ready(desk: Desk) -> None:
    """Load what the first tap on the note needs, once the lock screen is drawn and while nobody waits for it."""
    await asyncio.sleep(READY_AFTER)

    def ask() -> object:
        try:
            return desk.session.quick_notes_trust
        except errors.VaultError as fault:  # an exchanged key: asked again, and told, when the note is opened
            return fault

    await desk.away(ask)


def _quick(desk: Desk) -> ft.Control:
    """One tap to a note that nobody can read before unlocking."""
    words = ft.Column(
        [
            Words(desk.say("lock.quick"), Style.STRONG, theme.PRIVATE),
            Words(desk.say("lock.quick.help"), Style.SMALL, theme.PRIVATE),
        ],
        spacing=2,
        tight=True,
        expand=True,
    )
    return Card(
        ft.Row([ft.Icon(ft.Icons.EDIT_NOTE, color=theme.PRIVATE, size=28), words], spacing=14),
        lambda _: desk.go("/quick"),
        id="quick-note",
        ground=theme.PRIVATE_CONTAINER,
    )


@component
def Trouble(
    fault: Exception,
    again: Callable[[bool], None],
    salvage: Callable[[], None],
    put_aside: Callable[[], None],
    close: Callable[[], None],
) -> ft.Control:
    """Why the vault does not open, in words, and the ways on. Nothing has been changed on the disk."""
    desk = use_desk()
    if isinstance(fault, LOST):
        return told(Heading(desk.say("lock.lost.title")), [Words(desk.sentence(fault)), *begin_again(desk, put_aside)])
    kind = _kind(fault)
    if kind is None:
        return told(Words(desk.sentence(fault)), [])
    ways: list[ft.Control] = []
    if kind in ("older", "other"):
        ways = [
            SecondaryButton(
                desk.say("lock.older.continue"), lambda _: again(True), ft.Icons.CHECK, id="older-continue", strong=True
            ),
            SecondaryButton(desk.say("lock.older.stop"), lambda _: close(), id="older-stop"),
        ]
    elif kind == "damaged":
        ways = [
            SecondaryButton(
                desk.say("lock.damaged.salvage"), lambda _: salvage(), ft.Icons.HEALING, id="salvage", strong=True
            )
        ]
    elif kind in ("busy", "readonly"):
        ways = [
            SecondaryButton(desk.say("lock.again"), lambda _: again(False), ft.Icons.REFRESH, id="again", strong=True)
        ]
    return told(Heading(desk.say(f"lock.{kind}.title")), [Words(_text(desk, kind, fault)), *ways])


_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (errors.OlderCopy, "older"),
    (errors.OtherVault, "other"),
    (errors.VaultBusy, "busy"),
    (errors.VaultTooNew, "newer"),
    (errors.VaultDamaged, "damaged"),
    (errors.VaultNotWritable, "readonly"),
    (errors.VaultFull, "readonly"),
)


def _kind(fault: Exception) -> str | None:
    return next((name for kind, name in _KINDS if isinstance(fault, kind)), None)


def _text(desk: Desk, kind: str, fault: Exception) -> str:
    when = int(getattr(fault, "facts", {}).get("this_copy", 0))
    if kind != "older":
        return desk.say(f"lock.{kind}.text")
    if not when:
        return desk.say("lock.older.text.undated")
    changed = datetime.fromtimestamp(when / 1000, desk.now().tzinfo)
    return desk.say("lock.older.text", moment=desk.speech.value.near(changed, desk.now()))
