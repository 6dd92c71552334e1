"""Skills before, after and looking back: the start stays hidden until the end is rated."""

from __future__ import annotations

import flet as ft
import pytest

from app.model.commands import RateSkills, ShareSkills
from app.model.queries import SkillsOf, SkillsRow
from tests.support.store import MemoryStore
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.laid import LANGUAGES, lay, open_at

START = {"listening": 2, "speaking": 4, "HTML/CSS": 1}


def mine(store: MemoryStore, pair: str) -> SkillsRow:
    view = store.again().ask(SkillsOf(pair))
    assert view is not None and view.mine is not None
    return view.mine


def heard(app: Stage) -> str:
    """All that a screen reader is told by name."""
    return "\n".join(str(c.label) for c in app.walk() if isinstance(c, ft.Semantics) and c.label)


def hidden(app: Stage) -> bool:
    """Whether no number of the start is to be seen or heard."""
    return not any("I början 2" in words for words in (heard(app), *app.texts()))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_rating_by_choosing_and_tapping(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/skills/{laid.pair}", language)
    assert app.nameless() == []
    await app.tap("rate-start")
    await app.tap("skill-speaking")  # "listening" is there already: a goal builds it
    await app.tap("next")
    assert any("3" in text and "6" in text for text in app.texts() if "mellan" in text or "between" in text)
    await app.type("skill-own", "HTML/CSS")
    await app.tap("skill-add")
    await app.tap("next")
    assert app.nameless() == []
    await app.tap("save-skills")
    left = "3 färdigheter till att skatta." if language == "sv" else "3 more skills to rate."
    assert left in app.texts()
    for skill, level in START.items():
        await app.tap(f"level-{skill}-{level}")
    await app.tap("save-skills")
    row = mine(laid.store, laid.pair)
    assert {level.skill: level.start for level in row.levels} == START
    assert row.visibility == "only_me"
    assert app.has("skills-started")


async def test_the_start_is_hidden_until_the_end_is_rated(stage: OpenStage) -> None:
    laid = lay()
    laid.store.execute(RateSkills(mentorship=laid.pair, phase="start", levels=START))
    app = await open_at(stage, laid, f"/skills/{laid.pair}")
    assert hidden(app) and "Lyssna" in app.texts()
    await app.tap("rate-end")
    boxes = [c for c in app.walk() if isinstance(c, ft.RadioGroup)]
    assert len(boxes) == 3 and all(not box.value for box in boxes)
    for skill in START:
        await app.tap(f"level-{skill}-4")
    await app.tap("proof-listening")
    await app.type("proof-text-listening", "Frågade klart i gruppen.")
    await app.tap("next")
    assert all(not c.value for c in app.walk() if isinstance(c, ft.RadioGroup)) and hidden(app)
    for skill in START:
        await app.tap(f"level-{skill}-3")
    await app.tap("save-skills")
    row = mine(laid.store, laid.pair)
    assert {level.skill: (level.start, level.hindsight, level.end) for level in row.levels} == {
        "listening": (2, 3, 4),
        "speaking": (4, 3, 4),
        "HTML/CSS": (1, 3, 4),
    }
    said = heard(app)
    assert "Lyssna: I början 2, Början, efteråt 3, I slutet 4" in said.replace("\n", " | ")
    assert said.count("Lyssna: I början 2, Början, efteråt 3, I slutet 4") == 2  # the chart, and the line of the table
    assert "Frågade klart i gruppen." in app.texts()
    assert app.nameless() == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_shared_by_choice_and_taken_back(stage: OpenStage, language: str) -> None:
    laid = lay()
    laid.store.execute(RateSkills(mentorship=laid.pair, phase="start", levels=START))
    app = await open_at(stage, laid, f"/skills/{laid.pair}", language)
    await app.tap("skills-seen-shared")
    assert mine(laid.store, laid.pair).visibility == "shared"
    await app.undo()
    assert mine(laid.store, laid.pair).visibility == "only_me"
    await app.tap("skills-seen-shared")
    await app.tap("skills-seen-only_me")
    assert mine(laid.store, laid.pair).visibility == "only_me"


async def test_a_rating_that_was_left_goes_on_where_it_was(stage: OpenStage) -> None:
    laid = lay()
    laid.store.execute(RateSkills(mentorship=laid.pair, phase="start", levels=START))
    laid.store.execute(ShareSkills(mentorship=laid.pair))
    app = await open_at(stage, laid, f"/skills/{laid.pair}/rate?phase=end")
    await app.tap("level-listening-5")
    app.desk.back()
    await app.settle()
    app.desk.go(f"/skills/{laid.pair}/rate", phase="end")
    await app.settle()
    assert "5" in [c.value for c in app.walk() if isinstance(c, ft.RadioGroup)]
    assert app.has("anew")


async def test_the_goals_of_a_skill_open_from_there(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, f"/skills/{laid.pair}")
    assert not app.has("skills-started")
    laid.store.execute(RateSkills(mentorship=laid.pair, phase="start", levels={"listening": 2, "confidence": 1}))
    await app.settle()
    await app.tap(f"tied-{laid.goal}")
    assert app.desk.places.value[-1] == f"/goal/{laid.goal}"


@pytest.mark.parametrize("path", ["/skills/ingen", "/skills/ingen/rate"])
async def test_a_person_who_is_not_there(stage: OpenStage, path: str) -> None:
    app = await open_at(stage, lay(), path)
    assert app.nameless() == []
    assert not app.has("rate-start") and not app.has("next")
