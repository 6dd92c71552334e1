"""A programme's box: answers without a name, sealed parcels, and the answers to their members."""

from sync.protocol.envelope import ID_BYTES
from sync.protocol.limits import PARCEL_SIZES
from sync.server.asking import BYTES, JSON_BYTES, Answer, Request, frames, hexadecimal, told
from sync.server.letters import SLIP_BYTES
from sync.server.post import PARCEL_ID_BYTES
from sync.server.refusal import forbidden, malformed
from sync.server.service import Server, way
from sync.signing import KEY_BYTES


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
    secret = hexadecimal(request.token(), KEY_BYTES, "authorization")
    server.boxes.put(request.id("space"), secret, request.body, server.today())
    return Answer(202)


@way("GET", "/v1/drop/{space}", slow=True)
def take_slips(server: Server, request: Request) -> Answer:
    """A batch of messages without names, five or more, shuffled; nothing while fewer wait."""
    batch = server.boxes.take(_keeper(server, request))
    if batch is None:
        return Answer(200, b"", BYTES)
    return Answer(200, frames(batch[1]), BYTES, {"fika-batch": batch[0].hex()})


@way("DELETE", "/v1/drop/{space}", slow=True)
def delete_slips(server: Server, request: Request) -> Answer:
    """Remove a batch that was read; or close the box, with all that lies in it and every answer."""
    space = _keeper(server, request)
    if request.query.get("batch") == "all":
        server.post.close(space)
    else:
        server.boxes.delete(space, hexadecimal(request.query.get("batch", ""), ID_BYTES, "batch"))
    return Answer(204)


@way("POST", "/v1/drop/{space}/letters", limit=PARCEL_SIZES[-1], guessable=True)
def put_parcel(server: Server, request: Request) -> Answer:
    """A sealed parcel from a member; three sizes exist."""
    server.allow(server.unsigned, request.address)
    if len(request.body) not in PARCEL_SIZES:
        raise malformed("body")
    secret = hexadecimal(request.token(), KEY_BYTES, "authorization")
    server.post.put(request.id("space"), secret, request.body, server.today())
    return Answer(202)


@way("GET", "/v1/drop/{space}/letters", slow=True)
def read_parcels(server: Server, request: Request) -> Answer:
    """A page of the parcels that wait, behind the one that was read last."""
    space = _keeper(server, request)
    after = hexadecimal(request.query["after"], PARCEL_ID_BYTES, "after") if "after" in request.query else b""
    return Answer(200, frames(server.post.read(space, after)), BYTES)


@way("DELETE", "/v1/drop/{space}/letters", slow=True)
def delete_parcel(server: Server, request: Request) -> Answer:
    """Remove a parcel that was read."""
    space = _keeper(server, request)
    server.post.delete(space, hexadecimal(request.query.get("id", ""), PARCEL_ID_BYTES, "id"))
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
    return Answer(200, server.post.fetch(request.id("answer")), BYTES)


def _keeper(server: Server, request: Request, *, ended: bool = True) -> bytes:
    """The space of a box, of whoever may read it; with `ended` also of a device whose account here was ended."""
    space = request.id("space") if "space" in request.params else None
    session, members = (server.member if ended else server.writer)(request, space)
    if not members.writes(session.device):
        raise forbidden()
    return session.space
