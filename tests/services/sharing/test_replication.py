"""The optional server as the app sees it, with a real one on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import BadAddress, LeftOnServer
from app.model.commands import SetGoal
from app.model.entities import Goal, Mentorship, Setting
from app.services.sharing.parting import Parting
from app.services.sharing.replication import Choice, Pace, Replication
from app.services.sharing.tidings import Tidings
from sync.client.http import Server
from sync.client.loop import Condition, State
from sync.errors import NoAnswer, OddAnswer, ServerBusy, ServerRefuses
from sync.protocol import Envelope, Kind
from sync.server.settings import Settings
from tests.support.pair import Person
from tests.support.patience import PATIENCE, Bell, until
from tests.sync.server.running import Running, run


@pytest.fixture
def karin() -> Person:
    return Person("Karin")


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path))
    yield found
    found.stop()


@pytest.fixture
def replication(karin: Person) -> Iterator[Replication]:
    found = Replication(karin.store, karin.spaces, karin.exchange)
    yield found
    found.stop()


def test_without_a_server_nothing_runs(replication: Replication) -> None:
    replication.start()
    replication.now()
    assert replication.choice is None
    assert replication.standing.condition == "off"


@pytest.mark.parametrize("address", ["", "fika", "http://fika.example.org", "ftp://127.0.0.1", "https://"])
def test_what_is_no_address_changes_nothing(replication: Replication, address: str) -> None:
    with pytest.raises(BadAddress):
        replication.connect(address)
    assert replication.choice is None


@pytest.mark.parametrize("pin", ["short", "g" * 64, "0" * 63])
def test_what_is_no_fingerprint_changes_nothing(replication: Replication, pin: str) -> None:
    with pytest.raises(BadAddress):
        replication.connect("https://127.0.0.1:1", pin=pin)


def test_a_server_that_is_none_or_away_changes_nothing(replication: Replication) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there, nor takes the place meanwhile
        with pytest.raises(NoAnswer):
            replication.connect(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert replication.choice is None
    assert replication.standing.condition == "off"


def test_what_waits_is_carried_and_counted(carrier: Running, karin: Person, replication: Replication) -> None:
    karin.store.execute(SetGoal(title="Before there was a server", private=True))
    told: list[str] = []
    replication.watch(lambda: told.append(replication.standing.condition))
    replication.connect(carrier.base)
    assert replication.choice == Choice(carrier.base)
    until(lambda: replication.standing.condition == "calm" and replication.standing.waiting == 0)
    assert replication.standing.since is not None
    assert "working" in told
    karin.store.execute(SetGoal(title="And afterwards", private=True))
    until(lambda: replication.standing.waiting == 0 and replication.standing.condition == "calm")
    replication.stop()
    assert replication.standing.condition == "off"


def test_it_goes_on_after_a_restart_and_not_after_disconnecting(karin: Person, carrier: Running) -> None:
    first = Replication(karin.store, karin.spaces, karin.exchange)
    first.connect(carrier.base)
    first.stop()
    karin.start()
    second = Replication(karin.store, karin.spaces, karin.exchange)
    second.start()
    until(lambda: second.standing.condition == "calm")
    second.disconnect()
    assert second.standing.condition == "off"
    karin.start()
    third = Replication(karin.store, karin.spaces, karin.exchange)
    third.start()
    assert third.standing.condition == "off"


def test_writing_goes_on_when_the_server_is_away(carrier: Running, karin: Person, replication: Replication) -> None:
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")
    carrier.stop()
    karin.store.execute(SetGoal(title="In the basement", private=True))
    until(lambda: replication.standing.condition == "away")
    assert replication.standing.waiting >= 1
    assert replication.standing.code == "sync-no-answer"


@pytest.mark.parametrize(("hours", "told"), [(3, 3), (-3, -3), (0, None), (1e12, 1000)])
def test_a_clock_that_is_wrong_is_told_once_the_server_has_said_its_own(
    carrier: Running, karin: Person, monkeypatch: pytest.MonkeyPatch, hours: float, told: int | None
) -> None:
    info = Server.info
    monkeypatch.setattr(Server, "info", lambda self: replace(said := info(self), now=max(0.0, said.now + hours * 3600)))
    found = Replication(karin.store, karin.spaces, karin.exchange)
    assert found.skew is None
    found.connect(carrier.base)
    until(lambda: found._timed is not None)
    found.stop()
    if told is None:
        assert found.skew is None
    else:
        assert found.skew is not None and abs(found.skew) >= timedelta(hours=abs(told)) - timedelta(minutes=1)
        assert (found.skew > timedelta()) is (told > 0)


def test_a_web_page_is_no_server(replication: Replication, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.sync.client.test_http import Scripted, said

    with Scripted(said(200, b"<html>")) as page, pytest.raises(OddAnswer):
        replication.connect(f"http://127.0.0.1:{page.port}")
    assert replication.choice is None


def unhurried() -> tuple[Pace, list[Bell]]:
    bells: list[Bell] = []
    return Pace(draw=lambda low, high: high / 2, timer=lambda seconds, call: Bell(seconds, call, bells)), bells


def test_a_random_moment_is_drawn_once_and_then_everything_goes() -> None:
    pace, bells = unhurried()
    gone: list[int] = []
    assert not pace.wait(lambda: gone.append(1)), "without a delay nothing waits"
    pace.set(600.0)
    assert pace.wait(lambda: gone.append(2))
    assert pace.wait(lambda: gone.append(3))
    (bell,) = bells
    assert (bell.seconds, pace.holds, gone) == (300.0, True, [])
    bell.call()
    assert (pace.holds, gone) == (False, [2])
    pace.wait(lambda: gone.append(4))
    pace.set(0.0)
    assert (pace.holds, bells[-1].cancelled) == (False, True)


def test_what_waits_for_its_moment_is_not_sent_and_a_person_who_asks_is_not_kept_waiting(
    carrier: Running, karin: Person, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        replication, "_pace", Pace(draw=lambda low, high: high)
    )  # a moment that does not come by itself
    replication.choose(delayed=True)
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")
    karin.store.execute(SetGoal(title="At a random moment", private=True))
    until(lambda: replication.standing.condition == "later")
    time.sleep(0.5)
    assert replication.standing.waiting == 1
    replication.now()
    time.sleep(0.5)
    assert replication.standing.waiting == 1, "that the app came back is no reason"
    replication.now(asked=True)
    until(lambda: replication.standing.waiting == 0)
    assert replication.delayed


def test_wifi_only_is_kept_where_the_phone_can_tell(carrier: Running, karin: Person, replication: Replication) -> None:
    replication.choose(wifi_only=True)
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")
    replication.on_network("mobile")
    assert replication.standing.condition == "wifi"
    karin.store.execute(SetGoal(title="On the bus", private=True))
    replication.start()
    time.sleep(0.3)
    assert (replication.standing.condition, replication.standing.waiting) == ("wifi", 1)
    replication.on_network("wifi")
    until(lambda: replication.standing.condition == "calm" and replication.standing.waiting == 0)
    replication.on_network("mobile")
    replication.choose(wifi_only=False)
    until(lambda: replication.standing.condition == "calm")
    replication.on_network("unknown")
    replication.choose(wifi_only=True)
    until(lambda: replication.standing.condition == "calm")


def test_who_is_shared_with_hears_a_sign_of_life(carrier: Running, karin: Person, replication: Replication) -> None:
    yusuf = Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    karin.now.later(hours=13)
    mine = bytes.fromhex(karin.store.device(space))

    def said() -> Kind:
        last = karin.exchange.outgoing(space)[-1].header
        assert last.device == mine
        return last.kind

    assert said() is Kind.CONTROL
    replication.connect(carrier.base)
    until(lambda: said() is Kind.CHANGE)
    until(lambda: replication.standing.condition == "calm" and not karin.exchange.unsent(space))


# ---------------------------------------------------------------- deleting there


def rows_of(carrier: Running) -> dict[str, int]:
    """What the server still holds that a person wrote or that tells of one."""
    with carrier.server.database.read() as work:
        return {
            table: int(work.one(f"select count(*) from {table}")[0])  # type: ignore[index]
            for table in ("log", "keyring", "session", "blob")
        }


def test_what_was_put_there_is_gone_there_and_all_of_it_here(
    karin: Person, replication: Replication, carrier: Running, tmp_path: Path
) -> None:
    replication.connect(carrier.base)
    karin.store.execute(SetGoal(title="Hers", private=True))
    until(lambda: replication.standing.condition == "calm" and not replication.standing.waiting)
    assert rows_of(carrier)["log"]
    words = [one.body for one in karin.exchange.outgoing(karin.spaces.personal) if one.body]
    replication.delete_there()
    assert rows_of(carrier) == {"log": 0, "keyring": 0, "session": 0, "blob": 0}
    sent = len(karin.exchange.outgoing(karin.spaces.personal))
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert files and not any(body[:64] in file for body in words for file in files), "not beside the tables either"
    assert replication.choice is None
    assert [goal.title for goal in karin.store.everything(Goal)] == ["Hers"]
    replication.connect(carrier.base)  # who chooses the same server again has everything there again
    until(lambda: replication.standing.condition == "calm" and not replication.standing.waiting)
    assert rows_of(carrier)["log"] >= sent and karin.exchange.alarms() == []


def test_in_a_shared_space_my_words_go_and_those_of_the_other_stay(carrier: Running) -> None:
    karin, yusuf = Person("Karin"), Person("Yusuf", "mentee")
    space = karin.meets(yusuf)
    both = [Replication(one.store, one.spaces, one.exchange) for one in (karin, yusuf)]
    for one in both:
        one.connect(carrier.base)
    for person, words in ((karin, "Hers"), (yusuf, "His")):
        person.store.execute(SetGoal(title=words, mentorship=next(person.store.everything(Mentorship)).id))
    until(lambda: all({"Hers", "His"} <= {goal.title for goal in one.store.everything(Goal)} for one in (karin, yusuf)))
    until(lambda: all(one.standing.condition == "calm" and not one.standing.waiting for one in both))
    both[0].delete_there()
    mine = karin.exchange.keys(space).id
    with carrier.server.database.read() as work:
        kept = [
            Envelope.read(bytes(row[0]))
            for row in work.rows("select envelope from log where space = ?", bytes.fromhex(space))
        ]
    hers = [one for one in kept if one.header.device == mine and one.header.kind is Kind.CHANGE]
    his = [one for one in kept if one.header.device != mine and one.header.kind is Kind.CHANGE]
    assert hers and not any(one.whole for one in hers)
    assert his and all(one.whole for one in his)
    yusuf.store.execute(SetGoal(title="Later", mentorship=next(yusuf.store.everything(Mentorship)).id))
    until(lambda: both[1].standing.condition == "calm" and not both[1].standing.waiting)
    both[0].connect(carrier.base)
    until(lambda: both[0].standing.condition == "calm" and not both[0].standing.waiting)
    until(lambda: "Later" in {goal.title for goal in karin.store.everything(Goal)})
    with carrier.server.database.read() as work:
        kept = [
            Envelope.read(bytes(row[0]))
            for row in work.rows("select envelope from log where space = ?", bytes.fromhex(space))
        ]
    assert all(one.whole for one in kept), "her words are there again, since she has put them there herself"
    assert karin.exchange.alarms() == [] and yusuf.exchange.alarms() == []
    for one in both:
        one.stop()


def test_a_server_that_is_away_keeps_what_it_has_and_that_is_said(
    carrier: Running, karin: Person, replication: Replication
) -> None:
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")
    carrier.stop()
    with pytest.raises(LeftOnServer) as told:
        replication.delete_there()
    assert told.value.facts["count"] == len(karin.exchange.shared())
    assert replication.choice == Choice(carrier.base)


@pytest.mark.parametrize(("reason", "gone"), [("proof", True), ("-", False), ("nonce", False)])
def test_only_a_server_that_knows_nobody_of_that_name_has_nothing_to_erase(
    carrier: Running, karin: Person, replication: Replication, monkeypatch: pytest.MonkeyPatch, reason: str, gone: bool
) -> None:
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")

    def says_no(*_: object) -> None:
        raise ServerRefuses(status=401, reason=reason)

    monkeypatch.setattr(Server, "end_account", says_no)
    if gone:
        replication.delete_there()
    else:
        with pytest.raises(LeftOnServer):
            replication.delete_there()
    assert (replication.choice is None) is gone


def test_carrying_goes_on_where_erasing_breaks_off_in_a_way_nobody_foresaw(
    carrier: Running, karin: Person, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")

    def breaks(*_: object) -> None:
        raise OSError("the disk")

    monkeypatch.setattr(Server, "end_account", breaks)
    with pytest.raises(OSError, match="the disk"):
        replication.delete_there()
    karin.store.execute(SetGoal(title="Later", private=True))
    until(lambda: replication.standing.condition == "calm" and not replication.standing.waiting)


def test_who_locks_does_not_wait_until_a_busy_server_has_erased_everything(
    carrier: Running, karin: Person, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    replication.connect(carrier.base)
    until(lambda: replication.standing.condition == "calm")
    locks = threading.Thread(target=replication.stop)
    asked: list[object] = []

    def busy(*_: object) -> None:
        asked.append(_)
        raise ServerBusy(after=1)

    def sleep(_: float) -> None:
        if locks.ident is None:
            locks.start()
            until(lambda: replication._given_up.is_set())

    monkeypatch.setattr(Server, "end_account", busy)
    monkeypatch.setattr(replication, "_sleep", sleep)
    with pytest.raises(LeftOnServer):
        replication.delete_there()
    locks.join(PATIENCE)
    assert len(asked) == 1 and not locks.is_alive()
    assert replication.standing.condition == "off"


def test_no_question_of_a_screen_waits_while_something_is_being_sealed(karin: Person, replication: Replication) -> None:
    space = karin.meets(Person("Yusuf", "mentee"))
    pair = next(karin.store.everything(Mentorship)).id
    goal = karin.store.execute(SetGoal(title="Ours", mentorship=pair)).record
    karin.exchange.noticed(space, "withheld")
    tidings = Tidings(karin.store, karin.exchange)
    parting = Parting(karin.store, karin.spaces, karin.exchange, karin.now)
    questions: list[Callable[[], object]] = [
        lambda: replication.standing,
        lambda: tidings.stage("goal", goal),
        lambda: (tidings.heard(pair), tidings.others(), tidings.quiet(karin.now()), tidings.wishes()),
        lambda: (parting.of(pair), parting.shares(pair), parting.may_dismiss(pair)),
        lambda: (karin.exchange.way_out(space), karin.exchange.ways_out(space), karin.exchange.former(space)),
        lambda: (karin.exchange.shut_out(space), karin.exchange.is_out(space), karin.exchange.alarms()),
        lambda: karin.exchange.told(space),
    ]
    for start in (karin.start, lambda: None):  # nothing is known of the space yet; and all of it
        start()
        for question in questions:
            answered = threading.Event()

            def ask(question: Callable[[], object] = question, answered: threading.Event = answered) -> None:
                question()
                answered.set()

            screen = threading.Thread(target=ask, daemon=True)
            with karin.exchange._logs.one:
                screen.start()
                assert answered.wait(PATIENCE)
            screen.join()
    assert karin.exchange.alarms() == []


def test_that_all_is_there_is_told_before_what_is_done_beside(
    carrier: Running, karin: Person, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Replication) -> None:
        raise OSError

    monkeypatch.setattr(Replication, "_keep_keyring", fails)
    told: list[str] = []
    replication.watch(lambda: told.append(replication.standing.condition))
    replication.connect(carrier.base)
    until(lambda: "calm" in told)


def test_who_is_refused_everywhere_is_not_told_that_somebody_has_stopped_sharing(
    karin: Person, replication: Replication
) -> None:
    space = karin.meets(Person("Yusuf", "mentee"))

    def is_shut(*refused: str, allowed: str = "") -> bool:
        replication._moved(State(Condition.STUCK, refused=frozenset(refused), allowed=frozenset([allowed])))
        return karin.exchange.shut_out(space)

    assert is_shut(space)
    assert not is_shut(space, karin.spaces.personal)
    assert is_shut(space) and is_shut(), "of a space that was not asked, nobody has heard anything new"
    assert not is_shut(allowed=space)
    assert is_shut(space)
    replication.disconnect()  # and without a server none says no
    assert not karin.exchange.shut_out(space)


def test_how_this_device_carries_is_told_to_no_other(karin: Person, replication: Replication) -> None:
    replication.prefer(wifi_only=True, delayed=True)
    assert (replication.wifi_only, replication.delayed) == (True, True)
    again = Replication(karin.store, karin.spaces, karin.exchange)
    assert (again.wifi_only, again.delayed) == (True, True)
    assert [one for one in karin.store.everything(Setting) if "wifi" in one.key or "delay" in one.key] == []
    replication.prefer(delayed=False)
    assert (again.wifi_only, again.delayed) == (True, False)
