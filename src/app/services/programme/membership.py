"""My side of a programme: joining it and leaving it, what came back from it, and whether letters go by themselves.

Nothing here talks to anybody: `sending` does. What is written lies in `kept`, what may leave in `outgoing`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.errors import NoProgramme
from app.model import programme_lines
from app.model.programme_lines import MEMBERSHIP
from app.model.queries import SettingOf
from app.services.content.library import NUMBERS_BY, NUMBERS_DAY
from app.services.programme import box as boxes
from app.services.programme.box import Box
from app.services.programme.judging import check_answer
from app.services.programme.kept import LETTERS, said_as, turn_of
from app.services.programme.outgoing import Outgoing
from app.services.programme.rows import card_of
from app.services.spaces import DEVICE, KEYRING
from sync import bundle
from sync.bundle import BoxKey, ItemKind, Parts
from sync.errors import CodeForElsewhere, SyncError
from sync.pairing import code
from sync.pairing.code import Kind
from sync.programme import keys, letters
from sync.programme.keys import Card

POST: Final = "programme.post"
"""The setting that has what somebody said when asked whether letters may go by themselves, and to which server."""

CONTACTS: Final = ("safety_lead", "safety_deputy", "coordinator")

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


class Programme(Outgoing):
    """The programme of an open vault, if there is one. Everything here is quick, and durable when it returns."""

    _parts = Parts()
    """The parts of an answer that came as text, until all are there."""

    # ------------------------------------------------------------------ joining

    @property
    def joined(self) -> Joined | None:
        """The programme one is in, if any."""
        row = self._row()
        if row is None:
            return None
        card = card_of(row)
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
            if row is not None and card_of(row).id == card.id:
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
        self._listeners.tell()

    def leave(self) -> Callable[[], None]:
        """Out of the programme: keys and letters go. What was sent is with the coordinator. The answer takes it back."""
        with self._one, self._store.writing():
            row = self._row()
            kept = [dict(each) for each in self._table(LETTERS)]
            if row is not None:
                self._let_go(row)
                self._set(MEMBERSHIP, said_as({"left": row["seed"]}))
        self._listeners.tell()

        def come_back() -> None:
            with self._one, self._store.writing():
                if row is not None and self._row() is None:
                    self._table(KEYRING).insert(dict(row))
                    for each in kept:
                        self._table(LETTERS).insert(each)
                    self._share()
            self._listeners.tell()

        return come_back

    @staticmethod
    def readable(text: str) -> str:
        """What a pasted text holds: `card`, `package`, or nothing."""
        try:
            kind = code.kind_of(text)
        except SyncError:
            return ""
        return {Kind.PROGRAMME: "card", Kind.PART: "package"}.get(kind, "")

    # ------------------------------------------------------------------ what comes back

    def take(self, data: bytes | str) -> int:
        """Read an answer of the programme: receipts, the token, confirmed numbers. How many letters were new.

        For parts of a text: how many are missing, as a negative number.
        """
        if isinstance(data, str):
            self._parts, whole = self._parts.take(data)
            if whole is None:
                return -len(self._parts.missing)
            data = whole
        row = self._required()
        card, own = card_of(row), self._keys(row)
        seen = {bytes.fromhex(each["id"]) for each in self._table(DEVICE) if each["kind"] == "bundle"}
        opened = bundle.open_bundle(data, {}, {card.id: BoxKey(own.box)}, seen)
        found = [letters.open_answer(item.content, card, own) for item in opened.items if item.kind is ItemKind.LETTER]
        if not found:
            raise CodeForElsewhere(got="bundle")
        for letter in found:
            check_answer(letter.says)
        with self._one, self._store.writing():
            for letter in found:
                self._answered(letter.says)
            self._table(DEVICE).insert({"kind": "bundle", "id": opened.id.hex()})
        self._listeners.tell()
        return len(found)

    def _answered(self, says: Mapping[str, Any]) -> None:
        """Receipts and the token are true in any order; how things stand is only what the latest answer says."""
        row = self._required()
        card, turn = card_of(row), turn_of(says.get("turn"))
        latest = turn > turn_of(row.get("turn")) or not (turn or row.get("turn"))
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
        self._listeners.tell()

    @property
    def answers_at(self) -> bytes:
        """Where the programme's answers to me lie on the server."""
        row = self._required()
        return keys.answers_id(card_of(row).id, self._keys(row).id)


def _where(row: Any, box: Box) -> str:
    """What somebody is asked about: this programme, and this server."""
    return f"{card_of(row).id.hex()} {box.server}"
