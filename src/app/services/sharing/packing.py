"""Sealing a package so that those it is for can open it, also when they have not heard of the latest key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.errors import NotShared
from app.services.sharing.exchange import Exchange
from sync import bundle
from sync.bundle import Item
from sync.hpke import Psk


def pack(
    exchange: Exchange,
    space: str,
    items: Sequence[Item],
    devices: Sequence[str],
    psks: Mapping[str, Psk | None] | None = None,
) -> bytes:
    """A sealed file for those devices of a space.

    Under the current key, if all of them are known to hold it. Otherwise for one device to its own key, with the secret
    that was scanned where there is one, and for several under the latest key that they share: what is inside is sealed
    under newer ones all the same. Devices of which nothing was ever heard hold no key that is known of; the others of
    their person hand it on to them, and if there are no others, the first of them is meant.
    """
    to = [one for one in devices if exchange.has_spoken(space, one)] or list(devices[:1])
    if not to:
        raise NotShared(reason="nobody")
    common = exchange.common_secret(space, to)
    if common is not None and (common[1] or len(to) > 1):
        return bundle.seal_for_space(items, common[0])
    return bundle.seal_for_device(items, exchange.box_of(space, to[0]), (psks or {}).get(to[0]))
