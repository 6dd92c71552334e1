"""Agreements, policies and minutes between two people: what is put up for signing, who has signed, and whether it holds.

The one place where what the model keeps, the words of the library and the keys of the person meet. Nothing here asks
for a network: a signature is a record like any other and travels when there is a way.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from app.errors import NotFilledIn, Refused, SignedFileForeign, TooLongToSign, UnknownRecord
from app.model.commands import KeepForm, NewCopy, Sign
from app.model.entities import FairCopy, Mentorship, PairRole
from app.model.entities import Signature as Signed
from app.model.fields import Answer
from app.model.ids import Id
from app.model.queries import AboutMe, CopiesOf, Copy, FormOf, Two, TwoOf
from app.services.fair_copy import LARGEST, MOST_VERSIONS, FairText, lines_of, missing, read
from sync import signatures, strict_json
from sync.errors import BadJson, SyncError

if TYPE_CHECKING:
    from app.services.content.library import Document, Library
    from app.services.records.store import Store
    from app.services.sharing.exchange import Exchange
    from app.services.spaces import Spaces

AGREEMENT: Final = "agreement.mentoring"
CONFIDENTIALITY: Final = "agreement.confidentiality"
CONDUCT: Final = "policy.code_of_conduct"
BOTH: Final = frozenset({"mentor", "mentee"})
FILE_FORMAT: Final = "fika-signed"
FILE_VERSION: Final = 1
LARGEST_FILE: Final = 2 << 20
LATEST: Final = datetime(3000, 1, 1, tzinfo=UTC)
"""A time that a signature states and that no screen of any zone fails to show."""

Standing = Literal["own", "handed", "stranger", "broken"]
"""On a phone of their own; on a phone they were handed; by a key that is not known as theirs; it does not fit."""

_WEEKS: Final = {"weekly": 1, "biweekly": 2, "monthly": 4}


@dataclass(frozen=True, slots=True)
class Name:
    """One name under a text, judged. `key` is the fingerprint, `phone` whose phone it was handed over on."""

    role: str
    name: str
    at: datetime
    standing: Standing
    key: str = ""
    phone: str = ""

    @property
    def holds(self) -> bool:
        return self.standing in ("own", "handed")


@dataclass(frozen=True, slots=True)
class Version:
    """One version with the names under it. Copies that two phones made of it at once are one version."""

    text: FairText
    copies: tuple[Copy, ...]
    names: tuple[Name, ...]

    @property
    def number(self) -> int:
        return self.text.number

    @property
    def signed(self) -> bool:
        """Whether everybody has signed who was asked to, and every signature holds."""
        return self.text.roles <= {name.role for name in self.names if name.holds}

    def by(self, role: str) -> Name | None:
        """What stands there of somebody: what holds before what does not."""
        found = [name for name in self.names if name.role == role]
        return min(found, key=lambda name: (not name.holds, name.at), default=None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An agreement as it stands now: its versions, the text as it would be signed, and what still has to be filled in.

    `text` is the newest version itself as long as nothing has changed since.
    """

    versions: tuple[Version, ...]
    text: FairText
    missing: tuple[str, ...]
    renewed: bool = False
    """Everybody has signed, and nothing they wrote has changed since: only the document has newer words or lines."""

    @property
    def current(self) -> Version | None:
        """The version that the text is, when it has been put up for signing."""
        last = self.versions[-1] if self.versions else None
        return last if last is not None and last.text.said == self.text.said else None

    @property
    def before(self) -> Version | None:
        """The version that the text differs from."""
        earlier = self.versions[:-1] if self.current is not None else self.versions
        return earlier[-1] if earlier else None

    @property
    def signed(self) -> bool:
        return self.current is not None and self.current.signed

    def by(self, role: str) -> Name | None:
        return None if self.current is None else self.current.by(role)


@dataclass(frozen=True, slots=True)
class Checked:
    """A signed file that was looked at: the text, the names under it, and whether all of it fits."""

    text: FairText
    names: tuple[Name, ...]

    @property
    def fits(self) -> bool:
        return bool(self.names) and all(name.standing != "broken" for name in self.names)


