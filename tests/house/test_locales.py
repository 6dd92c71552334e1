"""The languages are complete: the same keys, the same facts, a sentence for every error, and none that nobody says."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.errors import AppError
from sync.errors import SyncError
from tests.support.sources import parsed

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "assets" / "locales"
LANGUAGES = ("sv", "en")
KEY = re.compile(r"[a-z][a-z0-9-]*(\.[A-Za-z0-9_-]+)+")

ANY_TIME = ("error.", "blank.")
"""Said by `Speech` itself: `error.<code>` for every error, `blank.<fact>` for every fact of the content."""


def areas(language: str) -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (LOCALES / language).glob("*.json")}


def sentences(language: str) -> dict[str, str]:
    return {key: text for area in areas(language).values() for key, text in area.items()}


def stem(key: str) -> str:
    """The key that the code says: the count chooses between `.one` and `.other`."""
    return key.removesuffix(".one").removesuffix(".other")


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "src").rglob("*.py")):
        yield path, parsed(path)


def beginning(node: ast.expr) -> str | None:
    """The fixed beginning of an f-string, if it has one."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@cache
def said() -> tuple[dict[str, str], set[str], set[str]]:
    """Keys given to `say` with where; every text in the code; every fixed beginning of an f-string."""
    given: dict[str, str] = {}
    texts: set[str] = set()
    beginnings: set[str] = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr) and (start := beginning(node)):
                beginnings.add(start)
            elif isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                key = node.args[0]
                if name == "say" and isinstance(key, ast.Constant) and isinstance(key.value, str):
                    given[key.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return given, texts, beginnings


def errors(root: type[Exception]) -> Iterator[type[Exception]]:
    for child in root.__subclasses__():
        yield child
        yield from errors(child)


@cache
def codes() -> set[str]:
    """Every code an error of ours has, once all modules below the screens have been imported."""
    for path, _ in sources():
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        if not module.startswith(("app.ui", "app.bootstrap")) and not module.endswith("__main__"):
            importlib.import_module(module)
    ours = [error for error in (*errors(AppError), *errors(SyncError)) if not error.__module__.startswith("tests")]
    return {vars(error)["code"] for error in ours if "code" in vars(error)}


def test_both_languages_have_the_same_areas_and_keys() -> None:
    assert areas("sv").keys() == areas("en").keys()
    assert sorted(sentences("sv").keys() ^ sentences("en").keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_lives_in_the_file_of_its_area(language: str) -> None:
    strays = [key for area, texts in areas(language).items() for key in texts if key.split(".")[0] != area]
    assert strays == []
    assert [key for key in sentences(language) if not KEY.fullmatch(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_flat_sorted_and_without_a_key_twice(language: str) -> None:
    for path in (LOCALES / language).glob("*.json"):
        raw = path.read_text(encoding="utf-8")
        pairs = json.loads(raw, object_pairs_hook=list)
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), path.name
        assert keys == sorted(keys), f"{path.name} is not sorted"
        assert [key for key, text in pairs if not isinstance(text, str) or not text.strip()] == []


def test_both_languages_take_the_same_facts() -> None:
    swedish, english = sentences("sv"), sentences("en")
    different = [
        key
        for key in swedish.keys() & english.keys()
        if set(re.findall(r"\{(\w+)\}", swedish[key])) != set(re.findall(r"\{(\w+)\}", english[key]))
        and not key.endswith(".one")  # "a minute" needs no number, "1 minut" has one
    ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_are_facts_and_nothing_else(language: str) -> None:
    odd = [k for k, text in sentences(language).items() if re.search(r"[{}]", re.sub(r"\{\w+\}", "", text))]
    assert odd == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_both_forms(language: str) -> None:
    texts = sentences(language)
    counted = {stem(k) for k in texts if k.endswith(".one") or (k.endswith(".other") and "{count}" in texts[k])}
    assert [key for key in sorted(counted) if not {f"{key}.one", f"{key}.other"} <= texts.keys()] == []


def test_quotes_are_those_of_the_language() -> None:
    assert [key for key, text in sentences("sv").items() if re.search("[“\"‘']", text)] == []
    assert [key for key, text in sentences("en").items() if '"' in text or ("”" in text and "“" not in text)] == []


def test_long_sentences_are_translated() -> None:
    swedish, english = sentences("sv"), sentences("en")
    words = {key: re.sub(r"\{\w+\}", "", text).strip() for key, text in swedish.items() if text == english.get(key)}
    assert [key for key, text in words.items() if " " in text and len(text) > 14] == []


def test_nobody_is_blamed_and_nothing_is_shouted() -> None:
    blaming = re.compile(r"\b(misslyckades|felaktig inmatning|försenad|invalid|failed|overdue|illegal)\b", re.I)
    for language in LANGUAGES:
        assert [k for k, text in sentences(language).items() if blaming.search(text) or "!!" in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_its_sentence(language: str) -> None:
    missing = sorted(code for code in codes() if f"error.{code}" not in sentences(language))
    assert missing == []


def test_no_sentence_is_left_of_an_error_that_is_gone() -> None:
    told = {key.removeprefix("error.") for key in sentences("sv") if key.startswith("error.")}
    assert sorted(told - codes() - {"unexpected"}) == []


def test_every_key_that_is_said_exists() -> None:
    """As it stands, or after a fixed beginning: a part may say its keys without the area that they share."""
    known = {stem(key) for key in sentences("sv")} | sentences("sv").keys()
    given, _, beginnings = said()
    starts = ("", *(start for start in beginnings if re.fullmatch(r"[a-z][a-z0-9.-]*\.", start)))
    assert {key: place for key, place in given.items() if not any(start + key in known for start in starts)} == {}


def test_every_key_is_said_somewhere() -> None:
    """A key counts as said when it stands in the code, or the fixed beginning of a composed one does."""
    _, texts, beginnings = said()
    starts = tuple(start for start in beginnings if re.match(r"[a-z][a-z0-9-]*\.", start))
    unsaid = [
        key
        for key in sorted(sentences("sv"))
        if not {key, stem(key)} & texts and not key.startswith(ANY_TIME) and not key.startswith(starts)
    ]
    assert unsaid == []
