"""Putting one's own words in the place of those that ship."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command


@dataclass(frozen=True, kw_only=True)
class Reword(Command):
    """Say a text of the content in my own words; the shipped ones, or none at all, take mine away.

    `shipped` is what the app brings now; keeping my words after an update is saying them again over the new text.
    """

    document: str
    item: str = ""
    field: str
    language: str
    words: str
    shipped: str
    version: int = 1
