"""Own changes become envelopes once, and what is erased leaves them."""

import pytest

from app.model.commands import AddTask, Delete, Erase, SetGoal
from app.model.entities import Goal
from app.services.sharing.logs import Log, Logs
from app.services.sharing.shelf import Shelf
from sync.protocol import Envelope, Kind
from tests.support import pair
from tests.support.pair import PSK, Person, full_disk, mentorship_of, titles

karin, yusuf = pair.karin, pair.yusuf


def test_nothing_is_sealed_twice_and_a_crash_between_costs_nothing(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Once", mentorship=mentorship_of(karin)))
    assert karin.exchange.waiting(space) == 2  # the mentorship came first
    assert karin.exchange.seal(space) == 1
    assert karin.exchange.waiting(space) == 2
    sealed = [one.id for one in karin.exchange.unsent(space)]
    karin.start()
    assert karin.exchange.seal(space) == 0
    assert [one.id for one in karin.exchange.unsent(space)] == sealed
    karin.exchange.sent(space, karin.exchange.unsent(space))
    assert karin.exchange.unsent(space) == []
    assert karin.exchange.waiting(space) == 0


def test_many_changes_go_in_few_envelopes(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    for number in range(200):
        karin.store.execute(AddTask(text=f"Task {number}", mentorship=mentorship))
    assert karin.exchange.seal(space) <= 3
    assert karin.exchange.waiting(space) == 201
    yusuf.exchange.take(space, karin.exchange.outgoing(space))
    karin.tells(yusuf, space)
    assert yusuf.exchange.heads(space) == karin.exchange.heads(space)


def words_in_envelopes(person: Person, space: str) -> str:
    """Everything that can still be read from the envelopes that somebody keeps."""
    from sync.sealing import open_message

    log = person.exchange._logs.of(space)
    found = []
    run: dict[bytes, list[Envelope]] = {}
    for envelope in person.exchange.outgoing(space):
        if envelope.header.kind is Kind.CHANGE and envelope.whole:
            pieces = run.setdefault(envelope.header.device, [])
            pieces.append(envelope)
            if not envelope.header.more:
                found += [str(change) for change in open_message(pieces, log.keyring).changes]
                run.pop(envelope.header.device)
    return " ".join(found)


def test_what_is_really_erased_leaves_every_envelope_and_nothing_else_goes(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mentorship = mentorship_of(karin)
    stays = [karin.store.execute(SetGoal(title=f"Stays {number}", mentorship=mentorship)).record for number in range(3)]
    goes = karin.store.execute(SetGoal(title="A secret slip", mentorship=mentorship)).record
    karin.tells(yusuf, space)
    assert "secret slip" in words_in_envelopes(karin, space)
    assert "secret slip" in words_in_envelopes(yusuf, space)
    karin.store.execute(Delete(kind="goal", id=goes))
    karin.store.execute(Erase(kind="goal", id=goes))
    karin.start()
    karin.tells(yusuf, space)
    for person in (karin, yusuf):
        assert "secret slip" not in words_in_envelopes(person, space)
        assert {goal.id for goal in person.store.everything(Goal)} == set(stays)
        assert person.exchange.alarms() == []
    newcomer = Person("Somebody")
    karin.exchange.add(space, newcomer.spaces.introduction(space, "Somebody"), psk=PSK)
    newcomer.exchange.adopt(karin.spaces.genesis(space), karin.exchange.outgoing(space), karin.spaces.root, psks=[PSK])
    assert titles(newcomer) == {f"Stays {number}" for number in range(3)}
    assert karin.exchange.seal(space) == 0


def test_nobody_erases_what_another_wrote(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    goal = karin.store.execute(SetGoal(title="Karin wrote this", mentorship=mentorship_of(karin))).record
    karin.tells(yusuf, space)
    yusuf.store.execute(Delete(kind="goal", id=goal))
    yusuf.store.execute(Erase(kind="goal", id=goal))
    yusuf.tells(karin, space)
    assert "Karin wrote this" in words_in_envelopes(karin, space)


@pytest.mark.parametrize("after", [False, True], ids=["while it is written", "when all of it was"])
def test_a_disk_that_fails_while_sealing_forks_nothing(
    karin: Person, yusuf: Person, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    space = karin.meets(yusuf)
    karin.store.execute(SetGoal(title="Kept", mentorship=mentorship_of(karin)))
    keep = Logs.keep

    def kept(logs: Logs, log: Log) -> None:
        keep(logs, log)
        full_disk()

    with monkeypatch.context() as patch:
        if after:
            patch.setattr(Logs, "keep", kept)
        else:
            patch.setattr(Shelf, "keep_links", full_disk)
        with pytest.raises(OSError, match="full"):
            karin.exchange.seal(space)
    karin.tells(yusuf, space)
    assert titles(yusuf) == {"Kept"}
    assert yusuf.exchange.alarms() == []
