"""`make bench`: the vault beside its peers, the app in Chromium, the merging of texts; writes docs/benchmarks.md.

`python -m tests.bench merging` renews that section alone.

The last result of `make test-long` stands in the page as well and is kept (`build/long.txt` renews it).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench import app, merging, vault

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
LONG = ROOT / "build" / "long.txt"
LONG_HEADING = "## The exhaustive tests"


def machine() -> str:
    """What this was measured on, without a name or a path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def app_table(result: dict[str, Any]) -> str:
    lines = ["| what | p50 | p95 | runs |", "|---|---|---|---|"]
    for name, row in result["rows"].items():
        unit = "B" if "byte" in name else "ms"
        lines.append(f"| {name} | {row['p50']:,.0f} {unit} | {row['p95']:,.0f} {unit} | {row['runs']} |")
    lines += ["", "| once a run | |", "|---|---|"]
    lines += [
        f"| {name}{', MB' if name.startswith('RSS') else ''} | {fact} |" for name, fact in result["facts"].items()
    ]
    return "\n".join(lines)


def ratios(result: dict[str, Any]) -> str:
    """The figures that are meant as ratios to the empty page of the same run."""
    rows = result["rows"]
    ours, empty = rows["T1 Fika: process to focused field"], rows["empty Flet page: process to focused field"]
    return (
        f"Process to a usable lock screen is {ours['p50'] / empty['p50']:.2f} × an empty Flet page (target: at most 2)."
    )


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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("section", nargs="?", choices=["merging"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--records", default="0,2000,10000")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args(arguments)
    if options.section == "merging":
        print(renew(merging.HEADING, merging.markdown()))
        return 0
    (ROOT / "build").mkdir(exist_ok=True)
    beside = vault.run([int(size) for size in options.sizes.split(",")], options.runs, ROOT / "build")
    seen = app.measure([int(count) for count in options.records.split(",")], options.runs, options.seconds)
    kept = PAGE.read_text("utf-8").partition(LONG_HEADING)[2] if PAGE.exists() else "\n\nNot run yet.\n"
    if LONG.exists():
        kept = f"\n\n{LONG.read_text('utf-8')}"
    page = f"""# Benchmarks

Written by `make bench` on {date.today().isoformat()}: {machine()}. Absolute times hold for that machine and that hour; ratios inside one run are what counts.

## The vault beside its peers

{vault.markdown(beside)}

## The app in Chromium

Headless, software rendering, 390 × 844, {options.runs} runs. {ratios(seen)}

{app_table(seen)}

{merging.HEADING}

{merging.markdown()}

{LONG_HEADING}{kept}"""
    PAGE.write_text(page.rstrip() + "\n", "utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
