"""Agreements and minutes as they were put up for signing, and who has signed."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.entities import FairCopy, Mentorship, PairRole, Person, Signature
from app.model.ids import Id
from app.model.queries.asking import Query, Reader


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A fair copy with the signatures that stand under it, the earliest first."""

    copy: FairCopy
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, kw_only=True)
class Two:
    """The two of a mentorship, as far as this phone knows: my role, the other's name as I say it, and where it lives."""

    my_role: PairRole
    name: str
    mentorship: Mentorship

    @property
    def other(self) -> PairRole:
        """The other's role."""
        return "mentee" if self.my_role == "mentor" else "mentor"


@dataclass(frozen=True)
class TwoOf(Query["Two | None"]):
    """The two of a mentorship."""

    mentorship: Id

    def answer(self, read: Reader) -> Two | None:
        people = read.where(Person, mentorship=self.mentorship)
        found = read.one(Mentorship, self.mentorship)
        if found is None or not people:
            return None
        return Two(my_role=people[0].my_role, name=people[0].name, mentorship=found)


@dataclass(frozen=True)
class CopiesOf(Query[tuple[Copy, ...]]):
    """The fair copies of one agreement, policy or minutes of a mentorship, in the order of their versions."""

    mentorship: Id
    about: str

    def answer(self, read: Reader) -> tuple[Copy, ...]:
        found = [copy for copy in read.where(FairCopy, about=self.about) if copy.mentorship == self.mentorship]
        return tuple(copy_of(read, one) for one in sorted(found, key=lambda one: (one.number, one.made, one.id)))


def copy_of(read: Reader, copy: FairCopy) -> Copy:
    """A fair copy with what stands under it; of several signatures of one role, the first counts."""
    first: dict[str, Signature] = {}
    for one in sorted(read.where(Signature, copy=copy.id), key=lambda one: (one.made, one.id)):
        first.setdefault(one.role, one)
    return Copy(copy=copy, signatures=tuple(first.values()))


def signed_roles(copies: tuple[Copy, ...]) -> frozenset[str]:
    """Who has signed the newest version; copies that two phones made of it at the same time count together."""
    if not copies:
        return frozenset()
    number = copies[-1].copy.number
    return frozenset(one.role for copy in copies if copy.copy.number == number for one in copy.signatures)


def is_signed(copies: tuple[Copy, ...]) -> bool:
    """Whether everybody who was asked to has signed the newest version."""
    return bool(copies) and copies[-1].copy.roles <= signed_roles(copies)
