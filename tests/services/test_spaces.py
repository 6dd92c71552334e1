"""Spaces: a root key that only the recovery key opens, a device that is new after each restore, keys for every space."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.spaces import DEVICE, KEYRING, Spaces
from app.vault.documents import Documents
from app.vault.vault import Vault
from sync.errors import CannotOpen
from sync.recovery import RecoveryKey
from sync.signing import Certificate, Device, Genesis

RECOVERY = RecoveryKey(bytes(range(16)))


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    vault = Vault.create_temporary(inside=tmp_path)
    yield vault.documents
    vault.lock()


@pytest.fixture
def spaces(documents: Documents) -> Spaces:
    found = Spaces(documents, clock=lambda: 1_700_000_000.0)
    found.begin(RECOVERY)
    return found


def rows(documents: Documents, table: str, kind: str) -> list[dict[str, str]]:
    return [dict(row) for row in documents.table(table) if row["kind"] == kind]


def everything_in(documents: Documents) -> str:
    return str([dict(row) for table in documents.tables() for row in documents.table(table)])


def test_the_first_run_makes_a_root_a_device_and_the_personal_space(documents: Documents, spaces: Spaces) -> None:
    assert spaces.all() == [(spaces.personal, "personal")]
    assert spaces.kind(spaces.personal) == "personal"
    certificate = spaces.certificate
    assert certificate is not None
    assert certificate.certifier == certificate.root == spaces.root
    seed = bytes.fromhex(rows(documents, DEVICE, "device")[0]["seed"])
    assert certificate.sign_public == Device(seed).master().signing.public
    assert spaces.device(spaces.personal) == Device(seed).in_space(bytes.fromhex(spaces.personal)).id.hex()
    assert certificate.made == 1_700_000_000_000


def test_the_roots_private_half_is_only_under_the_recovery_key(documents: Documents, spaces: Spaces) -> None:
    root = spaces._root(RECOVERY)
    assert root.public == spaces.root
    assert root.seed.hex() not in everything_in(documents)
    with pytest.raises(CannotOpen):
        spaces._root(RecoveryKey.new())


def test_a_space_is_founded_by_this_device_and_certified(documents: Documents, spaces: Spaces) -> None:
    space = spaces.create("mentoring")
    assert spaces.kind(space) == "mentoring"
    row = next(row for row in rows(documents, KEYRING, "space") if row["id"] == space)
    genesis = Genesis.read(bytes.fromhex(row["genesis"]), bytes.fromhex(space))
    master = spaces.certificate
    assert master is not None
    assert genesis.kind_name == "mentoring"
    assert genesis.founded_by(master.sign_public)
    certificate = Certificate.read(bytes.fromhex(row["certificate"]))
    assert certificate.space.hex() == space
    assert certificate.certifier == master.sign_public
    assert certificate.device.hex() == spaces.device(space)
    assert len(bytes.fromhex(row["epoch"])) == 32
    assert spaces.device(space) != spaces.device(spaces.personal)


def test_a_space_is_rolled_back_with_the_transaction_it_was_made_in(documents: Documents, spaces: Spaces) -> None:
    with pytest.raises(RuntimeError), documents.transaction():
        spaces.create("mentoring")
        raise RuntimeError
    assert len(spaces.all()) == 1
    with pytest.raises(KeyError):
        spaces.kind("nowhere")


def test_what_is_read_again_is_the_same(documents: Documents, spaces: Spaces) -> None:
    again = Spaces(documents)
    assert again.personal == spaces.personal
    assert again.device(again.personal) == spaces.device(spaces.personal)


@pytest.mark.parametrize("recovery", [None, RECOVERY], ids=["by the old device", "by the root"])
def test_a_copy_becomes_a_new_device(documents: Documents, spaces: Spaces, recovery: RecoveryKey | None) -> None:
    shared = spaces.create("mentoring")
    before = spaces.certificate
    ids = [spaces.device(spaces.personal), spaces.device(shared)]
    spaces.become_new_device(recovery)
    after = spaces.certificate
    assert before is not None
    assert after is not None
    assert after.device != before.device
    assert after.certifier == (spaces.root if recovery else before.sign_public)
    assert not {spaces.device(spaces.personal), spaces.device(shared)} & set(ids)
    assert len(rows(documents, DEVICE, "device")) == 1
    for row in rows(documents, KEYRING, "space"):
        assert Certificate.read(bytes.fromhex(row["certificate"])).certifier == after.sign_public


def test_without_root_and_device_there_is_no_certificate_until_the_recovery_key_comes(
    documents: Documents, spaces: Spaces
) -> None:
    documents.drop_table(DEVICE)
    restored = Spaces(documents)
    with pytest.raises(LookupError):
        restored.device(restored.personal)
    restored.become_new_device()
    assert restored.certificate is None
    assert restored.backup_secret is None
    restored.become_new_device(RECOVERY)
    assert restored.certificate is not None
    assert restored.certificate.certifier == restored.root
    assert restored.backup_secret == RECOVERY.backup


def test_a_new_recovery_key_keeps_the_root_when_the_former_is_at_hand(spaces: Spaces) -> None:
    new, root = RecoveryKey.new(), spaces.root
    spaces.replace_root(new, RECOVERY)
    assert spaces.root == root
    assert spaces._root(new).public == root
    with pytest.raises(CannotOpen):
        spaces._root(RECOVERY)
    assert spaces.unconfirmed == new
    assert spaces.backup_secret == new.backup


def test_without_the_former_one_there_is_a_new_root(documents: Documents, spaces: Spaces) -> None:
    new, root = RecoveryKey.new(), spaces.root
    spaces.replace_root(new)
    assert spaces.root != root
    assert spaces._root(new).public == spaces.root
    assert spaces.certificate is not None
    assert spaces.certificate.root == spaces.root
    assert [row["root"] for row in rows(documents, KEYRING, "former-person")] == [root.hex()]


def test_the_recovery_key_waits_until_it_is_confirmed(documents: Documents, spaces: Spaces) -> None:
    assert spaces.unconfirmed == RECOVERY
    spaces.confirmed()
    spaces.confirmed()
    assert spaces.unconfirmed is None
    assert RECOVERY.secret.hex() not in everything_in(documents)
    assert spaces.backup_secret == RECOVERY.backup
