"""Everything about me in a form that opens without the app: a page to read and a file for other programs, in one zip.

This is the one way in which words leave the vault unsealed on purpose, so it is asked for, said plainly and handed to
the person as bytes: nothing of it is ever written by us. Records are read and written a few at a time; what is held is
the packed file. `docs/spec/export.md` describes both parts.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any, Final

from app.errors import ContentError, SignedFileForeign
from app.model.changes import named_in, seen_of
from app.model.clock import moment_of
from app.model.entities import FairCopy, Goal, Meeting, Mentorship, Participant, Person, SkillProfile, skill_of
from app.model.entities.calendar import span_of
from app.model.erasing import ERASED
from app.model.ids import Id
from app.model.queries import One
from app.model.records import Written
from app.model.schedule import aware
from app.model.schema import KINDS, VISIBILITY, Entity
from app.services import fair_copy
from app.services.content.documents import Document
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.printing import CLOSING, filled, listed, opening, safe, said
from app.services.records.store import Store

FORMAT: Final = "fika-export"
VERSION: Final = 1
PAGE: Final = "fika.html"
DATA: Final = "fika.json"

ORDER: Final = (
    "me", "person", "participant", "mentorship", "meeting", "attendance", "series", "slot", "booking", "agenda",
    "minutes", "fair_copy", "signature", "retention", "fulfilment", "note", "goal", "progress", "task", "skills",
    "checklist", "evaluation", "form", "list_item", "setting",
)  # fmt: skip
"""The kinds in the order in which a person would look for them; kinds that are not named come last."""

_BEHIND: Final = frozenset(
    """
    document survey version zone series slot given number item bodies erasure proof copy digest of
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
"""Fields that say nothing to a reader of the page; the data file has them."""
_PHONES: Final = frozenset({"recovery.later", "backup.last", "root", "membership", "server.address", "server.pin"})
_PHONE: Final = ("space.", "entry.", "device.", "revoked.")
"""Settings about keys, devices and where things are carried: another phone has its own."""
_INDEXED: Final = frozenset({"agenda", "task", "list_item"})
"""Kinds whose `place` is a place in an order."""


