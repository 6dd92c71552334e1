"""Run the tests of everything cryptographic with the version of `cryptography` that phones get.

Flet's package index carries cryptography 43.0.1 for phones; the lock file has a newer one for computers. The older one is
installed beside the virtual environment (build/phone) and put before it on the path of one pytest run, which proves first
that it really is the one in use.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "phone.txt"
TARGET = ROOT / "build" / "phone"
VERSION = "43.0.1"
TESTS = [
    "tests/sync",
    "tests/vault/test_crypto.py",
    "tests/vault/test_journal.py",
    "tests/vault/test_slots.py",
    "tests/vault/test_header.py",
    "tests/vault/test_inbox.py",
    "tests/vault/test_anchor.py",
    "tests/vault/test_backup.py",
    "tests/vault/test_key_vectors.py",
    "tests/services/test_spaces.py",
    "tests/services/sharing/test_pairing.py",
]


def install() -> None:
    """Install the locked versions once; a changed lock file installs them anew."""
    stamp = TARGET / "stamp"
    wanted = LOCK.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    TARGET.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run(
        [*pip, "--upgrade", "--require-hashes", "--target", str(TARGET), "-r", str(LOCK)], check=True, timeout=600
    )
    stamp.write_bytes(wanted)


def main() -> int:
    install()
    env = {**os.environ, "PYTHONPATH": str(TARGET)}
    found = subprocess.run(
        [sys.executable, "-c", "import cryptography; print(cryptography.__version__)"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.strip()
    if found != VERSION:
        print(f"fika: cryptography {found} is in use, not {VERSION}", file=sys.stderr)
        return 1
    print(f"Crypto tests with cryptography {found}")
    missing = [test for test in TESTS if not (ROOT / test).exists()]
    if missing:
        print(f"fika: these tests are listed and do not exist: {missing}", file=sys.stderr)
        return 1
    # The server runs on computers, with the version of the lock file.
    only_here = "--ignore=tests/sync/server"
    # What fails here is looked at in the whole run beside it: no assertion is taken apart twice.
    plain = ["--assert=plain", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:flet"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plain, only_here, *TESTS],
        env=env,
        cwd=ROOT,
        check=False,
        timeout=900,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
