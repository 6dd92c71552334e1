"""Comparing words: equal for the same two people, and one guess for whoever stands between."""

import pytest

from sync.errors import CodeForElsewhere, OwnCode, PairingFailed, PairingOver
from sync.pairing import code, compare
from sync.pairing.code import Kind
from sync.pairing.compare import Comparing
from sync.pairing.state import Step, from_row
from tests.sync.pairing.people import NOW

SPACE, KARIN, YUSUF, MALLORY = (bytes([number]) * size for number, size in ((1, 16), (2, 32), (3, 32), (4, 32)))


def comparing(step: Step) -> Comparing:
    state = from_row(step.state.to_row())
    assert isinstance(state, Comparing)
    return state


def test_twelve_words_are_the_same_on_both_sides_and_others_for_anybody_else() -> None:
    assert compare.twelve(KARIN, YUSUF) == compare.twelve(YUSUF, KARIN)
    assert compare.twelve(KARIN, YUSUF) != compare.twelve(KARIN, MALLORY)
    assert len(compare.twelve(KARIN, YUSUF)) == 12


def test_words_are_eleven_bits_each_from_the_front() -> None:
    assert compare.numbers(b"\xff\xe0\x01" + bytes(29), 2) == (2047, 0)
    assert compare.numbers(bytes(2) + b"\x20" + bytes(29), 2) == (0, 8)
    assert all(0 <= number < 2048 for number in compare.numbers(b"\xa5" * 32, 12))


def test_two_words_of_an_exchange() -> None:
    assert compare.two(bytes(32)) == compare.two(bytes(32))
    assert compare.two(bytes(32)) != compare.two(b"\1" * 32)


def test_six_words_after_both_committed() -> None:
    karin, yusuf = compare.begin(SPACE, KARIN, YUSUF), compare.begin(SPACE, YUSUF, KARIN)
    assert comparing(karin).six() is None
    one = comparing(karin).receive(yusuf.send[0], NOW)
    other = comparing(yusuf).receive(karin.send[0], NOW)
    karin_done = comparing(comparing(one).receive(other.send[0], NOW))
    yusuf_done = comparing(comparing(other).receive(one.send[0], NOW))
    assert karin_done.six() == yusuf_done.six()
    assert len(karin_done.six() or ()) == 6


def test_a_nonce_is_told_only_against_a_commitment_and_taken_only_with_it() -> None:
    karin, yusuf = compare.begin(SPACE, KARIN, YUSUF), compare.begin(SPACE, YUSUF, KARIN)
    assert code.kind_of(karin.send[0]) is Kind.COMMITMENT
    told = comparing(yusuf).receive(karin.send[0], NOW)
    with pytest.raises(PairingOver):
        comparing(karin).receive(told.send[0], NOW)
    committed = comparing(comparing(karin).receive(yusuf.send[0], NOW))
    with pytest.raises(PairingFailed):
        committed.receive(code.write(Kind.NONCE, SPACE + YUSUF + bytes(32)), NOW)


def test_a_second_commitment_after_the_nonce_is_refused_and_the_same_one_is_not() -> None:
    karin, yusuf = compare.begin(SPACE, KARIN, YUSUF), compare.begin(SPACE, YUSUF, KARIN)
    step = comparing(karin).receive(yusuf.send[0], NOW)
    assert comparing(step).receive(yusuf.send[0], NOW) == step
    with pytest.raises(PairingOver):
        comparing(step).receive(compare.begin(SPACE, YUSUF, KARIN).send[0], NOW)


def test_one_s_own_messages_and_strangers_are_refused() -> None:
    karin = comparing(compare.begin(SPACE, KARIN, YUSUF))
    with pytest.raises(OwnCode):
        compare.begin(SPACE, KARIN, KARIN)
    with pytest.raises(OwnCode):
        karin.receive(compare.begin(SPACE, KARIN, YUSUF).send[0], NOW)
    for stranger in (compare.begin(SPACE, MALLORY, KARIN), compare.begin(bytes(16), YUSUF, KARIN)):
        with pytest.raises(PairingOver):
            karin.receive(stranger.send[0], NOW)
    with pytest.raises(CodeForElsewhere):
        karin.receive(code.write(Kind.ROOM, bytes(80)), NOW)


def test_somebody_in_the_middle_shows_two_people_two_rows_of_words() -> None:
    """Mallory has to commit to both before either tells a nonce; then the words are as they fall."""
    karin, yusuf = compare.begin(SPACE, KARIN, MALLORY), compare.begin(SPACE, YUSUF, MALLORY)
    to_karin, to_yusuf = compare.begin(SPACE, MALLORY, KARIN), compare.begin(SPACE, MALLORY, YUSUF)
    rows = []
    for honest, false in ((karin, to_karin), (yusuf, to_yusuf)):
        step = comparing(honest).receive(false.send[0], NOW)
        answer = comparing(false).receive(honest.send[0], NOW)
        rows.append(comparing(comparing(step).receive(answer.send[0], NOW)).six())
    assert rows[0] != rows[1]
