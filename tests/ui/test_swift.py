"""The faster ways through the tree find exactly the controls that Flet's own find, in the same order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import flet as ft
import pytest
from flet.controls.base_control import BaseControl
from flet.controls.object_patch import DiffBuilder

from app.ui import swift, theme
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage
from tests.ui.screens.laid import lay, open_at

Walk = Callable[..., Iterator[Any]]
FLETS_CONFIGURE, FLETS_REMOVED = swift.FLETS


def tree() -> ft.Control:
    """Controls in every place where one can be: lists, dictionaries, properties, value objects."""
    button = ft.Button("a", style=ft.ButtonStyle(text_style={ft.ControlState.HOVERED: ft.TextStyle(size=3)}))
    field = ft.TextField(label=ft.Text("namn"), prefix=ft.Icon(ft.Icons.ADD), error=ft.Text("fel"))
    home = [ft.NavigationBarDestination(icon=ft.Icon(ft.Icons.HOME), label=label) for label in ("b", "c")]
    bar = ft.NavigationBar(destinations=home)
    chosen = ft.Dropdown(options=[ft.DropdownOption(key="1", content=ft.Text("ett")), ft.DropdownOption(text="2")])
    spans = ft.Text("c", spans=[ft.TextSpan("d", style=ft.TextStyle(weight=ft.FontWeight.BOLD))])
    box = ft.Container(
        ft.Column([button, field, chosen, spans, ft.Row([], wrap=True)]),
        badge=ft.Badge(label=ft.Text("9")),
        tooltip=ft.Tooltip("e", decoration=ft.BoxDecoration(bgcolor=theme.INK)),
        border=ft.Border.all(1),
        data={"own": [1, 2]},
    )
    return ft.View(
        route="/",
        controls=[ft.Semantics(content=box)],
        appbar=ft.AppBar(leading=ft.Icon(ft.Icons.MENU), actions=[ft.IconButton(ft.Icons.LOCK)]),
        navigation_bar=bar,
    )


def builder() -> DiffBuilder:
    return DiffBuilder(None, None, control_cls=BaseControl)


def marks(root: Any, seen: set[int] | None = None) -> list[tuple[Any, ...]]:
    """What the walk leaves behind, on every object below the root, found by looking at all fields."""
    seen = set() if seen is None else seen
    found: list[tuple[Any, ...]] = []
    if isinstance(root, list | tuple | dict):
        for one in root.values() if isinstance(root, dict) else root:
            found += marks(one, seen)
    elif dataclasses.is_dataclass(root) and not isinstance(root, type) and id(root) not in seen:
        seen.add(id(root))
        parent = getattr(root, "_parent", None)
        above = parent() if parent else None
        found.append(
            (
                type(root).__name__,
                type(above).__name__ if above is not None else "",
                getattr(root, "_frozen", None),
                getattr(root, "_initialized", None),
                dict(getattr(root, "_dirty", {})),
                getattr(root, "__changes", None),
            )
        )
        for field in dataclasses.fields(root):
            if not field.metadata.get("skip", False):
                found += marks(getattr(root, field.name), seen)
    return found


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("only", [False, True])
def test_what_comes_is_made_ready_as_flet_does_it(frozen: bool, only: bool) -> None:
    seen = []
    for way in (FLETS_CONFIGURE, swift.configure):
        root = tree()
        names = [type(one).__name__ for one in way(builder(), root, None, frozen, only)]
        seen.append((names, marks(root)))
    assert seen[0] == seen[1]
    assert ("TextSpan" in seen[0][0]) is not only


@pytest.mark.parametrize("recurse", [False, True])
def test_what_goes_is_found_as_flet_finds_it(recurse: bool) -> None:
    root = tree()
    list(swift.configure(builder(), root, None, False))
    for way in (root, [root], {"a": root}, None, "text"):
        flets, ours = (list(each(builder(), way, recurse)) for each in (FLETS_REMOVED, swift.removed))
        assert [id(one) for one in flets] == [id(one) for one in ours]


def test_a_control_that_is_its_own_parent_is_refused() -> None:
    text = ft.Text("a")
    with pytest.raises(Exception, match="Parent is the same"):
        list(swift.configure(builder(), text, text, False))


def walked(item: Any) -> Iterator[Any]:
    """The controls of a part in Flet's order: every field of every object."""
    if isinstance(item, list):
        for one in item:
            yield from walked(one)
    elif isinstance(item, dict):
        for one in item.values():
            yield from walked(one)
    elif dataclasses.is_dataclass(item) and not isinstance(item, type):
        if isinstance(item, BaseControl):
            yield item
        for field in dataclasses.fields(item):
            if not field.metadata.get("skip", False):
                yield from walked(getattr(item, field.name))


async def test_on_every_kind_of_screen_nothing_is_overlooked(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    came, went = list[int](), list[int]()

    def configure(self: DiffBuilder, item: Any, parent: Any, frozen: bool, only: bool = False) -> Iterator[Any]:
        found = list(swift.configure(self, item, parent, frozen, only))
        if not only:
            assert [id(one) for one in found] == [id(one) for one in walked(item)]
            came.append(len(found))
        yield from found

    def removed(self: DiffBuilder, item: Any, recurse: bool) -> Iterator[Any]:
        found = list(swift.removed(self, item, recurse))
        assert [id(one) for one in found] == [id(one) for one in FLETS_REMOVED(self, item, recurse)]
        went.append(len(found))
        yield from found

    monkeypatch.setattr(DiffBuilder, "_configure_dataclass", configure)
    monkeypatch.setattr(DiffBuilder, "_removed_controls", removed)
    laid = lay()
    app = await open_at(stage, laid, "/")
    paths = (
        "/people",
        "/goals",
        "/library",
        f"/goal/{laid.goal}",
        f"/person/{laid.pair}",
        "/task/new",
    )
    for path in (*paths, "/search", "/plan", "/notes", "/"):
        app.desk.go(path)
        await app.settle()
    app.session.page.width = 1100
    app.desk.wide.set(True)
    await app.settle()
    app.desk.session.lock()
    await app.settle(0.05)
    assert sum(came) > 1000 and sum(went) > 1000


async def test_first_run_as_well(stage: OpenStage) -> None:
    app = await stage(session=FakeSession(phase="absent"))
    assert DiffBuilder._configure_dataclass is swift.configure
    assert app.has("Fika")
