"""Rounds with servers that lie, lose, cut, repeat and say no: nothing is lost, nothing false is taken, and it is told."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from app.model.commands import AddTask, Delete, Erase, SetGoal
from app.model.entities import Goal, Mentorship, Task
from app.services.sharing.shelf import AlarmKind
from sync.client.http import Page, Pushed, Token
from sync.client.replicator import FRESH_SECONDS, Replicator
from sync.errors import (
    LogFork,
    LogGap,
    LogUnknown,
    NoAnswer,
    OddAnswer,
    ServerBusy,
    ServerRefuses,
    SessionOver,
    SpaceDeletedThere,
    SyncError,
)
from sync.protocol import Envelope, Kind, cut_frames, read_purged, write_frames
from sync.signing import Genesis
from tests.support.pair import PSK, Person


class Fake:
    """A server in memory that keeps the rules of `docs/spec/sync-http.md`, unless a test makes it break one."""

    def __init__(self) -> None:
        self.logs: dict[bytes, list[Envelope]] = {}
        self.known: set[tuple[bytes, bytes]] = set()
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda name: None
        self.after: Callable[[str], None] = lambda name: None
        self.shown: Callable[[list[Envelope]], list[Envelope]] = lambda log: log
        self.over = False
        self.line: float = float("inf")
        """So many bytes it carries before the time of one question is over."""
        self.most = 3
        """Envelopes in a page."""

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.before(name)

    def session(self, space: bytes, keys: Any) -> Token:
        self._called("session")
        if space not in self.logs and (space, keys.id) not in self.known:
            raise ServerRefuses(status=403, reason="forbidden")
        return Token(space, "token", 1e12)

    def introduce(self, space: bytes, keys: Any, invitation: str | None = None) -> None:
        self._called("introduce")
        self.known.add((space, keys.id))

    def found(self, token: Token, genesis: bytes, frames: bytes) -> Pushed:
        Genesis.read(genesis, token.space)
        new = token.space not in self.logs
        self.logs.setdefault(token.space, [])
        try:
            return self.push(token, frames)
        except BaseException:
            if new:
                del self.logs[token.space]
            raise

    def push(self, token: Token, frames: bytes) -> Pushed:
        self._called("push")
        if len(frames) > self.line:
            raise ServerRefuses(status=408, reason="slow")
        if self.over:
            self.over = False
            raise SessionOver
        log = self.logs[token.space]
        fresh: list[Envelope] = []
        for envelope in map(Envelope.read, cut_frames(frames)):
            chain = [one for one in [*log, *fresh] if one.header.device == envelope.header.device]
            there = next((one for one in chain if one.header.sequence == envelope.header.sequence), None)
            if there is not None and there.id != envelope.id:
                raise LogFork(envelope.header.device, envelope.header.sequence, there.to_bytes())
            if there is None and envelope.header.sequence != len(chain) + 1:
                last = chain[-1] if chain else None
                raise LogGap(envelope.header.device, len(chain), last.id if last else None)
            if there is None:
                fresh.append(envelope)
            elif envelope.whole and not there.whole:
                log[log.index(there)] = envelope
        log += fresh
        self.after("push")
        return Pushed(len(log), len(fresh))

    def pull(self, token: Token, after: int, *, at: bytes | None = None, limit: int = 500) -> Page:
        self._called("pull")
        if token.space not in self.logs:
            raise ServerRefuses(status=403, reason="forbidden")
        log = self.shown(list(self.logs[token.space]))
        if at is not None and after <= len(log) and log[after - 1].id != at:
            raise LogUnknown
        page = write_frames(log[after : after + min(self.most, limit)])
        if len(page) > self.line:
            raise NoAnswer(reason="late")
        return Page(len(log), page)

    def begin_again(self, space: bytes, keys: Any, genesis: bytes, invitation: str | None = None) -> Token:
        self._called("begin_again")
        return Token(space, "token", 1e12)

    def heads(self, token: Token) -> tuple[int, dict[bytes, tuple[int, bytes]]]:
        self._called("heads")
        log = self.shown(list(self.logs[token.space]))
        found = {one.header.device: (one.header.sequence, one.id) for one in log}
        return len(log), found


class Two:
    """Karin and Yusuf, paired, with one server between them."""

    def __init__(self) -> None:
        self.server = Fake()
        self.karin, self.yusuf = Person("Karin", careful=False), Person("Yusuf", "mentee", careful=False)
        self.space = self.karin.meets(self.yusuf)
        self.new_replicators()

    def new_replicators(self) -> None:
        self.seconds = 0.0
        self.hers, self.his = (
            Replicator(self.server, person.exchange, monotonic=lambda: self.seconds)  # type: ignore[arg-type]
            for person in (self.karin, self.yusuf)
        )

    def writes(self, person: Person, title: str) -> None:
        person.store.execute(SetGoal(title=title, mentorship=next(person.store.everything(Mentorship)).id))

    def calm(self) -> None:
        for _ in range(3):
            self.hers.round(self.space)
            self.his.round(self.space)

    def told(self) -> set[str]:
        return {alarm.kind for person in (self.karin, self.yusuf) for alarm in person.exchange.alarms()}

    @property
    def log(self) -> list[Envelope]:
        return self.server.logs[bytes.fromhex(self.space)]


def titles(person: Person) -> set[str]:
    return {goal.title for goal in person.store.everything(Goal)}


@pytest.fixture
def two() -> Two:
    return Two()


def test_an_honest_server_raises_no_alarm_and_calm_rounds_cost_one_question(two: Two) -> None:
    for number in range(6):
        two.writes(two.karin, f"k{number}")
        two.hers.round(two.space)
        two.writes(two.yusuf, f"y{number}")
        two.his.round(two.space)
    two.calm()
    assert titles(two.karin) == titles(two.yusuf)
    assert len(titles(two.karin)) == 12
    assert two.told() == set()
    two.server.calls.clear()
    two.hers.round(two.space)
    assert two.server.calls == ["pull"]


def test_a_change_costs_a_push_and_is_not_pulled_back(two: Two) -> None:
    two.calm()
    two.writes(two.karin, "one change")
    two.server.calls.clear()
    done = two.hers.round(two.space)
    assert two.server.calls == ["push"]
    assert done.sent == 1
    assert two.karin.exchange.cursor(two.space)[0] == len(two.log)
    assert not two.hers.waits(two.space)


@pytest.mark.parametrize("asked", [(SessionOver, SpaceDeletedThere), (SpaceDeletedThere, SessionOver)])
def test_a_new_session_and_a_new_beginning_may_both_be_asked_for_but_neither_for_ever(
    two: Two, monkeypatch: pytest.MonkeyPatch, asked: tuple[type[SyncError], ...]
) -> None:
    two.calm()
    faults = list(asked)

    def before(name: str) -> None:
        if name == "pull" and faults:
            raise faults.pop(0)

    two.server.before = before
    monkeypatch.setattr(two.karin.exchange, "may_begin_again", lambda _: True)
    two.writes(two.karin, "after all")
    two.server.calls.clear()
    assert two.hers.waits(two.space)
    two.hers.round(two.space, heard=True)
    assert not two.hers.waits(two.space)
    assert (faults, two.server.calls.count("begin_again")) == ([], 1)
    for fault in asked:
        faults[:] = [*asked, fault]
        with pytest.raises(fault):
            two.hers.round(two.space, heard=True)
    monkeypatch.setattr(two.karin.exchange, "may_begin_again", lambda _: False)
    faults[:] = asked
    with pytest.raises(SpaceDeletedThere):
        two.hers.round(two.space, heard=True)


def test_what_was_read_a_while_ago_is_read_again_before_anything_is_sealed(two: Two) -> None:
    two.calm()
    two.karin.exchange.dismiss(two.space, party_of_root=two.yusuf.spaces.root.hex())
    two.hers.round(two.space)
    two.writes(two.yusuf, "after he was taken out, which he does not know")
    two.seconds += FRESH_SECONDS
    two.server.calls.clear()
    two.his.round(two.space)
    assert two.server.calls == ["pull"], "he has read that he is out, so nothing is sealed"


def test_while_the_server_tells_of_news_nothing_is_asked_before_writing(two: Two) -> None:
    two.calm()
    two.hers.listening = frozenset({two.space})
    two.seconds += 10 * FRESH_SECONDS
    two.writes(two.karin, "one change")
    two.server.calls.clear()
    two.hers.round(two.space)
    assert two.server.calls == ["push"]


def test_news_that_the_server_has_told_of_are_read_before_anything_is_sent(two: Two) -> None:
    two.calm()
    two.writes(two.yusuf, "his")
    two.his.round(two.space)
    two.writes(two.karin, "hers")
    two.server.calls.clear()
    two.hers.round(two.space, heard=True)
    assert two.server.calls == ["pull", "push"]
    assert titles(two.karin) == {"his", "hers"}


def test_what_others_wrote_meanwhile_is_read_although_nothing_was_asked_first(two: Two) -> None:
    two.calm()
    two.writes(two.yusuf, "his")
    two.his.round(two.space)
    two.writes(two.karin, "hers")
    two.server.calls.clear()
    two.hers.round(two.space)
    assert two.server.calls == ["push", "pull"]
    assert titles(two.karin) == {"his", "hers"}
    assert two.karin.exchange.cursor(two.space)[0] == len(two.log)


@pytest.mark.parametrize("name", ["session", "introduce", "push", "pull", "heads"])
@pytest.mark.parametrize("fault", [NoAnswer(reason="away"), ServerBusy(after=3), OddAnswer(reason="json")])
def test_every_call_may_fail_and_the_next_round_goes_on(two: Two, name: str, fault: SyncError) -> None:
    two.writes(two.karin, "whatever happens")

    def fail(called: str) -> None:
        if called == name:
            two.server.before = lambda _: None
            raise fault

    two.server.before = fail
    for _ in range(2):
        try:
            two.hers.round(two.space)
        except SyncError as exc:
            assert exc is fault
    two.calm()
    assert titles(two.yusuf) == {"whatever happens"}
    assert two.karin.exchange.waiting(two.space) == 0
    assert two.told() == set()


def test_what_was_stored_though_the_answer_was_cut_is_not_doubled(two: Two) -> None:
    two.calm()
    two.writes(two.karin, "stored, and the answer cut")

    def cut(_: str) -> None:
        two.server.after = lambda _: None
        raise NoAnswer(reason="late")

    two.server.after = cut
    with pytest.raises(NoAnswer):
        two.hers.round(two.space)
    before = len(two.log)
    two.calm()
    assert len([one for one in two.log if one.header.device == two.karin.exchange.keys(two.space).id]) <= before
    assert titles(two.yusuf) == {"stored, and the answer cut"}
    assert two.told() == set()


def test_a_slow_line_carries_a_little_at_a_time(two: Two) -> None:
    two.calm()
    for number in range(30):
        two.writes(two.karin, f"{number} " + "x" * 290)
        two.karin.exchange.seal(two.space)
    two.server.line = 18_000  # of 24,000 that wait
    late = 0
    for replicator in (two.hers, two.his):
        for _ in range(8):
            try:
                replicator.round(two.space)
            except NoAnswer:
                late += 1
    assert late
    assert len(titles(two.yusuf)) == 30
    assert two.told() == set()


def test_a_slow_line_gets_small_pages(two: Two) -> None:
    two.calm()
    for number in range(20):
        two.writes(two.karin, f"{number} " + "x" * 290)
        two.hers.round(two.space)
    two.server.most, two.server.line = 500, 9_000  # of 16,000 that are new
    for _ in range(6):
        with contextlib.suppress(NoAnswer):
            two.his.round(two.space)
    assert len(titles(two.yusuf)) == 20


def test_a_session_that_is_over_is_renewed(two: Two) -> None:
    two.calm()
    two.writes(two.karin, "after a quarter of an hour")
    two.server.over = True
    two.hers.round(two.space)
    two.his.round(two.space)
    assert titles(two.yusuf) == {"after a quarter of an hour"}


def test_a_server_that_forgets_everything_is_healed_and_told_of(two: Two) -> None:
    for number in range(4):
        two.writes(two.karin, f"k{number}")
        two.writes(two.yusuf, f"y{number}")
        two.calm()
    two.server.logs.clear()
    two.server.known.clear()
    two.new_replicators()
    two.calm()
    assert len(titles(two.karin)) == 8
    assert titles(two.karin) == titles(two.yusuf)
    heads = two.karin.exchange.heads(two.space)
    assert two.told() == {AlarmKind.ROLLBACK}
    assert {one.header.device: one.header.sequence for one in two.log} == {
        d: link.sequence for d, link in heads.items()
    }


@pytest.mark.parametrize("kept", range(2, 9))
def test_a_server_that_goes_back_to_any_earlier_state_is_healed_and_told_of(two: Two, kept: int) -> None:
    for number in range(3):
        two.writes(two.karin, f"k{number}")
        two.writes(two.yusuf, f"y{number}")
        two.calm()
    whole = {one.id for one in two.log}
    del two.log[kept:]
    two.calm()
    assert {one.id for one in two.log} >= whole
    assert titles(two.karin) == titles(two.yusuf)
    assert len(titles(two.karin)) == 6
    assert two.told() == {AlarmKind.ROLLBACK}


def test_another_server_has_lost_nothing_until_all_was_there(two: Two) -> None:
    for address in ("https://one.example:443", "https://other.example:443"):
        two.server = Fake()
        two.new_replicators()
        for person in (two.karin, two.yusuf):
            person.exchange.carried_by(address, chosen=True)
        two.his.round(two.space)  # he puts the space there, and lacks what she said last
        two.calm()
        assert titles(two.karin) == titles(two.yusuf) and two.told() == set(), address
        two.writes(two.karin, f"The last word at {address}")
        two.hers.round(two.space)
    two.calm()
    assert len(titles(two.yusuf)) == 2
    del two.log[4:]
    two.calm()
    assert two.told() == {AlarmKind.ROLLBACK}


def test_what_is_held_back_from_one_is_told_as_soon_as_another_speaks_of_it(two: Two) -> None:
    """A missing end leaves no gap: it is the words of whoever has seen it that name it."""
    amina = Person("Amina", careful=False)
    two.karin.exchange.add(two.space, amina.spaces.introduction(two.space, "Amina"), psk=PSK)
    two.calm()
    genesis, log = two.karin.spaces.genesis(two.space), two.karin.exchange.outgoing(two.space)
    amina.exchange.adopt(genesis, log, two.karin.spaces.root, psks=[PSK])
    third = Replicator(two.server, amina.exchange, monotonic=lambda: two.seconds)  # type: ignore[arg-type]
    third.round(two.space)
    two.writes(two.karin, "hidden from Amina")
    two.hers.round(two.space)
    hidden = two.log[-1].id
    two.server.shown = lambda log: [one for one in log if one.id != hidden]
    third.round(two.space)
    assert amina.exchange.alarms() == [], "nobody can know yet"
    two.server.shown = lambda log: log
    two.his.round(two.space)
    two.writes(two.yusuf, "I have seen it")
    two.his.round(two.space)
    two.server.shown = lambda log: [one for one in log if one.id != hidden]
    third.round(two.space)
    assert titles(amina) == {"I have seen it"}
    assert [alarm.kind for alarm in amina.exchange.alarms()] == [AlarmKind.WITHHELD]
    two.server.shown = lambda log: log
    third.round(two.space)
    assert titles(amina) == {"hidden from Amina", "I have seen it"}


def long_text() -> str:
    """Words that no packing makes short: more than an envelope holds."""
    return "".join(chr(0x4E00 + at * 104729 % 20000) for at in range(50_000))


@pytest.mark.parametrize("pieces", ["one", "several"])
def test_a_body_that_nobody_erased_is_told_when_it_is_missing_and_taken_from_whoever_has_it(
    two: Two, pieces: str
) -> None:
    two.calm()
    mentorship = next(two.karin.store.everything(Mentorship)).id
    before = len(two.log)
    two.karin.store.execute(
        AddTask(text="Words", notes=long_text() if pieces == "several" else "", mentorship=mentorship)
    )
    two.hers.round(two.space)
    said = two.log[before:]
    assert (len(said) > 2) is (pieces == "several")
    robbed = said[len(said) // 2]
    two.server.shown = lambda log: [one.stripped() if one.id == robbed.id else one for one in log]
    two.his.round(two.space)
    two.writes(two.yusuf, "His own")
    for _ in range(2):
        two.his.round(two.space)
        two.hers.round(two.space)
    assert list(two.yusuf.store.everything(Task)) == []
    assert [(alarm.kind, alarm.count) for alarm in two.yusuf.exchange.alarms()] == [(AlarmKind.WITHHELD, 1)]
    known = two.karin.exchange.known_to_others(two.space)
    assert known[robbed.header.device] == robbed.header.sequence - 1, "he does not say to have what he cannot read"
    two.yusuf.start()  # and it is remembered
    two.yusuf.exchange.take(two.space, two.karin.exchange.outgoing(two.space, known))
    (task,) = two.yusuf.store.everything(Task)
    assert (task.text, task.notes) == ("Words", long_text() if pieces == "several" else "")
    two.new_replicators()
    two.server.shown = lambda log: log
    two.yusuf.exchange.told(two.space)
    two.calm()
    two.writes(two.yusuf, "And now he says so")
    two.calm()
    assert two.karin.exchange.known_to_others(two.space)[robbed.header.device] >= robbed.header.sequence
    assert two.told() == set()


def test_whoever_has_a_body_that_the_server_shows_without_gives_it_back(two: Two) -> None:
    two.calm()
    two.writes(two.karin, "Whole")
    two.hers.round(two.space)
    two.log[-1] = two.log[-1].stripped()
    two.karin.exchange.read_again(two.space)
    two.hers.round(two.space)
    assert two.log[-1].whole
    two.calm()
    assert titles(two.yusuf) == {"Whole"} and two.told() == set()


@pytest.mark.parametrize("most", [1, 500])
def test_what_its_author_has_erased_is_not_missed(two: Two, most: int) -> None:
    two.server.most = most
    two.calm()
    two.writes(two.karin, "To be forgotten")
    two.hers.round(two.space)
    goal = next(two.karin.store.everything(Goal)).id
    two.karin.store.execute(Delete(kind="goal", id=goal))
    two.karin.store.execute(Erase(kind="goal", id=goal))
    two.hers.round(two.space)
    purged = {id for one in two.log if one.header.kind is Kind.PURGE for id in read_purged(one)}
    assert purged
    two.server.logs[bytes.fromhex(two.space)] = [one.stripped() if one.id in purged else one for one in two.log]
    two.calm()
    assert titles(two.yusuf) == set() and two.told() == set()
    assert two.yusuf.exchange.lacking(two.space) == 0
    # A purge may also have come first, from another device of the same person; nobody else's counts.
    erased = two.yusuf.exchange._shelf.purged(two.space, two.yusuf.exchange.authority(two.space), [])
    assert {one.id for one in two.log if erased(one)} == purged
    theirs = [one for one in two.log if one.header.device == two.yusuf.exchange.keys(two.space).id]
    assert not any(erased(one) for one in theirs)


def test_a_gap_in_a_page_moves_no_cursor_and_is_told(two: Two) -> None:
    two.calm()
    for number in range(3):
        two.writes(two.karin, f"k{number}")
        two.hers.round(two.space)
    missing = two.log[-2].id
    two.server.shown = lambda log: [one for one in log if one.id != missing]
    before = two.yusuf.exchange.cursor(two.space)[0]
    two.his.round(two.space)
    assert titles(two.yusuf) == {"k0"}
    assert two.yusuf.exchange.cursor(two.space)[0] == before
    assert AlarmKind.WITHHELD in {alarm.kind for alarm in two.yusuf.exchange.alarms()}
    for _ in range(3):  # it goes on, and is one thing to tell
        two.his.round(two.space)
    assert [alarm.count for alarm in two.yusuf.exchange.alarms()] == [1]
    two.yusuf.exchange.told(two.space)
    two.his.round(two.space)
    assert two.yusuf.exchange.alarms() == []
    two.server.shown = lambda log: log
    two.calm()
    assert titles(two.yusuf) == {"k0", "k1", "k2"}
    two.writes(two.karin, "k3")
    two.hers.round(two.space)
    missing = two.log[-1].id
    two.writes(two.karin, "k4")
    two.hers.round(two.space)
    two.server.shown = lambda log: [one for one in log if one.id != missing]
    two.his.round(two.space)  # once it was over, the same is told again
    assert [alarm.kind for alarm in two.yusuf.exchange.alarms()] == [AlarmKind.WITHHELD]


def test_a_space_that_is_put_there_on_a_slow_line_goes_on_where_it_broke(two: Two) -> None:
    mentorship = next(two.karin.store.everything(Mentorship)).id
    for number in range(6):
        long = "".join(chr(0x4E00 + (number * 7919 + at * 104729) % 20000) for at in range(9000))
        two.karin.store.execute(AddTask(text=f"{number}", notes=long, mentorship=mentorship))
        two.karin.exchange.seal(two.space)
    sizes = [len(one.to_bytes()) for one in two.karin.exchange.outgoing(two.space)]
    two.server.line = max(sizes) + 100
    rounds = 0
    stored = []
    while rounds < 12 and two.karin.exchange.unsent(two.space):
        rounds += 1
        with contextlib.suppress(NoAnswer):
            two.hers.round(two.space)
        stored.append(len(two.server.logs.get(bytes.fromhex(two.space), [])))
    assert two.karin.exchange.unsent(two.space) == [] and stored[-1] == len(sizes)
    assert stored == sorted(stored) and rounds <= 6
    two.server.line = float("inf")
    two.new_replicators()
    two.calm()
    assert len(list(two.yusuf.store.everything(Task))) == 6


def test_a_log_in_another_order_is_read_again_and_comes_to_the_same(two: Two) -> None:
    for number in range(3):
        two.writes(two.karin, f"k{number}")
        two.writes(two.yusuf, f"y{number}")
        two.calm()
    mine = two.karin.exchange.keys(two.space).id
    two.log.sort(key=lambda one: (one.header.device != mine, one.header.sequence))
    two.writes(two.yusuf, "after the shuffle")
    two.calm()
    assert titles(two.karin) == titles(two.yusuf)
    assert len(titles(two.karin)) == 7
    assert AlarmKind.FORK not in two.told()


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bits_never_get_in_and_are_told(two: Two, seed: int) -> None:
    two.calm()
    two.writes(two.karin, "as it was written")
    two.hers.round(two.space)
    chance = random.Random(seed)
    good = two.log[-1]
    raw = bytearray(good.to_bytes())
    raw[chance.randrange(2, len(raw))] ^= 1 << chance.randrange(8)
    try:
        two.log[-1] = Envelope.read(bytes(raw))
    except SyncError:
        return  # not even an envelope: `read_frames` refuses the page
    with contextlib.suppress(SyncError):
        two.his.round(two.space)
    assert titles(two.yusuf) == set()
    two.log[-1] = good
    two.calm()
    assert titles(two.yusuf) == {"as it was written"}


def test_another_spaces_envelopes_are_refused(two: Two) -> None:
    two.calm()
    other = Two()
    other.writes(other.karin, "of somebody else")
    other.calm()
    two.log.append(other.log[-1])
    two.his.round(two.space)
    assert titles(two.yusuf) == set()
    assert two.told() == {AlarmKind.FOREIGN}


def test_a_page_of_nonsense_is_told_and_changes_nothing(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.calm()
    cursor = two.karin.exchange.cursor(two.space)
    monkeypatch.setattr(two.server, "pull", lambda *_, **__: Page(99, b"\0\0\0\7nonsens"))
    with pytest.raises(OddAnswer):
        two.hers.round(two.space)
    assert two.karin.exchange.cursor(two.space) == cursor


def test_a_server_that_contradicts_itself_for_ever_ends_the_round(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.calm()

    def never(*_: object, **__: object) -> Page:
        raise LogUnknown

    monkeypatch.setattr(two.server, "pull", never)
    with pytest.raises(OddAnswer):
        two.hers.round(two.space)


@pytest.mark.parametrize("seed", range(6))
def test_any_mixture_of_rounds_cuts_and_restarts_agrees_within_three_calm_rounds(seed: int) -> None:
    chance = random.Random(seed)
    two = Two()
    written = set()

    def maybe(_: str) -> None:
        if chance.random() < 0.25:
            raise NoAnswer(reason="late")

    two.server.before = two.server.after = maybe
    for number in range(25):
        person = chance.choice((two.karin, two.yusuf))
        step = chance.random()
        if step < 0.45:
            two.writes(person, f"{person.name} {number}")
            written.add(f"{person.name} {number}")
        elif step < 0.55:
            person.start()
            two.new_replicators()
        else:
            with contextlib.suppress(SyncError):
                (two.hers if person is two.karin else two.his).round(two.space)
    two.server.before = two.server.after = lambda _: None
    two.calm()
    assert titles(two.karin) == titles(two.yusuf) == written
    assert two.karin.exchange.heads(two.space) == two.yusuf.exchange.heads(two.space)
    assert two.told() == set()
