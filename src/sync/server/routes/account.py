"""All that is held about a device, and the end of its account."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sync.errors import SyncError
from sync.server.accounts import Session
from sync.server.asking import JSON_BYTES, Answer, Request, told
from sync.server.judge import ERASED_AT_THE_END, TRIES, strip
from sync.server.log import Gone, Stale
from sync.server.refusal import Refusal, busy, malformed
from sync.server.routes.contact import proven
from sync.server.service import Server, way
from sync.session import ACCOUNT_AGAIN, ACCOUNT_END
from sync.signing import Genesis


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
    nonce = proven(server, request.json(), space, device, ACCOUNT_END)
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
    nonce = proven(server, fields, space, device, ACCOUNT_AGAIN)
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
