"""A part that asks renders again when the answer changes, and only then, whichever thread changed it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.ui.hooks import use_query
from app.ui.parts import Words
from app.ui.safe import component
from tests.support.fake_session import FakeSession, FakeStore
from tests.ui.conftest import OpenStage


@dataclass(frozen=True)
class Value:
    """A question about one name."""

    name: str

    def __call__(self, content: Mapping[str, Any]) -> Any:
        return content.get(self.name, 0)


def asking(renders: list[Any], name: str = "goal") -> ft.Control:
    @component
    def Asks() -> ft.Control:
        answer = use_query(Value(name))
        renders.append(answer)
        return Words(f"svar {answer}")

    return Asks()


async def test_it_renders_when_the_answer_changes_and_only_then(stage: OpenStage) -> None:
    store, renders = FakeStore(), list[Any]()
    app = await stage(screen=lambda: asking(renders), session=FakeSession(store=store))
    await app.settle()
    before = len(renders)
    store.put(other=1)
    await app.settle()
    assert len(renders) == before, "a change that is not in the answer drew the part again"
    store.put(goal=2)
    await app.settle()
    assert app.has("svar 2")
    assert len(renders) == before + 1


async def test_a_commit_in_another_thread_arrives(stage: OpenStage) -> None:
    store, renders = FakeStore(), list[Any]()
    app = await stage(screen=lambda: asking(renders), session=FakeSession(store=store))
    worker = threading.Thread(target=lambda: store.put(goal=7))
    worker.start()
    worker.join()
    await app.until(lambda: app.has("svar 7"))


async def test_a_new_question_gets_a_new_answer(stage: OpenStage) -> None:
    store = FakeStore()
    store.put(a=1, b=2)

    @component
    def Asks() -> ft.Control:
        name, set_name = ft.use_state("a")
        answer = use_query(Value(name))
        return ft.Column([Words(f"svar {answer}"), ft.Button("b", key="turn", on_click=lambda: set_name("b"))])

    app = await stage(screen=Asks, session=FakeSession(store=store))
    await app.tap("turn")
    assert app.has("svar 2")
    store.put(b=3)
    await app.settle()
    assert app.has("svar 3")
    assert len(store.listeners) == 1


async def test_nobody_listens_after_the_part_or_the_window_is_gone(stage: OpenStage) -> None:
    store, renders = FakeStore(), list[Any]()

    @component
    def Switch() -> ft.Control:
        shown, show = ft.use_state(True)
        return ft.Column(
            [ft.Button("bort", key="off", on_click=lambda: show(False)), *([asking(renders)] if shown else [])]
        )

    app = await stage(screen=Switch, session=FakeSession(store=store))
    assert len(store.listeners) == 1
    await app.tap("off")
    assert store.listeners == []
    other = FakeStore()
    second = await stage(screen=lambda: asking(renders), session=FakeSession(store=other))
    assert len(other.listeners) == 1
    second.desk.close()
    assert other.listeners == []


async def test_drawing_asks_once_and_a_change_once_more(stage: OpenStage) -> None:
    store, renders = FakeStore(), list[Any]()
    app = await stage(screen=lambda: asking(renders), session=FakeSession(store=store))
    await app.settle()
    assert store.asked == 1
    store.put(goal=5)
    await app.until(lambda: app.has("svar 5"))
    assert store.asked == 2
