"""The vectors of sync, byte by byte: what is good reads as it should, what is bad is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync import hpke
from sync.authority import START, Authority, admit, found, read_record
from sync.errors import SyncError
from sync.ledger import Ledger, Outcome
from sync.protocol.control import read_public, write_control
from sync.protocol.envelope import Envelope, Header, Kind
from sync.protocol.frames import Page
from sync.sealing import Message, gather, open_message
from sync.sealing.content import fill, join, unfill
from sync.signing import Device

FOLDER = Path(__file__).parents[1] / "vectors" / "sync"


def vectors(name: str) -> list[Any]:
    found = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return [pytest.param(vector, id=title) for title, vector in found.items()]


def refused(vector: Any, read: Any, raw: bytes) -> bool:
    """Whether a vector is a bad one, which then is refused exactly as it says."""
    if not isinstance(vector["expect"], dict) or "refused" not in vector["expect"]:
        return False
    with pytest.raises(SyncError) as raised:
        read(raw)
    assert {"refused": raised.value.code, **raised.value.facts} == vector["expect"]
    return True


@pytest.mark.parametrize("vector", vectors("envelopes"))
def test_envelopes(vector: Any) -> None:
    raw = bytes.fromhex(vector["raw"])
    if refused(vector, Envelope.read, raw):
        return
    envelope, expect = Envelope.read(raw), vector["expect"]
    assert envelope.to_bytes() == raw
    assert envelope.header == Header(
        kind=Kind[expect["kind"].upper()],
        flags=expect["flags"],
        space=bytes.fromhex(expect["space"]),
        device=bytes.fromhex(expect["device"]),
        sequence=expect["sequence"],
        key_id=bytes.fromhex(expect["key_id"]),
        previous=bytes.fromhex(expect["previous"]),
    )
    assert (envelope.whole, envelope.id.hex()) == (expect["whole"], expect["id"])
    assert envelope.body_hash.hex() == expect["body_hash"]


@pytest.mark.parametrize("vector", vectors("frames"))
def test_frames(vector: Any) -> None:
    raw = bytes.fromhex(vector["raw"])
    if refused(vector, Page.read, raw):
        return
    page = Page.read(raw)
    assert page.to_bytes() == raw
    assert [envelope.id.hex() for envelope in page.envelopes] == vector["expect"]


@pytest.mark.parametrize("vector", vectors("contents"))
def test_contents(vector: Any) -> None:
    raw = bytes.fromhex(vector["raw"])
    if refused(vector, unfill, raw):
        return
    piece, deflated = unfill(raw)
    assert {"piece": piece.hex(), "deflated": deflated} == vector["expect"]
    assert fill(piece, deflated) == raw


@pytest.mark.parametrize("vector", vectors("messages"))
def test_messages(vector: Any) -> None:
    if "deflated" in vector:
        assert refused(vector, lambda raw: join([(raw, True)]), bytes.fromhex(vector["deflated"]))
        return
    raw = vector["text"].encode()
    if refused(vector, Message.read, raw):
        return
    assert json.loads(Message.read(raw).to_bytes()) == vector["expect"]


@pytest.fixture(scope="module")
def story() -> Any:
    return json.loads((FOLDER / "space.json").read_text("utf-8"))["story"]


@pytest.fixture(scope="module")
def log(story: Any) -> list[Envelope]:
    return [Envelope.read(bytes.fromhex(raw)) for raw in story["log"]]


def read_along(log: list[Envelope]) -> tuple[Ledger, dict[tuple[bytes, int], bytes]]:
    ledger = Ledger.begin(log[0])
    ids = {(one.header.device, one.header.sequence): one.id for one in log}
    for envelope in log[1:]:
        assert ledger.take(envelope, lambda device, sequence: ids.get((device, sequence))).outcome is Outcome.PLACED
    return ledger, ids


def test_the_story_amounts_to_what_it_should(story: Any, log: list[Envelope]) -> None:
    expect = story["expect"]
    ledger, ids = read_along(log)
    authority = ledger.authority
    assert [envelope.id.hex() for envelope in log] == expect["ids"]
    assert sorted(device.hex() for device in authority.members) == expect["members"]
    assert sorted(one.hex() for one in authority.void) == expect["void"]
    assert {one.hex(): reason for one, reason in authority.refused.items()} == expect["refused"]
    assert [one.hex() for one in authority.heads] == expect["heads"]
    assert (authority.current.id.hex() if authority.current else None) == expect["current"]
    for envelope in log:
        verdict = ledger.verdict(envelope.header, lambda device, sequence: ids.get((device, sequence)))
        assert verdict == expect["verdicts"][envelope.id.hex()]


def test_a_server_agrees_as_far_as_it_sees(story: Any, log: list[Envelope]) -> None:
    """It takes all of it in the order in which it was said up to the removal, and then refuses what is beyond."""
    authority: Authority = found(log[0])
    places = {log[0].header.device: START.__class__(1, log[0].id)}
    beyond = []
    for envelope in log[1:]:
        last = places.get(envelope.header.device, START)
        try:
            after = admit(authority, envelope, last, lambda device, sequence: None)
        except SyncError:
            beyond.append(envelope.id.hex())
            continue
        assert after is not None
        authority = after
        places[envelope.header.device] = START.__class__(envelope.header.sequence, envelope.id)
    assert sorted(device.hex() for device in authority.members) == story["expect"]["members"]
    assert beyond == [one for one, reason in story["expect"]["verdicts"].items() if reason == "cut-off"]


def test_every_device_of_the_story_finds_its_keys_and_reads_its_words(story: Any, log: list[Envelope]) -> None:
    ledger, _ = read_along(log)
    psk = hpke.Psk(bytes.fromhex(story["psk"]["secret"]), story["psk"]["name"].encode())
    space, read = bytes.fromhex(story["space"]), set()
    for name, seed in story["devices"].items():
        keys = Device(bytes.fromhex(seed)).in_space(space)
        assert keys.id.hex() == story["expect"]["device_ids"][name]
        keyring = gather(ledger.authority, log, keys, [psk])
        assert {key.commitment.hex(): key.secret.hex() for key in keyring.keys.values()} == story["expect"]["keys"][
            name
        ]
        for envelope in log:
            if envelope.header.kind is Kind.CHANGE and keyring.named(envelope.header.key_id):
                opened = json.loads(open_message([envelope], keyring).to_bytes())
                assert opened == story["expect"]["opened"][envelope.id.hex()]
                read.add(envelope.id.hex())
    assert read == set(story["expect"]["opened"])


def test_control_records_are_written_as_they_were_read(log: list[Envelope]) -> None:
    ledger, _ = read_along(log)
    for envelope in log:
        if envelope.header.kind is Kind.CONTROL:
            public = read_public(envelope)
            assert envelope.body is not None
            assert envelope.body.startswith(write_control(public))
            assert read_record(envelope, ledger.authority.keys_of).public == public
