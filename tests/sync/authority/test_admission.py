"""What a server lets in: in order, signed, allowed; and what two servers that saw the same agree on."""

from dataclasses import replace

import pytest

from sync.authority import START, Authority, Link, Role, admit, found, may_drop
from sync.authority.admission import check_follows
from sync.authority.records import sign_statement
from sync.errors import BadEnvelope, BadSignature, Fork, Gap, NotAllowed, SyncError
from sync.protocol import limits
from sync.protocol.control import Addition, Public, Refusal
from sync.protocol.envelope import Envelope, Kind
from sync.sealing import Message, dismiss, joined, reset, revoke
from tests.support.circle import Person, Phone, Room
from tests.support.effort import effort


class Server:
    """A log that takes what `admit` lets in."""

    def __init__(self, founding: Envelope) -> None:
        self.authority: Authority = found(founding)
        self.log = [founding]

    def chain(self, device: bytes, sequence: int) -> bytes | None:
        return next(
            (one.id for one in self.log if (one.header.device, one.header.sequence) == (device, sequence)), None
        )

    def last(self, device: bytes) -> Link:
        mine = [one for one in self.log if one.header.device == device]
        return Link(mine[-1].header.sequence, mine[-1].id) if mine else START

    def push(self, envelope: Envelope) -> bool:
        """Whether it was new."""
        after = admit(self.authority, envelope, self.last(envelope.header.device), self.chain)
        if after is None:
            return False
        self.authority = after
        self.log.append(envelope)
        return True


def signed(phone: Phone, envelope: Envelope, **changed: object) -> Envelope:
    """The same envelope with another header, signed again by the phone."""
    header = replace(envelope.header, **changed)  # type: ignore[arg-type]
    made = Envelope.made(header, envelope.body or b"", b"")
    return Envelope.made(header, envelope.body or b"", sign_statement(phone.keys.signing, made.statement))


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def server(room: Room) -> Server:
    server = Server(room.log[0])
    server.push(room.log[1])
    return server


def refused(server: Server, envelope: Envelope, error: type[SyncError], **facts: str | int) -> None:
    before = (server.authority, len(server.log))
    with pytest.raises(error) as raised:
        server.push(envelope)
    assert raised.value.facts == facts or not facts
    assert (server.authority, len(server.log)) == before


def test_a_log_grows_and_repetitions_cost_nothing(room: Room, server: Server) -> None:
    bo = room.join(room.first, Person())
    for envelope in room.log[2:]:
        assert server.push(envelope)
    for envelope in bo.say("hej"):
        assert server.push(envelope)
    for envelope in list(server.log):
        assert not server.push(envelope)
    assert server.authority.members.keys() == {room.first.id, bo.id}
    rebuilt = joined(None, *(one for one in server.log if one.header.kind is Kind.CONTROL))
    assert rebuilt.members == server.authority.members
    assert rebuilt.current == server.authority.current


def test_gaps_and_forks_are_told(room: Room, server: Server) -> None:
    one, two, three = (room.first.say(text)[0] for text in ("ett", "två", "tre"))
    refused(server, two, Gap, sequence=2)
    server.push(one)
    refused(server, three, Gap, sequence=3)
    refused(server, signed(room.first, two, sequence=3, previous=one.header.previous), Fork, sequence=3)
    refused(server, signed(room.first, two, previous=b"x" * 32), Fork, sequence=3)
    server.push(two)
    refused(server, signed(room.first, two, sequence=3), Fork, sequence=3)
    assert server.push(three)
    with pytest.raises(Gap):
        check_follows(three.header, START)


def test_every_bit_of_a_change_is_noticed(room: Room, server: Server) -> None:
    good = room.first.say("hej")[0]
    raw = good.to_bytes()
    for bit in range(0, len(raw) * 8, effort(7, 1)):
        bad = bytearray(raw)
        bad[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SyncError):
            server.push(Envelope.read(bytes(bad)))
    assert server.push(good)


def test_a_purged_envelope_takes_the_same_place(room: Room, server: Server) -> None:
    good = room.first.say("hej")[0]
    assert server.push(good.stripped())
    assert not server.push(good)


def test_another_space_and_strangers_are_refused(room: Room, server: Server) -> None:
    other = Room()
    refused(server, other.first.say("hej")[0], NotAllowed, reason="space")
    stranger = Phone(Person(), room.space)
    stranger.take(*room.log)
    refused(server, stranger.sealer.message(Message(first=1), room.key)[0], NotAllowed, reason="stranger")
    stranger.sealer.last = START
    said = stranger.sealer.control(Public(room.first.authority.heads, Refusal(room.log[1].id)))
    refused(server, said, NotAllowed, reason="stranger")


