"""The membership as all my devices keep it, and the letters that wait in the vault: what each row says, and how it came.

Which programme one is in lies in the keyring of this device, and in a setting that reaches the others. Letters are sealed
the moment they are written.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.errors import NoProgramme, ProgrammeLines, VaultError
from app.listeners import Listeners
from app.model import programme_lines
from app.model.commands import SetSetting
from app.model.entities import Mentorship
from app.model.programme_lines import MEMBERSHIP
from app.model.queries import AboutMe, One, PeopleList, SettingOf
from app.services.content.wordlists import words
from app.services.programme import box as boxes
from app.services.programme.rows import card_of
from app.services.records.store import Store
from app.services.spaces import KEYRING
from sync import strict_json
from sync.errors import BadJson, SyncError
from sync.programme import keys, letters
from sync.programme.keys import Card, Token
from sync.signing import DeviceKeys

log = logging.getLogger(__name__)

LETTERS: Final = "_letter"
"""What was written to a programme: one row each, sealed already."""

_BYTES: Final = ("card", "seed", "serial", "blind", "factor", "token", "append")
_LATER: Final[Mapping[str, Any]] = {"out": False, "turn": 0, "lines": [], "box": {}}
"""What the first versions did not say, and what holds then."""
TURN_MOST: Final = 1 << 53

BY_NAME: Final = ("contact", "concern", "changed", "ended")


class Kept:
    """A membership, and what is written for its programme.

    Locks are taken in this order: this one's, the store's (`writing`), the vault's. Threads that pack, take in and type at
    the same time would wait for each other for ever in any other.
    """

    def __init__(self, store: Store, assets: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._assets = assets
        self._now = now
        self._one = threading.RLock()
        self._listeners = Listeners[[]]()
        self._stale = True
        store.watch(SettingOf(MEMBERSHIP), lambda _: self._came())

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something changed here, in the thread that did it. The answer ends that."""
        return self._listeners.add(listener)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written in here, for the programme and into the store, is there as a whole or not at all."""
        with self._one, self._store.writing():
            yield

    # ------------------------------------------------------------------ what waits

    @property
    def waiting(self) -> int:
        """How many letters and answers have not been handed over."""
        return sum(row["state"] == "waiting" and row["what"] != "counts" for row in self._table(LETTERS))

    @property
    def draft(self) -> dict[str, Any]:
        """What was written of a concern that has not been sealed yet. In no list, no search and no export."""
        found = next((row for row in self._table(LETTERS) if row["what"] == "draft"), None)
        return dict(found["says"]) if found is not None else {}

    def _write(
        self, what: str, says: Mapping[str, Any], *, number: bytes = b"", locked: bool = False, about: str = ""
    ) -> None:
        row = self._required()
        number = number or os.urandom(letters.NUMBER_BYTES)
        raw = letters.write(card_of(row), self._keys(row), says, number=number, concern=what == "concern")
        with self._one, self._store.writing():
            more = {"data": raw.hex(), "locked": locked, "about": about}
            self._keep(what, more, number, self._now().isoformat(timespec="minutes"))
        self._listeners.tell()

    def _keep(self, what: str, more: Mapping[str, Any], number: bytes, at: str) -> None:
        """A letter that waits. The same number is the same letter."""
        table = self._table(LETTERS)
        if not any(row["id"] == number.hex() for row in table):
            table.insert({"id": number.hex(), "what": what, "at": at, "state": "waiting", **more})

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
                        "pair": keys.pair_tag(card_of(row).id, bytes.fromhex(found.space)).hex(),
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
            slip = letters.write_slip(card_of(row), {**each["says"], "token": told})
            table.remove(doc_ids=[each.doc_id])
            self._keep("slip", {"data": slip.hex()}, letters.number_of(slip), self._day())

    # ------------------------------------------------------------------ one member, several devices of mine

    def _came(self) -> None:
        """The setting may have changed. Looked at when somebody asks: whoever wrote it holds other locks."""
        self._stale = True
        self._listeners.tell()

    def _share(self) -> None:
        """Let my other devices be the same member; inside a transaction."""
        row = self._mine()
        if row is not None:
            said = {**{name: row.get(name, "") for name in _BYTES}, **_LATER}
            self._set(MEMBERSHIP, said_as(said | {name: row[name] for name in _LATER if row.get(name)}))

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
        elif card_of(row).id == card_of(said).id:
            theirs, mine = (not said["token"], said["seed"]), (not row["token"], row["seed"])
            if theirs < mine and not row["token"]:
                table = self._table(LETTERS)
                if not any(each["what"] in BY_NAME and each["state"] != "seen" for each in table):
                    table.remove(doc_ids=[each.doc_id for each in table if each["what"] == "join"])
                self._table(KEYRING).update(said, doc_ids=[row.doc_id])
                self._seal_answers()
            elif mine < theirs and not said["token"]:
                self._share()

    def _one_seed(self, row: Any, said: Mapping[str, Any]) -> None:
        given = said if said["token"] or not row["token"] else row
        older = turn_of(said["turn"]) < turn_of(row.get("turn"))
        stands = row if older else said
        fresh = {"card": stands["card"]} | {name: stands.get(name) or value for name, value in _LATER.items()}
        fresh |= {name: given[name] for name in ("factor", "token", "append")}
        if any((row.get(name) or "") != (value or "") for name, value in fresh.items()):
            self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
            self._seal_answers()
        if older or (given is row and row["token"] != said["token"]):
            self._share()

    def _let_go(self, row: Any) -> None:
        self._table(KEYRING).remove(doc_ids=[row.doc_id])
        self._table(LETTERS).remove(doc_ids=[each.doc_id for each in self._table(LETTERS)])

    # ------------------------------------------------------------------ rows

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
        return keys.member_keys(bytes.fromhex(row["seed"]), card_of(row).id)

    def _words(self, card: Card) -> tuple[str, ...]:
        """From one list whatever the language: two people compare them."""
        listed = words(self._assets, "sv")
        return tuple(listed[number] for number in card.words)

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)

    def _day(self) -> str:
        return self._now().date().isoformat()

    def _set(self, key: str, value: str) -> None:
        self._store.execute(SetSetting(key=key, value=value))


def turn_of(found: object) -> int:
    """The place of an answer among all; 0 for one of a version that did not say, and for what is none."""
    return found if type(found) is int and 0 < found < TURN_MOST else 0


def said_as(said: Mapping[str, Any]) -> str:
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
    return {**said, "out": found.get("out") is True, "turn": turn_of(found.get("turn")), "lines": lines, "box": box}
