"""A form or a sheet that is not saved yet: what stands in it survives the lock, going away and a crash, until it is saved.

Its words lie sealed among the drafts of this device and leave no version behind: saved or cleared, they are gone. A form
that is opened again goes on where it was left; what nobody had touched in it says what is so by now, or saving would
undo what was written elsewhere meanwhile. Nothing secret may be kept here: no passphrase, no key, no pairing words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, time
from typing import Any, Generic, TypeVar, cast

import flet as ft

from app.services.records.drafts import begun
from app.ui.hooks.context import use_desk
from app.ui.hooks.draft import Draft, use_draft
from app.ui.hooks.held import use_box

T = TypeVar("T")


@dataclass(frozen=True)
class _Shown(Generic[T]):
    """What a form shows: its values, whether they were left over, and those that were just cleared away."""

    values: T
    resumed: bool = False
    cleared: T | None = None
    times: int = 0


class Unfinished(Generic[T]):
    """The values of a form and how to change them. `resumed` says that they were left over from before."""

    def __init__(self, shown: _Shown[T], begun: T, show: Callable[[_Shown[T]], None], draft: Draft) -> None:
        self.values = shown.values
        self.resumed = shown.resumed
        self.cleared = shown.cleared is not None
        self.times = shown.times
        """How often all of it was put in at once, or cleared away: a field that keeps a text itself begins anew then."""
        self._shown = shown
        self._begun = begun
        self._show = show
        self._draft = draft

    def put(self, values: T) -> None:
        """The form says this now; it is on the disk within a second."""
        self._show(_Shown(values, self.resumed, times=self.times))
        self._draft.edit(packed(values, self._begun))

    def done(self) -> None:
        """The form is saved: nothing is left over."""
        self._draft.edit("")
        self._draft.flush()

    def empty(self) -> None:
        """The form is saved, and stays to be filled in once more."""
        self.done()
        self._show(_Shown(self._begun, times=self.times + 1))

    def clear(self) -> None:
        """Begin anew, with nothing left over. Until the next key it can be undone."""
        self.done()
        self._show(_Shown(self._begun, cleared=self.values, times=self.times + 1))

    def undo(self) -> None:
        """The words that were cleared stand there again."""
        if self._shown.cleared is not None:
            back = self._shown.cleared
            self._show(_Shown(back, resumed=True, times=self.times + 1))
            self._draft.edit(packed(back, self._begun))
            self._draft.flush()


def use_unfinished(form: str, start: T) -> Unfinished[T]:
    """The values of the form of this name: those left over from before, else `start`: a text, several by name, or a frozen dataclass.

    The name says which form it is and, between dots, the ids of what it is about (see `begun`).
    """
    desk = use_desk()
    place = begun(form)

    def begin() -> _Shown[T]:
        left = unpacked(start, desk.store.drafts.read(place))
        return _Shown(start) if left is None or left == start else _Shown(left, resumed=True)

    def keep(text: str) -> None:
        drafts = desk.store.drafts
        if text:
            drafts.keep(place, text, seen=())
            drafts.flush()
        else:
            drafts.forget(place)

    first = use_box(lambda: start).value
    shown, show = ft.use_state(use_box(begin).value)
    return Unfinished(shown, first, show, use_draft("", keep))


def packed(values: Any, begun: Any) -> str:
    """The values as one line of text, with those the form was begun with; nothing where they are the same."""
    if values == begun:
        return ""
    return json.dumps({"now": _bare(values), "then": _bare(begun)}, ensure_ascii=False, default=_plain)


def unpacked(start: T, text: object) -> T | None:
    """The values again, and those of `start` where nothing had been changed; nothing where there is no such text.

    An update may have brought fields, taken some away or given them another kind: what still fits is there again.
    """
    if not isinstance(text, str):
        return None
    try:
        left = json.loads(text)
        now, then = left["now"], left["then"]
    except (KeyError, TypeError, ValueError):
        return None
    if isinstance(start, str):
        return cast("T", now) if isinstance(now, str) and now != then else None
    if not isinstance(now, dict) or not isinstance(then, dict):
        return None
    is_so = _bare(start)
    changed = {}
    for name, value in is_so.items():
        if name in now and now[name] != then.get(name):
            with suppress(KeyError, TypeError, ValueError):  # of another kind by now
                changed[name] = _again(now[name], value)
    return cast("T", {**is_so, **changed}) if isinstance(start, Mapping) else replace(cast("Any", start), **changed)


def _bare(values: Any) -> Any:
    if is_dataclass(values) and not isinstance(values, type):
        return {field.name: getattr(values, field.name) for field in fields(values)}
    return dict(values) if isinstance(values, Mapping) else values


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    raise TypeError(type(value).__name__)


def _again(value: Any, like: Any) -> Any:
    """A value as the form has it; raises where the form has another kind of value in that place by now."""
    if isinstance(like, date) or like is None:  # what may be empty is a day
        return None if value is None else date.fromisoformat(value["day"])
    if isinstance(like, time):
        return time.fromisoformat(value["time"])
    if isinstance(like, frozenset) and isinstance(value, list):
        return frozenset(_again(one, None) if isinstance(one, dict) else one for one in value)
    if type(value) is type(like):
        return value
    raise TypeError(type(value).__name__)
