"""The derivation: Argon2id within bounds, and no way around it."""

import builtins
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from app.errors import Argon2Missing, KdfOutOfBounds, PassphraseUnfit
from app.vault import kdf
from app.vault.kdf import Cost

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "cost",
    [
        {"memory": 64 * 1024 - 1},
        {"memory": 256 * 1024 + 1},
        {"memory": 0},
        {"memory": 2**32 - 1},
        {"passes": 2},
        {"passes": 0},
        {"passes": 21},
        {"passes": 2**31},
        {"lanes": 0},
        {"lanes": 5},
    ],
)
def test_parameters_outside_the_bounds_are_refused_before_anything_is_derived(cost: dict[str, int]) -> None:
    with pytest.raises(KdfOutOfBounds):
        Cost(**cost)


def test_the_floor_is_64_mebibytes_and_three_passes() -> None:
    assert Cost(64 * 1024, 3, 4) == kdf.FLOOR == Cost()
    assert Cost(256 * 1024, 20, 1)


def test_it_is_argon2id_of_version_19_with_our_parameters() -> None:
    """The same as the library's own encoded form says of itself: argon2id, version 19, and our parameters."""
    import base64

    import argon2.low_level as low

    secret, salt = b"tall regn moln", bytes(range(32))
    encoded = low.hash_secret(secret, salt, 3, 64 * 1024, 4, 32, low.Type.ID).decode()
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    raw = kdf.stretch(secret, salt, Cost())
    tail = encoded.rsplit("$", 1)[1]
    assert base64.b64decode(tail + "=" * (-len(tail) % 4)) == raw


def test_each_parameter_and_the_salt_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reaches the library is what was asked for: nothing is quietly made cheaper."""
    import argon2.low_level as low

    seen: list[dict[str, Any]] = []

    def spy(**how: Any) -> bytes:
        seen.append(how)
        return bytes(32)

    monkeypatch.setattr(low, "hash_secret_raw", spy)
    kdf.stretch(b"secret", b"salt", Cost(128 * 1024, 7, 2))
    assert seen == [
        {
            "secret": b"secret",
            "salt": b"salt",
            "time_cost": 7,
            "memory_cost": 128 * 1024,
            "parallelism": 2,
            "hash_len": 32,
            "type": low.Type.ID,
        }
    ]


def test_calibration_keeps_the_memory_and_stays_within_the_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.21, 0.0, 30.0, 0.0, 0.0001])
    monkeypatch.setattr("app.vault.kdf.time.perf_counter", lambda: next(clock))
    monkeypatch.setattr(kdf, "stretch", lambda *_: bytes(32))
    assert kdf.calibrate() == Cost(passes=10)
    assert kdf.calibrate() == Cost(passes=3)
    assert kdf.calibrate() == Cost(passes=20)


def test_without_argon2id_nothing_starts_and_nothing_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **how: Any) -> Any:
        if name.startswith("argon2"):
            raise ImportError(name)
        return real(name, *args, **how)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Argon2Missing):
        kdf.require_argon2id()
    with pytest.raises(Argon2Missing):
        kdf.stretch(b"secret", bytes(16), Cost())


def test_an_argon2_without_the_id_variant_is_missing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import argon2.low_level as low

    class Type:
        I = 1  # noqa: E741 - the library's own name

    monkeypatch.setattr(low, "Type", Type)
    with pytest.raises(Argon2Missing):
        kdf.require_argon2id()


def test_no_environment_and_no_flag_reaches_the_derivation() -> None:
    """The house rule: the vault reads no environment, and the bounds stand in one file as plain numbers."""
    for path in (ROOT / "src" / "app").rglob("*.py"):
        text = path.read_text("utf-8")
        if path.name == "zone.py":
            continue  # it asks for TZ, the name of the time zone, and nothing of the vault imports it
        if "/vault/" in str(path) or "/services/" in str(path):
            assert not re.search(r"\benviron\b|\bgetenv\b|sys\.argv|sys\.flags", text), path
    source = (ROOT / "src/app/vault/kdf.py").read_text("utf-8")
    for line in ("MEMORY_KIB: Final = 64 * 1024", "PASSES_MIN: Final = 3", "LANES_MAX: Final = 4"):
        assert line in source
    imports = re.compile(r"^\s*(import|from) argon2\b", re.MULTILINE)
    assert [p.name for p in (ROOT / "src").rglob("*.py") if imports.search(p.read_text("utf-8"))] == ["kdf.py"]
    for other in ("Scrypt", "PBKDF2", "scrypt", "pbkdf2"):
        assert not [p for p in (ROOT / "src").rglob("*.py") if other in p.read_text("utf-8")]


def test_the_same_passphrase_on_every_keyboard() -> None:
    composed = "Åsa äter öl ﬁn ½"
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert kdf.normalise(unicodedata.normalize(form, composed)) == kdf.normalise(composed)
    assert kdf.normalise("Å") != kdf.normalise("å")


@pytest.mark.parametrize(
    ("passphrase", "reason"),
    [("", "empty"), ("x" * 1025, "long"), ("å" * 513, "long"), ("\ufdfa" * 1000, "long"), ("\ud800abc", "letters")],
)
def test_a_passphrase_that_cannot_be_used_is_told(passphrase: str, reason: str) -> None:
    with pytest.raises(PassphraseUnfit) as caught:
        kdf.normalise(passphrase)
    assert caught.value.facts["reason"] == reason


def test_one_kibibyte_is_just_right() -> None:
    assert len(kdf.normalise("x" * 1024)) == 1024
