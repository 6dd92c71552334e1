"""The whole app: what is drawn follows the session, the role, the language, the width and the system."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import flet as ft
import pytest
from flet.components.component import Component

from app.ui import collector, root, routes, theme
from app.ui import desk as desk_module
from app.ui.hooks import use_clock, use_desk, use_wide
from app.ui.parts import PrimaryButton, Screen, Words
from app.ui.safe import component
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage, Stage


@pytest.fixture(autouse=True)
def plain_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens that say where they are, in the place of the real ones."""

    def load(self: routes.Place) -> Callable[..., ft.Control]:
        @component
        def Plain(**arguments: str) -> ft.Control:
            desk, wide, minute = use_desk(), use_wide(), use_clock()
            opened, set_opened = ft.use_state(0)
            facts = ",".join(f"{name}={value}" for name, value in sorted(arguments.items()))
            return Screen(
                f"här: {self.path or self.module} {facts}".strip(),
                [Words(f"{'bred' if wide else 'smal'} {minute:%H:%M}"), Words(f"tryck {opened}")],
                primary=PrimaryButton(desk.say("frame.undo"), lambda: set_opened(opened + 1), id="press"),
                back=bool(self.path) and not self.tab,
            )

        return Plain

    monkeypatch.setattr(routes.Place, "load", cache(load))  # one component per place, or it forgets what it holds
    monkeypatch.setattr(routes.Place, "exists", property(lambda self: self.module != "programme"))


def where(app: Stage) -> str:
    return next(text for text in app.texts() if text.startswith("här: ")).removeprefix("här: ")


def tabs(app: Stage) -> ft.NavigationBar:
    """The tabs at the foot of a narrow window; their strip keeps them right of what scrolls, for whoever uses Tab."""
    strip = app.view.bottom_appbar
    assert strip.padding.left == theme.INSET > theme.LOW > theme.SIDE
    assert isinstance(strip.content, ft.NavigationBar)
    return strip.content


def heard(app: Stage) -> list[str]:
    """What stands in the window to be read out."""
    return [one.label for one in app.all(kind=ft.Semantics) if one.live_region and one.label]


async def test_absent_locked_and_open_are_three_different_windows(stage: OpenStage) -> None:
    assert where(await stage(session=FakeSession("absent"))) == "first"
    assert where(await stage(session=FakeSession("locked"))) == "lock"
    assert where(await stage(session=FakeSession("open"))) == "/"


async def test_unlocking_and_locking_change_the_window(stage: OpenStage) -> None:
    session = FakeSession("locked")
    app = await stage(session=session)
    session.unlock("tall regn moln")
    await app.settle()
    assert where(app) == "/"
    app.desk.go("/search")
    await app.settle()
    assert where(app) == "/search"
    await app.tap("lock")
    assert where(app) == "lock"
    assert len(app.views) == 1
    session.unlock("tall regn moln")
    await app.settle()
    assert where(app) == "/", "what was open before must not come back"


async def test_while_the_key_is_being_stretched_nothing_is_drawn_anew(stage: OpenStage) -> None:
    session = FakeSession("locked")
    app = await stage(session=session)
    before, drawn = app.line.bytes_out, Component.update
    times: list[str] = []

    def counted(self: Component) -> None:
        times.append(str(getattr(self.fn, "__name__", "")))
        drawn(self)  # type: ignore[no-untyped-call]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Component, "update", counted)
        session._move("opening")
        await app.settle()
        assert times == [] and app.line.bytes_out == before
        session._move("open")
        await app.settle()
    assert where(app) == "/" and "App" in times


async def test_a_screen_above_the_lock_does_not_draw_the_lock_again(stage: OpenStage) -> None:
    app = await stage(session=FakeSession("locked"))
    lock = app.get("press")
    app.desk.go("/safety")
    await app.settle()
    assert where(app) == "/safety"
    await app.back()
    assert where(app) == "lock" and app.get("press") is lock
    app.desk.go("/quick")
    await app.settle()
    app.desk.prefs.set(language="en")
    await app.settle()
    await app.back()
    assert app.get("press") is not lock, "in another language everything is drawn anew"


