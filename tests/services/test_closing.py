"""On the day, private notes are gone for good and both have the receipt; never before it was said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.model.commands import AddPerson, DecideFate, Delete, EndMentorship, JoinMentorship, Revise, WriteNote
from app.model.entities import Fulfilment, Note
from app.model.queries import ClosingOf, ClosingView, NotesOf, TrashList
from app.services.closing import announce, carry_out, erase
from tests.services.test_agreements import _mentorships
from tests.support.keys import PASSPHRASE
from tests.support.life import Life
from tests.support.pair import Person
from tests.support.store import NOON

pytestmark = pytest.mark.usefixtures("quick_kdf")

WORD = "lingonsylt"
LATER = NOON + timedelta(days=93)


class Ended:
    """Karin and Yusuf, whose mentorship ended today; private notes go after three months."""

    def __init__(self) -> None:
        self.karin, self.yusuf = Person("Karin"), Person("Yusuf", "mentee")
        self.space = self.karin.meets(self.yusuf)
        self.id = self.karin.store.ask(_mentorships())[0]
        self.karin.tells(self.yusuf, self.space)
        self.yusuf.store.execute(JoinMentorship(mentorship=self.id, name="Karin", my_role="mentee"))
        for number in range(3):
            self.karin.store.execute(WriteNote(body=f"{WORD} {number}", mentorship=self.id))
        self.karin.store.execute(WriteNote(body="om något annat"))
        self.karin.store.execute(DecideFate(mentorship=self.id, fate="3m"))
        self.karin.store.execute(EndMentorship(mentorship=self.id))
        self.karin.tells(self.yusuf, self.space)

    def view(self, person: Person | None = None) -> ClosingView:
        found = (person or self.karin).store.ask(ClosingOf(self.id))
        assert found is not None
        return found

    def opens(self, at: datetime) -> tuple[ClosingView, ...]:
        """Karin's phone at that time, as after a restart."""
        self.karin.now.at = at
        self.karin.start()
        return carry_out(self.karin.store, at)


def test_on_the_day_the_notes_are_gone_and_both_have_the_receipt() -> None:
    two = Ended()
    assert two.view().notes == 3
    two.karin.now.at = LATER - timedelta(days=7)
    announce(two.karin.store, two.view())
    assert two.opens(LATER - timedelta(days=5)) == () and two.view().notes == 3
    assert len(two.opens(LATER)) == 1
    assert two.view().notes == 0 and two.view().mine_done
    rows = two.karin.store.ask(NotesOf()).rows
    assert [row.title for row in rows] == ["om något annat"]
    assert WORD not in repr([list(two.karin.documents.table(name)) for name in two.karin.documents.tables()])
    two.karin.tells(two.yusuf, two.space)
    for person in (two.karin, two.yusuf):
        (receipt,) = two.view(person).fulfilled
        assert (receipt.role, receipt.dropped, receipt.at) == ("mentor", 3, LATER)
    assert WORD not in repr([list(two.yusuf.documents.table(name)) for name in two.yusuf.documents.tables()])


def test_a_relationship_that_went_on_and_ended_again_has_its_notes_deleted_again() -> None:
    two = Ended()
    run = two.karin.store.execute
    run(DecideFate(mentorship=two.id, fate="end"))
    assert erase(two.karin.store, two.id) == 3 and two.view().mine_done
    run(Revise(kind="mentorship", id=two.id, values={"status": "active", "ended": None}))
    run(WriteNote(body=f"{WORD} igen", mentorship=two.id))
    run(EndMentorship(mentorship=two.id))  # the same day, by a clock that stands still
    view = two.view()
    assert not view.mine_done and view.due(NOON.date()) and view.notes == 1
    assert erase(two.karin.store, two.id) == 1
    assert two.view().mine_done and [one.dropped for one in two.view().fulfilled] == [3, 1]
    assert WORD not in repr([list(two.karin.documents.table(name)) for name in two.karin.documents.tables()])


