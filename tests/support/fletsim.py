"""A window without a window: a real Flet session whose other end is this file, not Flutter.

    app = await Window.open(main, width=390)
    await app.tap("save")                       # a control, an identifier, or the words on it
    await app.type("title", "Two interviews")
    assert "Saved" in app.texts()

Everything is sent as the client sends it: first the property, then the event. Every message is packed, because packing
takes the snapshots that Flet compares with next time. What the messages build at the other end is kept in a mirror:
only what is there can be tapped. A part that failed to draw, a handler that crashed and a
scheduler that died fail the test at the next `settle`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flet as ft
import msgpack  # type: ignore[import-untyped]
from flet.components.component import Component
from flet.components.public_utils import unwrap_component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page, context
from flet.controls.services.semantics_service import AccessibilityFeatures
from flet.controls.value_types import Prop
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    Message,
    MessageAction,
    configure_encode_object_for_msgpack,
    decode_ext_from_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from app.errors import AppError
from app.ui import safe
from tests.support.mirror import Mirror

_pack = configure_encode_object_for_msgpack(BaseControl)  # type: ignore[no-untyped-call]
FEATURES = [known.name for known in dataclasses.fields(AccessibilityFeatures)]
_NO_EDGE = {"top": 0, "right": 0, "bottom": 0, "left": 0}
_WORDS = ("value", "label", "content", "title", "text", "error", "helper", "hint_text")
_NAMES = ("identifier", "key", "value", "label", "content", "text", "title", "semantics_label", "tooltip")

Target = Any  # a control, or the identifier, key or words by which one is found


class Line(Connection):
    """The wire: counts the bytes, keeps the messages, answers method calls from `replies`."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.loop = asyncio.get_running_loop()
        self.executor = ThreadPoolExecutor(2)
        self.pubsubhub = PubSubHub(loop=self.loop, executor=self.executor)
        self.page_url = "http://127.0.0.1"
        self.session: Session | None = None
        self.sent: list[tuple[MessageAction, Any]] = []
        self.bytes_out = 0
        self.crashes: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.mirror: Mirror | None = None
        self.slides = True  # False: what is closed stays where it is, as while a phone is busy
        self._frame: asyncio.Handle | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self.replies: dict[str, Any] = {"get_accessibility_features": dict.fromkeys(FEATURES, False)}

    def send_message(self, message: Message) -> None:
        raw = msgpack.packb([message.action, message.body], default=_pack)
        self.bytes_out += len(raw)
        number, body = msgpack.unpackb(raw, ext_hook=decode_ext_from_msgpack, strict_map_key=False)
        action = MessageAction(number)
        self.sent.append((action, body))
        if action == MessageAction.PATCH_CONTROL and self.mirror:
            self.mirror.patch(body)
            self._frame = self._frame or self.loop.call_soon(self._draw)
        elif action == MessageAction.SESSION_CRASHED:
            self.crashes.append(body["message"])
        elif action == MessageAction.INVOKE_METHOD:
            self.calls.append((body["name"], body.get("args")))
            self.loop.call_soon(self._answer, body)

    def _draw(self) -> None:
        """The next frame over there: what was closed slides away, and Python is told."""
        self._frame = None
        if self.mirror and self.session and self.slides:
            for dialog in self.mirror.frame():
                self.session.apply_patch(dialog, {"open": False})
                task = self.loop.create_task(self.session.dispatch_event(dialog, "dismiss", None))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)

    def _answer(self, body: dict[str, Any]) -> None:
        reply, error = self.replies.get(body["name"]), None
        if callable(reply):
            reply = reply(body.get("args"))
        if isinstance(reply, Exception):
            reply, error = None, str(reply)
        if self.session:
            self.session.handle_invoke_method_results(body["control_id"], body["call_id"], reply, error)


