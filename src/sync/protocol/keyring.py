"""What a server knows of keyrings: nothing, but for the mark of one that does not count any more."""

from typing import Final

REPLACED: Final = b"\0"
"""Lies where the keyring of a recovery key was that was replaced. Nothing else ever lies there again."""
