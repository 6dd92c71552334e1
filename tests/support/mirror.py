"""What the other end has on its screen: the tree that Flutter builds from the patches it is sent.

Python's own tree is not what a person taps. Where the two drift apart, a tap names a control that Python has forgotten,
and nothing happens, for ever; the window checks every event of a test against this mirror.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

REPLACE, ADD, REMOVE, MOVE = range(4)


class Mirror:
    """The client's tree of plain dicts and lists, kept in step by the patches alone."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.page = page
        self._raised: dict[int, int] = {}
        self._forgotten: set[int] = set()

    def patch(self, body: dict[str, Any]) -> None:
        """Apply one message as Flutter does; a patch for a control that is not there is dropped, as there."""
        root = next((node for node in self._controls() if node["_i"] == body["id"]), None)
        if root is None:
            return
        paths, *steps = body["patch"]
        places = dict(_places(paths, root))
        for kind, at, key, *rest in steps:
            place = places[at]()
            if kind == REMOVE:
                del place[key]
            elif kind == MOVE:
                there, to = rest
                moved = place.pop(key)
                places[there]().insert(to, moved)
            elif kind == ADD and isinstance(place, list):
                place.insert(key, rest[0])
            else:
                place[key] = rest[0]

    @property
    def ids(self) -> set[int]:
        """The ids of everything that could be tapped over there."""
        return {node["_i"] for node in self._controls()}

    def frame(self) -> list[int]:
        """Draw: the sheets, pickers and notices that are closed by now and can be taken away.

        A sheet belongs to the screen that was on top when it came up. Once another one is on top, Flet's client has
        forgotten how to take it away: it stays, until its own screen goes.
        """
        views = [_drawn(view)["_i"] for view in _drawn(self.page["views"])]
        closed = []
        for dialog in self.page["_dialogs"].get("controls", []):
            name, is_open = dialog["_i"], bool(dialog.get("open"))
            if is_open:
                self._raised.setdefault(name, views[-1])
            under = self._raised.get(name)
            if under in views[:-1] and dialog["_c"] != "SnackBar":
                self._forgotten.add(name)
            if is_open or under is None or (name in self._forgotten and under in views):
                continue
            del self._raised[name]
            closed.append(name)
        return closed

    def _controls(self) -> Iterator[dict[str, Any]]:
        stack: list[Any] = [self.page]
        while stack:
            one = stack.pop()
            within: Any = one
            if isinstance(one, dict):
                if "_i" in one:
                    yield one
                within = one.values()
            for held in within:
                if isinstance(held, (dict, list)):
                    stack.append(held)


def _drawn(node: Any) -> Any:
    """What a component comes to."""
    while isinstance(node, dict) and node.get("_c") == "C":
        node = node["_b"]
    return node


def _places(paths: list[Any], root: Any) -> Iterator[tuple[int, Any]]:
    """The containers that the steps name by number; looked up when a step needs them, since steps before may move them."""
    stack: list[tuple[list[Any], tuple[Any, ...]]] = [(paths, ())]
    while stack:
        node, path = stack.pop()

        def find(path: tuple[Any, ...] = path) -> Any:
            place = root
            for part in path:
                place = place[part]
            return place

        yield node[0], find
        for part, below in (node[1] if len(node) > 1 else {}).items():
            stack.append((below, (*path, part)))
