"""JSON from outside, read within limits.

Python's own reader takes NaN, the last of two equal keys, lone surrogates and as much depth as the stack has; each of
them has broken somebody. Here they are errors, before anything is built from them.
"""

import json
from typing import Any, Final

from sync.errors import BadJson

MEBIBYTE: Final = 1 << 20
DIGITS_MAX: Final = 40
VALUES_MAX: Final = 2_000_000
"""An empty list is two bytes to send and sixty to hold: counted before any of them is built."""
INTEGER_MIN: Final = -(1 << 63)
INTEGER_MAX: Final = (1 << 63) - 1

_SLICE: Final = 256 * 1024
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def read(data: bytes | str, *, size: int = 16 * MEBIBYTE, depth: int = 32) -> Any:
    """The value in JSON from outside, or `BadJson` with the reason."""
    raw = _bytes(data)
    if len(raw) > size:
        raise BadJson(reason="size")
    _count(raw, depth)
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise BadJson(reason="encoding") from exc
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except RecursionError as exc:
        raise BadJson(reason="depth") from exc
    except json.JSONDecodeError as exc:
        raise BadJson(reason="syntax") from exc
    if "\\u" in text:
        _check_letters(found)
    return found


def _bytes(data: bytes | str) -> bytes:
    if isinstance(data, bytes):
        return data
    try:
        return data.encode()
    except UnicodeEncodeError as exc:
        raise BadJson(reason="letters") from exc


def _count(raw: bytes, depth: int) -> None:
    """Refuse too many values and too much depth, in time and memory that grow with the length alone.

    Without what is escaped, each quote begins or ends a string. What stands between the strings is looked at slice by slice:
    a list of all of them at once would take fifty times the room of the text.
    """
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    quotes, values, deep = 0, 0, 0
    for at in range(0, len(plain), _SLICE):
        pieces = plain[at : at + _SLICE].split(b'"')
        bare = b"".join(pieces[quotes & 1 :: 2])
        quotes += len(pieces) - 1
        values += bare.count(b",") + bare.count(b"[") + bare.count(b"{")
        if max(values, quotes // 4) > VALUES_MAX:  # a value is one string at most, and its name another
            raise BadJson(reason="values")
        for bracket in bare.translate(None, _NO_BRACKETS):
            deep += 1 if bracket in b"[{" else -1
            if deep > depth:
                raise BadJson(reason="depth")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson(reason="twice")
    return found


def _check_letters(value: Any) -> None:
    """Half a letter can only come from an escape: the text itself was proper UTF-8."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as exc:
            raise BadJson(reason="letters") from exc
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_letters(key)
            _check_letters(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_letters(inner)


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAX or not INTEGER_MIN <= (found := int(digits)) <= INTEGER_MAX:
        raise BadJson(reason="number")
    return found


def _float(digits: str) -> float:
    found = float(digits) if len(digits) <= 2 * DIGITS_MAX else float("inf")
    if found in (float("inf"), float("-inf")):
        raise BadJson(reason="number")
    return found


def _constant(name: str) -> float:
    raise BadJson(reason="number")
