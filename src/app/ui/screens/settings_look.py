"""Language, theme and text size: each takes effect at once, on the page where one chooses it."""

from __future__ import annotations

import flet as ft

from app.services.content.languages import languages, name_of
from app.ui import theme
from app.ui.hooks import use_desk, use_watch
from app.ui.parts import Card, Choice, ChoiceButtons, Screen, SectionTitle, Words
from app.ui.safe import component
from app.ui.theme import Style

THEMES = ("system", "light", "dark")


@component
def SettingsLookScreen() -> ft.Control:
    """How it looks and which language it speaks."""
    desk = use_desk()
    use_watch(desk.speech)
    prefs = desk.prefs
    assets = desk.speech.value.assets
    size, set_size = ft.use_state(int(prefs.text_size))
    colors, set_colors = ft.use_state(str(prefs.theme))

    def take_size(value: str) -> None:
        set_size(int(value))
        prefs.set(text_size=int(value))

    def take_theme(value: str) -> None:
        set_colors(value)
        prefs.set(theme=value)

    return Screen(
        desk.say("settings.look"),
        [
            SectionTitle(desk.say("settings.language")),
            ChoiceButtons(
                [Choice(code, name_of(assets, code)) for code in languages(assets)],
                prefs.language,
                lambda code: prefs.set(language=code),
                label=desk.say("settings.language"),
                id="language",
            ),
            SectionTitle(desk.say("settings.theme")),
            ChoiceButtons(
                [Choice(name, desk.say(f"settings.theme.{name}")) for name in THEMES],
                colors,
                take_theme,
                label=desk.say("settings.theme"),
                id="theme",
                columns=1,
            ),
            SectionTitle(desk.say("settings.text")),
            ChoiceButtons(
                [
                    Choice(str(step), desk.say("settings.text.percent", percent=desk.speech.value.percent(step / 100)))
                    for step in theme.TEXT_SIZES
                ],
                str(size),
                take_size,
                label=desk.say("settings.text"),
                id="text-size",
                columns=3,
            ),
            Card(Words(desk.say("settings.text.sample"), Style.NOTE)),
        ],
        back=True,
    )
