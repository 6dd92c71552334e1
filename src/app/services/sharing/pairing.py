"""Two people become a pair: what is shown, pasted and sent, until both hold one shared space.

Drives the ways of `sync.pairing` on the open vault. What is kept of a pairing that is under way lies in the device's own
table and never leaves it; who one is paired with belongs to the person and lies in the keyring.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.errors import NotShared, UnknownRecord
from app.model.changes import device_of
from app.model.commands import GoOnIn, JoinMentorship, SayCompared, Undo
from app.model.entities import Comparison, Mentorship, PairRole, Person
from app.model.ids import Id
from app.model.queries import AboutMe, One
from app.model.schema import KINDS
from app.services.content.wordlists import the_word, words
from app.services.passphrase import suggest
from app.services.records.store import Store
from app.services.records.tables import EPOCHS
from app.services.sharing.exchange import Exchange
from app.services.sharing.gathering import Begun, Gathering
from app.services.sharing.packing import pack
from app.services.spaces import DEVICE, KEYRING, Spaces
from sync import bundle
from sync.bundle import BoxKey, Item, ItemKind
from sync.errors import BundleTooLarge, CodeForElsewhere, OwnCode, PairingFailed, PairingOver, PairingStopped, SyncError
from sync.pairing import code, compare, introduction, invitation, room
from sync.pairing import words as spoken
from sync.pairing.code import Kind
from sync.pairing.invitation import Asking, Inviting
from sync.pairing.room import Showing
from sync.pairing.state import Over, Paired, State, Step, from_row
from sync.pairing.transcript import psk_of
from sync.pairing.words import Shower, Typist
from sync.protocol import Envelope

LANGUAGES: Final = ("sv", "en")

_TAKERS: Final[dict[Kind, tuple[type[State], ...]]] = {
    Kind.ROOM_BACK: (Showing,),
    Kind.WORDS_ANSWER: (Shower,),
    Kind.WORDS_RECEIPT: (Shower,),
    Kind.WORDS_CONFIRMATION: (Typist,),
    Kind.REQUEST: (Inviting,),
    Kind.APPROVAL: (Asking,),
    Kind.STOP: (Typist, Asking),
}


class Stage(enum.StrEnum):
    """What follows from a code that was pasted."""

    SHOW_BACK = "show-back"
    """Show this code to the other phone; one is paired."""
    WORDS = "words"
    """It is an offer: type the six words that the other reads aloud."""
    SEND = "send"
    """Send this on and wait."""
    APPROVE = "approve"
    """Somebody asks; is it the one who was invited?"""
    PAIRED = "paired"
    """Paired. What stands in `send` goes to the other, if there is something."""
    DONE = "done"
    """The other has everything."""
    MORE = "more"
    """Parts of a bundle are missing."""
    STOPPED = "stopped"
    """Two people answered: nobody is in, and `send` tells both of them."""
    TAKEN = "taken"
    """A bundle was read in."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a code. `check` are two words that both see; `begun` says how far a package in parts has come.

    `twice` is the number of a part that was there already; `another` says that the part is of another package than the
    one before it.
    """

    stage: Stage
    send: str = ""
    check: tuple[str, ...] = ()
    name: str = ""
    mentorship: Id = ""
    begun: Begun | None = None
    twice: int = 0
    another: bool = False


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a space is shared with. `compared` says that nobody stands between: both screens, spoken words, or words
    that were compared."""

    space: str
    name: str
    root: bytes
    way: str
    compared: bool
    both: bool = False
    """The other has said the same, or the way in has compared already."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A mentorship of mine alone that may be with somebody I share one with; `held` counts what would be shared."""

    mentorship: Id
    name: str
    held: int


