"""Make the vectors of the vault's format: whole files, good and bad, as hex in `tests/vectors/vault/*.json`.

    PYTHONPATH=src:. python tools/make_vault_vectors.py

Salts, nonces and times are fixed, so the same code makes the same bytes; the tests read the files and never this tool.
"""

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from app.vault.engine import Engine
from app.vault.key import VaultKey

ROOT = Path(__file__).parents[1]
OUT = ROOT / "tests" / "vectors" / "vault"
KEY = {"secret": bytes(range(32)).hex(), "vault": "76" * 16, "lineage": "6c" * 16, "counter": 1}
NOTES: list[dict[str, Any]] = [
    {"person": "a", "n": 1},
    {"person": "b", "body": "åäö 🙂"},
    {"person": "a", "n": 2.5, "deep": [[], {"x": None}]},
]

Files = dict[str, bytes]


def key() -> VaultKey:
    secret, vault, lineage = (bytes.fromhex(str(KEY[name])) for name in ("secret", "vault", "lineage"))
    return VaultKey(bytearray(secret), vault, lineage, 1)


def good() -> tuple[Files, dict[str, Any]]:
    """A small vault: a snapshot with an index, a journal with every kind of operation, a mark."""
    numbers = itertools.count(1)

    def fixed(size: int) -> bytes:
        return next(numbers).to_bytes(size, "big")

    with (
        tempfile.TemporaryDirectory() as place,
        mock.patch("os.urandom", fixed),
        mock.patch("time.time_ns", lambda: 1_790_000_000_000_000_000),
    ):
        folder = Path(place) / "vault"
        with Engine.create(folder, key(), indexes={"note": ("person",)}) as engine:
            notes, tasks = engine.documents.table("note"), engine.documents.table("task")
            notes.insert_multiple(NOTES)
            tasks.insert({"title": "ring"})
            engine.compact()
            notes.insert({"person": "c"})
            notes.update({"n": 7}, doc_ids=[1])
            notes.remove(doc_ids=[2])
            tasks.truncate()
            engine.documents.table("goal").insert({"title": "mål"})
            engine.documents.drop_table("goal")
            found = {name: {str(k): doc for k, doc in engine.documents_of(name)} for name in engine.names()}
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}, found


def flipped(files: Files, name: str, at: int, bit: int = 0) -> Files:
    content = bytearray(files[name])
    content[at] ^= 1 << bit
    return {**files, name: bytes(content)}


def bad(files: Files) -> dict[str, tuple[str, Files]]:
    """What is wrong, and the error that an opener or a reader must give."""
    snapshot, journal = "snapshot-00000002", "journal-00000002"
    newer = {**files, snapshot: files[snapshot][:8] + b"\0\2" + files[snapshot][10:]}
    return {
        "journal-cut-in-a-frame": ("vault-damaged", {**files, journal: files[journal][:-5]}),
        "journal-cut-between-frames": ("vault-damaged", {**files, journal: files[journal][:104]}),
        "journal-bit-in-a-length": ("vault-damaged", flipped(files, journal, 105)),
        "journal-bit-in-a-check": ("vault-damaged", flipped(files, journal, 113)),
        "journal-bit-in-a-nonce": ("vault-damaged", flipped(files, journal, 121)),
        "journal-bit-in-content": ("vault-damaged", flipped(files, journal, 135)),
        "journal-bit-in-the-last-tag": ("vault-damaged", flipped(files, journal, len(files[journal]) - 1)),
        "journal-bit-in-the-head": ("vault-damaged", flipped(files, journal, 75)),
        "journal-missing": ("vault-damaged", {k: v for k, v in files.items() if k != journal}),
        "snapshot-bit-in-the-head": ("vault-damaged", flipped(files, snapshot, 60)),
        "snapshot-bit-in-a-block": ("vault-damaged", flipped(files, snapshot, 150)),
        "snapshot-bit-in-the-tail": ("vault-damaged", flipped(files, snapshot, len(files[snapshot]) - 20)),
        "snapshot-longer": ("vault-damaged", {**files, snapshot: files[snapshot] + bytes(1)}),
        "snapshot-missing": ("vault-damaged", {k: v for k, v in files.items() if k != snapshot}),
        "format-newer": ("vault-too-new", newer),
        "journal-format-newer": ("vault-too-new", {**files, journal: files[journal][:9] + b"\2" + files[journal][10:]}),
    }


def main() -> None:
    """Write the files."""
    OUT.mkdir(parents=True, exist_ok=True)
    files, found = good()
    _write("good", {"key": KEY, "indexes": {"note": ["person"]}, "expect": found, "files": _hex(files)})
    for name, (error, broken) in bad(files).items():
        _write(f"bad-{name}", {"key": KEY, "indexes": {"note": ["person"]}, "expect": error, "files": _hex(broken)})


def _hex(files: Files) -> dict[str, str]:
    return {name: content.hex() for name, content in sorted(files.items())}


def _write(name: str, value: dict[str, Any]) -> None:
    (OUT / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
