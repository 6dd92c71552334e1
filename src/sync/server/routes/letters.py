"""What two phones pass to each other while they pair, and what a person finds again with the recovery key."""

from sync.protocol.envelope import ID_BYTES
from sync.server.accounts import Session
from sync.server.asking import BYTES, JSON_BYTES, Answer, Request, frames, hexadecimal, told
from sync.server.letters import KEYRING_BYTES, MESSAGE_BYTES
from sync.server.log import POSITION_MAX
from sync.server.refusal import malformed, unknown
from sync.server.service import Server, way
from sync.signing import KEY_BYTES


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
    return Answer(200, frames(messages), BYTES)


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

    secret = hexadecimal(request.token(), KEY_BYTES, "authorization")
    new = server.keyrings.put(request.id("keyring"), secret, request.body, admit=admit, today=server.today())
    return told(201 if new else 200)


@way("GET", "/v1/keyrings/{keyring}", guessable=True)
def get_keyring(server: Server, request: Request) -> Answer:
    """The keyring again, on a new phone."""
    server.allow(server.unsigned, request.address)
    sealed = server.keyrings.get(request.id("keyring"), hexadecimal(request.token(), KEY_BYTES, "authorization"))
    return Answer(200, sealed, BYTES)


@way("DELETE", "/v1/keyrings/{keyring}", guessable=True, slow=True)
def delete_keyring(server: Server, request: Request) -> Answer:
    """Whoever knows the word takes the keyring away again."""
    server.allow(server.unsigned, request.address)
    server.keyrings.delete(request.id("keyring"), hexadecimal(request.token(), KEY_BYTES, "authorization"))
    return Answer(204)
