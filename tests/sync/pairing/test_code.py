"""Codes: whole or refused, whatever cameras, keyboards and mail programs do to them."""

import base64
import zlib

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import BadCode, CodeForElsewhere, NewerCode, OwnCode, SyncError
from sync.pairing import code
from sync.pairing.code import Kind

TEXT = code.write(Kind.LINK, bytes(range(80)))


def raw_text(raw: bytes) -> str:
    """A code with a checksum that fits, whatever stands in it."""
    raw += zlib.crc32(raw).to_bytes(4, "big")
    return code.PREFIX + base64.b32encode(raw).decode().rstrip("=")


@given(st.sampled_from(list(Kind)), st.binary(max_size=200))
def test_what_is_written_is_read(kind: Kind, body: bytes) -> None:
    text = code.write(kind, body)
    assert code.read(text, kind) == body
    assert code.kind_of(text) is kind


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["", "", " ", "\n", "-", "\u00ad", "\u200b", "\r\n> "]), min_size=9), st.booleans())
def test_case_spaces_dashes_line_breaks_and_talk_around_it_do_not_matter(between: list[str], small: bool) -> None:
    shaken = "".join(letter + between[at % len(between)] for at, letter in enumerate(TEXT))
    shaken = shaken.lower() if small else shaken
    assert code.read(f"Hej! Ses vi på fika: då är koden {shaken} Hälsningar K", Kind.LINK) == bytes(range(80))


def test_every_changed_letter_and_every_two_swapped_are_found() -> None:
    for at in range(len(code.PREFIX), len(TEXT)):
        for other in ("A", "7"):
            if TEXT[at] != other:
                with pytest.raises(SyncError):
                    code.read(TEXT[:at] + other + TEXT[at + 1 :], Kind.LINK)
        if at + 1 < len(TEXT) and TEXT[at] != TEXT[at + 1]:
            with pytest.raises(SyncError):
                code.read(TEXT[:at] + TEXT[at + 1] + TEXT[at] + TEXT[at + 2 :], Kind.LINK)


def test_every_flipped_bit_is_found() -> None:
    raw = base64.b32decode(TEXT.removeprefix(code.PREFIX) + "=" * (-(len(TEXT) - 5) % 8))
    for bit in range(8 * len(raw)):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SyncError):
            code.read(code.PREFIX + base64.b32encode(bytes(flipped)).decode().rstrip("="), *Kind)


def test_every_cut_is_found() -> None:
    for end in range(len(TEXT)):
        with pytest.raises(BadCode):
            code.read(TEXT[:end], *Kind)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", BadCode),
        ("fikapaus kl 15", BadCode),
        ("FIKA:", BadCode),
        ("FIKA:ÅÄÖÅÄÖÅÄÖÅÄÖ", BadCode),
        ("FIKA:0189018901890189", BadCode),
        (TEXT[:30] + "é" + TEXT[31:], BadCode),
        (raw_text(bytes([2, 1, 0, 0, 0])), NewerCode),
        (raw_text(bytes([0, 1, 0, 0, 0])), NewerCode),
        (raw_text(bytes([1, 200, 0, 0, 0])), NewerCode),
        (raw_text(bytes([1, Kind.ROOM]) + (100_000).to_bytes(3, "big")), BadCode),
        ("FIKA:" + "A" * (code.MAX_TEXT + 1), BadCode),
    ],
)
def test_hostile_text_is_a_typed_refusal(text: str, error: type[SyncError]) -> None:
    with pytest.raises(error):
        code.read(text, *Kind)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=60).map(raw_text)))
def test_no_text_at_all_makes_anything_but_a_typed_refusal(text: str) -> None:
    try:
        code.read("FIKA:" + text, *Kind)
    except SyncError:
        return


def test_spare_bits_are_zero_so_that_one_meaning_has_one_text() -> None:
    text = code.write(Kind.ROOM, b"")  # 9 bytes are 72 bits in 15 letters: three bits to spare
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(text[-1])
    for spare in range(1, 8):
        with pytest.raises(BadCode):
            code.read(text[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[last | spare], Kind.ROOM)


def test_a_code_is_taken_only_where_it_belongs() -> None:
    with pytest.raises(CodeForElsewhere) as refused:
        code.read(TEXT, Kind.ROOM, Kind.INVITATION)
    assert refused.value.facts == {"got": "link"}
    with pytest.raises(OwnCode):
        code.read(TEXT, Kind.LINK_GRANT, own=(Kind.LINK,))


@pytest.mark.parametrize("kind", Kind)
def test_nothing_longer_than_its_kind_allows_is_written(kind: Kind) -> None:
    code.write(kind, bytes(code.MOST[kind]))
    with pytest.raises(BadCode):
        code.write(kind, bytes(code.MOST[kind] + 1))


def test_several_codes_in_one_text_are_all_read_and_all_of_one_kind() -> None:
    texts = [code.write(Kind.PART, bytes([number])) for number in range(3)]
    assert code.read_all("\n\n".join(texts), Kind.PART) == [b"\0", b"\1", b"\2"]
    with pytest.raises(CodeForElsewhere):
        code.read_all(f"{texts[0]} {TEXT}", Kind.PART)
    with pytest.raises(BadCode):
        code.read_all("hej", Kind.PART)
    assert code.split(f"{texts[0].lower()} och {TEXT}.") == [texts[0], TEXT]
    with pytest.raises(BadCode):
        code.split(f"{texts[0]} och {TEXT[:-1]}")


@pytest.mark.parametrize(
    ("length", "correction", "version"), [(146, "M", 9), (529, "L", 17), (139, "M", 9), (80, "M", 6), (462, "L", 16)]
)
def test_the_pictures_are_as_small_as_the_page_says(length: int, correction: str, version: int) -> None:
    picture = segno.make(code.write(Kind.PART, bytes(length)), error=correction, micro=False, boost_error=False)
    assert (picture.version, picture.mode) == (version, "alphanumeric")
