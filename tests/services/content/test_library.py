"""The library opens what is there, in the order and for the people it is meant for."""

import shutil
from pathlib import Path

import pytest

from app.errors import ContentError, DocumentInvalid, DocumentMissing, FactMissing
from app.services.content.documents import Phrase
from app.services.content.library import (
    DocumentAction,
    Library,
    ScreenAction,
    action_of,
    default_region,
)

ASSETS = Path(__file__).parents[3] / "assets"
MOMENTS = ["before_relationship", "before_session", "during_session", "after_session", "closing", "programme"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(ASSETS)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the content that a test may spoil."""
    shutil.copytree(ASSETS / "content", tmp_path / "content")
    return tmp_path


def test_nothing_is_read_before_it_is_asked_for(own: Path) -> None:
    library = Library(own)
    for path in (own / "content").glob("*.json"):
        if path.name not in ("index.json", "goal_smart.json"):
            path.unlink()
    assert len(library.entries()) == 37
    assert library.document("goal.smart").kind == "goal"


def test_a_document_is_read_once(own: Path) -> None:
    library = Library(own)
    first = library.document("goal.smart")
    (own / "content" / "goal_smart.json").unlink()
    assert library.document("goal.smart") is first


def test_lists_are_for_a_role_a_kind_and_a_moment(library: Library) -> None:
    mentor = {entry.id for entry in library.entries(role="mentor")}
    participant = {entry.id for entry in library.entries(role="participant")}
    assert "checklist.programme" not in mentor
    assert "survey.after_session_participant" in participant
    assert "guidance.contacts" in mentor & participant
    assert {d.id for d in library.documents(kind="survey", role="mentee", when="after_session")} == {
        "survey.after_session_mentee"
    }


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_moment_has_its_checklist(library: Library, moment: str) -> None:
    assert library.checklist(moment).when == moment


def test_lines_are_for_a_role(library: Library) -> None:
    during = library.checklist("during_session")
    mentor, mentee = during.items_for("mentor"), during.items_for("mentee")
    assert len(mentor) == len(during.items) == 11
    assert {item.id for item in during.items} - {item.id for item in mentee} == {
        "notes_ok",
        "listen",
        "ask_first",
        "recognise",
    }


def test_lines_stand_under_their_headings(library: Library) -> None:
    parts = library.checklist("during_session").in_groups("mentee")
    assert [group.id if group else None for group, _ in parts] == ["start", "work", "end"]
    assert [item.id for _, items in parts for item in items] == [
        "checkin",
        "aim",
        "followup",
        "steer",
        "tasks",
        "next",
        "useful",
    ]


def test_headings_without_lines_for_a_role_are_left_out(library: Library) -> None:
    closing = library.checklist("closing")
    assert [group.id if group else "" for group, _ in closing.in_groups("coordinator")][-1] == "early"
    loose = library.document("survey.after_session_mentee").in_groups()
    assert loose[0][0] is None


def test_a_line_is_found_by_its_id(library: Library) -> None:
    assert library.checklist("after_session").item("worry").critical
    with pytest.raises(DocumentMissing):
        library.checklist("after_session").item("nothing")


def test_choices_come_from_the_line_or_from_its_source(library: Library) -> None:
    goal = library.document("goal.smart")
    assert [option.value for option in library.choices(goal.item("skills"))] == [skill.id for skill in library.skills()]
    own = next(item for item in goal.items if item.options)
    assert library.choices(own) == own.options


def test_topics_have_seven_groups(library: Library) -> None:
    groups = library.document("topics.library").groups
    assert len(groups) == 7
    assert len(library.topics()) == 34 == sum(len(library.topics(group.id)) for group in groups)


@pytest.mark.parametrize("role", ["mentor", "mentee", "participant"])
def test_everybody_has_a_short_evaluation(library: Library, role: str) -> None:
    survey = library.survey_after(role)
    assert survey.target_seconds == 20
    scales = [item.scale for item in survey.items if item.scale]
    assert scales
    assert {scale.steps for scale in scales} == {range(1, 6)}


def test_an_answer_may_lead_somewhere(library: Library) -> None:
    worry = library.survey_after("mentor").item("worry")
    assert worry.action_for("yes") == "guidance.safeguarding"
    assert worry.action_for("little") == "contacts.coordinator"
    assert worry.action_for("no") is None


def test_an_action_is_a_document_or_a_screen() -> None:
    assert action_of("goal.smart") == DocumentAction("goal.smart")
    assert action_of("schedule.new") == ScreenAction("schedule.new")


def test_until_somebody_chooses_the_numbers_are_those_of_the_place() -> None:
    assert [default_region("sv"), default_region("en"), default_region("en", "GB")] == ["SE", "EU", "GB"]
    assert default_region("sv", "FI") == "SE"


def test_words_need_their_facts() -> None:
    phrase = Phrase(sv="Hej {name}", en="Hello {name}")
    assert phrase("sv", name="{name}") == "Hej {name}", "what somebody typed is no template"
    assert phrase("en", name=3) == "Hello 3"
    assert phrase.placeholders == {"name"}
    assert Phrase("Hej", "Hi")("en") == "Hi"
    with pytest.raises(FactMissing):
        phrase("sv")


def test_what_is_not_there_is_said(library: Library, own: Path) -> None:
    with pytest.raises(DocumentMissing):
        library.document("no.such")
    (own / "content" / "goal_smart.json").unlink()
    with pytest.raises(DocumentMissing):
        Library(own).document("goal.smart")
    with pytest.raises(DocumentMissing):
        Library(own / "elsewhere").entries()


def test_a_document_under_another_name_is_refused(own: Path) -> None:
    shutil.copy(own / "content" / "glossary.json", own / "content" / "goal_smart.json")
    with pytest.raises(DocumentInvalid):
        Library(own).document("goal.smart")


@pytest.mark.parametrize("file", ["../secret.json", "/etc/passwd", "goal_smart.txt", ""])
def test_the_index_names_no_other_places(own: Path, file: str) -> None:
    index = own / "content" / "index.json"
    index.write_text(index.read_text(encoding="utf-8").replace("goal_smart.json", file), encoding="utf-8")
    with pytest.raises(ContentError):
        Library(own).entries()
