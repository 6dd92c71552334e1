"""Six spoken words: the right phone is paired, a guess is one of three, a second listener is found out."""

from dataclasses import replace
from typing import TypeVar

import pytest

from sync.errors import (
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    PairingStopped,
    SyncError,
)
from sync.pairing import code, introduction, words
from sync.pairing.code import Kind
from sync.pairing.state import DAY, Over, Step, from_row
from sync.pairing.words import Shower, Typist
from sync.signing import Genesis
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, WORDS, Person

KARIN, YUSUF, MALLORY = Person.new("Karin"), Person.new("Yusuf"), Person.new("Mallory")
STEP = effort(7, 1)


def showing(person: Person = KARIN, said: tuple[str, ...] = WORDS) -> Shower:
    genesis = person.found()
    return words.show(said, person.introduce(genesis.space), genesis, NOW)


def typing(text: str, person: Person = YUSUF, said: tuple[str, ...] = WORDS) -> Typist:
    offer = words.read_offer(text)
    return words.answer(offer, said, person.introduce(offer.space), NOW)


S = TypeVar("S", Shower, Typist)


def kept(step: Step, kind: type[S]) -> S:
    """The state as the vault gives it back."""
    state = from_row(step.state.to_row())
    assert state == step.state
    assert isinstance(state, kind)
    return state


def both(typed: tuple[str, ...] = WORDS) -> tuple[Step, Step, Shower, Typist]:
    shower = showing()
    typist = typing(shower.text, said=typed)
    answered = shower.receive(typist.text, NOW)
    assert answered.send, answered.trouble
    confirmed = typist.receive(answered.send[0], NOW)
    return answered, confirmed, shower, typist


def failed(step: Step, left: int) -> None:
    assert step.paired is None
    assert isinstance(step.trouble, PairingFailed)
    assert step.trouble.facts == {"left": left}


def test_three_messages_and_both_know_the_other() -> None:
    answered, confirmed, _, _ = both()
    inviter, joiner = answered.paired, confirmed.paired
    assert inviter
    assert joiner
    assert (inviter.role, inviter.root, inviter.name) == ("inviter", YUSUF.root.public, "Yusuf")
    assert (joiner.role, joiner.root, joiner.name) == ("joiner", KARIN.root.public, "Karin")
    assert inviter.genesis == joiner.genesis
    assert inviter.transcript == joiner.transcript
    assert inviter.secret == joiner.secret == b""
    space = introduction.genesis_of(joiner.genesis).space
    assert introduction.read(joiner.introduction, space).master == KARIN.device.master().signing.public
    assert introduction.read(inviter.introduction, space).master == YUSUF.device.master().signing.public


def test_after_the_receipt_nothing_is_left() -> None:
    answered, confirmed, _, _ = both()
    shower = kept(answered, Shower)
    done = shower.receive(confirmed.send[0], NOW)
    assert done.state == Over("done")


def test_capitals_and_accents_of_another_keyboard_are_the_same_words() -> None:
    _, confirmed, _, _ = both(("Tall ", "REGN", "moln", "stig", "fyr", "lo\u0308nn"))
    assert confirmed.paired


@pytest.mark.parametrize("at", range(6))
def test_one_wrong_word_of_six_pairs_nobody(at: int) -> None:
    shower = showing()
    typist = typing(shower.text, said=(*WORDS[:at], "annan", *WORDS[at + 1 :]))
    failed(shower.receive(typist.text, NOW), 2)


def test_the_order_of_the_words_matters() -> None:
    shower = showing()
    failed(shower.receive(typing(shower.text, said=WORDS[::-1]).text, NOW), 2)


@pytest.mark.parametrize("said", [(), WORDS[:5], (*WORDS, "sju"), (*WORDS[:5], "")])
def test_there_are_six_words(said: tuple[str, ...]) -> None:
    with pytest.raises(PairingFailed):
        showing(said=said)


