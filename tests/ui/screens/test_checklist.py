"""Checklists: chosen by the clock, ticked with a thumb, set aside with a reason, and changed to fit."""

from __future__ import annotations

import pytest

from app.model.entities import PairRole
from app.model.queries import ListOf, ListView
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay

BEFORE, DURING, AFTER = (f"checklist.{name}_session" for name in ("before", "during", "after"))


async def lists(stage: OpenStage, table: Table, language: str = "sv", list: str = "", role: str = "mentor") -> Stage:
    path = f"/meeting/{table.meeting}/checklist" + (f"?list={list}" if list else "")
    return await table.open(stage, go=path, language=language, role=role)


def kept(table: Table, document: str = BEFORE, about: str = "") -> ListView:
    """The list as another start of the app finds it."""
    return table.store.again().ask(ListOf(document, about or table.meeting))


def order(app: Stage) -> list[str]:
    """The lines in sight, from the top."""
    return [
        c.identifier.removeprefix("tick-")
        for c in app.walk()
        if isinstance(getattr(c, "identifier", None), str) and c.identifier.startswith("tick-")
    ]


@BOTH
@pytest.mark.parametrize(
    ("hour", "minute", "sv", "en"),
    [
        (14, 0, "Före mötet", "Before the meeting"),
        (15, 5, "Under mötet", "During the meeting"),
        (16, 10, "Efter mötet", "After the meeting"),
    ],
)
async def test_the_clock_chooses_the_list(
    stage: OpenStage, hour: int, minute: int, sv: str, en: str, language: str
) -> None:
    app = await lists(stage, lay().at(hour, minute), language)
    assert app.texts().count(sv if language == "sv" else en) >= 1
    assert app.nameless() == []


async def test_the_others_are_a_tap_away(stage: OpenStage) -> None:
    app = await lists(stage, lay())
    await app.tap("list-after")
    assert app.has("tick-worry")
    direct = await lists(stage, lay(), list=AFTER)
    assert direct.has("tick-worry")


@pytest.mark.parametrize(
    ("role", "theirs", "not_theirs"), [("mentor", "questions", "one_sentence"), ("mentee", "one_sentence", "questions")]
)
async def test_each_role_has_its_own_lines(stage: OpenStage, role: PairRole, theirs: str, not_theirs: str) -> None:
    app = await lists(stage, lay(role=role), role=role)
    assert app.has(f"tick-{theirs}") and not app.has(f"tick-{not_theirs}")


async def test_a_tick_is_kept_counted_and_taken_back(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table)
    await app.check("tick-silent")
    assert kept(table).ticks == {"silent"} and app.has("1 av 8")
    await app.tap("tick-silent-undo")
    assert kept(table).ticks == frozenset() and app.has("0 av 8")
    await app.check("tick-silent")
    await app.check("tick-silent", False)  # the row itself unticks as well
    assert kept(table).ticks == frozenset()


async def test_a_critical_line_keeps_its_undo_when_it_is_no_longer_open(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table, list=AFTER)
    assert app.has("aside-worry")
    await app.check("tick-worry")
    assert kept(table, AFTER).ticks == {"worry"} and not app.has("aside-worry")
    await app.tap("tick-worry-undo")
    assert kept(table, AFTER).ticks == frozenset() and app.has("aside-worry")


async def test_the_whole_row_ticks_and_is_at_least_56_high(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table)
    row = app.usable("tick-silent", "click")
    assert row.padding.top + row.padding.bottom + 40 >= 56
    await app.fire(row, "click")
    assert kept(table).ticks == {"silent"}


async def test_ticking_a_row_sends_less_than_a_kilobyte(stage: OpenStage) -> None:
    app = await lists(stage, lay())
    app.line.bytes_out = 0
    await app.check("tick-silent")
    assert app.line.bytes_out < 1_000, app.line.bytes_out


