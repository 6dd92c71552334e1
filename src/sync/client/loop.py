"""Goes on by itself: a round when something was written, when the server says so, and after every failure a while later.

Two threads: one makes the rounds, the other waits for the server's pokes. Neither holds up anything else. When the
app goes to sleep the loop is stopped; what waits is durable and goes with the next start.
"""

import enum
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from sync.client.http import Server, Token
from sync.client.replicator import Replicator
from sync.errors import (
    BadServerCertificate,
    NoAnswer,
    OddAnswer,
    ServerBusy,
    ServerRefuses,
    SessionOver,
    SpaceDeletedThere,
    SyncError,
)

log = logging.getLogger(__name__)

FIRST_SECONDS: Final = 1.0
LONGEST_SECONDS: Final = 300.0
"""Back-off after failures: doubled each time, and any moment within it (full jitter), so that a server that comes back
is not met by everybody at once."""

REFUSED_SECONDS: Final = 60.0
REFUSED_LONGEST_SECONDS: Final = 6 * 3600.0
"""How long a space is left alone to which the server says no (somebody was taken out there, it was deleted there): doubled
each time. A person who asks is not kept waiting."""

CALM_SECONDS: Final = 120.0
"""A round without any reason: a poke may have been lost."""

TOKENS_MOST: Final = 32
"""Spaces that are listened to at once; the others are looked at every `CALM_SECONDS`."""

GATHER_SECONDS: Final = 0.15
"""Rounds follow each other no faster: the first change of a burst goes at once, the others together."""

TIDY_LATEST_SECONDS: Final = 2.0
"""How long what can wait does wait while changes keep coming."""


class Condition(enum.StrEnum):
    """How things are between this device and the server."""

    OFF = "off"
    WORKING = "working"
    AWAY = "away"
    """No network, no server, or it asks to wait; everything goes on later by itself."""
    CALM = "calm"
    """Everything written has been handed over, everything there has been read."""
    STUCK = "stuck"
    """The server says no, or says nonsense: a person has to look."""


