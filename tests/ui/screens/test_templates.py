"""Which template a meeting gets, and where the words of the note screen belong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.model.commands import EndMeeting, KeepMinutes, PlanMeeting, Revise
from app.model.queries import MeetingPage
from app.ui.screens.templates import note_item, part_id, parts_of, template_for
from tests.ui.conftest import OpenStage
from tests.ui.screens.table import MEETING, Table, lay


async def chosen(stage: OpenStage, table: Table) -> str:
    app = await table.open(stage)
    view = table.store.ask(MeetingPage(table.meeting, table.clock.at))
    assert view is not None
    return template_for(app.desk, view).id


async def test_the_first_meeting_the_usual_one_and_the_last(stage: OpenStage) -> None:
    assert await chosen(stage, lay(before=False)) == "minutes.first"
    table = lay()
    assert await chosen(stage, table) == "minutes.quick"
    table.store.execute(Revise(kind="mentorship", id=table.pair, values={"status": "ending"}))
    assert await chosen(stage, table) == "minutes.closing"


async def test_after_a_meeting_without_minutes_the_next_one_is_no_first_meeting(stage: OpenStage) -> None:
    table = lay(before=False)
    before = PlanMeeting(mentorship=table.pair, starts=MEETING - timedelta(days=14), zone="Europe/Stockholm")
    table.store.execute(EndMeeting(meeting=table.store.execute(before).record))
    assert await chosen(stage, table) == "minutes.quick"


async def test_the_template_of_last_time_is_used_again(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(KeepMinutes(meeting=table.earlier, document="minutes.regular", answers={"aim": "Cv"}))
    assert await chosen(stage, table) == "minutes.regular"


async def test_minutes_that_are_begun_keep_their_template(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(KeepMinutes(meeting=table.meeting, document="minutes.midterm", answers={"working": "Tonen"}))
    assert await chosen(stage, table) == "minutes.midterm"


@pytest.mark.parametrize(
    ("template", "item"),
    [
        ("quick", "talked"),
        ("first", "about_us"),
        ("regular", "since_last"),
        ("midterm", "working"),
        ("closing", "mentee_learned"),
    ],
)
async def test_the_words_belong_where_the_template_puts_the_caret(stage: OpenStage, template: str, item: str) -> None:
    app = await lay().open(stage)
    assert note_item(app.desk.library.document(f"minutes.{template}")).id == item


def test_the_parts_of_a_long_text_are_counted() -> None:
    assert part_id("talked", 1) == "talked" and part_id("talked", 3) == "talked_3"
    assert parts_of("talked", {}) == 1
    assert parts_of("talked", {"talked": "a", "talked_2": "b", "talked_3": "c", "talked_5": "no"}) == 3
