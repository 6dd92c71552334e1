"""Two phones: two browsers, two vaults. They pair in a basement, write at the same time, and lose none of it.

First with a server, which is there, gone while both write, and back. Then without any: what is new goes over as packages
that are pasted. What counts at the end is what lies on the two disks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Route

from app.model.commands import AddPerson, StartNow
from app.model.entities import Minutes, Task
from app.model.queries import PeopleList
from tests.e2e.conftest import Person, Place, opened, prepared
from tests.support.browser import FAINT, Running, phone, running

ASSETS = Path(__file__).parents[2] / "assets"
DEEPEST = 5  # screens over Today

KARIN, YUSUF = "Karin skrev på bussen.", "Yusuf skrev hemma."
AND_KARIN, AND_YUSUF = "Och Karin i källaren.", "Och Yusuf bredvid."
EVERYTHING = (KARIN, YUSUF, AND_KARIN, AND_YUSUF)


def test_two_phones_pair_and_keep_every_word_with_a_server_and_without_one(home: Place, tmp_path: Path) -> None:
    carried = tmp_path / "carried"
    with ExitStack() as stack:
        other = second_phone(home, stack)
        for place in (home, other):
            in_the_basement(place)
        with prepared(home, "Karin", "mentor") as session:
            two = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
            session.store.execute(StartNow(mentorship=two, zone="Europe/Stockholm"))
        with prepared(other, "Yusuf", "mentee"):
            pass
        karin, yusuf = home.start(), other.start()
        pair(karin, yusuf)

        # a server is there, goes away while both write into the same minutes and make something of their own, and comes back
        with server(carried) as carrier:
            for person in (karin, yusuf):
                connects(person, carrier)
        writes_in_the_meeting(karin, KARIN, task="Karin frågar Lena")
        writes_in_the_meeting(yusuf, YUSUF, task="Yusuf ringer Ali")
        with server(carried, carrier.port):
            for person in (yusuf, karin):  # what Karin had written, Yusuf's phone is told of by the server
                tries_now(person)
            comes_to(yusuf, KARIN)

        # no server any more: what both write then goes over as packages
        writes_in_the_meeting(karin, AND_KARIN, behind=(KARIN, YUSUF))
        writes_in_the_meeting(yusuf, AND_YUSUF, behind=(KARIN, YUSUF))
        a_package(karin, yusuf)
        a_package(yusuf, karin)
        for person in (karin, yusuf):
            in_the_meeting(person)
            stand_there(person, EVERYTHING)
            assert [address for address in person.visit.foreign if "rive" not in address] == []
        home.pull_the_plug(karin)
        other.pull_the_plug(yusuf)
    hers, his = on_the_disk(home), on_the_disk(other)
    assert hers == his
    _, names, minutes, tasks = hers
    assert names == ["Karin", "Yusuf"]
    assert all(minutes.count(words) == 1 for words in EVERYTHING), minutes
    assert tasks == ["Karin frågar Lena", "Yusuf ringer Ali"]
    kept = [file for file in carried.rglob("*") if file.is_file()]
    assert kept, "the server kept nothing"
    for file in kept:
        assert not [words for words in (*EVERYTHING, *tasks) if words.encode() in file.read_bytes()], file


# ------------------------------------------------------------------ two phones


def second_phone(home: Place, stack: ExitStack) -> Place:
    """Another phone: a data folder, a process and a browser profile of its own."""
    return Place(home.data.with_name("other"), stack.enter_context(phone(**FAINT)), stack)


def in_the_basement(place: Place) -> None:
    """Nothing leaves this machine; the clipboard is where the phone's camera puts what it read."""
    place.browser.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def only_the_phone_itself(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "blob:", "data:")):
            route.continue_()
        else:
            route.abort()

    place.browser.context.route("**/*", only_the_phone_itself)


def pair(karin: Person, yusuf: Person) -> None:
    """QR both ways in the room, at most six taps each, in less than a minute."""
    began = time.monotonic()
    opens(karin)
    karin.tap("pair-with")
    karin.sees("pair-code-copy")
    opens(yusuf)
    yusuf.tap("pair")
    yusuf.sees("pair-in-paste")
    camera(karin, "pair-code-copy")
    photographs(yusuf)
    yusuf.sees("pair-same")
    camera(yusuf, "pair-code-copy")
    photographs(karin)
    karin.sees("pair-same")
    karin.tap("pair-same")
    yusuf.tap("pair-same")
    karin.visit.page.bring_to_front()
    karin.tap("pair-package-copy")
    photographs(yusuf)
    yusuf.reads("Karin")
    yusuf.sees("pair-with")
    took = time.monotonic() - began
    print(f"paired in {took:.0f} s; taps: {karin.taps} and {yusuf.taps}")
    assert karin.taps <= 6, karin.taps
    assert yusuf.taps <= 6, yusuf.taps


