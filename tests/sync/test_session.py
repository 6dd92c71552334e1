"""A proof to a server: for this origin, this challenge, this place and this use only."""

import os

import pytest

from sync import session
from sync.signing import Device, SigningKey

SPACE = os.urandom(16)
KEYS = Device.new().in_space(SPACE)
FACTS = {"origin": "https://fika.example.org:443", "nonce": "abc", "space": SPACE, "device": KEYS.id}


def proved(signature: bytes, use: bytes = session.SESSION, **other: object) -> bool:
    return session.proves(KEYS.signing.public, signature, use, **{**FACTS, **other})  # type: ignore[arg-type]


def test_a_proof_holds_for_exactly_what_it_names() -> None:
    signature = session.proof(KEYS.signing, session.SESSION, **FACTS)  # type: ignore[arg-type]
    assert proved(signature)
    assert not proved(signature, session.ACCOUNT_END)
    assert not proved(signature, origin="https://fika.example.com:443")
    assert not proved(signature, nonce="abd")
    assert not proved(signature, space=os.urandom(16))
    assert not proved(signature, device=os.urandom(16))


def test_letters_cannot_move_from_the_origin_to_the_nonce() -> None:
    signature = session.proof(KEYS.signing, session.SESSION, **FACTS)  # type: ignore[arg-type]
    assert not proved(signature, origin="https://fika.example.org:443a", nonce="bc")


def test_another_key_and_an_unfit_key_prove_nothing() -> None:
    signature = session.proof(SigningKey.new(), session.SESSION, **FACTS)  # type: ignore[arg-type]
    assert not proved(signature)
    assert not session.proves(bytes(32), signature, session.SESSION, **FACTS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Fika.Example.org", "https://fika.example.org:443"),
        ("http://127.0.0.1:8460/", "http://127.0.0.1:8460"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_an_address_has_one_origin(url: str, origin: str) -> None:
    assert session.origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a",
        "https://",
        "https://me@a",
        "https://a?x",
        "https://ä",
        "https://a:99999",
        "https://a:0",
        "http://[::1]:00",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        session.origin_of(url)
