"""The search of a window: an index over the open vault, begun after unlocking, gone at lock.

The index is made in a thread of its own, in small steps. Until it is whole the screen shows what has been found so far
and says that it goes on looking.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Thread
from weakref import WeakKeyDictionary

from app.services.records.findable import StoreTexts, document_texts
from app.services.records.search import Search
from app.services.records.store import Store
from app.ui.desk import Desk
from app.ui.signal import Signal

log = logging.getLogger("app.ui")


@dataclass
class Finder:
    """One index and whether it is whole."""

    store: Store
    search: Search
    whole: Signal[bool]
    language: str = ""

    def speak(self, desk: Desk) -> None:
        """The library in the language that is spoken now."""
        speech = desk.speech.value
        said = f"{speech.language} {speech.edition}"  # own texts and renamed words are found as they stand
        if said != self.language:
            self.language = said
            self.search.set_documents(document_texts(desk.library, speech))


_finders: WeakKeyDictionary[Desk, Finder] = WeakKeyDictionary()


def finder_of(desk: Desk) -> Finder:
    """The index of what is open on this desk; begun now if nobody has begun it."""
    store: Store = desk.store
    known = _finders.get(desk)
    if known is not None and known.store is store:
        return known
    if known is not None:
        known.search.close()
    else:
        _close_with(desk)
    finder = Finder(store, Search(StoreTexts(store, desk.library)), Signal(False))
    _finders[desk] = finder
    Thread(target=_build, args=(finder, desk), name="search", daemon=True).start()
    return finder


def begin(desk: Desk) -> None:
    """Begin to index what has been opened, so that the first search finds everything."""
    if desk.session.phase == "open" and isinstance(desk.store, Store):
        finder_of(desk)


def forget(desk: Desk) -> None:
    """Nothing that was written stays in memory."""
    finder = _finders.pop(desk, None)
    if finder is not None:
        finder.search.close()


def _close_with(desk: Desk) -> None:
    """Watch the session: what is locked is no longer in the index. The window's end is the end as well."""

    def moved() -> None:
        if desk.session.phase != "open":
            finder = _finders.get(desk)
            if finder is not None:
                finder.search.close()

    desk.until_closed(desk.session.watch(moved))
    desk.until_closed(lambda: forget(desk))


def _build(finder: Finder, desk: Desk) -> None:
    try:
        finder.speak(desk)
        finder.search.build()
    except Exception as fault:  # noqa: BLE001 - the vault may be locked meanwhile; what was found stays findable
        log.warning("the search index is not whole: %s", type(fault).__name__)
        return
    finder.whole.set(finder.search.complete)
