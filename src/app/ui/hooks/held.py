"""Holding: what a part keeps between renders without drawing itself again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import flet as ft

T = TypeVar("T")


class Box(Generic[T]):
    """A place for a value that changes, the same for as long as the part lives."""

    def __init__(self, value: T) -> None:
        self.value = value


def use_held(make: Callable[[], T]) -> T:
    """What `make` gave the first time."""
    return cast("T", ft.use_ref(cast("Callable[[], Any]", make)).current)


def use_box(make: Callable[[], T]) -> Box[T]:
    """A box that holds at first what `make` gave."""
    return use_held(lambda: Box(make()))
