"""A real vault in a temporary folder, for the screens that have to do with keys."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from app.services.session import Session
from app.vault.kdf import Cost
from tests.ui.conftest import ASSETS, OpenStage, Stage

LANGUAGES = ("sv", "en")
PHRASE = "tall regn moln stig lönn"
OTHER = "räv sol stig bäck ekorre"


def session_in(folder: Path, language: str = "sv") -> Session:
    """The session of a process that starts now: what it knows, it reads from the disk."""
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost())
    if session.preferences.language != language:
        session.preferences.set(language=language)
    return session


def made(folder: Path, language: str = "sv", *, name: str = "Karin", role: str = "mentor") -> Session:
    """A vault with a name in it, open."""
    session = session_in(folder, language)
    session.create(PHRASE, name=name, role=role, language=language)
    return session


def locked(folder: Path, language: str = "sv") -> Session:
    """A vault that has been open and is locked now, in the same process."""
    session = made(folder, language)
    session.lock()
    return session


def again(folder: Path, phrase: str = PHRASE) -> Session:
    """The vault in a new process, opened from the disk."""
    session = session_in(folder)
    session.unlock(phrase)
    return session


def kept_aside(folder: Path) -> Path:
    """A copy of the vault as it is now."""
    return Path(shutil.copytree(folder / "vault", folder / "copy"))


def put_back(folder: Path) -> None:
    """The copy in the place of the vault."""
    shutil.rmtree(folder / "vault")
    shutil.move(folder / "copy", folder / "vault")


async def window(stage: OpenStage, session: Session, **options: Any) -> Stage:
    """The app on this session."""
    return await stage(session=session, **options)


class Thumb:
    """Counts what a person does with the thumb."""

    def __init__(self, app: Stage) -> None:
        self.app = app
        self.taps = 0

    async def tap(self, what: Any) -> None:
        self.taps += 1
        await self.app.tap(what)

    async def type(self, field: Any, text: str) -> None:
        """To write somewhere one has to tap it first, unless it has the focus."""
        self.taps += not self.app.field(field).autofocus
        await self.app.type(field, text)


def everything_on_disk(folder: Path) -> bytes:
    """Every byte of every file, names included."""
    return b"\n".join(
        path.name.encode() + b"\n" + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    )
