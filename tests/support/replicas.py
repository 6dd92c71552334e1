"""Several people with several devices and no network but what a test carries between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.model.changes import Change
from app.model.commands import AddPerson, IntroduceMe
from app.model.entities import Mentorship
from app.model.queries import One
from app.model.schema import KINDS
from app.services.records.store import VERSIONS, Received
from tests.support.memory import MemoryDocuments, MemorySpaces
from tests.support.store import NOON, MemoryStore, Now, memory_store


class Places(MemorySpaces):
    """The spaces of one device; whose devices are whose is known to all."""

    people: dict[str, str]

    def __init__(
        self, person: str, device: str, people: dict[str, str], kinds: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(None, device)
        self.person, self.people = person, people
        self.own = person.encode().hex().ljust(32, "0")[:32]
        self.kinds = {self.own: "personal", **(kinds or {})}

    @property
    def personal(self) -> str:
        return self.own

    def device(self, space: str) -> str:
        found = (self._name.encode().hex() + space[-4:]).ljust(32, "0")[:32]
        self.people[found] = self.person
        return found

    def create(self, kind: str) -> str:
        space = f"{len(self.people) + 7:04x}{self.own[:20]}{len(self.kinds):08x}"
        self.kinds[space] = kind
        return space

    def same_person(self, space: str, one: str, other: str) -> bool:
        return one == other or (one in self.people and self.people.get(one) == self.people.get(other))


class Replica:
    """A device with its store and its own wrong clock."""

    def __init__(self, person: str, device: str, people: dict[str, str], skew: timedelta = timedelta()) -> None:
        self.name = f"{person}/{device}"
        self.places = Places(person, device, people)
        self.clock = Now(NOON + skew)
        self.store: MemoryStore = memory_store(
            documents=MemoryDocuments(careful=False), spaces=self.places, now=self.clock
        )
        self.acknowledged: dict[tuple[str, str], int] = {}

    def restart(self) -> None:
        """Nothing but the documents is left."""
        self.store = self.store.again()

    def join(self, space: str, kind: str = "mentoring") -> None:
        """Be let into a space."""
        self.places.kinds[space] = kind

    def waiting(self, space: str, after: int = 0) -> list[Change]:
        """Own changes as they travel: through JSON, like everything that is sent."""
        device = self.places.device(space)
        return [
            Change.parse(change.plain(), space=space, device=device, sequence=change.sequence)
            for change in self.store.written_after(space, after)
        ]

    def receive(self, changes: Iterable[Change], now: datetime | None = None) -> Received:
        """Take in what came."""
        return self.store.receive(changes, now=now)

    def visible(self, space: str) -> dict[str, list[Any]]:
        """What people see of a space: every record that is not in the trash, all of it."""
        found: dict[str, list[Any]] = {}
        for kind in sorted(KINDS):
            rows = [dict(row) for row in self.store.memory.table(kind) if row["space"] == space and "gone" not in row]
            if rows:
                found[kind] = sorted(rows, key=lambda row: str(row["id"]))
        return found

    def versions(self, space: str) -> list[dict[str, Any]]:
        """Every version of a space."""
        rows = (dict(row) for row in self.store.memory.table(VERSIONS) if str(row["change"]).startswith(f"{space}:"))
        return sorted(rows, key=lambda row: str(row["key"]))


def two() -> tuple[Replica, Replica, str, str]:
    """A mentor and a mentee who share a mentorship: both replicas, its id and its space."""
    people: dict[str, str] = {}
    mentor, mentee = Replica("Karin", "k", people), Replica("Yusuf", "y", people)
    mentor.store.execute(IntroduceMe(name="Karin", role="mentor"))
    mentee.store.execute(IntroduceMe(name="Yusuf", role="mentee"))
    mentorship = mentor.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    found = mentor.store.ask(One(Mentorship, mentorship))
    assert found is not None
    mentee.join(found.space)
    exchange(found.space, mentor, mentee)
    return mentor, mentee, mentorship, found.space


def exchange(space: str, *replicas: Replica, rounds: int = 2) -> None:
    """Everybody gets everything, calmly; what follows from it (receipts) goes round as well."""
    for _ in range(rounds):
        for one in replicas:
            changes = one.waiting(space)
            for other in replicas:
                if other is not one:
                    other.receive(changes)
