"""Commands are frozen values, and every one of them is decided."""

import dataclasses

import pytest

from app.model.commands import AddTask, Command, TickItem
from app.model.decide import carry_out


def _all(base: type[Command]) -> list[type[Command]]:
    return [found for cls in base.__subclasses__() for found in (cls, *_all(cls))]


def test_every_command_has_a_decision() -> None:
    commands = [cls for cls in _all(Command) if not cls.__subclasses__()]
    assert len(commands) > 40
    assert [cls.__name__ for cls in commands if cls not in carry_out.registry] == []


def test_a_command_is_a_frozen_value() -> None:
    command = AddTask(text="ring")
    assert command == AddTask(text="ring") != AddTask(text="ring", owner="mentor")
    with pytest.raises(dataclasses.FrozenInstanceError):
        command.text = "x"  # type: ignore[misc]
    assert TickItem(document="d", item="a", meeting="m") != TickItem(document="d", item="a", mentorship="m")
