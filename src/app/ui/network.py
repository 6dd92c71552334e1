"""What line this device has, where it can tell: for those who want nothing carried over mobile data.

A browser cannot tell, and says so by `unknown`; the phone's own app can.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import flet as ft

if TYPE_CHECKING:
    from app.services.sharing.replication import Network
    from app.ui.desk import Desk

_services: WeakKeyDictionary[Desk, ft.Connectivity] = WeakKeyDictionary()


def kind_of(found: Iterable[ft.ConnectivityType]) -> Network:
    """The line that counts: what costs nothing first."""
    kinds = set(found)
    if kinds & {ft.ConnectivityType.WIFI, ft.ConnectivityType.ETHERNET}:
        return "wifi"
    if ft.ConnectivityType.MOBILE in kinds:
        return "mobile"
    return "none" if kinds == {ft.ConnectivityType.NONE} else "unknown"


def tells(desk: Desk) -> bool:
    """Whether this device can tell Wi-Fi from mobile data."""
    return not desk.page.web


async def line(desk: Desk) -> Network:
    """The line there is now. From the first question on, a change of it is told to what carries."""
    if not tells(desk):
        return "unknown"
    if desk not in _services:
        _services[desk] = ft.Connectivity(on_change=lambda e: desk.later(partial(_moved, desk, e)))
    try:
        return kind_of(await _services[desk].get_connectivity())
    except RuntimeError:  # what a service call raises when the device has no such thing
        return "unknown"


async def _moved(desk: Desk, event: Any) -> None:
    if desk.session.phase == "open" and not desk.closed:
        await desk.away(partial(desk.session.replication.on_network, kind_of(event.connectivity)))
        if desk.session.posts:
            await desk.away(desk.session.letters.now)
