"""The app as it starts, with a note of how long each stretching of a passphrase took: `python -m tests.bench.timed file …`.

What stretching takes depends on what else the machine does at that moment, so it is measured where it happens and not
beside it. The file gets a line of milliseconds for each; everything after its name is for the app.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from app import bootstrap
from app.vault import kdf


def note_into(file: Path) -> None:
    """From now on every stretching leaves its time in the file."""
    stretch = kdf.stretch

    def timed(passphrase: bytes, salt: bytes, cost: kdf.Cost) -> bytes:
        began = time.perf_counter()
        key = stretch(passphrase, salt, cost)
        took = (time.perf_counter() - began) * 1000
        with file.open("a", encoding="ascii") as lines:
            lines.write(f"{took:.1f}\n")
        return key

    kdf.stretch = timed


def last_of(file: Path) -> float:
    """Milliseconds of the last one."""
    return float(file.read_text("ascii").split()[-1])


if __name__ == "__main__":
    note_into(Path(sys.argv[1]))
    bootstrap.main(sys.argv[2:])
