"""Make the vectors of keys and of what is sealed to them: `tests/vectors/keys/*.json`, good and bad, each with its `expect`.

    PYTHONPATH=src:. python tools/make_key_vectors.py

Randomness and times are fixed, so the same code makes the same bytes; the tests read the files and never this tool.
"""

import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: TID251 - the vectors name its raw keys
    X25519PrivateKey,
)

from app.vault import anchor, backup, header, inbox, labels, slots
from app.vault.inbox import InboxPair
from app.vault.kdf import Cost, normalise
from app.vault.key import Position, VaultKey, digest
from app.vault.slots import Kind, Slot
from sync import hpke, signing
from sync.recovery import RecoveryKey
from sync.signing import MASTER, Certificate, Device, Genesis, SigningKey

ROOT = Path(__file__).parents[1]
OUT = ROOT / "tests" / "vectors" / "keys"
PASSPHRASE = "tall regn moln fyr lönn"
WORDS = "sista belysa kamel smaragd navel enkel"
RECOVERY = RecoveryKey(bytes(range(16)))
KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 7)
WHEN = 1_791_982_800_000

Vector = dict[str, Any]


def fixed() -> Any:
    """Random bytes that are the same in every run: the hash of a counter."""
    numbers = itertools.count(1)

    def draw(size: int) -> bytes:
        number = next(numbers)
        block = b"".join(hashlib.sha256(b"vector %d %d" % (number, part)).digest() for part in range(size // 32 + 1))
        return block[:size]

    return mock.patch("os.urandom", draw)


def flipped(raw: bytes, at: int) -> str:
    return (raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).hex()


def recovery_keys() -> Iterator[tuple[str, Vector]]:
    subkeys = {name: getattr(RECOVERY, name).hex() for name in ("vault", "backup", "root", "server", "keyring")}
    yield "good", {"typed": RECOVERY.text, "expect": {"secret": RECOVERY.secret.hex(), **subkeys}}
    sloppy = RECOVERY.text.upper().replace("0", "O").replace("L", "1").replace(" ", " - ")
    yield "good-however-typed", {"typed": sloppy, "expect": {"secret": RECOVERY.secret.hex(), **subkeys}}
    text = RECOVERY.text
    yield "bad-one-letter", {"typed": "p" + text[1:], "expect": "checksum"}
    yield "bad-four-letters", {"typed": "pppp" + text[4:], "expect": "checksum"}
    yield "bad-two-swapped", {"typed": text[:3] + text[5] + text[4] + text[3] + text[6:], "expect": "checksum"}
    yield "bad-short", {"typed": text[:-1], "expect": "length"}
    yield "bad-letter", {"typed": "b" + text[1:], "expect": "letters"}
    yield "bad-bech32-not-m", {"typed": text[:-1] + "q", "expect": "checksum"}


def devices() -> Iterator[tuple[str, Vector]]:
    device, space = Device(bytes(range(32))), bytes(range(16))
    for name, keys in (("space", device.in_space(space)), ("master", device.master())):
        expect = {"sign": keys.signing.public.hex(), "box": keys.box_public.hex(), "id": keys.id.hex()}
        where = space.hex() if name == "space" else None
        yield f"good-{name}", {"seed": device.seed.hex(), "space": where, "expect": expect}


def public_keys() -> Iterator[tuple[str, Vector]]:
    yield "good", {"key": SigningKey(bytes(range(32))).public.hex(), "expect": "ok"}
    for number, y in enumerate(sorted(signing._SMALL_ORDER)):
        for sign in (0, 1):
            key = (y | sign << 255).to_bytes(32, "little")
            yield f"bad-small-order-{number}-{sign}", {"key": key.hex(), "expect": "order"}
    for y in (signing._PRIME, signing._PRIME + 1, 2**255 - 1):
        yield f"bad-not-canonical-{y % 1000}", {"key": y.to_bytes(32, "little").hex(), "expect": "encoding"}


def certificates() -> Iterator[tuple[str, Vector]]:
    root, keys = SigningKey(b"r" * 32), Device(bytes(range(32))).master()
    good = Certificate.issue(space=MASTER, root=root.public, certifier=root, keys=keys, made=WHEN)
    raw = good.to_bytes()
    yield "good", {"certificate": raw.hex(), "expect": {"device": good.device.hex(), "root": root.public.hex()}}
    stranger = SigningKey(b"s" * 32)
    swapped = replace(good, by_certifier=good.by_device, by_device=good.by_certifier)
    for name, bad in (
        (
            "certifier-is-a-stranger",
            replace(good, by_certifier=stranger.sign(labels_of("CERTIFIED"), good.statement())),
        ),
        ("device-did-not-sign", replace(good, by_device=stranger.sign(labels_of("CERTIFIED_OWN"), good.statement()))),
        ("signatures-swapped", swapped),
    ):
        yield f"bad-{name}", {"certificate": bad.to_bytes().hex(), "expect": "refused"}
    yield "bad-other-space", {"certificate": flipped(raw, 5), "expect": "refused"}
    yield "bad-newer-version", {"certificate": (b"\2" + raw[1:]).hex(), "expect": "refused"}
    yield "bad-cut", {"certificate": raw[:-1].hex(), "expect": "refused"}
    weak = bytes([1]) + MASTER + root.public + (1).to_bytes(32, "little") + raw[81:153]
    forged = (1).to_bytes(32, "little") + bytes(32)
    yield "bad-certifier-of-small-order", {"certificate": (weak + forged + raw[-64:]).hex(), "expect": "refused"}


def labels_of(name: str) -> bytes:
    from sync import labels as sync_labels

    return bytes(getattr(sync_labels, name))


def spaces() -> Iterator[tuple[str, Vector]]:
    master = Device(bytes(range(32))).master().signing.public
    with fixed():
        genesis = Genesis.found("mentoring", master)
    raw, space = genesis.to_bytes(), genesis.space
    yield "good", {"genesis": raw.hex(), "space": space.hex(), "expect": {"kind": "mentoring", "founder": master.hex()}}
    yield "bad-other-record", {"genesis": flipped(raw, 40), "space": space.hex(), "expect": "refused"}
    yield "bad-other-kind", {"genesis": (raw[:1] + b"\1" + raw[2:]).hex(), "space": space.hex(), "expect": "refused"}
    yield "bad-unknown-kind", {"genesis": (raw[:1] + b"\5" + raw[2:]).hex(), "space": space.hex(), "expect": "refused"}
    yield "bad-cut", {"genesis": raw[:-1].hex(), "space": space.hex(), "expect": "refused"}


def headers() -> Iterator[tuple[str, Vector]]:
    with fixed():
        daily = Slot.new(Kind.PASSPHRASE, cost=Cost())
        spare = Slot.new(Kind.RECOVERY)
        filled = tuple(
            slot.filled(KEY.vault, slot.derive(KEY.vault, secret), bytes(KEY.secret))
            for slot, secret in ((daily, normalise(PASSPHRASE)), (spare, RECOVERY.vault))
        )
    made = header.Header(KEY.vault, KEY.lineage, KEY.counter, filled).sealed(KEY)
    raw = made.to_bytes()
    half = len(raw) // 2
    common = {"passphrase": PASSPHRASE, "recovery": RECOVERY.text}
    yield (
        "good",
        {**common, "header": raw.hex(), "expect": {"key": bytes(KEY.secret).hex(), "counter": 7, "whole": True}},
    )
    one = {"key": bytes(KEY.secret).hex(), "counter": 7, "whole": False}
    yield "good-first-copy-damaged", {**common, "header": flipped(raw, 60), "expect": one}
    yield "good-second-copy-damaged", {**common, "header": flipped(raw, half + 60), "expect": one}
    yield "good-cut-in-the-second-copy", {**common, "header": raw[: half + 99].hex(), "expect": one}

    def again(body: bytes) -> str:
        copy = body + digest(labels.HEADER_SUM, body)[:16]
        return (copy + copy).hex()

    body = raw[: half - 16]
    at = 51 + 50
    for name, changed, expect in (
        ("newer-format", body[:9] + b"\2" + body[10:], "vault-too-new"),
        ("counter-changed", body[:49] + b"\x08" + body[50:], "vault-header-damaged"),
        ("memory-too-small", body[:at] + (65535).to_bytes(4, "big") + body[at + 4 :], "vault-kdf-out-of-bounds"),
        ("memory-absurd", body[:at] + b"\xff" * 4 + body[at + 4 :], "vault-kdf-out-of-bounds"),
        ("passes-too-few", body[: at + 4] + (2).to_bytes(4, "big") + body[at + 8 :], "vault-kdf-out-of-bounds"),
        ("passes-absurd", body[: at + 4] + b"\xff" * 4 + body[at + 8 :], "vault-kdf-out-of-bounds"),
        ("lanes-none", body[: at + 8] + b"\0" + body[at + 9 :], "vault-kdf-out-of-bounds"),
        ("nine-slots", body[:50] + b"\x09" + body[51:], "vault-header-damaged"),
        ("unknown-slot", body[:51] + b"\x09" + body[52:], "vault-header-damaged"),
        (
            "slots-swapped",
            body[:51] + body[51 + slots.BYTES : 51 + 2 * slots.BYTES] + body[51 : 51 + slots.BYTES] + body[-32:],
            "vault-header-damaged",
        ),
        (
            "two-passphrases",
            body[:50] + b"\2" + body[51 : 51 + slots.BYTES] * 2 + body[-32:],
            "vault-header-damaged",
        ),
    ):
        yield f"bad-{name}", {**common, "header": again(changed), "expect": expect}
    yield "bad-foreign", {**common, "header": (b"SQLite format 3\0" * 50).hex(), "expect": "vault-foreign"}
    yield "bad-empty", {**common, "header": "", "expect": "vault-header-damaged"}
    both = bytearray(bytes.fromhex(flipped(raw, 60)))
    both[half + 60] ^= 1
    yield "bad-both-copies", {**common, "header": both.hex(), "expect": "vault-header-damaged"}
    other = replace(made, counter=6).sealed(replace(KEY, counter=6)).to_bytes()
    yield "bad-copies-differ", {**common, "header": (raw[:half] + other[half:]).hex(), "expect": "vault-header-damaged"}


def anchors() -> Iterator[tuple[str, Vector]]:
    at = Position(5, 100, bytes(range(16)))
    raw = anchor.Anchor.of(KEY, at, b"i" * 32, WHEN, b"j" * 32).to_bytes()
    here = {"generation": 5, "sequence": 100, "tag": at.tag.hex()}
    yield "good", {"anchor": raw.hex(), **here, "expect": "known"}
    yield "good-behind", {"anchor": raw.hex(), **here, "sequence": 101, "expect": "known"}
    yield "bad-older-copy", {"anchor": raw.hex(), **here, "sequence": 99, "expect": "older"}
    yield "bad-other-tag", {"anchor": raw.hex(), **here, "tag": "00" * 16, "expect": "older"}
    yield "bad-flipped", {"anchor": flipped(raw, 70), **here, "expect": "unreadable"}
    yield "bad-other-vault", {"anchor": flipped(raw, 12), **here, "expect": "foreign"}
    yield "bad-cut", {"anchor": raw[:-1].hex(), **here, "expect": "unreadable"}


def notes() -> Iterator[tuple[str, Vector]]:
    pair = InboxPair.of(KEY.vault, b"p" * 32)
    kept: list[bytes] = []

    def keep(_path: Path, data: bytes, _files: object) -> None:
        kept.append(data)

    ephemeral = X25519PrivateKey.from_private_bytes(b"e" * 32)

    def seal(recipient: bytes, plaintext: bytes, *, info: bytes, aad: bytes) -> bytes:
        return hpke._seal(ephemeral, recipient, plaintext, info, aad, None)

    with mock.patch.object(inbox, "write_atomically", keep), mock.patch.object(hpke, "seal", seal):
        inbox.Inbox(Path("unused")).keep(pair.key, b"n" * 16, 3, WHEN, "Ring Yusuf å ä ö")
    raw = kept[0]
    base = {"vault": KEY.vault.hex(), "private": pair.private.hex(), "key": pair.key.to_bytes().hex()}
    good = {"id": (b"n" * 16).hex(), "number": 3, "written": WHEN, "text": "Ring Yusuf å ä ö"}
    yield "good", {**base, "note": raw.hex(), "expect": good}
    yield "bad-other-number", {**base, "note": flipped(raw, 49), "expect": "closed"}
    yield "bad-other-key", {**base, "note": flipped(raw, 12), "expect": "closed"}
    yield "bad-flipped", {**base, "note": flipped(raw, 200), "expect": "closed"}
    yield "bad-cut", {**base, "note": raw[:-1].hex(), "expect": "closed"}


def backups() -> Iterator[tuple[str, Vector]]:
    rows: list[tuple[str, int, dict[str, Any]]] = [
        ("note", 1, {"id": "a", "body": "hej\nå"}),
        ("goal", 9, {"id": "b", "n": 1.5}),
    ]
    target = io.BytesIO()
    secrets = backup.Secrets(recovery=RECOVERY.backup, words=WORDS)
    with fixed():
        backup.write(target, rows, secrets, WHEN, cost=Cost())
    raw = target.getvalue()
    base = {"recovery": RECOVERY.text, "words": WORDS}
    good = {"made": WHEN, "rows": [list(row) for row in rows]}
    yield "good", {**base, "backup": raw.hex(), "expect": good}
    at = 35 + slots.BYTES + 50
    absurd = raw[:at] + b"\xff" * 4 + raw[at + 4 :]
    for name, data, expect in (
        ("foreign", b"PK\3\4" + raw[4:], "backup-foreign"),
        ("newer", raw[:9] + b"\2" + raw[10:], "backup-too-new"),
        ("memory-absurd", absurd, "vault-kdf-out-of-bounds"),
        ("date-changed", raw[:33] + bytes([raw[33] ^ 1]) + raw[34:], "backup-damaged"),
        ("flipped", bytes.fromhex(flipped(raw, len(raw) - 30)), "backup-damaged"),
        ("cut", raw[:-1], "backup-damaged"),
        ("cut-in-the-front", raw[:100], "backup-damaged"),
        ("longer", raw + b"\0", "backup-damaged"),
    ):
        yield f"bad-{name}", {**base, "backup": data.hex(), "expect": expect}
    yield (
        "bad-other-recovery-key",
        {
            "recovery": RecoveryKey(bytes(16)).text,
            "words": None,
            "backup": raw.hex(),
            "expect": "backup-wrong-secret",
        },
    )


FAMILIES = {
    "recovery": recovery_keys,
    "device": devices,
    "public-key": public_keys,
    "certificate": certificates,
    "space": spaces,
    "header": headers,
    "anchor": anchors,
    "note": notes,
    "backup": backups,
}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for family, make in FAMILIES.items():
        found = dict(make())
        text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
        (OUT / f"{family}.json").write_text(text + "\n", "utf-8")
        print(family, len(found))


if __name__ == "__main__":
    main()
