"""A purge: the envelopes whose bodies are to be dropped, readable to the server that drops them."""

from collections.abc import Iterable

from sync.errors import BadEnvelope
from sync.protocol.envelope import DIGEST_BYTES, Envelope, Kind
from sync.protocol.limits import PURGED_MAX
from sync.protocol.wire import Reader, counted

_COUNT_BYTES = 2


def write_purged(ids: Iterable[bytes]) -> bytes:
    """The body of a purge: how many, then the ids of the envelopes in ascending order."""
    found = sorted(set(ids))
    if not 1 <= len(found) <= PURGED_MAX:
        raise ValueError("a purge names one to five hundred envelopes")
    return counted(_COUNT_BYTES, found)


def read_purged(envelope: Envelope) -> tuple[bytes, ...]:
    """The ids that a purge names, or `BadEnvelope`. Whether it may is for the rules to say."""
    if envelope.header.kind is not Kind.PURGE or envelope.body is None:
        raise BadEnvelope(reason="kind")
    reader = Reader(envelope.body, lambda reason: BadEnvelope(reason=f"purge-{reason}"))
    found = reader.ascending(DIGEST_BYTES, reader.count(_COUNT_BYTES, PURGED_MAX, 1))
    reader.end()
    return found