@dataclass(frozen=True, slots=True)
class State:
    """What the loop knows, for one grey row."""

    condition: Condition = Condition.OFF
    error: SyncError | None = None
    since: float = 0.0
    """When everything was last alike, in seconds since 1970; 0 if never."""
    refused: frozenset[str] = frozenset()
    """Spaces in which the server says no to this device; the others go on."""
    allowed: frozenset[str] = frozenset()
    """Spaces in which it has not said no since it was last asked there."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """A space that is left alone for a while."""

    until: float
    times: int
    error: SyncError


@dataclass
class _Wanted:
    """Why a round is made, and so where."""

    everything: bool = False
    written: bool = False
    urgent: bool = False
    spaces: dict[str, int | None] = field(default_factory=dict)
    """Where there may be something new, and the head that was heard there, if one was."""

    def __bool__(self) -> bool:
        return self.everything or self.written or self.urgent or bool(self.spaces)

    def includes(self, space: str, replicator: Replicator) -> bool:
        """Whether there may be something to do in that space."""
        if self.everything or (self.written and replicator.waits(space)):
            return True
        if space not in self.spaces:
            return False
        head = self.spaces[space]  # it may be that of one's own change, heard before the answer to it had come
        return head is None or head != replicator.position(space)


class Loop:
    """Rounds for all shared spaces with one server, until `stop`."""

    def __init__(
        self,
        server: Server,
        replicator: Replicator,
        spaces: Callable[[], Sequence[str]],
        *,
        told: Callable[[State], None],
        tidy: Callable[[], None] = lambda: None,
        draw: Callable[[float, float], float] = random.uniform,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._monotonic = monotonic
        self._replicator = replicator
        self._spaces = spaces
        self._told = told
        self._tidy = tidy
        """What is done beside, once a round has left everything alike and nobody asks for more: somebody may be looking
        at the screen on which a change is to stand, and two of these devices may be one machine.
        """
        self._untidy: float | None = None
        """When the first round ended calm after which that was not done yet."""
        self._draw = draw
        self._clock = clock
        self._signal = threading.Condition()
        self._wanted = _Wanted()
        self._stopped = threading.Event()
        self._again = threading.Event()
        """The server is there again, or somebody did not want to wait: whoever rests from listening need not."""
        self._threads: list[threading.Thread] = []
        self._rests: dict[str, _Rest] = {}
        self._allowed: set[str] = set()
        self._known: Sequence[str] = ()
        """The spaces as they were after the last round."""
        self.state = State()

    def start(self) -> None:
        """Begin, with a round at once."""
        for name, work in (("fika-rounds", self._rounds), ("fika-pokes", self._pokes)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def poke(self, space: str = "", head: int | None = None, *, written: bool = False, urgent: bool = False) -> None:
        """There may be something to do: in that space, or wherever something was `written` here, or everywhere.

        With a `head`, only if that is not where this device is when the round begins.

        `urgent` (a person asks, the network is back) cuts a pause after a failure short.
        """
        with self._signal:
            wanted = self._wanted
            if space:
                # To look there whatever was heard is the stronger wish.
                wanted.spaces[space] = head if wanted.spaces.get(space, head) is not None else None
            elif written:
                wanted.written = True
            else:
                wanted.everything = True
            wanted.urgent = wanted.urgent or urgent
            self._signal.notify_all()

    def stop(self, wait: float = 5.0) -> None:
        """End, and wait that long for a round that is under way."""
        self._stopped.set()
        self._again.set()
        with self._signal:
            self._signal.notify_all()
        self._server.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(wait)
        self._become(replace(self.state, condition=Condition.OFF, error=None))

    # ------------------------------------------------------------------ inside

    def _rounds(self) -> None:
        failures = 0
        everything = True
        while not self._stopped.is_set():
            began = self._monotonic()
            with self._signal:
                wanted, self._wanted = self._wanted, _Wanted()
            if everything or not wanted:
                wanted.everything = True
            fault = self._one_round(wanted)
            if fault is None and (failures or wanted.urgent):
                self._again.set()
            failures = 0 if fault is None else failures + 1
            everything = fault is not None
            if fault is None:
                self._tidy_up(at_once=wanted.everything or wanted.urgent)
                self._pause(CALM_SECONDS, patient=False)
            else:
                told = fault.facts.get("after", 0) if isinstance(fault, ServerBusy) else 0
                # Nothing but time mends a server that says no.
                tired = failures if isinstance(fault, NoAnswer | ServerBusy) else failures + 3
                self._pause(min(max(self._back_off(tired), float(told)), LONGEST_SECONDS), patient=True)
            self._stopped.wait(max(0.0, began + GATHER_SECONDS - self._monotonic()))

    def _one_round(self, wanted: "_Wanted") -> Exception | None:
        """A round in every space where there may be something to do; what went wrong, if anything did.

        What the server says no to in one space (somebody was taken out there, there is no room) holds up no other.
        """
        refused: SyncError | None = None
        try:
            hurried = self._in_a_hurry(wanted)
            carried = self._known if hurried else self._spaces()
            self._rests = {space: rest for space, rest in self._rests.items() if space in carried}
            spaces = hurried or [space for space in carried if wanted.includes(space, self._replicator)]
            if not wanted.urgent:
                spaces = [space for space in spaces if not self._rests_now(space)]
            if not spaces and not wanted.everything:
                return None
            self._become(replace(self.state, condition=Condition.WORKING))
            for space in spaces:
                if self._stopped.is_set():
                    return None
                try:
                    self._replicator.round(space, heard=wanted.spaces.get(space) is not None)
                    self._rests.pop(space, None)
                    self._allowed.add(space)
                except (NoAnswer, ServerBusy, BadServerCertificate):
                    raise
                except SyncError as exc:
                    if _is_about_the_space(exc):
                        self._rest(space, exc)
                    else:
                        refused = refused or exc
            if refused is None and self._rests and self._rests.keys() >= set(carried):
                refused = self._rests[carried[0]].error  # it is not about one of them
            if refused is not None:
                raise refused
            self._known = self._spaces() if hurried else carried
            if wanted.written and not set(self._known) <= set(carried):
                self.poke(written=True)  # a space that has just begun
        except (NoAnswer, ServerBusy) as exc:
            self._become(self._standing(Condition.AWAY, exc))
            return exc
        except SyncError as exc:
            self._become(self._standing(Condition.STUCK, exc))
            return exc
        except Exception as exc:  # noqa: BLE001 - the vault may be locked meanwhile; a thread that vanished could not go on
            if not self._stopped.is_set():
                log.error("a round failed: %s", type(exc).__name__)
                self._become(replace(self.state, condition=Condition.STUCK, error=None))
            return exc
        self._become(self._standing(Condition.CALM, since=self._clock()))
        if self._untidy is None:
            self._untidy = self._monotonic()
        return None

    def _tidy_up(self, *, at_once: bool) -> None:
        """Do what can wait, unless something comes that cannot."""
        if self._untidy is None or self._stopped.is_set():
            return
        left = 0.0 if at_once else min(GATHER_SECONDS, self._untidy + TIDY_LATEST_SECONDS - self._monotonic())
        with self._signal:
            if left > 0.0 and self._signal.wait_for(lambda: self._stopped.is_set() or bool(self._wanted), timeout=left):
                return
        self._untidy = None
        self._call(self._tidy)

    def _rest(self, space: str, error: SyncError) -> None:
        """The server says no there: later again."""
        before = self._rests.get(space)
        times = before.times + 1 if before else 0
        pause = min(REFUSED_SECONDS * 2 ** min(times, 16), REFUSED_LONGEST_SECONDS)
        self._rests[space] = _Rest(self._monotonic() + pause, times, error)
        self._allowed.discard(space)

    def _standing(self, condition: Condition, error: SyncError | None = None, since: float | None = None) -> State:
        """With where the server has said no more than once (one that was put back, and is being healed, says no for a
        while), and where it has not. Of what was not asked yet, nobody knows.
        """
        refused = frozenset(space for space, rest in self._rests.items() if rest.times)
        return State(condition, error, self.state.since if since is None else since, refused, frozenset(self._allowed))

    def _rests_now(self, space: str) -> bool:
        rest = self._rests.get(space)
        return rest is not None and self._monotonic() < rest.until

    def _in_a_hurry(self, wanted: "_Wanted") -> list[str]:
        """Where somebody waits for what is new, among the spaces that are known to be carried: enough to begin with.

        Which spaces there are is looked up afterwards then; it takes as long as a whole question to the server.
        """
        if wanted.everything or wanted.urgent:
            return []
        return [space for space in self._known if wanted.includes(space, self._replicator)]

    def _pause(self, seconds: float, *, patient: bool) -> None:
        """Wait until there is a reason to go on. After a failure (`patient`) only an urgent one is."""
        with self._signal:
            self._signal.wait_for(
                lambda: self._stopped.is_set() or self._wanted.urgent or (bool(self._wanted) and not patient),
                timeout=seconds,
            )

    def _back_off(self, failures: int) -> float:
        return self._draw(0.0, min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(failures, 12)))

    def _pokes(self) -> None:
        """Wait for the server to say that something is new; by long poll where a stream of events does not get through."""
        failures = 0
        streams = True
        while not self._stopped.is_set():
            if self.state.condition is not Condition.CALM:
                self._stopped.wait(0.2)  # before the first round there is nothing to wait behind
                continue
            try:
                self._listen(streams)
                failures = 0
            except OddAnswer:
                streams = False
            except SyncError as exc:
                failures += 1
                if failures == 1 and (isinstance(exc, SessionOver) or _is_about_the_space(exc)):
                    self.poke()  # one space is enough for a no: a round finds out which, and that one is left alone then
                failures = self._rested(failures)
            except Exception as exc:  # noqa: BLE001 - as in a round
                failures += 1
                if not self._stopped.is_set():
                    log.error("waiting for pokes failed: %s", type(exc).__name__)
                failures = self._rested(failures)

    def _rested(self, failures: int) -> int:
        """Wait before listening again; how many failures count from here on."""
        if not self._again.wait(self._back_off(failures)):
            return failures
        self._again.clear()
        return 0

    def _listen(self, streams: bool) -> None:
        listened = [space for space in self._spaces() if space not in self._rests][:TOKENS_MOST]
        tokens = [self._replicator.token(space) for space in listened]
        if not tokens:
            self._stopped.wait(2.0)
        elif streams:
            self._hear(tokens)
        elif self._server.wait(tokens, {token.space: self._replicator.position(token.space.hex()) for token in tokens}):
            self.poke()

    def _hear(self, tokens: Sequence[Token]) -> None:
        """Listen to the stream of events. While it lasts, what is new in those spaces is known here at once."""
        heard: set[str] = set()
        try:
            for id, head in self._server.events(tokens, self._stopped):
                space = id.hex()
                self.poke(space, head)
                heard.add(space)
                self._replicator.listening = frozenset(heard)
        finally:
            self._replicator.listening = frozenset()

    def _become(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        self._call(partial(self._told, state))

    def _call(self, listener: Callable[[], None]) -> None:
        try:
            listener()
        except Exception as exc:  # noqa: BLE001 - a screen that fails must not end the loop
            log.error("a listener failed: %s", type(exc).__name__)


def _is_about_the_space(error: SyncError) -> bool:
    """Whether the server says that this device has no place there; asking again soon changes nothing."""
    return isinstance(error, SpaceDeletedThere) or (
        isinstance(error, ServerRefuses) and error.facts.get("status") in (401, 403)
    )
