"""The vectors of pairing, good and bad: what another implementation of the page must give as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync import bundle
from sync.bundle import BoxKey, Parts
from sync.errors import SyncError
from sync.pairing import code, compare
from sync.pairing.state import from_row

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "pairing"
Vector = dict[str, Any]


def codes(v: Vector) -> Any:
    kind = code.kind_of(v["text"])
    return {"kind": kind, "body": code.read(v["text"], kind).hex()}


def message(v: Vector) -> Any:
    state: Any = from_row(v["state"])
    step = state.receive(v["text"], v["now"])
    if step.trouble:
        raise step.trouble
    return {name: value for name, value in step.paired.to_row().items() if name != "state"}


def words(v: Vector) -> Any:
    if "roots" in v:
        return list(compare.twelve(*map(bytes.fromhex, v["roots"])))
    return list(compare.two(bytes.fromhex(v["transcript"])))


def bundles(v: Vector) -> Any:
    raw = bytes.fromhex(v["file"]) if "file" in v else Parts().add(v["text"]).whole()
    boxes = {b"own": BoxKey(bytes.fromhex(v["private"]))}
    found = bundle.open_bundle(raw, {b"now": bytes.fromhex(v["epoch"])}, boxes, set())
    return [[item.kind, item.content.hex()] for item in found.items]


READERS = {
    "code": codes,
    "room": message,
    "words": message,
    "invitation": message,
    "compare": words,
    "bundle": bundles,
}


def each() -> list[Any]:
    found: list[Any] = []
    for family in READERS:
        vectors = json.loads((VECTORS / f"{family}.json").read_text("utf-8"))
        found += [pytest.param(family, vector, id=f"{family}-{name}") for name, vector in vectors.items()]
    return found


@pytest.mark.parametrize(("family", "vector"), each())
def test_a_vector_gives_what_it_says(family: str, vector: Vector) -> None:
    try:
        found = READERS[family](vector)
    except SyncError as exc:
        found = exc.code
    assert found == vector["expect"]


def test_every_file_is_read_and_has_good_and_bad() -> None:
    assert {path.stem for path in VECTORS.glob("*.json")} == READERS.keys() | {"cpace"}
    for family in READERS.keys() - {"compare"}:
        names = json.loads((VECTORS / f"{family}.json").read_text("utf-8"))
        assert any(name.startswith("good") for name in names)
        assert sum(name.startswith("bad") for name in names) >= 5
