"""Nothing that anybody has spoken of can be dropped, swapped, forked or rolled back without being noticed."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.authority import START, Link
from sync.authority.records import sign_statement
from sync.errors import BadSignature, NotAllowed, SyncError
from sync.ledger import Comparison, Contradiction, Ledger, Outcome, Seen, Taken
from sync.protocol.control import Addition, Public, Refusal, write_control
from sync.protocol.envelope import Envelope, Kind
from sync.sealing import Inside, Message, dismiss, reset
from tests.support.circle import Person, Phone, Room
from tests.support.effort import effort

PLACED, EARLY = Taken(Outcome.PLACED), Taken(Outcome.EARLY)


class Pair:
    """Anna and Bo, and a ledger of somebody who reads along from the first envelope."""

    def __init__(self) -> None:
        self.room = Room()
        self.anna = self.room.first
        self.bo = self.room.join(self.anna, Person())
        self.ids: dict[tuple[bytes, int], bytes] = {}
        self.ledger = Ledger.begin(self.room.log[0])
        self.keep(self.room.log[0])
        for envelope in self.room.log[1:]:
            assert self.take(envelope) == PLACED

    def chain(self, device: bytes, sequence: int) -> bytes | None:
        return self.ids.get((device, sequence))

    def keep(self, envelope: Envelope) -> None:
        self.ids[envelope.header.device, envelope.header.sequence] = envelope.id

    def take(self, envelope: Envelope) -> Taken:
        taken = self.ledger.take(envelope, self.chain)
        if taken.outcome is Outcome.PLACED:
            self.keep(envelope)
        return taken

    def verdict(self, envelope: Envelope) -> str:
        return self.ledger.verdict(envelope.header, self.chain)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def signed(phone: Phone, envelope: Envelope, body: bytes | None = None, **changed: object) -> Envelope:
    header = replace(envelope.header, **changed)  # type: ignore[arg-type]
    inside = envelope.body if body is None else body
    assert inside is not None
    made = Envelope.made(header, inside, b"")
    return Envelope.made(header, inside, sign_statement(phone.keys.signing, made.statement))


# ---------------------------------------------------------------- chains


def test_envelopes_are_placed_once_and_in_order(pair: Pair) -> None:
    one, two = pair.bo.say("ett")[0], pair.bo.say("två")[0]
    assert pair.take(two) == EARLY
    assert pair.take(one) == PLACED
    assert pair.take(one) == Taken(Outcome.REPEATED)
    assert pair.take(two) == PLACED
    assert pair.take(one) == Taken(Outcome.REPEATED)
    assert pair.take(one.stripped()) == Taken(Outcome.REPEATED)
    assert pair.ledger.last(pair.bo.id) == Link(2, two.id)
    assert pair.ledger.last(b"x" * 16) == START
    assert (pair.verdict(one), pair.verdict(two)) == ("", "")


def test_what_a_device_did_not_sign_is_the_carriers_fault(pair: Pair) -> None:
    good = pair.bo.say("hej")[0]
    raw = good.to_bytes()
    rows = pair.ledger.changed()
    for bit in range(0, len(raw) * 8, effort(5, 1)):
        bad = bytearray(raw)
        bad[bit // 8] ^= 1 << bit % 8
        try:
            taken = pair.take(Envelope.read(bytes(bad)))
        except SyncError:
            continue
        assert taken.outcome is Outcome.EARLY, bit
    assert pair.ledger.changed() == rows
    assert pair.take(good) == PLACED


def test_a_fork_is_evidence_and_what_stands_stays(pair: Pair) -> None:
    one = pair.bo.say("ett")[0]
    two = pair.bo.say("två")[0]
    pair.take(one)
    pair.take(two)
    for envelope in (
        signed(pair.bo, two, body=pair.bo.say("annat")[0].body),
        signed(pair.bo, one, body=two.body),
        signed(pair.bo, two, sequence=3),
    ):
        assert pair.take(envelope) == Taken(Outcome.FORKED)
    forged = replace(two, signature=bytes(64), id=b"x" * 32)
    with pytest.raises(BadSignature):
        pair.take(forged)
    assert pair.ledger.last(pair.bo.id) == Link(2, two.id)


def test_another_space_is_refused_and_strangers_wait(pair: Pair) -> None:
    other = Pair()
    with pytest.raises(NotAllowed):
        pair.take(other.bo.say("hej")[0])
    cia = pair.room.join(pair.anna, Person())
    hello = cia.say("hej")[0]
    assert pair.take(hello) == Taken(Outcome.EARLY, "stranger")
    refusal = cia.sealer.control(Public((b"x" * 32,), Refusal(b"x" * 32)))
    assert pair.take(replace(refusal, header=replace(refusal.header, sequence=1))) == Taken(Outcome.EARLY, "stranger")
    for envelope in pair.room.log[-2:]:
        assert pair.take(envelope) == PLACED
    assert pair.take(hello) == PLACED


def test_a_signed_but_broken_control_record_keeps_its_place(pair: Pair) -> None:
    last = pair.bo.sealer.last
    for what, code in (
        (b"\0\0\0\1x", "sync-bad-control"),
        (
            write_control(Public((b"x" * 32,), Addition(b"p" * 16, 1, (pair.anna.public,), (bytes(64),)))),
            "sync-bad-signature",
        ),
    ):
        shape = pair.bo.sealer.control(Public((b"x" * 32,), Refusal(b"x" * 32)))
        envelope = signed(pair.bo, shape, body=what, sequence=last.sequence + 1, previous=last.id)
        before = pair.ledger.authority
        assert pair.take(envelope) == Taken(Outcome.PLACED, code)
        assert pair.ledger.authority is before
        last = Link(last.sequence + 1, envelope.id)
    pair.bo.sealer.last = last
    assert pair.take(pair.bo.sealer.message(Message(first=1), pair.bo.key)[0]) == PLACED


def test_a_refused_control_record_keeps_its_place_too(pair: Pair) -> None:
    what = Public(pair.bo.authority.heads, Addition(pair.bo.authority.members[pair.anna.id].party, 1, (), ()))
    made = signed(pair.bo, pair.bo.sealer.control(what), body=write_control(what))
    assert pair.take(made).reason == "sync-bad-control"
    goes = dismiss(pair.bo.sealer, pair.bo.authority, pair.bo.key, b"nobody's party..", {})
    assert pair.take(goes) == Taken(Outcome.PLACED, "party")
    assert pair.verdict(goes) == ""


def test_there_is_an_end_to_control_records(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.ledger.CONTROL_MAX", 4)
    with pytest.raises(NotAllowed):
        pair.take(pair.anna.next_epoch())


# ---------------------------------------------------------------- who has seen what


def test_what_somebody_saw_and_is_not_here_is_lacking(pair: Pair) -> None:
    """The server hides Bo's words and shows Anna's, who had seen them."""
    hidden = pair.bo.say("dolt")[0]
    pair.anna.take(hidden)
    assert pair.anna.ledger is not None
    seen = pair.anna.ledger.news(pair.anna.id)
    assert seen == {pair.bo.id: Seen(1, hidden.id[:16])}
    answer = pair.anna.say("svar")[0]
    assert pair.anna.ledger.news(pair.anna.id) == {}
    pair.take(answer)
    assert pair.ledger.lacking == {}
    assert pair.ledger.heard(answer.header, seen, pair.chain) == []
    assert pair.ledger.lacking == {pair.bo.id: (0, 1)}
    assert pair.take(hidden) == PLACED
    assert pair.ledger.lacking == {}


def test_two_logs_contradict_each_other_at_once_or_later(pair: Pair) -> None:
    one = pair.bo.say("till dig")[0]
    other = signed(pair.bo, one, body=pair.bo.sealer.message(Message(first=1), pair.bo.key)[0].body)
    answer = pair.anna.say("svar")[0]
    seen = {pair.bo.id: Seen(1, other.id[:16])}
    pair.take(answer)
    early = pair.ledger.copy()
    pair.take(one)
    assert pair.ledger.heard(answer.header, seen, pair.chain) == [Contradiction(pair.anna.id, pair.bo.id, 1)]
    assert early.heard(answer.header, seen, lambda device, sequence: None) == []
    taken = early.take(one, lambda device, sequence: None)
    assert taken == Taken(Outcome.PLACED, "", (Contradiction(pair.anna.id, pair.bo.id, 1),))


def test_an_older_place_is_compared_too(pair: Pair) -> None:
    for text in ("ett", "två"):
        pair.take(pair.bo.say(text)[0])
    answer = pair.anna.say("svar")[0]
    pair.take(answer)
    right = {pair.bo.id: Seen(1, pair.ids[pair.bo.id, 1][:16])}
    assert pair.ledger.heard(answer.header, right, pair.chain) == []
    wrong = {pair.bo.id: Seen(1, b"x" * 16)}
    assert pair.ledger.heard(answer.header, wrong, pair.chain) == [Contradiction(pair.anna.id, pair.bo.id, 1)]


def test_who_knew_of_a_removal_and_writes_under_the_old_key_is_not_believed(pair: Pair) -> None:
    """Rule g, with what Bo himself said: before and after Anna's removal of Cia is here."""
    cia = pair.room.join(pair.anna, Person())
    pair.bo.take(*pair.room.log)
    for envelope in pair.room.log[3:]:
        pair.take(envelope)
    assert pair.anna.ledger is not None
    goes = dismiss(
        pair.anna.sealer, pair.anna.authority, pair.anna.key, cia.person.party(pair.room.space), pair.anna.ledger.heads
    )
    fresh, stale = pair.bo.say("visste inte")[0], pair.bo.say("visste")[0]
    seen = {pair.anna.id: Seen(goes.header.sequence, goes.id[:16])}
    late = pair.ledger.copy()
    for ledger, order in ((pair.ledger, "before"), (late, "after")):
        if order == "before":
            assert ledger.take(goes, pair.chain) == PLACED
        assert ledger.take(fresh, pair.chain) == PLACED
        ledger.heard(fresh.header, {}, pair.chain)
        assert ledger.take(stale, pair.chain) == PLACED
        assert ledger.heard(stale.header, seen, pair.chain) == []
        if order == "after":
            assert ledger.verdict(stale.header, pair.chain) == ""
            assert ledger.lacking == {pair.anna.id: (goes.header.sequence - 1, goes.header.sequence)}
            assert ledger.take(goes, pair.chain) == PLACED
        assert ledger.verdict(fresh.header, pair.chain) == ""
        assert ledger.verdict(stale.header, pair.chain) == "stale"


