"""The whole app as one component: first run, lock screen or the screens, in the reader's language, theme and size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import flet as ft

from app.services.content.languages import languages, locale_of
from app.ui import collector, routes, safe, swift, theme, wording
from app.ui.desk import HOME, Desk
from app.ui.hooks import DeskContext, use_desk, use_watch
from app.ui.hooks.held import use_box
from app.ui.parts import EmptyState, HeaderButton, Mark, Screen
from app.ui.parts.rehearsal import Rehearsal
from app.ui.safe import component
from app.ui.signal import Signal

QUIET = 1.5
"""Seconds after unlocking until the search index is begun."""

SHOWN = 0.6
"""Seconds until a screen that was opened is certainly drawn, and its first field entered."""


@component
def App(desk: Desk, phase: Signal[str], look: Signal[tuple[object, ...]]) -> Any:
    """The views of the window. `phase` follows the session, `look` is language, theme and text size."""
    use_watch(look)
    ft.use_effect(lambda: entitle(desk), [desk.prefs.language])
    use_watch(desk.speech)
    now = use_watch(phase)
    entering = use_watch(desk.entering)
    places = use_watch(desk.places)
    passed_on = use_watch(desk.around)
    outside = use_box(lambda: now)  # where one came from: first run or lock, until the way in is at its end
    if not entering:
        outside.value = now
    turns = use_box(lambda: [0, 0]).value

    def draw() -> list[Any]:
        if outside.value == "open":
            around = (look.value, desk.speech.value, now, entering, desk.role, places[0])
            turns[:] = [*turns[: len(places)], *[0] * (len(places) - len(turns))]
            turns[-1] = max(turns) + 1  # what lies under another screen is drawn again when it comes to light
            above = [_still(Pushed, path, turns[at], around, key=f"{at}{path}") for at, path in enumerate(places) if at]
            return [_still(Base, places[0], turns[0], around, key="base"), *above]
        first = outside.value == "absent"
        allowed = routes.ABSENT if first else routes.LOCKED
        open_here = [path for path in places[1:] if path.partition("?")[0] in allowed]
        alone = routes.FIRST if first else routes.AROUND if passed_on else routes.LOCK
        words = (look.value, desk.speech.value)
        base = _still(Alone, alone, words, key=alone.module)
        return [base, *(_still(Pushed, path, 0, words, key=path) for path in open_here)]

    return DeskContext(desk, draw)


def _still(view: Callable[..., ft.Control], *facts: object, key: str) -> ft.Control:
    """A view that is drawn again only when one of these facts is another one."""
    still: Callable[..., ft.Control] = ft.memo(view)  # type: ignore[no-untyped-call]  # Flet leaves it untyped
    return still(*facts, key=key)


@component
def Alone(place: routes.Place, around: tuple[object, ...], key: str = "") -> ft.View:
    """First run or lock screen: nothing under it, nothing beside it. `around`: when to draw anew."""
    return _view("/", [Covered(place.load()(), place.module, behind=Rehearsal())], can_pop=False)


@component
def Base(path: str, turn: int, around: tuple[object, ...], key: str = "base") -> ft.View:
    """The tab in sight, with the tabs below it or, from 840 px, beside it. `turn` and `around`: when to draw anew."""
    desk = use_desk()
    wide = use_watch(desk.wide)
    return _with_tabs(desk, path, "/", wide, can_pop=False)


@component
def Pushed(path: str, turn: int, around: tuple[object, ...], key: str = "") -> ft.View:
    """A screen above the tab. `turn` and `around`: when to draw anew."""
    desk = use_desk()
    wide = use_watch(desk.wide)
    found = routes.find(path)
    if found and (found[0].tabs or wide) and desk.session.phase == "open" and not desk.entering.value:
        return _with_tabs(desk, path, path, wide, can_pop=True)
    return _view(path, [Covered(_shown(desk, path), path)], can_pop=True)


@component
def Covered(content: ft.Control, name: str, behind: ft.Control | None = None) -> ft.Control:
    """The content, or a blank sheet with the mark while the system shows the app among others. `behind` is unseen."""
    desk = use_desk()
    covered = use_watch(desk.covered)
    sheet = ft.Container(Mark(), alignment=ft.Alignment.CENTER, bgcolor=theme.GROUND, expand=True, visible=covered)
    ribbon = _ribbon(desk)
    across = ft.CrossAxisAlignment.STRETCH
    shown = ft.Column([ribbon, content], expand=True, spacing=0, horizontal_alignment=across) if ribbon else content
    return ft.Stack(
        [
            *([behind] if behind else []),
            ft.Container(shown, expand=True, visible=not covered, bgcolor=theme.GROUND if behind else None),
            sheet,
            Told(f"at:{name}"),
        ],
        expand=True,
    )


@component
def Told(at: str) -> ft.Control:
    """What is read out and not shown. Its name says which screen this is, for whoever must wait for it; it is the key
    as well, or the browser keeps the first name.
    """
    said = use_watch(use_desk().status)
    return ft.Semantics(key=at, live_region=True, label=said, identifier=at, content=ft.Container(width=1, height=1))


def _ribbon(desk: Desk) -> ft.Control | None:
    """Over every screen while one looks around with example data."""
    if not desk.session.example:
        return None
    ribbon: Callable[[], ft.Control] = import_module("app.ui.parts.example").ExampleRibbon
    return ribbon()


SLIM = 360
"""In a window that is narrower than this the words of four tabs need all the room there is."""


def _with_tabs(desk: Desk, path: str, route: str, wide: bool, *, can_pop: bool) -> ft.View:
    tabs = routes.tabs_for(desk.role)
    base = desk.places.value[0].partition("?")[0]
    chosen = next((at for at, tab in enumerate(tabs) if tab.path == base), 0)

    def go(e: Any) -> None:
        desk.go(tabs[int(e.control.selected_index)].path)

    def icon(tab: routes.Tab, on: bool = False) -> ft.Icon:
        return ft.Icon(tab.chosen if on else tab.icon, color=theme.ON_PRIMARY_CONTAINER if on else theme.INK_SOFT)

    body = Covered(_shown(desk, path), path)
    if len(tabs) < 2:
        return _view(route, [body], can_pop=can_pop)
    if wide:
        rail = ft.NavigationRail(
            selected_index=chosen,
            on_change=go,
            label_type=ft.NavigationRailLabelType.ALL,
            leading=ft.Container(Mark(44), padding=12),
            trailing=_settings(desk) if desk.prefs.text_size <= theme.TAB_LIMIT else None,
            pin_trailing_to_bottom=True,
            destinations=[
                ft.NavigationRailDestination(icon=icon(t), selected_icon=icon(t, True), label=desk.say(t.word))
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
    bar = ft.BottomAppBar(
        ft.NavigationBar(
            selected_index=chosen,
            on_change=go,
            destinations=[
                ft.NavigationBarDestination(icon=icon(t), selected_icon=icon(t, True), label=desk.say(t.word))
                for t in tabs
            ],
        ),
        bgcolor=theme.SURFACE,
        elevation=0,
        height=theme.BAR,
        padding=ft.Padding.only(left=theme.INSET, right=theme.INSET if (desk.page.width or 0) >= SLIM else 0),
    )
    return _view(route, [body], can_pop=can_pop, bar=bar)


def _settings(desk: Desk) -> ft.Control:
    """The way to the settings at the foot of the rail; in large text the name on Today leads there."""
    go = HeaderButton(
        desk.say("frame.settings"), ft.Icons.SETTINGS_OUTLINED, lambda _: desk.go("/settings"), id="rail-settings"
    )
    return ft.Container(go, padding=ft.Padding.only(bottom=12))


def _view(route: str, controls: list[ft.Control], *, can_pop: bool, bar: ft.BottomAppBar | None = None) -> ft.View:
    return ft.View(
        route=route,
        can_pop=can_pop,
        padding=0,
        bgcolor=theme.GROUND,
        controls=[ft.SafeArea(control, expand=True) for control in controls],
        bottom_appbar=bar,
    )


def _shown(desk: Desk, path: str) -> ft.Control:
    found = routes.find(path)
    if found is None:
        return Nowhere()
    place, arguments = found
    return place.load()(**arguments)


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
    _desks.setdefault(session, set()).add(desk)
    phase: Signal[str] = Signal(str(session.phase))
    desk.inside = phase.value == "open"
    look: Signal[tuple[object, ...]] = Signal(_look(desk))
    apply_look(page, desk)

    def on_phase() -> None:
        async def moved() -> None:
            was, now = phase.value, str(session.phase)
            if now in ("opening", "closing"):  # nothing to draw yet: the processor is needed for keys
                return
            if was == "open" and now != "open":  # on the way in, the screens above the lock stay where they are
                desk.entering.set(False)
                desk.hush()
                desk.places.set((HOME,))
            desk.inside = now == "open"
            phase.set(now)
            if now == "open":
                await asyncio.sleep(QUIET)  # Today first; then what can be searched, and the server
                from app.ui import finder

                if not desk.closed:
                    finder.begin(desk)
                    await carry(desk)

        desk.later(moved)

    def on_preferences() -> None:
        async def changed() -> None:
            desk.speak(desk.prefs.language)
            apply_look(page, desk)
            look.set(_look(desk))

        desk.later(changed)

    wording.follow(desk)
    desk.until_closed(session.watch(on_phase))
    desk.until_closed(desk.prefs.watch(on_preferences))

    page.on_resize = lambda e: desk.wide.set(e.width >= theme.WIDE)
    page.on_view_pop = lambda _: desk.back()
    if page.web:
        _follow_browser(page, desk)
    changed, back = _lifecycle(desk)
    page.on_app_lifecycle_state_change = changed
    page.on_close = lambda _: _closed(desk)
    page.on_disconnect = lambda _: desk.flush()

    def connected(_: object) -> None:
        """A page that was loaded again said as it went that it is hidden, and says nothing as it comes."""
        back()
        look.set((*_look(desk), object()))  # what changed while the line was cut is drawn now

    page.on_connect = connected
    page.render_views(App, desk, phase, look)
    page.run_task(_tick, desk)
    safe.touches(page.session, session.touch)


async def carry(desk: Desk) -> None:
    """Go on with the server that was chosen; where there is none, nothing of it is even loaded."""
    if _has_server(desk):
        from app.ui.network import line

        there = await line(desk)
        await desk.away(lambda: desk.session.replication.on_network(there))
    if _has_box(desk):
        await desk.away(desk.session.letters.start)


async def carry_now(desk: Desk) -> None:
    """The app is in front again: what waits goes at once, also when the last try failed a moment ago."""
    if _has_server(desk):
        desk.session.replication.now()
    if _has_box(desk):
        await desk.away(desk.session.letters.now)


def _has_box(desk: Desk) -> bool:
    return desk.session.phase == "open" and not desk.session.example and desk.session.posts


def _has_server(desk: Desk) -> bool:
    if desk.session.phase != "open" or desk.session.example:
        return False
    from app.model.queries import SettingOf

    return bool(desk.store.ask(SettingOf("server.address")))


def entitle(desk: Desk) -> None:
    """Name the window once something is drawn: the page around it then knows the language and takes its cover away."""
    desk.page.title = desk.say("frame.title")
    desk.page.schedule_update()  # type: ignore[no-untyped-call]  # Flet leaves it untyped


def apply_look(page: ft.Page, desk: Desk) -> None:
    """Theme, text size and language of the window, without a restart."""
    prefs = desk.prefs
    page.fonts = theme.FONT_FILES
    page.theme = theme.theme(theme.LIGHT, prefs.text_size)
    page.dark_theme = theme.theme(theme.DARK, prefs.text_size)
    page.theme_mode = ft.ThemeMode(prefs.theme)
    assets = desk.speech.value.assets
    page.locale_configuration = ft.LocaleConfiguration(
        supported_locales=[_locale(assets, code) for code in languages(assets)],
        current_locale=_locale(assets, prefs.language),
    )
    page.schedule_update()  # type: ignore[no-untyped-call]  # Flet leaves it untyped


def _locale(assets: Path, language: str) -> ft.Locale:
    """A language with the country whose habits it follows, for the pickers."""
    code, _, country = locale_of(assets, language).partition("_")
    return ft.Locale(code, country or None)


def _look(desk: Desk) -> tuple[object, ...]:
    return (desk.prefs.language, str(desk.prefs.theme), int(desk.prefs.text_size))


def _follow_browser(page: ft.Page, desk: Desk) -> None:
    """Let the browser's own *Back* close the screen on top. The address tells how deep one is and nothing else."""
    depth = [len(desk.places.value)]
    deeper: list[int] = []
    address = [str(page.route or "/")]
    sent: list[str] = []  # the browser reports each of these as well, as if somebody had gone there

    def tell() -> None:
        steps = [f"/{step}" for step in deeper if step <= len(desk.places.value)]
        deeper.clear()
        for step in steps if not desk.closed else ():
            if step != address[0]:
                address[0] = step
                sent.append(step)
                page.navigate(step)

    def moved() -> None:
        was, depth[0] = depth[0], len(desk.places.value)
        if depth[0] > was:
            if not deeper:  # another address makes the browser draw everything again: not while somebody waits
                asyncio.get_running_loop().call_later(SHOWN, tell)
            deeper.append(depth[0])

    def back(e: Any) -> None:
        if sent[:1] == [str(e.route)]:
            del sent[0]
            return
        sent.clear()
        address[0] = str(e.route)
        step = address[0].strip("/") or "1"
        if step.isdecimal() and 1 <= int(step) < len(desk.places.value):
            desk.flush()
            depth[0] = int(step)
            desk.places.set(desk.places.value[: int(step)])
        elif address[0].strip("/") == "" and len(desk.places.value) == 1:  # the next one leaves the app
            if desk.session.phase == "open" and desk.places.value != (HOME,):
                desk.home()
            else:
                desk.notice(desk.say("frame.leaving"))

    desk.until_closed(desk.places.watch(moved))
    page.on_route_change = back


