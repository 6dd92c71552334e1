"""The steps that change who is in a shared space: beginning it, letting in, coming in, taking out, coming back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from app.errors import NotShared
from app.services.records.calm import undisturbed
from app.services.records.tables import PLACES, is_
from app.services.sharing.logs import Log, Logs
from app.services.sharing.members import Members
from app.services.sharing.sealing import Sealing
from app.services.sharing.taking import Taking
from sync.authority import Right, Role
from sync.errors import BadRecord, NotAllowed
from sync.hpke import Psk
from sync.ledger import Ledger
from sync.pairing.introduction import Introduction
from sync.protocol import Envelope, party_of
from sync.sealing import Inside, Keyring, Sealer, steps
from sync.signing import Genesis, SigningKey


class Steps(Members):
    """The members of the shared spaces of an open vault, and how they come to be others."""

    def __init__(self, logs: Logs, name: Callable[[], str]) -> None:
        super().__init__(logs)
        self._name = name
        self._taking = Taking(logs)
        self._sealing = Sealing(logs)

    def name(self) -> str:
        """What I am called by those I share a space with."""
        return self._name()

    # ------------------------------------------------------------------ beginning, and letting others in

    def begin(self, space: str) -> None:
        """Give a space of mine its log: the founding, and a first epoch for this device. Once is enough."""
        with self._logs.one:
            if self._shelf.place(space) is not None:
                return
            if self._spaces.elsewhere(space):
                raise NotShared(reason="elsewhere")
            keys, genesis = self._spaces.keys(space), Genesis.read(self._spaces.genesis(space), bytes.fromhex(space))
            sealer = Sealer(bytes.fromhex(space), keys)
            mine = self._spaces.introduction(space, self._name())
            envelopes, key = steps.begin(
                sealer, genesis, self._spaces.root, mine.to_bytes(), self._spaces.first_epoch(space)
            )
            with self._logs.writing(space):
                log = self._founded(envelopes[0])
                self._shelf.keep_keys(space, [key])
                self._sealing.go_on(log, envelopes[1:])
                # On a phone that was put back: nobody else has what the former one wrote.
                self._store.say_again(space, {}, lambda _: True)
        self._logs.tell()

    def _founded(self, founding: Envelope, *, waiting: bool = True) -> Log:
        """The log that begins with this envelope, inside the transaction that is open."""
        space = founding.header.space.hex()
        ledger = Ledger.begin(founding)
        self._shelf.begin(space, founding, waiting=waiting)
        return Log(space, ledger, Keyring({}), self._spaces.keys(space), {})

    def add(self, space: str, who: Introduction, *, role: Role = Role.STEWARD, psk: Psk | None = None) -> None:
        """Let somebody's device in, and make the key for everybody who is in then. Durable when it returns.

        What is written from now on, and what was before, can be read by the newcomer.
        """
        with self._logs.one:
            self.begin(space)
            if who.keys.id in self._logs.of(space).authority.members:
                return
            self._add(space, [who], role, psk)
        self._logs.tell()

    def let_in_own(self, space: str, who: Introduction, psk: Psk | None) -> None:
        """Another device of mine comes in, as what I am there."""
        with self._logs.one:
            self.begin(space)
            log = self._logs.of(space)
            self.add(space, who, role=log.authority.members[log.keys.id].role, psk=psk)

    def let_in_again(self, space: str, root: str) -> None:
        """A person who was taken out comes in again, with every device they had in then. Durable when it returns.

        Not with one that had been taken out before, by themselves: it may be in a stranger's hands.
        """
        with self._logs.one:
            log = self._logs.of(space)
            gone = [device for device in log.people if device not in log.authority.members]
            out = [log.people[device] for device in gone if not log.authority.is_out_alone(device)]
            back = [who for who in out if who.root.hex() == root]
            if back:
                self._add(space, back, Role.STEWARD)
        self._logs.tell()

    def _add(self, space: str, who: Sequence[Introduction], role: Role, psk: Psk | None = None) -> None:
        """Devices of one person come in with one record: once somebody is in, nobody else lets in a device of theirs."""
        self._sealing.everything(space)
        log = self._sealing.keyed(self._logs.of(space))
        sealer = self._sealing.sealer(log)
        addition = steps.add(
            sealer,
            log.authority,
            self._sealing.writing_key(log),
            party=party_of(log.id, who[0].root),
            role=role,
            devices={one.keys: one.consent for one in who},
            introductions=[one.to_bytes() for one in who],
        )
        after = steps.joined(log.authority, addition)
        psks = {one.keys.id: psk for one in who} if psk else {}
        epoch, _ = steps.epoch(sealer, after, log.keyring.keys.values(), psks)
        with self._logs.writing(space):
            self._shelf.keep_psks(space, [psk] if psk else [])
            self._sealing.go_on(log, [addition, epoch])

    # ------------------------------------------------------------------ coming in

    def adopt(
        self,
        genesis: bytes,
        envelopes: Sequence[Envelope],
        inviter: bytes,
        *,
        psks: Sequence[Psk] = (),
        known: Iterable[bytes] = (),
        cursor: tuple[int, bytes] | None = None,
    ) -> str:
        """Come into a space that somebody else founded. `inviter` is the root key of whoever let this device in.

        `known` are root keys of others who may have founded it; `cursor` says where the envelopes end in a server's
        log. Raises `NotAllowed` or `BadRecord` when the envelopes do not show that, and keeps nothing of them then.
        """
        if not envelopes:
            raise NotAllowed(reason="founding")
        space = envelopes[0].header.space.hex()
        Genesis.read(genesis, bytes.fromhex(space))
        with self._logs.one:
            if self._shelf.place(space) is None:
                with self._store.writing():
                    self._spaces.join(space, genesis)
                    fresh = self._founded(envelopes[0], waiting=cursor is None)
                    self._shelf.keep_psks(space, psks)
                    self._taking.take(fresh, envelopes[1:], there=cursor is not None, cursor=cursor)
                    log = self._logs.load(space)
                    if log.keys.id not in log.authority.members or not log.keyring.keys:
                        raise NotAllowed(reason="member")
                    self._check_founder(log, genesis, {inviter, *known})
                    if all(one.root != inviter for id, one in log.people.items() if id in log.authority.members):
                        raise BadRecord(reason="inviter")
                self._logs.keep(log)
            else:
                with self._logs.writing(space), undisturbed():
                    self._shelf.keep_psks(space, psks)
                    log = self._logs.of(space)
                    self._logs.keep(self._taking.take(log, envelopes, there=False, cursor=None)[1])
        self._logs.tell()
        return space

    def _check_founder(self, log: Log, genesis: bytes, known: set[bytes]) -> None:
        """Whoever comes in sees that the founder is the founder, or somebody known who was in before."""
        founder = log.people.get(log.authority.records[0].author)
        known = {*known, self._spaces.root}  # whoever restored a phone founds with another one than began the space
        if founder is None or not (founder.root in known or Genesis.read(genesis, log.id).founded_by(founder.master)):
            raise BadRecord(reason="founder")

    # ------------------------------------------------------------------ taking out, and leaving

    def dismiss(
        self,
        space: str,
        devices: Iterable[str] = (),
        *,
        party: bytes = b"",
        party_of_root: str = "",
        reason: str = "",
    ) -> None:
        """Take out devices of mine, or a whole person, with a new key at once. Durable when it returns.

        With my own party I leave. What was written and not sealed yet goes under the new key, so that nobody who is out
        can read it; whoever leaves can seal nothing afterwards, and does so before.
        """
        if party_of_root:
            party = party_of(bytes.fromhex(space), bytes.fromhex(party_of_root))
        with self._logs.one:
            if not party or party == party_of(bytes.fromhex(space), self._spaces.root):
                self._sealing.everything(space)
            log = self._sealing.keyed(self._logs.of(space))
            sealer, key, links = self._sealing.sealer(log), self._sealing.writing_key(log), log.ledger.heads
            if party:
                out = steps.dismiss(sealer, log.authority, key, party, links, reason)
            else:
                out = steps.revoke(sealer, log.authority, key, map(bytes.fromhex, devices), links, reason)
            after = steps.joined(log.authority, out)
            made = [out]
            if after.may(log.keys.id, Right.REKEY):
                made.append(steps.epoch(sealer, after, log.keyring.keys.values())[0])
            with self._logs.writing(space):
                self._sealing.go_on(log, made)
        self._logs.tell()

    # ------------------------------------------------------------------ coming back with the recovery key

    def come_back(
        self,
        space: str,
        root: SigningKey,
        envelopes: Sequence[Envelope] = (),
        cursor: tuple[int, bytes] | None = None,
        *,
        known: Iterable[bytes] = (),
    ) -> None:
        """The recovery key was typed: this device is in from now on, and no other one of mine. With a new key at once.

        `envelopes` are the log as somebody has brought it, where there is none here. Durable when it returns.
        """
        with self._logs.one, self._logs.writing(space):
            log = self._looked_on(space, envelopes, cursor, set(known))
            if log.keys.id not in log.authority.members:
                self._start_over(log, root)
            self._say_again(space)
        self._logs.tell()

    def look_on(self, space: str, envelopes: Sequence[Envelope], *, known: Iterable[bytes] = ()) -> None:
        """The log of a space of mine in which this device is not, as somebody has brought it: it is read, no more."""
        with self._logs.one, self._logs.writing(space):
            self._looked_on(space, envelopes, None, set(known))
        self._logs.tell()

    def _looked_on(
        self, space: str, envelopes: Sequence[Envelope], cursor: tuple[int, bytes] | None, known: set[bytes]
    ) -> Log:
        """The log with what was brought, begun if there is none here; inside the transaction that is open."""
        there = cursor is not None
        if self._shelf.place(space) is None:
            if not envelopes:
                raise NotShared(reason="elsewhere")
            fresh = self._founded(envelopes[0], waiting=not there)
            said = self._taking.take(fresh, envelopes[1:], there=there, cursor=cursor)[0].said
            self._shelf.table(PLACES).update({"former": said}, is_("id", space))
            log = self._logs.load(space)
            self._check_founder(log, self._spaces.genesis(space), known)
        elif envelopes:
            log = self._taking.take(self._logs.of(space), envelopes, there=there, cursor=cursor)[1]
        else:
            log = self._logs.of(space)
        self._logs.keep(log)
        return log

    def _start_over(self, log: Log, root: SigningKey) -> None:
        """The reset, and the key for those who are in then; inside the transaction that is open."""
        sealer, mine = self._sealing.sealer(log), steps.public_keys(log.keys)
        who = Inside(introductions=(self._spaces.introduction(log.space, self._name()).to_bytes(),))
        out = steps.reset(sealer, log.authority, root, [mine], log.ledger.heads, who, self._sealing.latest_key(log))
        after = steps.joined(log.authority, out)
        self._sealing.go_on(log, [out, steps.epoch(sealer, after, log.keyring.keys.values())[0]])

    def _say_again(self, space: str) -> None:
        """What a former device of mine wrote and nobody can get from anywhere else: this one says it, once."""
        place = self._shelf.place(space)
        if "former" not in place or not self.is_in(space):
            return
        log = self._logs.of(space)
        own = log.keys.id.hex()

        def mine(device: str) -> bool:
            if place.get("former_only") and device not in place["former"]:
                return False
            parties = log.authority.parties_of(bytes.fromhex(device))
            return not parties or self.same_person(space, own, device)

        self._store.say_again(space, place["former"], mine)
        self._shelf.forget_former(space)
