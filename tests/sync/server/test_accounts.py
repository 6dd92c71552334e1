"""Sessions, challenges and invitation tokens as they are kept: hashed, once, and not for long."""

import os
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from sync.server import schema, sqlite
from sync.server.accounts import CHALLENGE_SECONDS, SESSION_SECONDS, Accounts
from sync.server.database import Database
from sync.server.letters import Keyrings
from sync.server.refusal import Refusal


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    found = Accounts(database, clock)
    found.start()
    return found


SPACE, DEVICE = os.urandom(16), os.urandom(16)


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_a_challenge_holds_for_a_minute_for_its_device_in_its_space(accounts: Accounts, clock: Clock) -> None:
    nonce = accounts.challenge(SPACE, DEVICE)
    accounts.check_challenge(nonce, SPACE, DEVICE)
    for space, device in ((os.urandom(16), DEVICE), (SPACE, os.urandom(16))):
        with pytest.raises(Refusal) as refused:
            accounts.check_challenge(nonce, space, device)
        assert code(refused) == "nonce"
    clock.now += CHALLENGE_SECONDS + 2
    with pytest.raises(Refusal):
        accounts.check_challenge(nonce, SPACE, DEVICE)


@pytest.mark.parametrize("wrong", ["", "x", "é", "A" * 43, "A" * 44, "A" * 5000, "A" * 42 + "="])
def test_what_is_no_challenge_is_refused(accounts: Accounts, wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.check_challenge(wrong, SPACE, DEVICE)
    assert code(refused) == "nonce"


def test_all_processes_share_the_key_of_the_challenges(accounts: Accounts, database: Database, clock: Clock) -> None:
    other = Accounts(database, clock)
    other.start()
    other.check_challenge(accounts.challenge(SPACE, DEVICE), SPACE, DEVICE)


def test_a_challenge_is_used_up_also_for_another_process(accounts: Accounts, database: Database, clock: Clock) -> None:
    nonce = accounts.challenge(SPACE, DEVICE)
    accounts.open(SPACE, DEVICE, nonce)
    other = Accounts(database, clock)
    with pytest.raises(Refusal) as refused:
        other.open(SPACE, DEVICE, nonce)
    assert code(refused) == "nonce"


def test_a_session_ends_by_itself_and_on_demand(accounts: Accounts, database: Database, clock: Clock) -> None:
    token, session = accounts.open(SPACE, DEVICE, "a")
    again, _ = accounts.open(SPACE, DEVICE, "b")
    assert accounts.session(token) == session
    assert accounts.counts(SPACE, DEVICE) == (None, 2)
    other = Accounts(database, clock)
    assert other.session(again).device == DEVICE
    accounts.end(SPACE, DEVICE)
    for ended in (token, again):
        with pytest.raises(Refusal):
            accounts.session(ended)
    # Another process notices within half a minute.
    clock.now += 31
    with pytest.raises(Refusal):
        other.session(again)
    token, _ = accounts.open(SPACE, DEVICE, "c")
    clock.now += SESSION_SECONDS + 1
    with pytest.raises(Refusal):
        accounts.session(token)
    assert accounts.sweep() == 1


def test_no_token_lies_in_the_database(accounts: Accounts, database: Database) -> None:
    token, _ = accounts.open(SPACE, DEVICE, "a")
    ticket = accounts.invite(1, 1)
    with database.read() as work:
        cells = [cell for table in ("session", "ticket") for row in work.rows(f"select * from {table}") for cell in row]
    kept = b"|".join(cell for cell in cells if isinstance(cell, bytes))
    assert len(kept) > 100
    for secret in (token.encode(), urlsafe_b64decode(token + "==")[16:], ticket.encode()):
        assert secret not in kept


def test_an_invitation_token_counts_its_uses(accounts: Accounts, clock: Clock) -> None:
    ticket = accounts.invite(2, 1).encode()
    first, second, third = (os.urandom(16) for _ in range(3))
    assert accounts.introduce(SPACE, first, bytes(32), ticket)
    assert not accounts.introduce(SPACE, first, bytes(32), ticket)
    assert accounts.introduce(SPACE, second, bytes(32), ticket)
    with pytest.raises(Refusal) as refused:
        accounts.introduce(SPACE, third, bytes(32), ticket)
    assert code(refused) == "closed"
    late = accounts.invite(1, 1).encode()
    clock.now += 86_401
    with pytest.raises(Refusal):
        accounts.introduce(SPACE, third, bytes(32), late)


def test_an_introduction_that_led_to_nothing_is_forgotten(accounts: Accounts, clock: Clock) -> None:
    accounts.introduce(SPACE, DEVICE, bytes(32), None)
    assert accounts.introduced(SPACE, DEVICE) == bytes(32)
    clock.now += 2 * 86_400
    assert accounts.sweep() == 1
    assert accounts.introduced(SPACE, DEVICE) is None


def test_what_was_erased_while_somebody_read_is_gone_from_the_disk_with_the_next_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    ours, theirs = sqlite.Sqlite(tmp_path / "db"), sqlite.Sqlite(tmp_path / "db")
    schema.migrate(ours)
    keyrings, sealed, id, secret = Keyrings(ours), os.urandom(64), os.urandom(16), os.urandom(32)
    keyrings.put(id, secret, sealed, admit=lambda: None, today=1)

    def on_the_disk() -> bool:
        return any(sealed in file.read_bytes() for file in tmp_path.iterdir())

    with theirs.read() as backup:
        assert backup.one("select count(*) from keyring") == (1,)
        keyrings.delete(id, secret)
    assert on_the_disk()
    Accounts(ours).sweep()
    assert not on_the_disk()
    for database in (ours, theirs):
        database.close()
