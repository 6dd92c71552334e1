"""The self-test passes here, and fails when an answer is another."""

import pytest

from app.vault import selftest


def test_it_passes_with_the_real_derivation() -> None:
    assert selftest.passes()


@pytest.mark.parametrize(
    ("name", "value"), [("_STRETCHED", "00" * 32), ("_PRIVATE", "01" * 32), ("_SEALED", "00" * 52)]
)
def test_another_answer_fails(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setattr(selftest, name, value)
    if name != "_STRETCHED":
        monkeypatch.setattr("app.vault.kdf.stretch", lambda *_: bytes.fromhex(selftest._STRETCHED))
    assert not selftest.passes()