class Agreements:
    """What the two have put their names to."""

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        library: Library,
        exchange: Callable[[], Exchange],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._library = library
        self._exchange = exchange
        self._now = now

    # ------------------------------------------------------------------ reading

    def sheet(self, mentorship: Id, document: str) -> Sheet:
        """An agreement or a policy as it stands. A policy is each one's own: its text and its answers are mine."""
        form, role = self._form(mentorship, document)
        answers = {**self.known(mentorship, document), **{item: one for item, one in form.items() if one is not None}}
        found = self._library.document(document)
        roles = frozenset({role}) if found.accept else BOTH
        about = f"{document}:{role}" if found.accept else document
        lines = lines_of(found, self._library, answers, role=role if found.accept else None)
        lacking = missing(found, answers, role=role if found.accept else None)
        return self._sheet(mentorship, about, found, roles, lines, tuple(item.id for item in lacking))

    def known(self, mentorship: Id, document: str) -> dict[str, Answer]:
        """What an agreement would say although nobody has written it there: the names, and what was chosen before."""
        if document != AGREEMENT:
            return {}
        one, names = self._two(mentorship).mentorship, self.names(mentorship)
        usual = Mentorship()
        found: dict[str, Answer] = {
            "mentor_name": names["mentor"],
            "mentee_name": names["mentee"],
            "focus": one.focus,
            "purpose": one.aim,
            "start": one.starts.isoformat() if one.starts else "",
            "end": one.ends.isoformat() if one.ends else "",
            "place": one.place,
            "frequency": _rhythm(one.weeks) if one.weeks != usual.weeks else "",
            "count": one.planned if one.planned != usual.planned else "",
            "length": str(one.length) if one.length in (30, 45, 90, 120) else "",
        }
        return {name: value for name, value in found.items() if value not in ("", frozenset())}

    def accepted(self, mentorship: Id, document: str, role: str) -> tuple[Version, ...]:
        """The versions of a policy that somebody has accepted."""
        return self.versions(mentorship, f"{document}:{role}")

    def confirming(self, mentorship: Id, minutes: Id, document: str, answers: Mapping[str, Answer]) -> Sheet:
        """The minutes of a meeting as they would be confirmed, with what was written in another template before."""
        found = self._library.document(document)
        lines = list(lines_of(found, self._library, answers))
        here = {item.id for item in found.items}
        for other in self._library.documents(kind=found.kind):
            rest = tuple(item for item in other.items if item.id not in here)
            here |= {item.id for item in rest}
            said = lines_of(replace(other, items=rest), self._library, answers)
            lines += [line for line in said if isinstance(line.answer, str)]  # as the page of the minutes shows them
        sheet = self._sheet(mentorship, minutes, found, BOTH, lines, ())
        last = sheet.versions[-1].text if sheet.versions else None
        if last is None or last.said[1] == found.version or last.said[::2] != sheet.text.said[::2]:
            return sheet
        # only the template has newer words or lines: what was confirmed says what it said
        return self._sheet(mentorship, minutes, replace(found, version=last.document_version), BOTH, lines, ())

    def versions(self, mentorship: Id, about: str) -> tuple[Version, ...]:
        """All versions, the oldest first, with every signature judged."""
        grouped: dict[str, list[tuple[Copy, FairText]]] = {}
        for copy in self._store.ask(CopiesOf(mentorship, about)):
            try:
                text = read(copy.copy.text)
            except SignedFileForeign:
                continue  # not ours to show: a newer version's, or nothing at all; the record stays
            grouped.setdefault(replace(text, names={}, space="").write(), []).append((copy, text))
        found: list[Version] = []
        for group in grouped.values():
            names = [name for copy, _ in group for _, name in self._under(copy)]
            ordered = tuple(sorted(names, key=lambda name: (name.at, name.role != "mentor")))
            found.append(Version(group[0][1], tuple(copy for copy, _ in group), ordered))
        return tuple(sorted(found, key=lambda one: (one.number, one.copies[0].copy.made, one.copies[0].copy.id)))

    def _under(self, copy: Copy) -> list[tuple[Signed, Name]]:
        """One name for each role: the first that holds, or the first when none does."""
        first: dict[str, tuple[Signed, Name]] = {}
        for signed in copy.signatures:
            name = self.judge(copy.copy, signed)
            if signed.role not in first or (name.holds and not first[signed.role][1].holds):
                first[signed.role] = (signed, name)
        return list(first.values())

    def judge(self, copy: FairCopy, signed: Signed) -> Name:
        """What a signature under a copy is worth."""
        return self._judge(copy.id, copy.text, copy.salt, signed.proof, signed.role, signed.at, copy.mentorship)

    def standing(self, mentorship: Id) -> frozenset[str]:
        """Whose name holds under the agreement as it stands, judged as its own screen does."""
        copies = self._store.ask(CopiesOf(mentorship, AGREEMENT))
        if not any(one.signatures for one in copies) or self._store.ask(TwoOf(mentorship)) is None:
            return frozenset()
        sheet = self.sheet(mentorship, AGREEMENT)
        if sheet.renewed:
            return BOTH
        return frozenset(role for role in BOTH if (name := sheet.by(role)) is not None and name.holds)

    def handing(self, mentorship: Id, document: str, answers: Mapping[str, Answer]) -> Sheet:
        """A policy as the other person accepts it on this phone: their lines, with what they have ticked just now."""
        found, role = self._library.document(document), self._two(mentorship).other
        lines = lines_of(found, self._library, answers, role=role)
        lacking = tuple(item.id for item in missing(found, answers, role=role))
        return self._sheet(mentorship, f"{document}:{role}", found, frozenset({role}), lines, lacking)

    # ------------------------------------------------------------------ signing

    def sign(self, sheet: Sheet, *, handed: bool = False) -> None:
        """Put my name under the text, or, handed over, that of the other person.

        `NotFilledIn` names how many lines are missing; `Refused` when that name stands there already; `TooLongToSign`
        when the text could not be read back.
        """
        if sheet.missing:
            raise NotFilledIn(count=len(sheet.missing))
        text = sheet.text
        two = self._two(text.mentorship)
        role = two.other if handed else two.my_role
        now = self._now().astimezone(UTC)
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        standing = sheet.current
        if standing is not None and (there := standing.by(role)) is not None and there.holds:
            raise Refused(entity=Signed.KIND, reason="signed-already")
        here = two.mentorship.space
        copies = () if standing is None else standing.copies
        free = [one for one in copies if role not in _roles(one) and read(one.copy.text).space == here]
        if free:
            copy, salt, words = free[0].copy.id, bytes.fromhex(free[0].copy.salt), free[0].copy.text
            new = None
        else:
            copy, salt = self._store.new_id(), os.urandom(signatures.SALT_BYTES)
            words = text.write()
            if len(words.encode()) > LARGEST:
                raise TooLongToSign
            new = NewCopy(
                about=text.about,
                document=text.document,
                number=text.number,
                roles=text.roles,
                text=words,
                salt=salt.hex(),
            )
        statement = signatures.Statement(
            space=bytes.fromhex(two.mentorship.space),
            record=bytes.fromhex(copy),
            number=text.number,
            commitment=signatures.commitment(salt, words),
            role=role,
            root=self._spaces.root,
            at=_milliseconds(at),
        )
        chain, key = self._spaces.signing(two.mentorship.space)
        made = (signatures.hand_over if handed else signatures.sign)(statement, chain, key)
        agreed = values_of(text, two.mentorship) if text.document == AGREEMENT else {}
        command = Sign(
            mentorship=text.mentorship,
            copy=copy,
            role=role,
            proof=made.to_bytes().hex(),
            at=at,
            handed=handed,
            new=new,
            agreed=agreed,
        )
        with self._store.writing():
            self._write_down(text)
            self._store.perform(command)

    # ------------------------------------------------------------------ as a file

    def file(self, version: Version) -> bytes:
        """A version with its signatures, to be kept outside the app and checked by whoever has one."""
        copies = [
            {
                "id": one.copy.id,
                "salt": one.copy.salt,
                "text": one.copy.text,
                "signatures": [
                    base64.b64encode(bytes.fromhex(signed.proof)).decode()
                    for signed, name in self._under(one)
                    if name.standing != "broken"
                ],
            }
            for one in version.copies
        ]
        tree = {"format": FILE_FORMAT, "version": FILE_VERSION, "copies": copies}
        return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()

    def check(self, data: bytes) -> Checked:
        """Look at a signed file. `SignedFileForeign` when it is none; what does not fit is said of each signature."""
        try:
            tree = strict_json.read(data, size=LARGEST_FILE)
            if tree["format"] != FILE_FORMAT or tree["version"] != FILE_VERSION:
                raise SignedFileForeign(part="format")
            copies = [
                (
                    str(one["id"]),
                    str(one["text"]),
                    str(one["salt"]),
                    [base64.b64decode(each) for each in one["signatures"]],
                )
                for one in tree["copies"]
            ]
        except (BadJson, KeyError, TypeError, ValueError, AttributeError) as exc:
            raise SignedFileForeign(part="file") from exc
        if not copies:
            raise SignedFileForeign(part="file")
        text = read(copies[0][1])
        names: list[Name] = []
        for id, words, salt, proofs in copies:
            same = read(words).said == text.said
            for proof in proofs:
                name = self._judge(id, words, salt, proof.hex(), "", None, text.mentorship)
                names.append(name if same else _broken(name))
        return Checked(text, tuple(names))

    # ------------------------------------------------------------------ who

    def my_role(self, mentorship: Id) -> PairRole:
        """Mentor or mentee, in this mentorship."""
        return self._two(mentorship).my_role

    def names(self, mentorship: Id) -> dict[str, str]:
        """What the two are called where both can read it: in their agreement, else as each has introduced themselves,
        else as I know them."""
        two, me = self._two(mentorship), self._store.ask(AboutMe())
        mine, other = two.my_role, two.other
        found: dict[str, str] = {mine: "" if me is None else me.name, other: two.name}
        space = two.mentorship.space
        if space in self._exchange().shared():
            for contact in self._exchange().people(space):
                if contact.name:
                    found[mine if contact.mine else other] = contact.name
        form = self._store.ask(FormOf(AGREEMENT, mentorship, True))
        for role in BOTH:
            written = form.answers.get(f"{role}_name") if form else None
            if isinstance(written, str) and written.strip():
                found[role] = written.strip()
        return found

    # ------------------------------------------------------------------ inside

    def _write_down(self, text: FairText) -> None:
        """What was signed without having been written stands in the form from now on: nothing else may change it."""
        if text.document != AGREEMENT:
            return
        form = self._store.ask(FormOf(AGREEMENT, text.mentorship, True))
        known = self.known(text.mentorship, AGREEMENT)
        silent = {name: value for name, value in known.items() if form is None or form.answers.get(name) is None}
        if silent:
            version = text.document_version
            self._store.perform(
                KeepForm(document=AGREEMENT, version=version, mentorship=text.mentorship, shared=True, answers=silent)
            )

    def _form(self, mentorship: Id, document: str) -> tuple[Mapping[str, Answer], str]:
        accept = self._library.document(document).accept
        form = self._store.ask(FormOf(document, mentorship, not accept))
        return (form.answers if form else {}), self.my_role(mentorship)

    def _sheet(
        self,
        mentorship: Id,
        about: str,
        document: Document,
        roles: frozenset[str],
        lines: Sequence[Any],
        lacking: tuple[str, ...],
    ) -> Sheet:
        versions = self.versions(mentorship, about)
        text = FairText(
            space=self._two(mentorship).mentorship.space,
            mentorship=mentorship,
            about=about,
            document=document.id,
            document_version=document.version,
            title=replace(document.title, signed=True),
            number=1,
            roles=roles,
            names=self.names(mentorship),
            lines=tuple(lines),
        )
        if versions:
            last = versions[-1].text
            if last.said != text.said:
                text = text.numbered(min(last.number + 1, MOST_VERSIONS - 1))
            else:  # what came out of an export was signed for another space: here it goes on under its own
                text = last if last.space == text.space else text.numbered(last.number)
        return Sheet(versions, text, lacking, _renewed(versions, text, document))

    def _judge(self, id: str, text: str, salt: str, proof: str, role: str, at: datetime | None, mentorship: Id) -> Name:
        written: FairText | None = None
        try:
            written = read(text)
            found = _proof(proof)
            stated = found.statement
            expected = signatures.commitment(bytes.fromhex(salt), text)
            when = _moment(stated.at)
        except (SyncError, SignedFileForeign, ValueError):
            called = written.names.get(role, "") if written else ""
            return Name(role, called, at or datetime.fromtimestamp(0, UTC), "broken")
        name = Name(
            stated.role,
            written.names.get(stated.role, ""),
            when,
            "handed" if found.handed else "own",
            signatures.fingerprint(found.key),
        )
        fits = (
            stated.commitment == expected
            and stated.record.hex() == id
            and stated.number == written.number
            and stated.space.hex() == written.space
            and stated.role in written.roles
            and written.mentorship == mentorship
            and role in ("", stated.role)
        )
        return self._known(name, found, written) if fits else _broken(name)

    def _known(self, name: Name, found: signatures.Signature, text: FairText) -> Name:
        """Whose key it is, as far as this phone knows: mine, the other's, or somebody's."""
        whose = self._whose(text, found.statement.root)
        if found.handed:
            return Name(name.role, name.name, name.at, name.standing, name.key, text.names.get(whose, ""))
        return name if whose in ("", name.role) else Name(name.role, name.name, name.at, "stranger", name.key)

    def _whose(self, text: FairText, root: bytes) -> str:
        """The role of whoever has this root key; nothing when this phone has no way to know, `?` when it is nobody's."""
        two = self._store.ask(TwoOf(text.mentorship))
        if two is None:
            return ""
        if root == self._spaces.root:
            return two.my_role
        space = two.mentorship.space
        roots = (
            {contact.root for contact in self._exchange().people(space) if not contact.mine and contact.root}
            if space in self._exchange().shared()
            else set()
        )
        if not roots:
            return ""
        return two.other if root.hex() in roots else "?"

    def _two(self, id: Id) -> Two:
        found = self._store.ask(TwoOf(id))
        if found is None:
            raise UnknownRecord(entity=Mentorship.KIND)
        return found


