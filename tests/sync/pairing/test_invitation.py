"""An invitation: for one person and seven days, frozen by a second request, approved by a name."""

from dataclasses import replace

import pytest

from sync.errors import (
    BadCode,
    BadRecord,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    PairingOver,
    PairingStopped,
)
from sync.pairing import code, invitation
from sync.pairing.code import Kind
from sync.pairing.invitation import Asking, Invitation, Inviting
from sync.pairing.state import DAY, Over, Step, from_row
from sync.signing import Genesis
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, Person

KARIN, YUSUF, MALLORY = Person.new("Karin"), Person.new("Yusuf"), Person.new("Mallory")
STEP = effort(7, 1)
ORIGIN = "https://fika.example:8443"


def inviting(person: Person = KARIN, origin: str = "") -> Inviting:
    genesis = person.found()
    return invitation.invite(person.introduce(genesis.space), genesis, NOW, origin)


def asking(text: str, person: Person = YUSUF) -> Asking:
    found = invitation.read(text, person.root.public, NOW)
    return invitation.ask(found, person.introduce(found.genesis.space))


def inviter_of(step: Step) -> Inviting:
    state = from_row(step.state.to_row())
    assert state == step.state
    assert isinstance(state, Inviting)
    return state


def both() -> tuple[Inviting, Asking, Step, Step]:
    inviter = inviting()
    joiner = asking(inviter.text)
    inviter = inviter_of(inviter.receive(joiner.text, NOW))
    approved = inviter.approve(NOW)
    return inviter, joiner, approved, joiner.receive(approved.send[0], NOW)


def test_a_request_an_approval_and_both_know_the_other() -> None:
    inviter, joiner, approved, joined = both()
    assert inviter.asking
    assert inviter.asking.name == "Yusuf"
    one, other = approved.paired, joined.paired
    assert one
    assert other
    assert (one.role, one.root) == ("inviter", YUSUF.root.public)
    assert (other.role, other.root, other.name) == ("joiner", KARIN.root.public, "Karin")
    assert (one.secret, one.transcript, one.genesis) == (other.secret, other.transcript, other.genesis)
    assert len(one.secret) == 32
    assert not one.compared
    assert not other.compared
    assert from_row(joiner.to_row()) == joiner
    assert from_row(joined.state.to_row()) == joined.state


def test_the_server_s_address_travels_and_nothing_else_is_taken_for_one() -> None:
    inviter = inviting(origin=ORIGIN)
    assert invitation.read(inviter.text, YUSUF.root.public, NOW).origin == ORIGIN
    assert invitation.read(inviting(origin="https://[2001:db8::1]").text, YUSUF.root.public, NOW)
    for bad in ("http://x.example", "https://a@b.example", "https://x.example/path", "https://", "fika", "https://X"):
        with pytest.raises(BadCode):
            inviting(origin=bad)
        body = Invitation.read(inviter.invitation).to_bytes()[:139]
        with pytest.raises(BadCode):
            Invitation.read(body[:138] + bytes([len(bad)]) + bad.encode())
    with pytest.raises(BadCode):
        inviting(origin="https://" + "a" * 200)
    with pytest.raises(BadCode):
        Invitation.read(inviter.invitation[:138] + b"\1\xff")


def test_a_second_request_freezes_the_invitation_and_both_are_told() -> None:
    inviter = inviting()
    first, second = asking(inviter.text), asking(inviter.text, MALLORY)
    waiting = inviter_of(inviter.receive(first.text, NOW))
    frozen = waiting.receive(second.text, NOW)
    assert frozen.state == Over("stopped")
    assert isinstance(frozen.trouble, PairingStopped)
    for asker, text in zip((first, second), frozen.send, strict=True):
        told = asker.receive(text, NOW)
        assert isinstance(told.trouble, PairingStopped)
        assert told.state == Over("stopped")
    with pytest.raises(PairingFailed):
        first.receive(frozen.send[1], NOW)


def test_a_second_request_after_the_approval_freezes_it_too() -> None:
    inviter, joiner, approved, joined = both()
    late = inviter_of(approved).receive(asking(inviter.text, MALLORY).text, NOW)
    assert isinstance(late.trouble, PairingStopped)
    state = joined.state
    assert isinstance(state, Asking)
    assert isinstance(state.receive(late.send[0], NOW).trouble, PairingStopped)
    assert joiner


def test_the_same_request_twice_is_one_request() -> None:
    inviter, joiner, approved, joined = both()
    assert inviter.receive(joiner.text, NOW) == Step(inviter)
    after = inviter_of(approved)
    assert after.receive(joiner.text, NOW) == Step(after, approved.send)
    assert after.approve(NOW) == Step(after, approved.send)
    state = joined.state
    assert isinstance(state, Asking)
    assert state.receive(approved.send[0], NOW) == Step(state)


def test_a_second_approval_is_not_believed() -> None:
    inviter, _, _, joined = both()
    state = joined.state
    assert isinstance(state, Asking)
    with pytest.raises(PairingOver):
        state.receive(inviter.approve(NOW).send[0], NOW)


def test_nobody_is_approved_before_somebody_asked_and_a_declined_name_is_let_in_nowhere() -> None:
    inviter = inviting()
    assert inviter.asking is None
    with pytest.raises(PairingOver):
        inviter.approve(NOW)
    assert inviter.decline() == Step(Over("declined"))


