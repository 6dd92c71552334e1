"""Two phones in a room, or two people with words, a message or a file between them: Karin's window and Yusuf's."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.errors import VaultFull
from app.model.commands import AddPerson, AddTask, SetGoal
from app.model.entities import Task
from app.model.queries import PeopleList
from app.services.session import Session
from app.services.sharing.pairing import Package, Pairing
from app.ui.parts import codes
from sync import bundle
from sync.pairing import link
from sync.signing import Device
from tests.support.languages import either
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import made, window

pytestmark = pytest.mark.usefixtures("quick_kdf")


class Clipboard:
    """What the person of one phone has copied, by the camera or by a button. Counts nothing, keeps the last."""

    def __init__(self) -> None:
        self.text = ""

    def set(self, arguments: dict[str, Any]) -> None:
        self.text = str(arguments["data"])

    def get(self, _: dict[str, Any]) -> str:
        return self.text


class Phone:
    """Somebody's window, and how often they have touched it."""

    def __init__(self, app: Stage, session: Session, clipboard: Clipboard) -> None:
        self.app = app
        self.session = session
        self.clipboard = clipboard
        self.taps = 0

    async def tap(self, what: str) -> None:
        self.taps += 1
        await self.app.tap(what)
        await self.app.settle()

    def says(self, key: str, **facts: object) -> bool:
        return self.app.has(self.app.desk.say(key, **facts))

    def shown(self) -> str:
        """What a camera reads from this screen: the text behind the picture is the one that copying gives."""
        assert any(isinstance(control, ft.Image) for control in self.app.walk())
        return self.clipboard.text

    def shown_picture(self) -> Any:
        """The one picture on the screen."""
        (picture,) = (control for control in self.app.walk() if isinstance(control, ft.Image))
        return picture.src


async def phone(
    stage: OpenStage, folder: Path, name: str, role: str, go: str = "", language: str = "sv", knows: str = ""
) -> Phone:
    session = made(folder, language, name=name, role=role)
    if knows:
        go = f"/person/{session.store.execute(AddPerson(name=knows, my_role='mentor')).record}{go}"
    clipboard = Clipboard()
    app = await window(stage, session, go=go, replies={"set": clipboard.set, "get": clipboard.get})
    return Phone(app, session, clipboard)


async def photograph(of: Phone, by: Phone) -> None:
    """The camera of one phone on the screen of the other; the text lands where copied text lands."""
    await of.app.tap("pair-code-copy")
    await of.app.settle()
    by.clipboard.text = of.shown()


def people(phone: Phone) -> list[str]:
    return [row.name for row in phone.session.store.ask(PeopleList(now=phone.app.desk.now()))]


async def open_again(phone: Phone, mentorship: str) -> None:
    """Some other day."""
    phone.app.desk.home()
    await phone.app.settle()
    phone.app.desk.go(f"/person/{mentorship}/pair")
    await phone.app.settle()


async def arrived(phone: Phone) -> None:
    """The package was read in, and the page of the person whom it made is open."""
    await phone.app.until(lambda: phone.app.desk.places.value[-1].startswith("/person/"))
    await phone.app.settle()
    assert people(phone) == ["Karin"]


@either
async def test_in_the_room_in_six_taps_each_and_without_a_network(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", language, knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair", language)
    assert karin.app.nameless() == []
    assert yusuf.app.nameless() == []

    await photograph(karin, by=yusuf)
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-same"))
    assert yusuf.app.nameless() == []
    await photograph(yusuf, by=karin)
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.app.has("pair-same"))
    both = [text for text in karin.app.texts() if text in yusuf.app.texts() and "?" in text]
    assert len(both) == 1, "the same two words on both screens"

    await karin.tap("pair-same")
    await yusuf.tap("pair-same")
    await karin.app.until(lambda: karin.app.has("pair-package-copy"))
    await karin.tap("pair-package-copy")
    yusuf.clipboard.text = karin.clipboard.text
    await yusuf.tap("pair-in-paste")
    await arrived(yusuf)
    # Cold and locked there are three more: unlock, People, Pair (with one person People is that person).
    assert (karin.taps, yusuf.taps) == (3, 3)

    mentorship = yusuf.app.desk.places.value[-1].split("/")[-1]
    for one, other in ((karin, yusuf), (yusuf, karin)):
        peer = one.session.pairing.peer(mentorship)
        assert peer is not None
        assert peer.root == other.session._open_spaces.root
        await open_again(one, mentorship)
        assert one.says("pair.compared")
        assert one.app.nameless() == []


