"""`make bench`: the vault beside its peers, the app in Chromium, the merging of texts; writes docs/benchmarks.md.

`python -m tests.bench merging` renews that section alone.

The last result of `make test-long` stands in the page as well and is kept (`build/long.txt` renews it).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.bench import app, merging, vault

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
LONG = ROOT / "build" / "long.txt"
VAULT_RUNS = 5
"""Alternating runs: who is ahead in four of them is ahead."""
VAULT_HEADING = "## The vault beside its peers"
LONG_HEADING = "## The exhaustive tests"


def machine() -> str:
    """What this was measured on, without a name or a path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def renew(heading: str, text: str) -> str:
    """Put a section in the place of the one with the same heading, or before the exhaustive tests."""
    page = PAGE.read_text("utf-8")
    before, found, rest = page.partition(f"{heading}\n")
    following = "## " + rest.partition("\n## ")[2] if found else ""
    if not found:
        before, _, rest = page.partition(LONG_HEADING)
        following = LONG_HEADING + rest
    PAGE.write_text(f"{before}{heading}\n\n{text}\n\n{following}".rstrip() + "\n", "utf-8")
    return text


def title() -> None:
    """When and where the page was written, on top of it."""
    page = PAGE.read_text("utf-8")
    top = (
        f"# Benchmarks\n\nWritten by `make bench` on {date.today().isoformat()}: {machine()}. Absolute times hold for that"
        " machine and that hour; ratios inside one run are what counts."
    )
    PAGE.write_text(f"{top}\n\n## {page.partition(chr(10) + '## ')[2]}", "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Each section is written as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("section", nargs="?", choices=["vault", "app", "merging"])
    parser.add_argument("--sizes", default="1000,10000,100000")
    app.options(parser)
    options = parser.parse_args(arguments)
    records, runs, seconds, life = app.chosen(options)
    sizes = [1_000, 10_000] if options.quick else [int(size) for size in options.sizes.split(",")]
    (ROOT / "build").mkdir(exist_ok=True)
    sections: dict[str, tuple[str, Callable[[], str]]] = {
        "vault": (
            VAULT_HEADING,
            lambda: vault.markdown(vault.run(sizes, 1 if options.quick else VAULT_RUNS, ROOT / "build")),
        ),
        "app": (app.HEADING, lambda: app.markdown(app.measure(records, runs, seconds, life), runs)),
        "merging": (merging.HEADING, merging.markdown),
    }
    for name, (heading, measured) in sections.items():
        if options.section in (None, name):
            print(renew(heading, measured()), flush=True)
    if options.section is None:
        title()
    if LONG.exists():
        renew(LONG_HEADING, LONG.read_text("utf-8").strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
