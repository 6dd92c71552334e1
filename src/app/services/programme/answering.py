"""What goes back to members: tokens, receipts, confirmed numbers, the programme's own lines, and where its box is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from app.errors import ProgrammeLines
from app.model import programme_lines
from app.model.commands import SetSetting
from app.model.programme_lines import ProgrammeLine
from app.model.queries import SettingOf
from app.services.content.library import NUMBERS_BY, NUMBERS_DAY, REGIONS, Library
from app.services.programme import box as boxes
from app.services.programme.box import Box
from app.services.programme.founded import MEMBERS, Founded, keys_of
from app.services.programme.membership import CONTACTS
from app.services.programme.rows import card_of
from app.services.records.store import Store
from app.services.sharing.pairing import Package
from app.services.spaces import KEYRING
from sync import bundle
from sync.bundle import Item, ItemKind
from sync.errors import BadRecord
from sync.programme import keys, letters

LINES: Final = "programme.lines"
"""The setting of a coordinator that has the programme's own lines of the list before a relationship."""

KEEPER: Final = "programme.box"
"""The setting that says which device of mine empties the box, and for which programme: two that did would share letters out
between them.
"""

NO_LINES: Final = "[]"
"""What stands there once all were removed: then the answers say so."""

Keeper = Literal["nobody", "mine", "device", "programme"]
"""Who empties the box: nobody has said, this device, another one of mine, or one of mine for another programme."""


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


class Answering(Founded):
    """A programme that answers."""

    def __init__(self, store: Store, library: Library, assets: Path, now: Callable[[], datetime]) -> None:
        super().__init__(store, library, assets, now)
        self._packed: dict[str, Mapping[str, Any]] = {}
        store.watch(SettingOf(KEEPER), lambda _: self._listeners.tell())

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
        self._listeners.tell()

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
        self._listeners.tell()

    def _edition_of_lines(self) -> str:
        """What tells these lines from any others; nothing where there are none."""
        text = self._setting(LINES)
        return "" if text in ("", NO_LINES) else hashlib.sha256(text.encode()).hexdigest()

    # ------------------------------------------------------------------ an answer

    def answer(self, member: str) -> Package:
        """What a member is owed, sealed to that member: the token, receipts, confirmed numbers, the programme's lines."""
        with self._one:  # so that of two, the one with the higher turn says what is newer
            row, own = self._required(), self._member(member)
            if own is None:
                raise BadRecord(reason="member")
            says = self._packed[member] = self._says(row, own)
            turn = self._turn(member)
        raw = letters.write_answer(
            keys_of(row).signing, card_of(row).id, bytes.fromhex(own["box"]), {**says, "turn": turn}
        )
        data = bundle.seal_for_device([Item(ItemKind.LETTER, raw)], bytes.fromhex(own["box"]))
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data)

    def _says(self, row: Any, own: Any) -> dict[str, Any]:
        """What an answer to a member says now, but for its turn."""
        says: dict[str, Any] = {"seen": own["seen"], "came": own["came"], "name": card_of(row).name}
        says |= {"out": True} if own.get("out") else self._confirmed()
        if self._setting(LINES) and not own.get("out") and not self._other_lines():
            # Also where there are none any more: saying so takes them away.
            says["lines"] = programme_lines.said(self.lines)
        if "box" in row and not own.get("out"):
            says["box"] = boxes.said(row["box"])  # also where it was closed: saying so takes it away
        if own["signed"] and not own.get("out"):
            says |= {"signed": own["signed"], "append": keys_of(row).append.hex()}
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
        self._listeners.tell()

    def _news_for(self, row: Any) -> bool:
        if row.get("lines", "") != self._edition_of_lines() or row.get("box_told", "") != self._edition_of_box():
            return True
        return bool(self._setting(NUMBERS_DAY)) and row["told"] != self._setting(NUMBERS_DAY)

    # ------------------------------------------------------------------ the programme's box

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
        self._listeners.tell()

    @property
    def box_secret(self) -> bytes:
        """What the last box was opened with, so that opening it again needs no new word; nothing before the first one."""
        row = self._row()
        return bytes.fromhex(row.get("box_secret", "")) if row is not None else b""

    def _renew_box(self) -> None:
        """The box's secret is another one from now on; inside a transaction. What lies there already stays."""
        row = self._row()
        if row is None:
            return
        box = boxes.read(row.get("box"))
        if box is not None:
            fresh = replace(box, secret=os.urandom(boxes.SECRET_BYTES))
            self._table(KEYRING).update({"box": fresh.said, "box_secret": fresh.secret.hex()}, doc_ids=[row.doc_id])
        elif row.get("box_secret"):
            self._table(KEYRING).update({"box_secret": ""}, doc_ids=[row.doc_id])

    def kept_by(self, device: bytes) -> Keeper:
        """Whether a device of mine is the one that empties the box, as far as my devices have told each other."""
        row, said = self._row(), self._setting(KEEPER).split(" ")
        if row is None or len(said) != 2:
            return "nobody"
        if said[0] != card_of(row).id.hex():
            return "programme"
        return "mine" if said[1] == device.hex() else "device"

    def keep(self, device: bytes) -> None:
        """From now on this device of mine empties the box."""
        said = f"{card_of(self._required()).id.hex()} {device.hex()}"
        if self._setting(KEEPER) != said:
            self._store.execute(SetSetting(key=KEEPER, value=said))

    def keep_if_free(self, device: bytes) -> bool:
        """Whether this device of mine empties the box: it does already, or it does from now on where none did."""
        with self._one, self._store.writing():
            if self.kept_by(device) == "nobody":
                self.keep(device)
            return self.kept_by(device) == "mine"

    def owed_by_post(self) -> dict[str, bytes]:
        """Members who get an answer through the box, and where it is to lie there: those whose letters come through it, when
        they are owed one, and those who were told of it and know another secret by now.

        Never a first answer: letting somebody in is done by hand, with the name before one.
        """
        row = self._row()
        if row is None:
            return {}
        programme, edition = card_of(row).id, self._edition_of_box()
        old = {
            one["id"]
            for one in self._table(MEMBERS)
            if edition and not one.get("out") and edition not in (one.get("box_told") or edition, one.get("laid"))
        }
        return {
            one.id: keys.answers_id(programme, bytes.fromhex(one.id))
            for one in self._everybody()
            if not one.new and ((one.owed and one.posts) or one.id in old)
        }

    def laid(self, member: str, *, refused: bool = False) -> None:
        """An answer lies in the box: for those who write through it, it has left. `refused`: it cannot lie there, so it
        goes by hand.
        """
        with self._one, self._store.writing():
            row = self._member(member)
            if row is not None:
                fresh = {"laid": self._edition_of_box()} | ({"posts": False} if refused else {})
                self._table(MEMBERS).update(fresh, doc_ids=[row.doc_id])
        if row is not None and row.get("posts") and not refused:
            self.answered(member)

    def _edition_of_box(self) -> str:
        """What tells this box from any other; nothing where there is none."""
        box = self.box
        return hashlib.sha256(json.dumps(box.said, sort_keys=True).encode()).hexdigest() if box else ""

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
