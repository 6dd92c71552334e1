"""Who wants to be told of a change, and the telling: the same everywhere in the app."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")
Stop = Callable[[], None]

log = logging.getLogger("app")


class Listeners(Generic[P]):
    """Functions that are called with the same arguments, in the order in which they came, in the thread that tells.

    One that fails is named in the log and silences nobody else, and never whoever made the change: what is on the disk
    stays there. One that another one stops while all are being told is not called any more.
    """

    def __init__(self) -> None:
        self._called: dict[object, Callable[P, None]] = {}  # by a token: the same function may listen twice

    def __bool__(self) -> bool:
        return bool(self._called)

    def add(self, listener: Callable[P, None]) -> Stop:
        """Call `listener` at each change from now on, until the returned function is called, once or more."""
        token = object()
        self._called[token] = listener

        def stop() -> None:
            self._called.pop(token, None)

        return stop

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell of a change. Raises nothing."""
        for token in tuple(self._called):
            listener = self._called.get(token)
            if listener is None:
                continue
            try:
                listener(*args, **kwargs)
            except Exception as fault:  # noqa: BLE001 - one listener must not silence the others, nor undo what happened
                log.error("a listener failed: %s", type(fault).__name__)

    def clear(self) -> None:
        """Nobody is told any more."""
        self._called.clear()
