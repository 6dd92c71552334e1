"""What stands outside the seal: how the app looks and when it locks, and nothing about anybody.

A closed list. The lock screen needs it before there is a key, so everybody who can read the disk can read
it too: a name, a role or a date has no place here, and a test holds the list.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from app.errors import VaultError
from app.listeners import Listeners
from app.services.content.languages import COMPLETE
from app.vault.files import DISK, write_atomically

FILE: Final = "preferences.json"
BYTES_MAX: Final = 4096

THEMES: Final = ("system", "light", "dark")
LOCK_MINUTES: Final = (0, 1, 5, 15)
REGIONS: Final = ("", "SE", "GB", "EU")
TEXT_SIZE: Final = range(100, 201)
GRACE_SECONDS: Final = range(0, 301)


@dataclass(frozen=True, slots=True)
class Choices:
    """The whole list. `text_size` is in per cent, `lock_after` in minutes, `grace` in seconds; `""` is "as
    the system".
    """

    language: str = "sv"
    theme: str = "system"
    text_size: int = 100
    region: str = ""
    lock_after: int = 5
    grace: int = 20


_ALLOWED: Final[dict[str, tuple[object, ...] | range]] = {
    "theme": THEMES,
    "text_size": TEXT_SIZE,
    "region": REGIONS,
    "lock_after": LOCK_MINUTES,
    "grace": GRACE_SECONDS,
}


class Preferences:
    """The choices of this computer: read at once, written whole and atomically, watched by the screens."""

    def __init__(self, state: Path, *, language: str = "sv", languages: tuple[str, ...] = COMPLETE) -> None:
        self._path = state / FILE
        self._guard = threading.Lock()
        self._listeners = Listeners[[]]()
        self._allowed = {**_ALLOWED, "language": languages}
        self._choices = self._read(Choices(language=language if language in languages else "sv"))

    @property
    def choices(self) -> Choices:
        return self._choices

    @property
    def language(self) -> str:
        return self._choices.language

    @property
    def theme(self) -> str:
        return self._choices.theme

    @property
    def text_size(self) -> int:
        return self._choices.text_size

    @property
    def region(self) -> str:
        return self._choices.region

    @property
    def lock_after(self) -> int:
        return self._choices.lock_after

    @property
    def grace(self) -> int:
        return self._choices.grace

    def set(self, **changed: str | int) -> None:
        """Change some of them; a name or a value outside the list is a `ValueError`. Durable when this returns."""
        for name, value in changed.items():
            if not self._fits(name, value):
                raise ValueError(f"{name} is no preference, or has no such choice")
        with self._guard:
            chosen = replace(self._choices, **changed)  # type: ignore[arg-type]  # each value was checked against the closed list just before
            if chosen != self._choices:
                DISK.make_folder(self._path.parent)
                write_atomically(self._path, _written(chosen), DISK)
                self._choices = chosen
        self._listeners.tell()

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener after each change; the answer ends that."""
        return self._listeners.add(listener)

    def _fits(self, name: str, value: object) -> bool:
        allowed = self._allowed.get(name)
        return allowed is not None and type(value) in (str, int) and value in allowed

    def _read(self, standard: Choices) -> Choices:
        """What the file says, as far as it says something we know; anything else is the standard."""
        try:
            found: Any = json.loads(DISK.read_all(self._path, BYTES_MAX))
        except (FileNotFoundError, VaultError, ValueError, RecursionError):
            return standard
        if not isinstance(found, dict):
            return standard
        return replace(standard, **{name: value for name, value in found.items() if self._fits(name, value)})


def _written(choices: Choices) -> bytes:
    values = {field.name: getattr(choices, field.name) for field in fields(choices)}
    return (json.dumps(values, sort_keys=True, indent=2) + "\n").encode()