def test_after_seven_days_nothing_is_taken() -> None:
    inviter = inviting()
    joiner = asking(inviter.text)
    with pytest.raises(PairingExpired):
        invitation.read(inviter.text, YUSUF.root.public, NOW + 7 * DAY + 1)
    late = inviter.receive(joiner.text, NOW + 7 * DAY + 1)
    assert isinstance(late.trouble, PairingExpired)
    assert late.state == Over("expired")
    waiting = inviter_of(inviter.receive(joiner.text, NOW + 7 * DAY))
    assert isinstance(waiting.approve(NOW + 7 * DAY + 1).trouble, PairingExpired)
    approved = waiting.approve(NOW + 7 * DAY)
    assert isinstance(joiner.receive(approved.send[0], NOW + 14 * DAY + 1).trouble, PairingExpired)
    assert joiner.receive(approved.send[0], NOW + 14 * DAY).paired


def test_one_s_own_invitation_person_and_messages_are_refused() -> None:
    inviter, joiner, approved, _ = both()
    with pytest.raises(OwnCode):
        invitation.read(inviter.text, KARIN.root.public, NOW)
    for state, text in ((inviter, inviter.text), (inviter, approved.send[0]), (joiner, joiner.text)):
        with pytest.raises(OwnCode):
            state.receive(text, NOW)
    own = invitation.ask(Invitation.read(inviter.invitation), KARIN.introduce(_space(inviter)))
    with pytest.raises(OwnCode):
        inviting_again(inviter).receive(own.text, NOW)
    with pytest.raises(OwnCode):
        invitation.read(joiner.text, YUSUF.root.public, NOW)


def inviting_again(inviter: Inviting) -> Inviting:
    return replace(inviter, request=b"", approval=b"")


def _space(inviter: Inviting) -> bytes:
    return Invitation.read(inviter.invitation).genesis.space


def test_messages_of_another_invitation_are_refused() -> None:
    inviter, joiner, approved, _ = both()
    other, stranger, theirs, _ = both()
    with pytest.raises(CodeForElsewhere):
        inviter.receive(stranger.text, NOW)
    with pytest.raises(CodeForElsewhere):
        joiner.receive(theirs.send[0], NOW)
    for what in (b"\1" + joiner.request[:16] + bytes(32), b"\2" + bytes(48)):
        with pytest.raises(CodeForElsewhere):
            joiner.receive(code.write(Kind.STOP, what), NOW)
    assert other
    assert approved


def test_whoever_holds_only_the_id_can_ask_nothing() -> None:
    """A server sees the id; without the secret it makes no request and no approval."""
    inviter, joiner, _, _ = both()
    known = Invitation.read(inviter.invitation)
    guessed = replace(known, secret=bytes(16))
    with pytest.raises(PairingFailed):
        inviter.receive(invitation.ask(guessed, MALLORY.introduce(known.genesis.space)).text, NOW)
    false = replace(inviter, invitation=guessed.to_bytes(), own=MALLORY.introduce(known.genesis.space).to_bytes())
    fake = replace(false, request=invitation.ask(guessed, YUSUF.introduce(known.genesis.space)).request).approve(NOW)
    with pytest.raises(PairingFailed):
        joiner.receive(fake.send[0], NOW)


def test_somebody_who_read_the_invitation_cannot_answer_as_the_inviter() -> None:
    """The secret is known to whoever read the message; the inviter's root key stands in it as well."""
    inviter, joiner, _, _ = both()
    mallory = replace(inviter, own=MALLORY.introduce(_space(inviter)).to_bytes())
    with pytest.raises(PairingFailed):
        joiner.receive(mallory.approve(NOW).send[0], NOW)


def test_every_changed_byte_and_every_cut_is_refused_and_changes_nothing() -> None:
    inviter, joiner, approved, _ = both()
    waiting = inviting_again(inviter)
    request = code.read(joiner.text, Kind.REQUEST)
    approval = code.read(approved.send[0], Kind.APPROVAL)
    for state, kind, body in ((waiting, Kind.REQUEST, request), (joiner, Kind.APPROVAL, approval)):
        for changed in _changes(body):
            with pytest.raises((PairingFailed, CodeForElsewhere, BadCode)):
                state.receive(code.write(kind, changed), NOW)


def test_a_changed_invitation_leads_nowhere() -> None:
    inviter = inviting(origin=ORIGIN)
    for changed in _changes(inviter.invitation):
        try:
            joiner = asking(code.write(Kind.INVITATION, changed))
        except (BadCode, BadRecord, PairingExpired):
            continue
        with pytest.raises((PairingFailed, CodeForElsewhere)):
            inviter.receive(joiner.text, NOW)


def _changes(body: bytes) -> list[bytes]:
    flipped = [body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :] for at in range(0, len(body), STEP)]
    return flipped + [body[:end] for end in range(0, len(body), STEP)]


def test_a_personal_space_is_never_an_invitation() -> None:
    genesis = Genesis.found("personal", KARIN.device.master().signing.public)
    inviter = invitation.invite(KARIN.introduce(genesis.space), genesis, NOW)
    with pytest.raises(BadRecord):
        invitation.read(inviter.text, YUSUF.root.public, NOW)


def test_two_requests_of_one_person_share_no_key() -> None:
    inviter = inviting()
    one, other = asking(inviter.text), asking(inviter.text)
    assert one.request[16:32] != other.request[16:32]
