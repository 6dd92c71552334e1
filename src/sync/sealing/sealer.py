"""A device's hand in one space: everything it says becomes an envelope behind its last one."""

from sync.authority import START, Link
from sync.authority.records import sign_statement
from sync.protocol.control import Public, write_control
from sync.protocol.envelope import MORE, NO_KEY, Envelope, Header, Kind
from sync.protocol.purge import write_purged
from sync.sealing.cipher import seal_inside
from sync.sealing.content import Inside, Message, fill, split
from sync.sealing.epochs import EpochKey
from sync.signing import DeviceKeys


class Sealer:
    """Makes the envelopes of one device in one space, one behind the other.

    What it made must be durable, together with `last`, before it is sent: sealing the same again gives other
    bytes, and two different envelopes at one place of a chain are a fork, which everybody will be told of.
    """

    def __init__(self, space: bytes, keys: DeviceKeys, last: Link = START) -> None:
        self.space = space
        self.keys = keys
        self.last = last

    def message(self, message: Message, key: EpochKey, *, deflate: bool = False) -> list[Envelope]:
        """A message in as many envelopes as it needs, mostly one.

        `deflate` is for batches and imports: in a single change the length of the deflated text would tell
        something about it.
        """
        pieces, deflated = split(message.to_bytes(), deflate)
        found = []
        for number, piece in enumerate(pieces, 1):
            header = self._header(Kind.CHANGE, key.key_id, 0 if number == len(pieces) else MORE)
            found.append(self._signed(header, seal_inside(key.secret, key.commitment, header, fill(piece, deflated))))
        return found

    def control(self, public: Public, inside: Inside | None = None, key: EpochKey | None = None) -> Envelope:
        """A control record, with what only members may read sealed under a key that they have."""
        if (inside is None) != (key is None):
            raise ValueError("what is sealed needs a key, and a key something to seal")
        if inside is None or key is None:
            return self._signed(self._header(Kind.CONTROL, NO_KEY), write_control(public))
        header = self._header(Kind.CONTROL, key.key_id)
        sealed = seal_inside(key.secret, key.commitment, header, fill(inside.to_bytes()), public.to_bytes())
        return self._signed(header, write_control(public, sealed))

    def purge(self, ids: list[bytes], key: EpochKey) -> Envelope:
        """Ask everybody to drop the bodies of these envelopes of one's own person."""
        return self._signed(self._header(Kind.PURGE, key.key_id), write_purged(ids))

    def _header(self, kind: Kind, key_id: bytes, flags: int = 0) -> Header:
        return Header(
            kind=kind,
            flags=flags,
            space=self.space,
            device=self.keys.id,
            sequence=self.last.sequence + 1,
            key_id=key_id,
            previous=self.last.id,
        )

    def _signed(self, header: Header, body: bytes) -> Envelope:
        unsigned = Envelope.made(header, body, b"")
        made = Envelope.made(header, body, sign_statement(self.keys.signing, unsigned.statement))
        self.last = Link(header.sequence, made.id)
        return made