def opens(person: Person) -> None:
    """Cold, from the lock screen."""
    person.visit.page.bring_to_front()
    person.unlocks()
    person.taps += 1
    person.sees("lock")
    person.tap_tab("Personer")


def camera(of: Person, button: str) -> None:
    """What the other's camera reads from this screen is what copying gives; looking is no tap of its owner."""
    of.visit.page.bring_to_front()
    of.tap(button)
    of.taps -= 1
    of.visit.page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('FIKA:')")


def photographs(by: Person) -> None:
    """The camera has put the other's code where pasting finds it."""
    by.visit.page.bring_to_front()
    by.tap("pair-in-paste")


# ------------------------------------------------------------------ writing and reading


def at_home(person: Person) -> None:
    """Back to Today, from wherever one is."""
    page = person.visit.page
    page.bring_to_front()
    today = page.get_by_role("tab", name="I dag")
    for _ in range(DEEPEST):
        if today.count():
            break
        person.visit.still()
        here = page.locator('[flt-semantics-identifier^="at:"]').last.get_attribute("flt-semantics-identifier") or ""
        person.tap("back")
        person.gone(here)
    person.tap_tab("I dag")


def in_the_meeting(person: Person) -> None:
    at_home(person)
    person.tap("today-primary")
    person.sees("shared-note")


def writes_in_the_meeting(person: Person, words: str, *, task: str = "", behind: tuple[str, ...] = ()) -> None:
    """The shared words of the meeting that is under way, behind what stands there; and a task."""
    in_the_meeting(person)
    if behind:
        stand_there(person, behind)
    person.writes("shared-note", "")
    if behind:
        person.visit.page.keyboard.press("Control+End")
    person.visit.page.keyboard.type(("\n" if behind else "") + words, delay=3)
    if task:
        person.tap("note-task")
        person.writes("task-text", task)
        person.tap("task-save")
        person.gone("task-save")
    at_home(person)


def stand_there(person: Person, words: Iterable[str]) -> None:
    """All of it stands in the field, whoever wrote it."""
    there = person.value("shared-note")
    assert [each for each in words if each not in there] == [], there


def comes_to(person: Person, words: str) -> None:
    """What the other wrote comes by itself, a moment after it was sent; the field shows it when it is opened next."""
    for _ in range(20):
        in_the_meeting(person)
        there = person.value("shared-note")
        at_home(person)
        if words in there:
            return
        person.visit.page.wait_for_timeout(500)
    raise AssertionError(there)


# ------------------------------------------------------------------ without a server


def a_package(sender: Person, reader: Person) -> None:
    """What is new, sealed, as text that is pasted."""
    for person in (sender, reader):
        at_home(person)
        person.tap_tab("Personer")
        person.tap("pair-with")
    sender.visit.page.bring_to_front()
    sender.tap("pair-make")
    sender.tap("pair-package-copy")
    sender.visit.page.wait_for_timeout(400)
    photographs(reader)
    reader.reads("Paketet är inläst.")


# ------------------------------------------------------------------ with a server


@contextmanager
def server(folder: Path, port: int = 0) -> Iterator[Running]:
    """`fika-server` on SQLite, on this machine; ended by its own process id."""
    with running("-m", "sync.server", FIKA_FOLDER=str(folder), FIKA_PORT=str(port)) as process:
        process.address = json.loads(process.address)["address"] + "/"
        yield process


def connects(person: Person, carrier: Running) -> None:
    at_home(person)
    person.tap("title")
    person.tap("settings-server")
    person.rewrites("server-address", carrier.address)
    person.tap("server-connect")
    person.reads("Allt är överfört")


def tries_now(person: Person) -> None:
    """The person does not wait for the next try."""
    at_home(person)
    person.tap("title")
    person.tap("settings-server")
    person.tap("server-now")
    person.reads("Allt är överfört")


# ------------------------------------------------------------------ what lies on the disk


def on_the_disk(place: Place) -> tuple[str, list[str], str, list[str]]:
    """The mentorship a vault holds, who is in its space, the words of its one meeting, and the tasks."""
    with opened(place) as session:
        (row,) = session.store.ask(PeopleList(datetime.now().astimezone()))
        peer = session.pairing.peer(row.mentorship)
        assert peer is not None
        assert peer.compared
        names = sorted(each.name for each in session.exchange.people(peer.space))
        (minutes,) = session.store.everything(Minutes)
        tasks = sorted(task.text for task in session.store.everything(Task))
        return row.mentorship, names, "\n".join(map(str, minutes.answers.values())), tasks