async def test_the_wrong_screen_is_noticed_by_two_words(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    await photograph(karin, by=yusuf)
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-other"))
    await yusuf.tap("pair-other")
    await yusuf.app.until(lambda: yusuf.app.has("pair-in"))
    assert not yusuf.app.has("pair-same")
    assert yusuf.session.pairing.waiting() == []


async def test_typing_or_pasting_into_the_field_needs_no_button(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    await photograph(karin, by=yusuf)
    await yusuf.app.type("pair-in", yusuf.clipboard.text[:40])
    assert not yusuf.app.has("pair-same")
    await yusuf.app.type("pair-in", f"Här: {yusuf.clipboard.text.lower()}")
    await yusuf.app.until(lambda: yusuf.app.has("pair-same"))


async def test_after_three_wrong_answers_new_words_are_asked_for(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    mentorship = karin.app.desk.places.value[-1].split("/")[2]
    said, offer = karin.session.pairing.speak(mentorship, "sv")
    yusuf = made(tmp_path / "yusuf", name="Yusuf", role="mentee")
    for turn, told in (
        (1, "error.sync-pairing-failed"),
        (1, "error.sync-pairing-failed"),  # the same once more is no try
        (2, "error.sync-pairing-failed"),
        (3, "pair.tries.none"),
        (4, "error.sync-pairing-over"),
    ):
        karin.clipboard.text = yusuf.pairing.hear(offer, typed=(*said[turn:], *said[:turn])).send
        await karin.tap("pair-in-paste")
        await karin.app.until(partial(karin.says, told))
    yusuf.close()


async def test_six_words_and_files(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    await karin.tap("pair-words")
    mentorship = karin.app.desk.places.value[-1].split("/")[2]
    assert karin.app.nameless() == []
    said, _ = karin.session.pairing.speak(mentorship, "sv")
    assert any(" ".join(said[:3]) in text for text in karin.app.texts())
    await karin.tap("pair-offer-copy")
    yusuf.clipboard.text = karin.clipboard.text
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-six"))
    assert yusuf.app.nameless() == []
    await yusuf.app.type("pair-six", " ".join(said[:5]))
    await yusuf.tap("pair-six-go")
    assert yusuf.app.field("pair-six").error == yusuf.app.desk.say("pair.six.missing")
    await yusuf.app.type("pair-six", " ".join(said))
    await yusuf.tap("pair-six-go")
    await yusuf.app.until(lambda: yusuf.app.has("pair-code-copy"))
    assert yusuf.says("pair.send.text"), "the answer is too long for a picture, and so nobody can photograph it"
    assert not any(isinstance(control, ft.Image) for control in yusuf.app.walk())
    await yusuf.tap("pair-code-copy")

    await karin.app.back()
    karin.clipboard.text = yusuf.clipboard.text
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.app.has("pair-package-save"))
    files: list[bytes] = []

    def save(arguments: dict[str, Any]) -> str:
        files.append(arguments["src_bytes"])
        return str(arguments["file_name"])

    karin.app.line.replies["save_file"] = save
    await karin.tap("pair-package-save")
    yusuf.app.line.replies["pick_files"] = [{"id": 0, "name": "x", "size": len(files[0]), "bytes": files[0]}]
    await yusuf.tap("pair-in-file")
    await arrived(yusuf)


async def test_an_invitation_is_approved_by_name_and_words_are_compared(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    await karin.tap("pair-invite")
    assert karin.app.nameless() == []
    await karin.tap("pair-invitation-copy")
    yusuf.clipboard.text = karin.clipboard.text
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-code-copy"))
    await yusuf.tap("pair-code-copy")
    await karin.app.back()
    karin.clipboard.text = yusuf.clipboard.text
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("pair.approve", name="Yusuf"))
    assert karin.app.nameless() == []
    await karin.tap("pair-approve")
    await karin.app.until(lambda: karin.app.has("pair-package-copy"))
    await karin.tap("pair-package-copy")
    yusuf.clipboard.text = karin.clipboard.text
    await yusuf.tap("pair-in-paste")
    await arrived(yusuf)
    mentorship = yusuf.app.desk.places.value[-1].split("/")[-1]
    await open_again(yusuf, mentorship)
    assert yusuf.says("pair.not-compared")
    words = ", ".join(karin.session.pairing.twelve(mentorship))
    assert yusuf.app.has(words)
    await yusuf.tap("pair-same")
    assert yusuf.says("pair.compared.mine", name="Karin")
    assert yusuf.app.has(words), "the words stay until both have compared"
    assert not yusuf.app.has("pair-same")

    # What is new goes over as a package, whenever one likes.
    await yusuf.tap("pair-make")
    await yusuf.app.until(lambda: yusuf.app.has("pair-package-copy"))
    await yusuf.tap("pair-package-copy")
    karin.clipboard.text = yusuf.clipboard.text
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("pair.taken"))


async def test_somebody_else_is_declined(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    other = await phone(stage, tmp_path / "other", "Mallory", "mentee", "/pair")
    await karin.tap("pair-invite")
    await karin.tap("pair-invitation-copy")
    other.clipboard.text = karin.clipboard.text
    await other.tap("pair-in-paste")
    await other.app.until(lambda: other.app.has("pair-code-copy"))
    await other.tap("pair-code-copy")
    await karin.app.back()
    karin.clipboard.text = other.clipboard.text
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.app.has("pair-decline"))
    await karin.tap("pair-decline")
    await karin.app.until(lambda: karin.app.has("pair-in"))
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("error.sync-pairing-over"))


@either
async def test_what_does_not_belong_here_is_said_in_words(stage: OpenStage, tmp_path: Path, language: str) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", language, knows="Yusuf")
    await karin.tap("pair-in-paste")
    assert karin.says("pair.nothing-copied")
    for text, code in (
        ("vi ses på torsdag", "sync-bad-code"),
        (link.show(Device.new().master(), 0).text, "sync-code-for-elsewhere"),
    ):
        karin.clipboard.text = text
        await karin.tap("pair-in-paste")
        await karin.app.until(partial(karin.says, f"error.{code}"))
    await karin.tap("pair-code-copy")
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("error.sync-own-code"))
    await karin.tap("pair-enter")
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("error.sync-own-code"))


