"""Fields that are entered by themselves: at once, or in a browser as soon as the screen stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import flet as ft
import pytest

from app.ui import root
from app.ui.hooks import use_desk, use_draft
from app.ui.parts import DraftField, Field, PassphraseField, fields
from app.ui.safe import component
from tests.support.fake_session import FakeSession
from tests.support.fletsim import FEATURES
from tests.ui.conftest import OpenStage, Stage

KINDS = ("field", "draft", "phrase", "still", "expand")
LISTENS = {"get_accessibility_features": {**dict.fromkeys(FEATURES, False), "accessible_navigation": True}}


def form(kind: str) -> Callable[[], ft.Control]:
    @component
    def Form() -> ft.Control:
        desk, draft = use_desk(), use_draft("", lambda _: None)
        text, write = ft.use_state("")
        gone, leave = ft.use_state(False)
        made: Callable[[], ft.Control] = {
            "field": lambda: Field(desk.say("frame.back"), text, write, id="one", autofocus=True),
            "still": lambda: Field(desk.say("frame.back"), text, write, id="one", autofocus=True, still=True),
            "draft": lambda: DraftField(desk.say("frame.back"), draft, id="one", autofocus=True),
            "expand": lambda: DraftField(desk.say("frame.back"), draft, id="one", autofocus=True, expand=True),
            "phrase": lambda: PassphraseField(desk.say("lock.phrase"), text, write, id="one", autofocus=True),
        }[kind]
        away = ft.TextButton(desk.say("frame.close"), on_click=lambda _: leave(True), key="away")
        return ft.Column([away] if gone else [made(), away])

    return Form


def entered(app: Stage) -> int:
    """How often a field was given the focus by code."""
    return sum(name == "focus" for name, _ in app.line.calls)


@pytest.fixture(autouse=True)
def stands(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """What a browser reads out stands still when the test says so."""
    found = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds in (fields.ADDRESSED, fields.SETTLES)
        await found.wait()

    monkeypatch.setattr(fields, "asyncio", SimpleNamespace(sleep=sleep))
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_device_gives_the_focus_with_the_first_picture(
    stage: OpenStage, stands: asyncio.Event, kind: str
) -> None:
    app = await stage(screen=form(kind))
    stands.set()
    await app.settle(0.1)
    assert app.field("one").autofocus and entered(app) == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_browser_that_is_listened_to_gives_it_to_what_scrolls_once_it_stands(
    stage: OpenStage, stands: asyncio.Event, kind: str
) -> None:
    app = await stage(screen=form(kind), web=True, replies=LISTENS)
    scrolls = kind in ("field", "draft", "phrase")
    assert app.field("one").autofocus is not scrolls
    await app.settle(0.1)
    assert entered(app) == 0
    stands.set()
    await app.until(lambda: entered(app) == scrolls)
    await app.type("one", "abc")
    await app.settle(0.1)
    assert entered(app) == scrolls, "once: nobody is torn out of another field"


async def test_where_nobody_listens_nobody_waits(stage: OpenStage, stands: asyncio.Event) -> None:
    app = await stage(screen=form("field"), web=True)
    await app.until(lambda: entered(app) == 1)
    assert not stands.is_set()


@pytest.mark.parametrize("kind", ["field", "draft", "phrase"])
async def test_whoever_writes_already_is_left_alone(stage: OpenStage, stands: asyncio.Event, kind: str) -> None:
    app = await stage(screen=form(kind), web=True, replies=LISTENS)
    await app.type("one", "a")
    stands.set()
    await app.settle(0.1)
    assert entered(app) == 0


def test_it_stands_no_earlier_than_the_browser_is_told_its_address() -> None:
    assert fields.ADDRESSED >= root.SHOWN


async def test_a_field_that_is_gone_by_then_is_left_alone(stage: OpenStage, stands: asyncio.Event) -> None:
    app = await stage(screen=form("field"), web=True, replies=LISTENS)
    await app.tap("away")
    stands.set()
    await app.settle(0.1)
    assert entered(app) == 0


async def test_a_line_that_is_cut_meanwhile_is_no_fault(stage: OpenStage) -> None:
    app = await stage(
        screen=form("field"), web=True, replies={"get_accessibility_features": RuntimeError("the line is cut")}
    )
    await app.settle(0.1)
    assert entered(app) == 0 and app.field("one") is not None


@pytest.mark.parametrize(("size", "above"), [(100, False), (200, True)])
async def test_a_label_too_long_for_the_edge_stands_above_and_stays_the_name(
    stage: OpenStage, size: int, above: bool
) -> None:
    session = FakeSession()
    session.preferences.text_size = size
    label = "Hjälplinje för barn (de flesta EU-länder)"
    app = await stage(screen=lambda: Field(label, "116 111", id="line"), session=session)
    assert (app.field("line").label is None) == above
    assert app.nameless() == [] and app.has(label)


# ------------------------------------------------------------------ a field that is full


def limited(value: str) -> Callable[[], ft.Control]:
    @component
    def Form() -> ft.Control:
        desk = use_desk()
        text, write = ft.use_state(value)
        draft = use_draft(value, lambda _: None)
        return ft.Column(
            [
                Field(desk.say("frame.name"), text, write, id="one", limit=60),
                DraftField(desk.say("frame.safety"), draft, id="two", limit=60),
                PassphraseField(desk.say("lock.phrase"), "", lambda _: None, id="three"),
                Field(desk.say("frame.hour"), "", lambda _: None, id="four", limit=3),
            ]
        )

    return Form


@pytest.mark.parametrize(("id", "room"), [("one", 60), ("two", 60), ("three", 500)])
async def test_a_field_says_when_it_is_full_and_no_longer_once_it_is_not(stage: OpenStage, id: str, room: int) -> None:
    """What is pasted into it is cut by the platform, which says nothing."""
    app = await stage(screen=limited(""))
    said = app.desk.say("frame.full", most=str(room))
    assert not app.has(said)
    await app.type(id, "å" * room)
    await app.settle()
    assert app.has(said)
    await app.type(id, "å" * (room - 1))
    await app.settle()
    assert not app.has(said)


async def test_a_field_for_a_number_says_nothing_of_it(stage: OpenStage) -> None:
    app = await stage(screen=limited(""))
    await app.type("four", "120")
    await app.settle()
    assert not app.has(app.desk.say("frame.full", most="3"))


async def test_words_longer_than_a_field_are_not_cut_by_going_on_in_them(stage: OpenStage) -> None:
    """From an import, or from another device: the platform cuts what is longer than `max_length` at the next key."""
    app = await stage(screen=limited("å" * 75))
    assert [app.field(id).max_length for id in ("one", "two")] == [75, 75]
    assert app.has(app.desk.say("frame.full", most="60"))
