"""Everything about me in a form that opens without the app: a page to read and a file for other programs, in one zip.

This is the one way in which words leave the vault unsealed on purpose, so it is asked for, said plainly and handed to
the person as bytes: nothing of it is ever written by us. Records are read and written a few at a time; what is held is
the packed file. `docs/spec/export.md` describes both parts.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from itertools import islice
from typing import IO, Any, Final, TypeAlias, cast

from app.errors import ContentError, SignedFileForeign
from app.model.changes import OTHERS, device_of, named_in, seen_of
from app.model.clock import moment_of
from app.model.entities import (
    FairCopy,
    Goal,
    Meeting,
    Mentorship,
    Participant,
    Person,
    Setting,
    Signature,
    SkillProfile,
    skill_of,
)
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
from app.services.files.chosen import in_words, written
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
AT_ONCE: Final = 50
"""So many records are read together with their versions: one step for each would take most of the time."""
LINE: Final = 16 << 20
"""Bytes of a line from which on the versions of a record go on in another: a reader takes 64 MiB of one."""
VERSIONS_A_LINE: Final = 20_000
_REMEMBERED: Final = 4096
"""So many moments are kept as words: most of what is told of a time tells of the same meetings and the same minutes."""
_MARKS: Final = {"only_me": "frame.only-me", "shared": "frame.shared", "summary": "frame.summary"}
_PIECE: Final = 64 * 1024
_INDEXED: Final = frozenset({"agenda", "task", "list_item"})
"""Kinds whose `place` is a place in an order."""


Put: TypeAlias = Callable[[bytes], object]
"""Where something that is being written goes."""


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
    packed, beside = io.BytesIO(), _Beside()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with _writing(archive, DATA, now) as target:
            page = _Page(beside.write, store, library, speech, now)
            counts = _Data(target.write, store, page).write(now, speech.language, app, others)
        with _writing(archive, PAGE, now) as target:
            for some in beside.read():
                target.write(some)
    return Export(packed.getvalue(), f"fika-{now:%Y-%m-%d}.zip", counts)


@contextmanager
def _writing(archive: zipfile.ZipFile, name: str, now: datetime) -> Iterator[IO[bytes]]:
    """One file in the zip. Small pieces are put together first: packing each by itself takes longer."""
    with (
        archive.open(_entry(name, now), "w", force_zip64=True) as target,
        io.BufferedWriter(cast(io.RawIOBase, target), _PIECE) as gathered,
    ):
        yield gathered


class _Beside:
    """What is written while something else is being written into the zip, packed until it is its turn there.

    So each record is read once for both parts, and neither of them is ever held as it is.
    """

    def __init__(self) -> None:
        self._packer, self._packed = zlib.compressobj(1), io.BytesIO()
        self._gathered = bytearray()

    def write(self, data: bytes) -> None:
        self._gathered += data
        if len(self._gathered) >= _PIECE:
            self._pack()

    def _pack(self) -> None:
        self._packed.write(self._packer.compress(self._gathered))
        self._gathered.clear()

    def read(self) -> Iterator[bytes]:
        """All of it, a piece at a time."""
        self._pack()
        self._packed.write(self._packer.flush())
        self._packed.seek(0)
        unpacker = zlib.decompressobj()
        while some := self._packed.read(_PIECE):
            while some:
                yield unpacker.decompress(some, 16 * _PIECE)
                some = unpacker.unconsumed_tail


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    year = min(max(now.year, 1980), 2107)  # what a zip can say
    entry = zipfile.ZipInfo(name, (year, now.month, now.day, now.hour, now.minute, now.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _kinds() -> list[str]:
    return [kind for kind in ORDER if kind in KINDS] + sorted(KINDS.keys() - set(ORDER))


# ------------------------------------------------------------------ for other programs


class _Data:
    """The records being written: what is the same for thousands of versions is found out once."""

    def __init__(self, put: Put, store: Store, page: _Page) -> None:
        self._put, self._store, self._page = put, store, page
        self._mine: dict[tuple[str, str], bool] = {}
        """Whether a device in a space is mine."""

    def write(self, now: datetime, language: str, app: str, others: Elsewhere) -> dict[str, int]:
        store, put = self._store, self._put
        self._page.begin(others)
        head: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "app": app,
            "made": _stamp(now),
            "language": language,
            "shared_with": list(others.people),
            "server": others.server,
        }
        put(_json(head)[:-1] + b',"records":[')
        counts: dict[str, int] = {}
        between = b"\n"
        for kind in _kinds():
            found = store.everything(KINDS[kind], deleted=True)
            wanted = (record for record in found if not is_the_phones(record))
            while some := list(islice(wanted, AT_ONCE)):
                histories = store.histories(some)
                for record in some:
                    for line in _lines(self._record(record, histories[record.id])):
                        put(between + line)
                        between = b",\n"
                    counts[kind] = counts.get(kind, 0) + (not record.gone)
                    self._page.add(record)
        self._page.end()
        put(b'\n],"other":[')
        between = b"\n"
        for row in store.unknown():
            for line in _lines(self._unknown(row)):
                put(between + line)
                between = b",\n"
        put(b"\n]}\n")
        return counts

    def _record(self, record: Entity, versions: Sequence[Written]) -> dict[str, Any]:
        space_kind = self._store.kind_of(record.space)
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
        return found | self._history(record.space, versions, record.before, standing)

    def _history(
        self, space: str, versions: Sequence[Written], before: Sequence[str], standing: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """How a record came about. Of a vault that was damaged some of it may be lost: then how it stands says more."""
        heads, lacking = named_in(before)
        named = {*heads, *(parent for one in versions for parent in one.op.parents)}
        if not named <= {*lacking, *(one.version for one in versions)}:
            return {}
        return {"versions": [self._version(space, one, standing) for one in versions]}

    def _version(self, space: str, one: Written, standing: Mapping[str, Any] | None) -> dict[str, Any]:
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
        if OTHERS in one.op.more or not self._is_mine(space, device_of(one.version)):
            row["by"] = "other"
        return row

    def _is_mine(self, space: str, device: str) -> bool:
        known = self._mine.get((space, device))
        if known is None:
            known = self._mine[space, device] = self._store.is_mine(space, device)
        return known

    def _unknown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A record that stands in no table of its kind."""
        space, kind = str(row["space"]), str(row["kind"])
        id = str(row["id"]).removeprefix(f"{space}:{kind}:")  # others may have put a colon into either
        found = {
            "id": id,
            "space": space,
            "kind": kind,
            "space_kind": self._store.kind_of(space),
            "cells": row["cells"],
        }
        before = seen_of(row["heads"], row.get("lacking", ()))
        return found | self._history(space, self._store.versions(space, kind, id), before, None)


