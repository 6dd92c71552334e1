"""Agreements and minutes as they were put up for signing, and who has signed."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.entities import FairCopy, Mentorship, Minutes, PairRole, Person, Signature
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


AGREEMENTS = ("agreement.mentoring", "agreement.confidentiality")
LATELY = 12
"""So many of the newest copies are looked through for what waits for me: older ones are seen where they stand."""


@dataclass(frozen=True, kw_only=True)
class ToSignRow:
    """Something the other has put a name to and I have not: an agreement, or the minutes of a meeting."""

    mentorship: Id
    name: str
    document: str
    meeting: Id | None


@dataclass(frozen=True)
class ToSign(Query[tuple[ToSignRow, ...]]):
    """What waits for my name, the newest first."""

    def answer(self, read: Reader) -> tuple[ToSignRow, ...]:
        found: list[ToSignRow] = []
        seen: set[tuple[Id, str]] = set()
        for card in read.newest_cards(FairCopy, LATELY, None)[0]:
            mentorship, about = card.values["mentorship"], card.values["about"]
            if (mentorship, about) in seen:
                continue
            seen.add((mentorship, about))
            people = read.where(Person, mentorship=mentorship)
            signed = {one.role for one in read.where(Signature, copy=card.id)}
            if not people or people[0].my_role in signed or not signed or about.startswith("policy."):
                continue
            if people[0].my_role in signed_roles(CopiesOf(mentorship, about).answer(read)):
                continue  # two phones wrote the same at once, and I signed the other copy
            minutes = read.one(Minutes, about)
            if about not in AGREEMENTS and (minutes is None or minutes.status != "finished"):
                continue  # taken away, or being corrected: nothing is there to put a name to
            found.append(
                ToSignRow(
                    mentorship=mentorship,
                    name=people[0].name,
                    document=about if minutes is None else minutes.document,
                    meeting=None if minutes is None else minutes.meeting,
                )
            )
        return tuple(found)


def copy_of(read: Reader, copy: FairCopy) -> Copy:
    """A fair copy with what stands under it: which of several signatures of one role counts, their proofs say."""
    under = sorted(read.where(Signature, copy=copy.id), key=lambda one: (one.made, one.id))
    return Copy(copy=copy, signatures=tuple(under))


def signed_roles(copies: tuple[Copy, ...]) -> frozenset[str]:
    """Who has signed the newest version; copies that two phones made of it at the same time count together."""
    if not copies:
        return frozenset()
    number = copies[-1].copy.number
    return frozenset(one.role for copy in copies if copy.copy.number == number for one in copy.signatures)
