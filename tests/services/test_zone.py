"""The named zone of this device."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.model.schedule import aware
from app.services import zone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stockholm() -> Iterator[None]:
    """The device's clock is in Stockholm, whatever the machine of this test is set to."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Stockholm"
    time.tzset()
    zone._here.cache_clear()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
    zone._here.cache_clear()


@pytest.mark.parametrize("year", [1, 2, 4, 1960, 1969, 9604, 9998, 9999])
@pytest.mark.parametrize("day", [(1, 1), (2, 28), (12, 31)])
def test_a_clock_in_any_year_leaves_room_to_count_both_ways(year: int, day: tuple[int, int]) -> None:
    leap = (2, 29) if year % 4 == 0 else day
    moment = zone.within_calendars(datetime(year, *leap, 23, 59, 59, tzinfo=UTC))
    assert (moment.month, moment.day, moment.hour) == (*leap, 23)
    assert 1970 <= (moment - timedelta(days=400)).year < (moment + timedelta(days=36500)).year < 9999


def test_a_clock_within_them_is_believed() -> None:
    for year in (1970, 2026, 2038, 2099, 9600):
        assert zone.within_calendars(SUMMER.replace(year=year)) == SUMMER.replace(year=year)


def found(folder: Path, *, tz: str | None = None, link: str = "", hint: str = "") -> str | None:
    """The name that these sources lead to."""
    if link:
        (folder / "localtime").symlink_to(link)
    if hint:
        (folder / "timezone").write_text(hint, "utf-8")
    there = zone.zone({} if tz is None else {"TZ": tz}, link=folder / "localtime", hint=folder / "timezone", at=SUMMER)
    return None if there is None else there.key


@pytest.mark.parametrize(
    "tz",
    ["Europe/Stockholm", ":Europe/Stockholm", "/usr/share/zoneinfo/Europe/Stockholm"],
)
def test_the_variable_names_the_zone(tmp_path: Path, tz: str) -> None:
    assert found(tmp_path, tz=tz) == "Europe/Stockholm"


@pytest.mark.parametrize(
    "link",
    [
        "/usr/share/zoneinfo/Europe/Stockholm",
        "../usr/share/zoneinfo/Europe/Stockholm",
        "/usr/share/zoneinfo/posix/Europe/Stockholm",
        "/var/db/timezone/zoneinfo/Europe/Stockholm",
    ],
)
def test_the_link_of_the_zone_file_names_it(tmp_path: Path, link: str) -> None:
    assert found(tmp_path, link=link) == "Europe/Stockholm"


def test_the_hint_is_read_where_the_zone_file_is_a_copy(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")
    assert found(tmp_path, hint="Europe/Stockholm\n") == "Europe/Stockholm"


@pytest.mark.parametrize(
    ("tz", "link", "hint"),
    [
        (None, "", ""),  # Windows, a phone
        ("CET-1CEST,M3.5.0,M10.5.0/3", "", "Europe/Stockholm"),  # a rule, not a name; and the files do not count
        ("", "/usr/share/zoneinfo/Europe/Stockholm", ""),
        (None, "/usr/share/zoneinfo/Europe/London", ""),  # the device shows another time
        (None, "/usr/share/zoneinfo/Africa/Lagos", ""),  # the same time in winter only
        (None, "/usr/share/zoneinfo/../../../etc/passwd", "../../etc/passwd"),
        (None, "/usr/share/zoneinfo/", "Nowhere/Land"),
    ],
)
def test_no_name_rather_than_a_wrong_one(tmp_path: Path, tz: str | None, link: str, hint: str) -> None:
    assert found(tmp_path, tz=tz, link=link, hint=hint) is None


def test_a_hint_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "timezone").write_bytes(b"\xff\xfe")
    assert found(tmp_path) is None


def test_the_link_wins_over_an_old_hint(tmp_path: Path) -> None:
    link = "/usr/share/zoneinfo/Europe/Stockholm"
    assert found(tmp_path, link=link, hint="Europe/Paris") == "Europe/Stockholm"


def test_now_carries_the_name_and_16_00_stays_16_00() -> None:
    now = zone.now()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    name = getattr(now.tzinfo, "key", "")
    assert name == "Europe/Stockholm"
    winter = aware(datetime(2026, 1, 15, 16), name)
    summer = aware(datetime(2026, 7, 15, 16), name)
    assert (winter.hour, summer.hour) == (16, 16)
    assert winter.utcoffset() != summer.utcoffset()


def test_without_a_name_the_offset_of_the_device_is_used() -> None:
    os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
    time.tzset()
    now = zone.now()
    assert not hasattr(now.tzinfo, "key")
    assert now.utcoffset() in (timedelta(hours=1), timedelta(hours=2))