async def test_parts_of_a_package_are_counted(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    texts = bundle.as_pictures(bytes(2000))
    karin.clipboard.text = texts[0]
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("pair.more", here=1, of=2, numbers="2"))
    karin.clipboard.text = texts[1]
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.says("error.sync-bundle-damaged"))


async def test_where_no_dialog_and_no_clipboard_are_it_is_said(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")

    refused = RuntimeError("no such dialog")
    karin.app.line.replies.update({"pick_files": refused, "save_file": refused, "get": refused})
    await karin.tap("pair-in-file")
    assert karin.says("pair.no-files")
    await karin.tap("pair-code-save")
    assert karin.says("pair.no-files")
    await karin.tap("pair-in-paste")
    assert karin.says("pair.nothing-copied")
    karin.app.line.replies["pick_files"] = [{"id": 0, "name": "x", "size": 4, "bytes": b"cat!"}]
    await karin.tap("pair-in-file")
    await karin.app.until(lambda: karin.says("error.sync-bad-code"))


async def paired(karin: Phone, yusuf: Phone, then: Phone) -> str:
    """A pair already, as after the room; both know that the other has everything. `then` was opened last and is shown."""
    mentorship = str(karin.app.desk.places.value[-1].split("/")[2])
    here, there = karin.session.pairing, yusuf.session.pairing
    here.hear(there.hear(here.show(mentorship)).send, mentorship=mentorship)
    for sender, reader in ((here, there), (there, here), (here, there)):
        reader.take(sender.package(mentorship).data)
    await open_again(then, mentorship)
    return mentorship


async def test_what_is_new_goes_over_in_pictures_one_after_another(stage: OpenStage, tmp_path: Path) -> None:
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    mentorship = await paired(karin, yusuf, karin)
    await karin.tap("pair-make")
    await karin.app.until(lambda: karin.says("pair.package.nothing", name="Yusuf"))
    karin.session.store.execute(AddTask(text="Läs ansökan " * 20, mentorship=mentorship))
    karin.session.store.execute(SetGoal(title="Två intervjuer i månaden " * 8, mentorship=mentorship))
    await open_again(karin, mentorship)
    with karin.session.exchange._logs.one:  # somebody seals for minutes: a first upload is under way
        await karin.tap("pair-make")
        await karin.app.until(lambda: karin.says("pair.working"))
    await karin.app.until(lambda: karin.app.has("pair-package-copy"))
    assert karin.app.nameless() == []
    pictures = karin.session.pairing.package(mentorship).pictures
    assert 2 <= len(pictures) <= 8
    for number in range(1, len(pictures) + 1):
        assert karin.says("pair.picture.part", number=number, count=len(pictures))
        before = karin.shown_picture()
        await karin.tap("pair-picture-next")
        assert karin.shown_picture() != before
    assert karin.says("pair.picture.part", number=1, count=len(pictures)), "round again"
    await karin.tap("pair-picture-before")
    assert karin.says("pair.picture.part", number=len(pictures), count=len(pictures))
    first, *rest = reversed(pictures)
    yusuf.clipboard.text = first
    await yusuf.tap("pair-in-paste")
    count = len(pictures)
    assert count == 2
    await yusuf.app.until(lambda: yusuf.says("pair.more", here=1, of=2, numbers="1"))
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.says("pair.more.twice", number=count))
    yusuf.clipboard.text = bundle.as_pictures(bytes(3000))[0]
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.says("pair.more.another"))
    assert yusuf.app.nameless() == []
    for text in rest:
        yusuf.clipboard.text = text
        await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.says("pair.taken"))
    yusuf.app.desk.home()
    await yusuf.app.settle()
    yusuf.app.desk.go("/pair")
    await yusuf.app.settle()
    yusuf.clipboard.text = first
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.says("error.sync-bundle-seen"))
    assert [task.text.strip() for task in yusuf.session.store.everything(Task)] == ["Läs ansökan " * 19 + "Läs ansökan"]


