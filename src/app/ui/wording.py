"""The window in one's own words: while the vault is open, own texts and renamed words stand in the place of the shipped.

Locked, the app speaks as it ships: nothing of what somebody wrote is left on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from app.ui.desk import Desk

if TYPE_CHECKING:
    from app.model.queries import OwnContent
    from app.services.content.library import Library
    from app.services.content.speech import Speech


def follow(desk: Desk) -> None:
    """From now on the desk's library and speech are in the words of whoever has unlocked."""
    desk.worded = lambda speech: speech_of(desk, speech)
    _shipped[desk] = desk.library
    stop: list[Callable[[], None]] = []

    def let_go() -> None:
        for one in stop:
            one()
        stop.clear()

    def moved() -> None:
        let_go()
        if desk.session.phase != "open":
            take(desk, None)
            return
        from app.model.queries import OwnContentOf
        from app.services.records.store import Store

        store: Any = desk.store
        if isinstance(store, Store):
            stop.append(store.watch(OwnContentOf(), changed))
            take(desk, store.ask(OwnContentOf()))

    def changed(own: OwnContent) -> None:
        async def soon() -> None:
            if desk.session.phase == "open":
                take(desk, own)

        desk.later(soon)

    def told() -> None:
        async def soon() -> None:
            moved()

        desk.later(soon)

    desk.until_closed(desk.session.watch(told))
    desk.until_closed(let_go)
    if desk.session.phase == "open":
        moved()


def shipped(desk: Desk) -> Library:
    """The library as it ships."""
    return _shipped.get(desk, desk.library)


def take(desk: Desk, own: OwnContent | None) -> None:
    """Put these words in the place of the shipped ones, and draw what they change."""
    before = _own.get(desk)
    if own == before or (before is None and own is not None and not (own.texts or own.items or own.programme)):
        return
    if own is None:
        _own.pop(desk, None)
        desk.library = shipped(desk)
    else:
        from app.services.content.wording import adapted

        _own[desk] = own
        desk.library = adapted(shipped(desk), own)
    _edition[desk] = _edition.get(desk, 0) + 1
    desk.speak(desk.speech.value.language)


def speech_of(desk: Desk, speech: Speech) -> Speech:
    """A speech with the words that are renamed in its language."""
    own = _own.get(desk)
    if own is None:
        return speech
    from app.services.content.wording import renaming

    found = renaming(own, speech.language, speech.shipped)
    return replace(speech, renaming=found if found.pairs else None, edition=_edition.get(desk, 0))


_shipped: WeakKeyDictionary[Desk, Library] = WeakKeyDictionary()
_own: WeakKeyDictionary[Desk, OwnContent] = WeakKeyDictionary()
_edition: WeakKeyDictionary[Desk, int] = WeakKeyDictionary()
