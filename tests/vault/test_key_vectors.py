"""The vectors of keys, good and bad: what another implementation of the pages must give as well."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import AppError
from app.vault import anchor, backup, header
from app.vault.anchor import Anchor
from app.vault.backup import Secrets
from app.vault.inbox import Inbox, InboxPair
from app.vault.kdf import normalise
from app.vault.key import Position, VaultKey
from app.vault.slots import Kind
from sync import signing
from sync.errors import BadRecord, BadRecoveryKey, SyncError, UnfitPublicKey
from sync.recovery import RecoveryKey
from sync.signing import Certificate, Device, Genesis

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "keys"
FAMILIES = sorted(path.stem for path in VECTORS.glob("*.json"))
Vector = dict[str, Any]


def recovery(v: Vector) -> Any:
    try:
        key = RecoveryKey.parse(v["typed"])
    except BadRecoveryKey as exc:
        return exc.facts["reason"]
    subkeys = {name: getattr(key, name).hex() for name in ("vault", "backup", "root", "server", "keyring")}
    return {"secret": key.secret.hex(), **subkeys}


def device(v: Vector) -> Any:
    found = Device(bytes.fromhex(v["seed"]))
    keys = found.in_space(bytes.fromhex(v["space"])) if v["space"] else found.master()
    return {"sign": keys.signing.public.hex(), "box": keys.box_public.hex(), "id": keys.id.hex()}


def public_key(v: Vector) -> Any:
    try:
        signing.check_public(bytes.fromhex(v["key"]))
    except UnfitPublicKey as exc:
        return exc.facts["reason"]
    return "ok"


def certificate(v: Vector) -> Any:
    try:
        found = Certificate.read(bytes.fromhex(v["certificate"]))
    except SyncError:
        return "refused"
    return {"device": found.device.hex(), "root": found.root.hex()}


def space(v: Vector) -> Any:
    try:
        found = Genesis.read(bytes.fromhex(v["genesis"]), bytes.fromhex(v["space"]))
    except BadRecord:
        return "refused"
    assert found.founded_by(bytes.fromhex(v["expect"]["founder"]))
    return {"kind": found.kind_name, "founder": v["expect"]["founder"]}


def a_header(v: Vector) -> Any:
    try:
        found, whole = header.read(bytes.fromhex(v["header"]))
        spare = found.slot(Kind.RECOVERY)
        assert spare is not None
        content = spare.opened(found.vault, spare.derive(found.vault, RecoveryKey.parse(v["recovery"]).vault))
        assert content is not None
        key = found.key(content)
    except AppError as exc:
        return exc.code
    return {"key": key.secret.hex(), "counter": key.counter, "whole": whole}


def an_anchor(v: Vector, tmp_path: Path) -> Any:
    (tmp_path / "anchor").write_bytes(bytes.fromhex(v["anchor"]))
    found = anchor.read(tmp_path / "anchor")
    key = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 7)
    now = Position(v["generation"], v["sequence"], bytes.fromhex(v["tag"]))
    return (found.judge(key, now) if isinstance(found, Anchor) else found).value


def note(v: Vector, tmp_path: Path) -> Any:
    box = Inbox(tmp_path)
    box.folder.mkdir()
    name = (b"n" * 16).hex() + ".note"
    (box.folder / name).write_bytes(bytes.fromhex(v["note"]))
    pair = InboxPair.of(bytes.fromhex(v["vault"]), bytes.fromhex(v["private"]))
    assert pair.key.to_bytes().hex() == v["key"]
    found, closed = box.read([pair])
    if closed:
        return "closed"
    return {"id": found[0].id.hex(), "number": found[0].number, "written": found[0].written, "text": found[0].text}


def a_backup(v: Vector) -> Any:
    secrets = Secrets(recovery=RecoveryKey.parse(v["recovery"]).backup)
    try:
        made, rows = backup.read(io.BytesIO(bytes.fromhex(v["backup"])), secrets)
        return {"made": made, "rows": [list(row) for row in rows]}
    except AppError as exc:
        return exc.code


CASES = [
    (family, name, vector)
    for family in FAMILIES
    for name, vector in sorted(json.loads((VECTORS / f"{family}.json").read_text("utf-8")).items())
]


@pytest.mark.parametrize(("family", "name", "vector"), CASES, ids=[f"{family}-{name}" for family, name, _ in CASES])
def test_vector(family: str, name: str, vector: Vector, tmp_path: Path) -> None:
    found = {
        "recovery": recovery,
        "device": device,
        "public-key": public_key,
        "certificate": certificate,
        "space": space,
        "header": a_header,
        "anchor": lambda v: an_anchor(v, tmp_path),
        "note": lambda v: note(v, tmp_path),
        "backup": a_backup,
    }[family](vector)
    assert found == vector["expect"], name


def test_every_family_has_good_and_bad_ones() -> None:
    assert len(FAMILIES) == 9
    for family in set(FAMILIES) - {"device"}:
        names = [name for other, name, _ in CASES if other == family]
        assert any(name.startswith("good") for name in names)
        assert sum(name.startswith("bad") for name in names) >= 4


def test_the_passphrase_and_the_words_open_the_good_ones() -> None:
    """With the real derivation, once each."""
    vectors = {(family, name): vector for family, name, vector in CASES}
    v = vectors["header", "good"]
    found, _ = header.read(bytes.fromhex(v["header"]))
    daily = found.slot(Kind.PASSPHRASE)
    assert daily is not None
    content = daily.opened(found.vault, daily.derive(found.vault, normalise(v["passphrase"])))
    assert content is not None
    assert content.hex() == v["expect"]["key"]
    v = vectors["backup", "good"]
    _, rows = backup.read(io.BytesIO(bytes.fromhex(v["backup"])), Secrets(words=v["words"]))
    assert [list(row) for row in rows] == v["expect"]["rows"]
