"""What a screen has before it: the session and its store, the documents, the words, the clock and the ways to go.

One `Desk` per window. The screens reach it with `use_desk()`; handlers keep the one they were rendered with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import flet as ft
from flet.messaging.session import Session

from app.listeners import Stop
from app.services.zone import within_calendars
from app.ui import safe, theme
from app.ui.loop import post
from app.ui.signal import Signal

if TYPE_CHECKING:
    from app.services.content.library import Library
    from app.services.content.speech import Speech

HOME = "/"
DIALOG_SECONDS = 120.0
"""How long a dialog of the device that we opened keeps a phone from locking: time to find a file, and no more."""

LINGERS = 4.0
"""Seconds that what was read out stays for whoever listens."""
LOWERING = 1.0
"""Seconds to wait for an open sheet to be gone before another screen is opened all the same."""


_desks: WeakKeyDictionary[Session, Desk] = WeakKeyDictionary()


def desk_of(page: ft.Page) -> Desk | None:
    """The desk of a page, for a part that was drawn outside the app's own tree: in a sheet, or after its screen."""
    return _desks.get(page.session)


def _as_it_is(speech: Speech) -> Speech:
    return speech


class Flushes(Protocol):
    """Something that holds words not yet saved."""

    def flush(self) -> None:
        """Save them now."""
        ...


