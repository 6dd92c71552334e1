"""Which languages there are: one folder each under `assets/locales`. Adding one is adding files.

Swedish and English are always complete. A further language says what it is called and how it writes dates in
`language.json`; what it has not said yet is said in English.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

COMPLETE: Final = ("sv", "en")
"""The languages that have every sentence and every text."""
_HABITS: Final = {"sv": "sv_SE"}
_ENGLISH: Final = "en_GB"
"""English in this app is mostly read in Europe: day first, 24 hours."""


@cache
def languages(assets: Path) -> tuple[str, ...]:
    """The codes of all languages, the complete ones first."""
    folder = assets / "locales"
    there = sorted(path.parent.name for path in folder.glob("*/language.json"))
    return (*COMPLETE, *(code for code in there if code not in COMPLETE))


@cache
def name_of(assets: Path, language: str) -> str:
    """What a language calls itself."""
    return _said(assets, language).get("language.name", language)


@cache
def locale_of(assets: Path, language: str) -> str:
    """Whose habits its dates and numbers follow, such as `sv_SE`."""
    return _said(assets, language).get("language.locale", _HABITS.get(language, _ENGLISH))


def _said(assets: Path, language: str) -> dict[str, str]:
    try:
        tree = json.loads((assets / "locales" / language / "language.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return tree if isinstance(tree, dict) else {}
