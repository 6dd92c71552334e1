"""People with a vault each, in memory, who exchange envelopes by hand."""

from __future__ import annotations

import pytest

from app.model.commands import AddPerson, IntroduceMe
from app.model.entities import Goal, Mentorship
from app.services.records.store import Store
from app.services.sharing.exchange import Exchange
from app.services.spaces import Spaces
from sync.hpke import Psk
from sync.recovery import RecoveryKey
from tests.support.memory import MemoryDocuments
from tests.support.store import Now, Timers

PSK = Psk(bytes(range(32)), b"test")


@pytest.fixture
def karin() -> Person:
    """A mentor. A file of tests takes her by `karin = pair.karin`; so with the other one."""
    return Person("Karin")


@pytest.fixture
def yusuf() -> Person:
    """Her mentee."""
    return Person("Yusuf", "mentee")


class Person:
    """Somebody with a phone: a keyring, a store and an exchange."""

    def __init__(self, name: str, role: str = "mentor", *, now: Now | None = None, careful: bool = True) -> None:
        self.name = name
        self.now = now or Now()
        self.documents = MemoryDocuments(careful=careful)
        self.spaces = Spaces(self.documents)
        self.recovery = RecoveryKey.new()
        self.spaces.begin(self.recovery)
        self.start()
        self.store.execute(IntroduceMe(name=name, role=role))  # type: ignore[arg-type]

    def start(self) -> None:
        """As after a restart: nothing is remembered but what lies in the documents."""
        self.spaces = Spaces(self.documents)
        self.store = Store(self.documents, self.spaces, now=self.now, start=Timers())
        self.exchange = Exchange(self.store, self.spaces, name=lambda: self.name, now=self.now)

    def meets(self, other: Person, *, psk: Psk | None = PSK) -> str:
        """Make a mentoring space and let the other in, as after pairing in the room; its id."""
        done = self.store.execute(AddPerson(name=other.name, my_role="mentor"))
        space = done.changes[0].space
        self.exchange.begin(space)
        self.exchange.add(space, other.spaces.introduction(space, other.name), psk=psk)
        other.exchange.adopt(
            self.spaces.genesis(space), self.exchange.outgoing(space), self.spaces.root, psks=[psk] if psk else []
        )
        return space

    def tells(self, other: Person, space: str) -> None:
        """Hand over everything that the other lacks."""
        self.exchange.seal(space)
        theirs = {device: link.sequence for device, link in other.exchange.heads(space).items()}
        other.exchange.take(space, self.exchange.outgoing(space, theirs))


def titles(person: Person) -> set[str]:
    """What their goals are called."""
    return {goal.title for goal in person.store.everything(Goal)}


def mentorship_of(person: Person) -> str:
    """The id of their first relationship."""
    return next(person.store.everything(Mentorship)).id


def full_disk(*_: object) -> None:
    """In the place of a method that writes."""
    raise OSError("full")