@BOTH
async def test_a_critical_line_is_set_aside_with_a_reason_and_brought_back(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await lists(stage, table, language, AFTER)
    await app.tap("aside-worry")
    assert app.nameless() == []
    await app.tap("aside-save")
    assert kept(table, AFTER).set_aside == {}  # not without a reason
    await app.type("aside-reason", "Tar det med samordnaren i morgon")
    await app.tap("aside-save")
    assert kept(table, AFTER).set_aside == {"worry": "Tar det med samordnaren i morgon"}
    assert any("Tar det med samordnaren i morgon" in text for text in app.texts())
    await app.tap("back-worry")
    assert kept(table, AFTER).set_aside == {}


async def test_critical_lines_are_counted_until_ticked_or_set_aside(stage: OpenStage) -> None:
    app = await lists(stage, lay(), list=AFTER)
    assert "En viktig punkt är kvar" in app.texts()
    await app.check("tick-worry")
    assert "En viktig punkt är kvar" not in app.texts()


async def test_an_own_line_is_added_ticked_moved_hidden_and_restored(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table)
    await app.tap("list-edit")
    await app.tap("list-add")
    assert "Skriv vad punkten gäller." in app.texts()
    await app.type("list-new", "Ta med kaffe")
    await app.tap("list-add")
    (own,) = kept(table).own
    assert own.text == "Ta med kaffe"
    await app.tap(f"up-{own.id}")
    await app.tap("hide-last_minutes")
    assert "last_minutes" in kept(table).hidden
    await app.tap("list-done")
    assert order(app)[-2:] == [own.id, "silent"] and "last_minutes" not in order(app)
    await app.check(f"tick-{own.id}")
    assert own.id in kept(table).ticks
    await app.tap("list-edit")
    await app.tap("show-last_minutes")
    assert kept(table).hidden == frozenset()
    await app.tap("list-restore")
    assert kept(table).own == () and kept(table).places == {}
    await app.undo()
    assert len(kept(table).own) == 1


async def test_shipped_lines_move_both_ways(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table)
    first, second, third, *_ = order(app)
    await app.tap("list-edit")
    await app.tap(f"down-{first}")
    await app.tap(f"up-{third}")
    await app.tap("list-done")
    assert order(app)[:3] == [third, second, first] or order(app)[:3] == [second, third, first]
    assert kept(table).places


async def test_a_line_opens_what_it_speaks_of(stage: OpenStage) -> None:
    table = lay()
    app = await lists(stage, table)
    await app.tap("open-last_minutes")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/earlier"
    assert "Ringde arbetsplatsen." in app.texts()


async def test_lines_that_lead_nowhere_yet_have_no_arrow(stage: OpenStage) -> None:
    app = await lists(stage, lay())
    assert not app.has("open-silent")


@BOTH
async def test_the_list_before_the_relationship_counts_the_eight(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, go=f"/checklist/{table.pair}/before_relationship", language=language)
    assert app.nameless() == []

    def order() -> list[str]:
        names = [str(getattr(one, "identifier", None) or "") for one in app.walk()]
        return [name for name in names if name.startswith("tick-") and not name.endswith("-undo")]

    lines = order()
    assert lines[:3] == ["tick-agreement", "tick-confidentiality", "tick-concern_route"], (
        "what matters most comes first"
    )
    await app.check("tick-agreement")
    await app.check("tick-chance_meeting")  # not one of the eight
    assert order() == lines and len(set(lines)) == len(lines) == 19
    told = "Grunden: 1 av 8 på plats" if language == "sv" else "The basics: 1 of 8 in place"
    important = "2 viktiga punkter är kvar" if language == "sv" else "2 important items are left"
    assert told in app.texts() and important in app.texts(), "the two counts are of two things, and say so"
    assert kept(table, "checklist.before_relationship", table.pair).ticks == {"agreement", "chance_meeting"}


async def test_the_list_for_the_ending_opens_too(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/checklist/{table.pair}/closing")
    await app.check("tick-announce")
    assert kept(table, "checklist.closing", table.pair).ticks == {"announce"}


@pytest.mark.parametrize("path", ["/meeting/nowhere/checklist", "/checklist/nowhere/closing"])
async def test_a_list_of_nothing_says_so(stage: OpenStage, path: str) -> None:
    app = await lay().open(stage, go=path)
    assert app.has("Mötet finns inte längre.")
