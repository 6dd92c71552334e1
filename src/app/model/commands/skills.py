"""Rating one's skills, and showing the ratings to the other or keeping them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.model.commands.base import Command
from app.model.ids import Id

RatingPhase = Literal["start", "end", "then"]


@dataclass(frozen=True, kw_only=True)
class RateSkills(Command):
    """Rate my own skills: at the start, at the end, or where I now think I was at the start (`then`).

    Rating the start says anew which skills these are; the others rate them, or add to them. `evidence` is what shows it.
    """

    mentorship: Id
    phase: RatingPhase
    levels: Mapping[str, int]
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ShareSkills(Command):
    """Show my profile to the other person of the mentorship, or take it back to my own devices."""

    mentorship: Id
    shared: bool = True