def test_an_author_knows_what_it_said_itself(pair: Pair) -> None:
    """Anna makes a new epoch and goes on under the old one."""
    old = pair.anna.key
    before = pair.anna.say("innan")[0]
    made = pair.anna.next_epoch()
    after = pair.anna.sealer.message(Message(first=2), old)[0]
    for envelope in (before, made, after):
        assert pair.take(envelope) == PLACED
    assert pair.verdict(before) == ""
    assert pair.verdict(after) == "stale"


def test_other_verdicts(pair: Pair) -> None:
    made = pair.bo.say("hej")[0]
    pair.take(made)
    newer = signed(pair.bo, made, flags=0x8000)
    assert pair.verdict(newer) == "flags"
    assert pair.verdict(signed(pair.bo, made, kind=Kind.SNAPSHOT)) == "snapshot"
    assert pair.verdict(signed(pair.bo, made, key_id=b"x" * 16)) == "epoch"
    assert pair.verdict(pair.room.log[0]) == ""


def test_a_recovered_phone_is_known_by_its_own_record(pair: Pair) -> None:
    new = Phone(pair.bo.person, pair.room.space)
    new.take(*pair.room.log)
    assert new.ledger is not None
    mine = reset(new.sealer, new.authority, pair.bo.person.root, [new.public], new.ledger.heads)
    assert pair.take(mine) == PLACED
    assert pair.ledger.authority.members.keys() == {pair.anna.id, new.id}
    assert Inside() == Inside()


