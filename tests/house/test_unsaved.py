"""Whatever field one writes in, its words outlive the sheet, the lock and a crash; or it is said here why they must not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

UI = Path(__file__).parents[2] / "src" / "app" / "ui"

SECRET = {
    "backup.py": {"'restore-secret'", "'test-secret'"},
    "codes.py": {"id"},
    "join.py": {"'return-key'", "'return-pin'"},
    "lock.py": {"'passphrase'"},
    "new_phrase.py": {"id"},
    "pair.py": {"'pair-six'"},
    "recovery.py": {"'replace-passphrase'", "'replace-former'", "f'key-group-{place + 1}'", "'recovery-key'"},
    "settings_devices.py": {"'outside-key'", "'add-passphrase'"},
    "settings_erase.py": {"'erase-passphrase'"},
    "settings_phrase.py": {"'old-passphrase'"},
    "settings_server.py": {"'server-delete-phrase'", "'server-invitation'", "'server-pin'"},
}
"""Passphrases, keys, codes and pairing words: never on the disk, sealed or not."""

BEFORE = {"first.py": {"'name'"}, "join.py": {"'join-name'", "'return-address'"}}
"""Before there is a vault there is nothing to seal them with."""

FINDING = {
    "library.py": {"'find-document'"},
    "people.py": {"'find-person'"},
    "search.py": {"'search-field'"},
    "toggles.py": {"f'{id}-find'"},
}
"""What one looks for is typed again; leaving it behind would tell what one looked for."""

HANDED = {
    "goal_edit.py": {"f'goal-{item.id}'", "f'goal-{item}'"},
    "items.py": {"f'item-{item.id}'"},
    "skills.py": {"f'proof-text-{skill}'"},
}
"""The form that shows the field keeps them."""


def forgetful(source: str) -> Iterator[str]:
    """The names of fields whose words come from no `use_unfinished`."""
    tree = ast.parse(source)
    kept = {"use_unfinished"}
    before = 0
    while before < len(kept):
        before = len(kept)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and kept & names_in(node.value):
                kept |= {name for target in node.targets for name in names_in(target)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Field", "PassphraseField") and len(node.args) > 1:
            name = next((ast.unparse(one.value) for one in node.keywords if one.arg == "id"), "")
            if "Passphrase" in ast.unparse(node.func) or not kept & names_in(node.args[1]):
                yield name


def names_in(node: ast.AST) -> set[str]:
    """The names that are used in it."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_a_field_that_forgets_is_found() -> None:
    field = "form = {}('x', '')\ntext = form.values\nField(say('x'), text, form.put, id='x')"
    assert list(forgetful(field.format("use_state"))) == ["'x'"]
    assert list(forgetful(field.format("use_unfinished"))) == []
    assert list(forgetful("form = use_unfinished('x', '')\nPassphraseField(say('x'), form, id='y')")) == ["'y'"]


def test_no_field_forgets_what_one_typed() -> None:
    found = {path.name: set(forgetful(path.read_text("utf-8"))) for path in UI.rglob("*.py")}
    known: dict[str, set[str]] = {}
    for some in (SECRET, BEFORE, FINDING, HANDED):
        for file, fields in some.items():
            known.setdefault(file, set()).update(fields)
    assert {file: fields for file, fields in found.items() if fields} == known
