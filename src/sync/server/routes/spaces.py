"""Spaces: founding one, and its log that members push to and pull from."""

from typing import Final

from sync.errors import SyncError
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES
from sync.server.accounts import Session
from sync.server.asking import BYTES, JSON, Answer, Request, frames, hexadecimal, told
from sync.server.log import POSITION_MAX, Full, Gone
from sync.server.refusal import Refusal, forbidden, malformed
from sync.server.service import Server, way
from sync.signing import KEY_BYTES, Genesis

LOG_BYTES: Final = BATCH_BYTES + 4 * BATCH_ENVELOPES


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
    return Answer(200, body, JSON, news=news, by=session.device, stored=added)


@way("GET", "/v1/spaces/{space}/log")
def pull(server: Server, request: Request) -> Answer:
    """A page of a space's log, after the position the device already has."""
    session = server.speaker(request)
    if session.space != request.id("space"):
        raise forbidden()
    after = request.number("after", 0, POSITION_MAX)
    limit = request.number("limit", BATCH_ENVELOPES, BATCH_ENVELOPES, least=1)
    at = hexadecimal(request.query["at"], KEY_BYTES, "at") if "at" in request.query else None
    page = server.log.page(session.space, after, limit=limit, size=BATCH_BYTES, previous=at is not None)
    server.admitted(session, page.space if page else None)
    assert page is not None
    if at is not None and after and (page.previous is None or server.judge.id(page.previous) != at):
        raise Refusal(409, "cursor", head=page.head)
    return Answer(200, page.head.to_bytes(8, "big") + frames(page.envelopes), BYTES)


@way("GET", "/v1/spaces/{space}/heads")
def heads(server: Server, request: Request) -> Answer:
    """What the server has of each device, so that members can give back what it lacks."""
    session, _ = server.member(request, request.id("space"))
    head, tips = server.log.heads(session.space)
    return told(
        head=head, devices={device.hex(): [tip.sequence, tip.id.hex()] for device, tip in tips.items() if tip.sequence}
    )


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
