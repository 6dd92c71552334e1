"""From a passphrase to a key: Argon2id, and nothing instead of it.

The floor and the ceiling are constants. No flag, setting or environment variable changes them, and there is
no fallback: a machine without Argon2id cannot create or open a vault. What a header asks for is checked
against both before anything is derived, so that a forged header can neither weaken the guessing nor eat the
memory of a phone.
"""

import time
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.errors import Argon2Missing, KdfOutOfBounds, PassphraseUnfit

MEMORY_KIB: Final = 64 * 1024
MEMORY_KIB_MAX: Final = 256 * 1024
PASSES_MIN: Final = 3
PASSES_MAX: Final = 20
LANES_MAX: Final = 4
SECRET_BYTES: Final = 32
PASSPHRASE_BYTES_MAX: Final = 1024
TARGET_SECONDS: Final = 0.7
"""What one derivation should take on this device: between half a second and one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How much one guess costs: memory in KiB, passes over it, lanes."""

    memory: int = MEMORY_KIB
    passes: int = PASSES_MIN
    lanes: int = LANES_MAX

    def __post_init__(self) -> None:
        if not (
            MEMORY_KIB <= self.memory <= MEMORY_KIB_MAX
            and PASSES_MIN <= self.passes <= PASSES_MAX
            and 1 <= self.lanes <= LANES_MAX
        ):
            raise KdfOutOfBounds(memory=self.memory, passes=self.passes, lanes=self.lanes)


FLOOR: Final = Cost()


def require_argon2id() -> None:
    """Raise `Argon2Missing` where the one derivation we accept is not installed."""
    try:
        import argon2.low_level
    except ImportError as exc:
        raise Argon2Missing from exc
    if not hasattr(argon2.low_level.Type, "ID"):
        raise Argon2Missing


def normalise(passphrase: str) -> bytes:
    """The bytes of a passphrase, the same on every keyboard (NFKC), or `PassphraseUnfit`."""
    try:
        # Bounded before normalising too: one code point can become eighteen.
        raw = unicodedata.normalize("NFKC", passphrase[: PASSPHRASE_BYTES_MAX + 1]).encode()
    except UnicodeEncodeError as exc:
        raise PassphraseUnfit(reason="letters") from exc
    if not raw:
        raise PassphraseUnfit(reason="empty")
    if len(raw) > PASSPHRASE_BYTES_MAX:
        raise PassphraseUnfit(reason="long")
    return raw


def stretch(passphrase: bytes, salt: bytes, cost: Cost) -> bytes:
    """Argon2id (version 1.3) of a normalised passphrase. Slow on purpose: never on the event loop."""
    require_argon2id()
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        secret=passphrase,
        salt=salt,
        time_cost=cost.passes,
        memory_cost=cost.memory,
        parallelism=cost.lanes,
        hash_len=SECRET_BYTES,
        type=Type.ID,
    )


def calibrate() -> Cost:
    """What this device can bear: the floor's memory, and as many passes as fit the time we aim at."""
    started = time.perf_counter()
    stretch(b"calibration", bytes(16), FLOOR)
    a_pass = (time.perf_counter() - started) / FLOOR.passes
    return Cost(passes=min(PASSES_MAX, max(PASSES_MIN, round(TARGET_SECONDS / a_pass))))
