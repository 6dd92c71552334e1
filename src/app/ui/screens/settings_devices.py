"""My devices: the list, another one, one less; and the way back in for a device that stands outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import flet as ft

from app.errors import NotShared
from app.services.content.direction import apart
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.devices import use_own
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Busy,
    Card,
    DangerButton,
    Field,
    Heading,
    Live,
    PassphraseField,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.codes import CodeIn, CodeOut
from app.ui.parts.devices import NewsCard, Waiting, code_out, six_words, stack, taking
from app.ui.safe import component
from app.ui.screens.rows import resumed_line

if TYPE_CHECKING:
    from app.services.sharing.devices import Grant, OwnDevice
    from app.services.sharing.pairing import Package


@component
def DevicesScreen() -> ft.Control:
    """Every device of mine, and what can be done with each: a tap opens it, the next one takes it out."""
    desk = use_desk()
    use_watch(desk.speech)
    own = use_own()
    chosen, choose = ft.use_state("")

    if own.waiting is not None:
        return Screen(desk.say("devices.wait.title"), [Waiting(own.waiting, desk.home)], back=True)
    body: list[ft.Control] = [NewsCard(desk, own.news, way=False)] if own.news else []
    if own.outside or own.refused:
        if own.refused and not own.outside:
            body.append(Words(desk.say("devices.refused")))
        body.append(Outside())
    body.append(Words(desk.say("devices.about")))
    for one in own.devices:
        row = Row(
            told_apart(desk, one, own.devices),
            lambda _, id=one.id: choose("" if id == chosen else id),
            subtitle=_about(desk, one, alone=len(own.devices) == 1),
            icon=ft.Icons.SMARTPHONE if one.this else ft.Icons.DEVICES_OTHER,
            id=f"device-{one.id}",
        )
        body.append(Rows([row]))
        if one.id == chosen:
            body.append(Chosen(one, lambda: choose(""), key=one.id))
    if len(own.devices) > 1:
        body.append(Packages(key="packages"))
    add = PrimaryButton(
        desk.say("devices.add"), lambda _: desk.go("/settings/devices/add"), ft.Icons.ADD, id="devices-add"
    )
    return Screen(desk.say("devices.title"), body, back=True, primary=None if own.outside else add)


def _name(desk: Desk, one: OwnDevice) -> str:
    """Its own name, which comes with the first it sends; until then it is the new one."""
    if one.name or one.this:
        return one.name or desk.say("devices.this")
    return desk.say("devices.nameless" if one.heard else "devices.new")


def told_apart(desk: Desk, one: OwnDevice, all: tuple[OwnDevice, ...]) -> str:
    """A device's name; where two have the same, with the first letters of what each is known by, so that the right one goes."""
    name = _name(desk, one)
    alike = any(other.id != one.id and _name(desk, other).casefold() == name.casefold() for other in all)
    return f"{apart(name)} ({one.id[:4]})" if alike and one.id else name


def _about(desk: Desk, one: OwnDevice, *, alone: bool) -> str:
    now = desk.now()
    said = [desk.say("devices.this")] if one.this and one.name else []
    if one.added:
        day = one.added.astimezone(now.tzinfo).date()
        said.append(desk.say("devices.added", when=desk.speech.value.near_day(day, now.date())))
    if not one.this:
        heard = one.heard.astimezone(now.tzinfo) if one.heard else None
        when = desk.speech.value.near(heard, now) if heard else ""
        said.append(desk.say("devices.heard", when=when) if when else desk.say("devices.never"))
    if not one.name and not alone:
        said.append(desk.say("devices.name.give" if one.this or one.heard else "devices.name.comes"))
    return " · ".join(said)


