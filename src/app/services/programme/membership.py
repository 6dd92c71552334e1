"""My side of a programme: what may leave for it, kept sealed until it is handed over, and what came back.

Nothing here talks to anybody: `sending` does. A letter is sealed to the programme, or to the person responsible for safety, the moment
it is made, and waits in the vault; a package of all that waits leaves as a file or as text, or through the programme's box. What a letter may say stands
in `docs/spec/programme.md`, chapter 4, and nothing else can leave.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from app.errors import AnswerTooLong, NoProgramme, ProgrammeLines, VaultError
from app.model import programme_lines
from app.model.commands import SetSetting
from app.model.entities import Mentorship
from app.model.fields import Answer
from app.model.ids import Id
from app.model.programme_lines import MEMBERSHIP
from app.model.queries import AboutMe, One, PeopleList, SettingOf
from app.services.content.library import NUMBERS_BY, NUMBERS_DAY
from app.services.content.wordlists import words
from app.services.programme import box as boxes
from app.services.programme.box import Box
from app.services.records.store import Store
from app.services.sharing.pairing import Package
from app.services.spaces import DEVICE, KEYRING
from sync import bundle, strict_json
from sync.bundle import BoxKey, Item, ItemKind, Parts
from sync.errors import BadJson, BadRecord, CodeForElsewhere, SyncError
from sync.pairing import code
from sync.pairing.code import Kind
from sync.programme import keys, letters
from sync.programme.keys import Card, Token
from sync.signing import DeviceKeys

log = logging.getLogger(__name__)

LETTERS: Final = "_letter"
"""What was written to a programme: one row each, sealed already."""

POSTED: Final = "\0fika/"
"""How a note in the sealed inbox begins that is none."""

_BYTES: Final = ("card", "seed", "serial", "blind", "factor", "token", "append")
_LATER: Final[Mapping[str, Any]] = {"out": False, "turn": 0, "lines": [], "box": {}}
"""What the first versions did not say, and what holds then."""
TURN_MOST: Final = 1 << 53

_BY_NAME: Final = ("contact", "concern", "changed", "ended")

POST: Final = "programme.post"
"""The setting that has what somebody said when asked whether letters may go by themselves, and to which server."""

_PARCEL_MOST: Final = 200 * 1024
"""Letters that go in one parcel; what is more goes in the next."""

CONTACTS: Final = ("safety_lead", "safety_deputy", "coordinator")

Notice = Literal["changed", "ended"]
State = Literal["waiting", "sent", "seen"]
Posting = Literal["none", "ask", "yes", "no"]
"""Whether letters go by themselves: the programme has no box, nobody has been asked, or what was said then."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The programme one is in. `ready`: its coordinator has answered, so that answers without a name can leave."""

    name: str
    words: tuple[str, ...]
    ready: bool
    out: bool = False
    """Its coordinator has taken me out: what I send is not read."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that was pasted: the name that stands in it, and the words to compare."""

    name: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was written to the programme, and how far it is. What it says, this phone cannot read again."""

    id: str
    what: str
    at: datetime
    state: State
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """Letters under my name, sealed to the programme, on their way. `Programme.left` says that they have gone."""

    data: bytes = field(repr=False)
    letters: frozenset[str]
    counted: str
    """What the counts in it say, as a digest: they go again when they say something else."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A phone that is passed on: seals each answer at once, also while the vault is locked. It can open none."""

    card: Card = field(repr=False)
    append: bytes = field(repr=False)
    number: bytes
    day: str

    def seal(self, survey: str, version: int, role: str, answers: Mapping[str, Answer]) -> str:
        """One answer, as what goes into the sealed inbox."""
        says = {
            **answered(survey, version, role, answers, self.day),
            "sitting": self.number.hex(),
            "append": self.append.hex(),
        }
        try:
            slip = letters.write_slip(self.card, says)
        except BadRecord as exc:
            raise AnswerTooLong from exc
        return f"{POSTED}slip\0{base64.b64encode(slip).decode()}"


