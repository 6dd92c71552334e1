"""What goes wrong stays where it is, is told in words, and quotes nobody. Pinned to flet 1.0.5."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import flet as ft
import pytest
from flet.messaging.protocol import Message, MessageAction, PatchControlBody
from flet.version import flet_version

from app.errors import AppError, SessionBusy
from app.ui import routes, safe
from app.ui.hooks import use_desk, use_watch
from app.ui.parts import Field, PrimaryButton, Words, use_sheet
from app.ui.safe import component
from app.ui.signal import Signal
from tests.support.fake_session import FakeSession
from tests.support.patience import PATIENCE
from tests.ui.conftest import OpenStage

SECRET = "hon ska säga upp sig"
SORRY = "Något gick fel här. Det du har sparat är kvar. Försök igen."


class Refused(AppError):
    """Something the model refuses."""

    code = "refused"


def test_the_patches_are_for_this_version() -> None:
    assert flet_version == "1.0.5"


@component
def Breaks() -> ft.Control:
    """Fails at its second render."""
    count, set_count = ft.use_state(0)
    if count == 1:
        raise ValueError(SECRET)
    return PrimaryButton(f"slag {count}", lambda: set_count(count + 1), id="break")


@component
def Counts() -> ft.Control:
    """Goes on."""
    count, set_count = ft.use_state(0)
    return PrimaryButton(f"räknat {count}", lambda: set_count(count + 1), id="count")


async def test_a_part_that_fails_leaves_a_sentence_and_the_others_go_on(
    stage: OpenStage, caplog: pytest.LogCaptureFixture
) -> None:
    app = await stage(screen=lambda: ft.Column([Breaks(), Counts()]))
    app.forgiving = True
    await app.tap("break")
    assert SORRY in app.texts()
    await app.tap("count")
    assert app.has("räknat 1")
    assert SECRET not in caplog.text
    assert "ValueError at" in caplog.text
    assert [str(fault) for fault in app.faults] == [SECRET]


@component
def Opens(turn: int, key: str = "") -> ft.Control:
    """Shows what only an open vault tells."""
    desk = use_desk()
    _, renew = ft.use_state(0)
    if desk.session.phase != "open":
        raise SessionBusy(state="closing")
    return PrimaryButton(f"öppet {turn}", lambda: renew(lambda count: count + 1), id="opens")


@component
def Around() -> ft.Control:
    """Draws another part anew, and one that was not there."""
    turn, set_turn = ft.use_state(0)
    more = [Opens(9, key="more")] if turn else []
    return ft.Column([PrimaryButton("runt", lambda: set_turn(turn + 1), id="around"), Opens(turn), *more])


async def test_a_part_whose_vault_has_just_closed_stays_as_it_was(
    stage: OpenStage, caplog: pytest.LogCaptureFixture
) -> None:
    app = await stage(screen=Around)
    app.desk.inside = True
    app.desk.session.phase = "closing"
    await app.tap("opens")  # it draws itself
    await app.tap("around")  # it is drawn by what is around it, and another one for the first time
    assert app.has("öppet 0") and not app.has("öppet 9") and SORRY not in app.texts()
    app.desk.session.phase = "open"
    await app.tap("opens")
    await app.tap("around")
    assert app.has("öppet 2") and app.has("öppet 9"), "what was left as it was answers and draws itself again"
    assert not caplog.records

    locked = await stage(screen=lambda: Opens(0), session=FakeSession("locked"))
    assert caplog.records, "a part of the lock screen that asks an open vault is a fault"
    assert locked.desk.sentence(SessionBusy(state="locked")) in locked.texts()


async def test_without_our_component_the_window_would_freeze(stage: OpenStage) -> None:
    """The control for the test above: Flet's own component leaves the guard of `update`, and only that one, to help."""

    def bare() -> ft.Control:
        count, set_count = ft.use_state(0)
        if count == 1:
            raise ValueError(SECRET)
        return PrimaryButton("slag", lambda: set_count(1), id="break")

    flets = ft.component(bare)
    app = await stage(screen=lambda: ft.Column([flets(), Counts()]))
    app.forgiving = True
    await app.tap("break")
    assert SORRY not in app.texts()
    await app.tap("count")
    assert app.has("räknat 1"), "Component.update is not guarded"


