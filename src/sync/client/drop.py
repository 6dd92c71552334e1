"""A programme's box on a server: what members put in and fetch without an account, and what its coordinator takes out."""

import hashlib
from typing import Final

from sync.client.http import Server, Token
from sync.errors import OddAnswer, ServerRefuses
from sync.protocol.limits import PARCEL_SIZES

ID_BYTES: Final = 16
SLIP_BYTES: Final = 4_096
PAGE_BYTES: Final = 2 * 1024 * 1024
_ANSWER_BYTES: Final = 64 * 1024
_UNKNOWN: Final = 404


class Drop(Server):
    """One server, as whoever uses a box there sees it. A slip goes by one of these that does nothing else."""

    # ------------------------------------------------------------------ members

    def put_slip(self, space: bytes, secret: bytes, slip: bytes) -> None:
        """Leave an answer without a name. Leaving it again is harmless."""
        self._ask("POST", f"/v1/drop/{space.hex()}", slip, most=_ANSWER_BYTES, more=_opens(secret))

    def put_parcel(self, space: bytes, secret: bytes, parcel: bytes) -> None:
        """Leave a parcel for the coordinator. Leaving it again is harmless."""
        self._ask("POST", f"/v1/drop/{space.hex()}/letters", parcel, most=_ANSWER_BYTES, more=_opens(secret))

    def answer(self, id: bytes) -> bytes | None:
        """The parcel that lies there for a member; None if there is none."""
        try:
            return self._ask("GET", f"/v1/answers/{id.hex()}", most=PARCEL_SIZES[-1])
        except ServerRefuses as exc:
            if exc.facts["status"] != _UNKNOWN:
                raise
            return None

    # ------------------------------------------------------------------ the coordinator

    def open_box(self, token: Token, secret: bytes) -> None:
        """Open the box of the token's space; once more is harmless."""
        body = {"secret": secret.hex()}
        self._ask("PUT", f"/v1/drop/{token.space.hex()}", body, token=token, most=_ANSWER_BYTES)

    def close_box(self, token: Token) -> None:
        """Close it, with all that lies in it and every answer."""
        self._ask("DELETE", f"/v1/drop/{token.space.hex()}?batch=all", token=token, most=_ANSWER_BYTES)

    def parcels(self, token: Token, after: bytes = b"") -> list[bytes]:
        """A page of what waits, behind the parcel of that id; nothing: that was all."""
        query = f"?after={after.hex()}" if after else ""
        raw = self._ask("GET", f"/v1/drop/{token.space.hex()}/letters{query}", token=token, most=PAGE_BYTES)
        return _frames(raw, max(PARCEL_SIZES))

    def delete_parcel(self, token: Token, id: bytes) -> None:
        """Take one away that was read."""
        self._ask("DELETE", f"/v1/drop/{token.space.hex()}/letters?id={id.hex()}", token=token, most=_ANSWER_BYTES)

    def slips(self, token: Token) -> tuple[str, list[bytes]]:
        """A batch of answers without names, and what it is called; an empty one while too few wait."""
        with self._open("GET", f"/v1/drop/{token.space.hex()}", tokens=[token], total=self._total) as (response, line):
            raw = self._whole(response, line, PAGE_BYTES)
            batch = response.headers.get("Fika-Batch", "")
        found = _frames(raw, SLIP_BYTES)
        if found and not (len(batch) == 2 * ID_BYTES and batch.isascii() and batch.isalnum()):
            raise OddAnswer(reason="batch")
        return batch, found

    def delete_slips(self, token: Token, batch: str) -> None:
        """Take a batch away that was read; one that is not there any more is away."""
        try:
            self._ask("DELETE", f"/v1/drop/{token.space.hex()}?batch={batch}", token=token, most=_ANSWER_BYTES)
        except ServerRefuses as exc:
            if exc.facts["status"] != _UNKNOWN:
                raise

    def put_answer(self, token: Token, id: bytes, parcel: bytes) -> None:
        """Lay an answer there for a member, in the place of the one before."""
        self._ask("PUT", f"/v1/answers/{id.hex()}", parcel, token=token, most=_ANSWER_BYTES)


def parcel_id(parcel: bytes) -> bytes:
    """What a parcel is called on the server."""
    return hashlib.sha256(parcel).digest()[:ID_BYTES]


def _opens(secret: bytes) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret.hex()}"}


def _frames(raw: bytes, most: int) -> list[bytes]:
    """Messages with their lengths before them, none larger than it may be."""
    found: list[bytes] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "big")
        if not 0 < length <= most or at + 4 + length > len(raw):
            raise OddAnswer(reason="frame")
        found.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return found
