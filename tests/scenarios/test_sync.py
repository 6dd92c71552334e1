"""Two people and a real server: what is written on one phone is read on the other, whatever the server does."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.commands import AddTask, SetGoal
from app.model.entities import Goal, Mentorship, Task
from app.services.sharing.shelf import AlarmKind
from sync.client.http import Server
from sync.client.loop import Condition, Loop, State
from sync.client.replicator import Replicator
from sync.errors import NoAnswer, RegistrationClosed
from sync.server.settings import Settings
from tests.support.pair import Person
from tests.support.patience import PATIENCE, until
from tests.sync.server.running import Running, run


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path))
    yield found
    found.stop()


@contextlib.contextmanager
def line(person: Person, carrier: Running, **more: str) -> Iterator[Replicator]:
    with contextlib.closing(Server(carrier.base)) as server:
        yield Replicator(server, person.exchange, invitation=more.get("invitation"))


def titles(person: Person) -> set[str]:
    return {goal.title for goal in person.store.everything(Goal)}


def writes(person: Person, title: str) -> None:
    person.store.execute(SetGoal(title=title, mentorship=next(person.store.everything(Mentorship)).id))


def test_both_write_and_both_read(carrier: Running) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    with line(karin, carrier) as hers, line(yusuf, carrier) as his:
        writes(karin, "from Karin")
        hers.round(space)
        writes(yusuf, "from Yusuf")
        his.round(space)
        hers.round(space)
        assert titles(karin) == titles(yusuf) == {"from Karin", "from Yusuf"}
        assert karin.exchange.waiting(space) == yusuf.exchange.waiting(space) == 0
        calm = hers.round(space)
        assert (calm.received, calm.sent, calm.put_back) == (0, 0, 0)
    assert karin.exchange.alarms() == yusuf.exchange.alarms() == []


def test_my_own_space_is_carried_too_and_nobody_else_gets_in(carrier: Running) -> None:
    karin = Person("Karin")
    space = karin.spaces.personal
    karin.store.execute(SetGoal(title="Only for me", private=True))
    karin.exchange.begin(space)
    with line(karin, carrier) as hers:
        assert hers.round(space).sent == 0  # it went with the founding
        assert karin.exchange.waiting(space) == 0
    heads = karin.exchange.heads(space)
    assert max(link.sequence for link in heads.values()) >= 3


def test_pushing_goes_on_where_a_cut_left_off(carrier: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    with line(karin, carrier) as hers, line(yusuf, carrier) as his:
        hers.round(space)
        writes(karin, "cut behind the commit")
        push = Server.push

        def cut(self: Server, *given: object) -> None:
            push(self, *given)  # type: ignore[arg-type]
            raise NoAnswer(reason="late")

        with monkeypatch.context() as patch:
            patch.setattr(Server, "push", cut)
            with pytest.raises(NoAnswer):
                hers.round(space)
        assert karin.exchange.waiting(space) == 1
        hers.round(space)
        assert karin.exchange.waiting(space) == 0
        his.round(space)
        assert titles(yusuf) == {"cut behind the commit"}
    assert karin.exchange.alarms() == yusuf.exchange.alarms() == []


def test_a_server_that_went_back_in_time_is_told_of_and_healed(tmp_path: Path) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    settings = Settings(folder=tmp_path / "now")
    settings.folder.mkdir()
    first = run(settings)
    with line(karin, first) as hers:
        writes(karin, "early")
        hers.round(space)
    first.stop()
    shutil.copytree(tmp_path / "now", tmp_path / "old")
    second = run(settings)
    with line(karin, second) as hers, line(yusuf, second) as his:
        writes(karin, "late")
        hers.round(space)
        his.round(space)
        writes(yusuf, "later still")
        his.round(space)
    second.stop()
    third = run(Settings(folder=tmp_path / "old"))
    try:
        with line(karin, third) as hers:
            done = hers.round(space)
            assert done.put_back
        with line(yusuf, third) as his:
            assert his.round(space).put_back
        with line(karin, third) as hers:
            hers.round(space)
    finally:
        third.stop()
    assert titles(karin) == titles(yusuf) == {"early", "late", "later still"}
    for person in (karin, yusuf):
        assert {alarm.kind for alarm in person.exchange.alarms()} == {AlarmKind.ROLLBACK}


def test_a_wiped_server_gets_everything_back(tmp_path: Path) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    first = run(Settings(folder=tmp_path / "a"))
    with line(karin, first) as hers, line(yusuf, first) as his:
        for number in range(5):
            writes(karin, f"{number} from Karin")
            hers.round(space)
            writes(yusuf, f"{number} from Yusuf")
            his.round(space)
        hers.round(space)
    first.stop()
    second = run(Settings(folder=tmp_path / "b"))
    try:
        with line(yusuf, second) as his, line(karin, second) as hers:
            his.round(space)
            writes(karin, "after the fire")
            hers.round(space)
            his.round(space)
            his.round(space)
    finally:
        second.stop()
    assert titles(karin) == titles(yusuf)
    assert len(titles(yusuf)) == 11


def test_many_things_at_once_go_in_batches(carrier: Running) -> None:
    karin, yusuf = Person("Karin", careful=False), Person("Yusuf", "mentee", careful=False)
    space = karin.meets(yusuf)
    mentorship = next(karin.store.everything(Mentorship)).id
    with line(karin, carrier) as hers, line(yusuf, carrier) as his:
        hers.round(space)
        for number in range(700):
            karin.store.execute(AddTask(text=f"Task {number}", mentorship=mentorship))
        hers.round(space)
        his.round(space)
    assert len(list(yusuf.store.everything(Task))) == 700


def test_a_closed_server_says_so(tmp_path: Path) -> None:
    karin = Person("Karin")
    space = karin.spaces.personal
    karin.exchange.begin(space)
    closed = run(Settings(folder=tmp_path, registration="closed"))
    try:
        with line(karin, closed) as hers, pytest.raises(RegistrationClosed):
            hers.round(space)
    finally:
        closed.stop()
    assert karin.exchange.unsent(space)


def test_the_loop_carries_what_is_written_by_itself(carrier: Running) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    karin.meets(yusuf)
    loops: list[Loop] = []
    for person in (karin, yusuf):
        server = Server(carrier.base)
        loop = Loop(server, Replicator(server, person.exchange), person.exchange.shared, told=lambda state: None)
        person.store.on_change(lambda _, loop=loop: loop.poke())  # type: ignore[misc]
        loops.append(loop)
    try:
        for loop in loops:
            loop.start()
            until(lambda loop=loop: loop.state.condition is Condition.CALM)  # type: ignore[misc]
        writes(karin, "by itself")
        until(lambda: titles(yusuf) == {"by itself"})
        writes(yusuf, "and back")
        until(lambda: titles(karin) == {"by itself", "and back"})
    finally:
        for loop in loops:
            loop.stop(PATIENCE)
    assert all(loop.state.condition is Condition.OFF for loop in loops)
    assert not any(thread.is_alive() for loop in loops for thread in loop._threads)


def test_the_loop_waits_for_a_server_that_is_away_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    karin = Person("Karin")
    space = karin.spaces.personal
    karin.exchange.begin(space)
    first = run(Settings(folder=tmp_path))
    states: list[State] = []
    server = Server(first.base)
    loop = Loop(server, Replicator(server, karin.exchange), karin.exchange.shared, told=states.append)
    first.stop()
    try:
        loop.start()
        until(lambda: loop.state.condition is Condition.AWAY)
        assert isinstance(loop.state.error, NoAnswer)
        karin.store.execute(SetGoal(title="in the basement", private=True))
        assert karin.exchange.waiting(space) >= 1
    finally:
        loop.stop()
    assert states[-1].condition is Condition.OFF
