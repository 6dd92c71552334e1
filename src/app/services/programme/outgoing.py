"""What may leave for a programme: letters under my name, answers without one, and how they are handed over.

A letter is sealed to the programme, or to the person responsible for safety, the moment it is made. What it may say stands
in `docs/spec/programme.md`, chapter 4, and nothing else can leave.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from app.errors import AnswerTooLong, NoProgramme
from app.model.entities import Mentorship
from app.model.fields import Answer
from app.model.ids import Id
from app.model.queries import One
from app.services.programme.kept import BY_NAME, LETTERS, Kept, said_as
from app.services.programme.posted import POSTED, Sitting, answered, plain
from app.services.programme.rows import card_of
from app.services.sharing.pairing import Package
from app.services.spaces import KEYRING
from sync import bundle, strict_json
from sync.bundle import Item, ItemKind
from sync.errors import BadRecord, SyncError
from sync.programme import keys, letters
from sync.programme.keys import Card

log = logging.getLogger(__name__)

_PARCEL_MOST: Final = 200 * 1024
"""Letters that go in one parcel; what is more goes in the next."""

Notice = Literal["changed", "ended"]
State = Literal["waiting", "sent", "seen"]


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


class Outgoing(Kept):
    """A membership that writes."""

    _packed: tuple[str, frozenset[str]] = ("", frozenset())
    """The number of the last package, and the letters in it."""

    # ------------------------------------------------------------------ by name

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
        tag = keys.pair_tag(card_of(row).id, bytes.fromhex(found.space)).hex()
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
        tag = keys.pair_tag(card_of(row).id, bytes.fromhex(found.space)).hex()
        with self._one, self._store.writing():
            self._table(LETTERS).remove(doc_ids=[each.doc_id for each in self._unsaid(what, tag)])
        self._listeners.tell()

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
        self._listeners.tell()

        def put_back() -> None:
            with self._one, self._store.writing():
                if mine is not None and (row := self._row()) is not None and row["seed"] == mine["seed"]:
                    there = {each["id"] for each in self._table(LETTERS)}
                    for each in rows:
                        if each["id"] not in there:
                            self._table(LETTERS).insert(dict(each))
            self._listeners.tell()

        return put_back

    def concern(
        self, answers: Mapping[str, Answer], version: int, *, at: str = "", locked: bool = False, number: bytes = b""
    ) -> None:
        """A concern, sealed to the person responsible for safety. This phone cannot read it again."""
        says = {
            "what": "concern",
            "at": at or self._now().isoformat(timespec="minutes"),
            "answers": plain(answers),
            "version": version,
            "locked": locked,
        }
        with self._one, self._store.writing():
            self._write("concern", says, number=number, locked=locked)
            if not locked:
                self.keep_draft({})

    def keep_draft(self, answers: Mapping[str, Answer]) -> None:
        """Keep what stands in a concern that is being written; nothing to let go of it.

        As with every draft: in the kernel at once and on the disk half a second later, so that typing does not wait.
        """
        with self._one, self._store.writing("soon"):
            table, says = self._table(LETTERS), plain(answers)
            table.remove(doc_ids=[row.doc_id for row in table if row["what"] == "draft"])
            if says:
                table.insert({"id": "", "what": "draft", "at": self._day(), "state": "draft", "data": "", "says": says})

    # ------------------------------------------------------------------ without a name

    def answer(self, survey: str, version: int, role: str, answers: Mapping[str, Answer]) -> bool:
        """An answer for the summary, without my name. Whether there is a programme for it.

        Until the coordinator's first answer has come there is no token to send it with: then it waits here.
        """
        row = self._row()
        if row is None:
            return False
        says = answered(survey, version, role, answers, self._day())
        try:
            letters.write_slip(card_of(row), {**says, "token": {"serial": "0" * 64, "signature": "0" * 512}})
        except BadRecord as exc:
            raise AnswerTooLong from exc
        with self._one, self._store.writing():
            self._keep("answers", {"says": says, "data": ""}, os.urandom(letters.NUMBER_BYTES), self._day())
            self._seal_answers()
        self._listeners.tell()
        return True

    def sitting(self) -> Sitting:
        """Begin to pass the phone on. `NoProgramme` before the coordinator's first answer has come."""
        row = self._row()
        if row is None or not row["append"] or row.get("out"):
            raise NoProgramme(reason="not-ready" if row else "none")
        return Sitting(card_of(row), bytes.fromhex(row["append"]), secrets.token_bytes(16), self._day())

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
                if letters.programme_of(raw) == card_of(row).id:
                    with self._one, self._store.writing():
                        self._keep("slip", {"data": raw.hex()}, letters.number_of(raw), self._day())
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, SyncError) as exc:
            # Anybody may have sealed it: what it says must neither keep the vault shut nor spoil the next package.
            log.warning("something in the inbox is not for the programme: %s", type(exc).__name__)
            return body
        self._listeners.tell()
        return None

    # ------------------------------------------------------------------ handing over

    def sent(self) -> list[Sent]:
        """What was written to the programme under my name, oldest first."""
        return [
            Sent(row["id"], row["what"], datetime.fromisoformat(row["at"]), row["state"], bool(row.get("locked")))
            for row in self._table(LETTERS)
            if row["what"] in BY_NAME
        ]

    def package(self) -> Package:
        """Everything that waits, and every letter that nobody has acknowledged, sealed to the programme.

        Answers without a name lie in it in an order that says nothing. `handed_over` says that it has left.
        """
        row = self._required()
        with self._one, self._store.writing():
            self._seal_answers()
            self._count()
            found = [each for each in self._table(LETTERS) if each["data"] and each["state"] != "seen"]
            data = _sealed([each["data"] for each in found], card_of(row))
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
        self._listeners.tell()

    # ------------------------------------------------------------------ through the programme's box

    def leaving(self) -> Leaving | None:
        """What waits under my name, with whatever nobody has acknowledged; nothing if nothing waits.

        Counts alone go when they say something else than the last time, once a day at most. Answers without a name are
        never in it.
        """
        with self._one, self._store.writing():
            row = self._row()
            if row is None or row.get("out"):
                return None
            counted = hashlib.sha256(said_as({"pairs": self._pairs()}).encode()).hexdigest()
            told, day = row.get("counted", ""), row.get("counted_day", "")
            waits = any(one["state"] == "waiting" and one["what"] in ("join", *BY_NAME) for one in self._table(LETTERS))
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
            data = _sealed([one["data"] for one in found], card_of(row))
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
        self._listeners.tell()


def _sealed(found: Sequence[str], card: Card) -> bytes:
    """Letters as one bundle for the programme, in an order that says nothing."""
    raw = [bytes.fromhex(each) for each in found]
    secrets.SystemRandom().shuffle(raw)
    return bundle.seal_for_device([Item(ItemKind.LETTER, one) for one in raw], card.box)
