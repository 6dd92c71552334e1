"""The coordinator's side of a programme: its keys, what came in for it, and what goes back.

What pairs write is not here and cannot be: only what `docs/spec/programme.md` lists ever leaves them. Answers without a
name are kept shuffled and shown as means of five different people or more; there is no way to a single one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.model.summary import Shown, shown
from app.services.programme.answering import Answering, Member
from app.services.programme.founded import MEMBERS, RECEIVED
from app.services.programme.incoming import SLIPS, Incoming
from app.services.programme.judging import count_of


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


class Coordination(Incoming, Answering):
    """The programme of an open vault whose owner coordinates one. Durable when a call returns."""

    # ------------------------------------------------------------------ members

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

        What they wrote before stays; a token that was given cannot be taken back, since nobody knows whose it is. The box
        gets a new secret, which they do not learn: the others do, with their next answer.
        """
        with self._one, self._store.writing():
            self._renew_box()
            counts = [row for row in self._table(RECEIVED) if row["what"] == "counts" and row["member"] == member]
            self._table(RECEIVED).remove(doc_ids=[row.doc_id for row in counts])
            self._set_out(member, out=True)
        self._listeners.tell()

        def put_back() -> None:
            with self._one, self._store.writing():
                there = {row["id"] for row in self._table(RECEIVED)}
                for row in counts:
                    if row["id"] not in there:
                        self._table(RECEIVED).insert(dict(row))
                self._set_out(member, out=False)
            self._listeners.tell()

        return put_back

    def let_in(self, member: str) -> None:
        """Somebody who was taken out is in again: what they send counts."""
        with self._one, self._store.writing():
            self._set_out(member, out=False)
        self._listeners.tell()

    def _set_out(self, member: str, *, out: bool) -> None:
        row = self._member(member)
        if row is not None and bool(row.get("out")) is not out:
            self._table(MEMBERS).update({"out": out, "owed": True}, doc_ids=[row.doc_id])

    # ------------------------------------------------------------------ what came by name

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
        self._listeners.tell()

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

    # ------------------------------------------------------------------ numbers and answers

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
