"""The evaluation: three taps and Send, who sees it above Send, and one record that never changes."""

from __future__ import annotations

import json
from typing import Any

import flet as ft
import pytest

from app.errors import VaultFull
from app.model.commands import EndMeeting, GiveFeedback, SetSetting, StartMeeting
from app.model.entities import Evaluation, PairRole
from app.model.queries import EvaluationsOf, ListOf
from app.services.programme.kept import LETTERS
from app.services.records.drafts import BEGUN, begun
from app.services.records.tables import DRAFTS
from app.ui.parts.screen import reached_by
from app.ui.screens.ending import worry_key
from tests.support.languages import BOTH, either
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay

SCALES = {"mentor": ("useful", "focus", "secure"), "mentee": ("useful", "listened", "next_step")}


async def evaluate(
    stage: OpenStage, table: Table, role: str = "mentor", language: str = "sv", *, joined: bool = True
) -> Stage:
    if joined and table.programme.joined is None:
        table.programme.join(CARD.text)
    return await table.open(stage, go=f"/meeting/{table.earlier}/evaluate", role=role, language=language)


def given(table: Table) -> list[Evaluation]:
    """All records of feedback, as another start of the app finds them."""
    return list(table.store.again().everything(Evaluation))


@either
@pytest.mark.parametrize("role", ["mentor", "mentee"])
async def test_three_taps_and_send_are_enough(stage: OpenStage, role: PairRole, language: str) -> None:
    table = lay(role=role)
    app = await evaluate(stage, table, role, language)
    assert app.nameless() == []
    for value, item in zip((4, 5, 3), SCALES[role], strict=True):
        await app.tap(f"answer-{item}-{value}")
    await app.tap("evaluation-send")
    (kept,) = [one for one in given(table) if one.visibility == "only_me"]
    assert [kept.answers[item] for item in SCALES[role]] == [4, 5, 3]
    assert (kept.survey, kept.role, kept.meeting) == (f"survey.after_session_{role}", role, table.earlier)
    assert kept.audience == "aggregate"
    assert app.desk.places.value == ("/",)
    assert "evaluate" in table.store.again().ask(ListOf("checklist.after_session", table.earlier)).ticks