async def test_locking_takes_sheets_and_notices_away(stage: OpenStage) -> None:
    for lock in ("desk", "session"):
        session = FakeSession()
        app = await stage(session=session)
        app.desk.notice("Yusuf: klart cv", undo=lambda: None)
        app.page.show_dialog(ft.BottomSheet(ft.Text("Ett blad")))
        await app.settle()
        app.desk.announce("Samordnaren ringer")
        await app.settle()
        assert app.has("Yusuf: klart cv") and app.has("Ett blad") and "Samordnaren ringer" in heard(app)
        (app.desk if lock == "desk" else session).lock()
        await app.settle()
        assert not app.has("Yusuf: klart cv") and not app.has("Ett blad"), lock
        assert "Samordnaren ringer" not in heard(app), "nor is it there for whoever listens"


async def test_locked_only_what_shows_nothing_opens(stage: OpenStage) -> None:
    app = await stage(session=FakeSession("locked"))
    for path in ("/person/p1", "/search", "/settings"):
        app.desk.go(path)
        await app.settle()
        assert where(app) == "lock"
        app.desk.home()
    app.desk.go("/safety")
    await app.settle()
    assert where(app) == "/safety"
    await app.back()
    assert where(app) == "lock"


async def test_the_way_in_is_left_when_it_is_at_its_end(stage: OpenStage) -> None:
    session = FakeSession("absent")
    app = await stage(session=session)
    await app.tap("press")
    app.desk.entering.set(True)
    session.create("tall regn moln")
    await app.settle()
    assert where(app) == "first" and app.has("tryck 1"), "the recovery key must still be seen"
    app.desk.entering.set(False)
    await app.settle()
    assert where(app) == "/"


async def test_screens_lie_on_each_other_and_keep_what_they_hold(stage: OpenStage) -> None:
    app = await stage()
    app.desk.go("/people")
    await app.settle()
    app.desk.go("/person/p1")
    await app.settle()
    await app.tap("press")
    app.desk.go("/goal/g1", person="p1")
    await app.settle()
    assert where(app) == "/goal/:id id=g1,person=p1"
    await app.back()
    assert where(app) == "/person/:id id=p1" and app.has("tryck 1")
    await app.tap("back")
    assert where(app) == "/people"
    app.desk.go("/person/p1")
    app.desk.go("/goal/g1")
    app.desk.go("/library")
    await app.settle()
    assert where(app) == "/library" and len(app.views) == 1, "a tab closes what lies above"


async def test_swapping_leaves_no_way_back_to_what_was_swapped(stage: OpenStage) -> None:
    app = await stage()
    app.desk.go("/plan")
    app.desk.swap("/meeting/m1")
    await app.settle()
    assert where(app) == "/meeting/:id id=m1"
    await app.back()
    assert where(app) == "/"


async def test_the_browsers_own_back_closes_a_screen_and_its_address_tells_nothing(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await stage(web=True)
    loop, shown = asyncio.get_running_loop(), []
    later = loop.call_later
    monkeypatch.setattr(
        loop, "call_later", lambda after, *do: shown.append(do[0]) if after == root.SHOWN else later(after, *do)
    )

    def sent() -> list[str]:
        return [arguments["route"] for name, arguments in app.line.calls if name == "push_route"]

    app.desk.go("/people")
    app.desk.go("/person/hemlig")
    await app.settle()
    app.desk.go("/goal/g1")
    app.desk.go("/settings")
    await app.settle()
    assert not sent(), "the screen comes first"
    app.desk.back()
    shown.pop()()
    await app.until(lambda: len(sent()) > 1)
    await app.settle()
    assert not shown
    assert sent() == ["/2", "/3"], "each step, but not one that is closed again"
    for route in ("/2", "/3", "/9", "/nonsense"):  # the first two are what the browser says to the steps above
        await app.fire(app.page, "route_change", {"route": route}, route=route)
        assert where(app) == "/goal/:id id=g1"
    await app.fire(app.page, "route_change", {"route": "/2"}, route="/2")
    assert where(app) == "/person/:id id=hemlig"
    await app.fire(app.page, "route_change", {"route": "/"}, route="/")
    assert where(app) == "/people"
    for told in (False, True):  # from another tab it leads to Today; there it says what the next one does
        for route in ("/1", "/"):
            await app.fire(app.page, "route_change", {"route": route}, route=route)
        assert where(app) == "/"
        assert app.has(app.desk.say("frame.leaving")) is told


async def test_nowhere_says_so_and_leads_home(stage: OpenStage) -> None:
    app = await stage()
    app.desk.go("/finns/inte/alls")
    await app.settle()
    assert "Här finns inget" in app.texts()
    await app.tap("empty-action")
    assert where(app) == "/"


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("mentor", ["I dag", "Personer", "Mål", "Bibliotek"]),
        ("mentee", ["I dag", "Personer", "Mål", "Bibliotek"]),
        ("coordinator", ["I dag", "Personer", "Bibliotek"]),
        ("participant", ["I dag", "Bibliotek"]),
    ],
)
async def test_each_role_has_its_tabs(stage: OpenStage, role: str, words: list[str]) -> None:
    app = await stage(session=FakeSession(role=role))
    bar = tabs(app)
    assert [tab.label for tab in bar.destinations] == words
    await app.fire(bar, "change", len(words) - 1, selected_index=len(words) - 1)
    assert where(app) == "/library"
    assert tabs(app).selected_index == len(words) - 1


