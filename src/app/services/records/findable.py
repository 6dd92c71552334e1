"""What can be found: every text-bearing record of the open store, and the library in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from app.errors import ContentError
from app.model import entities
from app.model.clock import moment_of
from app.model.fields import Answers, Prose, Reasons, Text, Zone
from app.model.queries import One
from app.model.schema import KINDS, Entity
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.records import search
from app.services.records.search import Key
from app.services.records.store import Store

assert entities.Note.KIND in KINDS  # the entities are declared when their module is imported

SEARCHED: Final = tuple(
    kind
    for kind, cls in KINDS.items()
    if kind != "setting"
    and any(isinstance(f, Text | Answers | Reasons) and not isinstance(f, Zone) for f in cls.FIELDS.values())
)
"""The kinds with words in them. Settings are the app's words, not people's."""

_NAMES_OF_CONTENT: Final = frozenset({"document", "survey", "topic", "item"})
"""Fields that say which part of the library a record is about: the app's words, not people's."""
_CHOSEN: Final = frozenset({"choice", "multi", "yesno", "date", "datetime", "daterange", "number", "scale"})
"""Answers to these lines are no words either, only which option was taken."""
_NOT_SEARCHED: Final = frozenset({"form.concern"})
"""A concern is between its writer and the person responsible for safety."""
_TITLES: Final = ("title", "name", "text", "aim")
DOCUMENT: Final = "document"


class StoreTexts:
    """An open store, as the search sees it."""

    def __init__(self, store: Store, library: Library | None = None) -> None:
        self._store = store
        self._library = library

    def texts(self) -> Iterator[search.Text]:
        """Everything with words, kind by kind, notes first."""
        for kind in sorted(SEARCHED, key=lambda kind: kind != "note"):
            for record in self._store.everything(KINDS[kind], step=search.AT_ONCE):
                text = text_of(record, self._library)
                if text is not None:
                    yield text

    def text(self, kind: str, id: str) -> search.Text | None:
        """One record as it stands."""
        if kind not in SEARCHED:
            return None
        record = self._store.ask(One(KINDS[kind], id))
        return None if record is None or record.gone else text_of(record, self._library)

    def on_change(self, listener: Callable[[Iterable[Key]], None]) -> Callable[[], None]:
        """Hand on which records every commit touched."""
        return self._store.on_change(listener)


def text_of(record: Entity, library: Library | None = None) -> search.Text | None:
    """The words of a record, or nothing when it has none. What was written at the same time is found as well.

    With the library it is known which answers are words and which only name an option.
    """
    about = getattr(record, "document", "") or getattr(record, "survey", "")
    if about in _NOT_SEARCHED:
        return None
    chosen = _chosen(library, about) if library is not None and about else frozenset()
    title = ""
    words: list[str] = []
    for name, kind in record.FIELDS.items():
        if isinstance(kind, Zone) or name in _NAMES_OF_CONTENT:
            continue
        value = getattr(record, name)
        if isinstance(kind, Answers | Reasons):
            written = (each for item, each in value.items() if item not in chosen)
            words.extend(each for each in written if isinstance(each, str) and each.strip())
        elif isinstance(kind, Text) and isinstance(value, str) and value.strip():
            if not title and name in _TITLES and not isinstance(kind, Prose):
                title = value
            else:
                words.append(value)
    for versions in record.also.values():
        words.extend(version.value for version in versions if isinstance(version.value, str))
    if not title and not words:
        return None
    body = "\n".join(dict.fromkeys(words))
    if not title:
        title, _, body = body.partition("\n")
    mentorship = record.id if record.KIND == "mentorship" else getattr(record, "mentorship", None) or ""
    return search.Text(
        kind=record.KIND,
        id=record.id,
        title=title,
        body=body,
        order=record.edited,
        at=_when(record),
        mentorship=mentorship,
        private=record.visibility == "only_me",
    )


def document_texts(library: Library, speech: Speech, role: str | None = None) -> Iterator[search.Text]:
    """The documents for a role, in the reader's language, each as one text."""
    for document in library.documents(role=role, broken=False):
        lines = [speech.read(document.intro)] if document.intro else []
        lines += [speech.read(phrase) for item in document.items_for(role) for phrase in item.phrases]
        yield search.Text(
            kind=DOCUMENT, id=document.id, title=speech.read(document.title), body="\n".join(dict.fromkeys(lines))
        )


def _chosen(library: Library, document: str) -> frozenset[str]:
    """The lines of a document whose answers are no words; of one we do not have, none is known."""
    try:
        return frozenset(item.id for item in library.document(document).items if item.type in _CHOSEN)
    except ContentError:
        return frozenset()


def _when(record: Entity) -> datetime | None:
    written = getattr(record, "written", None)
    return written if isinstance(written, datetime) else moment_of(record.edited)
