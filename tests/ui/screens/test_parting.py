"""The end of sharing on both screens: said before, done with one tap, undone with one, and told to the other in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.commands import AddPerson, AddTask
from app.model.entities import Mentorship, Task
from app.model.queries import One
from app.services.sharing.parting import How
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import made, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


async def two(stage: OpenStage, folder: Path) -> tuple[Stage, Stage, str]:
    """Karin's window on the page where it ends, Yusuf's on Today."""
    karin = made(folder / "karin", name="Karin", role="mentor")
    yusuf = made(folder / "yusuf", name="Yusuf", role="mentee")
    mentorship = karin.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    back = yusuf.pairing.hear(karin.pairing.show(mentorship))
    karin.pairing.hear(back.send, mentorship=mentorship)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    return (
        await window(stage, karin, go=f"/person/{mentorship}/part"),
        await window(stage, yusuf),
        mentorship,
    )


def says(app: Stage, key: str, **facts: object) -> bool:
    return app.has(app.desk.say(key, **facts))


async def test_one_tap_ends_it_one_brings_it_back_and_the_other_reads_why_nothing_comes(
    stage: OpenStage, tmp_path: Path
) -> None:
    karin, yusuf, pair = await two(stage, tmp_path)
    for key in ("line", "stop", "told", "leave.line"):
        assert says(karin, f"parting.{key}", name="Yusuf"), key
    assert karin.nameless() == []
    await karin.tap("part-dismiss")
    await karin.until(lambda: says(karin, "parting.is.dismissed", name="Yusuf"))
    assert says(karin, "parting.done", name="Yusuf")
    await karin.undo()
    await karin.until(lambda: says(karin, "parting.line"))
    assert karin.desk.session.parting.of(pair) is None
    await karin.tap("part-dismiss")
    await karin.until(lambda: says(karin, "parting.is.dismissed", name="Yusuf"))
    karin.desk.store.execute(AddTask(text="After", mentorship=pair))
    await karin.tap("part-make")
    await karin.until(lambda: karin.has("part-package-copy"))
    yusuf.desk.session.pairing.take(karin.desk.session.parting.farewell(pair).data)
    await yusuf.until(lambda: says(yusuf, "devices.news.dismissed", name="Karin"))
    assert says(yusuf, "devices.news.sharing") and not says(yusuf, "devices.news.out")
    assert list(yusuf.desk.store.everything(Task)) == []
    await yusuf.tap("devices-told")
    yusuf.desk.go(f"/person/{pair}")
    await yusuf.until(lambda: says(yusuf, "parting.is.out", name="Karin"))
    assert yusuf.nameless() == []


async def test_who_leaves_is_told_what_that_means_and_the_other_hears_it(stage: OpenStage, tmp_path: Path) -> None:
    karin, yusuf, pair = await two(stage, tmp_path)
    yusuf.desk.go(f"/person/{pair}/part")
    await yusuf.settle()
    await yusuf.tap("part-leave")
    assert says(yusuf, "parting.leave.sure", name="Karin") and yusuf.nameless() == []
    assert yusuf.desk.session.parting.of(pair) is None, "nothing brings it back from here: one tap does not do it"
    await yusuf.tap("part-leave-cancel")
    assert not yusuf.has("part-leave-go")
    await yusuf.tap("part-leave")
    await yusuf.tap("part-leave-go")
    await yusuf.until(lambda: says(yusuf, "parting.is.left", name="Karin"))
    karin.desk.session.pairing.take(yusuf.desk.session.parting.farewell(pair).data)
    await karin.until(lambda: says(karin, "parting.is.they-left", name="Yusuf"))
    found = karin.desk.session.parting.of(pair)
    assert found is not None and found.how is How.THEY_LEFT
    await karin.tap("part-again")
    await karin.settle()
    assert karin.desk.places.value[-1] == f"/person/{pair}/pair" and karin.has("pair-code-copy")


async def test_who_is_shut_out_by_a_server_finds_the_ways_on(stage: OpenStage, tmp_path: Path) -> None:
    karin, _, pair = await two(stage, tmp_path)
    exchange = karin.desk.session.exchange
    found = karin.desk.store.ask(One(Mentorship, pair))
    assert found is not None
    exchange.refused([found.space], but_for=[])
    await karin.until(lambda: says(karin, "parting.is.shut", name="Yusuf"))
    assert karin.nameless() == []
    for way in ("part-try", "part-package", "part-again", "part-dismiss", "part-leave"):
        assert karin.has(way), way
    karin.desk.go("/")
    await karin.until(lambda: says(karin, "devices.news.shut", name="Yusuf"))
    await karin.tap("devices-shut")
    await karin.until(lambda: karin.has("part-package"))
    await karin.tap("part-package")
    await karin.until(lambda: karin.has("pair-make"))
    karin.desk.back()
    await karin.until(lambda: karin.has("part-leave"))
    await karin.tap("part-leave")
    await karin.tap("part-leave-go")
    await karin.until(lambda: says(karin, "parting.is.left", name="Yusuf") and karin.has("part-make"))


async def test_where_nothing_is_shared_there_is_nothing_to_end(stage: OpenStage, tmp_path: Path) -> None:
    session = made(tmp_path, "sv", name="Karin", role="mentor")
    alone = session.store.execute(AddPerson(name="Åsa", my_role="mentor")).record
    app = await window(stage, session, go=f"/person/{alone}/part")
    assert says(app, "parting.none")
    app.desk.go(f"/person/{alone}")
    await app.settle()
    assert not app.has("part")
