"""A programme that was founded: its keys and card, its members, and what each of them is owed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.errors import NoProgramme, ProgrammeName
from app.listeners import Listeners
from app.model.queries import SettingOf
from app.services.content.library import Library
from app.services.content.wordlists import words
from app.services.programme.rows import card_of
from app.services.records.store import Store
from app.services.spaces import KEYRING
from sync.errors import BadRecord
from sync.programme.blind import Signer
from sync.programme.keys import ProgrammeKeys
from sync.programme.letters import Letter

MEMBERS: Final = "_member"
RECEIVED: Final = "_received"


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme that this vault keeps."""

    name: str
    words: tuple[str, ...]
    text: str
    """The card, to hand over."""


class Founded:
    """The rows of a coordinator's programme."""

    def __init__(self, store: Store, library: Library, assets: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._library = library
        self._assets = assets
        self._now = now
        self._one = threading.RLock()
        self._listeners = Listeners[[]]()

    @property
    def programme(self) -> Programme | None:
        """The programme, once it was founded."""
        row = self._row()
        if row is None:
            return None
        card = card_of(row)
        listed = words(self._assets, "sv")
        return Programme(card.name, tuple(listed[number] for number in card.words), card.text)

    def found(self, name: str) -> None:
        """Make the programme's keys, or give it another name. Making keys takes a moment."""
        with self._one:
            row = self._row()
            made = ProgrammeKeys.new() if row is None else keys_of(row)
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
        self._listeners.tell()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when something changed here, in the thread that did it. The answer ends that."""
        return self._listeners.add(listener)

    # ------------------------------------------------------------------ members

    def _member(self, id: str) -> Any:
        return next((row for row in self._table(MEMBERS) if row["id"] == id), None)

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

    # ------------------------------------------------------------------ rows

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

    def _setting(self, key: str) -> str:
        return str(self._store.ask(SettingOf(key, "")) or "")


def keys_of(row: Any) -> ProgrammeKeys:
    return ProgrammeKeys(bytes.fromhex(row["seed"]), Signer(bytes.fromhex(row["signer"])), bytes.fromhex(row["append"]))
