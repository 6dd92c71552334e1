"""A value that tells those who watch it: language, clock, width, what is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from app.listeners import Listeners, Stop

T = TypeVar("T")


class Signal(Generic[T]):
    """Holds one value; `watch` is told when it becomes another one, in the thread that set it."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._listeners = Listeners[[]]()

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
        self._listeners.tell()

    def watch(self, listener: Callable[[], None]) -> Stop:
        """Call `listener` after every change until the returned function is called."""
        return self._listeners.add(listener)