# ---------------------------------------------------------------- servers


def test_a_server_that_lost_something_gets_it_back(pair: Pair) -> None:
    words = [pair.bo.say(text)[0] for text in ("ett", "två", "tre")]
    for envelope in words:
        pair.take(envelope)
    heads = pair.ledger.heads
    assert pair.ledger.compare(heads, pair.chain) == Comparison({}, frozenset(), frozenset())
    rolled = heads | {pair.bo.id: Link(1, words[0].id)}
    assert pair.ledger.compare(rolled, pair.chain).behind == {pair.bo.id: (2, 3)}
    wiped = pair.ledger.compare({}, pair.chain)
    assert wiped.behind == {device: (1, link.sequence) for device, link in heads.items()}
    assert pair.ledger.compare(heads | {pair.bo.id: Link(9, b"x" * 32)}, pair.chain).ahead == {pair.bo.id}
    assert pair.ledger.compare(heads | {b"n" * 16: Link(1, b"x" * 32)}, pair.chain).ahead == {b"n" * 16}
    for other in (Link(3, b"x" * 32), Link(2, b"x" * 32)):
        found = pair.ledger.compare(heads | {pair.bo.id: other}, pair.chain)
        assert found.forked == {pair.bo.id}
        assert not found.behind


# ---------------------------------------------------------------- keeping


