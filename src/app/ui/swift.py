"""What Flet 1.0.5 does slowly, done faster with the same outcome.

`DiffBuilder._configure_dataclass` and `_removed_controls` go through every field of every control that comes or goes,
some seventy of them, to find the controls inside: half the time of drawing a screen. Ours look only at the fields that
hold something other than their default, and only into what can hold a control. `tests/ui/test_swift.py` compares them
with Flet's own.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from flet.controls.object_patch import DiffBuilder, ObjectPatchException, _control_setattr

FLETS = (DiffBuilder._configure_dataclass, DiffBuilder._removed_controls)
"""Those that are replaced."""


@dataclasses.dataclass(frozen=True)
class _Shape:
    """The fields of a class that Flet walks through: their order, and those that are stored whatever their value."""

    order: dict[str, int]
    always: tuple[str, ...]


_shapes: dict[type, _Shape] = {}


def _shape_of(kind: type) -> _Shape:
    if kind not in _shapes:
        sparse = getattr(kind, "_prop_defaults", {})
        walked = [field.name for field in dataclasses.fields(kind) if not field.metadata.get("skip", False)]
        order = {name: place for place, name in enumerate(walked)}
        _shapes[kind] = _Shape(order, tuple(name for name in walked if name not in sparse))
    return _shapes[kind]


def _inside(item: Any) -> Iterator[Any]:
    """What an object holds that may be a control or hold one, in the order of its fields."""
    shape = _shape_of(type(item))
    stored = getattr(item, "_values", None)
    if stored is None:
        yield from [value for name in shape.order if _may_hold(value := getattr(item, name))]
        return
    found = [(shape.order[name], value) for name, value in stored.items() if name in shape.order and _may_hold(value)]
    found += [(shape.order[name], value) for name in shape.always if _may_hold(value := getattr(item, name))]
    found.sort(key=itemgetter(0))
    yield from [value for _, value in found]


def _may_hold(value: Any) -> bool:
    return isinstance(value, list | dict) or (hasattr(value, "__dataclass_fields__") and not isinstance(value, type))


def configure(
    self: DiffBuilder, item: Any, parent: Any, frozen: bool, configure_setattr_only: bool = False
) -> Iterator[Any]:
    """Make everything in a new part of the tree ready to be sent and compared, and name its controls."""
    if isinstance(item, list | dict):
        for value in item.values() if isinstance(item, dict) else item:
            if _may_hold(value):
                yield from configure(self, value, parent, frozen)
        return
    if not _may_hold(item):
        return
    if parent is None:
        known = getattr(item, "_parent", None)
        parent = known() if known else None
    if parent:
        if parent is item:
            raise ObjectPatchException(f"Parent is the same as item: {type(item).__name__}")
        item._parent = weakref.ref(parent)
    if hasattr(item, "_frozen"):
        frozen = item._frozen
    elif frozen:
        item._frozen = frozen
    kind = item.__class__
    if getattr(kind, "__flet_control_cls__", None) is None:
        kind.__flet_control_cls__ = self.control_cls
    controls = self.control_cls is not None and isinstance(item, self.control_cls)
    if controls:
        if not configure_setattr_only:
            item.build()
            item._before_update_safe()
            object.__setattr__(item, "_initialized", True)
        yield item
    if not configure_setattr_only:
        for value in _inside(item):
            yield from configure(self, value, item if controls else parent, frozen)
    if not frozen:
        changed = getattr(item, "_dirty", None)
        if changed is not None:
            changed.clear()
        else:
            if kind.__setattr__ is not _control_setattr:
                kind.__setattr__ = _control_setattr
            object.__setattr__(item, "__changes", {})


def removed(self: DiffBuilder, item: Any, recurse: bool) -> Iterator[Any]:
    """The controls that go with a part of the tree, the innermost first."""
    if isinstance(item, list | dict):
        for value in item.values() if isinstance(item, dict) else item:
            yield from removed(self, value, recurse)
    elif self.control_cls and isinstance(item, self.control_cls):
        if hasattr(item, "__prev_lists"):
            for held in ("__prev_lists", "__prev_dicts", "__prev_classes"):
                for value in getattr(item, held, {}).values():
                    yield from removed(self, value, recurse)
        elif recurse:
            for value in _inside(item):
                yield from removed(self, value, recurse)
        yield item


def install() -> None:
    """From now on Flet uses these."""
    DiffBuilder._removed_controls = removed  # type: ignore[method-assign]  # replacing it is the point
    DiffBuilder._configure_dataclass = configure  # type: ignore[method-assign]  # replacing it is the point
