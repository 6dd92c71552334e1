"""What the page of promises says is held, is held by tests that exist, and its figures are those of the code."""

import ast
import re
from pathlib import Path

import pytest

from app.ui.parts import secret
from app.vault import kdf
from sync.client.http import TOTAL_SECONDS
from sync.pairing import invitation, words
from sync.protocol.limits import PARCEL_SIZES
from sync.server import app as server
from sync.server.letters import BATCH
from sync.server.limits import WRONG
from sync.server.patience import HEAD_SECONDS
from sync.server.post import KEPT_DAYS
from tests.support.sources import parsed

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")
ROW = re.compile(r"^\| (?!promise|---)(?P<promise>[^|]+) \| (?P<held>[^|]+) \|$", re.MULTILINE)
FIELDS = {"TextField", "CupertinoTextField", "SearchBar", "AutoComplete"}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def lost(page: str) -> list[str]:
    """Tests that a page names and nobody has written."""
    return [f"{path}::{name}" for path, name in NAMED.findall(page) if name not in _tests(ROOT / path)]


def _tests(path: Path) -> set[str]:
    found: set[str] = set()
    for node in parsed(path).body if path.is_file() else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name) and one.id.startswith("Test")}
    return found


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED.findall(PAGE)) > 100
    assert lost(PAGE) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "`tests/house/test_promises.py::test_of_nobody`",
        "`tests/house/test_nowhere.py::test_x`",
        "`tests/vault/test_lock.py::FolderLock`",
    ],
)
def test_a_name_that_is_wrong_is_found(wrong: str) -> None:
    assert lost(PAGE + wrong) == [wrong.strip("`")]


def test_every_promise_says_what_holds_it() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) > 50
    assert len(rows) == len(re.findall(r"^\| (?!promise)[^-|]", PAGE, re.MULTILINE)), "a row that nobody can read"
    honest = ("measured", "untried", "**not kept**")
    assert [promise for promise, held in rows if not NAMED.search(held) and not held.startswith(honest)] == []


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    assert (kdf.FLOOR.memory, kdf.FLOOR.passes) == (64 * 1024, 3)
    assert secret.KEPT == 60
    assert TOTAL_SECONDS == 25
    assert (HEAD_SECONDS, server.TRICKLE_SECONDS) == (10, 12)
    assert WRONG.burst < 100
    assert (KEPT_DAYS, BATCH - 1, len(PARCEL_SIZES)) == (180, 4, 3)
    assert (words.LIFETIME, invitation.LIFETIME) == (24 * 3_600_000, 7 * 24 * 3_600_000)


def test_every_field_is_made_in_one_place() -> None:
    """There the keyboard is told not to learn; a field made elsewhere would forget it."""
    made = [
        path.name
        for path in (ROOT / "src/app/ui").rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in FIELDS
    ]
    assert made == ["fields.py"]


def test_what_carries_knows_no_passphrase() -> None:
    """What is made from a passphrase lives in the vault and the session; nothing that talks to others names either."""
    folders = (ROOT / "src/sync", ROOT / "src/app/services/sharing", ROOT / "src/app/services/programme")
    names = {
        f"{path.name}: {name}"
        for folder in folders
        for path in folder.rglob("*.py")
        for node in ast.walk(parsed(path))
        if re.search(r"passphrase|argon|stretch", name := _name(node), re.IGNORECASE)
    }
    assert names == set()


def _name(node: ast.AST) -> str:
    return str(getattr(node, "id", "") or getattr(node, "attr", "") or getattr(node, "arg", "") or "")
