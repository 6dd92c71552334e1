"""Blind signatures: the RFC's vector, and what nobody gets past them."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sync.errors import BadRecord, BadSignature
from sync.programme import blind
from sync.programme.blind import Signer
from tests.support.programme import SIGNER

VECTOR = {
    name: bytes.fromhex(value)
    for name, value in json.loads((Path(__file__).parents[2] / "vectors/programme/blind.json").read_text()).items()
}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(SIGNER)


def signer_of(n: bytes, d: bytes) -> Signer:
    modulus, exponent = int.from_bytes(n, "big"), int.from_bytes(d, "big")
    p, q = rsa.rsa_recover_prime_factors(modulus, blind.EXPONENT, exponent)
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        exponent,
        rsa.rsa_crt_dmp1(exponent, p),
        rsa.rsa_crt_dmq1(exponent, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(blind.EXPONENT, modulus),
    )
    form = serialization.PrivateFormat.PKCS8
    return Signer(
        numbers.private_key(unsafe_skip_rsa_key_validation=True).private_bytes(
            serialization.Encoding.DER, form, serialization.NoEncryption()
        )
    )


def test_the_vector_of_the_rfc() -> None:
    n = int.from_bytes(VECTOR["n"], "big")
    factor = pow(int.from_bytes(VECTOR["inv"], "big"), -1, n)
    blinded = blind.blind_with(VECTOR["n"], VECTOR["msg"], VECTOR["salt"], factor)
    assert blinded.factor == VECTOR["inv"]
    signed = signer_of(VECTOR["n"], VECTOR["d"]).sign(blinded.message)
    assert signed == VECTOR["evaluated"]
    assert blind.finish(VECTOR["n"], VECTOR["msg"], signed, blinded.factor) == VECTOR["sig"]


def test_what_was_signed_unseen_verifies_for_everybody(signer: Signer) -> None:
    modulus = blind.check_modulus(signer.modulus)
    one, other = blind.blind(modulus, b"a serial"), blind.blind(modulus, b"a serial")
    assert one.message != other.message and b"a serial" not in one.message
    signatures = [blind.finish(modulus, b"a serial", signer.sign(each.message), each.factor) for each in (one, other)]
    assert signatures[0] != signatures[1]
    for signature in signatures:
        blind.verify(modulus, b"a serial", signature)
        with pytest.raises(BadSignature):
            blind.verify(modulus, b"another", signature)


def test_a_signature_by_another_key_is_none(signer: Signer) -> None:
    stranger = Signer.new()
    assert len(stranger.modulus) == blind.MODULUS_BYTES
    hidden = blind.blind(signer.modulus, b"a serial")
    value = int.from_bytes(hidden.message, "big") % int.from_bytes(stranger.modulus, "big")
    with pytest.raises(BadSignature):
        blind.finish(signer.modulus, b"a serial", stranger.sign(value.to_bytes(256, "big")), hidden.factor)
    with pytest.raises(BadSignature):
        blind.finish(signer.modulus, b"a serial", b"short", hidden.factor)


def test_two_signatures_do_not_multiply_into_a_third(signer: Signer) -> None:
    """Plain RSA would let one do that; the encoding is what stands in the way."""
    n = int.from_bytes(signer.modulus, "big")
    made = [blind.blind(signer.modulus, text) for text in (b"one", b"two")]
    found = [
        blind.finish(signer.modulus, text, signer.sign(each.message), each.factor)
        for text, each in zip((b"one", b"two"), made, strict=True)
    ]
    product = (int.from_bytes(found[0], "big") * int.from_bytes(found[1], "big") % n).to_bytes(256, "big")
    for text in (b"one", b"two", b"onetwo"):
        with pytest.raises(BadSignature):
            blind.verify(signer.modulus, text, product)


@pytest.mark.parametrize("wrong", [b"", b"\0" * 255, b"\xff" * 256, b"\0" * 257])
def test_what_cannot_have_been_blinded_is_not_signed(signer: Signer, wrong: bytes) -> None:
    with pytest.raises(BadRecord):
        signer.sign(wrong)


@pytest.mark.parametrize("wrong", [b"\xff" * 255, b"\x7f" + b"\xff" * 255, b"\xff" * 255 + b"\xfe"])
def test_a_modulus_that_is_none_is_refused(wrong: bytes) -> None:
    with pytest.raises(BadRecord):
        blind.check_modulus(wrong)


def test_a_fault_in_the_arithmetic_never_leaves(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong half of the two gives the key away to whoever sees it."""
    real = Signer._numbers

    def faulty(self: Signer) -> rsa.RSAPrivateNumbers:
        found = real(self)
        return rsa.RSAPrivateNumbers(
            found.p, found.q, found.d, found.dmp1 ^ 2, found.dmq1, found.iqmp, found.public_numbers
        )

    monkeypatch.setattr(Signer, "_numbers", faulty)
    with pytest.raises(BadSignature):
        signer.sign(b"\x01" * 256)


def test_a_modulus_made_to_fit_is_noticed() -> None:
    """With a factor in common, the blinding hides nothing."""
    salts = (at.to_bytes(48, "big") for at in range(64))
    encoded, salt = next(
        (value, salt)
        for salt in salts
        if (value := int.from_bytes(blind._encode(b"m", 2047, salt), "big")).bit_length() == 2047
    )
    with pytest.raises(BadRecord):
        blind.blind_with((encoded * 2).to_bytes(256, "big"), b"m", salt, 7)
