"""Buckets: so many at once, so many a second, and never more memory than was meant."""

from sync.server.limits import Buckets, Rate, neighbourhood


def test_a_bucket_empties_and_fills_again() -> None:
    buckets = Buckets(Rate(3, 2))
    assert [buckets.take(b"a", 100) for _ in range(3)] == [0, 0, 0]
    assert buckets.take(b"a", 100) == 0.5
    assert buckets.take(b"b", 100) == 0
    assert buckets.take(b"a", 100.5) == 0
    assert buckets.take(b"a", 100.5) > 0
    assert [buckets.take(b"a", 200) for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    buckets = Buckets(Rate(1, 1))
    assert buckets.take(b"a", 100) == 0
    assert buckets.take(b"a", 50) > 0
    assert buckets.take(b"a", 50.5) > 0


def test_the_oldest_caller_is_forgotten_first() -> None:
    buckets = Buckets(Rate(1, 0.001), kept=2)
    for caller in (b"a", b"b", b"c"):
        assert buckets.take(caller, 1) == 0
    assert buckets.take(b"c", 1) > 0
    assert buckets.take(b"a", 1) == 0


def test_a_household_is_one_caller() -> None:
    assert neighbourhood("10.0.0.1") != neighbourhood("10.0.0.2")
    assert neighbourhood("::ffff:10.0.0.1") == neighbourhood("10.0.0.1")
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff:2")
    assert neighbourhood("2001:db8::1") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("no address") == b"no address"
