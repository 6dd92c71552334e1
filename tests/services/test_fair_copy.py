"""The text that is signed: one way to write it, everything in it, and what changed from one to the next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.errors import SignedFileForeign
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.content.wording import Renaming
from app.services.fair_copy import FairText, differences, lines_of, missing, read, words

ASSETS = Path(__file__).parents[2] / "assets"
LIBRARY = Library(ASSETS)
SV, EN = (Speech(language, ASSETS, strict=True) for language in ("sv", "en"))
ANSWERS: dict[str, object] = {
    "mentor_name": "Karin",
    "mentee_name": "Yusuf",
    "focus": frozenset({"work", "confidence"}),
    "start": "2026-10-14",
    "count": 10,
    "notice": "24h",
    "changes": True,
    "hours": "",
}


def fair(**other: object) -> FairText:
    document = LIBRARY.document("agreement.mentoring")
    values: dict[str, object] = {
        "space": "ab" * 16,
        "mentorship": "cd" * 16,
        "about": document.id,
        "document": document.id,
        "document_version": document.version,
        "title": replace(document.title, signed=True),
        "number": 1,
        "roles": frozenset({"mentor", "mentee"}),
        "names": {"mentor": "Karin", "mentee": "Yusuf"},
        "lines": lines_of(document, LIBRARY, ANSWERS | other),  # type: ignore[arg-type]
    }
    return FairText(**values)  # type: ignore[arg-type]


def test_it_reads_back_as_it_was_written_and_is_written_in_one_way() -> None:
    text = fair().write()
    assert read(text) == fair() and read(text).write() == text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_empty_lines_signatures_and_links_are_not_in_it() -> None:
    assert [line.id for line in fair().lines] == [
        "mentor_name", "mentee_name", "focus", "start", "count", "notice", "changes",
    ]  # fmt: skip


def test_it_reads_in_both_languages_without_the_document() -> None:
    text = read(fair().write())
    by_id = {line.id: line for line in text.lines}
    assert words(by_id["focus"], SV) == "Arbete och karriär och Självförtroende"
    assert words(by_id["focus"], EN) == "Work and career and Self-confidence"
    assert words(by_id["start"], SV) == SV.day_year(date(2026, 10, 14))
    assert words(by_id["notice"], EN) == "The day before" and words(by_id["count"], SV) == "10"
    assert SV.read(by_id["changes"].text).startswith("Vi stämmer av ändringar")


def test_a_word_that_was_renamed_stays_what_it_was_when_it_was_signed() -> None:
    document = LIBRARY.document("agreement.mentoring")
    every = dict.fromkeys((item.id for item in document.items if item.type == "clause"), True) | ANSWERS
    text = fair(**every)
    own = replace(SV, renaming=Renaming((("adept", "kompis"), ("adepten", "kompisen"), ("Arbete", "Slit"))))
    assert "kompis" in own.read(replace(document.title, sv="En adept"))
    for one in (text, read(text.write())):  # what is put before somebody, and what was kept
        assert own.read(one.title) == SV.read(one.title)
        for line in one.lines:
            assert own.read(line.text) == SV.read(line.text)
            assert line.group is None or own.read(line.group) == SV.read(line.group)
            assert words(line, own) == words(line, SV)
    assert "adept" in " ".join(SV.read(line.text) for line in text.lines), "there is something to rename"


def test_names_and_wording_make_no_new_version_and_an_answer_does() -> None:
    one = fair()
    assert replace(one, names={"mentor": "K", "mentee": "Y"}).said == one.said
    assert fair(count=11).said != one.said


def test_what_changed_is_told_line_by_line() -> None:
    found = differences(fair(), fair(count=11, changes=False, place="Kaféet"), SV)
    assert {(one.id, one.before, one.now) for one in found} == {
        ("count", "10", "11"), ("place", "", "Kaféet"), ("changes", "Ja", ""),
    }  # fmt: skip
    assert differences(fair(), fair(), SV) == ()


def test_an_empty_agreement_lacks_every_line_that_is_asked_for() -> None:
    lacking = [item.id for item in missing(LIBRARY.document("agreement.mentoring"), {})]
    for name in ("focus", "start", "end", "frequency", "count", "length", "place", "channel", "notice", "changes"):
        assert name in lacking
    assert not {"hours", "guardian", "sign_mentor", "goals", "review"} & set(lacking)


@pytest.mark.parametrize(
    ("item", "cannot", "can"),
    [
        ("count", -5, 1),
        ("count", 1000, 100),
        ("count", 2.5, 12.0),
        ("end", "2026-10-13", "2026-10-14"),
        ("place", " \u00a0\n", "Kaféet"),
    ],
)
def test_what_cannot_be_so_is_no_answer(item: str, cannot: object, can: object) -> None:
    document = LIBRARY.document("agreement.mentoring")

    def lacks(answer: object) -> bool:
        answers = {**ANSWERS, item: answer}
        return item in [one.id for one in missing(document, answers)]  # type: ignore[arg-type]  # as a person writes them

    assert lacks(cannot) and not lacks(can)


def test_a_policy_asks_each_only_what_is_theirs() -> None:
    conduct = LIBRARY.document("policy.code_of_conduct")
    mentor, mentee = ({item.id for item in missing(conduct, {}, role=role)} for role in ("mentor", "mentee"))
    assert {"respect", "no_read"} <= mentor & mentee
    assert "no_home" in mentor - mentee and "own" in mentee - mentor


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "{}",
        '{"format":"fika-fair-copy"}',
        "x" * 10,
        '{"format":"other"}',
        '{"format":"fika-fair-copy","lines":1}',
    ],
)
def test_what_is_no_fair_copy_is_refused(broken: str) -> None:
    with pytest.raises(SignedFileForeign):
        read(broken)


def test_a_line_with_something_nobody_knows_is_refused() -> None:
    tree = json.loads(fair().write())
    for change in ({"answer": {"a": 1}}, {"answer": None}, {"more": 1}, {"text": {"sv": "x"}}, {"answer": [1]}):
        bad = tree | {"lines": [tree["lines"][0] | change]}
        with pytest.raises(SignedFileForeign):
            read(json.dumps(bad))


def test_a_text_that_goes_on_in_parts_is_signed_whole_and_private_lines_are_not_in_it() -> None:
    document = LIBRARY.document("minutes.quick")
    answers = {"talked": "Början", "talked_2": "Fortsättningen", "private": "bara för mig"}
    lines = {line.id: line.answer for line in lines_of(document, LIBRARY, answers)}
    assert lines["talked"] == "Början\nFortsättningen"
    assert "bara för mig" not in repr(lines)