def test_a_copy_is_apart_and_tells_what_changed(pair: Pair) -> None:
    copy = pair.ledger.copy()
    assert copy.changed() == {}
    made = pair.bo.say("hej")[0]
    assert copy.take(made, pair.chain) == PLACED
    assert list(copy.changed()) == [pair.bo.id.hex()]
    assert pair.ledger.last(pair.bo.id) == START
    control = pair.anna.next_epoch()
    assert copy.take(control, pair.chain) == PLACED
    assert copy.authority.current != pair.ledger.authority.current


@settings(deadline=None, max_examples=effort(15, 200))
@given(st.lists(st.sampled_from(["anna", "bo", "epoch", "hide"]), max_size=8), st.randoms(use_true_random=False))
def test_what_was_kept_is_the_same_again(steps: list[str], shuffle) -> None:  # type: ignore[no-untyped-def]
    """Rows and control envelopes, through JSON, in any order."""
    pair = Pair()
    controls = list(pair.room.log)
    for step in steps:
        if step == "epoch":
            made = pair.anna.next_epoch()
            controls.append(made)
            pair.bo.take(made)
            pair.take(made)
            continue
        phone, other = (pair.anna, pair.bo) if step == "anna" else (pair.bo, pair.anna)
        assert phone.ledger is not None
        seen = phone.ledger.news(phone.id)
        word = phone.say(step)[0]
        other.take(word)
        if step != "hide":
            pair.take(word)
        pair.ledger.heard(word.header, seen, pair.chain)
    rows = json.loads(json.dumps(pair.ledger.changed()))
    shuffle.shuffle(controls)
    again = Ledger.load(pair.room.log[0], controls, rows)
    assert again.heads == pair.ledger.heads
    assert again.lacking == pair.ledger.lacking
    assert again.authority.members == pair.ledger.authority.members
    assert again.authority.current == pair.ledger.authority.current
    for device in (pair.anna.id, pair.bo.id):
        assert again.news(device) == pair.ledger.news(device)
    again._touched |= {bytes.fromhex(device) for device in rows}
    assert again.changed() == rows


def test_what_was_kept_wrongly_does_not_load(pair: Pair) -> None:
    unknown = Phone(Person(), pair.room.space).sealer.control(Public((b"x" * 32,), Refusal(b"x" * 32)))
    with pytest.raises(NotAllowed):
        Ledger.load(pair.room.log[0], [unknown], {})
    pair.take(pair.bo.say("hej")[0])
    pair.take(pair.bo.say("du")[0])
    again = pair.bo.say("hej")[0]
    pair.ids.clear()
    with pytest.raises(LookupError):
        pair.take(signed(pair.bo, again, sequence=1, previous=bytes(32)))
