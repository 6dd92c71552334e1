"""The programme's own lines of the list before a relationship: written by the coordinator, read by every member."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.errors import ProgrammeLines
from app.model import programme_lines
from app.model.commands import SetSetting, TickItem
from app.model.programme_lines import LIST, LONGEST, MEMBERSHIP, MOST, ProgrammeLine
from app.model.queries import ListOf, OwnContentOf, SettingOf
from app.services.content.wording import adapted
from app.services.programme.answering import LINES
from app.services.programme.founded import MEMBERS
from sync import bundle
from sync.errors import BundleSeen
from sync.programme import letters
from tests.services.programme.test_membership import Tablet
from tests.support.members import LIBRARY, Coordinator, Member
from tests.support.programme import CARD, KEYS

pytestmark = pytest.mark.usefixtures("quick_keys")

CALL = ProgrammeLine("00000000000000a1", sv="Ring oss {först}", en="Call us {first}", critical=True)
LOAN = ProgrammeLine("00000000000000a2", sv="Hämta lånedatorn")


@pytest.fixture
def samira() -> Coordinator:
    return Coordinator()


def listed(member: Member, language: str = "sv") -> list[tuple[str, bool]]:
    """The programme's lines in a member's list, as they are read there."""
    items = adapted(LIBRARY, member.store.ask(OwnContentOf())).document(LIST).items
    return [(item.text(language), item.critical) for item in items if item.from_programme]


def answered(samira: Coordinator, member: Member, lines: object, turn: int) -> None:
    """An answer that says these lines, signed by the programme."""
    row = next(row for row in samira.documents.table(MEMBERS) if row["name"] == member.name)
    raw = letters.write_answer(KEYS.signing, CARD.id, bytes.fromhex(row["box"]), {"lines": lines, "turn": turn})
    member.programme.take(bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, raw)], bytes.fromhex(row["box"])))


def test_lines_come_with_the_next_answer_change_and_go_and_what_was_ticked_stays(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    assert listed(yusuf) == [] and not samira.coordination.members[0].owed
    samira.coordination.keep_line(CALL)
    remove_second = samira.coordination.keep_line(LOAN)
    assert samira.coordination.members[0].owed and listed(yusuf) == []
    samira.answers(yusuf)
    assert not samira.coordination.members[0].owed
    assert listed(yusuf) == [("Ring oss (först)", True), ("Hämta lånedatorn", False)]
    assert listed(yusuf, "en") == [("Call us (first)", True), ("Hämta lånedatorn", False)], "one language is enough"
    yusuf.store.execute(TickItem(document=LIST, item=CALL.item.id, mentorship=yusuf.pair))

    back = samira.coordination.keep_line(replace(CALL, sv="Ring Samira"))
    samira.answers(yusuf)
    assert listed(yusuf)[0] == ("Ring Samira", True)
    back()
    remove_second()
    put_back = samira.coordination.remove_line(CALL.id)
    samira.answers(yusuf)
    assert listed(yusuf) == [] and samira.coordination.lines == ()
    assert CALL.item.id in yusuf.store.ask(ListOf(LIST, yusuf.pair)).ticks, "what was ticked is not lost"
    samira.coordination.keep_line(LOAN)
    put_back()
    samira.answers(yusuf)
    assert [words for words, _ in listed(yusuf)] == ["Ring oss (först)", "Hämta lånedatorn"], "in its place again"
    assert CALL.item.id in yusuf.store.ask(ListOf(LIST, yusuf.pair)).ticks


def test_an_answer_made_before_a_change_does_not_count_as_the_change(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.keep_line(CALL)
    (member,) = samira.coordination.members
    early = samira.coordination.answer(member.id)
    samira.coordination.keep_line(LOAN)
    yusuf.programme.take(early.data)
    samira.coordination.answered(member.id)
    assert samira.coordination.members[0].owed, "the second line was not in it"
    samira.answers(yusuf)
    assert len(listed(yusuf)) == 2
    with pytest.raises(BundleSeen):
        yusuf.programme.take(early.data)


def test_an_old_answer_brings_no_line_back_on_any_device(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    tablet = Tablet(yusuf)
    tablet.hears()
    (member,) = samira.coordination.members
    samira.coordination.keep_line(CALL)
    old = samira.coordination.answer(member.id)
    samira.coordination.remove_line(CALL.id)
    samira.coordination.keep_line(LOAN)
    yusuf.programme.take(samira.coordination.answer(member.id).data)
    yusuf.programme.take(old.data)
    assert [words for words, _ in listed(yusuf)] == ["Hämta lånedatorn"]
    tablet.programme.take(old.data)  # later by the clock, and older by what it says
    tablet.answers_phone()
    assert yusuf.programme.joined is not None
    tablet.hears()
    assert tablet.programme.joined is not None
    assert [words for words, _ in listed(tablet)] == [words for words, _ in listed(yusuf)] == ["Hämta lånedatorn"]
    tablet.programme.join(samira.card)  # says again what it holds
    assert [words for words, _ in listed(tablet)] == ["Hämta lånedatorn"]


def test_lines_go_with_the_programme_and_come_back_with_it(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.keep_line(CALL)
    samira.answers(yusuf)
    come_back = yusuf.programme.leave()
    assert listed(yusuf) == []
    come_back()
    assert len(listed(yusuf)) == 1
    (member,) = samira.coordination.members
    let_in = samira.coordination.remove(member.id)
    yusuf.programme.take(samira.coordination.answer(member.id).data)
    assert listed(yusuf) == [], "taken out of the programme"
    let_in()
    samira.answers(yusuf)
    assert len(listed(yusuf)) == 1


def test_what_a_member_ticks_is_in_nothing_that_leaves(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.keep_line(CALL)
    samira.answers(yusuf)
    yusuf.store.execute(TickItem(document=LIST, item=CALL.item.id, mentorship=yusuf.pair))
    opened = bundle.open_bundle(yusuf.programme.package().data, {}, {CARD.id: bundle.BoxKey(KEYS.box)}, set())
    said = [letters.open_letter(one.content, CARD, box=KEYS.box, safety=KEYS.safety).says for one in opened.items]
    assert said and CALL.id not in json.dumps(said)


def test_what_a_later_version_says_of_a_line_is_kept_and_handed_on(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    answered(samira, yusuf, [{"id": CALL.id, "en": "Call", "link": {"to": "x"}}], turn=1 << 50)
    said = json.loads(str(yusuf.store.ask(SettingOf(MEMBERSHIP))))
    assert said["lines"] == [{"id": CALL.id, "sv": "", "en": "Call", "critical": False, "link": {"to": "x"}}]
    assert programme_lines.said(programme_lines.read(said["lines"])) == said["lines"]


LINE = {"id": CALL.id, "sv": "Ring"}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (None, "many"),
        ({"0": LINE}, "many"),
        ([{"id": f"{at:016x}", "sv": "x"} for at in range(MOST + 1)], "many"),
        (["Ring"], "shape"),
        ([{"sv": "Ring"}], "id"),
        ([{**LINE, "id": "agreement"}], "id"),
        ([{**LINE, "id": CALL.id.upper()}], "id"),
        ([LINE, LINE], "twice"),
        ([{"id": CALL.id}], "empty"),
        ([{**LINE, "sv": " \u3000", "en": ""}], "empty"),
        ([{**LINE, "sv": "\u200b\u2060\u00ad", "en": "\u3164\ufe0f"}], "empty"),  # nothing to see
        ([{**LINE, "sv": 7}], "words"),
        ([{**LINE, "sv": "x" * (LONGEST + 1)}], "words"),
        ([{**LINE, "sv": "Ring\n\nFika: lås upp"}], "signs"),
        ([{**LINE, "en": "a\u202eb"}], "signs"),
        ([{**LINE, "critical": 1}], "critical"),
        ([{**LINE, "more": "x" * 40_000}], "size"),
    ],
)
def test_lines_that_are_none_are_refused_and_nothing_of_that_answer_counts(
    samira: Coordinator, lines: object, reason: str
) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.keep_line(LOAN)
    samira.answers(yusuf)
    before = yusuf.store.ask(SettingOf(MEMBERSHIP))
    with pytest.raises(ProgrammeLines) as refused:
        answered(samira, yusuf, lines, turn=1 << 50)
    assert refused.value.facts["reason"] == reason
    assert yusuf.store.ask(SettingOf(MEMBERSHIP)) == before and len(listed(yusuf)) == 1
    samira.coordination.remove_line(LOAN.id)
    samira.answers(yusuf)
    assert listed(yusuf) == [], "its place among the answers was not taken either"


@pytest.mark.parametrize("said", ["{", "[]", '{"lines": 7}', "[" * 100_000])
def test_a_setting_that_is_none_shows_no_lines(said: str) -> None:
    yusuf = Member("Yusuf")
    yusuf.store.execute(SetSetting(key=MEMBERSHIP, value=said))
    assert listed(yusuf) == [] == list(programme_lines.kept(said))


def test_lines_that_a_later_version_keeps_in_another_way_are_neither_written_over_nor_taken_away(
    samira: Coordinator,
) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.keep_line(LOAN)
    samira.answers(yusuf)
    samira.store.execute(SetSetting(key=LINES, value='{"later": []}'))
    samira.answers(yusuf)
    assert samira.coordination.lines == () and len(listed(yusuf)) == 1
    with pytest.raises(ProgrammeLines):
        samira.coordination.keep_line(CALL)
    with pytest.raises(ProgrammeLines):
        samira.coordination.remove_line(LOAN.id)
    assert samira.store.ask(SettingOf(LINES)) == '{"later": []}'


def test_a_coordinator_writes_twenty_and_no_more(samira: Coordinator) -> None:
    for at in range(MOST):
        samira.coordination.keep_line(ProgrammeLine(f"{at:016x}", sv=f"Punkt {at}"))
    for line in (LOAN, ProgrammeLine(f"{0:016x}")):
        with pytest.raises(ProgrammeLines):
            samira.coordination.keep_line(line)
    assert [line.sv for line in samira.coordination.lines] == [f"Punkt {at}" for at in range(MOST)]
