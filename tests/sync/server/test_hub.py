"""Who waits hears the newest head of each of its spaces, once."""

import asyncio
import threading

import pytest

from sync.server import hub as hub_module
from sync.server.hub import Crowded, Hub

ONE, OTHER = bytes(16), bytes(range(16))


async def test_only_the_newest_is_heard_and_only_once() -> None:
    hub = Hub()
    hub.start()
    ear = hub.join([ONE, OTHER])
    for head in (1, 2, 3):
        hub.poke(ONE, head)
    hub.poke(OTHER, 7)
    assert await ear.take() == {ONE: 3, OTHER: 7}
    hub.poke(ONE, 3)
    hub.poke(ONE, 2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await ear.take()
    hub.poke(ONE, 4)
    assert await ear.take() == {ONE: 4}


async def test_nobody_is_told_of_what_they_wrote_themselves_and_of_all_else_they_are() -> None:
    hub = Hub()
    hub.start()
    writer, reader = hub.join([ONE], {ONE: b"a"}, deaf=True), hub.join([ONE], {ONE: b"b"}, deaf=True)
    hub.poke(ONE, 1, by=b"b")
    hub.poke(ONE, 2, by=b"a")
    assert await reader.take() == {ONE: 2}
    assert await writer.take() == {ONE: 1}
    hub.tell(ONE, 2)  # as another process hears of it
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await writer.take()
    hub.poke(ONE, 3)
    assert await writer.take() == {ONE: 3}


async def test_pokes_come_from_other_threads_too_and_not_after_the_end() -> None:
    hub = Hub()
    hub.start()
    ear = hub.join([ONE])
    thread = threading.Thread(target=hub.tell, args=(ONE, 5))
    thread.start()
    assert await ear.take() == {ONE: 5}
    thread.join()
    hub.stop()
    assert hub.stopped
    assert await ear.take() == {}
    assert ear.ended
    hub.leave(ear)
    assert (hub.watched(), hub.listeners) == ([], 0)
    hub.tell(ONE, 6)


async def test_who_left_is_not_watched_for() -> None:
    hub = Hub()
    first, second = hub.join([ONE]), hub.join([ONE, OTHER])
    assert set(hub.watched()) == {ONE, OTHER}
    hub.leave(second)
    assert hub.watched() == [ONE]
    hub.leave(first)
    assert (hub.watched(), hub.listeners) == ([], 0)


async def test_there_is_an_end_to_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LISTENERS", 1)
    hub = Hub()
    hub.join([ONE])
    with pytest.raises(Crowded):
        hub.join([ONE])


async def test_a_device_has_a_share_of_the_listeners_and_its_newest_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LISTENERS", hub_module.SHARE + 2)
    hub = Hub()
    hub.start()
    mine = [hub.join([ONE, OTHER], {ONE: b"a", OTHER: b"a"}) for _ in range(hub_module.SHARE + 3)]
    assert [ear.ended for ear in mine] == [True] * 3 + [False] * hub_module.SHARE
    assert await mine[0].take() == {}
    other, elsewhere = hub.join([ONE], {ONE: b"b"}), hub.join([OTHER], {OTHER: b"c"})
    assert hub.listeners == hub_module.SHARE + 2
    with pytest.raises(Crowded):
        hub.join([ONE], {ONE: b"d"})
    for ear in (*mine, other, elsewhere, other):  # whoever was ended leaves as well, and nobody is counted twice
        hub.leave(ear)
    assert (hub.watched(), hub.listeners, hub._of) == ([], 0, {})
