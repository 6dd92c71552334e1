"""The coordinator's side of a programme: its keys, what came in for it, and what goes back.

What pairs write is not here and cannot be: only what `docs/spec/programme.md` lists ever leaves them. Answers without a
name are kept shuffled and shown as means of five different people or more; there is no way to a single one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.errors import NoProgramme, ProgrammeLines, ProgrammeName
from app.model import programme_lines
from app.model.commands import SetSetting
from app.model.entities import ROLES
from app.model.programme_lines import ProgrammeLine
from app.model.queries import SettingOf
from app.model.summary import Shown, Slip, release, shown
from app.services.content.library import NUMBERS_BY, NUMBERS_DAY, REGIONS, Library
from app.services.content.wordlists import words
from app.services.programme import box as boxes
from app.services.programme.box import Box
from app.services.programme.judging import check, count_of, counted, for_summary, whose
from app.services.programme.membership import CONTACTS
from app.services.records.store import Store
from app.services.sharing.pairing import Package
from app.services.spaces import DEVICE, KEYRING
from sync import bundle
from sync.bundle import BoxKey, Item, ItemKind, Parts
from sync.errors import BadRecord, CodeForElsewhere, NewerVersion, SyncError
from sync.programme import keys, letters
from sync.programme.blind import Signer
from sync.programme.keys import Card, ProgrammeKeys
from sync.programme.letters import Letter, Lock

log = logging.getLogger(__name__)

MEMBERS: Final = "_member"
RECEIVED: Final = "_received"
SLIPS: Final = "_slip"
LATER: Final = "_slip_later"
"""Answers without a name that only a newer app can read, sealed as they came."""
LATER_MOST: Final = 1_000

LINES: Final = "programme.lines"
"""The setting of a coordinator that has the programme's own lines of the list before a relationship."""

NO_LINES: Final = "[]"
"""What stands there once all were removed: then the answers say so."""


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme that this vault keeps."""

    name: str
    words: tuple[str, ...]
    text: str
    """The card, to hand over."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who joined; `owed` when something waits to be handed back."""

    id: str
    name: str
    role: str
    owed: bool
    new: bool = False
    """No token was ever sent back: the first answer with one is what lets somebody answer without a name."""
    again: bool = False
    """Somebody of the same name is there already."""
    out: bool = False
    """The coordinator has taken them out of the programme."""
    posts: bool = False
    """Their letters come through the programme's box, and answers to them go there by themselves."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a package, or of parts of a text: how many letters are new, and what stayed outside."""

    new: int = 0
    lacking: int = 0
    """Parts of a text that have not come yet; nothing is read before they have."""
    unreadable: int = 0
    """Letters that are changed, for another programme, from a newer app or not by whom they say."""
    refused: tuple[str, ...] = ()
    """Names of those taken out of the programme whose letters were in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """Something that came by name: a wish to be contacted, a notice, a concern. `says` is empty for an unread concern."""

    id: str
    member: str
    name: str
    what: str
    at: str
    seen: str


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern that was opened."""

    name: str
    at: str
    opened: str
    locked: bool
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """What all pairs together come to."""

    members: int
    pairs: int = 0
    held: int = 0
    planned: int = 0
    unbooked: int = 0
    ended: int = 0


