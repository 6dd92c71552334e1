"""Make the vectors of people's signatures: `tests/vectors/signatures/signatures.json`, good and bad, each with its `expect`.

    PYTHONPATH=src:. python tools/make_signature_vectors.py

Keys and times are fixed, so the same code makes the same bytes; the tests read the file and never this tool.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from sync import signatures
from sync.signatures import Signature, Statement
from sync.signing import MASTER, Certificate, Device, SigningKey

ROOT = Path(__file__).parents[1]
OUT = ROOT / "tests" / "vectors" / "signatures" / "signatures.json"
SPACE = bytes(range(100, 116))
SALT = bytes(range(32))
TEXT = '{"format":"fika-fair-copy","lines":[{"answer":"Kaféet","id":"place"}],"number":1}'
WHEN = 1_791_982_800_000


def secret(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


ROOT_KEY, STRANGER, ONCE = (SigningKey(secret(name)) for name in ("root", "stranger", "once"))
DEVICE = Device(secret("device"))
KEYS = DEVICE.in_space(SPACE)


def certified(space: bytes, certifier: SigningKey, keys: Any) -> Certificate:
    return Certificate.issue(space=space, root=ROOT_KEY.public, certifier=certifier, keys=keys, made=WHEN)


CHAIN = (certified(MASTER, ROOT_KEY, DEVICE.master()), certified(SPACE, DEVICE.master().signing, KEYS))
STATEMENT = Statement(SPACE, bytes(16), 1, signatures.commitment(SALT, TEXT), "mentor", ROOT_KEY.public, WHEN)


def vectors() -> Iterator[tuple[str, dict[str, Any]]]:
    own = signatures.sign(STATEMENT, CHAIN, KEYS.signing)
    with mock.patch("os.urandom", lambda size: ONCE.seed):
        handed = signatures.hand_over(STATEMENT, CHAIN, KEYS.signing)
    for name, made in (("own", own), ("handed", handed)):
        expect = {"handed": made.handed, "role": "mentor", "number": 1, "at": WHEN, "key": made.key.hex()}
        print_ = signatures.fingerprint(made.key)
        yield f"good-{name}", {"raw": made.to_bytes().hex(), "expect": expect | {"fingerprint": print_}}
    raw = bytearray(own.to_bytes())
    for name, at, reason in (
        ("version", 0, "version"),
        ("way", 1, "length"),
        ("role", 70, "role"),
        ("number", 37, "signature"),
    ):
        changed = bytearray(raw)
        changed[at] ^= {"way": 3, "role": 9}.get(name, 1)
        yield f"bad-{name}", {"raw": changed.hex(), "expect": {"refused": reason}}
    yield "bad-one-byte-more", {"raw": (own.to_bytes() + b"\0").hex(), "expect": {"refused": "length"}}
    self_made = (certified(MASTER, STRANGER, DEVICE.master()), CHAIN[1])
    message = STATEMENT.to_bytes()
    for name, made, reason in (
        ("chain-not-from-the-root", Signature(STATEMENT, self_made, own.signature), "chain"),
        ("chain-backwards", Signature(STATEMENT, CHAIN[::-1], own.signature), "chain"),
        ("by-another-key", Signature(STATEMENT, CHAIN, STRANGER.sign(b"fika/v1/signed\0", message)), "signature"),
        (
            "under-another-label",
            Signature(STATEMENT, CHAIN, KEYS.signing.sign(b"fika/v1/handed\0", message)),
            "signature",
        ),
        (
            "witness-of-another-once-key",
            Signature(STATEMENT, CHAIN, STRANGER.sign(b"fika/v1/handed\0", message), STRANGER.public, handed.witness),
            "witness",
        ),
    ):
        yield f"bad-{name}", {"raw": made.to_bytes().hex(), "expect": {"refused": reason}}


def main() -> None:
    OUT.parent.mkdir(exist_ok=True)
    found = dict(sorted(vectors()))
    found["commitment"] = {"salt": SALT.hex(), "text": TEXT, "expect": signatures.commitment(SALT, TEXT).hex()}
    OUT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
