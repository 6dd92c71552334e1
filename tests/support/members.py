"""A coordinator and the people of a programme, each with a vault in memory, who hand packages over by hand."""

from __future__ import annotations

from pathlib import Path

from app.model.commands import AddPerson
from app.services.content.library import Library
from app.services.programme.coordination import Coordination
from app.services.programme.membership import Programme
from tests.support.pair import Person

ASSETS = Path(__file__).parents[2] / "assets"
LIBRARY = Library(ASSETS)
SURVEY = "survey.after_session_mentee"


class Coordinator(Person):
    """Somebody with a programme."""

    def __init__(self, name: str = "Samira", *, programme: str = "Vårens program") -> None:
        super().__init__(name, "coordinator", careful=False)
        self.coordination = Coordination(self.store, LIBRARY, ASSETS, self.now)
        self.coordination.found(programme)

    @property
    def card(self) -> str:
        found = self.coordination.programme
        assert found is not None
        return found.text

    def answers(self, member: Member) -> None:
        """Hand back what is owed to a member."""
        for one in self.coordination.members:
            if one.name == member.name and one.owed:
                assert member.programme.take(self.coordination.answer(one.id).data) == 1
                self.coordination.answered(one.id)


class Member(Person):
    """Somebody in a programme, with one mentorship."""

    def __init__(self, name: str, role: str = "mentee", *, joins: Coordinator | None = None) -> None:
        super().__init__(name, role, careful=False)
        self.programme = Programme(self.store, ASSETS, self.now)
        other = "mentor" if role == "mentor" else "mentee"
        self.pair = self.store.execute(AddPerson(name="Den andra", my_role=other)).record  # type: ignore[arg-type]
        if joins is not None:
            self.programme.join(joins.card)
            self.tells_programme(joins)
            joins.answers(self)

    def tells_programme(self, coordinator: Coordinator) -> int:
        """Hand a package over; how many letters in it were new."""
        data = self.programme.package().data
        self.programme.handed_over()
        return coordinator.coordination.take(data).new

    def answer(self, useful: int = 4, **more: object) -> None:
        answers = {"useful": useful, "listened": 5, "next_step": 3, **more}
        assert self.programme.answer(SURVEY, 1, "mentee", answers)  # type: ignore[arg-type]
