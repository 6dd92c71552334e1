"""The library: checklists, templates, topics and guidance under `assets/content`, read when asked for.

A document is data written by people; `reading` refuses what cannot be used and says where; nothing is half
used. What a document is stands in `documents`.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import ContentError, DocumentInvalid, DocumentMissing
from app.services.content.documents import Document, Entry, Group, Item, Option, Phrase, Scale
from app.services.content.reading import bytes_of, read_document, read_index

log = logging.getLogger(__name__)

__all__ = [
    "EMERGENCY",
    "NUMBERS_BY",
    "NUMBERS_DAY",
    "REGIONS",
    "SCREEN_ACTIONS",
    "TERRITORIES",
    "Document",
    "DocumentAction",
    "Entry",
    "Group",
    "Item",
    "Library",
    "Option",
    "Phrase",
    "Scale",
    "ScreenAction",
    "action_of",
    "default_region",
]

REGIONS: Final = ("SE", "GB", "EU")
TERRITORIES: Final = {"Europe/Stockholm": "SE", "Europe/London": "GB"}
"""What a phone's time zone says about where it is: who reads English in Sweden needs the numbers of Sweden."""
EMERGENCY: Final = "112"
"""What to call where nobody has said anything else."""
NUMBERS_BY: Final = "numbers.by"
NUMBERS_DAY: Final = "numbers.day"
"""The settings that say which programme has checked the numbers, and when."""
SCREEN_ACTIONS: Final = frozenset(
    """
    board.add board.mine board.open call.emergency call.safety_lead
    closing.certificate closing.erase closing.notify closing.retention
    concern.new contacts.coordinator contacts.request goal.list goal.progress goal.review
    minutes.aim minutes.confirm minutes.current minutes.last minutes.request_confirm
    programme.log programme.matching programme.overview programme.report
    schedule.ics schedule.new schedule.next schedule.next_same
    settings.backup settings.data survey.after_session
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
"""The actions that are screens and not documents. Each has a route, or its row is not shown."""


@dataclass(frozen=True, slots=True)
class DocumentAction:
    """The line opens another document."""

    document: str


@dataclass(frozen=True, slots=True)
class ScreenAction:
    """The line opens a screen of the app."""

    name: str


def action_of(action: str) -> DocumentAction | ScreenAction:
    """Where an `action` of the content leads. Which route a screen's name has is known by the screens."""
    return ScreenAction(action) if action in SCREEN_ACTIONS else DocumentAction(action)


def default_region(language: str, territory: str | None = None) -> str:
    """Whose numbers to show until somebody has chosen: 112 answers in the EU and in the United Kingdom."""
    if territory in REGIONS:
        return territory
    return "SE" if language == "sv" else "EU"


class Library:
    """All documents of the app, each read from its file the first time somebody asks for it."""

    def __init__(self, assets: Path) -> None:
        self._folder = assets / "content"
        self._entries: dict[str, Entry] | None = None
        self._documents: dict[str, Document] = {}

    def entries(
        self, *, kind: str | None = None, role: str | None = None, when: str | None = None
    ) -> tuple[Entry, ...]:
        """The documents there are, without opening them."""
        return tuple(
            entry
            for entry in self._index().values()
            if entry.is_for(role) and kind in (None, entry.kind) and when in (None, entry.when)
        )

    def document(self, id: str) -> Document:
        """The document with this id; `ContentError` when there is none or it cannot be used."""
        known = self._documents.get(id)
        if known is not None:
            return known
        entry = self._index().get(id)
        if entry is None:
            raise DocumentMissing(document=id)
        document = read_document(bytes_of(self._folder / entry.file, id), name=id)
        if document.id != id:
            raise DocumentInvalid(document=id, field="id", reason="differs from the index")
        self._documents[id] = document
        return document

    def usable(self, id: str) -> Document | None:
        """The document, or nothing where it cannot be used: for what goes on without it. Why it cannot, is said where
        it is opened.
        """
        try:
            return self.document(id)
        except ContentError as fault:
            log.warning("the document %s cannot be used: %s", id, fault.code)
            return None

    def documents(
        self, *, kind: str | None = None, role: str | None = None, when: str | None = None, broken: bool = True
    ) -> tuple[Document, ...]:
        """The documents of a kind, for a role, for a moment: each opened. `broken=False` leaves out those that cannot be
        used, instead of raising.
        """
        ids = [entry.id for entry in self.entries(kind=kind, role=role, when=when)]
        if broken:
            return tuple(map(self.document, ids))
        return tuple(found for id in ids if (found := self.usable(id)) is not None)

    def checklist(self, moment: str) -> Document:
        """The checklist for a moment: `before_session`, `during_session`, `after_session`, …"""
        return self.document(f"checklist.{moment}")

    def survey_after(self, role: str) -> Document:
        """The short evaluation after a meeting, in the words of this role."""
        return self.document(f"survey.after_session_{role}")

    def skills(self) -> tuple[Item, ...]:
        return self.document("skills.catalogue").items

    def topics(self, group: str | None = None) -> tuple[Item, ...]:
        """The topics, of one group or all."""
        return tuple(t for t in self.document("topics.library").items if group in (None, t.group))

    def choices(self, item: Item) -> tuple[Option, ...]:
        """What can be chosen: the line's own options, or the lines of the document it names as its source."""
        if item.source is None:
            return item.options
        return tuple(Option(line.id, line.text) for line in self.document(item.source).items)

    def facts(self, region: str) -> dict[str, str]:
        """The numbers that stand for `{emergency}`, `{crisis_line}` and, for both, `{help_lines}` in the texts of this
        region.

        Where we know no crisis line, the emergency number stands in its place: it is always right to call.
        """
        document = self.usable("guidance.contacts")
        contacts = [c for c in document.items if c.region == region and c.phone] if document is not None else []
        emergency = next((c.phone for c in contacts if c.emergency and c.phone), EMERGENCY)
        crisis_line = next((c.phone for c in contacts if c.crisis_line and c.phone), emergency)
        both = " / ".join(dict.fromkeys((emergency, crisis_line)))
        return {"emergency": emergency, "crisis_line": crisis_line, "help_lines": both}

    def _index(self) -> dict[str, Entry]:
        if self._entries is None:
            entries = read_index(bytes_of(self._folder / "index.json", "index"))
            self._entries = {entry.id: entry for entry in entries}
        return self._entries