def test_three_wrong_answers_and_the_right_one_comes_too_late() -> None:
    shower = showing()
    right = typing(shower.text)
    for left in (2, 1):
        step = shower.receive(typing(shower.text, MALLORY, WORDS[::-1]).text, NOW)
        failed(step, left)
        shower = kept(step, Shower)
    last = shower.receive(typing(shower.text, MALLORY, WORDS[::-1]).text, NOW)
    failed(last, 0)
    assert last.state == Over("failed")
    assert right


def test_the_same_wrong_answer_again_is_no_new_guess() -> None:
    shower = showing()
    first, second = (typing(shower.text, MALLORY, said).text for said in (WORDS[::-1], WORDS[1:] + WORDS[:1]))
    for wrong, left in ((first, 2), (second, 1)):
        step = shower.receive(wrong, NOW)
        failed(step, left)
        shower = kept(step, Shower)
    for _ in range(2):
        for wrong in (first, second):
            with pytest.raises(PairingFailed) as told:
                shower.receive(wrong, NOW)
            assert told.value.facts == {"left": 1}
    assert shower.receive(typing(shower.text).text, NOW).paired


def test_what_was_kept_before_there_was_a_list_of_what_failed_is_read() -> None:
    row = showing().to_row()
    del row["refused"]
    state = from_row(row)
    assert isinstance(state, Shower)
    failed(state.receive(typing(state.text, said=WORDS[::-1]).text, NOW), 2)


def test_two_wrong_answers_and_the_right_one_still_pairs() -> None:
    shower = showing()
    for _ in range(2):
        shower = kept(shower.receive(typing(shower.text, said=WORDS[::-1]).text, NOW), Shower)
    assert shower.receive(typing(shower.text).text, NOW).paired


def test_three_wrong_confirmations_end_the_typist_s_side() -> None:
    _, _, shower, typist = both()
    wrong = code.write(Kind.WORDS_CONFIRMATION, typist.offer[:16] + bytes(200))
    for left in (2, 1):
        step = typist.receive(wrong, NOW)
        failed(step, left)
        typist = kept(step, Typist)
    last = typist.receive(wrong, NOW)
    assert last.state == Over("failed")
    assert shower


def test_a_second_phone_with_the_same_words_stops_the_pairing_and_tells_both() -> None:
    shower = showing()
    typist, mallory = typing(shower.text), typing(shower.text, MALLORY)
    step = shower.receive(mallory.text, NOW)
    assert step.paired
    shower = kept(step, Shower)
    second = shower.receive(typist.text, NOW)
    assert isinstance(second.trouble, PairingStopped)
    assert second.paired is None
    assert second.state == Over("stopped")
    for_mallory, for_typist = second.send
    told = typist.receive(for_typist, NOW)
    assert isinstance(told.trouble, PairingStopped)
    assert told.state == Over("stopped")
    paired = mallory.receive(step.send[0], NOW)
    assert paired.paired
    also = kept(paired, Typist).receive(for_mallory, NOW)
    assert isinstance(also.trouble, PairingStopped)


def test_a_stop_that_nobody_could_have_sent_stops_nothing() -> None:
    shower = showing()
    typist = typing(shower.text)
    with pytest.raises(PairingFailed):
        typist.receive(code.write(Kind.STOP, b"\1" + typist.offer[:16] + bytes(32)), NOW)
    for what in (b"\1" + bytes(48), b"\2" + typist.offer[:16] + bytes(32)):
        with pytest.raises(CodeForElsewhere):
            typist.receive(code.write(Kind.STOP, what), NOW)


def test_what_comes_twice_is_answered_the_same_and_pairs_nobody_anew() -> None:
    answered, confirmed, _, typist = both()
    shower = kept(answered, Shower)
    again = shower.receive(typist.text, NOW)
    assert again == Step(shower, answered.send)
    joined = kept(confirmed, Typist)
    twice = joined.receive(answered.send[0], NOW)
    assert twice == Step(joined, confirmed.send)


