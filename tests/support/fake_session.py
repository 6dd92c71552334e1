"""A session without a vault: it opens with one passphrase and hands out a store in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.errors import AppError
from app.model.queries import SettingOf
from app.ui.signal import Signal
from tests.support.signing import Keys, NoProgramme, agreements


class NotOpen(AppError):
    """The fake is locked."""

    code = "unexpected"


@dataclass
class FakePreferences:
    """Language, theme and the rest, in memory."""

    language: str = "sv"
    theme: str = "light"
    text_size: int = 100
    lock_after: int = 5
    grace: float = 30
    _news: Signal[int] = field(default_factory=lambda: Signal(0))

    def set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self._news.set(self._news.value + 1)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._news.watch(listener)


@dataclass(eq=False)
class FakeLive:
    """An answer that is asked for again after every `put`."""

    store: FakeStore
    query: Any

    def __post_init__(self) -> None:
        self._known: tuple[int, Any] = (-1, None)

    @property
    def answer(self) -> Any:
        if self._known[0] != self.store.puts:
            self._known = (self.store.puts, self.store.ask(self.query))
        return self._known[1]

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.store.listeners.append(listener)
        return lambda: self.store.listeners.remove(listener)


class FakeStore:
    """Answers queries that are callables of its dictionary, and tells those who watch after `put`.

    Of real queries only settings are asked for by the frame itself; none is set.
    """

    def __init__(self) -> None:
        self.content: dict[str, Any] = {}
        self.asked = self.puts = 0
        self.listeners: list[Callable[[], None]] = []

    def ask(self, query: Any) -> Any:
        self.asked += 1
        return None if isinstance(query, SettingOf) else query(self.content)

    def live(self, query: Any) -> FakeLive:
        return FakeLive(self, query)

    def put(self, **values: Any) -> None:
        self.content.update(values)
        self.puts += 1
        for listener in tuple(self.listeners):
            listener()


class NoPairing:
    """Nobody has another phone."""

    def peer(self, mentorship: str) -> None:
        return None


class FakeSession:
    """absent → locked → open, without key stretching."""

    def __init__(
        self, phase: str = "open", role: str = "mentor", store: Any = None, passphrase: str = "tall regn moln"
    ) -> None:
        self.phase = phase
        self.role = role
        self.preferences = FakePreferences()
        self.example = False
        self.sharing = False
        self.shares = False
        self.locks = 0
        self.notices: list[Any] = []
        self.inbox_alarm = False
        self.keeps_words = False
        self.quick_notes_trust = "known"
        self.pairing: Any = NoPairing()
        self.touches = 0
        self.programme: Any = NoProgramme()
        self.programme_waiting = 0
        self.programme_by_hand = 0
        self.programme_news = 0
        self.posts = False
        self._keys = Keys()
        self._store = store if store is not None else FakeStore()
        self._passphrase = passphrase
        self._news: Signal[str] = Signal(phase)

    @property
    def store(self) -> Any:
        if self.phase != "open":
            raise NotOpen()
        return self._store

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._news.watch(listener)

    def agreements(self, library: Any) -> Any:
        return agreements(self.store, library, self._keys, self.store.clock)

    def touch(self) -> None:
        self.touches += 1

    def create(self, passphrase: str) -> None:
        self._passphrase = passphrase
        self._move("open")

    def unlock(self, passphrase: str) -> None:
        if passphrase != self._passphrase:
            raise NotOpen()
        self._move("open")

    def lock(self) -> None:
        self.locks += 1
        self._move("locked")

    def _move(self, phase: str) -> None:
        self.phase = phase
        self._news.set(phase)
