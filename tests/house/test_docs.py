"""What the pages say of the code is so: every file, module and link that they name is there.

Each rule is tried on a name that is wrong, so that it is known to see.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import normpath

import pytest

ROOT = Path(__file__).parents[2]
SAID = (".md", ".py", ".toml", ".sh", ".in", ".yml", "Makefile", "Dockerfile")
WRITTEN = re.compile(r"`([^`\n]+)`")
MODULE = re.compile(r"(?:app|sync|tests)(?:\.\w+)+")
LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def tracked() -> frozenset[str]:
    """Every file of the repository and every folder that holds one."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    files = [name for name in listing.decode().split("\0") if name]
    return frozenset(files) | {"/".join(name.split("/")[:at]) for name in files for at in range(1, name.count("/") + 1)}


@cache
def paths() -> re.Pattern[str]:
    """A path that begins with a folder at the top of the repository."""
    top = "|".join(sorted({re.escape(name.split("/")[0]) for name in tracked() if "/" in name}))
    return re.compile(rf"(?<![\w/.~:-])((?:{top})/[\w./{{}},*-]*[\w}}*/])")


def pages() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md"))


def spelled_out(path: str) -> Iterator[str]:
    """`a/{b,c}.py` is two paths."""
    choice = re.search(r"\{([^{}]*)\}", path)
    if choice is None:
        yield path.rstrip("/")
    else:
        for one in choice[1].split(","):
            yield from spelled_out(path[: choice.start()] + one + path[choice.end() :])


def lost_paths(text: str) -> Iterator[str]:
    for named in paths().findall(text):
        for path in spelled_out(named):
            if path not in tracked() and not ("*" in path and any(ROOT.glob(path))):
                yield path


def lost_modules(text: str) -> Iterator[str]:
    """A dotted name is a module, or a word that its module has."""
    for named in WRITTEN.findall(text):
        if not MODULE.fullmatch(named) or named.endswith((".md", ".py")):
            continue
        parts = named.split(".")
        for end in range(len(parts), 0, -1):
            at = "/".join(([] if parts[0] == "tests" else ["src"]) + parts[:end])
            file = next((file for file in (f"{at}.py", f"{at}/__init__.py") if file in tracked()), None)
            if file is not None or at in tracked():
                words = (ROOT / file).read_text("utf-8") if file else ""
                if end < len(parts) and not re.search(rf"\b{parts[end]}\b", words):
                    yield named
                break


def lost_links(page: str, text: str) -> Iterator[str]:
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        to = normpath(f"{Path(page).parent.as_posix()}/{target}") if target else page
        if to not in tracked() or (anchor and anchor not in anchors((ROOT / to).read_text("utf-8"))):
            yield link


def anchors(text: str) -> set[str]:
    """The names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "wrong", ["src/app/services/nowhere.py", "`docs/spec/nowhere.md`", "tests/{house,nowhere}/", "tools/no*where.py"]
)
def test_a_path_that_leads_nowhere_is_found(wrong: str) -> None:
    assert len(list(lost_paths(f"see {wrong}, please"))) == 1
    assert not list(
        lost_paths("src/app/ui/{root,theme}.py, `docs/adr/`, tests/house/test_*.py, https://x.org/docs/none")
    )


def test_a_module_that_is_not_there_is_found() -> None:
    assert list(lost_modules("`app.services.nowhere` and `sync.server.nothing`")) != []
    assert list(lost_modules("`app.ui.safe.no_such_name`")) == ["app.ui.safe.no_such_name"]
    assert not list(lost_modules("`app.ui.safe.component`, `app.vault`, `sync.server`, app.nowhere, `sync.md`"))


def test_a_link_that_leads_nowhere_is_found() -> None:
    assert list(
        lost_links("docs/adr/README.md", "[a](nowhere.md) [b](../glossary.md) [c](../glossary.md#nowhere)")
    ) == [
        "nowhere.md",
        "../glossary.md#nowhere",
    ]


def test_every_path_that_is_named_is_there() -> None:
    """Also in the code and in what builds and deploys; the tests name some that must not be there."""
    said = [name for name in tracked() if name.endswith(SAID) and not name.startswith("tests/")]
    assert [f"{name}: {lost}" for name in sorted(said) for lost in lost_paths((ROOT / name).read_text("utf-8"))] == []


def test_every_module_that_a_page_names_is_there() -> None:
    assert [f"{page}: {lost}" for page in pages() for lost in lost_modules((ROOT / page).read_text("utf-8"))] == []


def test_every_link_leads_somewhere() -> None:
    assert [f"{page}: {lost}" for page in pages() for lost in lost_links(page, (ROOT / page).read_text("utf-8"))] == []


def unnamed(page: str) -> set[str]:
    """Packages that a page does not name."""
    words = {word for said in WRITTEN.findall(page) for word in re.findall(r"\w+", said)}
    packages = {Path(name).parent for name in tracked() if re.fullmatch(r"src/(app|sync)/.*__init__\.py", name)}
    return {package.as_posix() for package in packages if package.name not in words}


def unknown(table: str) -> set[str]:
    """What a table of places says stands there, and no file or folder of the source is called so."""
    known = {Path(name).stem for name in tracked() if name.startswith("src/")}
    rows = [row.split("|") for row in table.splitlines() if row.startswith(("| `app", "| `sync"))]
    said = {word for _, places, contents, _ in rows for word in WRITTEN.findall(places + contents)}
    return {word for word in said if not (word.rpartition(".")[2] in known or word.strip("/") in known)}


def test_the_architecture_names_every_package_and_none_that_is_not_there() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert unnamed(page) == set() and unknown(page) == set()
    assert unnamed(page.replace("`decide`", "`decides`")) == {"src/app/model/decide"}
    assert unknown(page.replace("`doors`", "`gates`")) == {"gates"}
