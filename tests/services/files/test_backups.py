"""What goes into a backup: everything of the person, nothing of the device."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import BackupDamaged
from app.services.files import backups
from app.services.files.backups import belongs_to_person, kinds, put_into, rows_of, secrets_of
from app.services.spaces import DEVICE, KEYRING
from app.vault import backup
from app.vault.documents import Documents
from app.vault.own import OWN_TABLE
from app.vault.vault import Vault
from sync.recovery import RecoveryKey


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    vault = Vault.create_temporary(inside=tmp_path)
    yield vault.documents
    vault.lock()


def test_the_tables_of_the_device_and_of_the_vault_stay(documents: Documents) -> None:
    for table in (OWN_TABLE, DEVICE, KEYRING, "note"):
        documents.table(table).insert({"of": table})
    assert [row["of"] for _, _, row in rows_of(documents)] == [KEYRING, "note"]
    assert [belongs_to_person(table) for table in (OWN_TABLE, DEVICE, KEYRING, "note")] == [False, False, True, True]


def test_rows_come_back_under_their_ids(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "AT_ONCE", 2)
    rows: list[tuple[str, int, dict[str, Any]]] = [("note", n, {"n": n}) for n in (3, 5, 9)]
    put_into(documents, iter(rows))
    assert [(name, doc_id, dict(row)) for name, doc_id, row in rows_of(documents)] == rows


@pytest.mark.parametrize("table", [OWN_TABLE, DEVICE])
def test_what_does_not_belong_there_is_refused(documents: Documents, table: str) -> None:
    with pytest.raises(BackupDamaged):
        put_into(documents, iter([(table, 1, {})]))
    assert list(rows_of(documents)) == []


def test_counts_are_of_what_people_know_about() -> None:
    assert kinds({"note": 3, "note_card": 3, "version": 9, KEYRING: 2}) == {"note": 3}


def test_a_backup_from_a_time_that_no_calendar_has_is_damaged() -> None:
    target, key = io.BytesIO(), RecoveryKey(bytes(range(16)))
    backup.write(target, [], backup.Secrets(recovery=key.backup), (1 << 64) - 1)
    with pytest.raises(BackupDamaged):
        backups.tested(target.getvalue(), key.text)


def test_what_was_typed_is_a_recovery_key_or_words() -> None:
    key = RecoveryKey(bytes(range(16)))
    locks, found = secrets_of(key.text.upper())
    assert (locks.recovery, locks.words, found) == (key.backup, None, key)
    locks, found = secrets_of("sista belysa kamel smaragd navel enkel")
    assert (locks.recovery, locks.words, found) == (None, "sista belysa kamel smaragd navel enkel", None)