def is_the_phones(record: Entity) -> bool:
    """Whether a record is a setting that speaks of this phone's and its person's keys and devices."""
    return speaks_of_keys(getattr(record, "key", None))


def speaks_of_keys(key: object) -> bool:
    """Whether a setting of that name speaks of a phone's and its person's keys and devices: that is in no export."""
    return isinstance(key, str) and (key in _PHONES or key.startswith(_PHONE))


def _json(value: Any) -> bytes:
    """A lone half of a surrogate pair, which UTF-8 cannot hold, becomes its JSON escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _lines(row: Mapping[str, Any]) -> Iterator[bytes]:
    """A record in one line; with more versions than a reader takes at once, the rest of them in lines of its name."""
    line, versions = _json(row), row.get("versions", ())
    if len(versions) < 2 or (len(line) <= LINE and len(versions) <= VERSIONS_A_LINE):
        yield line
        return
    half = len(versions) // 2
    yield from _lines({**row, "versions": versions[:half]})
    yield from _lines({**row, "versions": versions[half:], "more": True})


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# ------------------------------------------------------------------ to read


class _Page:
    """The page being written: what it needs to know beside the record at hand is asked for when it is met."""

    def __init__(self, put: Put, store: Store, library: Library, speech: Speech, now: datetime) -> None:
        self.put, self.store, self.library, self.speech, self.now = put, store, library, speech, now
        self.names: Mapping[Id, str] = {one.mentorship: one.name for one in store.everything(Person, deleted=True)}
        self._label = cache(speech.say)
        self._marks: Mapping[str, str] = {
            visibility: f'<span class="{visibility}">{safe(speech.say(key))}</span>'
            for visibility, key in _MARKS.items()
        }
        self._met = lru_cache(_REMEMBERED)(self._when_met)
        self._minute = lru_cache(_REMEMBERED)(self._at_minute)
        self._headed = ""

    def begin(self, others: Elsewhere) -> None:
        """What stands above all records."""
        say = self.speech.say
        self._put(opening(say("export.page.title"), self.speech.language))
        self._put(f'<p class="note">{safe(say("export.page.made", when=self._moment(self.now)))}</p>\n')
        self._put(f'<p class="warn">{safe(say("export.warning"))}</p>\n')
        self._put(f"<p>{safe(say('export.page.marks'))}</p>\n")
        if others.people:
            self._put(f"<p>{safe(say('export.page.shared', names=self.speech.listing(others.people)))}</p>\n")
        if others.server:
            self._put(f"<p>{safe(say('export.page.server', server=others.server))}</p>\n")

    def add(self, record: Entity) -> None:
        """A record, under the heading of its kind; what lies in the trash comes at the end."""
        if not record.gone:
            self._under(f"export.kind.{record.KIND}", record)

    def end(self) -> None:
        """What was begun and not saved, what lies in the trash, and the end of the page."""
        left = [words for text in self.store.drafts.unsaved() if (words := "\n".join(written(text)))]
        if left:
            self._put(f"<h2>{safe(self.speech.say('export.unsaved'))}</h2>\n")
        for words in left:
            self._put(f'<article class="record"><p dir="auto">{safe(words)}</p></article>\n')
        for kind in _kinds():
            for record in self.store.deleted(KINDS[kind]):
                if not is_the_phones(record):
                    self._under("export.trash", record)
        self._put(CLOSING)

    def _under(self, heading: str, record: Entity) -> None:
        if not self.speech.has(f"export.kind.{record.KIND}") or (
            isinstance(record, Setting) and not self._told(record)
        ):
            return
        if self._headed != heading:
            self._put(f"<h2>{safe(self.speech.say(heading))}</h2>\n")
            self._headed = heading
        self._article(record)

    def _article(self, record: Entity) -> None:
        space_kind = self.store.kind_of(record.space)
        visibility = VISIBILITY.get(space_kind, "only_me")
        self._put(f'<article class="record"><h3 dir="auto">{safe(self._title(record))}</h3>')
        about = [self._moment(moment_of(record.edited))]
        mentorship = getattr(record, "mentorship", None)
        if isinstance(mentorship, str) and mentorship in self.names and not isinstance(record, Person):
            about.insert(0, self.names[mentorship])
        self._put(f'<p class="note">{self._marks[visibility]} {safe(" · ".join(about))}</p>')
        self._put(listed(self._lines(record)))
        answers = getattr(record, "answers", None)
        if answers:
            for part in self._answered(record, answers):
                self._put(part)
        self._put("</article>\n")

    def _told(self, setting: Setting) -> tuple[str, str] | None:
        return in_words(setting, self.speech, self.library, self.names, self._met)

    def _title(self, record: Entity) -> str:
        if isinstance(record, FairCopy):
            return self._copy_title(record)
        if isinstance(record, Setting) and (told := self._told(record)):
            return told[0]
        if isinstance(record, Signature) and (copy := self.store.ask(One(FairCopy, record.copy))) is not None:
            return self._copy_title(copy)
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
        if isinstance(record, Setting):
            yield from ((self._label("export.field.value"), told[1]) for told in (self._told(record),) if told)
            return
        for name in record.FIELDS:
            value = getattr(record, name)
            if name in _BEHIND or name in ("answers", "mentorship") or value in (None, "", frozenset()) or value == {}:
                continue
            if name in ("title", "name") or (name == "place" and record.KIND in _INDEXED):
                continue
            words = self._value(record, name, value)
            if words:
                yield self._label(f"export.field.{name}"), words

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
            return self._met(value)
        if name == "topic":
            return next((self.speech.read(item.text) for item in self.library.topics() if item.id == value), value)
        if name == "goal":
            goal = self.store.ask(One(Goal, value))
            return "" if goal is None else goal.title
        options = getattr(record.FIELDS[name], "options", ())
        return self._label(f"export.value.is-{value}") if value in options else str(value)

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
            told = self._with_roles(document, answers)
            yield from filled(document, self.speech, self.library, told, mine=True, blanks=False)
        rest = {name: value for name, value in answers.items() if name not in known and value not in (None, "")}
        if rest:
            yield listed(self._elsewhere(name, value, document) for name, value in rest.items())

    def _with_roles(self, document: Document, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answers, with those who were present by the words for their roles."""
        present = (item.id for item in document.items if item.prefill == "session.people")
        roles = {id: value for id in present if isinstance(value := answers.get(id), frozenset)}
        word = {role: self._label(f"export.value.is-{role}") for role in ("mentor", "mentee")}
        return {**answers, **{id: frozenset(word.get(one, one) for one in value) for id, value in roles.items()}}

    def _elsewhere(self, name: str, value: Any, document: Document | None) -> tuple[str, str]:
        """An answer to no line of its document: to one of another template, or the next part of a very long one."""
        if name == "talked_over":
            return self.speech.say("agreement.talked-over"), self.speech.say("agreement.version", number=value)
        base, _, part = name.rpartition("_")
        ids = (name, base) if part.isdecimal() else (name,)
        others = self.library.documents(kind=document.kind, broken=False) if document is not None else ()
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

    def _when_met(self, id: Id) -> str:
        """When the meeting was that something belongs to."""
        found = self.store.ask(One(Meeting, id))
        return "" if found is None else self._meeting(found)

    def _meeting(self, meeting: Meeting) -> str:
        return self._moment(aware(meeting.starts, meeting.zone, self.now.tzinfo))

    def _moment(self, at: datetime) -> str:
        here = at.astimezone(self.now.tzinfo) if at.tzinfo else at
        return self._minute(here.date(), here.hour, here.minute)

    def _at_minute(self, day: date, hour: int, minute: int) -> str:
        return self.speech.say("time.at", day=self.speech.day_year(day), clock=self.speech.clock(time(hour, minute)))

    def _put(self, words: str) -> None:
        self.put(words.encode("utf-8"))