def test_two_who_end_it_apart_have_ended_it_once_and_what_is_written_afterwards_stays() -> None:
    two = Ended()
    run = two.karin.store.execute
    run(Revise(kind="mentorship", id=two.id, values={"status": "active", "ended": None}))
    two.karin.tells(two.yusuf, two.space)
    run(EndMentorship(mentorship=two.id))
    assert erase(two.karin.store, two.id) == 3
    run(WriteNote(body="efteråt", mentorship=two.id))
    two.yusuf.now.later(minutes=5)
    two.yusuf.store.execute(EndMentorship(mentorship=two.id))
    two.yusuf.tells(two.karin, two.space)
    assert two.view().mentorship.status == "ended" and two.view().mine_done and two.opens(LATER) == ()
    assert two.view().notes == 1


def test_nothing_is_deleted_before_it_was_said_even_when_the_phone_was_off_that_day() -> None:
    two = Ended()
    assert two.opens(LATER + timedelta(days=200)) == () and two.view().notes == 3
    announce(two.karin.store, two.view())
    assert two.view().notes == 3
    assert len(two.opens(LATER + timedelta(days=201))) == 1 and two.view().notes == 0


def test_a_clock_that_ran_months_ahead_for_an_hour_deletes_nothing() -> None:
    two = Ended()
    for ahead in (LATER, LATER + timedelta(days=20_000)):
        for hour in (0, 1):  # the first time shows the day
            assert two.opens(ahead + timedelta(hours=hour)) == ()
            announce(two.karin.store, two.view())
        assert two.view().warned and two.opens(NOON + timedelta(hours=2)) == ()
    two.opens(LATER - timedelta(days=14))
    assert two.opens(LATER - timedelta(days=13)) == () and two.view().notes == 3
    assert len(two.opens(LATER)) == 1, "on the day all the same"


def test_a_day_that_was_moved_has_to_be_said_again() -> None:
    two = Ended()
    announce(two.karin.store, two.view())
    two.karin.store.execute(DecideFate(mentorship=two.id, fate="12m"))
    assert two.opens(NOON + timedelta(days=400)) == () and not two.view().warned


def test_it_is_done_once_and_what_is_written_afterwards_stays() -> None:
    two = Ended()
    assert erase(two.karin.store, two.id) == 3
    two.karin.store.execute(WriteNote(body="efteråt", mentorship=two.id))
    assert two.opens(LATER) == () and two.view().notes == 1
    assert len(list(two.karin.store.everything(Fulfilment))) == 1


def test_what_lay_in_the_trash_is_gone_as_well() -> None:
    two = Ended()
    run = two.karin.store.execute
    run(Delete(kind="note", id=run(WriteNote(body="rabarber", mentorship=two.id)).record))
    run(Delete(kind="note", id=run(WriteNote(body="blåbär")).record))
    assert erase(two.karin.store, two.id) == 3
    words = repr([list(two.karin.documents.table(name)) for name in two.karin.documents.tables()])
    assert "rabarber" not in words and "blåbär" in words
    assert [one.title for one in two.karin.store.ask(TrashList())] == ["blåbär"]


def test_deciding_to_keep_deletes_nothing() -> None:
    two = Ended()
    two.karin.store.execute(DecideFate(mentorship=two.id, fate="keep"))
    announce(two.karin.store, two.view())
    assert two.opens(LATER) == () and len(list(two.karin.store.everything(Note))) == 4


def test_a_real_phone_keeps_the_promise_when_it_is_unlocked_after_the_day(life: Life) -> None:
    life.create()
    run = life.session.store.execute
    pair = run(AddPerson(name="Yusuf", my_role="mentor")).record
    run(WriteNote(body=WORD, mentorship=pair))
    run(DecideFate(mentorship=pair, fate="3m"))
    run(EndMentorship(mentorship=pair))
    life.session.lock()
    life.now += timedelta(days=400)  # the phone was off that day, and long after
    life.session.unlock(PASSPHRASE)
    view = life.session.store.ask(ClosingOf(pair))
    assert view is not None and view.notes == 1 and view.due(life.now.date())
    announce(life.session.store, view)  # the card on Today
    for days, left in ((0, 1), (1, 0)):  # a clock may be wrong for a day
        life.session.lock()
        life.now += timedelta(days=days)
        life.session.unlock(PASSPHRASE)
        view = life.session.store.ask(ClosingOf(pair))
        assert view is not None and view.notes == left
    assert [(one.role, one.dropped) for one in view.fulfilled] == [("mentor", 1)]
