"""JSON, both ways: what comes from outside is read within limits, what goes in must come out the same.

The strict reader is the one that sync has for what others wrote.
"""

import json
from collections.abc import Callable, Mapping
from json import encoder
from typing import Any, Final

from app.errors import DocumentRefused, JsonRefused
from sync import strict_json
from sync.errors import BadJson
from sync.strict_json import INTEGER_MAX, INTEGER_MIN, MEBIBYTE

DEPTH_MAX: Final = 100


def _encoder() -> Callable[[dict[str, Any]], str]:
    """JSON without spaces. `JSONEncoder.encode` makes the encoder in C anew at each call: here it is made once."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:  # a Python without it
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode
    pieces = make(None, None, encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda document: "".join(pieces(document, 0))


_encode: Final = _encoder()


def read(data: bytes | str, *, size: int = 16 * MEBIBYTE, depth: int = 32) -> Any:
    """The value in JSON from outside, or `JsonRefused` with the reason."""
    try:
        return strict_json.read(data, size=size, depth=depth)
    except BadJson as exc:
        raise JsonRefused(reason=exc.facts["reason"]) from exc


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


def write_sound(document: dict[str, Any]) -> bytes:
    """The same of a document that is known to hold nothing but what the strict reader gives."""
    return _encode(document).encode()


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
