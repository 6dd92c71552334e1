"""One step on or back on a goal: how large it is, where the scale ends, and taking it."""

from __future__ import annotations

from app.model.commands import RecordProgress
from app.model.queries import GoalRow
from app.ui.desk import Desk

STEP = {"count": 1.0, "percent": 10.0, "scale": 1.0, "done": 1.0}
LOWEST = {"count": 0.0, "percent": 0.0, "scale": 1.0, "done": 0.0}
HIGHEST = {"percent": 100.0, "scale": 5.0, "done": 1.0}


def step_of(row: GoalRow, direction: int) -> float | None:
    """What one press adds: nothing where the scale ends."""
    step = STEP[row.measure] * direction
    after = row.value + step
    if after < min(LOWEST[row.measure], row.start) or after > HIGHEST.get(row.measure, float("inf")):
        return None
    return step


def take_step(desk: Desk, row: GoalRow, direction: int) -> None:
    """Record one step, say where it stands now, and offer to take it back."""
    step = step_of(row, direction)
    if step is None:
        return
    done = desk.store.execute(RecordProgress(goal=row.id, delta=step))
    number = desk.speech.value.number
    if row.measure == "done":
        said = desk.say("goal.done" if row.value + step >= 1 else "goal.not-done")
    elif row.target is None:
        said = desk.say("goal.moved-open", value=number(row.value + step))
    else:
        said = desk.say("goal.moved", value=number(row.value + step), target=number(row.target))
    desk.notice(said, undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)
