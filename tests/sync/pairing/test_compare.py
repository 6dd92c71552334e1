"""Comparing words: equal for the same two people, and others for whoever stands between."""

from sync.pairing import compare

KARIN, YUSUF, MALLORY = (bytes([number]) * 32 for number in (2, 3, 4))


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
