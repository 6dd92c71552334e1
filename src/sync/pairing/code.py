"""Codes: what two phones show, paste and send each other, as text that cameras and keyboards carry whole.

A code says what it is for, and a reader names what it takes: a code for handing over everything can never be
read where people only wanted to pair. The checksum finds slips; it protects against nobody.
"""

import base64
import enum
import zlib
from typing import Final

from sync.errors import BadCode, CodeForElsewhere, NewerCode, OwnCode

VERSION: Final = 1
PREFIX: Final = "FIKA:"
MAX_TEXT: Final = 2_000_000
"""Longer than any code is with spaces in it; nobody pastes more."""

# What keyboards, mail programs and cameras put between letters goes; small letters become capitals.
_PLAIN: Final[dict[int, int | None]] = {
    **dict.fromkeys(map(ord, " \t\r\n\v\f\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff-\u2010\u2011\u2012\u2013>")),
    **{ord(small): ord(small) - 32 for small in "abcdefghijklmnopqrstuvwxyz"},
}
_HEAD_BYTES: Final = 5
_HEAD_LETTERS: Final = 8
_CHECK_BYTES: Final = 4


class Kind(enum.IntEnum):
    """What a code is for. The number stands in it; 14 and 15 were never used and stay free."""

    ROOM = 1
    ROOM_BACK = 2
    WORDS_OFFER = 3
    WORDS_ANSWER = 4
    WORDS_CONFIRMATION = 5
    WORDS_RECEIPT = 6
    STOP = 7
    INVITATION = 8
    REQUEST = 9
    APPROVAL = 10
    LINK = 11
    LINK_GRANT = 12
    LINK_RECEIPT = 13
    PART = 16
    PROGRAMME = 17


MOST: Final = {
    Kind.ROOM: 256,
    Kind.ROOM_BACK: 4096,
    Kind.WORDS_OFFER: 4096,
    Kind.WORDS_ANSWER: 4096,
    Kind.WORDS_CONFIRMATION: 4096,
    Kind.WORDS_RECEIPT: 4096,
    Kind.STOP: 256,
    Kind.INVITATION: 512,
    Kind.REQUEST: 4096,
    Kind.APPROVAL: 4096,
    Kind.LINK: 256,
    Kind.LINK_GRANT: 1_048_576,
    Kind.LINK_RECEIPT: 65_536,
    Kind.PART: 16_384,
    Kind.PROGRAMME: 512,
}
"""The largest body of each kind, checked before anything is made of it."""


def write(kind: Kind, body: bytes) -> str:
    """The text of a code: capital letters and digits, as the small mode of a QR code holds them."""
    if len(body) > MOST[kind]:
        raise BadCode(reason="size")
    raw = bytes([VERSION, kind]) + len(body).to_bytes(3, "big") + body
    raw += zlib.crc32(raw).to_bytes(_CHECK_BYTES, "big")
    return PREFIX + base64.b32encode(raw).decode("ascii").rstrip("=")


def read(text: str, *kinds: Kind, own: tuple[Kind, ...] = ()) -> bytes:
    """The body of the first code in a text, if it is of one of the kinds; `own` are those this side writes itself."""
    kind, body, _ = _first(_plain(text), 0)
    if kind in own:
        raise OwnCode(reason="role")
    if kind not in kinds:
        raise CodeForElsewhere(got=kind.name.lower())
    return body


def read_all(text: str, kind: Kind) -> list[bytes]:
    """The bodies of all codes in a text; every one has to be whole and of that kind."""
    plain = _plain(text)
    found: list[bytes] = []
    at = 0
    while not found or PREFIX in plain[at:]:
        got, body, at = _first(plain, at)
        if got is not kind:
            raise CodeForElsewhere(got=got.name.lower())
        found.append(body)
    return found


def split(text: str) -> list[str]:
    """Every code in a text, each by itself; all of them have to be whole."""
    plain = _plain(text)
    found: list[str] = []
    at = 0
    while not found or PREFIX in plain[at:]:
        kind, body, at = _first(plain, at)
        found.append(write(kind, body))
    return found


def kind_of(text: str) -> Kind:
    """What the first code in a text is for."""
    return _first(_plain(text), 0)[0]


def _plain(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadCode(reason="size")
    return text.translate(_PLAIN)


def _first(plain: str, after: int) -> tuple[Kind, bytes, int]:
    """The first code from a place on. People also write "fika:" when they mean coffee."""
    at = _next(plain, after)
    while True:
        try:
            return _read_at(plain, at)
        except BadCode:
            if plain.find(PREFIX, at) < 0:
                raise
            at = _next(plain, at)


def _next(plain: str, after: int) -> int:
    """Where the letters of the next code begin."""
    at = plain.find(PREFIX, after)
    if at < 0:
        raise BadCode(reason="missing")
    return at + len(PREFIX)


def _read_at(plain: str, at: int) -> tuple[Kind, bytes, int]:
    version, number, *size = _decode(plain[at : at + _HEAD_LETTERS], _HEAD_LETTERS)
    if version != VERSION:
        raise NewerCode(version=version)
    try:
        kind = Kind(number)
    except ValueError as exc:
        raise NewerCode(kind=number) from exc
    length = int.from_bytes(bytes(size), "big")
    if length > MOST[kind]:
        raise BadCode(reason="size")
    count = -(-(_HEAD_BYTES + length + _CHECK_BYTES) * 8 // 5)
    raw = _decode(plain[at : at + count], count)
    if zlib.crc32(raw[:-_CHECK_BYTES]) != int.from_bytes(raw[-_CHECK_BYTES:], "big"):
        raise BadCode(reason="checksum")
    return kind, raw[_HEAD_BYTES:-_CHECK_BYTES], at + count


def _decode(letters: str, count: int) -> bytes:
    """Whole bytes of base32, with spare bits that are zero: one text for one meaning."""
    if len(letters) < count:
        raise BadCode(reason="cut")
    try:
        raw = base64.b32decode(letters + "=" * (-count % 8))
    except ValueError as exc:  # binascii.Error, and letters beyond ASCII
        raise BadCode(reason="letters") from exc
    if base64.b32encode(raw).decode("ascii").rstrip("=") != letters:
        raise BadCode(reason="letters")
    return raw
