"""Holding: a value that is made when the part appears and stays the same until it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import flet as ft

T = TypeVar("T")


def use_held(make: Callable[[], T]) -> T:
    """What `make` gave the first time."""
    return cast("T", ft.use_ref(cast("Callable[[], Any]", make)).current)
