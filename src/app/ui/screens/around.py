"""One phone goes round the table: everybody answers without a name, and nobody can open what was answered.

While it goes round, the vault is locked: there is no way to anything else on the phone but the passphrase.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.ui import theme
from app.ui.hooks import use_busy, use_clock, use_desk, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import EmptyState, Live, PrimaryButton, Screen, SecondaryButton, Soft, Words
from app.ui.parts.items import ItemField
from app.ui.parts.joining import NeedsProgramme
from app.ui.safe import component
from app.ui.screens.evaluation import Question
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.programme.posted import Sitting

SURVEY = "survey.after_session_participant"


@dataclass(frozen=True)
class Round:
    """What goes round: the questions, and what seals the answers."""

    sitting: Sitting
    survey: str = SURVEY
    role: str = "participant"


@component
def AroundScreen(id: str) -> ft.Control:
    """What will happen, and the button that locks Fika and begins. `id` is the meeting; nothing of it is sent."""
    desk = use_desk()
    use_watch(desk.speech)
    title = desk.say("around.title")
    if desk.session.example:
        return Screen(title, [EmptyState(desk.say("around.example"), icon=ft.Icons.PHONELINK_LOCK)], back=True)
    joined = desk.session.programme.listening
    if joined is None or not joined.ready:
        return Screen(title, [NeedsProgramme(ready=joined is None)], back=True)

    def begin(_: object) -> None:
        sitting = desk.session.programme.sitting()
        desk.around.set(Round(sitting))
        desk.lock()

    body: list[ft.Control] = [
        Words(desk.say("around.how")),
        Words(desk.say("around.lock")),
        Soft(desk.say("around.once")),
    ]
    return Screen(
        title, body, back=True, primary=PrimaryButton(desk.say("around.begin"), begin, ft.Icons.LOCK, id="around-begin")
    )


@component
def AnswersScreen() -> ft.Control:
    """In the place of the lock screen, until everybody has answered."""
    desk = use_desk()
    use_watch(desk.speech)
    going: Round | None = use_watch(desk.around)
    step, go = ft.use_state("hello")
    count, add = ft.use_state(0)
    if going is None:
        return ft.Container()
    if step == "answer":

        def sealed() -> None:
            add(lambda before: before + 1)
            go("thanks")

        return Answering(going, sealed, key=str(count))
    end = SecondaryButton(desk.say("around.done"), lambda _: desk.around.set(None), ft.Icons.DONE_ALL, id="around-done")
    if step == "thanks":
        return Screen(
            desk.say("around.thanks"),
            [
                Words(desk.say("around.pass"), Style.TITLE),
                Live(desk.say("around.count", count=count), ft.Icons.LOCK, theme.PRIVATE),
                end,
            ],
            safety=True,
            lock=False,
            primary=PrimaryButton(
                desk.say("around.next"), lambda _: go("answer"), ft.Icons.ARROW_FORWARD, id="around-next"
            ),
        )
    return Screen(
        desk.say("around.hello"),
        [Words(desk.say("around.anonymous")), end],
        safety=True,
        lock=False,
        primary=PrimaryButton(desk.say("around.answer"), lambda _: go("answer"), id="around-answer"),
    )


@component
def Answering(going: Round, sealed: Callable[[], object], *, key: str | None = None) -> ft.Control:
    """The questions for one person; `Send` seals them and forgets them."""
    desk, _ = use_desk(), use_clock()
    document = desk.library.document(going.survey)
    latest = use_box(lambda: cast("Mapping[str, Any]", {}))
    answers, show = ft.use_state(latest.value)
    tried, try_ = ft.use_state(0)
    gap, find = ft.use_state("")
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def lacking(given: Mapping[str, Any]) -> list[str]:
        return [item.id for item in document.items if item.required and given.get(item.id) in (None, "")]

    def answer(id: str) -> Callable[[Any], None]:
        def set_answer(value: Any) -> None:
            latest.value = {**latest.value, id: value}
            show(latest.value)

        return set_answer

    def send(_: object) -> None:
        desk.flush()  # the last keys belong to it
        gaps = lacking(latest.value)
        if gaps:
            find(gaps[0])
            try_(tried + 1)
            return

        def seal() -> None:
            desk.session.post(going.sitting.seal(document.id, document.version, going.role, latest.value))

        run(seal, lambda _: sealed(), lambda problem: say_fault(desk.sentence(problem)))

    left = lacking(answers) if tried else []
    body: list[ft.Control] = []
    for item in document.items:
        if item.type == "scale" and item.scale:
            body.append(Question(item, answers.get(item.id), answer(item.id), left=item.id in left, key=item.id))
        elif item.type != "info":
            body.append(ItemField(item, answers.get(item.id), answer(item.id), key=item.id))
    above: list[ft.Control] = []
    if left:
        above.append(Live(desk.say("around.missing", count=len(left)), ft.Icons.ERROR_OUTLINE, theme.ACCENT))
    if fault:
        above.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    above.append(Soft(desk.say("around.seen"), Style.SMALL))
    return Screen(
        desk.read(document.title),
        body,
        safety=False,
        lock=False,
        above=above,
        spacing=16,
        reach=(gap, tried),
        primary=PrimaryButton(desk.say("around.send"), send, busy=busy, id="around-send"),
    )
