"""What a server has and lacks, as a device keeps it."""

from app.model.commands import SetGoal
from app.services.sharing.shelf import AlarmKind
from sync.protocol import Envelope
from tests.support import pair
from tests.support.pair import Person, mentorship_of

karin, yusuf = pair.karin, pair.yusuf


def test_a_forged_page_does_not_take_my_words_for_sent(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.exchange.sent(space, karin.exchange.unsent(space))
    karin.store.execute(SetGoal(title="Two interviews", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    (mine,) = karin.exchange.unsent(space)
    forged = Envelope.made(mine.header, bytes(len(mine.body or b"")), bytes(64))
    assert karin.exchange.take(space, [forged], there=True).refused == 1
    assert karin.exchange.unsent(space) == [mine]
    assert karin.exchange.waiting(space) == 1
    assert karin.exchange.take(space, [mine], there=True).repeated == 1


def test_a_server_that_lost_something_gets_it_back_and_it_is_told(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    karin.tells(yusuf, space)
    karin.exchange.sent(space, karin.exchange.unsent(space))
    heads = karin.exchange.heads(space)
    mine = next(device for device in heads if device == karin.exchange.keys(space).id)
    link = {mine: (1, karin.exchange.outgoing(space)[0].id)}
    comparison = karin.exchange.compare(space, link)
    assert comparison.behind[mine] == (2, heads[mine].sequence)
    back = karin.exchange.put_back(space, comparison.behind)
    assert [one.header.sequence for one in back] == list(range(2, heads[mine].sequence + 1))
    assert [alarm.kind for alarm in karin.exchange.alarms()] == [AlarmKind.ROLLBACK]


def test_what_a_server_still_has_is_on_the_disk_soon_and_all_else_at_once(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    hers, his = karin.documents.commits, yusuf.documents.commits
    for there in (True, False):
        karin.store.execute(SetGoal(title=f"{there}", mentorship=mentorship_of(karin)))
        del hers[:], his[:]
        karin.exchange.seal(space)
        assert hers == [True], "what leaves is durable before it does"
        new = karin.exchange.unsent(space)[-1:]
        karin.exchange.sent(space, new)
        assert hers == [True, "soon"]
        yusuf.exchange.take(space, new, there=there)
        assert his == ["soon" if there else True]
