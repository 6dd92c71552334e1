"""The new phone: one more device of somebody who has Fika already, or everything back by the recovery key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import flet as ft

from app import errors
from app.ui import theme
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import Busy, Field, Live, PrimaryButton, QuietButton, Row, Rows, Screen, SectionTitle, Soft, Words
from app.ui.parts.codes import CodeIn
from app.ui.parts.devices import Waiting, code_out
from app.ui.parts.new_phrase import NewPassphrase, refusal, suggestion
from app.ui.safe import component

if TYPE_CHECKING:
    from app.services.sharing.devices import Grant
    from app.services.sharing.joining import Joining


NO_FAULTS: tuple[str, str, str] = ("", "", "")
"""At the address, the key, the passphrase."""


@component
def JoinScreen() -> ft.Control:
    """A name and a passphrase for this phone, its code, what the other one hands over, and the answer."""
    desk = use_desk()
    use_watch(desk.speech)
    name, set_name = ft.use_state("")
    first = use_box(lambda: suggestion(desk))
    phrase, set_phrase = ft.use_state(first.value)
    offered, offer = ft.use_state(first.value)
    asked, ask = ft.use_state(False)
    joining, join = ft.use_state(cast("Joining | None", None))
    waiting, wait = ft.use_state(cast("Grant | None", None))
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def go_on(_: object = None) -> None:
        ask(True)
        if name.strip() and not refusal(desk, phrase):
            join(desk.session.joining())

    def handed(text: str) -> None:
        say_fault("")
        desk.entering.set(True)

        def work() -> Grant | None:
            assert joining is not None
            desk.session.join(joining.hear(text), phrase, name=name.strip())
            found: Grant | None = desk.session.devices.waiting
            return found

        run(work, wait, failed)

    def failed(problem: Exception) -> None:
        desk.entering.set(False)
        say_fault(desk.sentence(problem))

    def enter() -> None:
        desk.home()
        desk.entering.set(False)

    if waiting is not None:
        later = PrimaryButton(desk.say("devices.wait.later"), lambda _: enter(), soft=True, id="join-later")
        return Screen(
            desk.say("devices.wait.title"), [Waiting(waiting, enter)], lock=False, safety=False, primary=later
        )
    if joining is not None:
        body: list[ft.Control] = [
            Words(desk.say("devices.join.how")),
            *code_out(desk, joining.text, "join-code"),
            Soft(desk.say("devices.join.hour")),
            SectionTitle(desk.say("pair.next")),
            CodeIn(desk.say("devices.join.grant"), handed, id="join-grant"),
        ]
        if fault:
            body.insert(0, Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
        if busy:
            body.append(Busy(desk.say("devices.join.working")))
        return Screen(desk.say("devices.join.title"), body, back=True, lock=False)
    return Screen(
        desk.say("devices.join.title"),
        [
            Field(
                desk.say("devices.join.name"),
                name,
                set_name,
                id="join-name",
                limit=60,
                helper=desk.say("devices.join.name.example"),
                error=desk.say("devices.join.name.missing") if asked and not name.strip() else "",
                on_submit=go_on,
            ),
            NewPassphrase(
                desk.say("devices.join.phrase"),
                phrase,
                set_phrase,
                suggested=offered,
                suggest=offer,
                id="join-passphrase",
                error=refusal(desk, phrase) if asked else "",
                helper=desk.say("devices.join.phrase.help"),
                on_submit=go_on,
            ),
        ],
        back=True,
        lock=False,
        primary=PrimaryButton(desk.say("devices.join.next"), go_on, ft.Icons.QR_CODE, id="join-next"),
    )


@component
def ReturnScreen() -> ft.Control:
    """Everything back from a server: its address, the recovery key, and a passphrase for this phone."""
    desk = use_desk()
    use_watch(desk.speech)
    address, set_address = ft.use_state("https://")
    pin, set_pin = ft.use_state("")
    typed, type_ = ft.use_state("")
    phrase, set_phrase = ft.use_state("")
    own, show_pin = ft.use_state(False)
    faults, say_faults = ft.use_state(NO_FAULTS)
    busy, run = use_busy()

    def failed(problem: Exception) -> None:
        desk.entering.set(False)
        code = str(getattr(problem, "code", ""))
        # nothing is saved here yet, and nobody tries again but the person
        words = desk.say("devices.return.away") if code == "sync-no-answer" else desk.sentence(problem)
        if isinstance(problem, errors.PassphraseUnfit):
            say_faults(("", "", words))
        elif isinstance(problem, errors.NothingOnServer | errors.WrongRecoveryKey) or code == "sync-bad-recovery-key":
            say_faults(("", words, ""))
        else:
            say_faults((words, "", ""))

    def came(lacking: object) -> None:
        left = lacking if isinstance(lacking, list) else []
        desk.home()
        desk.entering.set(False)
        desk.notice(
            desk.say("devices.return.lacking", count=len(left)) if left else desk.say("devices.return.done"), seconds=8
        )

    def write(at: int, keep: Callable[[str], object]) -> Callable[[str], None]:
        def typed_in(text: str) -> None:
            keep(text)
            say_faults(cast("tuple[str, str, str]", (*faults[:at], "", *faults[at + 1 :])))

        return typed_in

    def go(_: object = None) -> None:
        refused = refusal(desk, phrase)
        say_faults(("", "", refused))
        if not refused:
            desk.entering.set(True)
            run(lambda: desk.session.return_with(address, pin.strip(), typed, phrase), came, failed)

    body: list[ft.Control] = [
        Words(desk.say("devices.return.how")),
        Soft(desk.say("devices.return.others")),
        Field(
            desk.say("server.address"),
            address,
            write(0, set_address),
            id="return-address",
            error=faults[0],
            keyboard=ft.KeyboardType.URL,
        ),
        Field(
            desk.say("devices.return.key"),
            typed,
            write(1, type_),
            id="return-key",
            lines=2,
            limit=120,
            error=faults[1],
        ),
        NewPassphrase(
            desk.say("devices.join.phrase"),
            phrase,
            write(2, set_phrase),
            id="return-passphrase",
            error=faults[2],
            on_submit=go,
        ),
        Field(desk.say("server.pin"), pin, set_pin, id="return-pin", helper=desk.say("server.pin.help"))
        if own
        else QuietButton(desk.say("devices.return.pin"), lambda _: show_pin(True), id="return-own"),
        Rows(
            [
                Row(
                    desk.say("devices.return.backup"),
                    lambda _: desk.swap("/restore"),
                    icon=ft.Icons.SETTINGS_BACKUP_RESTORE,
                    id="return-backup",
                )
            ]
        ),
    ]
    return Screen(
        desk.say("devices.return.title"),
        body,
        back=True,
        lock=False,
        above=[Busy(desk.say("devices.return.working"))] if busy else [],
        primary=PrimaryButton(desk.say("devices.return.go"), go, ft.Icons.CLOUD_DOWNLOAD, busy=busy, id="return-go"),
    )