def _renewed(versions: Sequence[Version], text: FairText, document: Document) -> bool:
    """Whether the newest version is signed by all, of an older document, and says what still stands in the form."""
    last = versions[-1] if versions else None
    if last is None or not last.signed or last.text.document_version == document.version:
        return False
    here = {item.id for item in document.items}
    said, now = ({line.id: line.answer for line in one.lines if line.id in here} for one in (last.text, text))
    return said == now


@lru_cache(maxsize=512)
def _proof(proof: str) -> signatures.Signature:
    """A signature, its certificates and every key checked: that depends on its bytes alone, and takes a moment."""
    return signatures.read(bytes.fromhex(proof))


def values_of(text: FairText, mentorship: Mentorship) -> dict[str, Any]:
    """What an agreement says about the relationship, as the relationship keeps it; only what is another than now."""
    answers = {line.id: line.answer for line in text.lines}
    found: dict[str, Any] = {}
    if isinstance(focus := answers.get("focus"), list):
        found["focus"] = frozenset(focus)
    if (weeks := _WEEKS.get(str(answers.get("frequency")))) is not None:
        found["weeks"] = weeks
    if isinstance(count := answers.get("count"), int) and 1 <= count <= 100:
        found["planned"] = count
    if str(length := answers.get("length", "")).isdecimal() and 5 <= int(length) <= 600:
        found["length"] = int(length)
    if isinstance(place := answers.get("place"), str):
        found["place"] = place[:200]
    if isinstance(modes := answers.get("modes"), list) and modes:
        met = {"person": "in_person", "walk": "in_person"}
        ways = [met.get(one, one) for one in ("person", "walk", "video", "phone") if one in modes]
        found |= {"mode": ways[0]} if ways and mentorship.mode not in ways else {}
    if answers.get("form") in ("one", "group", "mix", "situational", "career", "reverse", "peer"):
        found["form"] = answers["form"]
    for name, field in (("start", "starts"), ("end", "ends")):
        try:
            found[field] = date.fromisoformat(str(answers.get(name, "")))
        except ValueError:
            continue
    return {name: value for name, value in found.items() if getattr(mentorship, name) != value}


def _rhythm(weeks: int) -> str:
    return next((name for name, number in _WEEKS.items() if number == weeks), "")


def _roles(copy: Copy) -> set[str]:
    return {one.role for one in copy.signatures}


def _broken(name: Name) -> Name:
    return Name(name.role, name.name, name.at, "broken", name.key)


def _moment(stated: int) -> datetime:
    """The time that was signed; whoever signs can state any, and one that no calendar has is none."""
    if stated >= _milliseconds(LATEST):
        raise ValueError("no time")
    return datetime.fromtimestamp(stated / 1000, UTC)


def _milliseconds(at: datetime) -> int:
    return max(0, round(at.timestamp() * 1000))  # a clock that was set to before 1970 signs as of then
