"""Fixed fields, taken from the front, with nothing left over."""

import pytest

from sync.errors import BadFrames
from sync.protocol.wire import Reader, counted, number


def reader(raw: bytes) -> Reader:
    return Reader(raw, lambda reason: BadFrames(reason=reason))


def test_fields_are_taken_in_order() -> None:
    found = reader(b"\1\0\2abc\2ab")
    assert (found.number(1), found.number(2), found.take(3)) == (1, 2, b"abc")
    assert found.ascending(1, found.count(1, 2)) == (b"a", b"b")
    assert found.left == 0
    found.end()
    assert counted(1, [b"a", b"b"]) == b"\2ab"
    assert number(258, 3) == b"\0\1\2"


@pytest.mark.parametrize(
    ("reason", "read"),
    [
        ("length", lambda found: found.take(4)),
        ("length", lambda found: found.end()),
        ("count", lambda found: found.count(1, 1)),
        ("count", lambda found: found.count(1, 9, 3)),
        ("order", lambda found: found.ascending(1, 2)),
    ],
)
def test_whatever_does_not_fit_is_refused(reason: str, read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadFrames) as raised:
        read(reader(b"\2\1\1"))
    assert raised.value.facts == {"reason": reason}