def posted_concern(
    answers: Mapping[str, Answer], version: int, at: str, *, done: bool, names: Mapping[str, str] | None = None
) -> str:
    """A concern that is written while the vault is locked, as what goes into the sealed inbox at every pause.

    Until it is `done` it is a draft, and a draft that stays one becomes a note of my own: nothing is sent half written.
    `names` are the words for such a note: of each question, and of each option as "question=option".
    """
    says = {"answers": _plain(answers), "version": version, "at": at, "done": done, "names": dict(names or {})}
    return f"{POSTED}concern\0{json.dumps(says, ensure_ascii=False)}"


def is_posted(text: str) -> bool:
    """Whether a note from the inbox is something for the programme."""
    return text.startswith(POSTED)


class Programme:
    """The programme of an open vault, if there is one. Everything here is quick, and durable when it returns.

    Locks are taken in this order: this one's, the store's (`writing`), the vault's. Threads that pack, take in and type at
    the same time would wait for each other for ever in any other.
    """

    def __init__(self, store: Store, assets: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._assets = assets
        self._now = now
        self._parts = Parts()
        self._packed: tuple[str, frozenset[str]] = ("", frozenset())
        self._one = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._stale = True
        store.watch(SettingOf(MEMBERSHIP), lambda _: self._came())

    # ------------------------------------------------------------------ joining

    @property
    def joined(self) -> Joined | None:
        """The programme one is in, if any."""
        row = self._row()
        if row is None:
            return None
        card = _card(row)
        out = bool(row.get("out"))
        return Joined(card.name, self._words(card), bool(row["token"]) and not out, out)

    @property
    def listening(self) -> Joined | None:
        """The programme that reads what I send: none, once its coordinator has taken me out."""
        joined = self.joined
        return None if joined is None or joined.out else joined

    def look(self, text: str) -> Offer:
        """Read a card that was pasted; nothing is changed, and nobody is told."""
        card = Card.parse(text)
        return Offer(card.name, self._words(card), card.text)

    def join(self, text: str) -> None:
        """Join. The coordinator learns of it with the first package: my name, my role, and keys made for this alone."""
        card = Card.parse(text)
        with self._one, self._store.writing():
            row = self._row()
            if row is not None and _card(row).id == card.id:
                self._table(KEYRING).update({"card": card.to_bytes().hex()}, doc_ids=[row.doc_id])
                self._share()
                return
            self.leave()
            serial, hidden = keys.ask_for_token(card)
            self._table(KEYRING).insert(
                {
                    "kind": "membership",
                    "card": card.to_bytes().hex(),
                    "seed": os.urandom(32).hex(),
                    "serial": serial.hex(),
                    "blind": hidden.message.hex(),
                    "factor": hidden.factor.hex(),
                    "token": "",
                    "append": "",
                }
            )
            self._say_who()
            self._share()
        self._tell()

    def leave(self) -> Callable[[], None]:
        """Out of the programme: keys and letters go. What was sent is with the coordinator. The answer takes it back."""
        with self._one, self._store.writing():
            row = self._row()
            kept = [dict(each) for each in self._table(LETTERS)]
            if row is not None:
                self._let_go(row)
                self._set(MEMBERSHIP, _written({"left": row["seed"]}))
        self._tell()

        def come_back() -> None:
            with self._one, self._store.writing():
                if row is not None and self._row() is None:
                    self._table(KEYRING).insert(dict(row))
                    for each in kept:
                        self._table(LETTERS).insert(each)
                    self._share()
            self._tell()

        return come_back

    def _let_go(self, row: Any) -> None:
        self._table(KEYRING).remove(doc_ids=[row.doc_id])
        self._table(LETTERS).remove(doc_ids=[each.doc_id for each in self._table(LETTERS)])

    # ------------------------------------------------------------------ one member, several devices of mine

    def _came(self) -> None:
        """The setting may have changed. Looked at when somebody asks: whoever wrote it holds other locks."""
        self._stale = True
        self._tell()

    def _share(self) -> None:
        """Let my other devices be the same member; inside a transaction."""
        row = self._mine()
        if row is not None:
            said = {**{name: row.get(name, "") for name in _BYTES}, **_LATER}
            self._set(MEMBERSHIP, _written(said | {name: row[name] for name in _LATER if row.get(name)}))

    def _catch_up(self) -> None:
        """What another device of mine has joined, been given or left holds here too.

        Where each has joined the same programme by itself, one that was let in wins, else the lower seed: all of them
        come to the same. Another programme than mine, and leaving with something still waiting here, change nothing.
        """
        with self._one:
            self._stale = False
            if self._mine() is None and not self._store.ask(SettingOf(MEMBERSHIP)):
                return  # most people are in no programme: they wait for no writer
            with self._store.writing():
                self._take_over()

    def _take_over(self) -> None:
        text, row = self._store.ask(SettingOf(MEMBERSHIP)), self._mine()
        said = _read_membership(text)
        if "left" in said:
            if row is not None and row["seed"] == said["left"] and not self.waiting and not self.draft:
                self._let_go(row)
        elif not said:
            if not text:  # else a later version has said it in another way
                self._share()
        elif row is None:
            self._table(KEYRING).insert({"kind": "membership", **said})
            if not said["token"]:
                self._say_who()
        elif row["seed"] == said["seed"]:
            self._one_seed(row, said)
        elif _card(row).id == _card(said).id:
            theirs, mine = (not said["token"], said["seed"]), (not row["token"], row["seed"])
            if theirs < mine and not row["token"]:
                table = self._table(LETTERS)
                if not any(each["what"] in _BY_NAME and each["state"] != "seen" for each in table):
                    table.remove(doc_ids=[each.doc_id for each in table if each["what"] == "join"])
                self._table(KEYRING).update(said, doc_ids=[row.doc_id])
                self._seal_answers()
            elif mine < theirs and not said["token"]:
                self._share()

    def _one_seed(self, row: Any, said: Mapping[str, Any]) -> None:
        given = said if said["token"] or not row["token"] else row
        older = _turn(said["turn"]) < _turn(row.get("turn"))
        stands = row if older else said
        fresh = {"card": stands["card"]} | {name: stands.get(name) or value for name, value in _LATER.items()}
        fresh |= {name: given[name] for name in ("factor", "token", "append")}
        if any((row.get(name) or "") != (value or "") for name, value in fresh.items()):
            self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
            self._seal_answers()
        if older or (given is row and row["token"] != said["token"]):
            self._share()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something changed here, in the thread that did it. The answer ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written in here, for the programme and into the store, is there as a whole or not at all."""
        with self._one, self._store.writing():
            yield

    # ------------------------------------------------------------------ what may leave, by name

    def offered(self, mentorship: Id) -> str:
        """Empty when the coordinator can be told about a mentorship; else the key of the sentence that says why not."""
        del mentorship  # one programme for all of them, so far
        row = self._row()
        if row is None:
            return "programme.none.notify"
        return "programme.out-of.notify" if row.get("out") else ""

    def notify(self, mentorship: Id, what: Notice) -> bool:
        """Tell the coordinator that the agreement changed, or that a mentorship ended; never what or why.

        Whether it waits: without a programme there is nobody to tell. What waits already is not said twice.
        """
        row = self._row()
        found = self._store.ask(One(Mentorship, mentorship))
        if row is None or found is None:
            return False
        tag = keys.pair_tag(_card(row).id, bytes.fromhex(found.space)).hex()
        with self._one, self._store.writing():
            if not self._unsaid(what, tag):
                self._write(what, {"what": what, "pair": tag, "day": self._day()}, about=tag)
        return True

    def unsay(self, mentorship: Id, what: Notice) -> None:
        """It was undone: a word about it that has not left does not leave."""
        row = self._row()
        found = self._store.ask(One(Mentorship, mentorship))
        if row is None or found is None:
            return
        tag = keys.pair_tag(_card(row).id, bytes.fromhex(found.space)).hex()
        with self._one, self._store.writing():
            self._table(LETTERS).remove(doc_ids=[each.doc_id for each in self._unsaid(what, tag)])
        self._tell()

    def _unsaid(self, what: Notice, tag: str) -> list[Any]:
        """The word about a pair that still waits."""
        of = self._table(LETTERS)
        return [row for row in of if (row["what"], row["state"], row.get("about")) == (what, "waiting", tag)]

    @property
    def contact(self) -> Sent | None:
        """The latest wish to be contacted, if it was not withdrawn."""
        found = [sent for sent in self.sent() if sent.what == "contact"]
        return found[-1] if found else None

    def ask_contact(self) -> None:
        """I would like the coordinator to contact me. No reason is asked for; a wish that still waits is enough."""
        last = self.contact
        if last is None or last.state != "waiting":
            self._write("contact", {"what": "contact", "at": self._now().isoformat(timespec="minutes")})

    def withdraw(self, id: str) -> Callable[[], None]:
        """Take back what has not left yet. The answer puts it there again: what is sealed cannot be written twice."""
        with self._one, self._store.writing():
            mine = self._row()
            rows = [row for row in self._table(LETTERS) if row["id"] == id and row["state"] == "waiting"]
            self._table(LETTERS).remove(doc_ids=[row.doc_id for row in rows])
        self._tell()

        def put_back() -> None:
            with self._one, self._store.writing():
                if mine is not None and (row := self._row()) is not None and row["seed"] == mine["seed"]:
                    there = {each["id"] for each in self._table(LETTERS)}
                    for each in rows:
                        if each["id"] not in there:
                            self._table(LETTERS).insert(dict(each))
            self._tell()

        return put_back

    def concern(
        self, answers: Mapping[str, Answer], version: int, *, at: str = "", locked: bool = False, number: bytes = b""
    ) -> None:
        """A concern, sealed to the person responsible for safety. This phone cannot read it again."""
        says = {
            "what": "concern",
            "at": at or self._now().isoformat(timespec="minutes"),
            "answers": _plain(answers),
            "version": version,
            "locked": locked,
        }
        with self._one, self._store.writing():
            self._write("concern", says, number=number, locked=locked)
            if not locked:
                self.keep_draft({})

    @property
    def draft(self) -> dict[str, Any]:
        """What was written of a concern that has not been sealed yet. In no list, no search and no export."""
        found = next((row for row in self._table(LETTERS) if row["what"] == "draft"), None)
        return dict(found["says"]) if found is not None else {}

    def keep_draft(self, answers: Mapping[str, Answer]) -> None:
        """Keep what stands in a concern that is being written; nothing to let go of it.

        As with every draft: in the kernel at once and on the disk half a second later, so that typing does not wait.
        """
        with self._one, self._store.writing("soon"):
            table, says = self._table(LETTERS), _plain(answers)
            table.remove(doc_ids=[row.doc_id for row in table if row["what"] == "draft"])
            if says:
                table.insert({"id": "", "what": "draft", "at": self._day(), "state": "draft", "data": "", "says": says})

    # ------------------------------------------------------------------ what may leave, without a name

    def answer(self, survey: str, version: int, role: str, answers: Mapping[str, Answer]) -> bool:
        """An answer for the summary, without my name. Whether there is a programme for it.

        Until the coordinator's first answer has come there is no token to send it with: then it waits here.
        """
        row = self._row()
        if row is None:
            return False
        says = answered(survey, version, role, answers, self._day())
        try:
            letters.write_slip(_card(row), {**says, "token": {"serial": "0" * 64, "signature": "0" * 512}})
        except BadRecord as exc:
            raise AnswerTooLong from exc
        with self._one, self._store.writing():
            self._keep("answers", {"says": says, "data": ""}, os.urandom(letters.NUMBER_BYTES), self._day())
            self._seal_answers()
        self._tell()
        return True

    def sitting(self) -> Sitting:
        """Begin to pass the phone on. `NoProgramme` before the coordinator's first answer has come."""
        row = self._row()
        if row is None or not row["append"] or row.get("out"):
            raise NoProgramme(reason="not-ready" if row else "none")
        return Sitting(_card(row), bytes.fromhex(row["append"]), secrets.token_bytes(16), self._day())

    def take_posted(self, id: bytes, text: str) -> str | None:
        """What was put into the inbox while the vault was locked. A text to keep as a note where no programme reads it."""
        kind, _, body = text.removeprefix(POSTED).partition("\0")
        row = self._row()
        try:
            if kind == "concern":
                found = strict_json.read(body, size=letters.MOST_BYTES, depth=4)
                answers, version = dict(found["answers"]), found["version"]
                if type(version) is not int or not all(isinstance(answer, str) for answer in answers.values()):
                    raise TypeError("answers")
                if row is None or row.get("out") or not found["done"]:  # nobody would read it, and this phone could not
                    names = dict(found.get("names", {}))
                    lines = [(names.get(item), names.get(f"{item}={one}", one)) for item, one in answers.items() if one]
                    return "\n\n".join("\n".join(str(part) for part in line if part) for line in lines)
                self.concern(answers, version, at=str(found["at"])[:40], locked=True, number=id)
            elif kind == "slip" and row is not None:
                raw = base64.b64decode(body, validate=True)
                if letters.programme_of(raw) == _card(row).id:
                    with self._one, self._store.writing():
                        self._keep("slip", {"data": raw.hex()}, letters.number_of(raw), self._day())
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, SyncError) as exc:
            # Anybody may have sealed it: what it says must neither keep the vault shut nor spoil the next package.
            log.warning("something in the inbox is not for the programme: %s", type(exc).__name__)
            return body
        self._tell()
        return None

    # ------------------------------------------------------------------ handing over

    def sent(self) -> list[Sent]:
        """What was written to the programme under my name, oldest first."""
        return [
            Sent(row["id"], row["what"], datetime.fromisoformat(row["at"]), row["state"], bool(row.get("locked")))
            for row in self._table(LETTERS)
            if row["what"] in _BY_NAME
        ]

    @property
    def waiting(self) -> int:
        """How many letters and answers have not been handed over."""
        return sum(row["state"] == "waiting" and row["what"] != "counts" for row in self._table(LETTERS))

    def package(self) -> Package:
        """Everything that waits, and every letter that nobody has acknowledged, sealed to the programme.

        Answers without a name lie in it in an order that says nothing. `handed_over` says that it has left.
        """
        row = self._required()
        with self._one, self._store.writing():
            self._seal_answers()
            self._count()
            found = [each for each in self._table(LETTERS) if each["data"] and each["state"] != "seen"]
            data = _sealed([each["data"] for each in found], _card(row))
            self._packed = (bundle.number_of(data).hex(), frozenset(each["id"] for each in found))
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data)

    def handed_over(self) -> None:
        """The package has left. Answers without a name are kept until the programme answers, in case it was lost."""
        self._gone(*self._packed)

    def _gone(self, number: str, packed: frozenset[str]) -> None:
        with self._one, self._store.writing():
            table = self._table(LETTERS)
            in_it = [row.doc_id for row in table if row["id"] in packed and row["state"] != "seen"]
            table.update({"state": "sent", "bundle": number}, doc_ids=in_it)
        self._tell()

    # ------------------------------------------------------------------ by itself, through the programme's box

    @property
    def box(self) -> Box | None:
        """The programme's box on a server, as its coordinator has told it."""
        row = self._row()
        return boxes.read(row.get("box")) if row is not None else None

    @property
    def posting(self) -> Posting:
        """Whether letters go to the box by themselves. A box that moved to another server is asked about anew."""
        row, box = self._row(), self.box
        if row is None or box is None:
            return "none"
        said, _, where = str(self._store.ask(SettingOf(POST, "")) or "").partition(" ")
        if where != _where(row, box) or said not in ("yes", "no"):
            return "ask"
        return "yes" if said == "yes" else "no"

    def post(self, *, yes: bool) -> None:
        """What somebody said when asked. Holds on all devices of mine."""
        row, box = self._required(), self.box
        if box is None:
            raise NoProgramme(reason="box")
        with self._one, self._store.writing():
            self._set(POST, f"{'yes' if yes else 'no'} {_where(row, box)}")
            self._table(KEYRING).update({"counted": ""}, doc_ids=[row.doc_id])  # so that the coordinator hears of it
        self._tell()

    @property
    def answers_at(self) -> bytes:
        """Where the programme's answers to me lie on the server."""
        row = self._required()
        return keys.answers_id(_card(row).id, self._keys(row).id)

    def leaving(self) -> Leaving | None:
        """What waits under my name, with whatever nobody has acknowledged; nothing if nothing waits.

        Counts alone go when they say something else than the last time, once a day at most. Answers without a name are
        never in it.
        """
        with self._one, self._store.writing():
            row = self._row()
            if row is None or row.get("out"):
                return None
            counted = hashlib.sha256(_written({"pairs": self._pairs()}).encode()).hexdigest()
            told, day = row.get("counted", ""), row.get("counted_day", "")
            waits = any(
                one["state"] == "waiting" and one["what"] in ("join", *_BY_NAME) for one in self._table(LETTERS)
            )
            if not waits and (told == counted or (told and day == self._day())):
                return None
            self._count()
            rows = [
                one for one in self._table(LETTERS) if one["data"] and one["what"] != "slip" and one["state"] != "seen"
            ]
            rows.sort(key=lambda one: (one["what"] not in ("join", "counts"), one["state"] != "waiting"))
            found: list[Any] = []
            size = 0
            for one in rows:
                size += len(one["data"]) // 2
                if found and size > _PARCEL_MOST:
                    break
                found.append(one)
            data = _sealed([one["data"] for one in found], _card(row))
        return Leaving(data, frozenset(one["id"] for one in found), counted)

    def left(self, leaving: Leaving) -> None:
        """They are in the box."""
        with self.together():
            row = self._row()
            if row is not None:
                fresh = {"counted": leaving.counted, "counted_day": self._day()}
                self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
            self._gone(bundle.number_of(leaving.data).hex(), leaving.letters)

    def slips(self) -> dict[str, int | None]:
        """Answers without a name that wait, and the second since 1970 at which each is to go, once it was drawn."""
        row = self._row()
        if row is None or row.get("out"):
            return {}
        return {
            one["id"]: one.get("due")
            for one in self._table(LETTERS)
            if one["what"] == "slip" and one["state"] == "waiting"
        }

    def slip(self, id: str) -> bytes:
        """One of them, sealed as it is; nothing if it has gone."""
        return next((bytes.fromhex(one["data"]) for one in self._table(LETTERS) if one["id"] == id), b"")

    def slip_due(self, id: str, at: int) -> None:
        """Its moment was drawn, and stays whatever becomes of the app."""
        with self._one, self._store.writing():
            table = self._table(LETTERS)
            table.update({"due": at}, doc_ids=[one.doc_id for one in table if one["id"] == id])

    def slip_left(self, id: str) -> None:
        """It is in the box. Nobody can acknowledge it without knowing whose it is: it is let go of here."""
        with self._one, self._store.writing():
            table = self._table(LETTERS)
            table.remove(doc_ids=[one.doc_id for one in table if one["id"] == id])
        self._tell()

    def take(self, data: bytes | str) -> int:
        """Read an answer of the programme: receipts, the token, confirmed numbers. How many letters were new.

        For parts of a text: how many are missing, as a negative number.
        """
        if isinstance(data, str):
            try:
                self._parts = self._parts.add(data)
            except SyncError:
                self._parts = Parts().add(data)
            if self._parts.missing:
                return -len(self._parts.missing)
            data, self._parts = self._parts.whole(), Parts()
        row = self._required()
        card, own = _card(row), self._keys(row)
        seen = {bytes.fromhex(each["id"]) for each in self._table(DEVICE) if each["kind"] == "bundle"}
        opened = bundle.open_bundle(data, {}, {card.id: BoxKey(own.box)}, seen)
        found = [letters.open_answer(item.content, card, own) for item in opened.items if item.kind is ItemKind.LETTER]
        if not found:
            raise CodeForElsewhere(got="bundle")
        with self._one, self._store.writing():
            for letter in found:
                self._answered(letter.says)
            self._table(DEVICE).insert({"kind": "bundle", "id": opened.id.hex()})
        self._tell()
        return len(found)

    @staticmethod
    def readable(text: str) -> str:
        """What a pasted text holds: `card`, `package`, or nothing."""
        try:
            kind = code.kind_of(text)
        except SyncError:
            return ""
        return {Kind.PROGRAMME: "card", Kind.PART: "package"}.get(kind, "")

    # ------------------------------------------------------------------ inside

    def _answered(self, says: Mapping[str, Any]) -> None:
        """Receipts and the token are true in any order; how things stand is only what the latest answer says."""
        row = self._required()
        card, turn = _card(row), _turn(says.get("turn"))
        latest = turn > _turn(row.get("turn")) or not (turn or row.get("turn"))
        if latest:
            fresh: dict[str, Any] = {"out": says.get("out") is True, "turn": turn}
            if "lines" in says:  # a coordinator's app that knows none says nothing of them
                fresh["lines"] = programme_lines.said(programme_lines.read(says["lines"]))
            if "box" in says:
                fresh["box"] = boxes.said(says["box"])
            if says.get("name") and (named := card.named(str(says["name"]))) != card:
                fresh["card"] = named.to_bytes().hex()  # the words do not change with it
            if any((row.get(name) or False) != (value or False) for name, value in fresh.items()):
                self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
                self._share()
        if says.get("signed") and not row["token"]:
            serial, factor = bytes.fromhex(row["serial"]), bytes.fromhex(row["factor"])
            token = keys.finish_token(card, serial, bytes.fromhex(str(says["signed"])), factor)
            fresh = {"token": token.signature.hex(), "factor": "", "append": str(says.get("append", ""))}
            self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
            self._seal_answers()
            self._share()
        table = self._table(LETTERS)
        acknowledged = {str(one) for one in says.get("seen", ())}
        table.update({"state": "seen"}, doc_ids=[each.doc_id for each in table if each["id"] in acknowledged])
        came = {str(one) for one in says.get("came", ())}
        gone = ("slip", "counts", "join", "changed", "ended")
        table.remove(doc_ids=[row.doc_id for row in table if row.get("bundle") in came and row["what"] in gone])
        if latest:
            self._know(card, says)

    def _know(self, card: Card, says: Mapping[str, Any]) -> None:
        """Whom to reach, as the programme has confirmed it."""
        for name, contact in dict(says.get("contacts", {})).items():
            if name in CONTACTS and isinstance(contact, dict):
                for part in ("name", "phone"):
                    self._set(f"contact.{name}.{part}", str(contact.get(part, ""))[:120])
        for id, phone in dict(says.get("numbers", {})).items():
            self._set(f"number.{str(id)[:40]}", str(phone)[:40])
        if says.get("numbers") or says.get("contacts"):
            self._set(NUMBERS_BY, card.name)
            self._set(NUMBERS_DAY, str(says.get("day", ""))[:10])

    def _set(self, key: str, value: str) -> None:
        self._store.execute(SetSetting(key=key, value=value))

    def _say_who(self) -> None:
        me, row = self._store.ask(AboutMe()), self._required()
        says = {"name": me.name if me else "", "role": me.role if me else "", "blind": row["blind"]}
        self._write("join", {"what": "join", **says})

    def _count(self) -> None:
        """Counts of my mentorships, in the place of the earlier ones: dates and numbers, nothing else.

        Also of none: they say from whom a package is, and without that nobody could answer that its slips came.
        """
        pairs = self._pairs()
        table = self._table(LETTERS)
        table.remove(doc_ids=[each.doc_id for each in table if each["what"] == "counts"])
        self._write("counts", {"what": "counts", "day": self._day(), "pairs": pairs})

    def _pairs(self) -> list[dict[str, Any]]:
        row = self._required()
        pairs = []
        for person in self._store.ask(PeopleList(self._now())):
            found = self._store.ask(One(Mentorship, person.mentorship))
            if found is not None:
                pairs.append(
                    {
                        "pair": keys.pair_tag(_card(row).id, bytes.fromhex(found.space)).hex(),
                        "held": person.held,
                        "planned": person.planned,
                        "booked": person.next is not None,
                        "last": person.last_met.date().isoformat() if person.last_met else "",
                        "status": str(person.status),
                    }
                )
        return pairs

    def _seal_answers(self) -> None:
        """Answers that waited for the token become slips; from then on this phone cannot read them either."""
        row = self._required()
        if not row["token"]:
            return
        token = Token(bytes.fromhex(row["serial"]), bytes.fromhex(row["token"]))
        table = self._table(LETTERS)
        for each in [each for each in table if each["what"] == "answers"]:
            told = {"serial": token.serial.hex(), "signature": token.signature.hex()}
            slip = letters.write_slip(_card(row), {**each["says"], "token": told})
            table.remove(doc_ids=[each.doc_id])
            self._keep("slip", {"data": slip.hex()}, letters.number_of(slip), self._day())

    def _write(
        self, what: str, says: Mapping[str, Any], *, number: bytes = b"", locked: bool = False, about: str = ""
    ) -> None:
        row = self._required()
        number = number or os.urandom(letters.NUMBER_BYTES)
        raw = letters.write(_card(row), self._keys(row), says, number=number, concern=what == "concern")
        with self._one, self._store.writing():
            more = {"data": raw.hex(), "locked": locked, "about": about}
            self._keep(what, more, number, self._now().isoformat(timespec="minutes"))
        self._tell()

    def _keep(self, what: str, more: Mapping[str, Any], number: bytes, at: str) -> None:
        """A letter that waits. The same number is the same letter."""
        table = self._table(LETTERS)
        if not any(row["id"] == number.hex() for row in table):
            table.insert({"id": number.hex(), "what": what, "at": at, "state": "waiting", **more})

    def _required(self) -> Any:
        row = self._row()
        if row is None:
            raise NoProgramme(reason="none")
        return row

    def _row(self) -> Any:
        if self._stale:
            try:
                self._catch_up()
            except VaultError as exc:  # a full disk must not hide what is here
                log.warning("other devices of mine are not caught up with: %s", exc.code)
        return self._mine()

    def _mine(self) -> Any:
        return next((row for row in self._table(KEYRING) if row["kind"] == "membership"), None)

    def _keys(self, row: Any) -> DeviceKeys:
        return keys.member_keys(bytes.fromhex(row["seed"]), _card(row).id)

    def _words(self, card: Card) -> tuple[str, ...]:
        """From one list whatever the language: two people compare them."""
        listed = words(self._assets, "sv")
        return tuple(listed[number] for number in card.words)

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)

    def _day(self) -> str:
        return self._now().date().isoformat()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def answered(survey: str, version: int, role: str, answers: Mapping[str, Answer], day: str) -> dict[str, Any]:
    """What a slip says of somebody's answers."""
    return {"survey": survey, "version": version, "role": role, "answers": _plain(answers), "day": day}