def test_a_shower_that_confirms_twice_is_not_believed() -> None:
    shower = showing()
    typist = typing(shower.text)
    first, second = shower.receive(typist.text, NOW), replace(shower, own=MALLORY.introduce(_space(shower)).to_bytes())
    joined = kept(typist.receive(first.send[0], NOW), Typist)
    other = joined.receive(second.receive(typist.text, NOW).send[0], NOW)
    assert isinstance(other.trouble, PairingStopped)
    assert other.paired is None


def _space(shower: Shower) -> bytes:
    return introduction.genesis_of(shower.genesis).space


@pytest.mark.parametrize("who", ["shower", "typist"])
def test_after_24_hours_everything_is_gone(who: str) -> None:
    answered, _, shower, typist = both()
    state, text = (shower, typist.text) if who == "shower" else (typist, answered.send[0])
    assert state.receive(text, NOW + DAY).paired
    late = state.receive(text, NOW + DAY + 1)
    assert late.state == Over("expired")
    assert isinstance(late.trouble, PairingExpired)


def test_one_s_own_messages_are_refused() -> None:
    answered, confirmed, shower, typist = both()
    for state, own in (
        (shower, shower.text),
        (shower, answered.send[0]),
        (typist, typist.text),
        (typist, confirmed.send[0]),
    ):
        with pytest.raises(OwnCode):
            state.receive(own, NOW)
    with pytest.raises(OwnCode):
        words.read_offer(typist.text)


def test_one_s_own_person_is_refused_on_both_sides() -> None:
    shower = showing()
    own = typing(shower.text, KARIN)
    step = shower.receive(own.text, NOW)
    assert isinstance(step.trouble, OwnCode)
    assert step.paired is None
    genesis = YUSUF.found()
    mine = words.show(WORDS, YUSUF.introduce(genesis.space), genesis, NOW)
    typist = typing(mine.text, MALLORY)
    reply = mine.receive(typist.text, NOW)
    cheated = replace(typist, root=YUSUF.root.public)
    assert isinstance(cheated.receive(reply.send[0], NOW).trouble, OwnCode)


def test_a_share_that_comes_back_or_is_of_small_order_is_a_failed_try() -> None:
    shower = showing()
    body = code.read(typing(shower.text).text, Kind.WORDS_ANSWER)
    own = words.Offer.read(shower.offer).share
    reflected = shower.receive(code.write(Kind.WORDS_ANSWER, body[:16] + own + body[48:]), NOW)
    assert isinstance(reflected.trouble, OwnCode)
    for weak in (bytes(32), b"\1" + bytes(31)):
        failed(shower.receive(code.write(Kind.WORDS_ANSWER, body[:16] + weak + body[48:]), NOW), 2)
    with pytest.raises(SyncError):
        typing(code.write(Kind.WORDS_OFFER, shower.offer[:32] + bytes(32)))


def test_messages_of_another_session_cost_no_try() -> None:
    answered, confirmed, shower, typist = both()
    other, _, theirs, stranger = both()
    for state, text in (
        (shower, stranger.text),
        (kept(answered, Shower), code.write(Kind.WORDS_RECEIPT, bytes(48))),
        (typist, other.send[0]),
    ):
        with pytest.raises(CodeForElsewhere):
            state.receive(text, NOW)
    assert confirmed
    assert theirs


def test_a_receipt_that_is_none_ends_nothing() -> None:
    answered, confirmed, shower, _ = both()
    body = code.read(confirmed.send[0], Kind.WORDS_RECEIPT)
    with pytest.raises(PairingFailed):
        shower.receive(confirmed.send[0], NOW)
    with pytest.raises(PairingFailed):
        kept(answered, Shower).receive(code.write(Kind.WORDS_RECEIPT, body[:-1] + b"\0"), NOW)


