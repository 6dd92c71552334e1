"""How the source is written: no function too long to read at once, and no check silenced without a reason beside it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {path: path.read_text("utf-8") for path in [ROOT / "main.py", *sorted((ROOT / "src").rglob("*.py"))]}
LONGEST = 110
"""Lines of a function with all that it defines inside: no more than one can hold in mind."""

KINDS = r"(noqa|(type|pyright|ruff|mypy):\s*\w+(-\w+)*|pragma:\s*no\s+\w+)"
SILENCED = re.compile(rf"#\s*{KINDS}", re.IGNORECASE)
MARK = re.compile(rf"#\s*{KINDS}(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[\w, -]*\])?", re.IGNORECASE)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def long_functions(node: ast.AST) -> Iterator[str]:
    """Functions of more lines than that; a lambda is one, and what a function defines inside is part of it."""
    for inner in ast.iter_child_nodes(node):
        lines = (getattr(inner, "end_lineno", None) or 0) - getattr(inner, "lineno", 0) + 1
        if lines > LONGEST:  # what is shorter holds nothing that is longer
            if isinstance(inner, FUNCTIONS):
                yield f"{getattr(inner, 'name', 'a lambda')} has {lines} lines"
            yield from long_functions(inner)


def comments(source: str) -> Iterator[tuple[int, str]]:
    """The comments of a source and their lines; what only stands in a text is none."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unformatted(source: str) -> Iterator[str]:
    """Lines inside a function that the formatter is kept from: so a long one could be written in few."""
    if not re.search(r"#\s*(fmt|yapf):", source):
        return
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, FUNCTIONS)]
    for line, comment in comments(source):
        if re.search(r"#\s*(fmt|yapf):", comment) and any(
            one.lineno <= line <= (one.end_lineno or 0) for one in functions
        ):
            yield f"{line}: {comment}"


def unreasoned(source: str) -> Iterator[str]:
    """Checks that are silenced, and nobody says why."""
    if SILENCED.search(source):
        for line, comment in comments(source):
            if SILENCED.search(comment) and len(re.findall(r"[^\W\d_]{2,}", MARK.sub(" ", comment))) < 2:
                yield f"{line}: {comment}"


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("def f():\n", "    pass\n"),
        ("async def f():\n", "    pass\n"),
        ("class A:\n    def f(self):\n", "        pass\n"),
        ("f = lambda: (\n    0\n", "    + 0\n"),
    ],
)
def test_a_function_that_is_too_long_is_found(before: str, line: str) -> None:
    fits = LONGEST - before.count("\n") + before.startswith("class") - line.count("+")
    end = ")\n" if "+" in line else ""
    assert not list(long_functions(ast.parse(before + line * fits + end)))
    assert len(list(long_functions(ast.parse(before + line * (fits + 1) + end)))) == 1


def test_what_a_function_defines_inside_is_part_of_it() -> None:
    halves = "".join(f"    def {name}():\n" + "        pass\n" * (LONGEST // 2) for name in "gh")
    assert list(long_functions(ast.parse("def f():\n" + halves))) == [f"f has {LONGEST + 3} lines"]


def test_a_function_that_the_formatter_is_kept_from_is_found() -> None:
    assert not list(unformatted("A = (\n    1, 2,\n)  # fmt: skip\n"))
    for hidden in ("def f():\n    a = 1  # fmt: skip\n", "def f():\n    # fmt: off\n    a = 1\n"):
        assert len(list(unformatted(hidden))) == 1


@pytest.mark.parametrize(
    "mark",
    """
    # noqa|# noqa: BLE001|# noqa: E501, S608|# type: ignore|# type: ignore[a-b, c]|# pyright: ignore[reportCallIssue]
    |# pragma: no cover
    """.replace("\n", "").split("|"),
)
def test_a_silenced_check_without_a_reason_is_found(mark: str) -> None:
    assert len(list(unreasoned(f"a = 1  {mark.strip()}\n"))) == 1
    assert len(list(unreasoned(f"a = 1  {mark.strip()}  # type: ignore[attr-defined]\n"))) == 1
    assert not list(unreasoned(f"a = 1  {mark.strip()}  # the other end wants it so\n"))
    assert not list(unreasoned(f"a = '{mark.strip()}'\n"))


def test_no_function_is_too_long() -> None:
    large = {path: text for path, text in SOURCES.items() if text.count("\n") > LONGEST}
    assert [f"{path.name}: {one}" for path, text in large.items() for one in long_functions(ast.parse(text))] == []
    assert [f"{path.name}:{one}" for path, text in SOURCES.items() for one in unformatted(text)] == []


def test_every_silenced_check_says_why() -> None:
    assert [f"{path.name}:{one}" for path, text in SOURCES.items() for one in unreasoned(text)] == []
