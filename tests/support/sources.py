"""The project's own source, parsed once for every check that reads it."""

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of a file. Whoever gets it must leave it as it is."""
    return ast.parse(path.read_text(encoding="utf-8"))