def _closed(desk: Desk) -> None:
    """The window is gone for good: nobody is there to see what is open."""
    desk.close()
    collector.unsettle()
    others = _desks[desk.session]
    others.discard(desk)
    if not others and desk.session.phase == "open":
        desk.session.lock()


swift.install()
_desks: WeakKeyDictionary[Any, set[Desk]] = WeakKeyDictionary()
"""The windows of each session: while a new one is loaded, the old one may not have ended yet."""


async def _tick(desk: Desk) -> None:
    """Move the desk's minute on; a second is close enough, and cheap."""
    while not desk.closed:
        desk.minute.set(desk.now().replace(second=0, microsecond=0))
        await asyncio.sleep(1)


def _lifecycle(desk: Desk) -> tuple[Callable[[Any], None], Callable[[], None]]:
    """What to do when the system says how the app is seen, and when it is in front again."""
    leaving: list[asyncio.TimerHandle] = []
    until: list[datetime] = []

    def stay() -> None:
        for timer in leaving:
            timer.cancel()
        leaving.clear()
        until.clear()

    def leave(seconds: float) -> None:
        stay()
        until.append(desk.now() + timedelta(seconds=seconds))
        leaving.append(asyncio.get_running_loop().call_later(seconds, desk.lock))

    def back() -> None:
        late = bool(until) and desk.now() >= until[0]  # in a phone that slept no timer ran
        stay()
        if late:
            desk.lock()
        desk.covered.set(False)
        desk.later(lambda: carry_now(desk))

    def changed(e: Any) -> None:
        state = e.state
        if state in (ft.AppLifecycleState.SHOW, ft.AppLifecycleState.RESUME):
            back()
            return
        desk.flush()
        if state == ft.AppLifecycleState.INACTIVE:
            desk.covered.set(not desk.page.web)  # a browser window beside another one is still being read
            return
        desk.covered.set(True)
        if desk.session.phase != "open":
            return
        choosing = desk.dialog_seconds()
        if state == ft.AppLifecycleState.DETACH or (state == ft.AppLifecycleState.PAUSE and not choosing):
            stay()
            desk.lock()
        elif state == ft.AppLifecycleState.PAUSE:
            leave(choosing)
        elif not leaving:
            grace = float(desk.prefs.grace) if desk.prefs.lock_after else 0.0  # "when I leave" means at once
            leave(max(grace, choosing))

    return changed, back
