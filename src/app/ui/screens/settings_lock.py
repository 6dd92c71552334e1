"""When Fika locks by itself."""

from __future__ import annotations

import flet as ft

from app.ui.hooks import use_desk, use_watch
from app.ui.parts import Choice, ChoiceButtons, Screen, SectionTitle, Soft
from app.ui.safe import component
from app.ui.screens.settings import lock_words

MINUTES = (0, 1, 5, 15)
SECONDS = (0, 20, 60)


@component
def SettingsLockScreen() -> ft.Control:
    """The idle time, and how long another app may be in front."""
    desk = use_desk()
    use_watch(desk.speech)
    minutes, set_minutes = ft.use_state(int(desk.prefs.lock_after))
    seconds, set_seconds = ft.use_state(int(desk.prefs.grace))

    def take_minutes(value: str) -> None:
        set_minutes(int(value))
        desk.prefs.set(lock_after=int(value))

    def take_seconds(value: str) -> None:
        set_seconds(int(value))
        desk.prefs.set(grace=int(value))

    return Screen(
        desk.say("settings.lock"),
        [
            SectionTitle(desk.say("settings.lock.after")),
            ChoiceButtons(
                [Choice(str(value), lock_words(desk, value)) for value in MINUTES],
                str(minutes),
                take_minutes,
                label=desk.say("settings.lock.after"),
                id="lock-after",
                columns=1,
            ),
            SectionTitle(desk.say("settings.lock.grace")),
            ChoiceButtons(
                [
                    Choice(
                        str(value),
                        desk.say("settings.lock.grace.seconds", count=value)
                        if value
                        else desk.say("settings.lock.grace.0"),
                    )
                    for value in SECONDS
                ],
                str(seconds),
                take_seconds,
                label=desk.say("settings.lock.grace"),
                id="lock-grace",
                columns=1,
            ),
            Soft(desk.say("settings.lock.phone")),
            Soft(desk.say("settings.lock.covered")),
        ],
        back=True,
    )
