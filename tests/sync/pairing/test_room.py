"""In the room: two codes, and both know the other; anything else is an error and never a wrong peer."""

import pytest

from sync import hpke
from sync.errors import (
    BadCode,
    BadRecord,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    SyncError,
    UnfitPublicKey,
)
from sync.hpke import Psk
from sync.pairing import code, introduction, room
from sync.pairing.code import Kind
from sync.pairing.room import Showing
from sync.pairing.state import DAY, Over, Paired, Step, from_row
from sync.signing import Genesis
from tests.support.effort import effort
from tests.sync.pairing.people import NOW, Person

STEP = effort(7, 1)
KARIN, YUSUF, MALLORY = Person.new("Karin"), Person.new("Yusuf", via=2), Person.new("Mallory")


def shown(person: Person = KARIN) -> Showing:
    genesis = person.found()
    return room.show(person.introduce(genesis.space), genesis, NOW)


def scanned(text: str, person: Person = YUSUF) -> Step:
    first = room.scan(text, person.root.public)
    return room.show_back(first, person.introduce(first.genesis.space))


def both() -> tuple[Showing, Step, Paired, Paired]:
    showing = shown()
    back = scanned(showing.text)
    done = showing.receive(back.send[0], NOW + 60_000)
    assert done.paired
    assert back.paired
    return showing, back, done.paired, back.paired


def test_two_codes_and_both_know_the_other() -> None:
    _, back, inviter, joiner = both()
    assert (inviter.role, joiner.role) == ("inviter", "joiner")
    assert (inviter.root, inviter.master) == (YUSUF.root.public, YUSUF.device.master().signing.public)
    assert (joiner.root, joiner.master) == (KARIN.root.public, KARIN.device.master().signing.public)
    assert (inviter.secret, inviter.transcript) == (joiner.secret, joiner.transcript)
    assert inviter.genesis == joiner.genesis
    assert inviter.compared
    assert joiner.compared
    assert inviter.name == "Yusuf"
    assert back.state == Over("done")


def test_the_first_epoch_key_can_be_sealed_at_once_and_only_with_the_scanned_secret() -> None:
    _, _, inviter, joiner = both()
    genesis = Genesis.read(inviter.genesis, _space(inviter))
    other = introduction.read(inviter.introduction, genesis.space)
    sealed = hpke.seal(other.certificate.box_public, b"epoch key", info=b"x", psk=Psk(inviter.secret, b"pairing"))
    box = YUSUF.device.in_space(genesis.space).box
    assert hpke.open_sealed(box, sealed, info=b"x", psk=Psk(joiner.secret, b"pairing")) == b"epoch key"
    with pytest.raises(SyncError):
        hpke.open_sealed(box, sealed, info=b"x")


def _space(paired: Paired) -> bytes:
    return introduction.genesis_of(paired.genesis).space


def test_states_and_results_survive_the_vault() -> None:
    showing, back, inviter, _ = both()
    for value in (showing, inviter, back.state):
        assert from_row(dict(value.to_row())) == value
    again = from_row(showing.to_row())
    assert isinstance(again, Showing)
    assert again.receive(back.send[0], NOW).paired == inviter


@pytest.mark.parametrize("row", [{}, {"state": "no"}, {"state": "over"}, {"state": "over", "reason": 3}])
def test_a_row_that_is_none_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(BadRecord):
        from_row(row)


def test_a_row_with_bytes_that_are_none_is_refused() -> None:
    with pytest.raises(BadRecord):
        from_row(shown().to_row() | {"shown": "not hex"})


def test_no_secret_stands_in_what_a_log_might_print() -> None:
    showing, _, inviter, _ = both()
    assert showing.shown.hex() not in repr(showing)
    assert repr(showing.shown) not in repr(showing)
    assert repr(inviter.secret) not in repr(inviter)


def test_an_answer_to_another_code_is_refused_and_changes_nothing() -> None:
    showing, other = shown(), shown()
    back = scanned(other.text)
    with pytest.raises(PairingFailed):
        showing.receive(back.send[0], NOW)
    assert other.receive(back.send[0], NOW).paired


def test_one_s_own_code_and_one_s_own_person_are_refused() -> None:
    showing = shown()
    with pytest.raises(OwnCode):
        showing.receive(showing.text, NOW)
    with pytest.raises(OwnCode):
        room.scan(showing.text, KARIN.root.public)
    first = room.scan(showing.text, YUSUF.root.public)
    own = room.show_back(first, KARIN.introduce(first.genesis.space))
    with pytest.raises(OwnCode):
        showing.receive(own.send[0], NOW)
    with pytest.raises(OwnCode):
        room.scan(own.send[0], KARIN.root.public)


def test_after_a_day_a_code_is_nobody_s() -> None:
    showing = shown()
    back = scanned(showing.text)
    late = showing.receive(back.send[0], NOW + DAY + 1)
    assert late.state == Over("expired")
    assert isinstance(late.trouble, PairingExpired)
    assert late.paired is None
    assert showing.receive(back.send[0], NOW + DAY).paired


def test_a_clock_that_was_set_back_stops_nobody() -> None:
    showing = shown()
    assert showing.receive(scanned(showing.text).send[0], NOW - 20 * 365 * DAY).paired


def test_a_personal_space_is_never_paired() -> None:
    genesis = Genesis.found("personal", KARIN.device.master().signing.public)
    showing = room.show(KARIN.introduce(genesis.space), genesis, NOW)
    with pytest.raises(BadRecord):
        room.scan(showing.text, YUSUF.root.public)


def test_codes_of_every_other_kind_are_refused_here() -> None:
    showing = shown()
    for kind in set(Kind) - {Kind.ROOM, Kind.ROOM_BACK}:
        text = code.write(kind, bytes(100))
        with pytest.raises(CodeForElsewhere):
            showing.receive(text, NOW)
        with pytest.raises(CodeForElsewhere):
            room.scan(text, YUSUF.root.public)


def test_every_changed_byte_of_the_code_shown_back_is_refused() -> None:
    showing = shown()
    body = code.read(scanned(showing.text, MALLORY).send[0], Kind.ROOM_BACK)
    for at in range(0, len(body), STEP):
        changed = body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]
        with pytest.raises(PairingFailed):
            showing.receive(code.write(Kind.ROOM_BACK, changed), NOW)
    for end in range(0, len(body), STEP):
        with pytest.raises((PairingFailed, BadCode)):
            showing.receive(code.write(Kind.ROOM_BACK, body[:end]), NOW)


def test_a_changed_code_shown_first_never_pairs_with_a_wrong_key() -> None:
    """Whoever photographed something else writes an answer that the screen does not take."""
    showing = shown()
    body = code.read(showing.text, Kind.ROOM)
    for at in range(0, len(body), STEP):
        changed = body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]
        try:
            back = scanned(code.write(Kind.ROOM, changed))
        except (BadRecord, UnfitPublicKey):
            continue
        with pytest.raises(PairingFailed):
            showing.receive(back.send[0], NOW)
