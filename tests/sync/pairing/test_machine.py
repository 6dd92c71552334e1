"""Two honest people and somebody who reads, keeps, changes, swaps and repeats everything that travels.

Mallory lacks the words, and the invitation was handed over where she could not see it; the screens in the room are
seen by the two alone. Everything else is hers. Whatever she does: who is paired, is paired with the right person, and
both mean the same exchange.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.errors import SyncError
from sync.pairing import code, invitation, room, words
from sync.pairing.code import Kind
from sync.pairing.invitation import Invitation
from sync.pairing.state import HOUR, Over, Paired, State, Step, from_row
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, WORDS, Person

KARIN, YUSUF, MALLORY = Person.new("Karin", via=1), Person.new("Yusuf"), Person.new("Yusuf")
GENESIS = KARIN.found()
GUESS = WORDS[::-1]
KINDS = [kind for kind in Kind if kind is not Kind.PART]


class Pairing(RuleBasedStateMachine):
    """Sides are named by who and how; `wire` is everything that was ever sent."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.wire: list[tuple[Kind, bytes]] = []
        self.sides: dict[str, State] = {}
        self.paired: dict[str, list[Paired]] = {"karin": [], "yusuf": []}
        self.invitation = b""

    @initialize()
    def karin_begins(self) -> None:
        own = KARIN.introduce(GENESIS.space)
        shower = words.show(WORDS, own, GENESIS, self.now)
        inviting = invitation.invite(own, GENESIS, self.now)
        self.sides = {
            "karin words": shower,
            "karin invitation": inviting,
            "karin room": room.show(own, GENESIS, self.now),
        }
        self.invitation = inviting.invitation
        self.send(shower.text)

    def send(self, *texts: str) -> None:
        for text in texts:
            kind = code.kind_of(text)
            self.wire.append((kind, code.read(text, kind)))

    def take(self, side: str, step: Step) -> None:
        self.sides[side] = from_row(step.state.to_row())
        self.send(*step.send)
        if step.paired:
            self.paired[side.split()[0]].append(step.paired)

    # ------------------------------------------------------------------ what honest people do

    @rule(data=st.data())
    def yusuf_types_the_words_against_whatever_offer_came(self, data: st.DataObject) -> None:
        offers = [body for kind, body in self.wire if kind is Kind.WORDS_OFFER]
        try:
            offer = words.read_offer(code.write(Kind.WORDS_OFFER, data.draw(st.sampled_from(offers))))
            typist = words.answer(offer, WORDS, YUSUF.introduce(offer.space), self.now)
        except SyncError:
            return
        self.sides["yusuf words"] = typist
        self.send(typist.text)

    @precondition(lambda self: "yusuf invitation" not in self.sides)
    @rule()
    def yusuf_accepts_the_invitation(self) -> None:
        asking = invitation.ask(Invitation.read(self.invitation), YUSUF.introduce(GENESIS.space))
        self.sides["yusuf invitation"] = asking
        self.send(asking.text)

    @rule()
    def karin_approves_who_asked(self) -> None:
        side = self.sides["karin invitation"]
        if isinstance(side, invitation.Inviting) and side.asking:
            self.take("karin invitation", side.approve(self.now))

    @precondition(lambda self: isinstance(self.sides.get("karin room"), room.Showing))
    @rule()
    def yusuf_photographs_karin_s_screen_and_karin_his(self) -> None:
        showing: Any = self.sides["karin room"]
        first = room.scan(showing.text, YUSUF.root.public)
        back = room.show_back(first, YUSUF.introduce(first.genesis.space))
        self.take("yusuf room", back)
        self.take("karin room", showing.receive(*self.photographed(back), self.now))

    def photographed(self, back: Step) -> tuple[str]:
        """What stood on the screen was seen by the two alone."""
        text = back.send[0]
        self.wire = [
            message for message in self.wire if message != (code.kind_of(text), code.read(text, Kind.ROOM_BACK))
        ]
        return (text,)

    # ------------------------------------------------------------------ what somebody in between does

    @rule(data=st.data())
    def something_arrives_unchanged(self, data: st.DataObject) -> None:
        self.deliver(data, *data.draw(st.sampled_from(self.wire)))

    @rule(data=st.data())
    def the_newest_arrives_at_each(self, data: st.DataObject) -> None:
        for side in sorted(self.sides):
            self.arrive(side, *self.wire[-1])
        del data

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def something_arrives_as_something_else(self, data: st.DataObject, kind: Kind) -> None:
        self.deliver(data, kind, data.draw(st.sampled_from(self.wire))[1])

    @rule(data=st.data(), bit=st.integers(0, 7))
    def something_arrives_changed(self, data: st.DataObject, bit: int) -> None:
        kind, body = data.draw(st.sampled_from(self.wire))
        at = data.draw(st.integers(0, len(body) - 1))
        self.deliver(data, kind, body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :])

    @rule(data=st.data())
    def something_arrives_mended_from_two(self, data: st.DataObject) -> None:
        kind, one = data.draw(st.sampled_from(self.wire))
        other = data.draw(st.sampled_from(self.wire))[1]
        at = data.draw(st.sampled_from([16, 32, 48, 64, max(len(one) - 32, 0)]))
        self.deliver(data, kind, one[:at] + other[at:])

    @rule(data=st.data())
    def something_arrives_cut(self, data: st.DataObject) -> None:
        kind, body = data.draw(st.sampled_from(self.wire))
        self.deliver(data, kind, body[: data.draw(st.integers(0, len(body)))])

    @rule(data=st.data())
    def mallory_answers_with_a_guess(self, data: st.DataObject) -> None:
        offers = [body for kind, body in self.wire if kind is Kind.WORDS_OFFER]
        try:
            offer = words.read_offer(code.write(Kind.WORDS_OFFER, data.draw(st.sampled_from(offers))))
            self.send(words.answer(offer, GUESS, MALLORY.introduce(offer.space), self.now).text)
        except SyncError:
            return

    @rule()
    def mallory_offers_with_a_guess(self) -> None:
        self.send(words.show(GUESS, MALLORY.introduce(GENESIS.space), GENESIS, self.now).text)

    @rule(secret=st.binary(min_size=16, max_size=16))
    def mallory_asks_without_having_the_invitation(self, secret: bytes) -> None:
        known = Invitation.read(self.invitation)
        guess = Invitation(known.id, secret, GENESIS, known.root_digest, known.until, "")
        self.send(invitation.ask(guess, MALLORY.introduce(GENESIS.space)).text)

    @rule(hours=st.sampled_from([1, 5, 24, -48]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    def deliver(self, data: st.DataObject, kind: Kind, body: bytes) -> None:
        self.arrive(data.draw(st.sampled_from(sorted(self.sides))), kind, body)

    def arrive(self, side: str, kind: Kind, body: bytes) -> None:
        state: Any = self.sides[side]
        if isinstance(state, Over):
            return
        try:
            self.take(side, state.receive(code.write(kind, body), self.now))
        except SyncError:
            assert self.sides[side] is state

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def nobody_is_paired_with_anybody_else(self) -> None:
        assert {each.root for each in self.paired["karin"]} <= {YUSUF.root.public}
        assert {each.master for each in self.paired["karin"]} <= {YUSUF.device.master().signing.public}
        assert {each.root for each in self.paired["yusuf"]} <= {KARIN.root.public}
        assert {each.genesis for side in self.paired.values() for each in side} <= {GENESIS.to_bytes()}

    @invariant()
    def whoever_completes_second_means_the_same_exchange(self) -> None:
        """By words and in the room one side is first by nature; the other never names what the first did not."""
        first = {"words": "karin", "room": "yusuf", "invitation": "karin"}
        known = {(each.way, each.transcript, each.secret) for side in first for each in self.paired[first[side]]}
        for who, results in self.paired.items():
            for each in results:
                if first[each.way] != who:
                    assert (each.way, each.transcript, each.secret) in known

    @invariant()
    def each_way_pairs_once(self) -> None:
        for results in self.paired.values():
            assert all(sum(each.way == way for each in results) <= 1 for way in ("room", "invitation"))
        assert sum(each.way == "words" for each in self.paired["karin"]) <= 1


PairingMachine = Pairing.TestCase
PairingMachine.settings = settings(
    max_examples=effort(40, 1500),
    stateful_step_count=effort(25, 60),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_without_anybody_in_between_every_way_completes() -> None:
    """The machine could otherwise hold because nothing ever pairs."""
    machine: Any = Pairing()
    machine.karin_begins()
    typist = words.answer(
        words.read_offer(machine.sides["karin words"].text), WORDS, YUSUF.introduce(GENESIS.space), NOW
    )
    machine.sides["yusuf words"] = typist
    machine.send(typist.text)
    machine.arrive("karin words", *machine.wire[-1])
    machine.arrive("yusuf words", *machine.wire[-1])
    machine.yusuf_accepts_the_invitation()
    machine.arrive("karin invitation", *machine.wire[-1])
    machine.karin_approves_who_asked()
    machine.arrive("yusuf invitation", *machine.wire[-1])
    machine.yusuf_photographs_karin_s_screen_and_karin_his()
    assert sorted(each.way for each in machine.paired["karin"]) == ["invitation", "room", "words"]
    assert sorted(each.way for each in machine.paired["yusuf"]) == ["invitation", "room", "words"]
    machine.nobody_is_paired_with_anybody_else()
    machine.whoever_completes_second_means_the_same_exchange()
    machine.each_way_pairs_once()
    with pytest.raises(AssertionError):
        machine.paired["karin"].append(machine.paired["yusuf"][0])
        machine.nobody_is_paired_with_anybody_else()
