"""Lines of a document as fields: each type hands over the value that is kept, and shows the one that was."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import flet as ft
import pytest

from app.model.commands import KeepMinutes
from app.model.entities import Minutes, minutes_id
from app.model.queries import One
from app.services.content.library import Item, Option, Phrase, Scale
from app.ui.hooks.draft import PAUSE
from app.ui.parts.items import FORM_TYPES, ItemField, chosen_of, day_of, moment_of
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import lay

SCALE = Scale(1, 5, Phrase("Inte alls", "Not at all"), Phrase("Helt", "Fully"))


def line(kind: str, **more: Any) -> Item:
    more.setdefault("visibility", "shared")
    return Item(id="x", type=kind, text=Phrase("Frågan", "The question"), **more)


class Kept:
    """What the field handed over last."""

    def __init__(self) -> None:
        self.value: Any = None

    def __call__(self, value: Any) -> None:
        self.value = value


async def drawn(stage: OpenStage, item: Item, value: Any = None, **more: Any) -> tuple[Stage, Kept]:
    kept = Kept()
    return await stage(screen=lambda: ItemField(item, value, kept, **more)), kept


@pytest.mark.parametrize("kind", sorted(FORM_TYPES - {"tasks", "taskreview", "goalprogress", "confirm", "link"}))
async def test_every_type_shows_its_question_and_has_a_name(stage: OpenStage, kind: str) -> None:
    options = (Option("a", Phrase("Ett", "One")), Option("b", Phrase("Två", "Two")))
    app, _ = await drawn(stage, line(kind, scale=SCALE, options=options))
    assert "Frågan" in "\n".join(app.texts()) and app.nameless() == []


@pytest.mark.parametrize("kind", ["text", "longtext"])
async def test_a_text_is_handed_over_at_the_pause(stage: OpenStage, kind: str) -> None:
    app, kept = await drawn(stage, line(kind), "förra")
    assert app.field("item-x").value == "förra"
    await app.type("item-x", "nya ord")
    await app.settle(PAUSE + 0.1)
    assert kept.value == "nya ord"


@pytest.mark.parametrize(("typed", "value"), [("4,5", 4.5), ("12", 12), (" 1 000 ", 1000), ("", None)])
async def test_a_number_as_people_write_it(stage: OpenStage, typed: str, value: Any) -> None:
    app, kept = await drawn(stage, line("number"), 3)
    await app.type("item-x", typed)
    assert kept.value == value


@pytest.mark.parametrize("typed", ["fem", "1e99", "nan"])
async def test_what_is_no_number_is_told_and_not_kept(stage: OpenStage, typed: str) -> None:
    app, kept = await drawn(stage, line("number"))
    await app.type("item-x", typed)
    assert kept.value is None and "Skriv ett tal." in app.texts()


@pytest.mark.parametrize(
    ("bounds", "typed", "said"),
    [
        ({"min": 1, "max": 100}, "-5", "Skriv ett helt tal från 1 till 100."),
        ({"min": 1, "max": 100}, "101", "Skriv ett helt tal från 1 till 100."),
        ({"min": 1, "max": 100}, "2,5", "Skriv ett helt tal från 1 till 100."),
        ({"min": 15}, "14", "Skriv ett helt tal, minst 15."),
        ({"max": 5}, "6", "Skriv ett helt tal, högst 5."),
    ],
)
async def test_a_number_that_the_document_does_not_allow_is_told_and_nothing_stands(
    stage: OpenStage, bounds: dict[str, Any], typed: str, said: str
) -> None:
    app, kept = await drawn(stage, line("number", **bounds), 15)
    await app.type("item-x", "15" if bounds.get("max") != 5 else "5")
    assert kept.value in (15, 5)
    await app.type("item-x", typed)
    assert kept.value is None and said in app.texts()


@BOTH
async def test_what_is_no_number_stands_there_again_until_it_is_one(stage: OpenStage, language: str) -> None:
    """Left, locked, opened again: the words are there with what is expected, and what counts until then."""
    table = lay().at(16, 10)
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.midterm", answers={"remaining": 4}))
    place, sv = f"/meeting/{table.meeting}/minutes", language == "sv"
    app = await table.open(stage, go=place, language=language)
    await app.type("item-remaining", "fyra eller fem, vi får se")
    assert ("Skriv ett tal." if sv else "Write a number.") in app.texts()
    app.desk.lock()
    await app.settle()
    again = await table.open(stage, go=place, language=language)
    assert again.field("item-remaining").value == "fyra eller fem, vi får se"
    assert ("Skriv ett tal." if sv else "Write a number.") in again.texts()
    minutes = table.store.ask(One(Minutes, minutes_id(table.meeting)))
    assert minutes is not None and minutes.answers.get("remaining") is None  # it is no answer
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.midterm", answers={"remaining": 6}))
    await again.settle()
    stands = "Skriv ett tal. Tills dess gäller 6." if sv else "Write a number. Until then it is 6."
    assert stands in again.texts()
    await again.type("item-remaining", "5")
    last = await table.open(stage, go=place, language=language)
    assert last.field("item-remaining").value == "5" and not any("Skriv ett tal" in text for text in last.texts())


async def test_a_day_and_a_time_keep_each_other(stage: OpenStage) -> None:
    app, kept = await drawn(stage, line("datetime"), "2026-10-14T15:00")
    await app.tap("item-x")
    await app.fire(app.all(kind=ft.DatePicker)[0], "change", None, value=datetime(2026, 10, 16).astimezone())
    assert kept.value == "2026-10-16T15:00"
    await app.tap("item-x-time")
    await app.fire(app.all(kind=ft.TimePicker)[0], "change", None, value=time(9, 30))
    assert kept.value == "2026-10-14T09:30"


async def test_a_span_of_days_keeps_its_other_end(stage: OpenStage) -> None:
    app, kept = await drawn(stage, line("daterange"), "2026-10-01/2026-12-01")
    await app.tap("item-x-to")
    await app.fire(app.all(kind=ft.DatePicker)[0], "change", None, value=datetime(2026, 12, 24).astimezone())
    assert kept.value == "2026-10-01/2026-12-24"


async def test_one_of_several_and_any_of_several(stage: OpenStage) -> None:
    options = tuple(Option(str(n), Phrase(f"Val {n}", f"Choice {n}")) for n in range(20))
    app, kept = await drawn(stage, line("choice", options=options[:3]))
    await app.tap("item-x-2")
    assert kept.value == "2"
    app, kept = await drawn(stage, line("multi", options=options), frozenset({"15"}))
    assert app.checked("item-x-15") and not app.has("item-x-14")  # what is chosen is in sight, the rest a tap away
    await app.tap("item-x-more")
    await app.check("item-x-14")
    assert kept.value == frozenset({"14", "15"})
    await app.check("item-x-15", False)
    assert kept.value == frozenset()


async def test_no_more_than_the_most_can_be_chosen(stage: OpenStage) -> None:
    options = tuple(Option(str(n), Phrase(f"Val {n}", f"Choice {n}")) for n in range(4))
    app, kept = await drawn(stage, line("multi", options=options, max=2), frozenset({"0", "1"}))
    await app.check("item-x-2")
    assert kept.value is None


async def test_a_rating_and_a_yes(stage: OpenStage) -> None:
    app, kept = await drawn(stage, line("scale", scale=SCALE))
    await app.tap("item-x-4")
    assert kept.value == 4
    app, kept = await drawn(stage, line("yesno", help=Phrase("Bara begäran skickas.", "Only the request is sent.")))
    assert "Bara begäran skickas." in app.texts()
    await app.check("item-x")
    assert kept.value is True


@pytest.mark.parametrize(
    ("visibility", "words"),
    [("private", "Bara jag"), ("shared", "Delat med Yusuf"), ("coordinator", "Till samordnaren")],
)
async def test_who_sees_it_is_said(stage: OpenStage, visibility: str, words: str) -> None:
    app, _ = await drawn(stage, line("yesno", visibility=visibility), seen=True, name="Yusuf")
    assert words in app.texts()


def test_values_that_were_kept_as_text_come_back() -> None:
    assert day_of("2026-10-14") == date(2026, 10, 14) == day_of(datetime(2026, 10, 14, 9))
    assert day_of("nonsense") is None and day_of(None) is None
    assert moment_of("2026-10-14T15:00") == datetime(2026, 10, 14, 15)
    assert moment_of("") is None and moment_of("15.00") is None
    assert (
        chosen_of("a") == frozenset({"a"})
        and chosen_of(["a", 3]) == frozenset({"a"})
        and chosen_of(None) == frozenset()
    )