def test_every_changed_byte_and_every_cut_of_an_answer_is_a_failed_try() -> None:
    shower = showing()
    body = code.read(typing(shower.text).text, Kind.WORDS_ANSWER)
    for changed in _changes(body):
        failed(shower.receive(code.write(Kind.WORDS_ANSWER, changed), NOW), 2)


def test_every_changed_byte_and_every_cut_of_a_confirmation_is_a_failed_try() -> None:
    answered, _, _, typist = both()
    for changed in _changes(code.read(answered.send[0], Kind.WORDS_CONFIRMATION)):
        failed(typist.receive(code.write(Kind.WORDS_CONFIRMATION, changed), NOW), 2)


def _changes(body: bytes) -> list[bytes]:
    """Every byte changed and every cut, behind the session's id."""
    flipped = [body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :] for at in range(16, len(body), STEP)]
    # The highest bit of a share is no part of it: the same point, but not the same message.
    return flipped + [body[:end] for end in range(16, len(body), STEP)]


def test_a_changed_offer_pairs_nobody() -> None:
    shower = showing()
    for at in range(0, len(shower.offer), STEP):
        changed = shower.offer[:at] + bytes([shower.offer[at] ^ 1 << at % 8]) + shower.offer[at + 1 :]
        typist = typing(code.write(Kind.WORDS_OFFER, changed))
        try:
            assert shower.receive(typist.text, NOW).paired is None
        except CodeForElsewhere:
            assert at < 16


def test_somebody_in_the_middle_without_the_words_gets_one_guess_each_and_nothing_else() -> None:
    """Mallory offers and answers with a guess of her own; what she forwards unchanged gives her no key."""
    shower, guess = showing(), WORDS[::-1]
    genesis = KARIN.found()
    false = words.show(guess, MALLORY.introduce(genesis.space), genesis, NOW)
    typist = typing(false.text)
    failed(false.receive(typist.text, NOW), 2)
    failed(shower.receive(typing(shower.text, MALLORY, guess).text, NOW), 2)


def test_knowing_the_words_afterwards_opens_nothing_that_was_recorded() -> None:
    """What a PAKE is for: with words and all messages, no key follows without one of the two scalars."""
    answered, _, shower, typist = both()
    late = words.answer(words.read_offer(shower.text), WORDS, MALLORY.introduce(_space(shower)), NOW)
    assert late.isk != typist.isk
    step = late.receive(answered.send[0], NOW)
    failed(step, 2)


def test_the_typist_keeps_no_words_and_the_shower_none_when_it_is_over() -> None:
    answered, confirmed, _, typist = both()
    assert "tall" not in str(typist.to_row())
    assert "tall" not in str(confirmed.state.to_row())
    over = kept(answered, Shower).receive(confirmed.send[0], NOW).state
    assert over.to_row() == {"state": "over", "reason": "done"}


def test_no_secret_stands_in_what_a_log_might_print() -> None:
    _, _, shower, typist = both()
    assert "tall" not in repr(shower)
    assert repr(shower.scalar) not in repr(shower)
    assert repr(typist.isk) not in repr(typist)


@pytest.mark.parametrize("cheat", ["space", "personal"])
def test_a_shower_that_knows_the_words_cannot_slip_in_another_space(cheat: str) -> None:
    kind = "mentoring" if cheat == "space" else "personal"
    other = Genesis.found(kind, KARIN.device.master().signing.public)
    shower = replace(showing(), genesis=other.to_bytes())
    typist = typing(shower.text)
    step = typist.receive(shower.receive(typist.text, NOW).send[0], NOW)
    assert step.paired is None
    assert step.trouble


def test_an_introduction_for_another_space_never_leaves() -> None:
    shower = showing()
    with pytest.raises(ValueError, match="another space"):
        words.answer(words.read_offer(shower.text), WORDS, YUSUF.introduce(YUSUF.found().space), NOW)