@either
async def test_the_first_package_turns_by_itself_and_waits_where_one_had_come_to(
    stage: OpenStage, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair", language)
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", language, knows="Yusuf")
    await photograph(karin, by=yusuf)
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-same"))
    await photograph(yusuf, by=karin)
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.app.has("pair-same"))
    await karin.tap("pair-same")
    await karin.app.until(lambda: karin.app.has("pair-picture-turn"))
    assert karin.app.nameless() == []
    moments: asyncio.Queue[None] = asyncio.Queue()
    monkeypatch.setattr(codes, "a_while", moments.get)
    await karin.tap("pair-picture-turn")
    for number in (2, 3, 4, 1):
        moments.put_nowait(None)
        await karin.app.until(partial(karin.says, "pair.picture.part", number=number, count=4))
    assert karin.says("pair.picture.stop")
    await karin.tap("pair-picture-turn")
    assert karin.says("pair.picture.turn")
    # By hand it stands where one has put it.
    await karin.tap("pair-picture-turn")
    await karin.tap("pair-picture-before")
    assert karin.says("pair.picture.part", number=4, count=4)
    moments.put_nowait(None)
    await karin.app.settle()
    assert karin.says("pair.picture.part", number=4, count=4), "it stands"
    await karin.tap("pair-package-copy")
    whole = bundle.Parts().add(karin.clipboard.text).whole()
    one, *rest = bundle.as_pictures(whole)
    assert len(rest) == 3

    await yusuf.tap("pair-same")
    yusuf.clipboard.text = one
    await yusuf.tap("pair-in-paste")
    numbers = yusuf.app.desk.speech.value.listing(["2", "3", "4"])
    await yusuf.app.until(partial(yusuf.says, "pair.more", here=1, of=4, numbers=numbers))
    yusuf.app.desk.home()  # the camera is another app, and going there locks: one begins at Today again
    await yusuf.app.until(lambda: not yusuf.app.has("pair-in"))
    yusuf.app.desk.go("/pair")
    await yusuf.app.until(lambda: yusuf.app.has("pair-let-go"))
    assert yusuf.says("pair.more", here=1, of=4, numbers=numbers)
    assert yusuf.app.nameless() == []
    await yusuf.tap("pair-let-go")
    assert not yusuf.app.has("pair-let-go")
    for here, text in enumerate((rest[1], one, rest[0]), 1):
        yusuf.clipboard.text = text
        await yusuf.tap("pair-in-paste")
        left = [number for number in (3, 1, 2, 4) if number not in (3, 1, 2)[:here]]
        lacking = yusuf.app.desk.speech.value.listing([str(number) for number in sorted(left)])
        await yusuf.app.until(partial(yusuf.says, "pair.more", here=here, of=4, numbers=lacking))
    yusuf.clipboard.text = rest[2]
    await yusuf.tap("pair-in-paste")
    await arrived(yusuf)


