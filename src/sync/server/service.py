"""Everything that a route may use, and the table of all routes.

No socket, no event loop and no database engine is known here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sync.server import limits
from sync.server.accounts import Accounts, Session
from sync.server.asking import Answer, Request
from sync.server.database import Database
from sync.server.judge import Judge, Members
from sync.server.letters import Blobs, Boxes, Keyrings, Letters
from sync.server.limits import Buckets
from sync.server.log import Log, Space
from sync.server.post import Post
from sync.server.refusal import Refusal, forbidden, slow_down
from sync.server.settings import Settings


@dataclass(slots=True)
class Server:
    """Everything that a route may use."""

    settings: Settings
    database: Database
    clock: Callable[[], float] = time.time
    origins: tuple[str, ...] = ()
    log: Log = field(init=False)
    accounts: Accounts = field(init=False)
    judge: Judge = field(init=False)
    blobs: Blobs = field(init=False)
    letters: Letters = field(init=False)
    keyrings: Keyrings = field(init=False)
    boxes: Boxes = field(init=False)
    post: Post = field(init=False)
    wrong: Buckets = field(init=False)
    challenges: Buckets = field(init=False)
    introductions: Buckets = field(init=False)
    unsigned: Buckets = field(init=False)
    devices: Buckets = field(init=False)
    new_keyrings: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self.log = Log(self.database)
        self.accounts = Accounts(self.database, self.clock)
        self.judge = Judge(self.log)
        self.blobs = Blobs(self.database)
        self.letters = Letters(self.database)
        self.keyrings = Keyrings(self.database)
        self.boxes = Boxes(self.database)
        self.post = Post(self.database)
        self.wrong = Buckets(limits.WRONG)
        self.challenges = Buckets(limits.CHALLENGES)
        self.introductions = Buckets(limits.INTRODUCTIONS)
        self.unsigned = Buckets(limits.LETTERS)
        self.devices = Buckets(limits.DEVICE)
        self.new_keyrings = Buckets(limits.KEYRINGS)

    def now(self) -> int:
        return int(self.clock())

    def today(self) -> int:
        return int(self.clock() // 86_400)

    def allow(self, buckets: Buckets, caller: bytes) -> None:
        """Count one against a bucket, or refuse until it has filled up again."""
        seconds = buckets.take(caller, self.clock())
        if seconds:
            raise slow_down(seconds)

    def speaker(self, request: Request) -> Session:
        """Whose session this is, counted against its rate."""
        session = self.accounts.session(request.token())
        self.allow(self.devices, session.device)
        return session

    def member(self, request: Request, space: bytes | None = None) -> tuple[Session, Members]:
        """The session of a current member of the space, or of a device that its person's root key brings back."""
        session = self.speaker(request)
        return session, self.standing(session, space)

    def writer(self, request: Request, space: bytes | None = None) -> tuple[Session, Members]:
        """The same, of a device whose account here was not ended."""
        session, members = self.member(request, space)
        tip = self.log.heads(session.space)[1].get(session.device)
        if tip is not None and tip.ended:
            raise Refusal(410, "gone")
        return session, members

    def standing(self, session: Session, space: bytes | None = None) -> Members:
        """Who is in the session's space, if the session's device may read it; else a refusal."""
        if space is not None and session.space != space:
            raise forbidden()
        return self.admitted(session, self.log.space(session.space))

    def admitted(self, session: Session, found: Space | None) -> Members:
        """The same, of a space that was looked at already."""
        if found is None:
            raise forbidden()
        if found.gone:
            raise Refusal(410, "gone")
        members = self.judge.members(found)
        if not members.reads(session.device) and not (session.root and members.has_party(session.root)):
            raise forbidden()
        return members


Route = Callable[[Server, Request], Answer]


@dataclass(frozen=True, slots=True)
class Way:
    """A route: how it is asked for, how large its body may be, whether a 404 may be somebody guessing, and whether
    it may take long whatever its body.
    """

    method: str
    path: str
    route: Route
    limit: int
    guessable: bool
    slow: bool


WAYS: Final[list[Way]] = []


def way(
    method: str, path: str, *, limit: int = 0, guessable: bool = False, slow: bool = False
) -> Callable[[Route], Route]:
    """Enter a route into the table."""

    def entered(route: Route) -> Route:
        WAYS.append(Way(method, path, route, limit, guessable, slow))
        return route

    return entered