@component
def Chosen(one: OwnDevice, close: object, key: str = "") -> ft.Control:
    """One device, opened: its name, and the button that takes it out at once."""
    desk = use_desk()
    form = use_unfinished(f"device.{one.id}", one.name)
    busy, run = use_busy()

    def rename(_: object = None) -> None:
        desk.session.devices.rename(one.id, form.values)
        form.done()
        desk.notice(desk.say("devices.name.saved"))

    def revoke(_: object) -> None:
        called = _name(desk, one)
        run(
            lambda: desk.session.devices.revoke(one.id),
            lambda _: desk.notice(desk.say("devices.revoked", name=called), seconds=8),
        )

    parts: list[ft.Control] = []
    if not one.this:
        parts += [
            DangerButton(desk.say("devices.revoke"), revoke, ft.Icons.PHONELINK_ERASE, id="device-revoke"),
            Soft(desk.say("devices.revoke.how")),
        ]
    if busy:
        parts.append(Busy(desk.say("devices.revoke.working")))
    parts += [
        *resumed_line(desk, form),
        Field(desk.say("devices.name"), form.values, form.put, id="device-name", limit=60, on_submit=rename),
        ft.Row([QuietButton(desk.say("devices.name.save"), rename, ft.Icons.CHECK, id="device-name-save")]),
    ]
    return Card(parts)


@component
def Packages(key: str = "") -> ft.Control:
    """Without a server: everything new goes over in a sealed file, both ways."""
    desk = use_desk()
    made, make = ft.use_state(cast("Package | None", None))
    fault, say_fault = ft.use_state("")
    missing, miss = ft.use_state(0)
    busy, run = use_busy()

    def took(left: object) -> None:
        miss(left if isinstance(left, int) else 0)
        if not left:
            desk.notice(desk.say("devices.package.taken"))

    def failed(problem: Exception) -> None:
        say_fault(desk.sentence(problem))

    parts: list[ft.Control] = [SectionTitle(desk.say("devices.package"))]
    if made is not None:
        parts += [
            Soft(desk.say("devices.package.how")),
            CodeOut(made.text, id="devices-package", data=made.data, name=made.name),
        ]
    else:
        button = SecondaryButton(
            desk.say("devices.package.make"),
            lambda _: run(desk.session.devices.package, make, failed),
            ft.Icons.OUTBOX,
            id="devices-make",
        )
        parts.append(ft.Row([button], wrap=True))
    parts += taking(desk, fault, missing, busy)

    def read(text: str) -> None:
        say_fault("")
        run(lambda: desk.session.devices.read(text), took, failed)

    def take(data: bytes) -> None:
        say_fault("")
        run(lambda: desk.session.devices.take(data), took, failed)

    parts.append(CodeIn(desk.say("devices.package.in"), read, id="devices-package-in", on_data=take))
    return stack(parts)


@component
def Outside() -> ft.Control:
    """This device was put back, copied or removed: what it may do, and how it is let in."""
    desk = use_desk()
    typed, type_ = ft.use_state("")
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def came(lacking: object) -> None:
        left = lacking if isinstance(lacking, list) else []
        desk.notice(desk.say("devices.return.lacking", count=len(left)) if left else desk.say("devices.outside.done"))

    def go(_: object = None) -> None:
        say_fault("")
        run(lambda: desk.session.bring_back(typed), came, lambda problem: say_fault(desk.sentence(problem)))

    parts: list[ft.Control] = [
        Heading(desk.say("devices.outside.title")),
        Words(desk.say("devices.outside.copy")),
        Soft(desk.say("devices.outside.how")),
        *([] if desk.session.replication.choice else [Soft(desk.say("devices.outside.first"))]),
        Field(
            desk.say("devices.return.key"),
            typed,
            type_,
            id="outside-key",
            lines=2,
            limit=120,
            error=fault,
            on_submit=go,
        ),
        SecondaryButton(desk.say("devices.outside.go"), go, ft.Icons.LOGIN, id="outside-go", strong=True),
        QuietButton(
            desk.say("devices.outside.export"),
            lambda _: desk.go("/settings/data"),
            ft.Icons.FOLDER_SHARED_OUTLINED,
            id="outside-export",
        ),
    ]
    if busy:
        parts.append(Busy(desk.say("devices.working")))
    return Card(parts, ground=theme.RAISED)


