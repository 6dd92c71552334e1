"""Letters between members and a programme: sealed to one key, signed inside, or without any name at all."""

import enum
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync import hpke, labels, signing, strict_json
from sync.bundle import padded
from sync.errors import BadJson, BadRecord, BadSignature, CannotOpen, CodeForElsewhere, NewerVersion
from sync.programme.keys import ID_BYTES, Card
from sync.signing import DeviceKeys, SigningKey

VERSION: Final = 1
NUMBER_BYTES: Final = 16
HEAD_BYTES: Final = 2 + ID_BYTES + NUMBER_BYTES
SLIP_BYTES: Final = 4_096
MOST_BYTES: Final = 128 * 1024

_LENGTH: Final = 4
_SLIP_ROOM: Final = SLIP_BYTES - HEAD_BYTES - hpke.OVERHEAD


class Lock(enum.IntEnum):
    """To whom a letter is, and whether it says from whom."""

    NAMED = 1
    CONCERN = 2
    ANSWER = 3
    SLIP = 4


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was opened. `sign` and `box` are the member's keys; of a slip there are none."""

    lock: Lock
    number: bytes
    says: Mapping[str, Any]
    sign: bytes = b""
    box: bytes = b""

    @property
    def member(self) -> bytes:
        """Who wrote it: the id of both keys."""
        return signing.device_id(self.sign, self.box)


def write(
    card: Card, member: DeviceKeys, says: Mapping[str, Any], *, number: bytes = b"", concern: bool = False
) -> bytes:
    """A letter from a member, to the coordinator or to the person responsible for safety."""
    head = _head(Lock.CONCERN if concern else Lock.NAMED, card.id, number)
    body = _json(says)
    keys = member.signing.public + member.box_public
    signature = member.signing.sign(labels.PROGRAMME_FROM, _statement(head, keys, body))
    return _seal(card.safety if concern else card.box, head, keys + signature + body)


def write_slip(card: Card, says: Mapping[str, Any], *, number: bytes = b"") -> bytes:
    """An answer without a name. Every slip has the same size; `BadRecord` when the answers need more room."""
    head = _head(Lock.SLIP, card.id, number)
    body = _json(says)
    if len(body) + _LENGTH > _SLIP_ROOM:
        raise BadRecord(reason="room")
    plain = len(body).to_bytes(_LENGTH, "big") + body
    return head + hpke.seal(card.box, plain.ljust(_SLIP_ROOM, b"\0"), info=_info(head))


def write_answer(sign: SigningKey, programme: bytes, box: bytes, says: Mapping[str, Any]) -> bytes:
    """A letter from the programme to one member."""
    head = _head(Lock.ANSWER, programme, b"")
    body = _json(says)
    signature = sign.sign(labels.PROGRAMME_ANSWER, _statement(head, box, body))
    return _seal(box, head, signature + body)


def open_letter(raw: bytes, card: Card, *, box: bytes, safety: bytes) -> Letter:
    """Read a letter to the programme with its private keys.

    For another programme: `CodeForElsewhere`. Changed, cut, or for another key: `CannotOpen`. Not by whom it says:
    `BadSignature`.
    """
    lock, number, head = _read_head(raw, card.id)
    if lock is Lock.ANSWER:
        raise CodeForElsewhere(got="answer")
    content = _open(safety if lock is Lock.CONCERN else box, raw, head)
    if lock is Lock.SLIP:
        if len(raw) != SLIP_BYTES:
            raise BadRecord(reason="length")
        return Letter(lock, number, _read_json(content))
    keys, signature, body = content[:64], content[64:128], content[128:]
    sign, theirs = signing.check_public(keys[:32]), hpke.check_public(keys[32:])
    if not signing.verify(sign, signature, labels.PROGRAMME_FROM, _statement(head, keys, body)):
        raise BadSignature
    return Letter(lock, number, _read_json(body), sign, theirs)


def open_answer(raw: bytes, card: Card, member: DeviceKeys) -> Letter:
    """Read an answer of the programme."""
    lock, number, head = _read_head(raw, card.id)
    if lock is not Lock.ANSWER:
        raise CodeForElsewhere(got=lock.name.lower())
    content = _open(member.box, raw, head)
    signature, body = content[:64], content[64:]
    if not signing.verify(card.sign, signature, labels.PROGRAMME_ANSWER, _statement(head, member.box_public, body)):
        raise BadSignature
    return Letter(lock, number, _read_json(body))


def number_of(raw: bytes) -> bytes:
    """The number of a letter, without opening it."""
    return raw[HEAD_BYTES - NUMBER_BYTES : HEAD_BYTES]


def programme_of(raw: bytes) -> bytes:
    """The programme a letter is for or from, without opening it."""
    return raw[2 : 2 + ID_BYTES]


def _head(lock: Lock, programme: bytes, number: bytes) -> bytes:
    return bytes([VERSION, lock]) + programme + (number or os.urandom(NUMBER_BYTES))


def _read_head(raw: bytes, programme: bytes) -> tuple[Lock, bytes, bytes]:
    if not HEAD_BYTES + hpke.OVERHEAD < len(raw) <= MOST_BYTES:
        raise BadRecord(reason="length")
    if raw[0] != VERSION:
        raise NewerVersion(version=raw[0])
    try:
        lock = Lock(raw[1])
    except ValueError as exc:
        raise NewerVersion(lock=raw[1]) from exc
    if programme_of(raw) != programme:
        raise CodeForElsewhere(got="programme")
    return lock, number_of(raw), raw[:HEAD_BYTES]


def _statement(head: bytes, keys: bytes, body: bytes) -> bytes:
    """What is signed: every part of a fixed length."""
    return head + keys + hashlib.sha256(body).digest()


def _seal(box: bytes, head: bytes, content: bytes) -> bytes:
    plain = len(content).to_bytes(_LENGTH, "big") + content
    sealed = head + hpke.seal(box, plain.ljust(padded(len(plain)), b"\0"), info=_info(head))
    if len(sealed) > MOST_BYTES:
        raise BadRecord(reason="room")
    return sealed


def _open(private: bytes, raw: bytes, head: bytes) -> bytes:
    plain = hpke.open_sealed(private, raw[HEAD_BYTES:], info=_info(head))
    length = int.from_bytes(plain[:_LENGTH], "big")
    if len(plain) < _LENGTH + length or any(plain[_LENGTH + length :]):
        raise CannotOpen
    return plain[_LENGTH : _LENGTH + length]


def _info(head: bytes) -> bytes:
    return labels.PROGRAMME_LETTER + head


def _json(says: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(says), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read_json(body: bytes) -> Mapping[str, Any]:
    found = strict_json.read(body, size=MOST_BYTES, depth=8)
    if not isinstance(found, dict):
        raise BadJson(reason="shape")
    return found
