"""Signatures of people: they hold for one text, one role, one version and one space, and for nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.services.spaces import Spaces
from sync import signatures
from sync.errors import BadRecord, SyncError
from sync.recovery import RecoveryKey
from sync.signatures import Signature, Statement
from sync.signing import Certificate, Device, SigningKey
from tests.support.effort import effort
from tests.support.memory import MemoryDocuments

SALT = bytes(range(32))
TEXT = '{"lines":[]}'
ONE = bytes.fromhex("0100000000000000000000000000000000000000000000000000000000000000")
"""A point of small order: under it one fixed signature fits any message."""


def phone() -> tuple[Spaces, str]:
    spaces = Spaces(MemoryDocuments())
    spaces.begin(RecoveryKey.new())
    return spaces, spaces.create("mentoring")


def stated(spaces: Spaces, space: str, **other: object) -> Statement:
    values: dict[str, object] = {
        "space": bytes.fromhex(space),
        "record": bytes([7] * 16),
        "number": 3,
        "commitment": signatures.commitment(SALT, TEXT),
        "role": "mentor",
        "root": spaces.root,
        "at": 1_791_979_200_123,
    }
    return Statement(**{**values, **other})  # type: ignore[arg-type]


def test_a_signature_reads_back_and_says_who_what_and_when() -> None:
    spaces, space = phone()
    made = signatures.sign(stated(spaces, space), *spaces.signing(space))
    again = signatures.read(made.to_bytes())
    assert again == made and not again.handed
    assert again.statement == stated(spaces, space)
    assert again.key == spaces.root


def test_a_handed_over_signature_has_a_key_of_its_own_each_time() -> None:
    spaces, space = phone()
    one, other = (signatures.hand_over(stated(spaces, space), *spaces.signing(space)) for _ in range(2))
    assert one.handed and signatures.read(one.to_bytes()) == one
    assert len({one.key, other.key, spaces.root}) == 3


@pytest.mark.parametrize("make", [signatures.sign, signatures.hand_over])
def test_no_bit_of_a_signature_can_be_changed(make: object) -> None:
    spaces, space = phone()
    raw = make(stated(spaces, space), *spaces.signing(space)).to_bytes()  # type: ignore[operator]
    for at in range(0, len(raw) * 8, effort(31, 1)):
        changed = bytearray(raw)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(SyncError):
            signatures.read(bytes(changed))


def test_no_byte_may_be_missing_or_too_many() -> None:
    spaces, space = phone()
    raw = signatures.hand_over(stated(spaces, space), *spaces.signing(space)).to_bytes()
    for cut in (*range(4), *range(0, len(raw), 37), len(raw) - 1):
        with pytest.raises(SyncError):
            signatures.read(raw[:cut])
    with pytest.raises(BadRecord):
        signatures.read(raw + b"\0")


def test_nobody_signs_with_another_persons_certificates() -> None:
    mine, space = phone()
    theirs, _ = phone()
    chain, _ = mine.signing(space)
    with pytest.raises(BadRecord, match="signature"):
        signatures.sign(stated(mine, space), chain, theirs.signing(space)[1])
    with pytest.raises(BadRecord, match="root"):
        signatures.sign(stated(theirs, space), *mine.signing(space))


def test_a_certificate_of_another_space_or_out_of_order_is_refused() -> None:
    spaces, space = phone()
    other = spaces.create("mentoring")
    with pytest.raises(BadRecord, match="chain"):
        signatures.sign(stated(spaces, space), *spaces.signing(other))
    chain, key = spaces.signing(space)
    with pytest.raises(BadRecord, match="chain"):
        signatures.sign(stated(spaces, space), chain[::-1], key)
    with pytest.raises(BadRecord, match="kind"):
        signatures.sign(stated(spaces, space), chain[-1:], key)


def test_a_device_that_another_device_certified_signs_as_the_same_person() -> None:
    root, first, second = SigningKey.new(), Device.new(), Device.new()
    space = bytes([9] * 16)

    def certify(at: bytes, certifier: SigningKey, keys: object) -> Certificate:
        return Certificate.issue(space=at, root=root.public, certifier=certifier, keys=keys, made=1)  # type: ignore[arg-type]

    chain = (
        certify(bytes(16), root, first.master()),
        certify(bytes(16), first.master().signing, second.master()),
        certify(space, second.master().signing, second.in_space(space)),
    )
    statement = Statement(space, bytes(16), 1, bytes(32), "mentee", root.public, 0)
    assert signatures.sign(statement, chain, second.in_space(space).signing).key == root.public


def test_a_key_of_small_order_is_refused_for_handing_over() -> None:
    spaces, space = phone()
    chain, key = spaces.signing(space)
    statement = stated(spaces, space)
    # R and S of a signature that holds for every message under a key of small order.
    forged = Signature(
        statement, chain, ONE + bytes(32), ONE, key.sign(b"fika/v1/witnessed\0", ONE + statement.to_bytes())
    )
    with pytest.raises(SyncError):
        signatures.read(forged.to_bytes())


def test_the_commitment_binds_text_and_salt() -> None:
    assert signatures.commitment(SALT, TEXT) != signatures.commitment(SALT, TEXT + " ")
    assert signatures.commitment(SALT, TEXT) != signatures.commitment(SALT[::-1], TEXT)


def test_every_part_of_a_statement_counts() -> None:
    spaces, space = phone()
    base = stated(spaces, space)
    others = {"record": bytes(16), "number": 4, "commitment": bytes(32), "role": "mentee", "at": 0}
    said = {base.to_bytes(), *(replace(base, **{name: value}).to_bytes() for name, value in others.items())}  # type: ignore[arg-type]
    assert len(said) == len(others) + 1
    assert all(Statement.read(one).to_bytes() == one for one in said)


def test_a_fingerprint_is_five_groups_of_four() -> None:
    found = signatures.fingerprint(bytes(32))
    assert [len(group) for group in found.split(" ")] == [4] * 5
    assert found != signatures.fingerprint(bytes([1] * 32))


def test_a_chain_that_the_root_key_did_not_begin_is_refused() -> None:
    """Anybody can certify a device of their own under another's root key; only the root key's own signature counts."""
    victim, thief, device = SigningKey.new(), SigningKey.new(), Device.new()
    space = bytes([9] * 16)
    keys = device.in_space(space)
    first = Certificate.issue(space=bytes(16), root=victim.public, certifier=thief, keys=device.master(), made=1)
    certifier = device.master().signing
    last = Certificate.issue(space=space, root=victim.public, certifier=certifier, keys=keys, made=1)
    statement = Statement(space, bytes(16), 1, bytes(32), "mentor", victim.public, 0)
    with pytest.raises(BadRecord, match="chain"):
        signatures.sign(statement, (first, last), keys.signing)
    honest = Certificate.issue(space=bytes(16), root=victim.public, certifier=victim, keys=device.master(), made=1)
    stray = Certificate.issue(space=space, root=victim.public, certifier=thief, keys=keys, made=1)
    with pytest.raises(BadRecord, match="chain"):
        signatures.sign(statement, (honest, stray), keys.signing)


VECTORS: dict[str, dict[str, object]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "signatures" / "signatures.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("good")])
def test_good_vectors_read_as_they_should(name: str) -> None:
    found = signatures.read(bytes.fromhex(str(VECTORS[name]["raw"])))
    told = found.statement
    assert VECTORS[name]["expect"] == {
        "handed": found.handed,
        "role": told.role,
        "number": told.number,
        "at": told.at,
        "key": found.key.hex(),
        "fingerprint": signatures.fingerprint(found.key),
    }
    bound = VECTORS["commitment"]
    assert told.commitment.hex() == bound["expect"]
    assert signatures.commitment(bytes.fromhex(str(bound["salt"])), str(bound["text"])).hex() == bound["expect"]


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("bad")])
def test_bad_vectors_are_refused_by_name(name: str) -> None:
    with pytest.raises(BadRecord) as raised:
        signatures.read(bytes.fromhex(str(VECTORS[name]["raw"])))
    assert {"refused": raised.value.facts["reason"]} == VECTORS[name]["expect"]
