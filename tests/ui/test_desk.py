"""The desk: where one goes, what is told, and that no unsaved word is left behind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.errors import AppError
from app.ui.desk import Desk, desk_of
from app.ui.parts import Words
from tests.support.fake_session import FakeSession
from tests.ui.conftest import OpenStage


class Unsaved:
    """Counts how often it was saved."""

    def __init__(self) -> None:
        self.flushed = 0

    def flush(self) -> None:
        self.flushed += 1


def open_on(desk: Desk) -> tuple[str, ...]:
    return desk.places.value


async def test_paths_lie_on_each_other(stage: OpenStage) -> None:
    desk = (await stage(screen=lambda: Words("x"))).desk
    desk.go("/person/p1")
    desk.go("/person/p1")
    desk.go("/plan", person="p1")
    assert open_on(desk) == ("/", "/person/p1", "/plan?person=p1")
    desk.go("/person/p1")
    assert open_on(desk) == ("/", "/person/p1"), "what is already open is gone back to"
    desk.swap("/goal/g1")
    assert open_on(desk) == ("/", "/goal/g1")
    desk.go("/people")
    assert open_on(desk) == ("/people",)
    desk.back()
    assert open_on(desk) == ("/",)
    desk.back()
    assert open_on(desk) == ("/",)


async def test_every_way_out_saves_what_is_unsaved(stage: OpenStage) -> None:
    desk = (await stage(screen=lambda: Words("x"))).desk
    draft = Unsaved()
    stop = desk.holds(draft)
    ways = [lambda: desk.go("/plan"), lambda: desk.swap("/search"), desk.back, desk.home, desk.lock, desk.close]
    for count, leave in enumerate(ways, 1):
        leave()
        assert draft.flushed == count
    stop()
    desk.flush()
    assert draft.flushed == len(ways)


async def test_a_fault_has_its_sentence_or_a_calm_one(stage: OpenStage) -> None:
    desk = (await stage(screen=lambda: Words("x"))).desk
    assert desk.sentence(ValueError("hemligt")) == desk.say("frame.went-wrong")
    assert desk.sentence(None) == desk.say("frame.went-wrong")

    class Full(AppError):
        code = "unexpected"

    assert desk.sentence(Full()) == desk.speech.value.say("error.unexpected")


async def test_a_task_from_another_thread_runs_on_the_windows_loop(stage: OpenStage) -> None:
    app = await stage(screen=lambda: Words("x"))
    where: list[bool] = []
    here = asyncio.get_running_loop()

    async def note() -> None:
        where.append(asyncio.get_running_loop() is here)

    thread = threading.Thread(target=lambda: app.desk.later(note))
    thread.start()
    thread.join()
    await app.until(lambda: where == [True])


async def test_the_role_is_known_once_more_while_locking(stage: OpenStage) -> None:
    session = FakeSession(role="mentee")
    desk = (await stage(screen=lambda: Words("x"), session=session)).desk
    assert desk.role == "mentee"
    session.lock()
    session.role = "nobody may ask now"
    assert desk.role == "mentee"


async def test_a_page_knows_its_desk(stage: OpenStage) -> None:
    app = await stage(screen=lambda: Words("x"))
    assert desk_of(app.page) is app.desk


async def test_an_announcement_is_news_each_time_and_does_not_stay(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await stage(screen=lambda: Words("x"))
    desk = app.desk
    heard: list[str] = []
    desk.status.watch(lambda: heard.append(desk.status.value))
    desk.announce("Sparat")
    desk.announce("Sparat")
    assert [words for words in heard if words] == ["Sparat", "Sparat"] and desk.status.value
    monkeypatch.setattr("app.ui.desk.LINGERS", 0)
    desk.announce("Sparat")
    await app.until(lambda: desk.status.value == "")


async def test_the_time_has_its_zone(stage: OpenStage) -> None:
    assert (await stage(screen=lambda: Words("x"))).desk.now().tzinfo is not None