@dataclass(frozen=True, slots=True)
class Export:
    """The file to hand over, its name, and how many records of each kind are in it."""

    data: bytes
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who else has something of it: the people one shares with, and the server that carries it sealed."""

    people: tuple[str, ...] = ()
    server: str = ""


def export(
    store: Store, library: Library, speech: Speech, now: datetime, app: str = "", elsewhere: Elsewhere | None = None
) -> Export:
    """Write everything down. Reads all there is, so it belongs off the event loop."""
    others = elsewhere or Elsewhere()
    store.drafts.flush()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(DATA, now), "w", force_zip64=True) as target:
            counts = _data(target, store, now, speech.language, app, others)
        with archive.open(_entry(PAGE, now), "w", force_zip64=True) as target:
            _Page(target, store, library, speech, now).write(counts, others)
    return Export(packed.getvalue(), f"fika-{now:%Y-%m-%d}.zip", counts)


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    year = min(max(now.year, 1980), 2107)  # what a zip can say
    entry = zipfile.ZipInfo(name, (year, now.month, now.day, now.hour, now.minute, now.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _kinds() -> list[str]:
    return [kind for kind in ORDER if kind in KINDS] + sorted(KINDS.keys() - set(ORDER))


# ------------------------------------------------------------------ for other programs


def _data(target: IO[bytes], store: Store, now: datetime, language: str, app: str, others: Elsewhere) -> dict[str, int]:
    head: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "app": app,
        "made": _stamp(now),
        "language": language,
        "shared_with": list(others.people),
        "server": others.server,
    }
    target.write(_json(head)[:-1] + b',"records":[')
    counts: dict[str, int] = {}
    between = b"\n"
    for kind in _kinds():
        for record in store.everything(KINDS[kind], deleted=True):
            if is_the_phones(getattr(record, "key", None)):
                continue
            target.write(between + _json(_record(store, record)))
            between = b",\n"
            counts[kind] = counts.get(kind, 0) + (not record.gone)
    target.write(b'\n],"other":[')
    between = b"\n"
    for row in store.unknown():
        target.write(between + _json(_unknown(store, row)))
        between = b",\n"
    target.write(b"\n]}\n")
    return counts


def _record(store: Store, record: Entity) -> dict[str, Any]:
    space_kind = store.kind_of(record.space)
    found: dict[str, Any] = {
        "kind": record.KIND,
        "id": record.id,
        "space": record.space,
        "space_kind": space_kind,
        "visibility": VISIBILITY.get(space_kind, "only_me"),
        "made": _stamp(moment_of(record.made)),
        "edited": _stamp(moment_of(record.edited)),
        "fields": {cell: value for cell, value in record.cells.items() if cell != "gone"},
    }
    if record.also:
        found["also"] = {cell: [version.value for version in versions] for cell, versions in record.also.items()}
    if record.gone:
        found["deleted"] = True
    standing = None if record.gone else found["fields"]
    versions = store.versions(record.space, record.KIND, record.id)
    return found | _history(store, record.space, versions, record.before, standing)


def _history(
    store: Store, space: str, versions: Sequence[Written], before: Sequence[str], standing: Mapping[str, Any] | None
) -> dict[str, Any]:
    """How a record came about. Of a vault that was damaged some of it may be lost: then how it stands says more."""
    heads, lacking = named_in(before)
    named = {*heads, *(parent for one in versions for parent in one.op.parents)}
    if not named <= {*lacking, *(one.version for one in versions)}:
        return {}
    return {
        "versions": [_version(one, standing, by_me=store.by_me(space, one.version, one.op.more)) for one in versions]
    }


def _version(one: Written, standing: Mapping[str, Any] | None, *, by_me: bool) -> dict[str, Any]:
    """A version as it stands in the file; one that says what the record says does not repeat it."""
    row: dict[str, Any] = {"version": one.version}
    if one.op.parents:
        row["parents"] = list(one.op.parents)
    if one.op.lacking:
        row["lacking"] = list(one.op.lacking)
    if one.op.fields != standing:
        row["fields"] = dict(one.op.fields)
    if one.op.more.get(ERASED):
        row["erased"] = True
    if not by_me:
        row["by"] = "other"
    return row


def _unknown(store: Store, row: Mapping[str, Any]) -> dict[str, Any]:
    """A record that stands in no table of its kind."""
    space, kind = str(row["space"]), str(row["kind"])
    id = str(row["id"]).removeprefix(f"{space}:{kind}:")  # others may have put a colon into either
    found = {"id": id, "space": space, "kind": kind, "space_kind": store.kind_of(space), "cells": row["cells"]}
    before = seen_of(row["heads"], row.get("lacking", ()))
    return found | _history(store, space, store.versions(space, kind, id), before, None)


def is_the_phones(key: object) -> bool:
    """Whether a setting speaks of this phone's and its person's keys and devices: that is in no export."""
    return isinstance(key, str) and (key in _PHONES or key.startswith(_PHONE))


def _json(value: Any) -> bytes:
    """A lone half of a surrogate pair, which UTF-8 cannot hold, becomes its JSON escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# ------------------------------------------------------------------ to read


