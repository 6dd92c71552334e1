"""What line a device has: the phone's word is believed, and where nothing can tell it is not guessed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import flet as ft
import pytest

from app.ui.desk import Desk
from app.ui.network import kind_of, line, tells

Kind = ft.ConnectivityType


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([Kind.WIFI], "wifi"),
        ([Kind.ETHERNET], "wifi"),
        ([Kind.MOBILE], "mobile"),
        ([Kind.VPN, Kind.MOBILE], "mobile"),
        ([Kind.MOBILE, Kind.WIFI], "wifi"),
        ([Kind.NONE], "none"),
        ([Kind.VPN], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_line_that_counts(found: list[ft.ConnectivityType], kind: str) -> None:
    assert kind_of(found) == kind


class Phone:
    """A desk on a phone, as far as its line goes."""

    def __init__(self, *, web: bool = False) -> None:
        self.page = SimpleNamespace(web=web)
        self.told: list[str] = []
        self.later_on: list[Any] = []
        self.closed = False
        self.session = SimpleNamespace(
            phase="open", posts=False, replication=SimpleNamespace(on_network=self.told.append)
        )

    def later(self, call: Any) -> None:
        self.later_on.append(call)

    async def away(self, call: Any) -> None:
        call()


class Service:
    """The phone's own answer."""

    now: Any = (Kind.MOBILE,)

    def __init__(self, on_change: Any) -> None:
        self.on_change = on_change

    async def get_connectivity(self) -> list[ft.ConnectivityType]:
        if isinstance(self.now, Exception):
            raise self.now
        return list(self.now)


async def test_a_browser_cannot_tell_and_is_not_asked() -> None:
    desk = cast(Desk, Phone(web=True))
    assert not tells(desk)
    assert await line(desk) == "unknown"


async def test_a_phone_is_asked_and_says_when_the_line_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Service] = []

    def service(on_change: Any) -> Service:
        made.append(Service(on_change))
        return made[-1]

    monkeypatch.setattr(ft, "Connectivity", service)
    phone = Phone()
    desk = cast(Desk, phone)
    assert await line(desk) == "mobile"
    assert await line(desk) == "mobile"
    assert len(made) == 1
    made[0].on_change(SimpleNamespace(connectivity=[Kind.WIFI]))
    await phone.later_on.pop()()
    assert phone.told == ["wifi"]
    phone.session.phase = "locked"
    made[0].on_change(SimpleNamespace(connectivity=[Kind.MOBILE]))
    await phone.later_on.pop()()
    assert phone.told == ["wifi"], "nothing is carried while it is locked"
    made[0].now = RuntimeError("no such service")
    assert await line(desk) == "unknown"