class Desk:
    """Everything a screen may use. `session` is `app.services.session.Session`; `store` is its open store."""

    def __init__(
        self,
        page: ft.Page,
        session: Any,
        library: Library,
        speak: Callable[[str], Speech],
        *,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.page = page
        self.session = session
        self._loop = asyncio.get_running_loop()
        self.library = library
        self._speak = speak
        self._clock = clock or (lambda: datetime.now().astimezone())
        self.speech: Signal[Speech] = Signal(speak(session.preferences.language))
        self.minute: Signal[datetime] = Signal(self.now().replace(second=0, microsecond=0))
        self.wide: Signal[bool] = Signal((page.width or 0) >= theme.WIDE)
        self.covered: Signal[bool] = Signal(False)
        self.entering: Signal[bool] = Signal(False)
        self.places: Signal[tuple[str, ...]] = Signal((HOME,))
        self.status: Signal[str] = Signal("")
        self._silence: asyncio.TimerHandle | None = None
        self.around: Signal[Any] = Signal(None)
        """The survey that goes around on this phone, while the vault is locked; nothing otherwise."""
        self._unsaved: list[Flushes] = []
        self._stops: list[Stop] = []
        self._sheets: list[Callable[[], object]] = []
        self._steps: list[Callable[[], None]] = []
        self._dialogs: list[datetime] = []
        self.worded: Callable[[Speech], Speech] = _as_it_is
        """Puts renamed words into a speech, while the vault that has them is open."""
        self.closed = False
        self.inside = False
        """Whether the screens of an open vault are what is drawn; it may have closed a moment ago."""
        self.rehearsed = False
        self.keys = 0
        """How many changes of any field have come: whoever writes already is not led elsewhere."""
        self._role = ""
        _desks[page.session] = self
        safe.speaks_for(page.session, self.sentence, self.notice, self._way_out, self._has_closed)

    # ------------------------------------------------------------ what is open
    @property
    def store(self) -> Any:
        """The open store; raises when the vault is locked."""
        return self.session.store

    @property
    def prefs(self) -> Any:
        """The preferences: language, theme, text size, lock time and grace."""
        return self.session.preferences

    @property
    def role(self) -> str:
        """Who holds this device: mentor, mentee, coordinator or participant."""
        if self.session.phase == "open":
            self._role = str(self.session.role)
        return self._role  # a screen may be drawn once more while the vault is being locked

    def now(self) -> datetime:
        """The time on this device, with its zone."""
        return within_calendars(self._clock())

    # ------------------------------------------------------------ words
    def say(self, key: str, /, **facts: object) -> str:
        """The sentence of this key in the reader's language."""
        return self.speech.value.say(key, **facts)

    def read(self, phrase: Any, /, **facts: object) -> str:
        """A phrase of a document in the reader's language."""
        return self.speech.value.read(phrase, **facts)

    def sentence(self, fault: BaseException | None) -> str:
        """What to tell about a fault: the sentence of its code, or that something went wrong and nothing was lost."""
        if isinstance(fault, Exception) and isinstance(getattr(fault, "code", None), str) and hasattr(fault, "facts"):
            return self.speech.value.error(fault)
        return self.say("frame.went-wrong")

    def speak(self, language: str) -> None:
        """Change the language; every screen is drawn again."""
        self.speech.set(self.worded(self._speak(language)))

    def notice(self, text: str, undo: Callable[[], object] | None = None, seconds: float = 4) -> None:
        """One sentence at the bottom of the screen, with *Undo* when there is something to undo; read out as well."""
        self.page.show_dialog(
            ft.SnackBar(
                content=ft.Text(text, theme_style=theme.Style.BODY, color=theme.ON_NOTICE),
                bgcolor=theme.NOTICE,
                behavior=ft.SnackBarBehavior.FLOATING,
                shape=ft.RoundedRectangleBorder(radius=theme.CORNER),
                margin=self._above_the_button(),
                duration=int(seconds * 1000),
                action=ft.SnackBarAction(label=self.say("frame.undo"), text_color=theme.NOTICE_ACTION)
                if undo
                else None,
                on_action=(lambda _: undo()) if undo else None,
                persist=False,
            )
        )

    def _above_the_button(self) -> ft.Margin:
        """Where a notice lies: over the one wide button, never on it, and no wider than a column."""
        low = theme.BUTTON_ROOM + theme.BUTTON_LINE * self.prefs.text_size / 100
        rail = theme.RAIL if self.wide.value and self.inside else 0
        side = max(theme.SIDE, ((self.page.width or 0) - rail - theme.COLUMN) / 2 + theme.SIDE)
        return ft.Margin.only(left=rail + side, right=side, bottom=low)

    def _way_out(self) -> ft.Control | None:
        """In the place of a screen that cannot be drawn: a button that leads to Today. No hook may be used here."""
        if self.session.phase != "open" or self.places.value == (HOME,):
            return None
        roomy = ft.ButtonStyle(padding=theme.SIDE)  # it grows with its word
        return ft.OutlinedButton(
            self.say("frame.tab-today"), on_click=lambda _: self.home(), style=roomy, key="way-out"
        )

    def _has_closed(self, drawn: bool) -> bool:
        """Whether a part may stay as it is: the vault has closed since it was `drawn`, or while it was about to be."""
        return self.session.phase != "open" and (drawn or self.inside)

    def hush(self) -> None:
        """Take away every sheet, picker and notice, and what was read out: it was said to whoever had unlocked."""
        self.status.set("")
        while self.page.pop_dialog() is not None:
            continue

    def announce(self, text: str) -> None:
        """Read one sentence out to those who listen; nothing is shown. The next screen does not begin with it."""
        self.status.set("")
        self.status.set(text)
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(LINGERS, self.status.set, "")

    # ------------------------------------------------------------ ways to go
    def go(self, path: str, **facts: str) -> None:
        """Open the screen of this path above the present one; a tab replaces everything."""
        from app.ui import routes

        full = f"{path}?{urlencode(facts)}" if facts else path

        def step() -> None:
            if routes.is_tab(path):
                self.places.set((full,))
            elif full in self.places.value:
                self.places.set(self.places.value[: self.places.value.index(full) + 1])
            else:
                self.places.set((*self.places.value, full))

        self._step(step)

    def swap(self, path: str, **facts: str) -> None:
        """Open the screen of this path in the place of the present one: back leads to the one before."""
        full = f"{path}?{urlencode(facts)}" if facts else path
        self._step(lambda: self.places.set((*(self.places.value[:-1] or (HOME,)), full)))

    def back(self) -> None:
        """Close the screen on top."""
        self._step(lambda: self.places.set(self.places.value[:-1] if len(self.places.value) > 1 else (HOME,)))

    def home(self) -> None:
        """Close everything above Today."""
        self._step(lambda: self.places.set((HOME,)))

    def _step(self, step: Callable[[], None]) -> None:
        """Change the places, once every open sheet is gone.

        Flet's client forgets how to close a sheet when another screen comes above it: it would lie over the old screen
        whenever one comes back, for good.
        """
        self.flush()
        self._steps.append(step)
        if not self._sheets:
            self._take_steps()
        elif len(self._steps) == 1:
            self._loop.call_later(LOWERING, self._take_steps)
            for lower in tuple(self._sheets):
                lower()

    def _take_steps(self) -> None:
        steps, self._steps = self._steps, []
        for step in steps:
            step()

    def raised(self, lower: Callable[[], object]) -> Stop:
        """A sheet has come up that `lower` closes; call what is returned when it is gone from the screen."""
        self._sheets.append(lower)

        def gone() -> None:
            if lower in self._sheets:
                self._sheets.remove(lower)
                if not self._sheets:
                    self._take_steps()

        return gone

    # ------------------------------------------------------------ unsaved words and the lock
    def holds(self, draft: Flushes) -> Stop:
        """This draft may hold unsaved words: flush it before anything that could lose them."""
        self._unsaved.append(draft)

        def stop() -> None:
            if draft in self._unsaved:
                self._unsaved.remove(draft)

        return stop

    def flush(self) -> None:
        """Save what is being typed, everywhere. A draft that cannot be saved keeps its words and says so itself."""
        for draft in tuple(self._unsaved):
            draft.flush()

    def lock(self) -> None:
        """Save what is being typed, then lock. What was open is gone from the screen at once."""
        self.flush()
        self.entering.set(False)
        self.session.lock()
        self._steps.clear()
        self._sheets.clear()
        self.hush()
        self.places.set((HOME,))

    # ------------------------------------------------------------ threads and the end
    def later(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run a coroutine function on the page's own loop, from any thread; its failure is told in words."""

        async def guarded() -> None:
            try:
                await task()
            except Exception as fault:  # noqa: BLE001 - nobody awaits this task
                safe.tell(self.page.session, fault)

        post(self.page, self._loop, guarded)

    @contextmanager
    def dialog(self) -> Iterator[None]:
        """While a dialog of the device that we opened lies over the app: leaving for it is not leaving the app."""
        self._dialogs.append(self.now())
        try:
            yield
        finally:
            self._dialogs.pop()

    def dialog_seconds(self) -> float:
        """How long the app may still be in the background for its own dialog; 0 when none is open."""
        if not self._dialogs:
            return 0.0
        gone = (self.now() - self._dialogs[-1]).total_seconds()
        return max(0.0, DIALOG_SECONDS - max(0.0, gone))

    def once_open(self, act: Callable[[], object]) -> None:
        """Do this now, or as soon as the vault is open again: a dialog of the device may have locked it meanwhile."""
        if self.session.phase == "open":
            act()
            return
        stops: list[Stop] = []

        async def soon() -> None:
            if stops and self.session.phase == "open" and not self.session.example:
                stops.pop()()
                act()

        stops.append(self.session.watch(lambda: self.later(soon)))
        self.until_closed(stops[0])

    async def away(self, work: Callable[[], Any]) -> Any:
        """Do something long (key stretching, disk) in a thread, so that the screen goes on answering."""
        return await asyncio.to_thread(work)

    def until_closed(self, stop: Stop) -> None:
        """Call this when the window is gone, whatever happened to the part that asked for it."""
        self._stops.append(stop)

    def close(self) -> None:
        """The window is gone: save, stop watching."""
        self.closed = True
        self.flush()
        for stop in self._stops:
            stop()
        self._stops.clear()
