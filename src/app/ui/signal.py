"""A value that tells those who watch it: language, clock, width, what is open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Stop = Callable[[], None]

log = logging.getLogger("app.ui")


class Signal(Generic[T]):
    """Holds one value; `watch` is told when it becomes another one, in the thread that set it."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._listeners: list[Callable[[], None]] = []

    @property
    def value(self) -> T:
        """The value now."""
        return self._value

    def set(self, value: T) -> None:
        """Take a new value; an equal one is no news."""
        if value != self._value:
            self._value = value
            self.tell()

    def tell(self) -> None:
        """Call every listener, also when one of them fails."""
        for listener in tuple(self._listeners):
            try:
                listener()
            except Exception as fault:  # noqa: BLE001 - one listener must not silence the others
                log.error("a listener failed: %s", type(fault).__name__)

    def watch(self, listener: Callable[[], None]) -> Stop:
        """Call `listener` after every change until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop
