"""First contact: what a device may know, which keys it will have, and a token once it has proved one."""

from typing import Final

from sync.errors import UnfitPublicKey
from sync.protocol.control import party_of
from sync.protocol.envelope import ID_BYTES, SIGNATURE_BYTES
from sync.protocol.limits import BATCH_BYTES, BATCH_ENVELOPES, ENVELOPE_MAX
from sync.server.asking import JSON_BYTES, Answer, Fields, Request, told
from sync.server.refusal import Refusal, malformed
from sync.server.service import Server, way
from sync.session import ROOT, SESSION, proves
from sync.signing import KEY_BYTES, check_public, device_id

VERSION: Final = 1


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
    nonce = proven(server, fields, space, device, SESSION)
    root: bytes | None = None
    if fields.has("root"):
        public = fields.bytes("root", KEY_BYTES)
        signature = fields.bytes("root_signature", SIGNATURE_BYTES)
        if not _proves(server, public, signature, ROOT, nonce, space, device):
            raise Refusal(401, "proof")
        root = party_of(space, public)
    token, session = server.accounts.open(space, device, nonce, root)
    return told(token=token, expires=session.expires)


def proven(server: Server, fields: Fields, space: bytes, device: bytes, use: bytes) -> str:
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
