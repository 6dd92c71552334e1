"""The whole app as one component: first run, lock screen or the screens, in the reader's language, theme and size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui import routes, theme
from app.ui.desk import HOME, Desk
from app.ui.hooks import DeskContext, use_desk, use_watch
from app.ui.parts import EmptyState, Mark, Screen
from app.ui.safe import component
from app.ui.signal import Signal


@component
def App(desk: Desk, phase: Signal[str], look: Signal[tuple[str, str, int]]) -> Any:
    """The views of the window. `phase` follows the session, `look` is language, theme and text size."""
    use_watch(look)
    use_watch(desk.speech)
    now = use_watch(phase)
    places = use_watch(desk.places)

    def draw() -> list[Any]:
        if now == "absent":
            return [Alone(_screen("first_run", "FirstRunScreen"), "first-run")]
        if now != "open":
            views = [Alone(_screen("lock", "LockScreen"), "lock")]
            return views + [
                Pushed(path, key=path) for path in places[1:] if path.partition("?")[0] in routes.LOCKED
            ]
        return [Base(places[0], key="base")] + [
            Pushed(path, key=f"{at}{path}") for at, path in enumerate(places) if at
        ]

    return DeskContext(desk, draw)


@component
def Alone(screen: Callable[[], Callable[..., ft.Control]], name: str) -> ft.View:
    """First run or lock screen: nothing under it, nothing beside it."""
    return _view("/", [Covered(screen()(), name)], can_pop=False)


@component
def Base(path: str, key: str = "base") -> ft.View:
    """The tab in sight, with the tabs below it or, from 840 px, beside it."""
    desk = use_desk()
    wide = use_watch(desk.wide)
    return _with_tabs(desk, path, "/", wide, can_pop=False)


@component
def Pushed(path: str, key: str = "") -> ft.View:
    """A screen above the tab."""
    desk = use_desk()
    wide = use_watch(desk.wide)
    found = routes.find(path)
    if found and (found[0].tabs or wide) and desk.session.phase == "open":
        return _with_tabs(desk, path, path, wide, can_pop=True)
    return _view(path, [Covered(_shown(desk, path), path)], can_pop=True)


@component
def Covered(content: ft.Control, name: str) -> ft.Control:
    """The content, or a blank sheet with the mark while the system shows the app among others."""
    desk = use_desk()
    covered = use_watch(desk.covered)
    said = use_watch(desk.status)
    sheet = ft.Container(
        Mark(), alignment=ft.Alignment.CENTER, bgcolor=theme.GROUND, expand=True, visible=covered
    )
    return ft.Stack(
        [
            ft.Container(content, expand=True, visible=not covered),
            sheet,
            ft.Semantics(live_region=True, label=said, content=ft.Container(width=1, height=1)),
        ],
        expand=True,
    )


def _with_tabs(desk: Desk, path: str, route: str, wide: bool, *, can_pop: bool) -> ft.View:
    tabs = routes.tabs_for(desk.role)
    base = desk.places.value[0].partition("?")[0]
    chosen = next((at for at, tab in enumerate(tabs) if tab.path == base), 0)

    def go(e: Any) -> None:
        desk.go(tabs[int(e.control.selected_index)].path)

    body = Covered(_shown(desk, path), path)
    if len(tabs) < 2:
        return _view(route, [body], can_pop=can_pop)
    if wide:
        rail = ft.NavigationRail(
            selected_index=chosen,
            on_change=go,
            label_type=ft.NavigationRailLabelType.ALL,
            leading=ft.Container(Mark(44), padding=12),
            destinations=[
                ft.NavigationRailDestination(icon=t.icon, selected_icon=t.chosen, label=desk.say(t.word))
                for t in tabs
            ],
        )
        row = ft.Row(
            [rail, ft.Container(width=1, bgcolor=theme.EDGE), ft.Container(body, expand=True)],
            expand=True,
            spacing=0,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        return _view(route, [row], can_pop=can_pop)
    bar = ft.NavigationBar(
        selected_index=chosen,
        on_change=go,
        destinations=[
            ft.NavigationBarDestination(icon=t.icon, selected_icon=t.chosen, label=desk.say(t.word))
            for t in tabs
        ],
    )
    return _view(route, [body], can_pop=can_pop, bar=bar)


def _view(
    route: str, controls: list[ft.Control], *, can_pop: bool, bar: ft.NavigationBar | None = None
) -> ft.View:
    return ft.View(
        route=route,
        can_pop=can_pop,
        padding=0,
        bgcolor=theme.GROUND,
        controls=[ft.SafeArea(control, expand=True) for control in controls],
        navigation_bar=bar,
    )


def _shown(desk: Desk, path: str) -> ft.Control:
    found = routes.find(path)
    if found is None:
        return Nowhere()
    place, arguments = found
    return place.load()(**arguments)


def _screen(module: str, name: str) -> Callable[[], Callable[..., ft.Control]]:
    return routes.Place("", module, name).load


@component
def Nowhere() -> ft.Control:
    """A path that leads nowhere: say so, and offer the way home."""
    desk = use_desk()
    return Screen(
        desk.say("frame.nowhere"),
        [EmptyState(desk.say("frame.nowhere-hint"), desk.say("frame.tab-today"), lambda _: desk.home())],
        back=True,
    )


def start(page: ft.Page, desk: Desk) -> None:
    """Draw the app on a page and keep it in step with the session, the preferences, the clock and the system."""
    session = desk.session
    phase: Signal[str] = Signal(str(session.phase))
    look: Signal[tuple[str, str, int]] = Signal(_look(desk))
    apply_look(page, desk)

    def on_phase() -> None:
        async def moved() -> None:
            if str(session.phase) != "open":
                desk.places.set((HOME,))
            phase.set(str(session.phase))

        desk.later(moved)

    def on_preferences() -> None:
        async def changed() -> None:
            desk.speak(desk.prefs.language)
            apply_look(page, desk)
            look.set(_look(desk))

        desk.later(changed)

    desk.until_closed(session.watch(on_phase))
    desk.until_closed(desk.prefs.watch(on_preferences))

    page.on_resize = lambda e: desk.wide.set(e.width >= theme.WIDE)
    page.on_view_pop = lambda _: desk.back()
    page.on_app_lifecycle_state_change = _lifecycle(desk)
    page.on_close = lambda _: desk.close()
    page.on_disconnect = lambda _: desk.flush()
    page.on_connect = lambda _: desk.places.tell()
    page.render_views(App, desk, phase, look)
    page.run_task(_tick, desk)


def apply_look(page: ft.Page, desk: Desk) -> None:
    """Theme, text size and language of the window, without a restart."""
    prefs = desk.prefs
    page.title = desk.say("frame.title")
    page.fonts = theme.FONT_FILES
    page.theme = theme.theme(theme.LIGHT, prefs.text_size)
    page.dark_theme = theme.theme(theme.DARK, prefs.text_size)
    page.theme_mode = ft.ThemeMode(prefs.theme)
    page.locale_configuration = ft.LocaleConfiguration(
        supported_locales=[ft.Locale("sv", "SE"), ft.Locale("en", "GB")],
        current_locale=ft.Locale("sv", "SE") if prefs.language == "sv" else ft.Locale("en", "GB"),
    )
    page.schedule_update()  # type: ignore[no-untyped-call]


def _look(desk: Desk) -> tuple[str, str, int]:
    return (desk.prefs.language, str(desk.prefs.theme), int(desk.prefs.text_size))


async def _tick(desk: Desk) -> None:
    """Move the desk's minute on; a second is close enough, and cheap."""
    while not desk.closed:
        desk.minute.set(desk.now().replace(second=0, microsecond=0))
        await asyncio.sleep(1)


def _lifecycle(desk: Desk) -> Callable[[Any], None]:
    leaving: list[asyncio.TimerHandle] = []

    def stay() -> None:
        for timer in leaving:
            timer.cancel()
        leaving.clear()

    def changed(e: Any) -> None:
        state = e.state
        if state in (ft.AppLifecycleState.SHOW, ft.AppLifecycleState.RESUME):
            stay()
            desk.covered.set(False)
            return
        desk.flush()
        if state == ft.AppLifecycleState.INACTIVE:
            desk.covered.set(not desk.page.web)  # a browser window beside another one is still being read
            return
        desk.covered.set(True)
        if desk.session.phase != "open":
            return
        if state in (ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH):
            stay()
            desk.lock()
        elif not leaving:
            leaving.append(asyncio.get_running_loop().call_later(float(desk.prefs.grace), desk.lock))

    return changed
