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
    writer, reader = hub.join([ONE], {ONE: b"a"}), hub.join([ONE], {ONE: b"b"})
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
    assert await ear.take() == {b"": 0}
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
