"""What follows from a command: the writes it makes, decided on the records it names and on nothing else.

A decision never writes. It returns the cells that change; the store gives them their parents, their stamp and their
place in the journal. A refusal is a `ModelError` and leaves no trace.
"""

from __future__ import annotations

from app.model import commands as do
from app.model.decide import (
    agreements,
    boundaries,
    bringing,
    calendar,
    closing,
    comparing,
    erasing,
    goals,
    groups,
    lists,
    meetings,
    moving,
    people,
    records,
    skills,
    support,
    wording,
    writings,
)
from app.model.decide.plan import FORGOTTEN, Decision, Moment, Plan, Records, Write, carry_out

__all__ = ["FORGOTTEN", "Decision", "Moment", "Records", "Write", "carry_out", "decide"]

_HANDLERS = (
    agreements,
    boundaries,
    bringing,
    calendar,
    closing,
    comparing,
    erasing,
    goals,
    groups,
    lists,
    meetings,
    moving,
    people,
    records,
    skills,
    support,
    wording,
    writings,
)
"""Importing them registers what each command does."""


def decide(command: do.Command, read: Records, moment: Moment) -> Decision:
    """What follows from a command; `ModelError` if it is refused."""
    plan = Plan(read, moment)
    record = carry_out(command, plan)
    return Decision(record=record, writes=tuple(plan.writes.values()), final=plan.final)
