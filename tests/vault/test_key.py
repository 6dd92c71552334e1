"""The raw key: what lies below the slots."""

import pytest

from app.vault.key import VaultKey, milliseconds_now

KEY = VaultKey(bytearray(range(32)), b"v" * 16, b"l" * 16, 7)


def test_a_key_has_its_lengths_and_a_counter_of_64_bits() -> None:
    for secret, vault, lineage in ((31, 16, 16), (32, 15, 16), (32, 16, 17)):
        with pytest.raises(ValueError, match="32 secret bytes"):
            VaultKey(bytearray(secret), bytes(vault), bytes(lineage), 1)
    for counter in (-1, 1 << 64):
        with pytest.raises(ValueError, match="64 bits"):
            VaultKey(bytearray(32), bytes(16), bytes(16), counter)


def test_a_successor_is_another_secret_one_step_on() -> None:
    after = KEY.successor()
    assert (after.vault, after.lineage, after.counter) == (KEY.vault, KEY.lineage, 8)
    assert after.secret != KEY.secret
    assert KEY.successor(after=20, lineage=bytes(16)).counter == 21
    assert KEY.successor(after=3).counter == 8
    assert VaultKey.new().counter == 1
    assert VaultKey.new() != VaultKey.new()


def test_subkeys_differ_by_everything_that_goes_in() -> None:
    found = {
        KEY.subkey(b"one\0", b""),
        KEY.subkey(b"two\0", b""),
        KEY.subkey(b"one\0", b"salt"),
        KEY.subkey(b"one\0", b"", b"context"),
        VaultKey(KEY.secret, b"w" * 16, KEY.lineage, 7).subkey(b"one\0", b""),
    }
    assert len(found) == 5
    assert len(KEY.subkey(b"one\0", b"", length=64)) == 64


def test_a_wiped_key_gives_nothing_and_none_shows_itself() -> None:
    key = VaultKey.new()
    assert key.secret.hex() not in repr(key)
    assert str(bytes(key.secret)) not in repr(key)
    key.wipe()
    assert not any(key.secret)
    with pytest.raises(ValueError, match="wiped"):
        key.subkey(b"one\0", b"")


def test_a_clock_from_before_1970_says_1970(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.vault.key.time.time_ns", lambda: -(10**18))
    assert milliseconds_now() == 0
