"""Answering what a pair talks through before it happens, and agreeing on it."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.commands.base import Command
from app.model.ids import Id


@dataclass(frozen=True, kw_only=True)
class ShareAnswer(Command):
    """Share an answer with the other person: it stands beside the question for both, and as a line of the agreement.

    An empty answer takes both away. `question` begins the line, so that sharing again replaces it; what else stands in
    that place of the agreement (`into`, `line`) stays.
    """

    mentorship: Id
    document: str
    item: str
    question: str
    answer: str
    into: str
    line: str
    version: int = 1
    into_version: int = 1
    also: tuple[str, ...] = ()
    """The question in other words, in which the line may begin by now: those of another language."""
