"""What Flet 1.0.5 does when something goes wrong, mended.

These places are replaced; `tests/ui/test_safe.py` covers each of them against the pinned version:

- an exception while a component renders again ends the session's update task without a word: from then on the screen
  answers nothing. `component` keeps it inside the part, and `Component.update` lets the others go on;
- `Session.error` covers the whole app for good with the text of the exception, which may quote what somebody wrote.
  Ours says one sentence and leaves the screen as it was;
- `Message.__repr__` writes the whole tree out for every message, logging or not: seconds for a long list, and the
  plaintext of notes in a debug log;
- `DiffBuilder._compare_dataclasses` draws a component anew in the midst of a comparison when only a list above it was
  compared again (a notice comes or goes while a sheet is open), gives its controls new numbers and tells nobody: from
  then on every tap on them is lost. Ours leaves a part alone that is the same as before; it draws itself when it must;
- `Session.apply_patch` lets the other end set any property of any control, private ones and `disabled` included, and
  `Session.dispatch_event` runs the handlers of disabled controls. Ours refuses both;
- a vault closes in a thread of its own (the idle lock, erasing), and a part that is drawn at that moment meets it half
  shut. Ours leaves such a part as it was: the lock screen, or the first one, takes its place in a moment;
- while the line to the window is cut (a phone asleep, a page loaded again), Flet throws away what was to be drawn and every
  effect that was to begin: a screen opened in that moment follows nothing until it is left. Ours goes on drawing and
  beginning, and the window is sent the whole page when it is back;
- what somebody types comes in two messages: the field's new text, then that it has changed. A part drawn between the
  two knows the text from before, takes it for newer, and sends it back: the letter is gone from the screen and from
  what is saved. Ours keeps the text until the part is told.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import sys
import weakref
from collections.abc import Callable
from typing import Any, ParamSpec
from weakref import WeakKeyDictionary

import flet as ft
from flet.components.component import Component
from flet.components.utils import current_component
from flet.controls.context import _context_page
from flet.controls.object_patch import DiffBuilder
from flet.messaging.protocol import Message
from flet.messaging.session import Session

from app.errors import SessionBusy, VaultClosed

log = logging.getLogger("app.ui")

P = ParamSpec("P")
Speak = Callable[[BaseException | None], str]
WayOut = Callable[[], ft.Control | None]
Closed = Callable[[bool], bool]

witness: list[Callable[[BaseException], None]] = []
"""Who wants to see the faults themselves: the tests do, so that none goes by unseen."""

_speakers: WeakKeyDictionary[Session, Speak] = WeakKeyDictionary()
_notices: WeakKeyDictionary[Session, Callable[[str], None]] = WeakKeyDictionary()
_ways_out: WeakKeyDictionary[Session, WayOut] = WeakKeyDictionary()
_closed: WeakKeyDictionary[Session, Closed] = WeakKeyDictionary()
SCREENS = "app.ui.screens."


def speaks_for(
    session: Session,
    speak: Speak,
    notice: Callable[[str], None] | None = None,
    way_out: WayOut | None = None,
    closed: Closed | None = None,
) -> None:
    """From now on `speak` finds the sentence for a fault in this session, and `notice` shows it. Where a screen cannot
    be drawn, `way_out` makes the button that leads away from it, if there is somewhere else to go. `closed` tells
    whether the vault has closed under a part, given whether the part has been drawn before.
    """
    _speakers[session] = speak
    if notice:
        _notices[session] = notice
    if way_out:
        _ways_out[session] = way_out
    if closed:
        _closed[session] = closed


def component(body: Callable[P, Any]) -> Callable[P, ft.Control]:
    """Like `ft.component`, but an exception while rendering stays inside the part and leaves a sentence."""

    @functools.wraps(body)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return body(*args, **kwargs)
        except Exception as fault:  # noqa: BLE001 - a sentence in its place, whatever it was
            if isinstance(fault, SessionBusy | VaultClosed) and _has_closed():
                return _as_it_was()
            log.error("rendering %s failed: %s", body.__name__, _where(fault))
            _seen(fault)
            return _sorry(fault, whole=body.__module__.startswith(SCREENS))

    return ft.component(guarded)


def _has_closed() -> bool:
    page = ft.context.page
    closed = _closed.get(page.session) if page else None
    return closed is not None and closed(current_component()._b is not None)


def _as_it_was() -> Any:
    """What the part being drawn showed before; nothing where it is new."""
    part = current_component()
    body = part._b
    for control in body if isinstance(body, list) else [] if body is None else [body]:
        object.__setattr__(control, "_parent", weakref.ref(part))  # that was the one drawn before
    return ft.Container() if body is None else body


def tell(session: Session, fault: BaseException | None) -> None:
    """Say in one sentence that something went wrong; the screen stays as it was."""
    if fault is not None:
        _seen(fault)
    speak = _speakers.get(session)
    sentence = speak(fault) if speak else ""
    notice = _notices.get(session)
    if notice:
        notice(sentence)
    elif sentence:
        session.page.show_dialog(ft.SnackBar(ft.Text(sentence)))


def _seen(fault: BaseException) -> None:
    for look in witness:
        look(fault)


def _sorry(fault: Exception, *, whole: bool) -> ft.Control:
    """The sentence in the place of a part; where it is a screen, which may have had the only way back, a way out."""
    page = ft.context.page
    speak = _speakers.get(page.session) if page else None
    said = ft.Semantics(live_region=True, content=ft.Text(speak(fault) if speak else ""))
    way_out = _ways_out.get(page.session) if page and whole else None
    button = way_out() if way_out else None
    return ft.Container(ft.Column([said, button], tight=True), padding=16) if button else said


def _where(fault: BaseException) -> str:
    """The kind of a fault and the line it came from: enough to mend it, and no word that somebody typed."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(fault).__name__} at {place}"


