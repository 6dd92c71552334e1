"""The limits fit each other, and the page says the same."""

from pathlib import Path

from sync.protocol import limits
from sync.protocol.control import CutOff, Epoch, PublicKeys, Seal, write_control
from sync.protocol.control import Public as Record
from sync.protocol.envelope import HEADER_BYTES, SIGNATURE_BYTES
from sync.protocol.padding import padded_length
from sync.sealing.content import PIECES_MAX, SEEN_MAX

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "sync.md").read_text("utf-8")


def test_the_longest_plaintext_fits_and_no_longer_one_does() -> None:
    around = HEADER_BYTES + 16 + 16 + SIGNATURE_BYTES
    assert padded_length(limits.PLAIN_MAX) == limits.PLAIN_MAX
    assert limits.PLAIN_MAX + around <= limits.ENVELOPE_MAX < padded_length(limits.PLAIN_MAX + 1) + around


def test_the_largest_epoch_fits_with_room_for_what_is_sealed() -> None:
    members = tuple(number.to_bytes(16, "big") for number in range(limits.MEMBERS_MAX))
    seals = tuple(Seal(member, True, bytes(80)) for member in members)
    parents = tuple(number.to_bytes(32, "big") for number in range(limits.PARENTS_MAX))
    assert len(write_control(Record(parents, Epoch(members, bytes(32), seals)))) < limits.ENVELOPE_MAX // 3
    assert len(CutOff(bytes(16), 0, bytes(32)).to_bytes()) == 56
    assert len(PublicKeys(bytes(32), bytes(32)).to_bytes()) == 64


def test_the_page_names_every_limit() -> None:
    table = PAGE.split("## 6. Limits")[1].split("## 7.")[0].replace(",", "")
    numbers = [limits.ENVELOPE_MAX, limits.BATCH_ENVELOPES, PIECES_MAX, limits.MESSAGE_DEPTH, limits.CONTROL_MAX]
    numbers += [limits.PARENTS_MAX, limits.DEVICES_MAX, limits.MEMBERS_MAX, limits.PURGED_MAX, SEEN_MAX]
    for number in numbers:
        assert str(number) in table, number
    assert limits.BATCH_BYTES == limits.MEBIBYTE
    assert limits.MESSAGE_MAX == 16 * limits.MEBIBYTE
    assert str(limits.PLAIN_MAX) in PAGE.replace(",", "")
