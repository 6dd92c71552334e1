"""Whether there is a vault in a folder: names only, so that the lock screen need not wait for anything."""

from pathlib import Path
from typing import Final

HEADER: Final = "header"
CREATING: Final = "creating"
"""A vault is being made; without a header what lies here is nothing yet."""

ERASING: Final = "erasing"
"""The vault has been erased; what still lies here only waits to be removed."""


def exists(folder: Path) -> bool:
    """Whether there is a vault, also one that is damaged or has lost its header: nothing may be made on top of it.

    A folder that nobody may look into may hold one.
    """
    try:
        return _exists(folder)
    except OSError:
        return True


def erased(folder: Path) -> bool:
    """Whether the vault here is over, and only has to be removed."""
    try:
        return (folder / ERASING).exists()
    except OSError:
        return False


def _exists(folder: Path) -> bool:
    if (folder / ERASING).exists():
        return False
    if (folder / HEADER).exists():
        return True
    if not folder.is_dir() or (folder / CREATING).exists():
        return False
    return any(path.name.startswith(("snapshot-", "journal-")) for path in folder.iterdir())
