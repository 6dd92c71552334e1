"""First run: language, role, name and passphrase on one page, then the recovery key. No account, no network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.services.content.languages import languages, name_of
from app.ui import theme
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import (
    Busy,
    Choice,
    ChoiceButtons,
    Field,
    Live,
    Mark,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SectionTitle,
    Soft,
)
from app.ui.parts.new_phrase import NewPassphrase, refusal, suggestion
from app.ui.safe import component
from app.ui.screens.recovery import SaveKey

if TYPE_CHECKING:
    from app.ui.desk import Desk

ROLES = ("mentor", "mentee", "coordinator", "participant")


@component
def FirstScreen() -> ft.Control:
    """From nothing to the first note: who one is and how it is locked, then the key."""
    desk = use_desk()
    made, hold = ft.use_state(
        cast("Any", ())
    )  # the groups of the key, and the words of a passphrase that was suggested

    def finish() -> None:
        hold(())
        desk.entering.set(False)

    if made:
        groups, words = made
        return SaveKey(groups, finish, words=words)
    return Introduction(lambda groups, words: hold((groups, words)))


@component
def Introduction(done: Callable[[tuple[str, ...], str], None]) -> ft.Control:
    """One page of four questions, each with an answer that is right for most."""
    desk = use_desk()
    use_watch(desk.speech)
    role, set_role = ft.use_state("")
    name, set_name = ft.use_state("")
    first = use_box(lambda: suggestion(desk))
    offered, offer = ft.use_state(first.value)
    phrase, set_phrase = ft.use_state(first.value)
    asked, ask = ft.use_state(False)  # somebody has tried to go on: say what is missing
    working, work = ft.use_state("")
    busy, run = use_busy()
    large = desk.prefs.text_size >= 150

    def speak(language: str) -> None:
        desk.speak(language)
        if phrase == offered:
            words = suggestion(desk)
            offer(words)
            set_phrase(words)
        desk.prefs.set(language=language)  # last: where nothing can be written, that is said in the language chosen

    lacking = _lacking(desk, role, name, phrase) if asked else []

    def go_on(_: object = None) -> None:
        ask(True)
        if _lacking(desk, role, name, phrase):
            return
        work("first.working")
        desk.entering.set(True)
        run(
            lambda: desk.session.create(phrase, name=name.strip(), role=role),
            lambda key: done(key.groups, phrase if phrase == offered else ""),
            failed,
        )

    def failed(fault: Exception) -> None:
        desk.entering.set(False)
        desk.notice(desk.sentence(fault), seconds=8)

    def look_around(_: object) -> None:
        work("first.example.working")
        run(lambda: desk.session.open_example(role or "mentor"))

    assets = desk.speech.value.assets
    body: list[ft.Control] = [
        ChoiceButtons(
            [Choice(code, name_of(assets, code)) for code in languages(assets)],
            desk.speech.value.language,
            speak,
            label=desk.say("first.language"),
            id="language",
        ),
        SectionTitle(desk.say("first.role")),
        ChoiceButtons(
            [Choice(value, desk.say(f"first.role.{value}")) for value in ROLES],
            role,
            set_role,
            label=desk.say("first.role"),
            id="role",
        ),
        Field(
            desk.say("first.name"),
            name,
            set_name,
            id="name",
            limit=120,
            on_submit=go_on,
            error=desk.say("first.name.missing") if asked and not name.strip() else "",
        ),
        NewPassphrase(
            desk.say("first.phrase"),
            phrase,
            set_phrase,
            suggested=offered,
            suggest=offer,
            error=refusal(desk, phrase) if asked else "",
            helper=desk.say("first.phrase.help"),
            on_submit=go_on,
            key=desk.speech.value.language,
        ),
        _instead(desk, look_around),
    ]
    promise = Soft(desk.say("first.promise"))
    if busy:
        above: list[ft.Control] = [Busy(desk.say(working))]
    elif lacking:
        above = [Live(lacking[0], ft.Icons.ERROR_OUTLINE, theme.ERROR)]
    else:
        above = [] if large else [promise]
    return Screen(
        desk.say("frame.name"),
        [*body, promise] if large else body,
        subtitle="" if large else desk.say("first.tagline"),
        lead=None if large else Mark(44),
        lock=False,
        above=above,
        primary=PrimaryButton(desk.say("first.continue"), go_on, busy=busy, id="continue"),
    )


def _lacking(desk: Desk, role: str, name: str, phrase: str) -> list[str]:
    """What is still to be answered, in words: near the button, where one looks, and at its place above."""
    faults = (
        "" if role else desk.say("first.role.missing"),
        "" if name.strip() else desk.say("first.name.missing"),
        refusal(desk, phrase),
    )
    return [fault for fault in faults if fault]


def _instead(desk: Desk, look_around: Callable[[object], object]) -> ft.Control:
    """For whoever does not begin with nothing, or not yet."""
    return Rows(
        [
            Row(
                desk.say("first.example"),
                look_around,
                subtitle=desk.say("first.example.help"),
                icon=ft.Icons.EXPLORE_OUTLINED,
                id="example",
            ),
            Row(
                desk.say("devices.join.row"),
                lambda _: desk.go("/join"),
                subtitle=desk.say("devices.join.row.help"),
                icon=ft.Icons.DEVICES,
                id="join",
            ),
            Row(
                desk.say("devices.return.row"),
                lambda _: desk.go("/return"),
                subtitle=desk.say("devices.return.row.help"),
                icon=ft.Icons.KEY,
                id="return",
            ),
            Row(
                desk.say("first.restore"),
                lambda _: desk.go("/restore"),
                icon=ft.Icons.SETTINGS_BACKUP_RESTORE,
                id="restore",
            ),
        ]
    )
