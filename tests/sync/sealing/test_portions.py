"""The outbox is cut into messages: in order, whole, and so that a batch costs little."""

import hashlib
from base64 import b64encode
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.sealing import Message, portions
from sync.sealing.portions import BATCH_CHANGES, PORTION_BYTES
from tests.support.circle import Room


def change(number: int, size: int) -> dict[str, Any]:
    """A change as the model writes it, with that many letters that do not shrink much."""
    noise = b"".join(hashlib.sha256(b"%d %d" % (number, part)).digest() for part in range(size // 32 + 1))
    op = {
        "record": noise[:16].hex(),
        "kind": "note",
        "fields": {"body": b64encode(noise).decode()[:size]},
        "parents": [],
    }
    return {"hlc": (1_791_982_800_000 << 16) + number, "ops": [op]}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 40_000), max_size=20), st.integers(1, 1000))
def test_nothing_is_lost_and_the_order_stays(sizes: list[int], first: int) -> None:
    changes = [{"x": "y" * size} for size in sizes]
    found = list(portions(first, changes))
    assert [one for portion in found for one in portion.changes] == changes
    for portion in found:
        assert portion.first == first
        first += len(portion.changes)
        assert (
            len(Message(first=1, changes=portion.changes).to_bytes()) < PORTION_BYTES + 100 or len(portion.changes) == 1
        )


def test_only_batches_are_deflated() -> None:
    few = list(portions(1, [change(number, 200) for number in range(BATCH_CHANGES - 1)]))
    assert [portion.deflate for portion in few] == [False]
    many = list(portions(1, [change(number, 200) for number in range(BATCH_CHANGES)]))
    assert [portion.deflate for portion in many] == [True]


def test_what_an_item_costs_on_the_wire() -> None:
    """The aims: 303 bytes an item in a first sync, 900 for one change."""
    room = Room()
    sent = 0
    for portion in portions(1, [change(number, 200) for number in range(2000)]):
        message = Message(first=portion.first, changes=portion.changes)
        made = room.first.sealer.message(message, room.key, deflate=portion.deflate)
        assert len(made) == 1, "a portion is one envelope"
        sent += sum(4 + len(envelope.to_bytes()) for envelope in made)
    assert sent / 2000 <= 230
    one = room.first.sealer.message(Message(first=1, changes=(change(1, 200),)), room.key)
    assert len(one) == 1
    assert len(one[0].to_bytes()) <= 650
