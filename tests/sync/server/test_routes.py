"""What can be asked of the server, by devices with real keys, over real sockets, on both engines."""

from tests.sync.server.actors import pair


def test_two_people_write_and_read(base: str) -> None:
    one, other = pair(base)
    first = one.actor.change()
    assert one.push(first).json() == {"head": 5, "new": 1}
    answer = other.pull(4)
    assert answer.headers["cache-control"] == "no-store"
    assert int.from_bytes(answer.content[:8], "big") == 5
    assert other.pulled(4) == [first]
    assert other.all() == [*one.actor.written[:4], first]