async def test_the_one_who_was_here_before_is_asked_about(stage: OpenStage, tmp_path: Path) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair", knows="Karin")
    (own,) = [row.mentorship for row in yusuf.session.store.ask(PeopleList(now=yusuf.app.desk.now()))]
    yusuf.session.store.execute(AddTask(text="Läs CV", mentorship=own))
    mentorship = await paired(karin, yusuf, yusuf)
    assert yusuf.says("pair.earlier", name="Karin")
    assert yusuf.app.nameless() == []
    await yusuf.tap(f"pair-earlier-{own}")
    assert people(yusuf) == ["Karin"]
    (task,) = yusuf.session.store.everything(Task)
    assert task.mentorship == mentorship


async def test_what_i_wrote_waits_and_is_received_and_when_the_other_was_heard(
    stage: OpenStage, tmp_path: Path
) -> None:
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    mentorship = await paired(karin, yusuf, karin)
    goal = karin.session.store.execute(SetGoal(title="Två intervjuer", mentorship=mentorship)).record
    karin.app.desk.go(f"/goal/{goal}")
    await karin.app.settle()
    assert karin.says("server.record.waiting")
    here, there = karin.session.pairing, yusuf.session.pairing
    there.take(here.package(mentorship).data)
    here.take(there.package(mentorship).data)
    await karin.app.until(lambda: karin.says("server.record.received"))
    karin.app.desk.go(f"/person/{mentorship}")
    await karin.app.settle()
    now = karin.app.desk.now()
    when = karin.app.desk.speech.value.near(now, now)
    assert karin.says("server.heard", name="Yusuf", when=when)


