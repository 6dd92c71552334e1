"""Changing the passphrase: the old one, a new one, and everything locked anew."""

from __future__ import annotations

import flet as ft

from app import errors
from app.ui.hooks import use_busy, use_desk
from app.ui.parts import Busy, PassphraseField, PrimaryButton, Screen, Soft
from app.ui.parts.new_phrase import NewPassphrase
from app.ui.safe import component


@component
def SettingsPhraseScreen() -> ft.Control:
    """The old passphrase opens nothing here afterwards, also with an old header put back."""
    desk = use_desk()
    old, set_old = ft.use_state("")
    new, set_new = ft.use_state("")
    wrong, say_wrong = ft.use_state("")
    unfit, say_unfit = ft.use_state("")
    busy, run = use_busy()

    def changed(_: object) -> None:
        desk.notice(desk.say("settings.phrase.done"), seconds=6)
        desk.back()

    def failed(fault: Exception) -> None:
        if isinstance(fault, errors.WrongPassphrase):
            say_wrong(desk.sentence(fault))
        else:
            say_unfit(desk.sentence(fault))

    def change(_: object = None) -> None:
        say_wrong("" if old else desk.say("lock.empty"))
        say_unfit("" if new.strip() else desk.say("first.phrase.missing"))
        if old and new.strip():
            run(lambda: desk.session.change_passphrase(old, new), changed, failed)

    body: list[ft.Control] = [
        PassphraseField(desk.say("settings.phrase.old"), old, set_old, error=wrong, id="old-passphrase"),
        NewPassphrase(desk.say("settings.phrase.new"), new, set_new, error=unfit, on_submit=change),
        Soft(desk.say("settings.phrase.copies")),
    ]
    if busy:
        body.append(Busy(desk.say("settings.phrase.working")))
    return Screen(
        desk.say("settings.phrase"),
        body,
        back=True,
        primary=PrimaryButton(desk.say("settings.phrase.change"), change, busy=busy, id="phrase-change"),
    )
