"""JSON, both ways: what comes from outside is read within limits, what goes in must come out the same.

Python's own reader takes NaN, the last of two equal keys, lone surrogates and as much depth as the stack has; each of
them has broken somebody. Here they are errors, before anything is built from them.
"""

import json
import re
from collections.abc import Callable, Mapping
from json import encoder
from typing import Any, Final

from app.errors import DocumentRefused, JsonRefused

MEBIBYTE: Final = 1 << 20
DEPTH_MAX: Final = 100
DIGITS_MAX: Final = 40
INTEGER_MIN: Final = -(1 << 63)
INTEGER_MAX: Final = (1 << 63) - 1


def _encoder() -> Callable[[dict[str, Any]], str]:
    """JSON without spaces. `JSONEncoder.encode` makes the encoder in C anew at each call: here it is made once."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:  # a Python without it
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode
    pieces = make(None, None, encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda document: "".join(pieces(document, 0))


_encode: Final = _encoder()

_STRUCTURE: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def read(data: bytes | str, *, size: int = 16 * MEBIBYTE, depth: int = 32) -> Any:
    """The value in JSON from outside, or `JsonRefused` with the reason."""
    raw = _bytes(data)
    if len(raw) > size:
        raise JsonRefused(reason="size")
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise JsonRefused(reason="encoding") from exc
    _check_depth(raw, depth)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except RecursionError as exc:
        raise JsonRefused(reason="depth") from exc
    except json.JSONDecodeError as exc:
        raise JsonRefused(reason="syntax") from exc
    if "\\u" in text:
        _check_letters(found)
    return found


def _bytes(data: bytes | str) -> bytes:
    if isinstance(data, bytes):
        return data
    try:
        return data.encode()
    except UnicodeEncodeError as exc:
        raise JsonRefused(reason="letters") from exc


def _check_depth(raw: bytes, limit: int) -> None:
    """Count brackets outside of strings, before the reader recurses into them."""
    deep = 0
    for match in _STRUCTURE.finditer(raw):
        found = match[0]
        if found in b"[{":
            deep += 1
            if deep > limit:
                raise JsonRefused(reason="depth")
        elif found in b"]}":
            deep -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonRefused(reason="twice")
    return found


def _check_letters(value: Any) -> None:
    """Half a letter can only come from an escape: the text itself was proper UTF-8."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as exc:
            raise JsonRefused(reason="letters") from exc
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_letters(key)
            _check_letters(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_letters(inner)


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_MAX or not INTEGER_MIN <= (found := int(digits)) <= INTEGER_MAX:
        raise JsonRefused(reason="number")
    return found


def _float(digits: str) -> float:
    found = float(digits) if len(digits) <= 2 * DIGITS_MAX else float("inf")
    if found in (float("inf"), float("-inf")):
        raise JsonRefused(reason="number")
    return found


def _constant(name: str) -> float:
    raise JsonRefused(reason="number")


def write(document: Mapping[str, Any]) -> bytes:
    """A document as the vault stores it, or `DocumentRefused` if it would not read back the same."""
    found = document if type(document) is dict else dict(document)
    _check_mapping(found, 1)
    try:
        return _encode(found).encode()
    except UnicodeEncodeError as exc:
        raise DocumentRefused(reason="text") from exc
    except ValueError as exc:
        raise DocumentRefused(reason="number") from exc


def _check_mapping(values: Mapping[Any, Any], depth: int) -> None:
    for key, value in values.items():
        if type(key) is not str:
            raise DocumentRefused(reason="key")
        kind = type(value)
        if kind is not str and kind is not bool and value is not None:
            _check(value, depth)


def _check(value: Any, depth: int) -> None:
    if isinstance(value, int):
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            raise DocumentRefused(reason="number")
    elif isinstance(value, dict | list | tuple):
        if depth >= DEPTH_MAX:
            raise DocumentRefused(reason="depth")
        if isinstance(value, dict):
            _check_mapping(value, depth + 1)
        else:
            for item in value:
                _check(item, depth + 1)
    elif value is not None and not isinstance(value, str | float):
        raise DocumentRefused(reason="type")
