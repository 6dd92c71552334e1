"""Two phones in a basement: two browsers, two vaults, no network, at most six taps each, and one shared space."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Route

from app.model.queries import PeopleList
from app.services.session import Session
from tests.e2e.conftest import Person, Place
from tests.support.browser import Browser

ASSETS = Path(__file__).parents[2] / "assets"


def second_phone(home: Place, stack: ExitStack) -> Place:
    """Another phone: a data folder, a process and a browser profile of its own."""
    browser = home.browser.context.browser
    assert browser is not None
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="sv-SE")
    stack.callback(context.close)
    return Place(home.data.with_name("other"), Browser(context), stack)


def in_the_basement(place: Place) -> None:
    """Nothing leaves this machine; the clipboard is where the phone's camera puts what it read."""
    place.browser.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def only_the_phone_itself(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "blob:", "data:")):
            route.continue_()
        else:
            route.abort()

    place.browser.context.route("**/*", only_the_phone_itself)


def locked(person: Person) -> None:
    """As the phone lies in the pocket; taps count from here."""
    person.tap("lock")
    person.sees("unlock")
    person.taps = 0


def opens(person: Person) -> None:
    person.unlocks()
    person.taps += 1
    person.sees("lock")
    person.tap_tab("Personer")


def photographs(by: Person) -> None:
    """The camera has put the other's code where pasting finds it."""
    by.visit.page.bring_to_front()
    by.tap("pair-in-paste")


def test_two_phones_pair_in_the_room_without_a_network_in_six_taps_each(home: Place) -> None:
    with ExitStack() as stack:
        other = second_phone(home, stack)
        in_the_basement(home)
        in_the_basement(other)
        karin, yusuf = home.start(), other.start()
        karin.registers("Karin", "mentor")
        karin.adds("Yusuf")
        karin.visit.page.go_back()
        yusuf.registers("Yusuf", "mentee")
        locked(karin)
        locked(yusuf)
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
        yusuf.sees("do-book")
        took = time.monotonic() - began
        print(f"paired in {took:.0f} s; taps: {karin.taps} and {yusuf.taps}")
        assert karin.taps <= 6, karin.taps
        assert yusuf.taps <= 6, yusuf.taps
        for person in (karin, yusuf):
            assert [address for address in person.visit.foreign if "rive" not in address] == []
        home.pull_the_plug(karin)
        other.pull_the_plug(yusuf)
        assert members(home, karin) == members(other, yusuf)


def camera(of: Person, button: str) -> None:
    """What the other's camera reads from this screen is what copying gives; looking is no tap of its owner."""
    of.visit.page.bring_to_front()
    of.tap(button)
    of.taps -= 1
    of.visit.page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('FIKA:')")


def members(place: Place, person: Person) -> tuple[str, list[tuple[str, str]]]:
    """The mentorship that a vault holds, and who is in its space: names with their root keys."""
    session = Session(place.data / "vault", place.data / "state", ASSETS)
    session.unlock(person.phrase)
    try:
        (row,) = session.store.ask(PeopleList(datetime.now().astimezone()))
        peer = session.pairing.peer(row.mentorship)
        assert peer is not None
        assert peer.compared
        people = session.exchange.people(peer.space)
        return row.mentorship, sorted((each.name, each.root) for each in people)
    finally:
        session.close()
