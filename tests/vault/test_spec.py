"""The format's page, its vectors and the code agree: good vectors are read, also by a reader written from the page
alone, and bad ones are refused with the error they name.
"""

import hashlib
import hmac
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import VaultError
from app.vault.blocks import hash_of
from app.vault.engine import Engine
from app.vault.key import VaultKey
from tests.support.disk import get, put
from tests.support.story import contents

VECTORS = Path(__file__).parents[1] / "vectors" / "vault"


def load(name: str) -> tuple[dict[str, Any], VaultKey, dict[str, bytes]]:
    vector = json.loads((VECTORS / f"{name}.json").read_text())
    known = vector["key"]
    secret, vault, lineage = (bytes.fromhex(known[part]) for part in ("secret", "vault", "lineage"))
    files = {name: bytes.fromhex(content) for name, content in vector["files"].items()}
    return vector, VaultKey(bytearray(secret), vault, lineage, known["counter"]), files


def names(kind: str) -> list[str]:
    found = sorted(path.stem for path in VECTORS.glob(f"{kind}*.json"))
    assert found
    return found


def by_text(state: dict[str, dict[int, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {str(doc_id): document for doc_id, document in rows.items()} for name, rows in state.items()}


@pytest.mark.parametrize("name", names("good"))
def test_a_good_vector_is_read(tmp_path: Path, name: str) -> None:
    vector, key, files = load(name)
    put(tmp_path / "v", files)
    with Engine.open(tmp_path / "v", key, indexes=vector["indexes"]) as engine:
        assert by_text(contents(engine)) == vector["expect"]
        assert engine.notices == []
        assert [d.doc_id for d in engine.documents.table("note").newest(9)] == [4, 3, 1]


@pytest.mark.parametrize("name", names("bad"))
def test_a_bad_vector_is_refused_with_the_error_it_names(tmp_path: Path, name: str) -> None:
    vector, key, files = load(name)
    put(tmp_path / "v", files)
    engine = None
    with pytest.raises(VaultError) as raised:
        engine = Engine.open(tmp_path / "v", key, indexes=vector["indexes"])
        contents(engine)
    assert raised.value.code == vector["expect"]
    if engine is None:
        assert get(tmp_path / "v") == files
    else:
        engine.close()


@pytest.mark.parametrize("name", names("good"))
def test_a_reader_written_from_the_page_reads_the_same(name: str) -> None:
    vector, key, files = load(name)
    assert Reader(key, files).read() == vector["expect"]


class Reader:
    """docs/spec/vault.md, chapters 1 to 5, in as few lines as it takes. Shares nothing with the code."""

    def __init__(self, key: VaultKey, files: dict[str, bytes]) -> None:
        self.secret, self.vault, self.counter = bytes(key.secret), key.vault, key.counter
        self.files = files
        self.tables: dict[str, dict[str, Any]] = {}

    def keys(self, kind: bytes, generation: int, salt: bytes) -> tuple[AESGCM, bytes]:
        info = b"fika/v1/vault-file\0" + self.vault + kind + generation.to_bytes(8, "big")
        material = HKDF(hashes.SHA256(), 64, salt, info).derive(self.secret)
        return AESGCM(material[:32]), material[32:]

    def mac(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, "sha256")[:16]

    def read(self) -> dict[str, dict[str, Any]]:
        data = self.files[max(name for name in self.files if name.startswith("snapshot-"))]
        magic, form, vault, _, counter, generation, sequence, salt, journal_salt, _ = struct.unpack(
            ">8sH6x16s16sQQQ16s16sQ", data[:112]
        )
        assert (magic, form, vault, counter) == (b"FIKASNAP", 1, self.vault, self.counter)
        cipher, mac = self.keys(b"S", generation, salt)
        assert self.mac(mac, data[:112]) == data[112:128] == data[-48:-32]
        assert data[-160:-32] == data[:128]
        assert self.mac(mac, data[-32:-16]) == data[-16:]
        at, number = 128, 0
        while at < len(data) - 160:
            length, stated = struct.unpack(">II", data[at : at + 8])
            number += 1
            check = data[at + 8 : at + 16]
            assert stated == number
            assert self.mac(mac, data[at : at + 8])[:8] == check
            context = salt + struct.pack(">II", number, length) + check
            plain = cipher.decrypt(number.to_bytes(12, "big"), data[at + 16 : at + 16 + length], context)
            if plain[:1] == b"D":
                self.block(plain)
            elif plain[:1] == b"T":
                self.directory(plain)
            at += 16 + length
        tag = self.journal(generation, sequence, journal_salt)
        self.mark(generation, tag)
        return self.tables

    def block(self, plain: bytes) -> None:
        name_length, count = struct.unpack(">HI", plain[1:7])
        table = self.tables.setdefault(plain[7 : 7 + name_length].decode(), {})
        at = 7 + name_length
        ids = struct.unpack(f">{count}Q", plain[at : at + 8 * count])
        array = json.loads(plain[at + 12 * count + 4 :])
        table.update(zip(map(str, ids), array, strict=True))

    def directory(self, plain: bytes) -> None:
        assert struct.unpack(">I", plain[1:5]) == (len(self.tables),)

    def journal(self, generation: int, base: int, salt: bytes) -> bytes:
        data = self.files[f"journal-{generation:08d}"]
        cipher, mac = self.keys(b"J", generation, salt)
        assert self.mac(mac, data[:88]) == data[88:104]
        at, tag, sequence = 104, data[88:104], base
        while at < len(data):
            length, number = struct.unpack(">II", data[at : at + 8])
            sequence += 1
            assert base + number == sequence
            check, nonce, sealed = data[at + 8 : at + 16], data[at + 16 : at + 28], data[at + 28 : at + 28 + length]
            assert self.mac(mac, data[at : at + 8])[:8] == check
            context = salt + struct.pack(">QI", sequence, length) + check + tag
            self.operations(cipher.decrypt(nonce, sealed, context))
            tag, at = sealed[-16:], at + 28 + length
        self.sequence = sequence
        return tag

    def operations(self, plain: bytes) -> None:
        at = 1
        while at < len(plain):
            kind, name_length, doc_id, length = struct.unpack(">BBQI", plain[at : at + 14])
            name = plain[at + 14 : at + 14 + name_length].decode()
            raw = plain[at + 14 + name_length : at + 14 + name_length + length]
            at += 14 + name_length + length
            if kind == 6:
                del self.tables[name]
                continue
            table = self.tables.setdefault(name, {})
            if kind in (1, 2):
                table[str(doc_id)] = json.loads(raw)
            elif kind == 3:
                del table[str(doc_id)]
            elif kind == 5:
                table.clear()

    def mark(self, generation: int, tag: bytes) -> None:
        info = b"fika/v1/vault-mark\0" + self.vault
        key = HKDF(hashes.SHA256(), 32, self.vault, info).derive(self.secret)
        data = self.files["mark"]
        slots = [data[at : at + 56] for at in (0, 56) if self.mac(key, data[at : at + 40]) == data[at + 40 : at + 56]]
        assert max(struct.unpack(">4sIQQ16s", slot[:40]) for slot in slots) == (
            b"FkMk",
            1,
            generation,
            self.sequence,
            tag,
        )


def test_the_hash_of_a_value_is_that_of_the_page() -> None:
    def page(known: str) -> bytes:
        return hashlib.blake2b(known.encode(), digest_size=8).digest()

    assert hash_of("å") == page("så")
    assert hash_of(None) == page("z")
    assert hash_of(True) == hash_of(1) == hash_of(1.0) == page("n1")
    assert hash_of(2.5) == page("n2.5")
