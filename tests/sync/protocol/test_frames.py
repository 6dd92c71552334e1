"""Batches and pages: whole or not at all, within their limits."""

import pytest

from sync.errors import BadEnvelope, BadFrames
from sync.protocol.envelope import Envelope, Header, Kind
from sync.protocol.frames import Page, batches, cut_frames, read_frames, write_frames
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES, ENVELOPE_MAX


def envelope(sequence: int) -> Envelope:
    header = Header(
        kind=Kind.CHANGE, space=b"s" * 16, device=b"d" * 16, sequence=sequence, key_id=b"k" * 16, previous=b"p" * 32
    )
    return Envelope.made(header, bytes(288), bytes(64))


SOME = (envelope(2), envelope(3).stripped(), envelope(4))


def test_what_is_written_is_read() -> None:
    assert read_frames(write_frames(SOME)) == SOME
    assert read_frames(b"") == ()
    page = Page(1 << 40, SOME)
    assert Page.read(page.to_bytes()) == page
    assert Page.read(Page(0, ()).to_bytes()) == Page(0, ())
    assert write_frames(SOME[:1]) == (444).to_bytes(4, "big") + SOME[0].to_bytes()


def test_every_cut_is_refused() -> None:
    good = Page(9, SOME).to_bytes()
    ends = {8}
    for one in SOME:
        ends.add(max(ends) + 4 + len(one.to_bytes()))
    for end in range(len(good)):
        if end in ends:
            assert len(Page.read(good[:end]).envelopes) < 3
        else:
            with pytest.raises(BadFrames):
                Page.read(good[:end])


def test_one_bad_envelope_refuses_all() -> None:
    with pytest.raises(BadEnvelope):
        read_frames(write_frames(SOME) + (200).to_bytes(4, "big") + bytes(200))


@pytest.mark.parametrize(
    ("reason", "bad"),
    [
        ("length", b"\0\0\0"),
        ("length", b"\0\0\1\0" + bytes(255)),
        ("count", b"\xff\xff\xff\xff"),
        ("count", (ENVELOPE_MAX + 1).to_bytes(4, "big") + bytes(ENVELOPE_MAX + 1)),
        ("count", (b"\0\0\0\x01x") * (BATCH_ENVELOPES + 1)),
        ("size", bytes(BATCH_BYTES + 4 * BATCH_ENVELOPES + 1)),
    ],
)
def test_what_is_no_batch_is_refused_by_name(reason: str, bad: bytes) -> None:
    with pytest.raises(BadFrames) as raised:
        cut_frames(bad)
    assert raised.value.facts == {"reason": reason}


def test_a_page_has_a_head() -> None:
    with pytest.raises(BadFrames):
        Page.read(bytes(7))


def test_an_outbox_is_cut_into_batches_in_order() -> None:
    small = [b"x" * 400] * 1201
    assert [len(batch) for batch in batches(small)] == [500, 500, 201]
    large = [b"x" * ENVELOPE_MAX] * 33
    cut = batches(large)
    assert [len(batch) for batch in cut] == [15, 15, 3]
    for batch in cut:
        frames = b"".join(len(one).to_bytes(4, "big") + one for one in batch)
        assert len(frames) <= BATCH_BYTES
        assert cut_frames(frames) == batch
    assert batches([]) == []