class Coordination:
    """The programme of an open vault whose owner coordinates one. Durable when a call returns."""

    def __init__(self, store: Store, library: Library, assets: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._library = library
        self._assets = assets
        self._now = now
        self._parts = Parts()
        self._one = threading.RLock()
        self._packed: dict[str, Mapping[str, Any]] = {}
        self._listeners: list[Callable[[], None]] = []

    # ------------------------------------------------------------------ the programme

    @property
    def programme(self) -> Programme | None:
        """The programme, once it was founded."""
        row = self._row()
        if row is None:
            return None
        card = _card(row)
        listed = words(self._assets, "sv")
        return Programme(card.name, tuple(listed[number] for number in card.words), card.text)

    def found(self, name: str) -> None:
        """Make the programme's keys, or give it another name. Making keys takes a moment."""
        with self._one:
            row = self._row()
            made = ProgrammeKeys.new() if row is None else _keys(row)
            try:
                card = made.card(name)
            except BadRecord as exc:
                raise ProgrammeName from exc
            with self._store.writing():
                if row is None:
                    self._table(KEYRING).insert(
                        {
                            "kind": "programme",
                            "card": card.to_bytes().hex(),
                            "seed": made.seed.hex(),
                            "signer": made.signer.der.hex(),
                            "append": made.append.hex(),
                        }
                    )
                else:
                    self._table(KEYRING).update({"card": card.to_bytes().hex()}, doc_ids=[row.doc_id])
        self._tell()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something changed here, in the thread that did it. The answer ends that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # ------------------------------------------------------------------ what comes in

    def take(self, data: bytes | str, *, posted: bool = False) -> Taken:
        """Read a package in: every letter that is what it says, and how many are not. `posted`: it lay in the box.

        Where none is, the reason is raised and nothing is changed. What stayed outside is not acknowledged: whoever
        sent it keeps it, and the same package can be read again (by a newer app, or once somebody is let in again).
        """
        if isinstance(data, str):
            try:
                self._parts = self._parts.add(data)
            except SyncError:
                self._parts = Parts().add(data)
            if self._parts.missing:
                return Taken(lacking=len(self._parts.missing))
            data, self._parts = self._parts.whole(), Parts()
        row = self._required()
        card, own = _card(row), _keys(row)
        seen = {bytes.fromhex(each["id"]) for each in self._rows(DEVICE, "bundle")}
        opened = bundle.open_bundle(data, {}, {card.id: BoxKey(own.box)}, seen)
        found, faults = self._readable(opened.items, card, own)
        if not found:
            raise faults[0] if faults else CodeForElsewhere(got="bundle")
        with self._one, self._store.writing():
            found, refused = self._let_through(found)
            fresh = sum(self._named(letter, own) for letter in found if letter.lock is not Lock.SLIP)
            fresh += self._nameless([letter for letter in found if letter.lock is Lock.SLIP])
            if not faults and not refused:
                self._table(DEVICE).insert({"kind": "bundle", "id": opened.id.hex()})
                for member in {letter.member.hex() for letter in found if letter.sign}:
                    self._owe(member, came=opened.id.hex())
            self._came_by(found, posted=posted)
        self._tell()
        return Taken(fresh, unreadable=len(faults), refused=refused)

    def take_slips(self, slips: Sequence[bytes]) -> int:
        """Read answers without a name that lay in the box; how many are new. Judged as those of a package are.

        What a newer app wrote is put by, and read once this one is newer too.
        """
        row = self._required()
        card, own = _card(row), _keys(row)
        table = self._table(LATER)
        kept = [bytes.fromhex(each["data"]) for each in table]
        found, newer = self._slips([*kept, *slips], card, own)
        with self._one, self._store.writing():
            fresh = self._nameless(found)
            if newer != kept:
                table.remove(doc_ids=[each.doc_id for each in table])
                for one in newer[:LATER_MOST]:
                    table.insert({"data": one.hex()})
        self._tell()
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

    def _meet(self, letter: Letter, name: str, role: str) -> Any:
        table = self._table(MEMBERS)
        table.insert(
            {
                "id": letter.member.hex(),
                "name": name,
                "role": role,
                "box": letter.box.hex(),
                "blind": "",
                "signed": "",
                "seen": [],
                "came": [],
                "told": "",
                "owed": False,
            }
        )
        return self._member(letter.member.hex())

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

    # ------------------------------------------------------------------ what the coordinator sees

    @property
    def members(self) -> list[Member]:
        """Who is in the programme, in the order they joined."""
        return [one for one in self._everybody() if not one.out]

    @property
    def removed(self) -> list[Member]:
        """Who was taken out of it."""
        return [one for one in self._everybody() if one.out]

    def remove(self, member: str) -> Callable[[], None]:
        """Take somebody out: what they send from now on is refused, and their counts do not count. The answer lets them
        in again.

        What they wrote before stays; a token that was given cannot be taken back, since nobody knows whose it is.
        """
        with self._one, self._store.writing():
            counts = [row for row in self._table(RECEIVED) if row["what"] == "counts" and row["member"] == member]
            self._table(RECEIVED).remove(doc_ids=[row.doc_id for row in counts])
            self._set_out(member, out=True)
        self._tell()

        def put_back() -> None:
            with self._one, self._store.writing():
                there = {row["id"] for row in self._table(RECEIVED)}
                for row in counts:
                    if row["id"] not in there:
                        self._table(RECEIVED).insert(dict(row))
                self._set_out(member, out=False)
            self._tell()

        return put_back

    def let_in(self, member: str) -> None:
        """Somebody who was taken out is in again: what they send counts."""
        with self._one, self._store.writing():
            self._set_out(member, out=False)
        self._tell()

    def _set_out(self, member: str, *, out: bool) -> None:
        row = self._member(member)
        if row is not None and bool(row.get("out")) is not out:
            self._table(MEMBERS).update({"out": out, "owed": True}, doc_ids=[row.doc_id])

    def _everybody(self) -> list[Member]:
        rows = list(self._table(MEMBERS))
        names = [str(row["name"]).casefold().strip() for row in rows]
        return [
            Member(
                row["id"],
                row["name"],
                row["role"],
                bool(row["owed"]) or (not row.get("out") and self._news_for(row)),
                new=not row.get("answered"),
                posts=bool(row.get("posts")),
                again=names.count(name) > 1,
                out=bool(row.get("out")),
            )
            for row, name in zip(rows, names, strict=True)
        ]

    def words_of(self, *whats: str, unseen: bool = False) -> list[Word]:
        """What came by name, newest first."""
        names = {row["id"]: row["name"] for row in self._table(MEMBERS)}
        found = [
            Word(
                row["id"],
                row["member"],
                names.get(row["member"], ""),
                row["what"],
                str(row["says"].get("at") or row["says"].get("day") or row["came"]),
                row["seen"],
            )
            for row in self._table(RECEIVED)
            if row["what"] in whats and not (unseen and row["seen"])
        ]
        return sorted(found, key=lambda word: word.at, reverse=True)

    def saw(self, id: str) -> None:
        """The coordinator has seen it: whoever wrote it will get a receipt."""
        with self._one, self._store.writing():
            for row in self._table(RECEIVED):
                if row["id"] == id and not row["seen"]:
                    stamp = self._now().isoformat(timespec="minutes")
                    self._table(RECEIVED).update({"seen": stamp}, doc_ids=[row.doc_id])
                    self._owe(row["member"], seen=id)
        self._tell()

    def open_concern(self, id: str) -> Concern | None:
        """Open a concern; that is noted, and whoever wrote it gets a receipt."""
        self.saw(id)
        row = next((row for row in self._table(RECEIVED) if row["id"] == id and row["what"] == "concern"), None)
        if row is None:
            return None
        says = row["says"]
        answers = {str(item): str(answer) for item, answer in dict(says.get("answers", {})).items()}
        member = self._member(row["member"])
        name = member["name"] if member is not None else ""
        return Concern(name, str(says.get("at", "")), row["seen"], bool(says.get("locked")), answers)

    def counts(self) -> Counts:
        """Numbers of all pairs together; of a pair, what its newest letter says, whoever of the two wrote it."""
        pairs: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for row in self._table(RECEIVED):
            if row["what"] == "counts":
                day = str(row["says"].get("day", ""))
                for pair in row["says"].get("pairs", ()):
                    tag = str(pair.get("pair", ""))
                    if day >= pairs.get(tag, ("", {}))[0]:
                        pairs[tag] = (day, pair)
        told = [pair for _, pair in pairs.values()]
        running = [pair for pair in told if pair.get("status") != "ended"]
        return Counts(
            members=len(self.members),
            pairs=len(running),
            held=sum(count_of(pair.get("held")) for pair in told),
            planned=sum(count_of(pair.get("planned")) for pair in told),
            unbooked=sum(not pair.get("booked") for pair in running),
            ended=len(told) - len(running),
        )

    def surveys(self) -> list[str]:
        """The surveys of which at least one answer is here."""
        return sorted({row["survey"] for row in self._table(SLIPS)})

    def results(self, survey: str, role: str = "") -> Shown:
        """What may be shown of a survey."""
        return shown(
            [self._slip(row) for row in self._table(SLIPS)], survey, role=role, shuffle=secrets.SystemRandom().shuffle
        )

    # ------------------------------------------------------------------ numbers, confirmed for everybody

    def confirm_numbers(self, numbers: Mapping[str, str]) -> None:
        """The programme has checked these numbers; they go to every member with their next answer."""
        day = self._now().date().isoformat()
        programme = self.programme
        for id, phone in numbers.items():
            self._store.execute(SetSetting(key=f"number.{id}", value=phone.strip()))
        self._store.execute(SetSetting(key=NUMBERS_DAY, value=day))
        self._store.execute(SetSetting(key=NUMBERS_BY, value=programme.name if programme else ""))
        with self._one, self._store.writing():  # everybody is owed them, also those who have today's earlier ones
            table = self._table(MEMBERS)
            table.update({"told": ""}, doc_ids=[row.doc_id for row in table])
        self._tell()

    def _confirmed(self) -> dict[str, Any]:
        day = self._setting(NUMBERS_DAY)
        if not day:
            return {}
        ids = [item.id for item in self._library.document("guidance.contacts").items if item.group in REGIONS]
        said = {id: self._store.ask(SettingOf(f"number.{id}")) for id in ids}
        numbers = {id: str(phone) for id, phone in said.items() if phone is not None}  # an empty one takes one away
        contacts = {
            name: {part: self._setting(f"contact.{name}.{part}") for part in ("name", "phone")}
            for name in CONTACTS
            if self._setting(f"contact.{name}.phone")
        }
        return {"numbers": numbers, "contacts": contacts, "day": day}

    def _setting(self, key: str) -> str:
        return str(self._store.ask(SettingOf(key, "")) or "")

    # ------------------------------------------------------------------ lines for everybody's list

    @property
    def lines(self) -> tuple[ProgrammeLine, ...]:
        """The programme's own lines of the list before a relationship, in their order."""
        return programme_lines.kept(self._setting(LINES))

    def keep_line(self, line: ProgrammeLine, at: int | None = None) -> Callable[[], None]:
        """Add a line (at a place, else last), or give one of that id other words. The answer takes it back.

        Everybody gets it with their next answer. `ProgrammeLines` for one that is none, or one too many.
        """
        with self._one:
            lines = self._lines_to_change()
            before = next((one for one in lines if one.id == line.id), None)
            if before is None:
                lines.insert(len(lines) if at is None else at, line)
            else:
                lines[lines.index(before)] = line
            self._keep_lines(lines)
        return (lambda: self._take_back(line.id)) if before is None else (lambda: self._take_back(line.id, before))

    def remove_line(self, id: str) -> Callable[[], None]:
        """Take a line away, from everybody with their next answer. The answer puts it back in its place."""
        with self._one:
            lines = self._lines_to_change()
            at, gone = next(((at, one) for at, one in enumerate(lines) if one.id == id), (0, None))
            self._keep_lines([one for one in lines if one.id != id])

        def put_back() -> None:
            if gone is not None:
                self.keep_line(gone, at)

        return put_back

    def _take_back(self, id: str, before: ProgrammeLine | None = None) -> None:
        """Undo, of that line alone: what was done to the others meanwhile stays."""
        with self._one:
            lines = self._lines_to_change()
            if before is None:
                self._keep_lines([one for one in lines if one.id != id])
            else:
                self._keep_lines([before if one.id == id else one for one in lines])

    def _lines_to_change(self) -> list[ProgrammeLine]:
        """The lines, unless a later version of the app keeps them in another way: nothing is written over those."""
        if self._other_lines():
            raise ProgrammeLines(reason="newer")
        return list(self.lines)

    def _other_lines(self) -> bool:
        return self._setting(LINES) not in ("", NO_LINES) and not self.lines

    def _keep_lines(self, lines: Sequence[ProgrammeLine]) -> None:
        checked = programme_lines.said(programme_lines.read(programme_lines.said(lines)))
        self._store.execute(SetSetting(key=LINES, value=json.dumps(checked, ensure_ascii=False)))
        self._tell()

    def _edition_of_lines(self) -> str:
        """What tells these lines from any others; nothing where there are none."""
        text = self._setting(LINES)
        return "" if text in ("", NO_LINES) else hashlib.sha256(text.encode()).hexdigest()

    def _edition_of_box(self) -> str:
        """What tells this box from any other; nothing where there is none."""
        box = self.box
        return hashlib.sha256(json.dumps(box.said, sort_keys=True).encode()).hexdigest() if box else ""

    # ------------------------------------------------------------------ what goes back

    def answer(self, member: str) -> Package:
        """What a member is owed, sealed to that member: the token, receipts, confirmed numbers, the programme's lines."""
        with self._one:  # so that of two, the one with the higher turn says what is newer
            row, own = self._required(), self._member(member)
            if own is None:
                raise BadRecord(reason="member")
            says = self._packed[member] = self._says(row, own)
            turn = self._turn(member)
        raw = letters.write_answer(_keys(row).signing, _card(row).id, bytes.fromhex(own["box"]), {**says, "turn": turn})
        data = bundle.seal_for_device([Item(ItemKind.LETTER, raw)], bytes.fromhex(own["box"]))
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data)

    def _says(self, row: Any, own: Any) -> dict[str, Any]:
        """What an answer to a member says now, but for its turn."""
        says: dict[str, Any] = {"seen": own["seen"], "came": own["came"], "name": _card(row).name}
        says |= {"out": True} if own.get("out") else self._confirmed()
        if self._setting(LINES) and not own.get("out") and not self._other_lines():
            # Also where there are none any more: saying so takes them away.
            says["lines"] = programme_lines.said(self.lines)
        if "box" in row and not own.get("out"):
            says["box"] = boxes.said(row["box"])  # also where it was closed: saying so takes it away
        if own["signed"] and not own.get("out"):
            says |= {"signed": own["signed"], "append": _keys(row).append.hex()}
        return says

    def _turn(self, member: str) -> int:
        """The place of the next answer among all to a member, durable before it leaves.

        By the clock, so that a vault put back from a backup goes on behind what left after that; and never lower.
        """
        with self._one, self._store.writing():
            row = self._member(member)
            turn = max(int(row.get("turn", 0)) + 1, int(self._now().timestamp() * 1000))
            self._table(MEMBERS).update({"turn": turn}, doc_ids=[row.doc_id])
        return turn

    @property
    def box(self) -> Box | None:
        """The box on a server, if one was opened."""
        row = self._row()
        return boxes.read(row.get("box")) if row is not None else None

    def keep_box(self, box: Box | None) -> None:
        """A box was opened, or closed: everybody is told with their next answer."""
        with self._one, self._store.writing():
            row = self._required()
            fresh = {"box": box.said, "box_secret": box.secret.hex()} if box else {"box": {}}
            self._table(KEYRING).update(fresh, doc_ids=[row.doc_id])
        self._tell()

    @property
    def box_secret(self) -> bytes:
        """What the last box was opened with, so that opening it again needs no new word; nothing before the first one."""
        row = self._row()
        return bytes.fromhex(row.get("box_secret", "")) if row is not None else b""

    def owed_by_post(self) -> dict[str, bytes]:
        """Members whose letters come through the box and who have an answer to get, and where it is to lie there.

        Never a first answer: letting somebody in is done by hand, with the name before one.
        """
        row = self._row()
        if row is None:
            return {}
        programme = _card(row).id
        return {
            one.id: keys.answers_id(programme, bytes.fromhex(one.id))
            for one in self._everybody()
            if one.owed and one.posts and not one.new
        }

    def answered(self, member: str) -> None:
        """It has left. Whatever it said is said again next time, so that a lost one costs nothing.

        What came after it was packed was not in it: another one is owed then.
        """
        with self._one, self._store.writing():
            row, said = self._member(member), self._packed.get(member)
            if row is not None and said is not None:
                fresh: dict[str, Any] = {"owed": said != self._says(self._required(), row)}
                fresh["told"] = self._setting(NUMBERS_DAY)
                if not row.get("out"):
                    fresh["lines"] = self._edition_of_lines()
                    fresh["box_told"] = self._edition_of_box()
                if "signed" in said:  # the token was in it
                    fresh["answered"] = True
                self._table(MEMBERS).update(fresh, doc_ids=[row.doc_id])
        self._tell()

    def _owe(self, member: str, *, seen: str = "", came: str = "") -> None:
        row = self._member(member)
        if row is None:
            return
        fresh: dict[str, Any] = {"owed": True}
        if seen:
            fresh["seen"] = [*row["seen"], seen][-200:]
        if came:
            fresh["came"] = [*row["came"], came][-20:]
        self._table(MEMBERS).update(fresh, doc_ids=[row.doc_id])

    def _news_for(self, row: Any) -> bool:
        if row.get("lines", "") != self._edition_of_lines() or row.get("box_told", "") != self._edition_of_box():
            return True
        return bool(self._setting(NUMBERS_DAY)) and row["told"] != self._setting(NUMBERS_DAY)

    # ------------------------------------------------------------------ inside

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

    def _member(self, id: str) -> Any:
        return next((row for row in self._table(MEMBERS) if row["id"] == id), None)

    def _required(self) -> Any:
        row = self._row()
        if row is None:
            raise NoProgramme(reason="none")
        return row

    def _row(self) -> Any:
        return next(iter(self._rows(KEYRING, "programme")), None)

    def _rows(self, table: str, kind: str) -> list[Any]:
        return [row for row in self._table(table) if row["kind"] == kind]

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _card(row: Any) -> Card:
    return Card.read(bytes.fromhex(row["card"]))


def _keys(row: Any) -> ProgrammeKeys:
    return ProgrammeKeys(bytes.fromhex(row["seed"]), Signer(bytes.fromhex(row["signer"])), bytes.fromhex(row["append"]))