# ---------------------------------------------------------------- another one
@component
def AddDeviceScreen() -> ft.Control:
    """The old phone's side: the new one's code, the passphrase, six words, its answer, and everything goes over."""
    desk = use_desk()
    use_watch(desk.speech)
    shown, show = ft.use_state("")  # the code that came in
    given, give = ft.use_state(cast("Grant | None", None))
    added, add = ft.use_state("")
    phrase, set_phrase = ft.use_state("")
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()
    server = desk.session.replication.choice

    def failed(problem: Exception) -> None:
        say_fault(desk.sentence(problem))

    def scanned(text: str) -> None:
        say_fault("")
        run(lambda: desk.session.devices.check(text), lambda _: show(text), failed)

    def let_in(_: object = None) -> None:
        say_fault("" if phrase else desk.say("lock.empty"))

        def work() -> Grant:
            desk.session.confirm(phrase)
            facts = {"address": server.address, "pin": server.pin} if server else None
            found: Grant = desk.session.devices.hear(shown, facts)
            return found

        if phrase:
            run(work, give, failed)

    def answered(text: str) -> None:
        say_fault("")
        run(lambda: desk.session.devices.admit(text), add, failed)

    def stop(_: object) -> None:
        desk.session.devices.give_up()
        desk.notice(desk.say("devices.add.stopped"))
        desk.back()

    primary: ft.Control | None = None
    wrong_phrase = fault if shown and given is None else ""
    body: list[ft.Control] = []
    if fault and not wrong_phrase:
        body.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if added:
        body.append(_Over(added, bool(server), key=added))
        primary = PrimaryButton(desk.say("devices.add.finish"), lambda _: desk.back(), ft.Icons.CHECK, id="add-finish")
    elif given is not None:
        body += [
            Words(desk.say("devices.add.grant")),
            *code_out(desk, given.text, "add-grant"),
            *six_words(desk, given, desk.say("devices.add.words")),
            Soft(desk.say("devices.add.answer.how")),
            CodeIn(desk.say("devices.add.answer"), answered, id="add-answer"),
            ft.Row([QuietButton(desk.say("devices.add.stop"), stop, id="add-stop", color=theme.ERROR)], wrap=True),
        ]
    elif shown:
        body += [
            Card([Words(desk.say("devices.add.warn"))], ground=theme.RAISED),
            PassphraseField(
                desk.say("devices.add.phrase"),
                phrase,
                set_phrase,
                error=wrong_phrase,
                on_submit=let_in,
                autofocus=True,
                id="add-passphrase",
            ),
        ]
        primary = PrimaryButton(desk.say("devices.add.go"), let_in, ft.Icons.CHECK, busy=busy, id="add-go")
    else:
        body += [
            Words(desk.say("devices.add.how")),
            CodeIn(desk.say("devices.add.code"), scanned, id="add-code"),
        ]
    if busy:
        body.append(Busy(desk.say("devices.working")))
    return Screen(desk.say("devices.add.title"), body, back=True, primary=primary)


@component
def _Over(added: str, server: bool, key: str = "") -> ft.Control:
    """The new phone is in; what it has to read goes by the server, or as a package, which is sealed once."""
    desk = use_desk()
    package, keep = ft.use_state(cast("Package | None", None))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def seal() -> None:
        def failed(problem: Exception) -> None:
            if not isinstance(problem, NotShared):  # it was taken out again meanwhile, from another device
                say_fault(desk.sentence(problem))

        say_fault("")
        run(lambda: desk.session.devices.package(added), keep, failed)

    ft.use_effect(seal, [])
    body: list[ft.Control] = [Live(desk.say("devices.add.done"), ft.Icons.CHECK_CIRCLE)]
    if server:
        body += [Words(desk.say("devices.add.server")), SectionTitle(desk.say("devices.package"))]
    else:
        body.append(Words(desk.say("devices.add.last")))
    if fault:
        once_more = SecondaryButton(
            desk.say("devices.package.make"), lambda _: seal(), ft.Icons.OUTBOX, id="add-package-make"
        )
        body += [Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR), ft.Row([once_more], wrap=True)]
    if busy:
        body.append(Busy(desk.say("devices.working")))
    if package is not None:
        body.append(CodeOut(package.text, id="add-package", data=package.data, name=package.name))
    return stack(body)