@dataclass(frozen=True, slots=True)
class Package:
    """A sealed file for the other, the same as text, and in pictures where it is small enough. `count` says how many
    things lie in it; 0: the others have said to have everything.
    """

    name: str
    data: bytes
    count: int = 0

    @property
    def text(self) -> str:
        return bundle.as_text(self.data)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The texts of QR codes; none where these would be too many, and it has to be a file or text."""
        try:
            return bundle.as_pictures(self.data)
        except BundleTooLarge:
            return ()


class Pairing:
    """Pairing on an open vault. Everything here is quick, and durable when it returns."""

    def __init__(
        self, store: Store, spaces: Spaces, exchange: Exchange, assets: Path, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._exchange = exchange
        self._assets = assets
        self._now = now
        self._gathering = Gathering(store, "pair", now)
        self.offered = ""
        """The offer that waits for its six words."""
        self._memory = os.urandom(32)
        self._typed = b""
        """By which offer and words the last answer was made, as nobody can read it. In memory alone: no words are kept."""

    # ------------------------------------------------------------------ the inviter

    def show(self, mentorship: Id) -> str:
        """The code to show in the room. Shown again it is the same code, until it is used or a day old."""
        space = self._space_of(mentorship)
        kept: Showing | None = self._under_way(Showing, mentorship)
        if kept is None or self._ms() - kept.made > room.LIFETIME:
            kept = room.show(self._introduction(space), self._genesis(space), self._ms())
            self._keep(kept, mentorship)
        return kept.text

    def speak(self, mentorship: Id, language: str) -> tuple[tuple[str, ...], str]:
        """Six words to read aloud, and the offer to send. Asked again they are the same, until used or a day old."""
        space = self._space_of(mentorship)
        kept: Shower | None = self._under_way(Shower, mentorship)
        if kept is None or kept.answer or self._ms() - kept.made > spoken.LIFETIME:
            drawn = tuple(suggest(self._assets, language, spoken.COUNT).split())
            kept = spoken.show(drawn, self._introduction(space), self._genesis(space), self._ms())
            self._keep(kept, mentorship)
        return tuple(kept.words.split()), kept.text

    def invite(self, mentorship: Id, origin: str = "") -> str:
        """An invitation to send to somebody who is not here: for one person, good for seven days."""
        space = self._space_of(mentorship)
        kept: Inviting | None = self._under_way(Inviting, mentorship)
        if kept is None or kept.request or self._ms() > invitation.Invitation.read(kept.invitation).until:
            kept = invitation.invite(self._introduction(space), self._genesis(space), self._ms(), origin)
            self._keep(kept, mentorship)
        return kept.text

    def asking(self, mentorship: Id) -> str | None:
        """The name of who asks to come in on an invitation; None when nobody does."""
        kept = self._under_way(Inviting, mentorship)
        return kept.asking.name if kept and kept.asking and not kept.approval else None

    def approve(self, mentorship: Id) -> Heard:
        """It is the one who was invited."""
        kept = self._under_way(Inviting, mentorship)
        if kept is None:
            raise PairingOver(reason="order")
        return self._go_on(kept, kept.approve(self._ms()), mentorship)

    def decline(self, mentorship: Id) -> None:
        """It is somebody else: nobody comes in, and the invitation is used up."""
        kept = self._under_way(Inviting, mentorship)
        if kept is not None:
            self._forget(kept)

    def call_off(self, heard: Heard) -> None:
        """The two words differ: a wrong screen was photographed. Whoever it was is out again, and nobody waits."""
        for row in self._rows(DEVICE, "pairing-waiting"):
            paired = from_row(row["paired"])
            if isinstance(paired, Paired) and self._shown(compare.two(paired.transcript)) == heard.check:
                self._table(DEVICE).remove(doc_ids=[row.doc_id])
        if heard.stage is Stage.PAIRED and heard.mentorship:
            self._put_out(self._space_of(heard.mentorship))

    def stop(self, mentorship: Id) -> None:
        """Give up whatever is under way for a mentorship."""
        for _, state in self._states(mentorship):
            self._forget(state)

    # ------------------------------------------------------------------ whatever was pasted

    def hear(self, text: str, *, mentorship: Id = "", typed: Sequence[str] = ()) -> Heard:
        """Take in what was pasted or photographed: one code, or several that were sent together.

        `mentorship` is the one whose screen is open, `typed` the six words when an offer asked for them. Raises the
        error that says what is wrong; a failed try is counted before it is told.
        """
        heard: list[Heard] = []
        refused: SyncError | None = None
        codes = code.split(text)
        parts = [each for each in codes if code.kind_of(each) is Kind.PART]
        for each in (each for each in codes if each not in parts):
            try:
                heard.append(self._hear(each, mentorship, typed))
            except PairingFailed as exc:
                # Word that a pairing was stopped goes to both who answered; one of the two is meant for this phone.
                if code.kind_of(each) is not Kind.STOP:
                    raise
                refused = exc
        if refused is not None and not heard:
            raise refused
        if parts:  # they stand behind the word that lets them in, in whichever order that was pasted
            heard.append(self._part(parts))
        sent = [one.send for one in heard if one.send]
        return replace(heard[-1], send="\n\n".join(sent), check=next((one.check for one in heard if one.check), ()))

    @staticmethod
    def readable(text: str) -> bool:
        """Whether a text holds at least one whole code: then nobody has to press a button after pasting."""
        try:
            return bool(code.split(text))
        except SyncError:
            return False

    def _hear(self, text: str, mentorship: Id, typed: Sequence[str]) -> Heard:
        kind = code.kind_of(text)
        if kind is Kind.ROOM:
            return self._show_back(text, mentorship)
        if kind is Kind.WORDS_OFFER:
            return self._answer(text, mentorship, typed)
        if kind is Kind.INVITATION:
            return self._ask(text, mentorship)
        if kind not in _TAKERS:
            raise CodeForElsewhere(got=kind.name.lower())
        return self._deliver(text, _TAKERS[kind], mentorship)

    def _show_back(self, text: str, mentorship: Id) -> Heard:
        first = room.scan(text, self._spaces.root)
        self._refuse_own(first.genesis.space)
        step = room.show_back(first, self._introduction(first.genesis.space.hex()))
        assert step.paired is not None
        self._wait_for_space(step.paired, mentorship)
        return Heard(Stage.SHOW_BACK, step.send[0], self._shown(compare.two(step.paired.transcript)), "", mentorship)

    def _answer(self, text: str, mentorship: Id, typed: Sequence[str]) -> Heard:
        offer = spoken.read_offer(text)
        self._refuse_own(offer.space)
        if not typed:
            self.offered = text
            return Heard(Stage.WORDS, mentorship=mentorship)
        said = self.understand(typed)
        made = hmac.digest(self._memory, offer.to_bytes() + " ".join(said).encode(), "sha256")
        kept: Typist | None = self._under_way(Typist, mentorship)
        again = kept is not None and kept.offer == offer.to_bytes() and made == self._typed
        if kept is None or not again or self._ms() - kept.made > spoken.LIFETIME:
            kept = spoken.answer(offer, said, self._introduction(offer.space.hex()), self._ms())
            self._keep(kept, mentorship)
            self._typed = made
        return Heard(Stage.SEND, kept.text, mentorship=mentorship)

    def _ask(self, text: str, mentorship: Id) -> Heard:
        found = invitation.read(text, self._spaces.root, self._ms())
        self._refuse_own(found.genesis.space)
        asking = invitation.ask(found, self._introduction(found.genesis.space.hex()))
        self._keep(asking, mentorship)
        return Heard(Stage.SEND, asking.text, mentorship=mentorship)

    def _part(self, codes: Sequence[str]) -> Heard:
        came = self._gathering.add(codes)
        if came.whole is None:
            return Heard(Stage.MORE, begun=came.begun, twice=came.twice, another=came.another)
        with self._gathering.taking(came.whole):
            return self.take(came.whole)

    def begun(self) -> Begun | None:
        """How far a package has come of which parts are lacking; it waits through locks, for a week."""
        return self._gathering.begun()

    def let_go(self) -> None:
        """Nothing waits any more for the rest of a package."""
        self._gathering.let_go()

    def _deliver(self, text: str, takers: tuple[type[State], ...], mentorship: Id) -> Heard:
        """Give a message to the side of a pairing that it belongs to. Others refuse it without being changed."""
        refused: SyncError = PairingOver(reason="nothing")
        for about, state in self._states():
            if not isinstance(state, takers) or (mentorship and about not in ("", mentorship)):
                continue
            try:
                step = state.receive(text, self._ms())  # type: ignore[attr-defined]  # every taker receives; not every state
            except (CodeForElsewhere, PairingFailed, PairingOver) as exc:
                refused = exc
                continue
            return self._go_on(state, step, about)
        raise refused

    def _go_on(self, state: State, step: Step, mentorship: Id) -> Heard:
        """Do what follows from a message: first who is in, then what is kept, then the words about it."""
        paired = step.paired
        if paired is not None:
            if paired.role == "inviter":
                self._let_in(paired, mentorship)
            else:
                self._wait_for_space(paired, mentorship)
        if step.state != state:
            with self._store.documents.transaction():
                self._forget(state)
                if not isinstance(step.state, Over):
                    self._keep(step.state, mentorship)
        if isinstance(step.trouble, PairingStopped):
            self._let_out(state)
            if step.send:
                return Heard(Stage.STOPPED, "\n\n".join(step.send), mentorship=mentorship)
        if step.trouble is not None:
            raise step.trouble
        send = "\n\n".join(step.send)
        if paired is not None:
            check = self._shown(compare.two(paired.transcript)) if paired.way == "room" else ()
            return Heard(Stage.PAIRED, send, check, paired.name, mentorship)
        if isinstance(step.state, Inviting) and not step.state.approval and step.state.asking:
            return Heard(Stage.APPROVE, send, (), step.state.asking.name, mentorship)
        return Heard(Stage.DONE if isinstance(step.state, Over) else Stage.SEND, send, mentorship=mentorship)

    # ------------------------------------------------------------------ being paired

    def peer(self, mentorship: Id) -> Peer | None:
        """Whom a mentorship is shared with; None while it is mine alone."""
        found = self._store.ask(One(Mentorship, mentorship))
        space = found.space if found else ""
        for row in self._rows(KEYRING, "peer"):
            if row["space"] == space:
                root, compared = bytes.fromhex(row["root"]), bool(row["compared"])
                if self._parted(space, row["root"]):
                    return None
                both = compared and (row["way"] != "invitation" or self._other_compared(mentorship, root))
                return Peer(row["space"], row["name"], root, row["way"], compared, both)
        return None

    def give_up_waiting(self) -> None:
        """No package is expected any more from those one is paired with and who have sent none."""
        table = self._table(DEVICE)
        table.remove(doc_ids=[row.doc_id for row in self._rows(DEVICE, "pairing-waiting")])

    def waiting(self) -> list[str]:
        """Names of those one is paired with, whose first package has not come yet; empty names where none is known."""
        return [row["paired"]["name"] for row in self._rows(DEVICE, "pairing-waiting")]

    def twelve(self, mentorship: Id) -> tuple[str, ...]:
        """Twelve words that both read, to be sure that nobody stands between."""
        peer = self.peer(mentorship)
        if peer is None:
            raise NotShared
        return self._shown(compare.twelve(self._spaces.root, peer.root))

    def compared(self, mentorship: Id) -> None:
        """The twelve words were the same. The other is told: words are shown until both have said so."""
        peer = self.peer(mentorship)
        for row in self._rows(KEYRING, "peer"):
            if peer and row["space"] == peer.space:
                self._store.documents.table(KEYRING).update({"compared": 1}, doc_ids=[row.doc_id])
                self._store.execute(SayCompared(mentorship=mentorship, digest=self._digest(peer.root)))

    def _digest(self, root: bytes) -> str:
        """The words of two people, in a form that shows nothing of them."""
        return hashlib.sha256(" ".join(self._shown(compare.twelve(self._spaces.root, root))).encode()).hexdigest()

    def _other_compared(self, mentorship: Id, root: bytes) -> bool:
        wanted = self._digest(root)
        return any(
            one.mentorship == mentorship
            and one.digest == wanted
            and not self._store.is_mine(one.space, device_of(one.heads[0]))
            for one in self._store.everything(Comparison)
        )

    def understand(self, typed: Sequence[str]) -> tuple[str, ...]:
        """Six words as the list writes them, in whichever language all of them are."""
        for language in LANGUAGES:
            found = [the_word(self._assets, language, word) for word in typed]
            whole = tuple(word for word in found if word is not None)
            if len(whole) == len(found):
                return whole
        return tuple(typed)

    # ------------------------------------------------------------------ packages

    def package(self, mentorship: Id, *, whole: bool = False) -> Package:
        """What the others have not said to have, sealed for them: for a file, a mail, a chat, a few pictures.

        It says what came from them, too, so that they need not send that again. `whole`: all there ever was, for a
        phone that has lost what it had.
        """
        space = self._space_of(mentorship)
        self._exchange.acknowledge(space)
        envelopes = self._exchange.outgoing(space, {} if whole else self._exchange.known_to_others(space))
        items = [Item(ItemKind.ENVELOPE, envelope.to_bytes()) for envelope in envelopes]
        others = [one for one in self._exchange.people(space) if not one.mine]
        first = next((row for row in self._rows(KEYRING, "peer") if row["space"] == space), None)
        if first is None or not others:
            raise NotShared
        psk = psk_of(bytes.fromhex(first["secret"]))
        psks = {one.device: psk for one in others if not one.heard}
        data = pack(self._exchange, space, items, [one.device for one in others], psks)
        return Package(f"fika-{self._now():%Y-%m-%d}{bundle.SUFFIX}", data, len(items))

    def take(self, data: bytes) -> Heard:
        """Read a package in. Refused whole when anything is wrong with it; the same one twice changes nothing."""
        waiting = {row["paired"]["genesis"]: row for row in self._rows(DEVICE, "pairing-waiting")}
        boxes = {bytes.fromhex(genesis): self._box(row) for genesis, row in waiting.items()}
        # Packages that the inviter made before hearing of this device are sealed to it, too.
        for row in self._rows(KEYRING, "peer"):
            boxes[bytes.fromhex(row["space"])] = self._box_of(row)
            # And later ones, made before hearing that this device knows the latest key, without the pairing's secret.
            boxes[row["space"].encode()] = BoxKey(self._spaces.keys(row["space"]).box)
        epochs = {bytes.fromhex(row["id"]): bytes.fromhex(row["secret"]) for row in self._table(EPOCHS)}
        opened = bundle.open_bundle(data, epochs, boxes, self._gathering.taken())
        envelopes = [Envelope.read(item.content) for item in opened.items if item.kind is ItemKind.ENVELOPE]
        heard = Heard(Stage.TAKEN)
        row = waiting.get(opened.key.hex()) or self._way_back(waiting.values(), envelopes)
        if row is not None:
            heard = self._come_in(row, envelopes)
        else:
            for space in dict.fromkeys(one.header.space for one in envelopes):
                self._take_in(space.hex(), [one for one in envelopes if one.header.space == space])
        self._gathering.remember(opened.id, data)
        return heard

    def _way_back(self, waiting: Iterable[Any], envelopes: Sequence[Envelope]) -> Any:
        """The pairing by which I come back into a space that I was in before: what comes for it is what I wait for."""
        for row in waiting:
            paired = from_row(row["paired"])
            assert isinstance(paired, Paired)
            space = introduction.genesis_of(paired.genesis).space
            if space.hex() in self._exchange.shared() and any(one.header.space == space for one in envelopes):
                return row
        return None

    def _take_in(self, space: str, envelopes: Sequence[Envelope]) -> None:
        """What came for a space: into its log, or, on a phone that was put back, as the log that it has lost."""
        if space in self._exchange.shared() or all(space != known for known, _ in self._spaces.all()):
            self._exchange.take(space, envelopes)
            return
        roots = {bytes.fromhex(row["root"]) for row in self._rows(KEYRING, "peer") if row["space"] == space}
        self._exchange.look_on(space, envelopes, known=roots)

    # ------------------------------------------------------------------ inside: who comes in

    def _let_in(self, paired: Paired, mentorship: Id) -> None:
        """The inviter's side: the other's device becomes a member, with a key of its own sealing."""
        space = introduction.genesis_of(paired.genesis).space
        who = introduction.read(paired.introduction, space, self._spaces.root)
        self._exchange.add(space.hex(), who, psk=psk_of(paired.secret))
        self._keep_peer(paired, space.hex())

    def _let_out(self, state: State) -> None:
        """Two people answered: whoever was let in by this is a member no longer, and nobody waits for a space."""
        if isinstance(state, Shower):
            space = introduction.genesis_of(state.genesis).space
        elif isinstance(state, Typist):
            space = spoken.Offer.read(state.offer).space
        elif isinstance(state, Inviting | Asking):
            space = invitation.Invitation.read(state.invitation).genesis.space
        else:
            return
        if isinstance(state, Shower | Inviting):
            self._put_out(space.hex())
        for row in self._rows(DEVICE, "pairing-waiting"):
            paired = from_row(row["paired"])
            if isinstance(paired, Paired) and introduction.genesis_of(paired.genesis).space == space:
                self._table(DEVICE).remove(doc_ids=[row.doc_id])

    def _put_out(self, space: str) -> None:
        """Whoever a space of mine was shared with is a member no longer."""
        for row in self._rows(KEYRING, "peer"):
            if row["space"] == space:
                self._exchange.dismiss(space, party_of_root=row["root"])
                self._table(KEYRING).remove(doc_ids=[row.doc_id])

    def _wait_for_space(self, paired: Paired, mentorship: Id) -> None:
        """The joiner's side: paired, and the space comes with the first package."""
        row: dict[str, Any] = {"kind": "pairing-waiting", "mentorship": mentorship, "paired": dict(paired.to_row())}
        with self._store.documents.transaction():
            table = self._table(DEVICE)
            same = [
                each.doc_id
                for each in self._rows(DEVICE, "pairing-waiting")
                if each["paired"]["genesis"] == row["paired"]["genesis"]
            ]
            table.remove(doc_ids=same)
            table.insert(row)

    def _come_in(self, row: Any, envelopes: Sequence[Envelope]) -> Heard:
        """The joiner's side: the first package is here, from the one who was in the room."""
        paired = from_row(row["paired"])
        assert isinstance(paired, Paired)
        psk = psk_of(paired.secret)
        space = self._exchange.adopt(paired.genesis, envelopes, paired.root, psks=[psk] if psk else [])
        if not self._exchange.is_in(space):  # an older package: the one that lets me in again is still to come
            return Heard(Stage.TAKEN)
        name = next((one.name for one in self._exchange.people(space) if one.root == paired.root.hex()), paired.name)
        self._keep_peer(replace(paired, name=name), space)
        mentorship = next((one.id for one in self._store.everything(Mentorship) if one.space == space), "")
        if mentorship:
            self._know(mentorship, name or "?", row["mentorship"])
        self._table(DEVICE).remove(doc_ids=[row.doc_id])
        return Heard(Stage.TAKEN, name=name, mentorship=mentorship)

    def _know(self, mentorship: Id, name: str, before: Id) -> None:
        """My record of the person. What I had written in one of mine alone goes on in this space.

        Whose page was open is known; by the name alone only what holds nothing yet is taken for theirs, and the rest
        is asked about: `earlier`.
        """
        people = list(self._store.everything(Person))
        if any(person.mentorship == mentorship for person in people):
            return  # this package was taken in up to here before, and then something stopped
        for person in people:
            meant = person.mentorship == before if before else _alike(person.name, name)
            if meant and self._alone(person.mentorship) and (before or not self._held(person.mentorship)):
                self._store.execute(GoOnIn(mentorship=person.mentorship, into=mentorship))
                return
        me = self._store.ask(AboutMe())
        role: PairRole = "mentor" if me is not None and me.role == "mentor" else "mentee"
        self._store.execute(JoinMentorship(mentorship=mentorship, name=name, my_role=role))

    def earlier(self, mentorship: Id) -> list[Earlier]:
        """People of mine alone who have the name of the one this is shared with: perhaps the same person."""
        people = list(self._store.everything(Person))
        names = {person.name for person in people if person.mentorship == mentorship}
        peer = self.peer(mentorship)
        names |= {peer.name} if peer else set()
        return [
            Earlier(person.mentorship, person.name, self._held(person.mentorship))
            for person in people
            if person.mentorship != mentorship
            and any(_alike(person.name, name) for name in names)
            and self._alone(person.mentorship)
        ]

    def same_person(self, earlier: Id, mentorship: Id) -> Undo | None:
        """They are one: what stands in the earlier one goes on in what is shared. The answer takes it back."""
        if not self._alone(earlier):
            raise NotShared
        return self._store.execute(GoOnIn(mentorship=earlier, into=mentorship)).undo

    def _alone(self, mentorship: Id) -> bool:
        """Whether a mentorship is there and nobody but me is in its space."""
        found = self._store.ask(One(Mentorship, mentorship))
        if found is None:
            return False
        shared = found.space in self._exchange.shared()
        return not shared or all(one.mine for one in self._exchange.people(found.space))

    def _held(self, mentorship: Id) -> int:
        """How many records of a mentorship the other would get to read."""
        found = self._store.ask(One(Mentorship, mentorship))
        kinds = [cls for cls in KINDS.values() if "mentoring" in cls.SPACES and cls is not Mentorship]
        return sum(
            found is not None and one.space == found.space for cls in kinds for one in self._store.everything(cls)
        )

    def _keep_peer(self, paired: Paired, space: str) -> None:
        with self._store.documents.transaction():
            table = self._table(KEYRING)
            table.remove(doc_ids=[row.doc_id for row in self._rows(KEYRING, "peer") if row["space"] == space])
            table.insert(
                {
                    "kind": "peer",
                    "space": space,
                    "name": paired.name,
                    "root": paired.root.hex(),
                    "way": paired.way,
                    "compared": paired.compared,
                    "introduction": paired.introduction.hex(),
                    "secret": paired.secret.hex(),
                }
            )

    def _box(self, row: Any) -> BoxKey:
        paired = from_row(row["paired"])
        assert isinstance(paired, Paired)
        space = introduction.genesis_of(paired.genesis).space
        return BoxKey(self._spaces.keys(space.hex()).box, psk_of(paired.secret))

    def _box_of(self, peer: Any) -> BoxKey:
        return BoxKey(self._spaces.keys(peer["space"]).box, psk_of(bytes.fromhex(peer["secret"])))

    # ------------------------------------------------------------------ inside: rows

    def _introduction(self, space: str) -> introduction.Introduction:
        me = self._store.ask(AboutMe())
        return self._spaces.introduction(space, me.name if me is not None else "")

    def _genesis(self, space: str) -> Any:
        return introduction.genesis_of(self._spaces.genesis(space))

    def _refuse_own(self, space: bytes) -> None:
        """A code for a space one is in already: one's own, or somebody's second pairing into it.

        Where one has left, or was taken out, it is the way back in.
        """
        there = space.hex()
        back = self._exchange.way_out(there) is not None or self._exchange.shut_out(there)
        if not back and any(known == there for known, _ in self._spaces.all()):
            raise OwnCode(reason="space")

    def _parted(self, space: str, root: str) -> bool:
        """Whether the two do not share any more: the other person has gone or was taken out, or I."""
        if space not in self._exchange.shared():
            return False
        way = self._exchange.way_out(space)
        if way is not None:
            return way.way != "device"
        if any(one.root == root for one in self._exchange.people(space)):
            return False
        return any(one.root == root for one in self._exchange.ways_out(space).values())

    def _space_of(self, mentorship: Id) -> str:
        found = self._store.ask(One(Mentorship, mentorship))
        if found is None:
            raise UnknownRecord(entity="mentorship")
        return found.space

    def _shown(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Words for two screens, from one list whatever language each is in: they have to be the same words."""
        listed = words(self._assets, LANGUAGES[0])
        return tuple(listed[number] for number in numbers)

    def _under_way(self, kind: type[Any], mentorship: Id) -> Any:
        return next((state for _, state in self._states(mentorship) if isinstance(state, kind)), None)

    def _states(self, mentorship: Id | None = None) -> Iterator[tuple[Id, State]]:
        """Pairings under way. What another device began (a backup was put back) is none of this one's."""
        for row in self._rows(DEVICE, "pairing"):
            if mentorship is None or row["mentorship"] == mentorship:
                yield row["mentorship"], from_row(row["pairing"])

    def _keep(self, state: State, mentorship: Id) -> None:
        """One of a kind for a mentorship: a new code takes the place of the old one."""
        row = {"kind": "pairing", "mentorship": mentorship, "pairing": dict(state.to_row())}
        table = self._table(DEVICE)
        with self._store.documents.transaction():
            for other in self._rows(DEVICE, "pairing"):
                if other["mentorship"] == mentorship and other["pairing"]["state"] == state.NAME:
                    table.remove(doc_ids=[other.doc_id])
            table.insert(row)

    def _forget(self, state: State) -> None:
        wanted = dict(state.to_row())
        found = [row.doc_id for row in self._rows(DEVICE, "pairing") if row["pairing"] == wanted]
        if found:
            self._table(DEVICE).remove(doc_ids=found)

    def _rows(self, table: str, kind: str) -> list[Any]:
        return [row for row in self._table(table) if row["kind"] == kind]

    def _table(self, name: str) -> Any:
        return self._store.documents.table(name)

    def _ms(self) -> int:
        return max(0, int(self._now().timestamp() * 1000))


def _alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