async def test_from_840_px_there_is_a_rail(stage: OpenStage) -> None:
    app = await stage(width=390)
    assert app.has("smal " + app.desk.minute.value.strftime("%H:%M"))
    assert not app.all(kind=ft.NavigationRail)
    await app.resize(840, 700)
    assert any(text.startswith("bred") for text in app.texts())
    assert app.view.bottom_appbar is None
    rail = app.get(None, ft.NavigationRail)
    await app.fire(rail, "change", 1, selected_index=1)
    assert where(app) == "/people"
    await app.resize(839, 700)
    assert app.view.bottom_appbar is not None and where(app) == "/people"


async def test_language_theme_and_size_change_without_a_restart(stage: OpenStage) -> None:
    session = FakeSession()
    app = await stage(session=session)
    assert app.has("Ångra") and app.page.title == "Fika: mentorskap"
    await app.tap("press")
    session.preferences.set(language="en", theme="dark", text_size=200)
    await app.settle()
    assert app.has("Undo") and not app.has("Ångra")
    assert app.has("tryck 1"), "the screen was thrown away"
    assert tabs(app).destinations[0].label == "Today"
    assert app.page.title == "Fika: mentoring"
    assert app.page.theme_mode == ft.ThemeMode.DARK
    assert app.page.theme.text_theme.body_medium.size == 32
    assert app.page.locale_configuration.current_locale.language_code == "en"


async def test_the_clock_draws_on_the_minute(stage: OpenStage) -> None:
    now = datetime(2026, 10, 14, 14, 59, 58).astimezone()
    app = await stage(clock=lambda: now)
    assert app.has("smal 14:59")
    now += timedelta(seconds=4)
    await app.until(lambda: app.has("smal 15:00"))


async def test_inactive_covers_and_saves_and_coming_back_uncovers(stage: OpenStage) -> None:
    app = await stage()
    saved: list[str] = []

    class Unsaved:
        def flush(self) -> None:
            saved.append("ord")

    app.desk.holds(Unsaved())
    await app.lifecycle("inactive")
    assert saved == ["ord"]
    assert not any(text.startswith("här: ") for text in app.texts()), "the content is in sight of the app switcher"
    await app.lifecycle("resume")
    assert where(app) == "/"
    assert app.desk.session.locks == 0


