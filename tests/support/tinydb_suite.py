"""TinyDB's own tests, fetched as its source distribution and checked against the hash that our lock file names."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = "4.9.0"
KEPT = ROOT / "build" / "tinydb-suite"

CONFTEST = """
import json
from pathlib import Path

import pytest

from tests.support.tinydb_fixture import open_db, reopened_contents

OMITTED = {"test_table_repr"}


@pytest.fixture(params=["documents", "storage"])
def db(request, tmp_path):
    database = open_db(request.param, tmp_path)
    database.drop_tables()
    database.insert_multiple({"int": 1, "char": c} for c in "abc")
    yield database
    before = database.storage.read() or {}
    database.close()
    assert reopened_contents(tmp_path) == before


def pytest_collection_modifyitems(config, items):
    taking = [item for item in items if "db" in item.fixturenames]
    chosen = [item for item in taking if item.originalname not in OMITTED]
    told = {
        "chosen": [item.nodeid for item in chosen],
        "omitted": sorted({item.originalname for item in taking} - {item.originalname for item in chosen}),
    }
    Path("collected.json").write_text(json.dumps(told))
    items[:] = chosen
"""


@dataclass(frozen=True)
class Outcome:
    """What a run of the suite said."""

    code: int
    text: str
    chosen: list[str]
    omitted: list[str]


def hashes() -> set[str]:
    """The hashes that requirements/dev.txt gives for this version."""
    locked = (ROOT / "requirements" / "dev.txt").read_text()
    found = re.search(rf"^tinydb=={re.escape(VERSION)} \\\n((?:\s+--hash=sha256:\w+[ \\]*\n)+)", locked, re.MULTILINE)
    assert found, "requirements/dev.txt does not name tinydb's hashes"
    return set(re.findall(r"sha256:(\w+)", found[1]))


def source() -> Path:
    """The source distribution, downloaded once; anything but the locked bytes is an error."""
    path = KEPT / f"tinydb-{VERSION}.tar.gz"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        asked = ["download", "--no-binary", ":all:", "--no-deps", "-q", f"tinydb=={VERSION}"]
        done = subprocess.run(
            [sys.executable, "-m", "pip", *asked, "-d", str(KEPT)], capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"TinyDB's source could not be fetched: {done.stderr[-2000:]}"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found in hashes(), f"{path.name} is not the file that the lock names: {found}"
    return path


def run(folder: Path) -> Outcome:
    """TinyDB's tests that take the `db` fixture, on our storage and table, in a process of their own."""
    with tarfile.open(source()) as archive:
        archive.extractall(folder, filter="data")
    tests = (folder / f"tinydb-{VERSION}" / "tests").rename(folder / "suite")
    (tests / "__init__.py").unlink(missing_ok=True)  # a second package of the name "tests" would hide ours
    (tests / "conftest.py").write_text(CONFTEST)
    (tests / "pytest.ini").write_text("[pytest]\n")
    # No plugin: the suite needs none, and loading ours takes longer than the suite.
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    environment.pop("COV_CORE_SOURCE", None)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-rA",
            f"--basetemp={folder / 'tmp'}",
            ".",
        ],
        cwd=tests,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (tests / "collected.json").exists(), done.stdout + done.stderr
    told = json.loads((tests / "collected.json").read_text())
    return Outcome(done.returncode, done.stdout + done.stderr, told["chosen"], told["omitted"])
