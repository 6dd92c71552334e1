"""With a server: the log of a space that is not here yet, and everything back by the recovery key.

Waits for the network. What was brought is judged by the exchange like anything else that somebody brings: a server, or
whoever put a keyring there, is believed in nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadAddress, NothingOnServer, WrongRecoveryKey
from app.services.sharing.joining import read_keyring
from app.services.spaces import DEVICE
from sync import paper
from sync.client.http import Server, Token
from sync.errors import BadContent, BadRecord, CannotOpen, OddAnswer, ServerRefuses
from sync.protocol import REPLACED, Envelope, batches, read_frames, write_frames
from sync.signing import DeviceKeys, SigningKey

if TYPE_CHECKING:
    from app.services.sharing.devices import Devices
    from app.services.sharing.exchange import Exchange
    from app.services.spaces import Spaces
    from sync.recovery import RecoveryKey

MOST_BYTES: Final = 512 << 20
"""A log is taken in whole, so that nothing of it is kept unless all of it holds together."""


def reach(address: str, pin: str = "") -> Server:
    """A server by its address; `BadAddress` for what is none."""
    from app.services.sharing.addresses import plain_pin

    try:
        return Server(address.strip(), pin=plain_pin(pin))
    except ValueError as exc:
        raise BadAddress from exc


def pull(server: Server, token: Token) -> tuple[list[Envelope], tuple[int, bytes]]:
    """A whole log, and where it ends."""
    found: list[Envelope] = []
    size = 0
    while True:
        page = server.pull(token, len(found))
        envelopes = read_frames(page.frames)
        size += len(page.frames)
        found += envelopes
        if not envelopes or len(found) >= page.head:
            break
        if size > MOST_BYTES:
            raise OddAnswer(reason="too-long")
    if not found:
        raise OddAnswer(reason="page")
    return found, (len(found), found[-1].id)


def fetch(server: Server, devices: Devices, space: str, keys: DeviceKeys) -> bool:
    """The log of a space into which another device of mine has let this one; False while it has not."""
    try:
        token = server.session(bytes.fromhex(space), keys)
        envelopes, cursor = pull(server, token)
    except ServerRefuses as exc:
        if exc.facts["status"] not in (401, 403):
            raise
        return False
    devices.come_in(space, envelopes, cursor)
    return True


# ---------------------------------------------------------------------- the keyring on the server


def keep(server: Server, spaces: Spaces, documents: Any, token: Token) -> bool:
    """Put the keyring where the recovery key finds it, if it is another one than last time.

    After the recovery key was replaced the new one's comes first: whoever is interrupted between the two is never without
    a paper that finds something. Whatever comes of the new one, the former paper finds nothing any more.
    """
    former = spaces.former_papers()  # a key that is replaced from here on is no former one before the next time
    try:
        return _renewed(server, spaces, documents, token)
    finally:
        for place in former:
            server.put_keyring(place.id, place.secret, REPLACED, token)
        spaces.forget_former_papers(former)


def _renewed(server: Server, spaces: Spaces, documents: Any, token: Token) -> bool:
    """The keyring of the recovery key there is, sealed anew if anything in it has changed."""
    place = spaces.paper
    if place is None:
        return False
    plain = json.dumps(spaces.for_paper(), separators=(",", ":"), sort_keys=True).encode()
    # With the place: what was put for one recovery key was not put for the next, whenever that came.
    digest = hashlib.sha256(place.id + plain + server.origin.encode()).hexdigest()
    table = documents.table(DEVICE)
    rows = [row for row in table if row["kind"] == "keyring-put"]
    if rows and rows[0]["digest"] == digest:
        return False
    try:
        server.put_keyring(place.id, place.secret, place.seal(plain), token)
    except ServerRefuses as exc:
        if exc.facts["reason"] != "replaced":
            raise
        if spaces.paper == place:  # else there is a newer one here as well by now
            spaces.forget_paper()  # another device of mine has a new recovery key
        return False
    with documents.transaction():
        table.remove(doc_ids=[row.doc_id for row in rows])
        table.insert({"kind": "keyring-put", "digest": digest})
    return True


def look(server: Server, recovery: RecoveryKey) -> dict[str, Any]:
    """The keyring that the recovery key finds and opens; `NothingOnServer` if there is none."""
    place = paper.place_of(recovery)
    sealed = server.keyring(place.id, place.secret)
    if sealed is None:
        raise NothingOnServer
    try:
        found = read_keyring(paper.open_keyring(recovery, sealed))
        if not isinstance(found["keys"], list) or not isinstance(found["peers"], list):
            raise NothingOnServer
    except (CannotOpen, BadContent, BadRecord, KeyError) as exc:
        raise NothingOnServer from exc
    return found


def bring_back(
    server: Server, devices: Devices, spaces: Spaces, exchange: Exchange, recovery: RecoveryKey
) -> list[str]:
    """Everything that the server has of this person, and this device in all of it; which spaces it does not have.

    Every other device of the person is out afterwards. Done again, it goes on where it was.
    """
    root = root_of(spaces, recovery)
    lacking: list[str] = []
    done: set[str] = set()
    while left := [space for space, _ in _personal_first(spaces.all()) if space not in done]:
        space = left[0]
        done.add(space)
        way = exchange.way_out(space)
        if way is not None and way.way != "device":
            continue  # the other has ended it, or I have: the recovery key does not undo that
        if not _bring(server, devices, exchange, space, spaces.keys(space), root) and not exchange.open(space):
            lacking.append(space)
        devices.tend()  # the personal space knows of others, also of those that the keyring does not name yet
    return lacking


def root_of(spaces: Spaces, recovery: RecoveryKey) -> SigningKey:
    """The root key; `WrongRecoveryKey` for the paper of somebody else, or one that was replaced."""
    try:
        return spaces.root_key(recovery)
    except CannotOpen as exc:
        raise WrongRecoveryKey from exc


def _bring(
    server: Server, devices: Devices, exchange: Exchange, space: str, keys: DeviceKeys, root: SigningKey
) -> bool:
    id = bytes.fromhex(space)
    try:
        server.introduce(id, keys)
        token = server.session(id, keys, root)
        envelopes, cursor = pull(server, token)
    except ServerRefuses as exc:
        if exc.facts["status"] not in (401, 403):
            raise
        return False
    devices.come_back(space, root, envelopes, cursor)
    waiting = exchange.unsent(space)
    while waiting:
        size = len(batches([one.to_bytes() for one in waiting])[0])
        server.push(token, write_frames(waiting[:size]))
        exchange.sent(space, waiting[:size])
        waiting = waiting[size:]
    return True


def _personal_first(all: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(all, key=lambda one: one[1] != "personal")
