"""Make the vectors of pairing and bundles: `tests/vectors/pairing/*.json`, good and bad, each with its `expect`.

    PYTHONPATH=src:. python tools/make_pairing_vectors.py

Randomness and times are fixed, so the same code makes the same bytes; the tests read the files and never this tool.
CPace's vectors are the draft's and are not made here.
"""

import hashlib
import itertools
import json
import zlib
from base64 import b32encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tests.sync.pairing.people import NOW, WORDS, Person

from sync import bundle, hpke
from sync.bundle import Item, ItemKind
from sync.pairing import code, compare, invitation, link, room, words
from sync.pairing.code import Kind
from sync.pairing.invitation import Invitation, Inviting
from sync.pairing.state import Step
from sync.pairing.words import Shower

ROOT = Path(__file__).parents[1]
OUT = ROOT / "tests" / "vectors" / "pairing"
Vector = dict[str, Any]


def fixed() -> Any:
    """Random bytes that are the same in every run: the hash of a counter."""
    numbers = itertools.count(1)

    def draw(size: int) -> bytes:
        number = next(numbers)
        block = b"".join(hashlib.sha256(b"pairing %d %d" % (number, part)).digest() for part in range(size // 32 + 1))
        return block[:size]

    return mock.patch("os.urandom", draw)


def flipped(raw: bytes, at: int) -> bytes:
    at %= len(raw)
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def changed(text: str, at: int) -> str:
    """A code with one bit of its body changed and a checksum that fits."""
    kind = code.kind_of(text)
    return code.write(kind, flipped(code.read(text, kind), at))


def result(step: Step) -> Vector:
    """What pairing must come to."""
    paired = step.paired
    assert paired
    return {name: value for name, value in paired.to_row().items() if name != "state"}


def codes() -> Iterator[tuple[str, Vector]]:
    text = code.write(Kind.LINK, bytes(range(80)))
    yield "good", {"text": text, "expect": {"kind": 11, "body": bytes(range(80)).hex()}}
    sloppy = " ".join(text.lower()[at : at + 5] for at in range(0, len(text), 5))
    yield (
        "good-however-pasted",
        {"text": f"Hej! {sloppy}. Kram", "expect": {"kind": 11, "body": bytes(range(80)).hex()}},
    )
    yield (
        "bad-one-letter",
        {"text": text[:40] + ("A" if text[40] != "A" else "B") + text[41:], "expect": "sync-bad-code"},
    )
    yield "bad-cut", {"text": text[:-1], "expect": "sync-bad-code"}
    yield "bad-letters", {"text": "FIKA:0000000000000000", "expect": "sync-bad-code"}
    yield "bad-nothing", {"text": "fikapaus", "expect": "sync-bad-code"}
    for name, raw, expect in (
        ("bad-newer-version", bytes([2, 1, 0, 0, 0]), "sync-newer-code"),
        ("bad-unknown-type", bytes([1, 99, 0, 0, 0]), "sync-newer-code"),
        ("bad-too-long", bytes([1, 1, 0, 1, 1]) + bytes(257), "sync-bad-code"),
    ):
        whole = raw + zlib.crc32(raw).to_bytes(4, "big")
        yield name, {"text": code.PREFIX + b32encode(whole).decode().rstrip("="), "expect": expect}


def rooms() -> Iterator[tuple[str, Vector]]:
    karin, yusuf = Person.new("Karin"), Person.new("Yusuf", via=1)
    genesis = karin.found()
    showing = room.show(karin.introduce(genesis.space), genesis, NOW)
    back = room.show_back(room.scan(showing.text, yusuf.root.public), yusuf.introduce(genesis.space))
    expect = result(showing.receive(back.send[0], NOW))
    given = {"state": showing.to_row(), "now": NOW}
    yield "good", {**given, "text": back.send[0], "expect": expect}
    for at in (0, 20, 60, 120, 300, -20, -1):
        yield f"bad-bit-at-{at}", {**given, "text": changed(back.send[0], at), "expect": "sync-pairing-failed"}
    own = room.show_back(room.scan(showing.text, yusuf.root.public), karin.introduce(genesis.space))
    yield "bad-own-person", {**given, "text": own.send[0], "expect": "sync-own-code"}
    yield "bad-own-code", {**given, "text": showing.text, "expect": "sync-own-code"}
    late = {**given, "now": NOW + 86_400_001}
    yield "bad-expired", {**late, "text": back.send[0], "expect": "sync-pairing-expired"}
    linking = link.show(karin.device.master(), NOW)
    yield "bad-device-of-one-s-own", {**given, "text": linking.text, "expect": "sync-code-for-elsewhere"}


def spoken() -> Iterator[tuple[str, Vector]]:
    karin, yusuf, mallory = Person.new("Karin"), Person.new("Yusuf"), Person.new("Mallory")
    genesis = karin.found()
    shower = words.show(WORDS, karin.introduce(genesis.space), genesis, NOW)
    offer = words.read_offer(shower.text)
    typist = words.answer(offer, WORDS, yusuf.introduce(genesis.space), NOW)
    given = {"state": shower.to_row(), "now": NOW}
    answered = shower.receive(typist.text, NOW)
    yield "good-answer", {**given, "text": typist.text, "expect": result(answered)}
    confirmed = typist.receive(answered.send[0], NOW)
    waiting = {"state": typist.to_row(), "now": NOW}
    yield "good-confirmation", {**waiting, "text": answered.send[0], "expect": result(confirmed)}
    for at in (16, 40, 48, 90, 400, -40, -1):
        yield f"bad-answer-bit-at-{at}", {**given, "text": changed(typist.text, at), "expect": "sync-pairing-failed"}
    for at in (16, 90, 300, -1):
        text = changed(answered.send[0], at)
        yield f"bad-confirmation-bit-at-{at}", {**waiting, "text": text, "expect": "sync-pairing-failed"}
    wrong = words.answer(offer, (*WORDS[:5], "annan"), yusuf.introduce(genesis.space), NOW)
    yield "bad-one-wrong-word", {**given, "text": wrong.text, "expect": "sync-pairing-failed"}
    body = code.read(typist.text, Kind.WORDS_ANSWER)
    weak = code.write(Kind.WORDS_ANSWER, body[:16] + bytes(32) + body[48:])
    yield "bad-weak-share", {**given, "text": weak, "expect": "sync-pairing-failed"}
    echoed = code.write(Kind.WORDS_ANSWER, body[:16] + offer.share + body[48:])
    yield "bad-share-that-comes-back", {**given, "text": echoed, "expect": "sync-own-code"}
    yield "bad-own-offer", {**given, "text": shower.text, "expect": "sync-own-code"}
    state = answered.state
    assert isinstance(state, Shower)
    second = words.answer(offer, WORDS, mallory.introduce(genesis.space), NOW)
    after = {"state": state.to_row(), "now": NOW}
    yield "bad-second-typist", {**after, "text": second.text, "expect": "sync-pairing-stopped"}
    yield "bad-expired", {**given, "now": NOW + 86_400_001, "text": typist.text, "expect": "sync-pairing-expired"}


def invitations() -> Iterator[tuple[str, Vector]]:
    karin, yusuf, mallory = Person.new("Karin"), Person.new("Yusuf"), Person.new("Mallory")
    genesis = karin.found()
    inviting = invitation.invite(karin.introduce(genesis.space), genesis, NOW, "https://fika.example")
    found = Invitation.read(inviting.invitation)
    asking = invitation.ask(found, yusuf.introduce(genesis.space))
    waiting = inviting.receive(asking.text, NOW).state
    assert isinstance(waiting, Inviting)
    approved = waiting.approve(NOW)
    joiner = {"state": asking.to_row(), "now": NOW}
    yield "good-approval", {**joiner, "text": approved.send[0], "expect": result(asking.receive(approved.send[0], NOW))}
    for at in (0, 16, 40, 300, -1):
        expect = "sync-code-for-elsewhere" if at == 0 else "sync-pairing-failed"
        yield f"bad-approval-bit-at-{at}", {**joiner, "text": changed(approved.send[0], at), "expect": expect}
    inviter = {"state": inviting.to_row(), "now": NOW}
    for at in (16, 40, 300, -1):
        yield f"bad-request-bit-at-{at}", {**inviter, "text": changed(asking.text, at), "expect": "sync-pairing-failed"}
    second = invitation.ask(found, mallory.introduce(genesis.space))
    after = {"state": waiting.to_row(), "now": NOW}
    yield "bad-second-request", {**after, "text": second.text, "expect": "sync-pairing-stopped"}
    late = NOW + 7 * 86_400_000 + 1
    yield "bad-expired", {**inviter, "now": late, "text": asking.text, "expect": "sync-pairing-expired"}
    yield "bad-own-invitation", {**inviter, "text": inviting.text, "expect": "sync-own-code"}


def comparisons() -> Iterator[tuple[str, Vector]]:
    one, other = bytes(range(32)), bytes(range(32, 64))
    yield "twelve", {"roots": [one.hex(), other.hex()], "expect": list(compare.twelve(one, other))}
    yield "two", {"transcript": one.hex(), "expect": list(compare.two(one))}


def bundles() -> Iterator[tuple[str, Vector]]:
    items = [Item(ItemKind.ENVELOPE, bytes(range(200))), Item(ItemKind.CODE, b"FIKA:AEAQ")]
    epoch, private = bytes(range(32)), bytes(range(32, 64))
    given = {"epoch": epoch.hex(), "private": private.hex()}
    expect = [[int(item.kind), item.content.hex()] for item in items]
    for name, raw in (
        ("space", bundle.seal_for_space(items, epoch)),
        ("device", bundle.seal_for_device(items, hpke.public_of(private))),
    ):
        yield f"good-{name}", {**given, "file": raw.hex(), "expect": expect}
        yield f"good-{name}-as-text", {**given, "text": bundle.as_text(raw), "expect": expect}
        sealed = "sync-bundle-not-for-me" if name == "device" else "sync-bundle-damaged"
        for at, code_ in ((0, "sync-bundle-damaged"), (10, "sync-bundle-not-for-me"), (60, sealed), (-1, sealed)):
            yield f"bad-{name}-bit-at-{at}", {**given, "file": flipped(raw, at).hex(), "expect": code_}
        yield f"bad-{name}-cut", {**given, "file": raw[:-1].hex(), "expect": sealed}
        yield f"bad-{name}-newer", {**given, "file": (raw[:8] + b"\2" + raw[9:]).hex(), "expect": "sync-newer-code"}
    yield (
        "bad-other-key",
        {
            **given,
            "epoch": bytes(32).hex(),
            "private": bytes(31).hex() + "01",
            "file": raw.hex(),
            "expect": "sync-bundle-not-for-me",
        },
    )


FAMILIES = {
    "code": codes,
    "room": rooms,
    "words": spoken,
    "invitation": invitations,
    "compare": comparisons,
    "bundle": bundles,
}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name, make in FAMILIES.items():
        with fixed():
            found = dict(make())
        (OUT / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{name}: {len(found)}")


if __name__ == "__main__":
    main()