async def test_back_within_the_grace_nothing_locks_then_or_later(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No clock is waited for: a machine that stalls between hiding and showing must not make this a matter of luck."""
    session = FakeSession()
    session.preferences.grace = 3600
    app = await stage(session=session)
    loop = asyncio.get_running_loop()
    real, timers = loop.call_later, list[tuple[float, asyncio.TimerHandle]]()

    def listening(delay: float, callback: Any, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        handle = real(delay, callback, *args, **kwargs)
        if callback == app.desk.lock:
            timers.append((delay, handle))
        return handle

    monkeypatch.setattr(loop, "call_later", listening)
    await app.lifecycle("hide")
    assert [(delay, handle.cancelled()) for delay, handle in timers] == [(3600, False)]
    await app.lifecycle("show")
    assert session.locks == 0, "it came back within the grace"
    assert timers[0][1].cancelled(), "the lock of the time before would fall in the middle of a sentence"


async def test_hidden_longer_than_the_grace_locks(stage: OpenStage) -> None:
    session = FakeSession()
    session.preferences.grace = 0.1
    app = await stage(session=session)
    await app.lifecycle("hide")
    await app.until(lambda: session.phase == "locked")
    await app.lifecycle("show")
    assert where(app) == "lock"


async def test_a_page_that_is_loaded_again_is_in_front_and_neither_covered_nor_locked(stage: OpenStage) -> None:
    """Going, it says that it is hidden; as it comes back it says nothing: it stood there blank until it was left again."""
    session = FakeSession()
    app = await stage(session=session)
    before = app.texts()
    await app.lifecycle("hide")
    assert app.desk.covered.value and app.texts() != before
    await app.session.dispatch_event(app.page._i, "connect", None)
    await app.settle(0.2)
    assert not app.desk.covered.value and app.texts() == before
    assert session.locks == 0


async def test_pause_locks_at_once(stage: OpenStage) -> None:
    session = FakeSession()
    app = await stage(session=session)
    await app.lifecycle("pause")
    assert session.phase == "locked"
    assert where_after(app) == ""


async def test_a_dialog_of_the_device_that_fika_opened_does_not_lock_a_phone(stage: OpenStage) -> None:
    session = FakeSession()
    session.preferences.lock_after = 0  # even "when I leave" means leaving, and not looking for a file
    app = await stage(session=session)
    with app.desk.dialog():
        for state in ("inactive", "hide", "pause"):
            await app.lifecycle(state)
        await app.settle(0.1)
        assert session.phase == "open"
        assert not any(text.startswith("här: ") for text in app.texts()), "it is covered all the same"
        await app.lifecycle("resume")
    assert session.locks == 0
    await app.lifecycle("pause")
    assert session.phase == "locked", "the next time it is left, it is left"


async def test_a_dialog_that_is_left_open_locks_in_the_end_also_where_the_phone_slept(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "DIALOG_SECONDS", 0.2)
    session = FakeSession()
    app = await stage(session=session)
    with app.desk.dialog():
        await app.lifecycle("pause")
        await app.until(lambda: session.phase == "locked")


async def test_whoever_comes_back_late_to_a_phone_that_slept_finds_it_locked(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession()
    app = await stage(session=session)
    with app.desk.dialog():
        await app.lifecycle("pause")
        later = app.desk.now() + timedelta(hours=1)
        monkeypatch.setattr(app.desk, "_clock", lambda: later)
        await app.lifecycle("resume")
    assert session.phase == "locked"


def where_after(app: Stage) -> str:
    return next((text for text in app.texts() if text.startswith("här: /")), "")


async def test_a_window_that_is_gone_locks(stage: OpenStage) -> None:
    session = FakeSession()
    app = await stage(session=session)
    collector.settle()
    await app.session.dispatch_event(app.page._i, "close", None)
    assert gc.get_freeze_count() == 0, "what was open can go from memory"
    await asyncio.sleep(0)
    assert session.phase == "locked"


async def test_what_people_do_keeps_the_session_awake(stage: OpenStage) -> None:
    session = FakeSession()
    app = await stage(session=session)
    before = session.touches
    await app.tap("press")
    assert session.touches > before


async def test_a_lost_line_draws_again_when_it_is_back(stage: OpenStage) -> None:
    session = FakeSession()
    app = await stage(session=session)
    line: Any = app.session.connection
    await app.session.disconnect(60)
    session.lock()
    await asyncio.sleep(0.05)
    await app.session.connect(line)
    await app.settle()
    assert where(app) == "lock", "after a cut line the unlocked screen was still there"


def test_the_breakpoint_is_840() -> None:
    assert theme.WIDE == 840
