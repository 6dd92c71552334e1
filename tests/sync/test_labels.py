"""One table of labels: the page and the source say the same, and no label can be taken for another."""

import re
from itertools import permutations
from pathlib import Path

from app.vault import labels as vault_labels
from sync import labels as sync_labels

ROOT = Path(__file__).resolve().parents[2]


def stated() -> list[bytes]:
    page = (ROOT / "docs/spec/labels.md").read_text("utf-8")
    return [f"fika/v1/{use}\0".encode() for use in re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)]


def defined() -> dict[str, bytes]:
    found = {f"vault.{name}": value for name, value in vars(vault_labels).items() if name.isupper()}
    return found | {f"sync.{name}": value for name, value in vars(sync_labels).items() if name.isupper()}


def test_the_page_and_the_source_have_the_same_labels() -> None:
    assert sorted(stated()) == sorted(defined().values())


def test_every_label_is_the_words_fika_v1_and_a_use() -> None:
    for label in defined().values():
        assert re.fullmatch(rb"fika/v1/[a-z]+(-[a-z]+)*\0", label)


def test_no_label_is_the_beginning_of_another() -> None:
    for one, other in permutations(defined().values(), 2):
        assert not other.startswith(one)


def test_every_label_is_written_once_and_used_from_one_module() -> None:
    sources = {path: path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")}
    for name, label in defined().items():
        literal = label[:-1].decode()
        writers = [path for path, text in sources.items() if re.search(rf'"{re.escape(literal)}\\0"', text)]
        assert len(writers) == 1, (name, writers)
        package, constant = name.split(".")
        users = [
            path
            for path, text in sources.items()
            if ("/sync/" in str(path)) == (package == "sync") and re.search(rf"\blabels\.{constant}\b", text)
        ]
        assert len(users) == 1, (name, users)