async def test_a_handler_that_fails_is_told_in_one_sentence(stage: OpenStage, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError(SECRET)

    app = await stage(screen=lambda: PrimaryButton("tryck", fail, id="go"))
    app.forgiving = True
    await app.tap("go")
    assert SORRY in app.texts()
    assert app.has("tryck"), "the screen is gone"
    assert not app.line.crashes
    assert SECRET not in caplog.text
    assert not any(SECRET in repr(body) for _, body in app.line.sent)


async def test_a_refusal_is_told_in_its_own_words(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Refused()

    app = await stage(screen=lambda: PrimaryButton("tryck", fail, id="go"))
    monkeypatch.setattr(type(app.desk.speech.value), "error", lambda self, fault: f"sagt: {fault.code}")
    await app.tap("go")
    assert "sagt: refused" in app.texts()


async def test_an_effect_that_fails_is_told(stage: OpenStage) -> None:
    @component
    def Effect() -> ft.Control:
        def fail() -> None:
            raise RuntimeError(SECRET)

        ft.use_effect(fail, [])
        return Words("kvar")

    app = await stage(screen=lambda: Words("före"), forgiving=True)
    second = await stage(screen=Effect, forgiving=True)
    assert second.has("kvar")
    assert SORRY in second.texts()
    assert SORRY not in app.texts()


async def test_a_message_does_not_write_out_the_tree() -> None:
    note = ft.Text(SECRET)
    message = Message(MessageAction.PATCH_CONTROL, PatchControlBody(1, [note]))
    assert SECRET not in repr(message)
    assert SECRET not in f"{message}"


def test_flet_logs_no_plaintext() -> None:
    for name in ("flet", "flet_transport", "flet_controls", "flet_object_patch", "flet_components"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


async def test_a_disabled_or_hidden_control_does_not_answer(stage: OpenStage) -> None:
    done: list[str] = []
    disabled = ft.Button("av", on_click=lambda: done.append("disabled"), disabled=True)
    inside = ft.Button("i", on_click=lambda: done.append("inside"))
    hidden = ft.Button("dold", on_click=lambda: done.append("hidden"), visible=False)
    plain = ft.Button("på", on_click=lambda: done.append("plain"))
    app = await stage(screen=lambda: ft.Column([disabled, ft.Container(inside, disabled=True), hidden, plain]))
    for button in (disabled, inside, hidden, plain):
        await app.fire(button, "click")
    assert done == ["plain"]


async def test_the_other_end_may_not_set_what_is_ours(stage: OpenStage) -> None:
    field = ft.TextField(value="", data="mine")
    locked = ft.TextField(value="kvar", disabled=True)
    app = await stage(screen=lambda: ft.Column([field, locked]))
    handler = field.on_change
    app.session.apply_patch(
        field._i,
        {"value": "ny", "_frozen": "x", "_secret": 1, "disabled": True, "data": "theirs", "on_change": "x", "nix": 1},
    )
    app.session.apply_patch(locked._i, {"value": "borta"})
    assert field.value == "ny"
    assert field.data == "mine"
    assert not field.disabled
    assert field.on_change is handler
    assert not hasattr(field, "_secret") and not hasattr(field, "nix")
    assert locked.value == "kvar"


async def test_what_the_person_does_is_noticed(stage: OpenStage) -> None:
    app = await stage(screen=lambda: PrimaryButton("tryck", lambda: None, id="go"))
    told: list[int] = []
    safe.touches(app.session, lambda: told.append(1))
    await app.tap("go")
    assert told


async def test_a_task_that_fails_is_told(stage: OpenStage) -> None:
    app = await stage(screen=lambda: Words("här"))
    app.forgiving = True

    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError(SECRET)

    app.desk.later(fail)
    await app.until(lambda: SORRY in app.texts())


@component
def Lowered() -> ft.Control:
    """A sheet with a field and a button inside, and who was asked for by them."""
    open_, show = ft.use_state(False)
    asked, ask = ft.use_state("-")
    use_sheet((lambda: Inside(ask)) if open_ else None, lambda: show(False), title="blad")
    return ft.Column([PrimaryButton("öppna", lambda: show(True), id="open"), Words(f"fick {asked}")])


@component
def Inside(ask: Callable[[str], None]) -> ft.Control:
    """The inside of the sheet."""
    name, write = ft.use_state("")
    return ft.Column([Field("namn", name, write, id="name"), PrimaryButton("ta", lambda: ask(name), id="take")])


async def test_a_screen_that_cannot_be_drawn_leaves_a_way_to_today(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> ft.Control:
        raise ValueError(SECRET)

    broken.__module__ = "app.ui.screens.safety"
    screens = {"today": lambda: ft.Text("Här är i dag"), "safety": component(broken)}
    monkeypatch.setattr(routes.Place, "load", lambda place: screens[place.module])
    app = await stage()
    app.forgiving = True
    app.desk.go("/safety")
    await app.settle()
    assert SORRY in app.texts()
    await app.tap("way-out")
    assert app.has("Här är i dag")
    assert SORRY not in app.texts()


async def test_a_sheet_answers_after_a_notice_behind_it_was_gone(stage: OpenStage) -> None:
    """Flet drew the inside of the sheet anew under other numbers, told nobody, and every tap on it was lost."""
    app = await stage(screen=Lowered)
    app.desk.notice("Sparat")
    await app.settle()
    await app.tap("open")
    field, take = app.field("name"), app.usable("take", "click")
    seen = [field._i, take._i]  # what the phone has on its screen
    (bar,) = app.all(kind=ft.SnackBar)
    await app.fire(bar, "dismiss", open=False)
    assert not app.all(kind=ft.SnackBar)
    assert [app.field("name")._i, app.usable("take", "click")._i] == seen
    await app.type("name", "Yusuf")
    await app.tap("take")
    assert app.has("fick Yusuf")


async def test_a_sheet_answers_while_a_notice_comes(stage: OpenStage) -> None:
    app = await stage(screen=Lowered)
    await app.tap("open")
    app.desk.notice("Sparat")
    await app.settle()
    await app.type("name", "Yusuf")
    await app.tap("take")
    assert app.has("fick Yusuf")


async def test_an_answer_for_a_control_that_is_gone_does_not_end_the_line_and_reaches_who_asked(
    stage: OpenStage,
) -> None:
    app = await stage(screen=lambda: ft.Text("Kvar"))
    session = app.page.session
    session.handle_invoke_method_results(999_999, "late", None, None)
    assert "Kvar" in app.texts()
    waiting = asyncio.create_task(session.invoke_method(999_998, "focus", None))
    await asyncio.sleep(0)
    (call,) = session._Session__method_calls
    session.handle_invoke_method_results(999_998, call, "later", None)
    assert await asyncio.wait_for(waiting, PATIENCE) == "later"


@component
def Follows(of: Signal[int]) -> ft.Control:
    """A part that follows something as soon as it is there."""
    return Words(f"följer {use_watch(of)}")


@component
def OpensLate(of: Signal[int]) -> ft.Control:
    """A screen on which another part is opened."""
    shown, show = ft.use_state(False)
    return ft.Column([PrimaryButton("visa", lambda: show(True), id="show"), *([Follows(of)] if shown else [])])


async def test_a_part_opened_in_the_moment_when_the_line_is_cut_is_drawn_and_follows(stage: OpenStage) -> None:
    news = Signal(0)
    app = await stage(screen=lambda: OpensLate(news))
    button = app.usable("show", "click")
    app.line.mirror = None  # the window is sent everything anew
    await app.session.dispatch_event(button._i, "click", None)
    await app.session.disconnect(60)
    await app.settle()
    assert app.has("följer 0")
    news.set(1)
    await app.settle()
    app.session.attach_connection(app.line)
    await app.settle()
    assert app.has("följer 1")
    news.set(2)
    await app.settle()
    assert app.has("följer 2")
