"""CPace: the draft's own vectors, and keys that meet only when everything is equal."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import UnfitPublicKey
from sync.pairing import cpace

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "pairing" / "cpace.json").read_text("utf-8")
)


def test_the_draft_s_generator_shares_and_key() -> None:
    given_ = {name: bytes.fromhex(value) for name, value in VECTORS["exchange"].items()}
    base = cpace.generator(given_["prs"], given_["ci"], given_["sid"])
    assert base == given_["generator"]
    first, second = cpace.share(given_["ya"], base), cpace.share(given_["yb"], base)
    assert (first, second) == (given_["Ya"], given_["Yb"])
    sides = (first, given_["ada"]), (second, given_["adb"])
    assert cpace.agree(given_["ya"], second, given_["sid"], *sides) == given_["isk"]
    assert cpace.agree(given_["yb"], first, given_["sid"], *sides) == given_["isk"]


@pytest.mark.parametrize("vector", VECTORS["points"], ids=lambda vector: str(vector["u"])[:8])
def test_the_draft_s_weak_and_odd_points(vector: dict[str, str]) -> None:
    own, theirs = bytes.fromhex(VECTORS["scalar"]), bytes.fromhex(vector["u"])
    if vector["expect"] == "refused":
        with pytest.raises(UnfitPublicKey):
            cpace.share(own, theirs)
    else:
        assert cpace.share(own, theirs).hex() == vector["expect"]


def test_lengths_of_more_than_a_byte_are_written_as_the_draft_writes_them() -> None:
    assert cpace._lv(bytes(127))[:1] == b"\x7f"
    assert cpace._lv(bytes(128))[:2] == b"\x80\x01"


def test_a_share_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(UnfitPublicKey):
        cpace.share(cpace.scalar(), bytes(31))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**255 - 1))
def test_the_map_always_gives_a_point_that_lies_on_the_curve(r: int) -> None:
    u, p = cpace._map(r), 2**255 - 19
    assert 0 <= u < p
    assert pow((u * u + 486662 * u + 1) * u, (p - 1) // 2, p) in (0, 1)


@pytest.mark.parametrize("changed", ["words", "channel", "session", "role", "share"])
def test_whoever_differs_in_anything_has_another_key(changed: str) -> None:
    sid, one, other = bytes(16), cpace.scalar(), cpace.scalar()
    base = cpace.generator(b"six words", b"space", sid)
    theirs = cpace.generator(
        b"six wrods" if changed == "words" else b"six words",
        b"place" if changed == "channel" else b"space",
        bytes(15) + b"\1" if changed == "session" else sid,
    )
    first, second = cpace.share(one, base), cpace.share(other, theirs)
    seen = cpace.share(other, base) if changed == "share" else second
    role = b"shower" if changed == "role" else b"typist"
    mine = cpace.agree(one, second, sid, (first, b"shower"), (seen, b"typist"))
    yours = cpace.agree(other, first, sid, (first, b"shower"), (second, role))
    assert (mine == yours) == (changed == "share")
