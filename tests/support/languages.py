"""In which language a test of a screen runs."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import pytest

from app.services.content.speech import LANGUAGES

BOTH = pytest.mark.parametrize("language", LANGUAGES)
"""In each: what is checked are words, or depends on them."""


def either(test: Callable[..., Any]) -> Callable[..., Any]:
    """In one, chosen by the name of the test: a whole way through the app, where nothing depends on which it is.

    That every sentence is there in both, with the same facts, is checked once for all in `tests/house`.
    """
    language = LANGUAGES[zlib.crc32(test.__name__.encode()) % len(LANGUAGES)]
    marked: Callable[..., Any] = pytest.mark.parametrize("language", [language])(test)
    return marked
