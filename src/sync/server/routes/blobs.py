"""Sealed attachments, sent and fetched in parts."""

import re

from sync.server.asking import BYTES, Answer, Request, told
from sync.server.letters import PART_BYTES
from sync.server.log import Full
from sync.server.refusal import Refusal, forbidden, malformed, unknown
from sync.server.service import Server, way
from sync.signing import KEY_BYTES


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
    return Answer(206 if len(part) < blob.size else 200, part, BYTES, headers)


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
