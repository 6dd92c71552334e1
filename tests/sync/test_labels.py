"""One table of labels: the page and the source say the same, and no label can be taken for another."""

import re
from collections import defaultdict
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
    writers: dict[str, set[Path]] = defaultdict(set)
    users: dict[str, set[Path]] = defaultdict(set)
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text("utf-8")
        package = "sync" if "sync" in path.relative_to(ROOT).parts else "vault"
        for literal in re.findall(r'"(fika/v1/[^"\\]*)\\0"', text):
            writers[literal].add(path)
        for constant in re.findall(r"\blabels\.([A-Z]\w*)", text):
            users[f"{package}.{constant}"].add(path)
    for name, label in defined().items():
        assert len(writers[label[:-1].decode()]) == 1, (name, writers[label[:-1].decode()])
        assert len(users[name]) == 1, (name, users[name])
