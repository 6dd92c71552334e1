"""When rounds are made and where: at once for the first change, together for a burst, only where there is a reason."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from sync.client.http import Token
from sync.client.loop import GATHER_SECONDS, TIDY_LATEST_SECONDS, Condition, Loop, State, _Wanted
from sync.errors import NoAnswer, ServerRefuses
from tests.support.patience import PATIENCE, until


class Rounds:
    """A replicator that only notes what it was asked for, and when."""

    def __init__(self) -> None:
        self.made: list[tuple[str, float]] = []
        self.heard: dict[str, bool] = {}
        self.waiting: set[str] = set()
        self.fault: Exception | None = None
        self.refused = ""
        self.listening: frozenset[str] = frozenset()
        self.events: list[tuple[bytes, int]] = []
        self.told = threading.Event()
        self.positions: dict[str, int] = {}
        self.sending: threading.Event | None = None

    def round(self, space: str, *, heard: bool = False) -> None:
        self.heard[space] = heard
        self.made.append((space, time.monotonic()))
        self.waiting.discard(space)
        if self.sending is not None:
            assert self.sending.wait(PATIENCE)
            self.positions[space] = 7
        if self.fault is not None:
            raise self.fault
        if space == self.refused:
            raise ServerRefuses(status=403, reason="forbidden")

    def waits(self, space: str) -> bool:
        return space in self.waiting

    def position(self, space: str) -> int:
        return self.positions.get(space, 0)

    def token(self, space: str) -> Token:
        return Token(bytes.fromhex(space), "token", 1e9)

    @property
    def spaces(self) -> list[str]:
        return [space for space, _ in self.made]


class Line:
    """A server of which only the stream of events is wanted."""

    def __init__(self, rounds: Rounds) -> None:
        self.rounds = rounds

    def events(self, tokens: Sequence[Token], stop: threading.Event) -> Iterator[tuple[bytes, int]]:
        for token in tokens:
            yield token.space, 0
        self.rounds.told.wait(PATIENCE)
        yield from self.rounds.events
        stop.wait(PATIENCE)

    def close(self) -> None:
        self.rounds.told.set()


ONE, OTHER = "aa" * 16, "bb" * 16


@pytest.fixture
def rounds() -> Rounds:
    return Rounds()


@pytest.fixture
def loop(rounds: Rounds) -> Iterator[Loop]:
    found = Loop(
        Line(rounds),  # type: ignore[arg-type]  # only what a loop asks for
        rounds,  # type: ignore[arg-type]  # as above
        lambda: [ONE, OTHER],
        told=lambda _: None,
        draw=lambda _low, _high: 600.0,  # what goes wrong is tried again when somebody asks, and not in between
    )
    found.start()
    until(lambda: found.state.condition is Condition.CALM and rounds.listening == {ONE, OTHER} and rests(found))
    rounds.made.clear()
    yield found
    found.stop()


def rests(loop: Loop) -> bool:
    """Whether everything that was asked for is done: its thread waits for a reason to go on, and there is none."""
    with loop._signal:
        return not loop._wanted and loop._untidy is None and bool(vars(loop._signal)["_waiters"])


def test_the_first_change_goes_at_once_and_only_where_it_was_written(
    loop: Loop, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.client.loop.GATHER_SECONDS", 600.0)  # what waits for others comes too late for `until`
    loop._monotonic = lambda: time.monotonic() + 1000  # since the last round began
    rounds.waiting.add(OTHER)
    loop.poke(written=True)
    until(lambda: bool(rounds.made))
    assert rounds.spaces == [OTHER]


def test_who_asks_once_more_is_listened_to_again_at_once(rounds: Rounds) -> None:
    class Away(Line):
        asked, back = 0, False

        def events(self, tokens: Sequence[Token], stop: threading.Event) -> Iterator[tuple[bytes, int]]:
            self.asked += 1
            if not self.back:
                raise NoAnswer(reason="away")
            yield from super().events(tokens, stop)

    line = Away(rounds)
    loop = Loop(line, rounds, lambda: [ONE], told=lambda _: None, draw=lambda _low, _high: 60.0)  # type: ignore[arg-type]  # as above
    loop.start()
    try:
        until(lambda: line.asked == 1)
        line.back = True
        loop.poke(urgent=True)
        until(lambda: rounds.listening == {ONE})
    finally:
        loop.stop()


def test_what_spaces_there_are_is_looked_up_behind_what_is_in_a_hurry(loop: Loop, rounds: Rounds) -> None:
    """A space that has just begun waits for that look and no longer, alone or beside another one."""
    new, newer = "cc" * 16, "dd" * 16
    spaces = [ONE, OTHER]
    loop._spaces = lambda: rounds.made.append(("look", 0.0)) or list(spaces)  # type: ignore[func-returns-value]
    rounds.waiting.add(ONE)
    loop.poke(written=True)
    until(lambda: "look" in rounds.spaces)
    assert rounds.spaces == [ONE, "look"]
    spaces.append(new)
    rounds.waiting |= {new, OTHER}
    loop.poke(written=True)
    until(lambda: new in rounds.spaces)
    assert rounds.spaces[2:4] == [OTHER, "look"]
    spaces.append(newer)
    rounds.waiting.add(newer)
    loop.poke(written=True)
    until(lambda: newer in rounds.spaces)


def test_what_the_server_tells_of_is_read_before_anything_is_looked_for_to_send(loop: Loop, rounds: Rounds) -> None:
    loop.poke(ONE, 7)
    until(lambda: ONE in rounds.spaces)
    rounds.waiting.add(OTHER)
    loop.poke(written=True)
    until(lambda: OTHER in rounds.spaces)
    assert rounds.heard == {ONE: True, OTHER: False}


def test_a_burst_goes_together(loop: Loop, rounds: Rounds) -> None:
    began = time.monotonic()
    for _ in range(20):
        rounds.waiting.add(ONE)
        loop.poke(written=True)
        time.sleep(GATHER_SECONDS / 10)
    until(lambda: not rounds.waiting)
    assert 2 <= len(rounds.made) <= 2 + (time.monotonic() - began) / GATHER_SECONDS


def test_what_came_from_elsewhere_makes_no_round(loop: Loop, rounds: Rounds) -> None:
    loop.poke(written=True)
    time.sleep(2 * GATHER_SECONDS)
    assert rounds.made == []


def test_the_server_says_where(loop: Loop, rounds: Rounds) -> None:
    rounds.events = [(bytes.fromhex(OTHER), 7)]
    rounds.told.set()
    until(lambda: bool(rounds.made))
    time.sleep(2 * GATHER_SECONDS)
    assert rounds.spaces == [OTHER]


def test_somebody_asks_and_everything_is_looked_at(loop: Loop, rounds: Rounds) -> None:
    loop.poke(urgent=True)
    until(lambda: rounds.spaces == [ONE, OTHER])


def test_after_a_failure_everything_is_looked_at(loop: Loop, rounds: Rounds) -> None:
    rounds.fault = NoAnswer(reason="away")
    rounds.waiting.add(OTHER)
    loop.poke(written=True)
    until(lambda: loop.state.condition is Condition.AWAY)
    rounds.fault = None
    loop.poke(urgent=True)
    until(lambda: loop.state.condition is Condition.CALM)
    assert rounds.spaces[-2:] == [ONE, OTHER]


def test_what_one_has_just_sent_is_not_fetched_again(loop: Loop, rounds: Rounds) -> None:
    """The server tells of a change before its answer to whoever wrote it has come."""
    rounds.sending = threading.Event()
    rounds.waiting = {OTHER}
    loop.poke(written=True)
    until(lambda: rounds.spaces == [OTHER])
    loop.poke(OTHER, 7)
    loop.poke(ONE, 3)  # in the other space it is news
    rounds.sending.set()
    until(lambda: ONE in rounds.spaces)
    assert rounds.spaces == [OTHER, ONE]


def test_to_look_whatever_was_heard_is_the_stronger_wish(loop: Loop, rounds: Rounds) -> None:
    rounds.positions[OTHER] = 7
    with loop._signal:
        loop.poke(OTHER)
        loop.poke(OTHER, 7)
    until(lambda: rounds.spaces == [OTHER])


def test_a_space_that_is_refused_holds_up_no_other(loop: Loop, rounds: Rounds) -> None:
    rounds.refused = ONE
    rounds.waiting.add(OTHER)
    loop.poke()
    until(lambda: not rounds.waiting)
    assert rounds.spaces == [ONE, OTHER]
    until(lambda: loop.state.condition is Condition.CALM)
    assert loop.state.refused == frozenset(), "once is no reason to tell anybody"
    loop.poke(urgent=True)
    until(lambda: loop.state.refused == {ONE})
    assert loop.state.condition is Condition.CALM


def test_a_space_that_is_refused_is_left_alone_until_somebody_asks(loop: Loop, rounds: Rounds) -> None:
    rounds.refused = ONE
    loop.poke()
    until(lambda: bool(rounds.made))
    loop.poke(urgent=True)
    until(lambda: loop.state.refused == {ONE})
    rounds.made.clear()
    for _ in range(3):
        loop.poke()
        until(lambda: bool(rounds.made) and rests(loop))
        assert set(rounds.spaces) == {OTHER}
        rounds.made.clear()
    rounds.refused = ""
    loop.poke(urgent=True)
    until(lambda: not loop.state.refused)
    assert rounds.spaces[0] == ONE


class Strict(Line):
    """A server that tells nothing of any space to a device that is out of one of them."""

    def __init__(self, rounds: Rounds) -> None:
        super().__init__(rounds)
        self.asked: list[list[str]] = []

    def events(self, tokens: Sequence[Token], stop: threading.Event) -> Iterator[tuple[bytes, int]]:
        self.asked.append([token.space.hex() for token in tokens])
        if self.rounds.refused in self.asked[-1]:
            raise ServerRefuses(status=403, reason="forbidden")
        yield from super().events(tokens, stop)


def test_where_the_stream_is_refused_a_round_finds_out_for_which_space(rounds: Rounds) -> None:
    line = Strict(rounds)
    found = Loop(line, rounds, lambda: [ONE, OTHER], told=lambda _: None, draw=lambda _, most: most / 50)  # type: ignore[arg-type]
    found._become(State(Condition.CALM))
    rounds.refused = ONE
    threading.Thread(target=found._pokes, daemon=True).start()
    until(lambda: bool(line.asked))
    until(lambda: bool(found._wanted))
    found._one_round(found._wanted)
    until(lambda: line.asked[-1] == [OTHER])
    assert line.asked.count([ONE, OTHER]) == len(line.asked) - 1
    found.stop()


def test_pauses_grow_to_hours_where_the_server_goes_on_saying_no(rounds: Rounds) -> None:
    now = [0.0]
    found = Loop(Line(rounds), rounds, lambda: [ONE, OTHER], told=lambda _: None, monotonic=lambda: now[0])  # type: ignore[arg-type]
    rounds.refused = ONE
    for minutes in range(24 * 60):
        now[0] = 60.0 * minutes
        found._one_round(_Wanted(everything=True))
    assert rounds.spaces.count(ONE) <= 13
    assert rounds.spaces.count(OTHER) == 24 * 60


def test_a_server_that_says_no_everywhere_is_not_called_calm(loop: Loop, rounds: Rounds) -> None:
    rounds.fault = ServerRefuses(status=403, reason="forbidden")
    loop.poke()
    until(lambda: loop.state.condition is Condition.STUCK)
    assert loop.state.error is not None and loop.state.error.code == ServerRefuses.code
    asked = len(rounds.made)
    for _ in range(3):  # the pauses of the whole are short at first; what is asked for in them is nothing
        loop._one_round(_Wanted(everything=True))
    assert len(rounds.made) == asked and loop.state.condition is Condition.STUCK


@pytest.fixture
def tidied(rounds: Rounds) -> tuple[Loop, list[float], list[float]]:
    """A loop that nobody started, its clock, and when it did what can wait."""
    now, done = [0.0], list[float]()
    found = Loop(
        Line(rounds),  # type: ignore[arg-type]  # as above
        rounds,  # type: ignore[arg-type]  # as above
        lambda: [ONE, OTHER],
        told=lambda _: None,
        tidy=lambda: done.append(now[0]),
        monotonic=lambda: now[0],
    )
    return found, now, done


def test_what_can_wait_is_done_when_nothing_has_come_for_a_moment(
    tidied: tuple[Loop, list[float], list[float]],
) -> None:
    loop, _, done = tidied
    loop._tidy_up(at_once=False)
    assert not done, "nothing was carried"
    loop._one_round(_Wanted(spaces={ONE: None}))
    began = time.monotonic()
    loop._tidy_up(at_once=False)
    assert len(done) == 1
    assert time.monotonic() - began >= GATHER_SECONDS * 0.9
    loop._tidy_up(at_once=False)
    assert len(done) == 1, "once is enough"


def test_what_can_wait_waits_while_changes_come_but_not_for_ever(tidied: tuple[Loop, list[float], list[float]]) -> None:
    loop, now, done = tidied
    loop._one_round(_Wanted(spaces={ONE: None}))
    loop.poke(ONE)
    for now[0] in (0.0, 0.5, TIDY_LATEST_SECONDS - 0.01):
        loop._tidy_up(at_once=False)
        assert not done
        loop._one_round(_Wanted(spaces={ONE: None}))
    now[0] = TIDY_LATEST_SECONDS
    loop._tidy_up(at_once=False)
    assert done == [TIDY_LATEST_SECONDS]


def test_whoever_asks_has_what_can_wait_done_at_once_and_whoever_stops_not_at_all(
    tidied: tuple[Loop, list[float], list[float]], rounds: Rounds
) -> None:
    loop, _, done = tidied
    rounds.fault = NoAnswer(reason="unreachable")
    loop._one_round(_Wanted(everything=True))
    loop._tidy_up(at_once=True)
    assert not done, "the round was none"
    rounds.fault = None
    loop._one_round(_Wanted(everything=True))
    loop.poke(ONE)
    loop._tidy_up(at_once=True)
    assert len(done) == 1
    loop._one_round(_Wanted(everything=True))
    loop.stop()
    loop._tidy_up(at_once=True)
    assert len(done) == 1


def test_what_fails_beside_does_not_end_the_rounds(rounds: Rounds) -> None:
    tried = threading.Event()

    def fails() -> None:
        tried.set()
        raise RuntimeError

    loop = Loop(Line(rounds), rounds, lambda: [ONE], told=lambda _: None, tidy=fails)  # type: ignore[arg-type]  # as above
    loop.start()
    assert tried.wait(PATIENCE)
    made = len(rounds.made)
    loop.poke(urgent=True)
    until(lambda: len(rounds.made) > made)
    loop.stop()
