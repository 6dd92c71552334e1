"""The project's own files: what ships, what is locked, what a missing program makes the set-up say."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FLET: dict[str, Any] = PROJECT["tool"]["flet"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def tracked() -> list[str]:
    """Every file of the repository, as git knows it."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30).stdout
    return [name for name in listing.decode().split("\0") if name]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_files_have_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
    entries = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.\-]+==", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_server_alone_needs_what_its_extra_says() -> None:
    wanted = [line for line in (ROOT / "requirements" / "server.in").read_text("utf-8").splitlines() if line[:1] != "#"]
    extra = PROJECT["project"]["optional-dependencies"]["server"]
    base = [one for one in PROJECT["project"]["dependencies"] if one.startswith("cryptography")]
    assert sorted(wanted) == sorted([*extra, *base])


def test_both_lock_files_agree_on_what_they_share() -> None:
    def versions(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text("utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)", text, re.MULTILINE))

    run, dev = versions("run.txt"), versions("dev.txt")
    assert set(run) <= set(dev)
    assert {name: dev[name] for name in run} == run


def test_no_index_host_and_no_path_of_a_machine_is_named() -> None:
    hosts = re.compile(r"https?://[a-z.]*(py" + r"pi|python" + r"hosted|npm" + r"js)[.](org|com)")
    paths = re.compile(r"(^|[^A-Za-z0-9_])/(home|root|Users)/[a-z]", re.MULTILINE)
    for name in tracked():
        if not name.endswith((".py", ".md", ".toml", ".txt", ".json", ".sh", ".html", "Makefile", "run")):
            continue
        text = (ROOT / name).read_text("utf-8")
        assert not hosts.search(text), name
        assert not paths.search(text), name


def test_only_what_the_app_needs_ships() -> None:
    """Flet packs everything in the root that is not excluded; hidden folders it leaves out by itself."""
    top = {name.split("/")[0] for name in tracked()}
    ships = {"main.py", "src", "assets", "pyproject.toml", "README.md", "LICENSE"}
    assert {name for name in top if not name.startswith(".")} - set(FLET["app"]["exclude"]) == ships


def test_a_build_asks_for_the_network_alone_and_allows_no_copying() -> None:
    android = FLET["android"]
    assert FLET["permissions"] == []
    assert android["manifest_application"]["allowBackup"] == "false"
    assert android["manifest_application"]["usesCleartextTraffic"] == "false"
    assert [name for name, asked in android["permission"].items() if asked] == ["android.permission.INTERNET"]
    assert FLET["ios"]["info"]["NSAppTransportSecurity"] == {"NSAllowsArbitraryLoads": False}
    assert FLET["web"]["cdn"] is False


@pytest.mark.parametrize("icon", ["icon.png", "icon_android.png", "icon_ios.png", "splash.png", "splash_dark.png"])
def test_icons_and_splash_are_where_a_build_looks(icon: str) -> None:
    assert (ROOT / "assets" / icon).read_bytes().startswith(b"\x89PNG")


def test_every_flet_package_has_the_same_pinned_version() -> None:
    optional = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(line for lines in optional for line in lines)]
    assert {line.partition("==")[2] for line in wanted if line.startswith("flet")} == {"1.0.5"}


def without(tmp_path: Path, *missing: str) -> dict[str, str]:
    """A PATH on which some programs do not exist, and nobody who could install them."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "id", "uname", "python3", "chromium", "strace", "env"):
        found = shutil.which(name)
        if name not in missing and found:
            (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


@pytest.mark.parametrize(("missing", "package"), [("chromium", "chromium"), ("strace", "strace")])
def test_a_missing_program_stops_the_set_up_and_is_named(tmp_path: Path, missing: str, package: str) -> None:
    ran = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "setup.sh"), "chromium"],
        env=without(tmp_path, missing),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode != 0
    assert ran.stderr.count("\n") == 1
    assert f"install: {package}" in ran.stderr


def test_the_set_up_is_content_when_nothing_is_missing(tmp_path: Path) -> None:
    ran = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "setup.sh"), "chromium"], env=without(tmp_path), check=False, timeout=30
    )
    assert ran.returncode == 0


def test_a_missing_python_stops_the_set_up_and_is_named(tmp_path: Path) -> None:
    ran = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "setup.sh"), "venv", "python3.99", str(tmp_path / "v")],
        env=without(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode != 0
    assert "install: python3" in ran.stderr
    assert not (tmp_path / "v").exists()


def test_ci_runs_the_commands_of_the_readme() -> None:
    steps = (ROOT / ".ci" / "run").read_text("utf-8").split()
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "check" in steps
    assert "test" in steps
    assert "make run" in readme
    assert "make test" in readme
