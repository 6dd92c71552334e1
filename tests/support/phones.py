"""Phones of people who share: a vault each, a clock that the test sets, and nothing between them but text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.model.commands import AddPerson
from app.model.entities import Goal
from app.model.queries import PeopleList
from app.services.session import Session
from app.services.sharing.devices import Devices
from app.services.sharing.pairing import Heard, Pairing
from app.vault.kdf import Cost

ASSETS = Path(__file__).parents[2] / "assets"
PHRASE = "tall regn moln stig lönn"
OTHER_PHRASE = "varm sten bro lykta ek"


@dataclass
class Clock:
    """A clock that the test sets."""

    at: datetime = datetime(2026, 10, 14, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Phone:
    """Somebody with a vault."""

    session: Session
    folder: Path
    clock: Clock

    @property
    def pairing(self) -> Pairing:
        return self.session.pairing

    def mentorship(self, name: str) -> str:
        return self.session.store.execute(AddPerson(name=name, my_role="mentor")).record

    def people(self) -> list[str]:
        return [row.name for row in self.session.store.ask(PeopleList(now=self.clock.now()))]

    def restart(self) -> None:
        self.session.lock()
        self.session = Session(self.folder / "vault", self.folder / "state", ASSETS, cost=Cost(), now=self.clock.now)
        self.session.unlock(PHRASE)


def phone(folder: Path, name: str, role: str) -> Phone:
    clock = Clock()
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock.now)
    session.create(PHRASE, name=name, role=role, language="sv")
    return Phone(session, folder, clock)


def in_the_room(karin: Phone, yusuf: Phone) -> tuple[str, Heard, Heard]:
    mentorship = karin.mentorship("Yusuf")
    back = yusuf.pairing.hear(karin.pairing.show(mentorship))
    return mentorship, back, karin.pairing.hear(back.send, mentorship=mentorship)


def devices(of: Phone) -> Devices:
    return of.session.devices


def add(old: Phone, new: Phone, name: str = "Plattan") -> str:
    """The whole way without a network: code, grant, answer, package. The new device's id."""
    code_of = new.session.joining()
    grant = devices(old).hear(code_of.text)
    new.session.join(code_of.hear(grant.text), OTHER_PHRASE, name=name)
    waiting = devices(new).waiting
    assert waiting is not None
    assert waiting.words == grant.words
    id = devices(old).admit(waiting.text)
    devices(new).take(devices(old).package(id).data)
    assert devices(new).waiting is None
    return id


def goals(of: Phone) -> set[str]:
    return {one.title for one in of.session.store.everything(Goal)}


def give(one: Phone, other: Phone) -> None:
    """A package from one device of mine to another."""
    devices(other).take(devices(one).package(other.session._open_spaces.master).data)