def _plain(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Answers as JSON; several options as a list."""
    return {
        item: sorted(answer) if isinstance(answer, frozenset) else answer
        for item, answer in answers.items()
        if answer is not None and answer != "" and answer != frozenset()
    }


def _written(said: Mapping[str, Any]) -> str:
    return json.dumps(dict(said), sort_keys=True, separators=(",", ":"))


def _read_membership(text: object) -> dict[str, Any]:
    """What another device of mine said of the programme; nothing where a later version says it in another way."""
    if not isinstance(text, str) or not text:
        return {}
    try:
        found = strict_json.read(text)
        if set(found) == {"left"}:
            return {"left": str(found["left"])}
        said = {name: found[name] for name in _BYTES}
        for name in _BYTES:
            bytes.fromhex(said[name])
        Card.read(bytes.fromhex(said["card"]))
        lines = programme_lines.said(programme_lines.read(found.get("lines", [])))
    except (BadJson, SyncError, ProgrammeLines, KeyError, TypeError, ValueError):
        return {}
    box = boxes.said(found.get("box"))
    return {**said, "out": found.get("out") is True, "turn": _turn(found.get("turn")), "lines": lines, "box": box}


def _turn(found: object) -> int:
    """The place of an answer among all; 0 for one of a version that did not say, and for what is none."""
    return found if type(found) is int and 0 < found < TURN_MOST else 0


def _sealed(found: Sequence[str], card: Card) -> bytes:
    """Letters as one bundle for the programme, in an order that says nothing."""
    raw = [bytes.fromhex(each) for each in found]
    secrets.SystemRandom().shuffle(raw)
    return bundle.seal_for_device([Item(ItemKind.LETTER, one) for one in raw], card.box)


def _where(row: Any, box: Box) -> str:
    """What somebody is asked about: this programme, and this server."""
    return f"{_card(row).id.hex()} {box.server}"


def _card(row: Any) -> Card:
    return Card.read(bytes.fromhex(row["card"]))
