"""When the other was last heard, and whether they have got what one wrote."""

from __future__ import annotations

import pytest

from app.model.commands import AddTask, Delete, Erase, EraseShared, Revise, SetGoal
from app.model.entities import Goal, Mentorship, Task
from app.model.queries import One
from app.services.sharing.tidings import Answer, Stage, Tidings
from sync.protocol import Kind
from tests.support.pair import Person


@pytest.fixture
def karin() -> Person:
    return Person("Karin")


@pytest.fixture
def yusuf() -> Person:
    return Person("Yusuf", "mentee")


def tidings(person: Person) -> Tidings:
    return Tidings(person.store, person.exchange)


def mentorship_of(person: Person) -> str:
    return next(person.store.everything(Mentorship)).id


def goal(person: Person, title: str, *, private: bool = False) -> str:
    about = None if private else mentorship_of(person)
    return person.store.execute(SetGoal(title=title, mentorship=about, private=private)).record


def given_to_a_server(person: Person, space: str) -> None:
    person.exchange.seal(space)
    person.exchange.sent(space, person.exchange.unsent(space))


def test_a_record_waits_is_sent_and_received(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    given_to_a_server(karin, space)
    written = goal(karin, "Two interviews")
    here = tidings(karin)
    assert here.stage("goal", written) is Stage.WAITING
    karin.exchange.seal(space)
    assert here.stage("goal", written) is Stage.WAITING, "sealed is not sent"
    given_to_a_server(karin, space)
    assert here.stage("goal", written) is Stage.SENT
    karin.tells(yusuf, space)
    assert here.stage("goal", written) is Stage.SENT, "nobody has said to have it"
    yusuf.now.later(minutes=2)
    assert yusuf.exchange.sign_of_life(space) == 1
    yusuf.tells(karin, space)
    assert here.stage("goal", written) is Stage.RECEIVED
    karin.store.execute(Revise(kind="goal", id=written, values={"next_step": "Ask Lena"}))
    assert here.stage("goal", written) is Stage.WAITING, "what was changed since is on the way again"


def test_without_a_server_it_waits_until_the_other_has_it(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    written = goal(karin, "One")
    karin.tells(yusuf, space)
    assert tidings(karin).stage("goal", written) is Stage.WAITING
    yusuf.exchange.seal(space, heartbeat=True)
    yusuf.tells(karin, space)
    assert tidings(karin).stage("goal", written) is Stage.RECEIVED
    assert tidings(yusuf).stage("goal", written) is None, "it holds no word of Yusuf's"


def test_what_nobody_else_gets_has_no_stage(karin: Person, yusuf: Person) -> None:
    assert tidings(karin).stage("goal", goal(karin, "Mine", private=True)) is None
    karin.meets(yusuf)
    assert tidings(karin).stage("goal", goal(karin, "Mine", private=True)) is None
    assert tidings(karin).stage("goal", "0" * 32) is None
    assert tidings(karin).stage("unheard-of", "0" * 32) is None


def test_a_sign_of_life_is_given_for_what_came_and_after_half_a_day_and_never_for_a_sign_of_life(
    karin: Person, yusuf: Person
) -> None:
    space = karin.meets(yusuf)
    assert yusuf.exchange.sign_of_life(space) == 1, "the first one: I am here"
    assert yusuf.exchange.sign_of_life(space) == 0
    karin.store.execute(AddTask(text="Call", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    assert yusuf.exchange.sign_of_life(space) == 0, "not at once: more may come"
    yusuf.now.later(seconds=61)
    assert yusuf.exchange.sign_of_life(space) == 1
    assert yusuf.exchange.outgoing(space)[-1].header.kind is Kind.CHANGE
    yusuf.tells(karin, space)
    for person in (karin, yusuf):
        person.now.later(hours=1)
    assert karin.exchange.sign_of_life(space) == 0, "a sign of life is not answered"
    karin.now.later(hours=12)
    assert karin.exchange.sign_of_life(space) == 1
    assert karin.exchange.sign_of_life(karin.spaces.personal) == 0, "there is nobody to hear it"


def test_who_was_heard_when(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    assert [(one.name, one.at) for one in tidings(karin).heard(mentorship)] == [("Yusuf", None)]
    karin.now.later(days=8)
    assert tidings(karin).quiet(karin.now()) == (), "who was never heard is not missed yet"
    yusuf.exchange.sign_of_life(space)
    yusuf.tells(karin, space)
    came = karin.now()
    (heard,) = tidings(karin).heard(mentorship)
    assert heard.at == came
    assert not heard.quiet(karin.now.later(days=6))
    assert heard.quiet(karin.now.later(days=1))
    assert tidings(karin).quiet(karin.now()) == (heard,)
    assert tidings(karin).heard("0" * 32) == ()
    assert tidings(karin).others() == ("Yusuf",)


def test_who_asked_for_erasing_sees_what_the_other_phone_did(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    hers = [goal(karin, f"Karins ord {number}") for number in range(3)]
    karin.store.execute(AddTask(text="Karin ringer", mentorship=mentorship))
    karin.tells(yusuf, space)
    his = goal(yusuf, "Yusufs ord")
    yusuf.store.execute(Revise(kind="goal", id=hers[0], values={"next_step": "Yusufs steg"}))
    yusuf.tells(karin, space)

    karin.store.execute(EraseShared(mentorship=mentorship))
    assert [one.title for one in karin.store.everything(Goal)] == ["Yusufs ord", ""]
    (wish,) = tidings(karin).wishes()
    assert (wish.answers, wish.silent) == ((), ("Yusuf",))
    karin.tells(yusuf, space)
    there = list(yusuf.store.everything(Goal))
    assert {(one.id, one.title, one.next_step) for one in there} == {
        (his, "Yusufs ord", ""),
        (hers[0], "", "Yusufs steg"),
    }
    assert list(yusuf.store.everything(Task)) == []
    assert yusuf.store.ask(One(Mentorship, mentorship)) is not None, "what the two are to each other stays"
    for name in yusuf.documents.tables():
        assert "Karins ord" not in repr([dict(row) for row in yusuf.documents.table(name)]), name
    yusuf.tells(karin, space)
    (wish,) = tidings(karin).wishes()
    assert (wish.answers, wish.silent) == ((Answer("Yusuf", 4, 2),), ())
    assert wish.at == karin.now()
    assert tidings(yusuf).wishes() == (), "Yusuf asked for nothing"


def test_what_only_i_have_is_asked_of_nobody(karin: Person, yusuf: Person) -> None:
    mine = goal(karin, "Bara mitt", private=True)
    karin.meets(yusuf)
    karin.store.execute(Delete(kind="goal", id=mine))
    karin.store.execute(Erase(kind="goal", id=mine))
    assert tidings(karin).wishes() == ()