class Window:
    """One window of the app."""

    def __init__(self, session: Session, line: Line) -> None:
        self.session, self.line, self.page = session, line, session.page
        self.faults: list[BaseException] = []
        self.forgiving = False  # True: faults are part of the test; they are kept in `faults`
        safe.witness.append(self._saw)

    def _saw(self, fault: BaseException) -> None:
        if not isinstance(fault, AppError):  # those are told to people; the test sees the sentence
            self.faults.append(fault)

    @classmethod
    async def open(
        cls,
        main: Callable[..., Any],
        *args: Any,
        width: int = 390,
        height: int = 844,
        platform: str = "android",
        web: bool = False,
        replies: dict[str, Any] | None = None,
        forgiving: bool = False,
    ) -> Window:
        line = Line()
        line.replies.update(replies or {})
        session = line.session = Session(line)
        _context_page.set(session.page)
        media: dict[str, Any] = {"padding": _NO_EDGE, "view_padding": _NO_EDGE, "view_insets": _NO_EDGE}
        media |= {"device_pixel_ratio": 2, "orientation": "portrait", "always_use_24_hour_format": True}
        session.apply_page_patch(
            {
                "route": "/",
                "width": width,
                "height": height,
                "platform": platform,
                "web": web,
                "platform_brightness": "light",
                "media": media,
            }
        )
        session.get_page_patch()  # type: ignore[no-untyped-call]
        raw = msgpack.packb(session.page, default=_pack)
        line.mirror = Mirror(msgpack.unpackb(raw, ext_hook=decode_ext_from_msgpack, strict_map_key=False))
        window = cls(session, line)
        window.forgiving = forgiving
        context.reset_auto_update()  # type: ignore[no-untyped-call]
        outcome = main(session.page, *args)
        if inspect.isawaitable(outcome):
            await outcome
        await session.after_event(session.page)
        await window.settle()
        return window

    async def settle(self, seconds: float = 0) -> None:
        """Let updates, effects and tasks run, then fail if the app broke; `seconds` waits for threads as well."""
        await asyncio.sleep(seconds)
        for _ in range(40):
            await asyncio.sleep(0)
        if self.faults and not self.forgiving:
            raise AssertionError("a part or a handler failed") from self.faults.pop()
        if self.line.crashes:
            raise AssertionError("the app crashed:\n" + "\n".join(self.line.crashes))
        task = self.session._Session__updates_task  # type: ignore[attr-defined]
        if task and task.done() and not task.cancelled() and task.exception():
            raise AssertionError("a part failed while rendering: the window is frozen") from task.exception()

    async def until(self, true: Callable[[], Any], seconds: float = 60) -> None:
        """Wait for something that a thread or a timer brings."""
        for _ in range(int(seconds / 0.02)):
            await self.settle(0.02)
            if true():
                return
        raise AssertionError(f"not within {seconds} s; visible: {self.texts()[:40]}")

    # ------------------------------------------------------------ what there is
    @property
    def views(self) -> list[Any]:
        return [unwrap_component(view) for view in unwrap_component(self.page.views)]

    @property
    def view(self) -> Any:
        return self.views[-1]

    def walk(self, root: Any = None) -> Iterator[Any]:
        """Every control in sight in reading order: the view on top and the sheets, snackbars and pickers above it."""
        stack = [root] if root is not None else [self.page._dialogs, self.view]
        seen: set[int] = set()
        while stack:
            one = stack.pop()
            if isinstance(one, (list, tuple)):
                stack.extend(reversed(one))
            elif isinstance(one, Component):
                stack.append(one._b)
            elif isinstance(one, BaseControl) and id(one) not in seen:
                seen.add(id(one))
                if getattr(one, "visible", True) is False or getattr(one, "open", True) is False:
                    continue
                yield one
                stack.extend(reversed(_children(one)))

    def texts(self) -> list[str]:
        """Every string in sight."""
        return [
            value
            for control in self.walk()
            for name in _WORDS
            if isinstance(value := getattr(control, name, None), str) and value
        ]

    def all(self, what: Target = None, kind: type | None = None) -> list[Any]:
        """The controls with this identifier, key or words, of this kind."""
        found = []
        for control in self.walk():
            if kind is not None and not isinstance(control, kind):
                continue
            if what is None or any(getattr(control, name, None) == what for name in _NAMES):
                found.append(control)
        return found

    def has(self, what: Target, kind: type | None = None) -> bool:
        return bool(self.all(what, kind))

    def get(self, what: Target, kind: type | None = None) -> Any:
        """The one control with this identifier, key or words; inside an identified node the thing to use."""
        if isinstance(what, BaseControl):
            return what
        found = self.all(what, kind)
        by_name = [c for c in found if getattr(c, "identifier", None) == what]
        if by_name:
            found = by_name
        if len(found) != 1:
            raise AssertionError(f"{len(found)} match {what!r} {kind}; in sight: {self.texts()[:60]}")
        return found[0]

    def usable(self, what: Target, event: str) -> Any:
        """The control inside `what` that listens to `event`, or the one around it."""
        target = self.get(what)
        handler = f"on_{event}"
        if getattr(target, handler, None):
            return target
        inside = [c for c in self.walk(target) if getattr(c, handler, None)]
        if inside:
            return inside[0]
        outside = getattr(target, "parent", None)
        while outside is not None:
            if getattr(outside, handler, None):
                return outside
            outside = getattr(outside, "parent", None)
        raise AssertionError(f"nothing in {what!r} listens to {event}")

    def name(self, control: Any) -> str:
        """What a screen reader says for a control: its label, else the words inside it."""
        said = [
            getattr(c, n)
            for c in self.walk(control)
            for n in ("label", "tooltip", "semantics_label", "value", "content", "text")
            if isinstance(getattr(c, n, None), str) and getattr(c, n) and not isinstance(c, ft.TextField)
        ]
        if isinstance(control, ft.TextField):
            said = [s for s in (control.label, control.hint_text) if isinstance(s, str)]
        return "\n".join(dict.fromkeys(said))

    def nameless(self) -> list[str]:
        """Buttons, boxes and fields that say nothing."""
        bad = []
        for control in self.walk():
            presses = getattr(control, "on_click", None) and not isinstance(control, ft.TextField)
            if presses or isinstance(control, (ft.TextField, ft.Checkbox, ft.Switch, ft.Dropdown)):
                around = control
                while around is not None and not isinstance(around, (ft.MergeSemantics, ft.View)):
                    around = getattr(around, "parent", None)
                if not self.name(control) and not (isinstance(around, ft.MergeSemantics) and self.name(around)):
                    bad.append(repr(type(control).__name__))
        return bad

    # ------------------------------------------------------------ what one does
    async def fire(self, control: Any, event: str, data: Any = None, **props: Any) -> None:
        assert self.line.mirror
        assert control._i in self.line.mirror.ids, (
            f"{control}: the other end does not have it and cannot send a {event}"
        )
        if props:
            self.session.apply_patch(control._i, props)
        await self.session.dispatch_event(control._i, event, data)
        await self.settle()

    async def tap(self, what: Target) -> None:
        control = self.usable(what, "click")
        assert not getattr(control, "disabled", False), f"{what!r} is disabled"
        await self.fire(control, "click")

    async def type(self, what: Target, text: str) -> None:
        """The field holds this text now (as after the last key)."""
        field = self.field(what)
        await self.fire(field, "change", text, value=text)

    async def submit(self, what: Target) -> None:
        field = self.field(what)
        await self.fire(field, "submit", field.value)

    async def blur(self, what: Target) -> None:
        await self.fire(self.field(what), "blur")

    def field(self, what: Target) -> Any:
        target = self.get(what)
        if isinstance(target, ft.TextField):
            return target
        fields = [c for c in self.walk(target) if isinstance(c, ft.TextField)]
        assert len(fields) == 1, f"{len(fields)} fields in {what!r}"
        return fields[0]

    async def check(self, what: Target, value: bool = True) -> None:
        target = self.get(what)
        boxes = [c for c in self.walk(target) if isinstance(c, (ft.Checkbox, ft.Switch))]
        assert len(boxes) == 1, f"{len(boxes)} boxes in {what!r}"
        await self.fire(boxes[0], "change", value, value=value)

    def checked(self, what: Target) -> bool:
        inside = list(self.walk(self.get(what)))
        boxes = [c for c in inside if isinstance(c, (ft.Checkbox, ft.Switch))]
        if boxes:
            return bool(boxes[0].value)
        dot = next(c for c in inside if isinstance(c, ft.Radio))
        group: Any = dot.parent
        while not isinstance(group, ft.RadioGroup):
            group = group.parent
        return bool(group.value == dot.value)

    async def undo(self) -> None:
        """Press the action of the newest snackbar."""
        bars = [c for c in self.walk(self.page._dialogs) if isinstance(c, ft.SnackBar) and c.action]
        assert bars, "nothing to undo"
        await self.fire(bars[-1], "action")

    async def back(self) -> None:
        await self.fire(self.page, "view_pop", {"route": self.view.route})

    async def resize(self, width: int, height: int = 844) -> None:
        await self.fire(self.page, "resize", {"width": width, "height": height}, width=width, height=height)

    async def lifecycle(self, state: str) -> None:
        await self.fire(self.page, "app_lifecycle_state_change", {"state": state})

    async def close(self) -> None:
        await self.session.dispatch_event(self.page._i, "close", None)
        self.session.close()  # type: ignore[no-untyped-call]
        safe.witness.remove(self._saw)
        self.line.executor.shutdown(wait=False)
        for _ in range(5):
            await asyncio.sleep(0)


def _children(control: BaseControl) -> list[Any]:
    """What a control holds, in the order of its fields."""
    kind: Any = type(control)
    turns, always = _fields(kind)
    held = [(turns[name], value) for name, value in control._values.items() if name in turns and _may_hold(value)]
    held += [(turns[name], value) for name in always if _may_hold(value := getattr(control, name, None))]
    return [value for _, value in sorted(held, key=_first)]


_first = operator.itemgetter(0)


def _may_hold(value: Any) -> bool:
    return isinstance(value, (BaseControl, list, tuple, Component))


@functools.cache
def _fields(kind: type[Any]) -> tuple[dict[str, int], tuple[str, ...]]:
    """The fields of a kind of control with their turns, and those of them that Flet keeps outside of `_values`, where it
    has only what is not the default; no default is a control.
    """
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(kind)
    names = [
        field.name
        for field in fields
        if field.name in ("_dialogs", "_overlay") or ("skip" not in field.metadata and not field.name.startswith("_"))
    ]
    sparse = {name for name in names if isinstance(inspect.getattr_static(kind, name, None), Prop)}
    assert not any(_may_hold(getattr(kind, name)) for name in sparse), kind
    return {name: turn for turn, name in enumerate(names)}, tuple(name for name in names if name not in sparse)