async def test_who_sees_it_stands_above_send_and_can_be_changed(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    words = app.texts()
    assert words.index("Ses av: sammanställningen") < words.index("Skicka")
    for item in SCALES["mentee"]:
        await app.tap(f"answer-{item}-5")
    await app.tap("evaluation-seen")
    await app.tap("share-none")
    await app.tap("share-done")
    assert app.has("Ses av: bara jag") and app.has("Spara")
    await app.tap("evaluation-send")
    (kept,) = given(table)
    assert kept.audience == "none" and kept.visibility == "only_me"


async def test_shared_answers_leave_out_what_is_only_mine(stage: OpenStage) -> None:
    table = lay()
    app = await evaluate(stage, table)
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-4")
    await app.tap("answer-worry-little")
    await app.tap("evaluation-seen")
    await app.tap("share-both")
    await app.tap("share-done")
    await app.tap("evaluation-more")
    await app.type("item-comment", "Jag pratar")
    await app.blur("item-comment")
    await app.type("item-comment", "Jag pratar för mycket")  # sent with the next tap: no phone leaves the field for it
    await app.tap("evaluation-send")
    shared = [one for one in given(table) if one.visibility == "shared"]
    assert shared and all({"worry", "comment", "contact_me"}.isdisjoint(one.answers) for one in shared)
    mine = next(one for one in given(table) if one.visibility == "only_me")
    assert mine.answers["comment"] == "Jag pratar för mycket" and mine.answers["worry"] == "little"


async def test_send_before_all_questions_says_how_many_are_left(stage: OpenStage) -> None:
    table = lay()
    app = await evaluate(stage, table)
    await app.tap("answer-useful-2")
    await app.tap("evaluation-send")
    assert "2 frågor är kvar." in app.texts() and given(table) == []
    await app.tap("answer-focus-3")
    assert "En fråga är kvar." in app.texts()
    assert [app.has(f"left-{item}") for item in SCALES["mentor"]] == [False, False, True]


async def test_what_was_answered_before_the_phone_was_locked_is_still_there_and_gone_once_sent(
    stage: OpenStage,
) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    await app.tap("answer-useful-4")
    await app.tap("evaluation-more")
    await app.check("item-change-listen")
    app.desk.flush()
    (left,) = [draft for draft in table.store.documents.table(DRAFTS) if draft["kind"] == BEGUN]
    older = left["text"].replace('\\"useful\\"', '\\"dropped\\": 3, \\"useful\\"')  # an update has dropped a question
    assert older != left["text"]
    table.store.drafts.keep(begun(left["record"]), older)
    app = await table.open(stage, go=f"/meeting/{table.earlier}/evaluate", role="mentee", language="sv")
    assert app.has("Det du började på finns kvar.")
    for item in ("listened", "next_step"):
        await app.tap(f"answer-{item}-5")
    await app.tap("evaluation-send")
    (kept,) = [one for one in given(table) if one.visibility == "only_me"]
    assert [kept.answers[item] for item in SCALES["mentee"]] == [4, 5, 5]
    assert kept.answers["change"] == frozenset({"listen"}) and "dropped" not in kept.answers
    assert not [row for row in table.store.again().documents.table(DRAFTS) if row["kind"] == BEGUN]


async def test_whoever_begins_anew_has_none_of_the_former_answers(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    await app.tap("answer-useful-4")
    app.desk.flush()
    app = await table.open(stage, go=f"/meeting/{table.earlier}/evaluate", role="mentee", language="sv")
    await app.tap("anew")
    for item in ("listened", "next_step"):
        await app.tap(f"answer-{item}-5")
    await app.tap("evaluation-send")
    assert given(table) == []
    assert app.has(app.desk.say("evaluation.missing", count=1))


async def test_several_wishes_and_a_request_are_part_of_the_answer(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    for item in SCALES["mentee"]:
        await app.tap(f"answer-{item}-3")
    await app.tap("evaluation-more")
    assert app.nameless() == []
    await app.check("item-change-listen")
    await app.check("item-change-advice")
    await app.check("item-contact_me")
    await app.tap("evaluation-send")
    (kept,) = [one for one in given(table) if one.visibility == "only_me"]
    assert kept.answers["change"] == frozenset({"listen", "advice"}) and kept.answers["contact_me"] is True


async def test_a_worry_leads_to_safety(stage: OpenStage) -> None:
    app = await evaluate(stage, lay())
    assert not app.has("evaluation-safety")
    await app.tap("answer-worry-yes")
    app.forgiving = True  # the safety screen is tested with its own session
    await app.tap("evaluation-safety")
    assert app.desk.places.value[-1] == "/safety"


async def test_the_worry_answered_at_the_end_is_not_asked_for_twice(stage: OpenStage) -> None:
    table = lay()
    table.store.execute(SetSetting(key=worry_key(table.earlier), value="little"))
    app = await evaluate(stage, table)
    assert app.has("evaluation-safety")
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-4")
    await app.tap("evaluation-send")
    assert given(table)[0].answers["worry"] == "little"


async def test_answering_again_keeps_the_first_answer(stage: OpenStage) -> None:
    table = lay()
    app = await evaluate(stage, table)
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-4")
    await app.tap("evaluation-send")
    again = await evaluate(stage, table)
    assert again.has("evaluate-again") and not again.has("evaluation-send")
    await again.tap("evaluate-again")
    for item in SCALES["mentor"]:
        await again.tap(f"answer-{item}-1")
    await again.tap("evaluation-send")
    assert sorted(int(str(one.answers["useful"])) for one in given(table)) == [1, 4]


async def test_the_store_knows_that_the_meeting_is_evaluated(stage: OpenStage) -> None:
    table = lay().at(15, 5)
    table.store.execute(StartMeeting(meeting=table.meeting))
    table.store.execute(EndMeeting(meeting=table.meeting))
    app = await table.open(stage)
    await app.tap("today-primary")
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-4")
    await app.tap("evaluation-send")
    assert len(table.store.ask(EvaluationsOf(meeting=table.meeting))) == 1
    assert app.name(app.get("today-primary")) != "Utvärdera"


async def test_a_meeting_that_is_gone_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/meeting/nowhere/evaluate")
    assert app.has("Mötet finns inte längre.")


def said(table: Table) -> list[dict[str, Any]]:
    """What waits to leave without a name."""
    return [row["says"] for row in table.store.documents.table(LETTERS) if row["what"] == "answers"]


async def test_what_is_only_mine_or_named_is_not_in_what_leaves(stage: OpenStage) -> None:
    table = lay()
    app = await evaluate(stage, table)
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-4")
    await app.tap("answer-worry-yes")
    await app.tap("evaluation-more")
    await app.type("item-comment", "planterat ord")
    await app.blur("item-comment")
    await app.check("item-contact_me")
    await app.tap("evaluation-send")
    (says,) = said(table)
    assert says["answers"] == dict.fromkeys(SCALES["mentor"], 4)
    assert set(says) == {"survey", "version", "role", "answers", "day"}
    assert table.programme.contact is not None  # the wish goes by itself, with my name and without my answers
    everything = json.dumps([dict(row) for row in table.store.documents.table(LETTERS)])
    assert "planterat" not in everything


async def test_nobody_means_that_nothing_leaves(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    for item in SCALES["mentee"]:
        await app.tap(f"answer-{item}-2")
    await app.tap("evaluation-seen")
    await app.tap("share-none")
    await app.tap("share-done")
    await app.tap("evaluation-send")
    assert said(table) == []


@BOTH
async def test_without_a_programme_the_summary_is_not_offered_and_says_why(stage: OpenStage, language: str) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee", language, joined=False)
    await app.tap("evaluation-seen")
    assert app.has("share-none") and app.has("share-other") and not app.has("share-aggregate")
    assert app.has(app.desk.say("evaluation.alone"))
    await app.tap("share-other")
    await app.tap("share-done")
    assert app.has(app.desk.say("evaluation.seen", who="Karin"))
    for item in SCALES["mentee"]:
        await app.tap(f"answer-{item}-5")
    await app.tap("evaluation-more")
    assert not app.has("item-contact_me")
    await app.tap("evaluation-send")
    assert {one.visibility for one in given(table)} == {"only_me", "shared"} and said(table) == []


@BOTH
async def test_without_a_programme_nobody_is_asked_about_one(stage: OpenStage, language: str) -> None:
    table = lay(role="mentee")
    app = await table.open(stage, go=f"/survey/{table.pair}/midterm", role="mentee", language=language)
    survey = app.desk.library.document("survey.midterm")
    texts = app.texts()
    assert [texts.count(app.desk.read(group.title)) for group in survey.groups] == [1, 1, 1, 1]
    assert app.has("answer-goals-none") and not app.has("answer-support-3")
    for item in survey.items_for("mentee"):
        if item.required and not item.programme:
            await app.tap(f"answer-{item.id}-{item.scale.max if item.scale else item.options[0].value}")
    await app.tap("evaluation-send")
    (kept,) = given(table)
    assert {"support", "contact_me"}.isdisjoint(kept.answers)


@either
@pytest.mark.parametrize("which", ["midterm", "end"])
async def test_halfway_and_at_the_end_with_the_same_anchors(stage: OpenStage, which: str, language: str) -> None:
    table = lay(role="mentee")
    table.programme.join(CARD.text)
    app = await table.open(stage, go=f"/survey/{table.pair}/{which}", role="mentee", language=language)
    assert app.nameless() == []
    survey = app.desk.library.document(f"survey.{which}")
    after = app.desk.library.document("survey.after_session_mentee")
    anchors = [item for item in survey.items if item.anchor]
    assert [item.text for item in anchors] == [after.item(item.id).text for item in anchors] and len(anchors) == 3
    await app.tap("evaluation-send")
    assert given(table) == []
    for item in survey.items_for("mentee"):
        if item.required:
            await app.tap(f"answer-{item.id}-{item.scale.max if item.scale else item.options[0].value}")
    await app.tap("evaluation-send")
    (kept,) = given(table)
    assert (kept.survey, kept.meeting, kept.mentorship) == (survey.id, None, table.pair)
    (says,) = said(table)
    assert says["survey"] == survey.id and says["answers"]["useful"] == 5
    again = await table.open(stage, go=f"/survey/{table.pair}/{which}", role="mentee", language=language)
    assert again.has("survey-again") and not again.has("evaluation-send")
    await again.tap("survey-again")
    assert again.has("evaluation-send")


async def test_going_on_with_gaps_leads_to_the_first_of_them_and_again_with_the_next_try(stage: OpenStage) -> None:
    table = lay(role="mentee")
    app = await table.open(stage, go=f"/survey/{table.pair}/end", role="mentee", language="sv")

    def reached() -> list[str]:
        return [told["scroll_key"] for name, told in app.line.calls if name == "scroll_to"]

    await app.tap("answer-useful-4")
    await app.settle()
    assert reached() == [], "nothing moves before somebody wants to go on"
    await app.tap("evaluation-send")
    await app.until(lambda: reached() == ["listened"])
    assert len([one for one in app.all(kind=ft.Column) if one.key == reached_by("listened")]) == 1
    await app.tap("answer-listened-4")
    await app.settle()
    assert reached() == ["listened"], "nothing moves under the thumb"
    await app.tap("evaluation-send")
    await app.until(lambda: reached() == ["listened", "next_step"])
    await app.tap("evaluation-send")
    await app.until(lambda: reached() == ["listened", "next_step", "next_step"])
    assert given(table) == []


async def test_a_survey_of_nobody_says_so(stage: OpenStage) -> None:
    app = await lay().open(stage, go="/survey/nobody/end")
    assert app.has(app.desk.say("survey.gone"))


async def test_what_cannot_be_kept_is_not_sent_either(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    table = lay(role="mentee")
    app = await evaluate(stage, table, "mentee")
    for item in SCALES["mentee"]:
        await app.tap(f"answer-{item}-5")
    before = table.programme.waiting
    table.store.memory.careful = True

    def full(*_: object, **__: object) -> None:
        raise VaultFull

    app.forgiving = True
    with monkeypatch.context() as broken:
        broken.setattr(table.store, "perform", full)
        await app.tap("evaluation-send")
    assert given(table) == [] and table.programme.waiting == before
    await app.tap("evaluation-send")
    assert len(given(table)) == 1 and table.programme.waiting == before + 1


@BOTH
async def test_what_the_other_let_me_see_is_read_beside_my_own_answers_once_i_have_answered(
    stage: OpenStage, language: str
) -> None:
    table = lay()
    theirs = GiveFeedback(
        survey="survey.after_session_mentee",
        version=1,
        role="mentee",
        meeting=table.earlier,
        mentorship=table.pair,
        audience="both",
        answers=dict.fromkeys(SCALES["mentee"], 4) | {"more": "Mer övning"},
    )
    table.store.execute(theirs)
    app = await evaluate(stage, table, "mentor", language, joined=False)
    assert not app.has("answered-mentee"), "first my own words"
    for item in SCALES["mentor"]:
        await app.tap(f"answer-{item}-5")
    if app.has("answer-worry-no"):
        await app.tap("answer-worry-no")
    await app.tap("evaluation-send")
    app.desk.go(f"/meeting/{table.earlier}/evaluate")
    await app.until(lambda: app.has("answered-mentor"))
    assert app.has("answered-mentee") and app.has("answered-mentor")
    assert app.has(app.desk.say("evaluation.theirs", name="Yusuf"))
    app.desk.go(f"/meeting/{table.earlier}")
    await app.until(lambda: app.has(app.desk.say("meeting.evaluated.theirs", name="Yusuf")))
