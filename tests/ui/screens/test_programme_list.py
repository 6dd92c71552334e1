"""The programme's own lines: written by the coordinator, in the list of a member, ticked there and taken away again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.commands import AddPerson
from app.model.queries import ListOf, TodayView
from app.ui.screens.in_place import PREPARATION
from app.ui.screens.lists import lines_of, missing
from app.ui.screens.today import critical_lines
from tests.support.languages import either
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage
from tests.ui.screens.entrance import made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")


@either
async def test_a_line_goes_from_the_coordinator_into_a_members_list_and_away_again(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    samira = made(tmp_path / "samira", language, name="Samira", role="coordinator")
    karin = made(tmp_path / "karin", language)
    pair = karin.store.execute(AddPerson(name="Yusuf", my_role="mentee")).record
    samira.coordination.found(CARD.name)
    karin.programme.join(CARD.text)
    samira.coordination.take(karin.programme.package().text)
    (member,) = samira.coordination.members

    def hand_over(*, as_text: bool) -> None:
        package = samira.coordination.answer(member.id)
        karin.programme.take(package.text if as_text else package.data)
        samira.coordination.answered(member.id)

    hand_over(as_text=True)
    desk = await window(stage, samira, go="/programme")
    say = desk.desk.say
    await desk.tap("programme-list")
    assert desk.has(say("programme.list.none")) and desk.has(say("programme.list.ticks")) and desk.nameless() == []
    assert desk.has(say("frame.shared-with", name=say("programme.list.everybody")))
    await desk.tap("line-new")
    await desk.tap("line-save")
    assert desk.has(say("programme.list.needed")) and desk.nameless() == []
    await desk.type(f"line-{language}", "Ring\n {oss} ")
    assert not desk.has(say("programme.list.needed")), "typing takes away what was said about it"
    await desk.tap("line-critical")
    await desk.tap("line-save")
    (line,) = samira.coordination.lines
    assert (line.words("sv"), line.words("en"), line.critical) == ("Ring {oss}", "Ring {oss}", True)
    assert any(say(f"programme.list.only-{language}") in text for text in desk.texts()) and desk.nameless() == []
    assert samira.coordination.members[0].owed
    hand_over(as_text=False)

    phone = await window(stage, karin, go=f"/checklist/{pair}/before_relationship")
    tick = f"tick-{line.item.id}"
    await phone.until(lambda: phone.has(tick))
    words = phone.name(phone.get(tick))
    assert all(one in words for one in (say("checklist.critical"), say("checklist.programme"), "Ring (oss)"))
    assert phone.has(say("checklist.programme.seen")) and phone.nameless() == []

    def asked() -> tuple[bool, bool]:
        """Whether the line is counted on Today, and asked about before the first meeting."""
        library, id = phone.desk.library, line.item.id
        today = karin.store.ask(TodayView(now=phone.desk.now(), critical=critical_lines(library)))
        view = karin.store.ask(ListOf(PREPARATION, pair))
        left = missing(lines_of(phone.desk, library.document(PREPARATION), "mentee", view))
        return id in [one.item for one in today.open_critical], id in [one.id for one in left]

    assert asked() == (True, True)
    await phone.tap(f"aside-{line.item.id}")
    await phone.type("aside-reason", "Inte hos oss")
    await phone.tap("aside-save")
    assert karin.store.ask(ListOf(PREPARATION, pair)).set_aside == {line.item.id: "Inte hos oss"}
    await phone.tap(f"back-{line.item.id}")
    await phone.check(tick)
    assert line.item.id in karin.store.ask(ListOf(PREPARATION, pair)).ticks and asked() == (False, False)
    phone.desk.go("/document/checklist.before_relationship/texts")
    await phone.settle()
    assert not phone.has("Ring (oss)"), "no words of the programme's are changed here"

    await desk.tap(f"line-{line.id}")
    await desk.tap("line-remove")
    assert not samira.coordination.lines
    await desk.undo()
    assert list(samira.coordination.lines) == [line]
    await desk.tap(f"line-{line.id}")
    await desk.tap("line-remove")
    hand_over(as_text=True)
    phone.desk.go(f"/checklist/{pair}/before_relationship")
    await phone.until(lambda: not phone.has(tick))
    assert line.item.id in karin.store.ask(ListOf(PREPARATION, pair)).ticks, "what was ticked is not lost"
    samira.lock()
    karin.lock()
