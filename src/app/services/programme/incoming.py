"""What comes in for a programme: packages and parcels, judged letter by letter, and answers without a name.

What stayed outside is not acknowledged: whoever sent it keeps it.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.model.entities import ROLES
from app.model.summary import Slip, release
from app.services.programme.founded import MEMBERS, RECEIVED, Founded, keys_of
from app.services.programme.judging import check, counted, for_summary, whose
from app.services.programme.rows import card_of
from app.services.spaces import DEVICE
from sync import bundle
from sync.bundle import BoxKey, Item, ItemKind, Parts
from sync.errors import CodeForElsewhere, NewerVersion, SyncError
from sync.programme import letters
from sync.programme.keys import Card, ProgrammeKeys
from sync.programme.letters import Letter, Lock

log = logging.getLogger(__name__)

SLIPS: Final = "_slip"
LATER: Final = "_slip_later"
"""Answers without a name that only a newer app can read, sealed as they came."""
LATER_MOST: Final = 1_000

STRANGERS_MOST: Final = 20
"""People whom nobody has let in yet and whose letters came through the box: whoever has its secret can make up more."""
UNSEEN_MOST: Final = 300
"""Letters of one member that came through the box and that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a package, or of parts of a text: how many letters are new, and what stayed outside."""

    new: int = 0
    lacking: int = 0
    """Parts of a text that have not come yet; nothing is read before they have."""
    unreadable: int = 0
    """Letters that are changed, for another programme, from a newer app or not by whom they say."""
    newer: int = 0
    """How many of those only a newer app can read."""
    refused: tuple[str, ...] = ()
    """Names of those taken out of the programme whose letters were in it."""


class Incoming(Founded):
    """A programme that reads what its members sent."""

    _parts = Parts()
    """The parts of a package that came as text, until all are there."""

    def take(self, data: bytes | str, *, posted: bool = False) -> Taken:
        """Read a package in: every letter that is what it says, and how many are not. `posted`: it lay in the box.

        Where none is, the reason is raised and nothing is changed. What stayed outside is not acknowledged: whoever
        sent it keeps it, and the same package can be read again (by a newer app, or once somebody is let in again).
        """
        if isinstance(data, str):
            self._parts, file = self._parts.take(data)
            if file is None:
                return Taken(lacking=len(self._parts.missing))
            data = file
        row = self._required()
        card, own = card_of(row), keys_of(row)
        seen = {bytes.fromhex(each["id"]) for each in self._rows(DEVICE, "bundle")}
        opened = bundle.open_bundle(data, {}, {card.id: BoxKey(own.box)}, seen)
        found, faults = self._readable(opened.items, card, own)
        if not found:
            raise faults[0] if faults else CodeForElsewhere(got="bundle")
        with self._one, self._store.writing():
            bounded = self._bounded(found) if posted else found
            whole = not faults and len(bounded) == len(found)
            found, refused = self._let_through(bounded)
            fresh = sum(self._named(letter, own) for letter in found if letter.lock is not Lock.SLIP)
            fresh += self._nameless([letter for letter in found if letter.lock is Lock.SLIP])
            if whole and not refused:
                self._table(DEVICE).insert({"kind": "bundle", "id": opened.id.hex()})
                for member in {letter.member.hex() for letter in found if letter.sign}:
                    self._owe(member, came=opened.id.hex())
            self._came_by(found, posted=posted)
        self._listeners.tell()
        newer = sum(isinstance(fault, NewerVersion) for fault in faults)
        return Taken(fresh, unreadable=len(faults), newer=newer, refused=refused)

    def take_slips(self, slips: Sequence[bytes]) -> int:
        """Read answers without a name that lay in the box; how many are new. Judged as those of a package are.

        What a newer app wrote is put by, and read once this one is newer too.
        """
        row = self._required()
        card, own = card_of(row), keys_of(row)
        table = self._table(LATER)
        kept = [bytes.fromhex(each["data"]) for each in table]
        found, newer = self._slips([*kept, *slips], card, own)
        with self._one, self._store.writing():
            fresh = self._nameless(found)
            if newer != kept:
                table.remove(doc_ids=[each.doc_id for each in table])
                for one in newer[:LATER_MOST]:
                    table.insert({"data": one.hex()})
        self._listeners.tell()
        return fresh

    def _slips(self, raw: Sequence[bytes], card: Card, own: ProgrammeKeys) -> tuple[list[Letter], list[bytes]]:
        """Those that are slips, each once, and those that only a newer app can read."""
        found: dict[bytes, Letter] = {}
        newer: list[bytes] = []
        for one in dict.fromkeys(raw):
            letters_, faults = self._readable([Item(ItemKind.LETTER, one)], card, own)
            if letters_ and letters_[0].lock is Lock.SLIP:
                found.setdefault(letters_[0].number, letters_[0])
            elif faults and isinstance(faults[0], NewerVersion):
                newer.append(one)
        return list(found.values()), newer

    def _came_by(self, found: Sequence[Letter], *, posted: bool) -> None:
        """Whoever writes through the box gets their answers there; whoever hands over by hand, by hand."""
        table = self._table(MEMBERS)
        writers = {letter.member.hex() for letter in found if letter.sign}
        changed = [row.doc_id for row in table if row["id"] in writers and bool(row.get("posts")) is not posted]
        table.update({"posts": posted}, doc_ids=changed)

    def _readable(self, items: Sequence[Item], card: Card, own: ProgrammeKeys) -> tuple[list[Letter], list[SyncError]]:
        """The letters that are what they say, and what is wrong with each of the others."""
        surveys = {entry.id: self._library.document(entry.id) for entry in self._library.entries(kind="survey")}
        found: list[Letter] = []
        faults: list[SyncError] = []
        for item in items:
            if item.kind is not ItemKind.LETTER:
                continue
            try:
                letter = letters.open_letter(item.content, card, box=own.box, safety=own.safety)
                check(letter, card, own, surveys)
            except SyncError as exc:
                log.warning("a letter is left outside: %s", exc.code)
                faults.append(exc)
            else:
                found.append(letter)
        return found, faults

    def _bounded(self, found: Sequence[Letter]) -> list[Letter]:
        """What whoever has the box's secret may bring: so many people whom nobody knows, so many letters that nobody reads."""
        rows = list(self._table(MEMBERS))
        known = {row["id"] for row in rows}
        strangers = sum(bool(row.get("posts")) and not row.get("answered") and not row.get("out") for row in rows)
        unseen = Counter(row["member"] for row in self._table(RECEIVED) if row["what"] != "counts" and not row["seen"])
        left: list[Letter] = []
        for letter in found:
            member = letter.member.hex() if letter.sign else ""
            if member and member not in known:
                if strangers >= STRANGERS_MOST:
                    continue
                strangers += 1
                known.add(member)
            if member and letter.says["what"] not in ("join", "counts"):
                if unseen[member] >= UNSEEN_MOST:
                    continue
                unseen[member] += 1
            left.append(letter)
        return left

    def _let_through(self, found: Sequence[Letter]) -> tuple[list[Letter], tuple[str, ...]]:
        """What is not by somebody who was taken out, and the names of those; a package of theirs alone brings nothing.

        Slips do not say by whom they are: those that came with such a package are left outside with it.
        """
        names = {row["id"]: str(row["name"]) for row in self._table(MEMBERS) if row.get("out")}
        if not any(letter.sign and letter.member.hex() in names for letter in found):
            return list(found), ()
        barred = dict.fromkeys(
            names[letter.member.hex()] for letter in found if letter.sign and letter.member.hex() in names
        )
        left = [letter for letter in found if letter.sign and letter.member.hex() not in names]
        slips = [letter for letter in found if letter.lock is Lock.SLIP] if left else []
        return [*left, *slips], tuple(barred)

    def _named(self, letter: Letter, own: ProgrammeKeys) -> bool:
        member, says = letter.member.hex(), letter.says
        if says["what"] == "join":
            return self._joins(letter, own)
        if self._member(member) is None:
            self._meet(letter, "", "")
        number = letter.number.hex()
        table = self._table(RECEIVED)
        if any(row["id"] == number for row in table):
            return False
        if says["what"] == "counts":
            others = [row for row in table if row["what"] == "counts" and row["member"] == member]
            day, today = str(says.get("day", "")), self._now().date().isoformat()
            if any(day < str(row["says"].get("day", "")) <= today for row in others):
                return False  # packages may be opened in any order; a day that is yet to come says nothing
            table.remove(doc_ids=[row.doc_id for row in others])
        table.insert(
            {
                "id": number,
                "member": member,
                "what": says["what"],
                "says": dict(says),
                "came": self._now().isoformat(timespec="minutes"),
                "seen": "",
            }
        )
        return True

    def _joins(self, letter: Letter, own: ProgrammeKeys) -> bool:
        """Sign one token for each member; the same question gets the same answer, another one gets none."""
        says, id = letter.says, letter.member.hex()
        known = self._member(id)
        name, role = str(says.get("name", ""))[:120], str(says.get("role", ""))[:20]
        if known is None:
            known = self._meet(letter, name, role)
        else:
            self._table(MEMBERS).update({"name": name, "role": role}, doc_ids=[known.doc_id])
        if not known["blind"]:
            asked = str(says.get("blind", ""))
            signed = own.signer.sign(bytes.fromhex(asked)).hex()
            self._table(MEMBERS).update({"blind": asked, "signed": signed}, doc_ids=[known.doc_id])
            self._owe(id)
            return True
        return False

    def _nameless(self, found: Sequence[Letter]) -> int:
        """Take slips in, release what is enough, and put all of them away in a new order."""
        table = self._table(SLIPS)
        known = {row["id"] for row in table}
        fresh = [
            {
                "id": letter.number.hex(),
                "survey": str(letter.says.get("survey", "")),
                "role": role if (role := letter.says.get("role")) in ROLES else "",
                "day": str(letter.says.get("day", ""))[:10],
                "answers": dict(letter.says.get("answers", {})),
                **whose(letter.says),
                "batch": 0,
            }
            for letter in found
            if letter.number.hex() not in known
        ]
        if fresh:
            rows = [*({**row} for row in table), *fresh]
            slips = release([self._slip(row) for row in rows])
            kept = [{**row, "batch": slip.batch} for row, slip in zip(rows, slips, strict=True)]
            secrets.SystemRandom().shuffle(kept)
            table.remove(doc_ids=[row.doc_id for row in table])
            for row in kept:
                table.insert(row)
        return len(fresh)

    def _slip(self, row: Mapping[str, Any]) -> Slip:
        """A row as the model counts it: only questions of the survey, each as its own kind of answer."""
        document = self._library.document(row["survey"])
        lines = {item.id: item for item in document.items if for_summary(item)}
        answers = {
            item: told
            for item, answer in row["answers"].items()
            if item in lines and (told := counted(lines[item], answer)) is not None
        }
        return Slip(
            survey=row["survey"],
            role=row["role"],
            answers=answers,
            tag=row["tag"],
            sitting=row["sitting"],
            batch=row["batch"],
        )