class _Page:
    """The page being written: what it needs to know beside the record at hand is asked for when it is met."""

    def __init__(self, target: IO[bytes], store: Store, library: Library, speech: Speech, now: datetime) -> None:
        self.target, self.store, self.library, self.speech, self.now = target, store, library, speech, now
        self.names: Mapping[Id, str] = {one.mentorship: one.name for one in store.everything(Person, deleted=True)}

    def write(self, counts: Mapping[str, int], others: Elsewhere) -> None:
        say = self.speech.say
        self._put(opening(say("export.page.title"), self.speech.language))
        self._put(f'<p class="note">{safe(say("export.page.made", when=self._moment(self.now)))}</p>\n')
        self._put(f'<p class="warn">{safe(say("export.warning"))}</p>\n')
        self._put(f"<p>{safe(say('export.page.marks'))}</p>\n")
        if others.people:
            self._put(f"<p>{safe(say('export.page.shared', names=self.speech.listing(others.people)))}</p>\n")
        if others.server:
            self._put(f"<p>{safe(say('export.page.server', server=others.server))}</p>\n")
        for kind in _kinds():
            if counts.get(kind) and self.speech.has(f"export.kind.{kind}"):
                self._put(f"<h2>{safe(say(f'export.kind.{kind}'))}</h2>\n")
                for record in self.store.everything(KINDS[kind]):
                    self._article(record)
        self._trash()
        self._put(CLOSING)

    def _trash(self) -> None:
        begun = False
        for kind in _kinds():
            for record in self.store.everything(KINDS[kind], deleted=True):
                if record.gone and self.speech.has(f"export.kind.{kind}"):
                    if not begun:
                        self._put(f"<h2>{safe(self.speech.say('export.trash'))}</h2>\n")
                        begun = True
                    self._article(record)

    def _article(self, record: Entity) -> None:
        space_kind = self.store.kind_of(record.space)
        visibility = VISIBILITY.get(space_kind, "only_me")
        mark = {"only_me": "frame.only-me", "shared": "frame.shared", "summary": "frame.summary"}[visibility]
        self._put(f'<article class="record"><h3 dir="auto">{safe(self._title(record))}</h3>')
        about = [self._moment(moment_of(record.edited))]
        mentorship = getattr(record, "mentorship", None)
        if isinstance(mentorship, str) and mentorship in self.names and not isinstance(record, Person):
            about.insert(0, self.names[mentorship])
        self._put(
            f'<p class="note"><span class="{visibility}">{safe(self.speech.say(mark))}</span> {safe(" · ".join(about))}</p>'
        )
        self._put(listed(self._lines(record)))
        answers = getattr(record, "answers", None)
        if answers:
            for part in self._answered(record, answers):
                self._put(part)
        self._put("</article>\n")

    def _title(self, record: Entity) -> str:
        if isinstance(record, FairCopy):
            return self._copy_title(record)
        for name in ("title", "name", "text"):
            words = getattr(record, name, "")
            if words:
                return str(words)
        document = self._document(record)
        if document is not None:
            return self.speech.read(document.title)
        if isinstance(record, Meeting):
            return self._meeting(record)
        if isinstance(record, Mentorship):
            return self.names.get(record.id, "") or self.speech.say("export.kind.mentorship")
        return self.speech.say(f"export.kind.{record.KIND}")

    def _copy_title(self, copy: FairCopy) -> str:
        try:
            title = self.speech.read(fair_copy.read(copy.text).title)
        except SignedFileForeign:
            title = copy.document
        return self.speech.say("print.copy", title=title, number=copy.number)

    def _copy_lines(self, copy: FairCopy) -> Iterator[tuple[str, str]]:
        """A signed text line by line, as it was read; one that this version cannot read, as it stands."""
        try:
            text = fair_copy.read(copy.text)
        except SignedFileForeign:
            yield self.speech.say("export.field.text"), copy.text
            return
        for line in text.lines:
            yield self.speech.read(line.text), fair_copy.words(line, self.speech, text.names)

    def _lines(self, record: Entity) -> Iterator[tuple[str, str]]:
        if isinstance(record, FairCopy):
            yield from self._copy_lines(record)
            return
        for name in record.FIELDS:
            value = getattr(record, name)
            if name in _BEHIND or name in ("answers", "mentorship") or value in (None, "", frozenset()) or value == {}:
                continue
            if name in ("title", "name") or (name == "place" and record.KIND in _INDEXED):
                continue
            words = self._value(record, name, value)
            if words:
                yield self.speech.say(f"export.field.{name}"), words

    def _value(self, record: Entity, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self.speech.say("print.yes" if value else "print.no")
        if isinstance(value, datetime):
            return self._moment(value if value.tzinfo else aware(value, getattr(record, "zone", ""), self.now.tzinfo))
        if isinstance(value, date):
            return self.speech.day_year(value)
        if isinstance(value, int | float):
            return self.speech.number(value)
        if isinstance(value, frozenset):
            words = sorted((self._word(record, name, one) for one in value), key=self.speech.sort_key)
            return "\n".join(words) if name == "ticks" else self.speech.listing(words)
        if isinstance(value, Mapping):
            return "\n".join(f"{self._word(record, name, key)}: {one}" for key, one in value.items())
        if name == "meeting":
            found = self.store.ask(One(Meeting, value))
            return "" if found is None else self._meeting(found)
        if name == "topic":
            return next((self.speech.read(item.text) for item in self.library.topics() if item.id == value), value)
        if name == "goal":
            goal = self.store.ask(One(Goal, value))
            return "" if goal is None else goal.title
        options = getattr(record.FIELDS[name], "options", ())
        return self.speech.say(f"export.value.is-{value}") if value in options else str(value)

    def _word(self, record: Entity, name: str, value: str) -> str:
        """What a word of a set means: a line of its document, or an option of the question it answers."""
        source = {"focus": ("agreement.mentoring", "focus"), "support": ("goal.smart", "support")}.get(name)
        if source is not None:
            options = self.library.choices(self.library.document(source[0]).item(source[1]))
            return next((self.speech.read(option.label) for option in options if option.value == value), value)
        if name == "here":
            came = self.store.ask(One(Participant, value))
            return "" if came is None else came.name
        if name == "spans" and (span := span_of(value)) is not None:
            return f"{self._moment(span[0].astimezone(self.now.tzinfo))}–{self._moment(span[1].astimezone(self.now.tzinfo))}"
        skill = name == "skills" or isinstance(record, SkillProfile)
        value = skill_of(value) if isinstance(record, SkillProfile) and name != "picked" else value
        document = self.library.document("skills.catalogue") if skill else self._document(record)
        lines = document.items if document is not None else ()
        found = next((self.speech.read(item.text) for item in lines if item.id == value), None)
        if found is None and name in ("ticks", "set_aside"):
            own = self.store.ask(One(KINDS["list_item"], value))
            found = getattr(own, "text", None)
        return found or value

    def _answered(self, record: Entity, answers: Mapping[str, Any]) -> Iterator[str]:
        document = self._document(record)
        known = {item.id for item in document.items} if document is not None else set()
        if document is not None:
            yield from filled(document, self.speech, self.library, answers, mine=True, blanks=False)
        rest = {name: value for name, value in answers.items() if name not in known and value not in (None, "")}
        if rest:
            yield listed(self._elsewhere(name, value, document) for name, value in rest.items())

    def _elsewhere(self, name: str, value: Any, document: Document | None) -> tuple[str, str]:
        """An answer to no line of its document: to one of another template, or the next part of a very long one."""
        if name == "talked_over":
            return self.speech.say("agreement.talked-over"), self.speech.say("agreement.version", number=value)
        base, _, part = name.rpartition("_")
        ids = (name, base) if part.isdecimal() else (name,)
        others = self.library.documents(kind=document.kind) if document is not None else ()
        for item in (item for other in (document, *others) if other is not None for item in other.items):
            if item.id in ids:
                return self.speech.read(item.text), said(item, value, self.speech, self.library)
        if isinstance(value, frozenset):
            return name, self.speech.listing(sorted(value))
        return name, self.speech.say("print.yes" if value else "print.no") if isinstance(value, bool) else str(value)

    def _document(self, record: Entity) -> Document | None:
        """The document that a record is a run or an answer of, if this version of the app has it."""
        name = "goal.smart" if isinstance(record, Goal) else getattr(record, "document", getattr(record, "survey", ""))
        try:
            return self.library.document(name) if name else None
        except ContentError:
            return None

    def _meeting(self, meeting: Meeting) -> str:
        return self._moment(aware(meeting.starts, meeting.zone, self.now.tzinfo))

    def _moment(self, at: datetime) -> str:
        here = at.astimezone(self.now.tzinfo) if at.tzinfo else at
        return self.speech.say("time.at", day=self.speech.day_year(here), clock=self.speech.clock(here))

    def _put(self, words: str) -> None:
        self.target.write(words.encode("utf-8"))
