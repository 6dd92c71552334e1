"""Something a part keeps between renders without drawing itself again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import flet as ft
from flet.components.hooks.use_ref import MutableRef

T = TypeVar("T")


class Held(Generic[T]):
    """A box that stays the same for as long as the part lives."""

    def __init__(self, value: T) -> None:
        self.value = value


def use_held(make: Callable[[], T]) -> Held[T]:
    """A box made at the first render."""
    box: MutableRef[Held[T]] = ft.use_ref(cast("Any", lambda: Held(make())))
    return cast("Held[T]", box.current)
