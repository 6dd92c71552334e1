"""A form that is not saved yet: what stands in it survives the lock, going back and a crash, until it is saved.

It is kept as one of my own settings, in the personal space, and taken away when the form is saved. A form that is opened
again goes on where it was left; what nobody had touched in it says what is so by now, or saving would undo what was
written elsewhere meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import flet as ft

from app.model.commands import SetSetting
from app.model.queries import SettingOf
from app.ui.hooks.context import use_desk
from app.ui.hooks.draft import Draft, use_draft
from app.ui.hooks.held import use_box

T = TypeVar("T")

PREFIX = "unfinished."


class Unfinished(Generic[T]):
    """The values of a form and how to change them. `resumed` says that they were left over from before."""

    def __init__(self, values: T, begun: T, show: Any, draft: Draft, resumed: bool) -> None:
        self.values = values
        self.resumed = resumed
        self._begun = begun
        self._show = show
        self._draft = draft

    def put(self, values: T) -> None:
        """The form says this now; it is on the disk within a second."""
        self._show(values)
        self._draft.edit(packed(values, self._begun))

    def done(self) -> None:
        """The form is saved, or emptied: nothing is left over."""
        self._draft.edit("")
        self._draft.flush()


def use_unfinished(form: str, start: T) -> Unfinished[T]:
    """The values of the form of this name: those left over from before, else `start` (a frozen dataclass)."""
    desk = use_desk()
    key = PREFIX + form

    def begin() -> tuple[T, bool]:
        left = unpacked(start, desk.store.ask(SettingOf(key)))
        return (start, False) if left is None or left == start else (left, True)

    def keep(text: str) -> None:
        desk.store.execute(SetSetting(key=key, value=text or None))

    begun, first = use_box(begin).value, use_box(lambda: start).value
    values, show = ft.use_state(begun[0])
    draft = use_draft("", keep)
    return Unfinished(values, first, show, draft, begun[1])


def packed(values: Any, begun: Any) -> str:
    """The values as one line of text, with those the form was begun with."""
    return json.dumps({"now": asdict(values), "then": asdict(begun)}, ensure_ascii=False, default=_plain)


def unpacked(start: T, text: object) -> T | None:
    """The values again, and those of `start` where nothing had been changed; nothing where the text is of another
    version of the form.
    """
    if not isinstance(text, str) or not is_dataclass(start):
        return None
    try:
        left = json.loads(text)
        kinds = {field.name: getattr(start, field.name) for field in fields(start)}
        now, then = (left["now"], left["then"]) if isinstance(left, dict) and "then" in left else (left, {})
        if not isinstance(now, dict) or now.keys() != kinds.keys():
            return None
        make: Callable[..., T] = type(start)
        same = {name for name in then if then[name] == now.get(name)}
        return make(**{name: is_so if name in same else _again(now[name], is_so) for name, is_so in kinds.items()})
    except (KeyError, TypeError, ValueError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise TypeError(type(value).__name__)


def _again(value: Any, like: Any) -> Any:
    if isinstance(like, frozenset):
        return frozenset(value)
    if isinstance(value, dict):
        return date.fromisoformat(value["day"])
    return value