def test_a_founding_comes_first_and_nothing_else(room: Room) -> None:
    for envelope in (room.log[1], room.first.say("hej")[0]):
        with pytest.raises(NotAllowed) as raised:
            found(envelope)
        assert raised.value.facts == {"reason": "founding"}
    first = room.log[0]
    forged = Envelope.made(first.header, first.body or b"", bytes(64))
    with pytest.raises(BadSignature):
        found(forged)
    other = Phone(Person(), room.space)
    nobody = other.sealer.control(Public((b"x" * 32,), Refusal(b"x" * 32)))
    with pytest.raises(NotAllowed):
        found(nobody)


def test_removed_people_write_nothing_more_and_their_words_stay(room: Room, server: Server) -> None:
    bo = room.join(room.first, Person())
    for envelope in room.log[2:]:
        server.push(envelope)
    before = bo.say("innan")[0]
    server.push(before)
    room.first.take(before)
    beyond = bo.say("efter")[0]
    ledger = room.first.ledger
    assert ledger is not None
    goes = dismiss(room.first.sealer, room.first.authority, room.first.key, bo.person.party(room.space), ledger.heads)
    server.push(goes)
    refused(server, beyond, NotAllowed, reason="cut-off")
    assert bo.id not in server.authority.members
    again = Server(room.log[0])
    for envelope in server.log:  # a server that lost everything gets it back, in any member's order
        again.push(envelope)
    assert again.authority.members == server.authority.members
    assert again.log[-2] == before


def test_control_records_that_are_not_allowed_or_hang_in_the_air_are_refused(room: Room, server: Server) -> None:
    guest = Person()
    bo = room.join(room.first, guest, role=Role.MEMBER)
    for envelope in room.log[2:]:
        server.push(envelope)
    ledger = bo.ledger
    assert ledger is not None
    mine = dismiss(bo.sealer, bo.authority, bo.key, room.founder.party(room.space), ledger.heads)
    refused(server, mine, NotAllowed, reason="role")
    bo.sealer.last = ledger.last(bo.id)
    dangling = bo.sealer.control(Public((b"x" * 32,), Refusal(room.log[1].id)))
    refused(server, dangling, NotAllowed, reason="parents")
    bo.sealer.last = ledger.last(bo.id)
    leaves = revoke(bo.sealer, bo.authority, bo.key, [bo.id], ledger.heads)
    assert server.push(leaves)


def test_there_is_an_end_to_control_records(room: Room, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.authority.admission.CONTROL_MAX", 2)
    more = room.first.next_epoch()
    refused(server, more, NotAllowed, reason="full")
    assert limits.CONTROL_MAX == 1024


def test_a_recovered_phone_comes_in_by_its_reset(room: Room, server: Server) -> None:
    new = Phone(room.founder, room.space)
    new.take(*room.log)
    assert new.ledger is not None
    mine = reset(new.sealer, new.authority, room.founder.root, [new.public], new.ledger.heads)
    assert server.push(mine)
    assert server.authority.members.keys() == {new.id}


def test_a_purge_takes_what_its_person_wrote_and_nothing_else(room: Room, server: Server) -> None:
    bo = room.join(room.first, Person())
    mine, theirs = room.first.say("mitt")[0], bo.say("hennes")[0]
    purge = room.first.sealer.purge([mine.id, theirs.id, room.log[1].id], room.first.key)
    for envelope in (*room.log[2:], mine, theirs, purge):
        server.push(envelope)
    assert may_drop(server.authority, purge.header, mine.header)
    assert not may_drop(server.authority, purge.header, theirs.header)
    assert not may_drop(server.authority, purge.header, room.log[1].header)
    broken = signed(room.first, replace(purge, body=b"\0\0"), sequence=purge.header.sequence + 1, previous=purge.id)
    refused(server, broken, BadEnvelope, reason="purge-count")


def test_the_addition_of_somebody_elses_phone_needs_its_consent(room: Room, server: Server) -> None:
    bo = room.join(room.first, Person())
    for envelope in room.log[2:]:
        server.push(envelope)
    other = Room()
    cia = other.join(other.first, Person())
    mine = bo.person.party(room.space)
    stolen = Addition(mine, Role.STEWARD, (cia.public,), (bytes(64),))
    refused(server, bo.sealer.control(Public(bo.authority.heads, stolen)), BadSignature, what="consent")
