"""A concern record: apart from notes, sealed to the person responsible for safety, also while locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app import errors
from app.services.programme.posted import posted_concern
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_clock, use_desk, use_held, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import (
    EmptyState,
    Live,
    PrimaryButton,
    QuietButton,
    Screen,
    Soft,
)
from app.ui.parts.items import ItemField
from app.ui.parts.joining import NeedsProgramme
from app.ui.safe import component
from app.ui.screens.quick import Unasked
from app.ui.screens.safety import region_of

if TYPE_CHECKING:
    from app.services.content.library import Document

Keep = Callable[[Mapping[str, Any], bool], object]


@component
def ConcernScreen() -> ft.Control:
    """Open: a letter. Locked: into the sealed inbox, and a letter once somebody has unlocked."""
    desk = use_desk()
    use_watch(desk.speech)
    if desk.session.phase == "open":
        return Open()
    return Locked()


@component
def Open() -> ft.Control:
    """Written and sealed in one's own vault; what is half written stays."""
    desk = use_desk()
    programme = desk.session.programme
    joined = programme.listening
    begun = use_held(lambda: programme.draft)
    if joined is None:
        return Screen(desk.say("concern.title"), [NeedsProgramme(), _call(desk)], back=True)
    document = desk.library.document("form.concern")

    def keep(answers: Mapping[str, Any], done: bool) -> None:
        if done:
            programme.concern(answers, document.version)
        else:
            programme.keep_draft(answers)

    from app.model.queries import AboutMe

    me = desk.store.ask(AboutMe())
    signed = desk.say("concern.signed", name=me.name if me else "")
    sealed = "concern.sealed.goes" if programme.posting == "yes" else "concern.sealed"
    return Form(document, begun, keep, (desk.say("concern.who", name=joined.name), signed), sealed)


@component
def Locked() -> ft.Control:
    """Every pause is sealed to the vault's own key; nothing can be read back."""
    desk, now = use_desk(), use_clock()
    note = use_box(lambda: _begin(desk)).value
    document = desk.library.document("form.concern")
    if note is None:
        return Screen(
            desk.say("concern.title"),
            [
                EmptyState(
                    desk.say("concern.none"), desk.say("concern.unlock"), lambda _: desk.back(), id="no-concern"
                ),
                _call(desk),
            ],
            back=True,
            lock=False,
        )

    names = {item.id: desk.read(item.text) for item in document.items}
    names |= {f"{item.id}={one.value}": desk.read(one.label) for item in document.items for one in item.options}

    def keep(answers: Mapping[str, Any], done: bool) -> None:
        said = {key: words for key, words in names.items() if key in answers or key in _chosen(answers)}
        at = now.isoformat(timespec="minutes")
        note.write(posted_concern(answers, document.version, at, done=done, names=said))

    about = [desk.say("concern.locked"), desk.say("concern.locked.without")]
    if isinstance(note, Unasked):
        about.append(desk.say("quick.trust"))  # writing accepts it, as with a note
    return Form(document, {}, keep, tuple(about), "concern.sealed.locked", locked=True)


@component
def Form(
    document: Document,
    begun: Mapping[str, Any],
    keep: Keep,
    about: tuple[str, ...],
    sealed: str,
    *,
    locked: bool = False,
) -> ft.Control:
    """The questions of the form. What is typed is kept at once, and sealed for good by the button."""
    desk, now = use_desk(), use_clock()
    moment = use_held(lambda: now.replace(tzinfo=None).isoformat(timespec="minutes"))
    latest = use_box(lambda: {"when": moment, **begun})
    answers, show = ft.use_state(latest.value)
    left, name_left = ft.use_state(cast("tuple[str, ...]", ()))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()
    over = use_box(lambda: False)

    def answer(id: str) -> Callable[[Any], None]:
        def set_answer(value: Any) -> None:
            latest.value = {**latest.value, id: value}
            show(latest.value)
            name_left(())
            if not over.value:  # once it is sealed, nothing of it becomes half a concern again
                keep(latest.value, False)

        return set_answer

    items = [item for item in document.items if item.type != "sign"]

    def seal(_: object) -> None:
        desk.flush()  # the last keys belong to it
        missing = [item for item in items if item.required and latest.value.get(item.id) in (None, "")]
        if missing:
            name_left(tuple(desk.read(item.text) for item in missing))
            return
        over.value = True
        run(lambda: keep(latest.value, True), done, failed)

    def failed(problem: Exception) -> None:
        over.value = False
        say_fault(desk.sentence(problem))

    def done(_: object) -> None:
        desk.back()
        desk.notice(desk.say(sealed), seconds=8)

    body: list[ft.Control] = [*(Soft(line) for line in about), _call(desk)]
    for item in items:
        body.append(ItemField(item, answers.get(item.id), answer(item.id), key=item.id))
        if item.id == "danger" and answers.get("danger") in ("yes", "maybe"):
            body.append(_call(desk, strong=True))
    above: list[ft.Control] = [Live(desk.say("concern.kept"), ft.Icons.LOCK, theme.PRIVATE)]
    if left:
        said = desk.say("concern.missing", count=len(left), question=left[0])
        above = [Live(said, ft.Icons.ERROR_OUTLINE, theme.ACCENT)]
    if fault:
        above = [Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR)]
    return Screen(
        desk.say("concern.title"),
        body,
        back=True,
        lock=not locked,
        safety=False,
        above=above,
        primary=PrimaryButton(desk.say("concern.seal"), seal, ft.Icons.LOCK, busy=busy, id="concern-seal"),
    )


def _chosen(answers: Mapping[str, Any]) -> set[str]:
    return {f"{item}={answer}" for item, answer in answers.items()}


def _call(desk: Desk, *, strong: bool = False) -> ft.Control:
    number = desk.library.facts(region_of(desk))["emergency"]
    return QuietButton(
        desk.say("concern.danger", number=number),
        lambda _: desk.go("/safety"),
        ft.Icons.SHIELD,
        id="concern-call-now" if strong else "concern-call",
        color=theme.ACCENT,
    )


def _begin(desk: Desk) -> Any:
    """A sealed note to write into; nothing where none can be written now."""
    session = desk.session
    try:
        trust = session.quick_notes_trust
        if trust == "none":
            return None
        return Unasked(session) if trust == "ask" else session.quick_note()
    except errors.VaultError:  # the key was exchanged, or there is no room: the lock screen says so
        return None