def _error(self: Session, message: str) -> None:
    fault = sys.exc_info()[1]  # Flet calls us inside its `except`; `message` is the exception and its traceback as text
    log.error("a handler failed: %s", _where(fault) if fault else "unknown")
    tell(self, fault)


_update = Component.update


def _guarded_update(self: Component) -> None:
    try:
        _update(self)  # type: ignore[no-untyped-call]  # Flet leaves it untyped
    except Exception as fault:  # noqa: BLE001 - whatever it was, the other parts must be drawn
        log.error("updating %s failed: %s", getattr(self.fn, "__name__", "?"), _where(fault))
        _seen(fault)


_migrate = Component._migrate_state


def _migrate_with_body(self: Component, other: Any) -> None:
    """A part that takes the place of another one knows what that one showed, until it has drawn itself."""
    _migrate(self, other)
    if isinstance(other, Component) and self.fn is other.fn:
        self._b = other._b


_compare = DiffBuilder._compare_dataclasses


def _compare_retained(self: DiffBuilder, parent: Any, path: list[Any], src: Any, dst: Any, frozen: bool) -> None:
    _compare(self, parent, path, src, dst, frozen or (src is dst and hasattr(dst, "_frozen")))


def _message(self: Message) -> str:
    return f"Message({self.action})"


MOST_ROUNDS = 8  # drawing a part may queue another; the scheduler takes what is left after so many rounds
_apply = Session.apply_patch
_dispatch = Session.dispatch_event


def _apply_patch(self: Session, control_id: int, patch: dict[str, Any]) -> None:
    """Take from the other end what a client may say about a control: no private name, no handler, no permission."""
    control = self.index.get(control_id)
    if control is None or not _answers(control):
        return
    fields = {field.name for field in dataclasses.fields(control)}
    allowed = {name: value for name, value in patch.items() if name in fields and not _ours(name)}
    if refused := set(patch) - set(allowed) - _FLETS:
        log.warning("refused to set %s of a %s", sorted(refused), type(control).__name__)
    if isinstance(control, ft.TextField) and control.on_change and "value" in allowed:
        _typed.setdefault(self, {})[control_id] = allowed.pop("value")
    _apply(self, control_id, allowed)


async def _dispatch_event(self: Session, control_id: int, event_name: str, event_data: Any) -> None:
    """Run a handler, unless its control is disabled, hidden or gone.

    What an earlier event changed is drawn first: Flet only queues the drawing, and a tap that waits behind the last
    letter of a name would otherwise meet the handler from before that letter.
    """
    _draw_pending(self)
    _hear(self, control_id)
    control = self.index.get(control_id)
    if control is not None and not _answers(control):
        log.warning("refused %s of a disabled or hidden %s", event_name, type(control).__name__)
        return
    for told in _touches.get(self, ()):
        told()
    await _dispatch(self, control_id, event_name, event_data)


def _hear(session: Session, control_id: int) -> None:
    """Give a field the text that was typed into it, in one step with telling whoever draws it."""
    typed = _typed.get(session, {})
    if control_id in typed:
        _apply(session, control_id, {"value": typed.pop(control_id)})


def _draw_pending(session: Session) -> None:
    waiting = session._Session__pending_updates  # type: ignore[attr-defined]  # Flet keeps it private
    for _ in range(MOST_ROUNDS):
        if not waiting:
            return
        batch = list(waiting)
        waiting.clear()
        _context_page.set(session.page)  # pyright: ignore[reportArgumentType]  # declared for a page of one kind
        for part in batch:
            try:
                part.update()
            except Exception as fault:  # noqa: BLE001 - as in the scheduler: the event must still reach its handler
                log.error("updating %s failed: %s", type(part).__name__, _where(fault))
                _seen(fault)