async def test_erasing_is_asked_of_the_other_phone_and_its_answer_is_shown(stage: OpenStage, tmp_path: Path) -> None:
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    mentorship = await paired(karin, yusuf, karin)
    here, there = karin.session, yusuf.session
    for text in ("Läs CV", "Ring Lena"):
        here.store.execute(AddTask(text=text, mentorship=mentorship))
    there.pairing.take(here.pairing.package(mentorship).data)
    karin.app.desk.go("/settings/erase")
    await karin.app.settle()
    assert karin.app.nameless() == []
    await karin.tap(f"wish-{mentorship}")
    assert len(list(here.store.everything(Task))) == 2, "one tap erases nothing"
    await karin.tap(f"wish-go-{mentorship}")
    assert list(here.store.everything(Task)) == []
    await karin.app.until(lambda: karin.says("wish.silent", name="Yusuf"))
    assert karin.app.nameless() == []
    there.pairing.take(here.pairing.package(mentorship).data)
    assert list(there.store.everything(Task)) == []
    here.pairing.take(there.pairing.package(mentorship).data)
    await karin.app.until(lambda: karin.says("wish.answer", name="Yusuf", erased=2, kept=0))
    karin.app.desk.go("/settings/trash")
    await karin.app.settle()
    assert karin.says("wish.answer", name="Yusuf", erased=2, kept=0)


async def test_a_package_that_never_comes_is_not_waited_for_for_ever(stage: OpenStage, tmp_path: Path) -> None:
    karin = made(tmp_path / "karin", name="Karin")
    mentorship = karin.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee")
    yusuf.session.pairing.hear(karin.pairing.show(mentorship))
    yusuf.app.desk.go("/pair")
    await yusuf.app.settle()
    who = yusuf.app.desk.say("pair.the-other")
    assert yusuf.says("pair.wait", name=who) and yusuf.says("pair.wait.never", name=who)
    await yusuf.tap("pair-give-up")
    assert yusuf.says("pair.wait.given-up") and not yusuf.says("pair.wait.never", name=who)
    assert yusuf.session.pairing.waiting() == []
    yusuf.session.pairing.hear(karin.pairing.show(mentorship))  # and begun again
    assert len(yusuf.session.pairing.waiting()) == 1
    karin.lock()


async def to_the_two_words(karin: Phone, yusuf: Phone) -> None:
    """Both have photographed the other, and are asked whether they see the same."""
    await photograph(karin, by=yusuf)
    await yusuf.tap("pair-in-paste")
    await yusuf.app.until(lambda: yusuf.app.has("pair-same"))
    await photograph(yusuf, by=karin)
    await karin.tap("pair-in-paste")
    await karin.app.until(lambda: karin.app.has("pair-same"))


async def test_a_package_that_could_not_be_sealed_can_be_tried_again(
    stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")

    def full(*_: object, **__: object) -> Package:
        raise VaultFull

    await to_the_two_words(karin, yusuf)
    with monkeypatch.context() as broken:
        broken.setattr(Pairing, "package", full)
        await karin.tap("pair-same")
        await karin.app.until(lambda: karin.says("error.vault-full"))
        assert karin.app.has("pair-package-make") and karin.app.nameless() == []
        await karin.tap("pair-package-make")
        await karin.app.until(lambda: karin.says("error.vault-full"))
    await karin.tap("pair-package-make")
    await karin.app.until(lambda: karin.app.has("pair-package-copy"))
    assert not karin.says("error.vault-full") and not karin.app.has("pair-package-make")


async def test_drawing_seals_nothing(stage: OpenStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every package acknowledges what came, which is an envelope: one that is sealed at each drawing never ends."""
    karin = await phone(stage, tmp_path / "karin", "Karin", "mentor", "/pair", knows="Yusuf")
    yusuf = await phone(stage, tmp_path / "yusuf", "Yusuf", "mentee", "/pair")
    sealed: list[str] = []
    plain = Pairing.package

    def counted(of: Pairing, id: str, **how: bool) -> Package:
        sealed.append(id)
        return plain(of, id, **how)

    monkeypatch.setattr(Pairing, "package", counted)
    await to_the_two_words(karin, yusuf)
    assert sealed == []
    await karin.tap("pair-same")
    await karin.app.until(lambda: karin.app.has("pair-package-copy"))
    for _ in range(3):
        karin.app.desk.speak("en")
        await karin.app.settle()
        karin.app.desk.speak("sv")
        await karin.app.settle()
    assert len(sealed) == 1
