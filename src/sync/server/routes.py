"""What can be asked of the server: one function a route, from a request's values to an answer's values.

No socket, no event loop and no database engine is known here. `docs/spec/sync-http.md` is the page for people,
`openapi.json` the one for machines; a test compares all three.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sync.errors import SyncError, UnfitPublicKey
from sync.protocol.control import party_of
from sync.protocol.envelope import ID_BYTES, SIGNATURE_BYTES
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES, ENVELOPE_MAX, PARCEL_SIZES
from sync.server import limits
from sync.server.accounts import Accounts, Session
from sync.server.database import Database
from sync.server.judge import ERASED_AT_THE_END, TRIES, Judge, Members, strip
from sync.server.letters import (
    KEYRING_BYTES,
    MESSAGE_BYTES,
    PART_BYTES,
    SLIP_BYTES,
    Blobs,
    Boxes,
    Keyrings,
    Letters,
)
from sync.server.limits import Buckets
from sync.server.log import POSITION_MAX, Full, Gone, Log, Space, Stale
from sync.server.post import PARCEL_ID_BYTES, Post
from sync.server.refusal import Refusal, busy, forbidden, malformed, slow_down, unknown
from sync.server.settings import Settings
from sync.session import ACCOUNT_AGAIN, ACCOUNT_END, ROOT, SESSION, proves
from sync.signing import KEY_BYTES, Genesis, check_public, device_id

JSON_BYTES: Final = 16 << 10
LOG_BYTES: Final = BATCH_BYTES + 4 * BATCH_ENVELOPES
VERSION: Final = 1

_JSON: Final = "application/json"
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+")


class Request(NamedTuple):
    """What a route may know of a request."""

    params: Mapping[str, str] = MappingProxyType({})
    query: Mapping[str, str] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    address: bytes = b""

    def token(self) -> str:
        """The bearer token, or a refusal."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refusal(401, "session")
        return token.strip()

    def id(self, name: str, size: int = ID_BYTES) -> bytes:
        """An id from the path."""
        return _hex(self.params[name], size, name)

    def number(self, name: str, default: int, most: int, least: int = 0) -> int:
        """A number from the query."""
        text = self.query.get(name)
        if text is None:
            return default
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise malformed(name)
        return int(text)

    def json(self) -> "Fields":
        """The body as an object of JSON."""
        try:
            found = json.loads(self.body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
        except (ValueError, RecursionError) as exc:
            raise malformed("body") from exc
        if not isinstance(found, dict):
            raise malformed("body")
        return Fields(found)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an object of JSON, each asked for by its kind."""

    found: Mapping[str, Any]

    def bytes(self, name: str, size: int) -> bytes:
        return _hex(self.text(name), size, name)

    def text(self, name: str, most: int = 256) -> str:
        value = self.found.get(name)
        if not isinstance(value, str) or len(value) > most or not value.isascii():
            raise malformed(name)
        return value

    def number(self, name: str, least: int, most: int) -> int:
        value = self.found.get(name)
        if type(value) is not int or not least <= value <= most:
            raise malformed(name)
        return value

    def has(self, name: str) -> bool:
        return self.found.get(name) is not None


class Answer(NamedTuple):
    """What goes back. `news`: a space and its head, for whoever waits but the device that made it, `by`."""

    status: int = 200
    body: bytes = b""
    kind: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    news: tuple[bytes, int] | None = None
    by: bytes = b""
    stored: int = 0
    lines: Iterator[bytes] | None = None


def told(status: int = 200, /, **facts: Any) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(facts, separators=(",", ":")).encode(), _JSON)


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


# ------------------------------------------------------------------------------------------------ first contact


@way("GET", "/v1/info")
def info(server: Server, _request: Request) -> Answer:
    """What a device may know before it says who it is."""
    settings = server.settings
    return told(
        fika=VERSION,
        registration=settings.registration,
        limits={
            "batch": BATCH_ENVELOPES,
            "batch_bytes": BATCH_BYTES,
            "envelope_bytes": ENVELOPE_MAX,
            "blob_bytes": settings.blob_bytes,
            "space_bytes": settings.space_bytes,
        },
        now=server.now(),
    )


@way("POST", "/v1/devices", limit=JSON_BYTES)
def introduce(server: Server, request: Request) -> Answer:
    """A device says which keys it will have in a space that it founds, or comes back to with its root key."""
    server.allow(server.introductions, request.address)
    fields = request.json()
    space, sign, box = fields.bytes("space", ID_BYTES), fields.bytes("sign", KEY_BYTES), fields.bytes("box", KEY_BYTES)
    try:
        check_public(sign)
    except UnfitPublicKey as exc:
        raise malformed("sign") from exc
    device = device_id(sign, box)
    ticket: bytes | None = None
    there = server.log.space(space)
    if (there is None or there.gone) and server.accounts.introduced(space, device) is None:
        if server.settings.registration == "closed":
            raise Refusal(403, "closed")
        if server.settings.registration == "invitation":
            if not fields.has("invitation"):
                raise Refusal(403, "closed")
            ticket = fields.text("invitation").encode()
    new = server.accounts.introduce(space, device, sign, ticket)
    return told(201 if new else 200, device=device.hex())


@way("POST", "/v1/challenge", limit=JSON_BYTES)
def challenge(server: Server, request: Request) -> Answer:
    """Something to sign; the same for every space and device, known or not."""
    server.allow(server.challenges, request.address)
    fields = request.json()
    return told(nonce=server.accounts.challenge(fields.bytes("space", ID_BYTES), fields.bytes("device", ID_BYTES)))


@way("POST", "/v1/session", limit=JSON_BYTES)
def open_session(server: Server, request: Request) -> Answer:
    """A token for a device that proves its key."""
    fields = request.json()
    space, device = fields.bytes("space", ID_BYTES), fields.bytes("device", ID_BYTES)
    nonce = _proven(server, fields, space, device, SESSION)
    root: bytes | None = None
    if fields.has("root"):
        public = fields.bytes("root", KEY_BYTES)
        signature = fields.bytes("root_signature", SIGNATURE_BYTES)
        if not _proves(server, public, signature, ROOT, nonce, space, device):
            raise Refusal(401, "proof")
        root = party_of(space, public)
    token, session = server.accounts.open(space, device, nonce, root)
    return told(token=token, expires=session.expires)


# ------------------------------------------------------------------------------------------------ spaces


@way("POST", "/v1/spaces/{space}", limit=LOG_BYTES + Genesis.BYTES)
def found(server: Server, request: Request) -> Answer:
    """A new space: its genesis record, then the first envelopes of its log."""
    session = server.speaker(request)
    space = request.id("space")
    if session.space != space:
        raise forbidden()
    genesis = request.body[: Genesis.BYTES]
    try:
        Genesis.read(genesis, space)
    except SyncError as exc:
        raise malformed("genesis") from exc
    there = server.log.space(space)
    new = there is None or there.head == 0
    if not new:
        server.standing(session, space)
    elif there is None and server.log.count() >= server.settings.spaces:
        raise Refusal(507, "quota", limit=server.settings.spaces)
    frames = server.judge.frames(request.body[Genesis.BYTES :])
    head, added = _appended(server, session, frames, genesis)
    answer = told(201 if new else 200, head=head, new=added)
    news = (space, head) if added else None
    return Answer(answer.status, answer.body, answer.kind, news=news, by=session.device, stored=added)


@way("POST", "/v1/spaces/{space}/log", limit=LOG_BYTES)
def push(server: Server, request: Request) -> Answer:
    """A batch of envelopes, by whomever of the members; all of it or nothing."""
    session = server.speaker(request)
    if session.space != request.id("space"):
        raise forbidden()
    head, added = _appended(server, session, server.judge.frames(request.body))
    news = (session.space, head) if added else None
    body = b'{"head":%d,"new":%d}' % (head, added)
    return Answer(200, body, _JSON, news=news, by=session.device, stored=added)


@way("GET", "/v1/spaces/{space}/log")
def pull(server: Server, request: Request) -> Answer:
    """A page of a space's log, after the position the device already has."""
    session = server.speaker(request)
    if session.space != request.id("space"):
        raise forbidden()
    after = request.number("after", 0, POSITION_MAX)
    limit = request.number("limit", BATCH_ENVELOPES, BATCH_ENVELOPES, least=1)
    at = _hex(request.query["at"], KEY_BYTES, "at") if "at" in request.query else None
    page = server.log.page(session.space, after, limit=limit, size=BATCH_BYTES, previous=at is not None)
    server.admitted(session, page.space if page else None)
    assert page is not None
    if at is not None and after and (page.previous is None or server.judge.id(page.previous) != at):
        raise Refusal(409, "cursor", head=page.head)
    return Answer(200, page.head.to_bytes(8, "big") + _frames(page.envelopes), "application/octet-stream")


@way("GET", "/v1/spaces/{space}/heads")
def heads(server: Server, request: Request) -> Answer:
    """What the server has of each device, so that members can give back what it lacks."""
    session, _ = server.member(request, request.id("space"))
    head, tips = server.log.heads(session.space)
    return told(
        head=head, devices={device.hex(): [tip.sequence, tip.id.hex()] for device, tip in tips.items() if tip.sequence}
    )


# ------------------------------------------------------------------------------------------------ blobs


@way("PUT", "/v1/blobs/{blob}", limit=PART_BYTES, slow=True)
def put_blob(server: Server, request: Request) -> Answer:
    """The next part of a sealed attachment, or the whole of it."""
    session, members = server.writer(request)
    if not members.writes(session.device):
        raise forbidden()
    first, last, total = _content_range(request)
    if total > server.settings.blob_bytes:
        raise Refusal(413, "too-large", limit=server.settings.blob_bytes)
    if not request.body or last - first + 1 != len(request.body) or last >= total:
        raise malformed("content-range")
    try:
        blob = server.blobs.put(
            session.space,
            request.id("blob", KEY_BYTES),
            session.device,
            request.body,
            at=first,
            size=total,
            limit=server.settings.space_bytes,
            today=server.today(),
        )
    except Full as exc:
        raise Refusal(507, "quota", limit=server.settings.space_bytes) from exc
    return told(201 if blob.stored == blob.size else 202, stored=blob.stored)


@way("HEAD", "/v1/blobs/{blob}")
def look_at_blob(server: Server, request: Request) -> Answer:
    """How far a blob is."""
    session, _ = server.member(request)
    blob = server.blobs.find(session.space, request.id("blob", KEY_BYTES))
    if blob is None:
        raise unknown()
    return Answer(200, headers={"fika-stored": str(blob.stored), "fika-size": str(blob.size)})


@way("GET", "/v1/blobs/{blob}", slow=True)
def get_blob(server: Server, request: Request) -> Answer:
    """A blob, or the part of it that was asked for."""
    session, _ = server.member(request)
    id = request.id("blob", KEY_BYTES)
    blob = server.blobs.find(session.space, id)
    if blob is None or blob.stored < blob.size:
        raise unknown()
    first, last = _range(request, blob.size)
    part = server.blobs.read(session.space, id, first, last)
    headers = {"accept-ranges": "bytes"}
    if len(part) < blob.size:
        headers["content-range"] = f"bytes {first}-{last}/{blob.size}"
    return Answer(206 if len(part) < blob.size else 200, part, "application/octet-stream", headers)


@way("DELETE", "/v1/blobs/{blob}", slow=True)
def delete_blob(server: Server, request: Request) -> Answer:
    """Remove a blob; the device that sent it may."""
    session, _ = server.member(request)
    id = request.id("blob", KEY_BYTES)
    blob = server.blobs.find(session.space, id)
    if blob is None:
        raise unknown()
    if blob.device != session.device:
        raise forbidden()
    server.blobs.delete(session.space, id)
    return Answer(204)


# ------------------------------------------------------------------------------------------------ pairing, recovery, boxes


@way("POST", "/v1/invitations", limit=JSON_BYTES)
def open_letters(server: Server, request: Request) -> Answer:
    """A letter box for a pairing."""
    session, _ = server.writer(request)
    fields = request.json()
    expires = fields.number("expires", 0, POSITION_MAX)
    server.letters.open(fields.bytes("id", ID_BYTES), session.space, session.device, expires, server.now())
    return told(201)


@way("POST", "/v1/invitations/{invitation}/messages", limit=MESSAGE_BYTES, guessable=True)
def put_letter(server: Server, request: Request) -> Answer:
    """A message into a letter box; whoever knows its id may."""
    server.allow(server.unsigned, request.address)
    if not request.body:
        raise malformed("body")
    return told(201, count=server.letters.put(request.id("invitation"), request.body, server.now()))


@way("GET", "/v1/invitations/{invitation}", guessable=True)
def take_letters(server: Server, request: Request) -> Answer:
    """The messages of a letter box."""
    after = request.number("after", 0, 1_000)
    messages = server.letters.take(request.id("invitation"), after, server.now())
    return Answer(200, _frames(messages), "application/octet-stream")


@way("DELETE", "/v1/invitations/{invitation}", slow=True)
def close_letters(server: Server, request: Request) -> Answer:
    """Remove a letter box and what lies in it."""
    session, _ = server.member(request)
    server.letters.close(request.id("invitation"), session.space)
    return Answer(204)


@way("PUT", "/v1/keyrings/{keyring}", limit=KEYRING_BYTES, guessable=True)
def put_keyring(server: Server, request: Request) -> Answer:
    """A sealed keyring, under what the recovery key leads to."""
    server.allow(server.unsigned, request.address)
    if not request.body:
        raise malformed("body")
    known: Session | None = None
    if "fika-session" in request.headers:
        known = server.accounts.session(request.headers["fika-session"])
        server.standing(known)

    def admit() -> None:
        if known is None:
            raise unknown()
        server.allow(server.new_keyrings, known.space)

    secret = _hex(request.token(), KEY_BYTES, "authorization")
    new = server.keyrings.put(request.id("keyring"), secret, request.body, admit=admit, today=server.today())
    return told(201 if new else 200)


@way("GET", "/v1/keyrings/{keyring}", guessable=True)
def get_keyring(server: Server, request: Request) -> Answer:
    """The keyring again, on a new phone."""
    server.allow(server.unsigned, request.address)
    sealed = server.keyrings.get(request.id("keyring"), _hex(request.token(), KEY_BYTES, "authorization"))
    return Answer(200, sealed, "application/octet-stream")


@way("DELETE", "/v1/keyrings/{keyring}", guessable=True, slow=True)
def delete_keyring(server: Server, request: Request) -> Answer:
    """Whoever knows the word takes the keyring away again."""
    server.allow(server.unsigned, request.address)
    server.keyrings.delete(request.id("keyring"), _hex(request.token(), KEY_BYTES, "authorization"))
    return Answer(204)


@way("PUT", "/v1/drop/{space}", limit=JSON_BYTES)
def open_box(server: Server, request: Request) -> Answer:
    """Open a programme's box, or renew the secret with which one may put in."""
    space = _keeper(server, request, ended=False)
    server.boxes.open(space, request.json().bytes("secret", KEY_BYTES))
    return told()


@way("POST", "/v1/drop/{space}", limit=SLIP_BYTES, guessable=True)
def put_slip(server: Server, request: Request) -> Answer:
    """A message without a name; all have one size."""
    server.allow(server.unsigned, request.address)
    if len(request.body) != SLIP_BYTES:
        raise malformed("body")
    secret = _hex(request.token(), KEY_BYTES, "authorization")
    server.boxes.put(request.id("space"), secret, request.body, server.today())
    return Answer(202)


@way("GET", "/v1/drop/{space}", slow=True)
def take_slips(server: Server, request: Request) -> Answer:
    """A batch of messages without names, five or more, shuffled; nothing while fewer wait."""
    batch = server.boxes.take(_keeper(server, request))
    if batch is None:
        return Answer(200, b"", "application/octet-stream")
    return Answer(200, _frames(batch[1]), "application/octet-stream", {"fika-batch": batch[0].hex()})


@way("DELETE", "/v1/drop/{space}", slow=True)
def delete_slips(server: Server, request: Request) -> Answer:
    """Remove a batch that was read; or close the box, with all that lies in it and every answer."""
    space = _keeper(server, request)
    if request.query.get("batch") == "all":
        server.post.close(space)
    else:
        server.boxes.delete(space, _hex(request.query.get("batch", ""), ID_BYTES, "batch"))
    return Answer(204)


@way("POST", "/v1/drop/{space}/letters", limit=PARCEL_SIZES[-1], guessable=True)
def put_parcel(server: Server, request: Request) -> Answer:
    """A sealed parcel from a member; three sizes exist."""
    server.allow(server.unsigned, request.address)
    if len(request.body) not in PARCEL_SIZES:
        raise malformed("body")
    secret = _hex(request.token(), KEY_BYTES, "authorization")
    server.post.put(request.id("space"), secret, request.body, server.today())
    return Answer(202)


@way("GET", "/v1/drop/{space}/letters", slow=True)
def read_parcels(server: Server, request: Request) -> Answer:
    """A page of the parcels that wait, behind the one that was read last."""
    space = _keeper(server, request)
    after = _hex(request.query["after"], PARCEL_ID_BYTES, "after") if "after" in request.query else b""
    return Answer(200, _frames(server.post.read(space, after)), "application/octet-stream")


@way("DELETE", "/v1/drop/{space}/letters", slow=True)
def delete_parcel(server: Server, request: Request) -> Answer:
    """Remove a parcel that was read."""
    space = _keeper(server, request)
    server.post.delete(space, _hex(request.query.get("id", ""), PARCEL_ID_BYTES, "id"))
    return Answer(204)


@way("PUT", "/v1/answers/{answer}", limit=PARCEL_SIZES[-1])
def put_reply(server: Server, request: Request) -> Answer:
    """A sealed answer for a member, in the place of the one before."""
    space = _keeper(server, request, ended=False)
    if len(request.body) not in PARCEL_SIZES:
        raise malformed("body")
    server.post.answer(request.id("answer"), space, request.body, server.today())
    return Answer(204)


@way("GET", "/v1/answers/{answer}", guessable=True)
def get_reply(server: Server, request: Request) -> Answer:
    """The answer for whoever knows its id."""
    server.allow(server.unsigned, request.address)
    return Answer(200, server.post.fetch(request.id("answer")), "application/octet-stream")


def _keeper(server: Server, request: Request, *, ended: bool = True) -> bytes:
    """The space of a box, of whoever may read it; with `ended` also of a device whose account here was ended."""
    space = request.id("space") if "space" in request.params else None
    session, members = (server.member if ended else server.writer)(request, space)
    if not members.writes(session.device):
        raise forbidden()
    return session.space


# ------------------------------------------------------------------------------------------------ all about me, and the end


@way("GET", "/v1/export")
def export(server: Server, request: Request) -> Answer:
    """Everything that is held about a device in its space, one JSON object a line."""
    session = server.speaker(request)
    return Answer(200, kind="application/x-ndjson", lines=_everything(server, session))


@way("DELETE", "/v1/account", limit=JSON_BYTES, slow=True)
def end_account(server: Server, request: Request) -> Answer:
    """End a device's account: what it wrote and sent is erased here and not taken back."""
    session = server.speaker(request)
    space, device = session.space, session.device
    nonce = _proven(server, request.json(), space, device, ACCOUNT_END)
    server.accounts.open(space, device, nonce)  # uses the challenge up; the session goes with all others below
    _erased(server, space, device)
    server.accounts.end(space, device)
    return Answer(204)


@way("POST", "/v1/account", limit=JSON_BYTES)
def begin_again(server: Server, request: Request) -> Answer:
    """A device takes back that it ended its account: it may send again. What was erased comes back from it alone."""
    session = server.speaker(request)
    space, device = session.space, session.device
    fields = request.json()
    nonce = _proven(server, fields, space, device, ACCOUNT_AGAIN)
    found, genesis = server.log.space(space), None
    if found is not None and found.gone:  # whoever was in knows how it began
        genesis = fields.bytes("genesis", Genesis.BYTES)
        try:
            Genesis.read(genesis, space)
        except SyncError as exc:
            raise malformed("genesis") from exc
        if server.log.count() >= server.settings.spaces:
            raise Refusal(507, "quota", limit=server.settings.spaces)
    token, opened = server.accounts.open(space, device, nonce)  # uses the challenge up
    try:
        server.log.begin_again(space, device, genesis)
    except Gone as exc:  # another one went in this moment
        raise Refusal(410, "gone") from exc
    server.judge.forget(space)
    return told(token=token, expires=opened.expires)


def _erased(server: Server, space: bytes, device: bytes) -> None:
    """Erase what a device has in a space, and the space with it when nobody else is left in it."""
    for _ in range(TRIES):
        found = server.log.space(space)
        members = server.judge.members(found) if found is not None and not found.gone else None
        if found is None or members is None or members.key(device) is None:
            return  # who was never in has left nothing here
        for blob, _size in server.blobs.of_device(space, device):
            server.blobs.delete(space, blob)
        others = members.current - {device}
        try:
            server.log.end(found, device, others=others, today=server.today(), kinds=ERASED_AT_THE_END, strip=strip)
        except Stale:  # somebody came, left or purged in this moment
            continue
        server.judge.forget(space)
        return
    raise busy()


def _everything(server: Server, session: Session) -> Iterator[bytes]:
    space, device = session.space, session.device
    day, sessions = server.accounts.counts(space, device)
    yield _line({"space": space.hex(), "device": device.hex(), "introduced_on_day": day, "open_sessions": sessions})
    for id, size in server.blobs.of_device(space, device):
        yield _line({"blob": id.hex(), "bytes": size})
    for expires, count in server.letters.of_device(space, device):
        yield _line({"invitation_expires": expires, "messages": count})
    parcels, replies = server.post.held(space)
    if parcels or replies:
        yield _line({"letters_of_a_programme": parcels, "answers_to_its_members": replies})
    for position, envelope in server.log.of_device(space, device):
        yield _line({"position": position, "envelope": base64.b64encode(envelope).decode()})


def _line(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def _appended(server: Server, session: Session, frames: list[bytes], genesis: bytes | None = None) -> tuple[int, int]:
    """Judge a batch and append it; the head, and how many were new."""
    try:
        return server.judge.append(
            session.space,
            frames,
            by=session,
            genesis=genesis,
            admit=None if genesis else lambda space: server.admitted(session, space),
            limit=server.settings.space_bytes,
            today=server.today(),
        )
    except Full as exc:
        raise Refusal(507, "quota", limit=server.settings.space_bytes) from exc
    except Gone as exc:
        raise Refusal(410, "gone") from exc


def _proven(server: Server, fields: Fields, space: bytes, device: bytes, use: bytes) -> str:
    """The nonce, when the device proves its key over it; else a refusal that does not tell whether it is known."""
    nonce = fields.text("nonce")
    signature = fields.bytes("signature", SIGNATURE_BYTES)
    server.accounts.check_challenge(nonce, space, device)
    found = server.log.space(space)
    key = server.judge.members(found).key(device) if found and not found.gone else None
    key = key or server.accounts.introduced(space, device)
    if key is None or not _proves(server, key, signature, use, nonce, space, device):
        raise Refusal(401, "proof")
    return nonce


def _proves(server: Server, key: bytes, signature: bytes, use: bytes, nonce: str, space: bytes, device: bytes) -> bool:
    return any(
        proves(key, signature, use, origin=origin, nonce=nonce, space=space, device=device) for origin in server.origins
    )


def _frames(parts: list[bytes]) -> bytes:
    return b"".join(piece for part in parts for piece in (len(part).to_bytes(4, "big"), part))


def _hex(text: str, size: int, name: str) -> bytes:
    if len(text) != 2 * size or not _HEXADECIMAL.fullmatch(text):
        raise malformed(name)
    return bytes.fromhex(text)


def _content_range(request: Request) -> tuple[int, int, int]:
    text = request.headers.get("content-range")
    if text is None:
        return 0, len(request.body) - 1, len(request.body)
    found = re.fullmatch(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})", text)
    if found is None:
        raise malformed("content-range")
    first, last, total = (int(number) for number in found.groups())
    return first, last, total


def _range(request: Request, size: int) -> tuple[int, int]:
    """What to send: at most one part, from the start when nothing else is asked for."""
    first, last = 0, size - 1
    found = re.fullmatch(r"bytes=([0-9]{1,12})-([0-9]{1,12})?", request.headers.get("range", ""))
    if found is not None:
        first = int(found[1])
        last = min(last, int(found[2]) if found[2] else last)
        if first > last:
            raise Refusal(416, "range", stored=size)
    return first, min(last, first + PART_BYTES - 1)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found
