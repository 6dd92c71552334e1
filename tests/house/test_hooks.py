"""A hook is called by a component, or by another hook: in a plain function it shifts the others when it is left out once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

UI = Path(__file__).parents[2] / "src" / "app" / "ui"


def misplaced(source: str) -> Iterator[str]:
    """Functions that call a hook and are neither a component nor a hook themselves."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
        if "component" in decorators or node.name.lstrip("_").startswith("use_"):
            continue
        for hook in hooks_in(node):
            yield f"{node.name} calls {hook}"


def hooks_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The hooks that a function calls itself, not the functions within it."""
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name.startswith("use_"):
                yield name
        left += ast.iter_child_nodes(node)


def test_a_plain_function_with_a_hook_is_found() -> None:
    plain = "def Choices():\n    return use_desk()"
    assert list(misplaced(plain)) == ["Choices calls use_desk"]
    assert not list(misplaced(f"@component\n{plain}")) and not list(misplaced(plain.replace("Choices", "use_choices")))


def test_hooks_are_called_by_components_and_hooks_alone() -> None:
    found = [f"{path.name}: {one}" for path in sorted(UI.rglob("*.py")) for one in misplaced(path.read_text("utf-8"))]
    assert found == []