def touches(session: Session, told: Callable[[], object]) -> None:
    """Call `told` whenever the person does something in this session."""
    _touches.setdefault(session, []).append(told)


def _ours(name: str) -> bool:
    return name.startswith(("_", "on_")) or name in _OURS


def _answers(control: Any) -> bool:
    """Whether a person could use this control: it and everything around it is enabled and shown."""
    while control is not None:
        if getattr(control, "disabled", None) or getattr(control, "visible", True) is False:
            return False
        control = getattr(control, "parent", None)
    return True


_FLETS = frozenset({"_dismissed", "_open", "_selected_index"})  # Flet's client notes these; nothing here reads them
_OURS = frozenset({"disabled", "visible", "data", "key", "read_only", "ignore_interactions", "url", "action"})
_touches: WeakKeyDictionary[Session, list[Callable[[], object]]] = WeakKeyDictionary()
_typed: WeakKeyDictionary[Session, dict[int, Any]] = WeakKeyDictionary()
"""By the field's number: what was typed into it, while its change is on the way."""


class _NoTraceback(logging.Filter):
    """Flet logs the traceback of a failed handler, and an exception's text may quote what somebody wrote."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            record.msg, record.args = f"{record.getMessage()} ({_where(record.exc_info[1])})", ()
            record.exc_info, record.exc_text = None, None
        return True


_results = Session.handle_invoke_method_results


def _late_results(self: Session, control_id: int, call_id: str, result: Any, error: str | None) -> None:
    """An answer may come after its control is gone: a field that took the focus on a screen one has left already. Flet
    would end the line to the window over it. It goes to whoever asked, who would wait for ever and keep what they hold.
    """
    try:
        _results(self, control_id, call_id, result, error)
    except RuntimeError:
        log.debug("an answer came for a control that is gone")
        waiting = self._Session__method_calls.pop(call_id, None)  # type: ignore[attr-defined]  # Flet keeps it private
        if waiting is not None:
            self._Session__method_call_results[waiting] = (result, error)  # type: ignore[attr-defined]  # Flet keeps it private
            waiting.set()


_disconnect = Session.disconnect


async def _cut(self: Session, session_timeout_seconds: int) -> None:
    """The line is cut. What was to be drawn and to begin is kept."""
    updates = set(self._Session__pending_updates)  # type: ignore[attr-defined]  # Flet keeps it private
    effects = list(self._Session__pending_effects)  # type: ignore[attr-defined]  # Flet keeps it private
    await _disconnect(self, session_timeout_seconds)
    for control in updates:
        _schedule_update(self, control)
    for hook, is_cleanup in effects:
        _schedule_effect(self, hook, is_cleanup)


def _schedule_update(self: Session, control: Any) -> None:
    """Draw a part soon, also while the line is cut: what that would send is dropped further down."""
    self._Session__pending_updates.add(control)  # type: ignore[attr-defined]  # Flet keeps it private
    self._Session__updates_ready.set()  # type: ignore[attr-defined]  # Flet keeps it private


def _schedule_effect(self: Session, hook: Any, is_cleanup: bool) -> None:
    """Begin or end an effect soon, also while the line is cut."""
    self._Session__pending_effects.append((hook, is_cleanup))  # type: ignore[attr-defined]  # Flet keeps it private
    self._Session__updates_ready.set()  # type: ignore[attr-defined]  # Flet keeps it private


Session.disconnect = _cut  # type: ignore[method-assign]  # replacing it is the point
Session.schedule_update = _schedule_update  # type: ignore[method-assign]  # replacing it is the point
Session.schedule_effect = _schedule_effect  # type: ignore[method-assign]  # replacing it is the point
Session.handle_invoke_method_results = _late_results  # type: ignore[method-assign]  # replacing it is the point
Session.apply_patch = _apply_patch  # type: ignore[method-assign]  # replacing it is the point
Session.dispatch_event = _dispatch_event  # type: ignore[method-assign]  # replacing it is the point
Session.error = _error  # type: ignore[method-assign]  # replacing it is the point
Component.update = _guarded_update  # type: ignore[method-assign]  # replacing it is the point
Component._migrate_state = _migrate_with_body  # type: ignore[method-assign]  # replacing it is the point
DiffBuilder._compare_dataclasses = _compare_retained  # type: ignore[method-assign]  # replacing it is the point
Message.__repr__ = _message  # type: ignore[method-assign,assignment]  # replacing it is the point
for _name in ("flet", "flet_web.fastapi", "uvicorn.error"):
    logging.getLogger(_name).addFilter(_NoTraceback())
for _name in ("flet", "flet_web", "flet_transport", "flet_controls", "flet_object_patch", "flet_components"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # at DEBUG they write every patch: plaintext
