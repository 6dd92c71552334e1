"""A session with six participants: names on this device, attendance by taps, and the phone that goes round."""

from __future__ import annotations

from app.model.commands import AddParticipants, AddPerson, PlanMeeting
from app.model.queries import GroupAt, PeopleList
from tests.support.languages import BOTH
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import MEETING, Table, lay

SIX = ("Farid", "Åsa", "Östen", "Bo", "Cem", "Disa")


def group(names: tuple[str, ...] = SIX) -> Table:
    table = lay(meeting=False, before=False)
    table.pair = table.store.execute(AddPerson(name="Tisdagsgruppen", my_role="mentor", form="group")).record
    table.meeting = table.store.execute(
        PlanMeeting(mentorship=table.pair, starts=MEETING, zone="Europe/Stockholm")
    ).record
    if names:
        table.store.execute(AddParticipants(mentorship=table.pair, names=names))
    return table


async def people(stage: OpenStage, table: Table, language: str = "sv") -> Stage:
    return await table.open(stage, go=f"/meeting/{table.meeting}/people", language=language)


@BOTH
async def test_six_names_are_written_in_one_line_and_each_is_ticked_with_one_tap(
    stage: OpenStage, language: str
) -> None:
    table = group(())
    app = await people(stage, table, language)
    await app.type("group-names", ", ".join(SIX))
    await app.tap("group-add")
    assert app.nameless() == []
    found = {one.name: one.id for one in table.store.ask(GroupAt(table.meeting)).participants}
    assert len(found) == 6
    for name in SIX[:4]:
        await app.tap(f"here-{found[name]}")
    assert app.has(app.desk.say("group.count", here=4, total=6))
    assert table.store.again().ask(GroupAt(table.meeting)).here == {found[name] for name in SIX[:4]}
    await app.tap(f"here-{found[SIX[0]]}")
    assert app.has(app.desk.say("group.count", here=3, total=6))
    await app.tap("all-here")
    assert app.has(app.desk.say("group.count", here=6, total=6)) and not app.has("all-here")


async def test_names_stand_in_their_order_and_one_is_taken_out_and_comes_back(stage: OpenStage) -> None:
    table = group()
    app = await people(stage, table)
    assert [text for text in app.texts() if text in SIX] == ["Bo", "Cem", "Disa", "Farid", "Åsa", "Östen"]
    bo = next(one for one in table.store.ask(GroupAt(table.meeting)).participants if one.name == "Bo")
    await app.tap("edit")
    await app.tap(f"remove-{bo.id}")
    assert app.has(app.desk.say("group.removed", name="Bo")) and not app.has(f"remove-{bo.id}")
    await app.tap("edit")
    assert app.has("0 av 5 här")


async def test_nothing_written_adds_nobody(stage: OpenStage) -> None:
    table = group(())
    app = await people(stage, table)
    await app.type("group-names", " , ,")
    await app.tap("group-add")
    assert table.store.ask(GroupAt(table.meeting)).participants == ()


async def test_the_meeting_and_its_end_lead_to_the_people_and_on_to_the_phone_that_goes_round(stage: OpenStage) -> None:
    table = group().at(16, 5)
    app = await table.open(stage, go=f"/meeting/{table.meeting}")
    assert app.has("0 av 6 här")
    await app.tap("meeting-people")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/people"
    app = await table.open(stage, go=f"/meeting/{table.meeting}/end")
    await app.tap("end-finish")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/people"
    app.forgiving = True  # the phone that goes round is tested with its own session
    await app.tap("group-around")
    assert app.desk.places.value[-1] == f"/meeting/{table.meeting}/around"


async def test_two_people_have_no_list_of_people(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/meeting/{table.meeting}")
    assert not app.has("meeting-people")
    app = await people(stage, Table(table.store, table.clock, meeting="0" * 32))
    assert app.has("gone-action")


async def test_a_group_is_begun_like_a_person(stage: OpenStage) -> None:
    table = lay(people=False)
    app = await table.open(stage, go="/people/new")
    await app.type("person-name", "Torsdagsgruppen")
    await app.tap("person-role-group")
    await app.tap("save-person")
    (row,) = table.store.ask(PeopleList(table.clock.at))
    assert row.form == "group" and row.my_role == "mentor"
