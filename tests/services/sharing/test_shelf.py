"""The rows of shared spaces: what is kept is found again, and only once."""

from app.model.commands import SetGoal
from app.model.entities import Mentorship
from app.services.records.tables import ENVELOPES
from app.services.sharing.shelf import Alarm, AlarmKind, Shelf, envelope_of, key_of
from tests.support.pair import Person


def shelf_of(person: Person) -> Shelf:
    return Shelf(person.store, person.now)


def test_an_envelope_is_found_at_its_place() -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    shelf = shelf_of(karin)
    for envelope in karin.exchange.outgoing(space):
        assert shelf.envelope(space, envelope.header.device.hex(), envelope.header.sequence) == envelope
        assert key_of(envelope) == f"{space}:{envelope.header.device.hex()}:{envelope.header.sequence}"
        chain = shelf.chain(space, {})
        assert chain(envelope.header.device, envelope.header.sequence) == envelope.id
        assert chain(envelope.header.device, 999) is None
    assert [envelope_of(row) for row in karin.documents.table(ENVELOPES)] == karin.exchange.outgoing(space)


def test_the_same_alarm_is_counted_and_not_doubled() -> None:
    karin = Person("Karin")
    shelf, space = shelf_of(karin), karin.spaces.personal
    with karin.store.writing():
        for count in (1, 4):
            shelf.alarm(Alarm(space, AlarmKind.ROLLBACK, count=count))
        shelf.alarm(Alarm(space, AlarmKind.FORK, "aa"))
    assert karin.exchange.alarms() == [Alarm(space, AlarmKind.ROLLBACK, count=5), Alarm(space, AlarmKind.FORK, "aa")]


def test_own_messages_are_found_by_what_they_say() -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    mentorship = next(karin.store.everything(Mentorship)).id
    for title in ("one", "two"):
        karin.store.execute(SetGoal(title=title, mentorship=mentorship))
        karin.exchange.seal(space)
    shelf = shelf_of(karin)
    last = karin.store.written(space)
    assert [(first, count) for first, count, _ in shelf.own_messages(space, {last})] == [(last, 1)]
    assert len(shelf.own_messages(space, {last, last - 1})) == 2
    assert shelf.own_messages(space, {last + 1}) == []
    assert shelf.erased_since(space, 0) == (set(), 0)
