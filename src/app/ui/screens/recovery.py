"""The recovery key: saving it, asking it back, opening with it, and getting a new one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import cast

import flet as ft

from app import errors
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import (
    Busy,
    Card,
    Field,
    Live,
    PassphraseField,
    PrimaryButton,
    QuietButton,
    Screen,
    SecondaryButton,
    Soft,
    TickRow,
    Words,
)
from app.ui.parts.new_phrase import NewPassphrase, refusal
from app.ui.parts.secret import KeyCard, KeyKeepers
from app.ui.safe import component
from app.ui.theme import Style

ASKED = 2  # groups asked back, chosen at random
UNTYPED: tuple[str, ...] = ("",) * ASKED


@component
def SaveKey(groups: tuple[str, ...], done: Callable[[], object], *, words: str = "", back: bool = False) -> ft.Control:
    """The key in clear, ways to keep it, and two of its groups asked back. "Later" leaves a reminder on Today.

    `words` is a passphrase that was suggested and has never been typed: it is shown once more. With `back` one came
    from the settings, and "later" is the arrow.
    """
    desk = use_desk()
    use_watch(desk.speech)
    ticked, tick = ft.use_state(False)
    hint, say_hint = ft.use_state(False)
    places = use_box(lambda: tuple(sorted(secrets.SystemRandom().sample(range(len(groups)), ASKED))))
    typed, set_typed = ft.use_state(UNTYPED)
    wrong, say_wrong = ft.use_state(cast("tuple[int, ...]", ()))
    asked = places.value

    def write(at: int, text: str) -> None:
        set_typed(tuple(text if place == at else old for place, old in enumerate(typed)))
        say_wrong(())

    def finish(_: object = None) -> None:
        if not ticked:
            say_hint(True)
            return
        missed = tuple(at for at, place in enumerate(asked) if not desk.session.confirm_group(groups[place], typed[at]))
        say_wrong(missed)
        if not missed:
            desk.session.confirm_recovery()
            desk.notice(desk.say("recovery.confirmed"))
            done()

    saved = Card(TickRow(desk.say("recovery.saved"), ticked, tick, id="key-saved", undo=False), padding=0)
    body: list[ft.Control] = [saved] if ticked else [*_shown(desk, groups, words), saved]
    if ticked:
        body.append(Words(desk.say("recovery.check")))
        body += [
            Field(
                desk.say("recovery.check.group", number=place + 1),
                typed[at],
                partial(write, at),
                id=f"key-group-{place + 1}",
                limit=20,
                error=desk.say("recovery.check.wrong", number=place + 1) if at in wrong else "",
                on_submit=finish,
            )
            for at, place in enumerate(asked)
        ]
    elif hint:
        body.append(Live(desk.say("recovery.tick"), ft.Icons.INFO_OUTLINE, theme.ACCENT))
    low: list[ft.Control] = [
        PrimaryButton(desk.say("recovery.confirm" if back else "recovery.finish"), finish, id="key-finish")
    ]
    if not back:  # above it: what is told at the bottom lies there, and the wide button is where it always is
        low.insert(
            0,
            ft.Row(
                [QuietButton(desk.say("recovery.later"), lambda _: done(), id="key-later")],
                alignment=ft.MainAxisAlignment.CENTER,
            ),
        )
    return Screen(
        desk.say("recovery.title"),
        body,
        back=back,
        lock=back,
        safety=True,
        primary=ft.Column(low, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def _shown(desk: Desk, groups: tuple[str, ...], words: str) -> list[ft.Control]:
    """The key and how to keep it. While two groups are asked back it is out of sight, or one would copy the screen."""
    spoken = [
        desk.say("recovery.key.group", number=at, symbols=" ".join(group)) for at, group in enumerate(groups, start=1)
    ]
    body: list[ft.Control] = [
        Words(desk.say("recovery.why")),
        KeyCard(groups, spoken),
        KeyKeepers(groups),
        Soft(desk.say("recovery.where")),
    ]
    if words:
        body.append(Card([Soft(desk.say("recovery.phrase")), Words(words, Style.STRONG)], spacing=2))
    return body


# ---------------------------------------------------------------- from the settings
@component
def RecoverySettingsScreen() -> ft.Control:
    """The key while it is not saved yet; afterwards the way to a new one."""
    desk = use_desk()
    fresh, hold = ft.use_state(cast("tuple[str, ...]", ()))
    shown, show = ft.use_state(False)
    waiting = desk.session.unsaved_recovery
    groups = fresh or (waiting.groups if waiting and shown else ())
    if groups:
        return SaveKey(groups, desk.back, back=True)
    if waiting:
        return Screen(
            desk.say("recovery.title"),
            [Words(desk.say("recovery.why")), Words(desk.say("recovery.where"))],
            back=True,
            primary=PrimaryButton(
                desk.say("recovery.settings.reveal"), lambda _: show(True), ft.Icons.KEY, id="key-reveal"
            ),
        )
    return Replace(hold)


@component
def Replace(hold: Callable[[tuple[str, ...]], object]) -> ft.Control:
    """A new key for the old one; the passphrase is asked for, because the key opens everything."""
    desk = use_desk()
    asking, ask = ft.use_state(False)
    phrase, set_phrase = ft.use_state("")
    former, set_former = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    unlike, say_unlike = ft.use_state("")
    busy, run = use_busy()

    def failed(fault: Exception) -> None:
        (say_wrong if isinstance(fault, errors.WrongPassphrase) else say_unlike)(desk.sentence(fault))

    def replace(_: object = None) -> None:
        say_unlike("")
        say_wrong("" if phrase else desk.say("lock.empty"))
        if phrase:
            run(
                lambda: desk.session.replace_recovery(phrase, former.strip() or None),
                lambda key: hold(key.groups),
                failed,
            )

    body: list[ft.Control] = [
        Words(desk.say("recovery.settings.kept")),
        Words(desk.say("recovery.settings.replace.help")),
        Soft(desk.say("recovery.settings.copies")),
    ]
    if not asking:
        body.append(
            SecondaryButton(desk.say("recovery.settings.replace"), lambda _: ask(True), ft.Icons.KEY, id="key-replace")
        )
        return Screen(desk.say("settings.recovery"), body, back=True)
    body.append(
        PassphraseField(
            desk.say("recovery.settings.replace.phrase"),
            phrase,
            set_phrase,
            error=wrong,
            on_submit=replace,
            autofocus=True,
            id="replace-passphrase",
        )
    )
    body.append(
        Field(
            desk.say("recovery.settings.replace.former"),
            former,
            set_former,
            id="replace-former",
            limit=120,
            helper=desk.say("recovery.settings.replace.former.help"),
            error=unlike,
        )
    )
    if busy:
        body.append(Busy(desk.say("recovery.settings.replacing")))
    return Screen(
        desk.say("settings.recovery"),
        body,
        back=True,
        primary=PrimaryButton(
            desk.say("recovery.settings.replace.go"), replace, ft.Icons.KEY, busy=busy, id="key-replace-go"
        ),
    )


# ---------------------------------------------------------------- from the lock
@component
def RecoverScreen() -> ft.Control:
    """Forgotten the passphrase: the key first, then a new passphrase."""
    desk = use_desk()
    use_watch(desk.speech)
    typed, set_typed = ft.use_state("")
    fits, fit = ft.use_state(False)
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def write(text: str) -> None:
        set_typed(text)
        if fault:
            say_fault("")

    def check(_: object = None) -> None:
        run(
            lambda: desk.session.check_recovery(typed),
            lambda _: fit(True),
            lambda found: say_fault(desk.sentence(found)),
        )

    if fits:
        return NewAfterRecovery(typed)
    letters = sum(sign.isalnum() for sign in typed)
    return Screen(
        desk.say("recovery.enter.title"),
        [
            Words(desk.say("recovery.enter.text")),
            Field(
                desk.say("recovery.enter.field"),
                typed,
                write,
                id="recovery-key",
                lines=2,
                limit=120,
                error=fault,
                helper=desk.say("recovery.enter.count", count=letters),
                autofocus=True,
            ),
            Soft(desk.say("recovery.enter.lost")),
        ],
        back=True,
        lock=False,
        primary=PrimaryButton(desk.say("recovery.enter.next"), check, busy=busy, id="recovery-next"),
    )


@component
def NewAfterRecovery(typed: str) -> ft.Control:
    """The key fits: a new passphrase is not an offer, the old one stops working."""
    desk = use_desk()
    phrase, set_phrase = ft.use_state("")
    fault, say_fault = ft.use_state("")
    older, accept = ft.use_state(False)  # this copy is older: pressing the button once more is the answer "go on"
    busy, run = use_busy()

    def failed(found: Exception) -> None:
        accept(isinstance(found, errors.OlderCopy | errors.OtherVault))
        say_fault(desk.sentence(found))

    def open_(_: object = None) -> None:
        refused = refusal(desk, phrase)
        say_fault(refused)
        if not refused:
            run(lambda: desk.session.recover(typed, phrase, accept_older=older), lambda _: desk.home(), failed)

    body: list[ft.Control] = [
        Words(desk.say("recovery.new.text")),
        NewPassphrase(desk.say("recovery.new.field"), phrase, set_phrase, error=fault, on_submit=open_),
    ]
    if busy:
        body.append(Busy(desk.say("recovery.new.working")))
    return Screen(
        desk.say("recovery.new.title"),
        body,
        back=True,
        lock=False,
        primary=PrimaryButton(
            desk.say("lock.older.continue" if older else "recovery.new.go"), open_, busy=busy, id="recovery-open"
        ),
    )
