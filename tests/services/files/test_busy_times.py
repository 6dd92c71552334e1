"""Busy times in: start and end and nothing else, from honest calendars and from hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import CalendarTooHeavy, CalendarTooLarge, NotACalendar
from app.model.commands import AddPerson, KeepBusy, PlanMeeting
from app.services.content.speech import Speech
from app.services.files.busy_times import AHEAD_MAX, BYTES_MAX, EVENT_MAX, EVENTS_MAX, LINE_MAX, BusyTimes, read
from app.services.files.calendar_file import take_out
from tests.support.store import NOON, STOCKHOLM, memory_store

PLANTED = "Kanelbulle"


def calendar(*events: str, head: str = "") -> bytes:
    blocks = "".join(
        f"BEGIN:VEVENT\r\nUID:{place}\r\nSUMMARY:{PLANTED}\r\n{event}\r\nEND:VEVENT\r\n"
        for place, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PLANTED}\r\n{head}{blocks}END:VCALENDAR\r\n".encode()


def busy(*events: str, head: str = "") -> BusyTimes:
    return read(calendar(*events, head=head), NOON)


def walls(times: BusyTimes) -> list[tuple[str, str]]:
    """The spans on the wall in Stockholm."""
    return [tuple(f"{at.astimezone(STOCKHOLM):%m-%d %H:%M}" for at in span) for span in times.spans]  # type: ignore[misc]


ONE = "DTSTART;TZID=Europe/Stockholm:20261020T160000\r\nDTEND;TZID=Europe/Stockholm:20261020T170000"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (ONE, ("10-20 16:00", "10-20 17:00")),
        ("DTSTART:20261020T140000Z\r\nDURATION:PT90M", ("10-20 16:00", "10-20 17:30")),
        ("DTSTART;VALUE=DATE:20261020\r\nDTEND;VALUE=DATE:20261022", ("10-20 00:00", "10-22 00:00")),
        ("DTSTART;VALUE=DATE:20261025", ("10-25 00:00", "10-26 00:00")),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261020T160000\r\nDURATION:PT1H",
            ("10-20 16:00", "10-20 17:00"),
        ),
        (
            'DTSTART;TZID="/freeassociation.sourceforge.net/Europe/Stockholm":20261020T160000\r\nDURATION:PT1H',
            ("10-20 16:00", "10-20 17:00"),
        ),
        ("DTSTART;TZID=America/New_York:20261020T100000\r\nDURATION:PT1H", ("10-20 16:00", "10-20 17:00")),
        ("dtstart:20261020T140010Z\r\nduration:PT90S", ("10-20 16:00", "10-20 16:02")),
        ("DTSTART:20261014T090000Z\r\nDTEND:20261014T110000Z", ("10-14 12:00", "10-14 13:00")),
    ],
    ids=["zone", "utc", "days", "long day", "other names", "vendor", "abroad", "small letters", "already on"],
)
def test_start_and_end_are_found(event: str, expected: tuple[str, str]) -> None:
    found = busy(event)
    assert walls(found) == [expected] and (found.events, found.left_out, found.guessed) == (1, 0, 0)


@pytest.mark.parametrize(
    "event",
    [
        ONE + "\r\nTRANSP:TRANSPARENT",
        ONE + "\r\nSTATUS:CANCELLED",
        "DTSTART:20261010T140000Z\r\nDURATION:PT1H",
        "DTSTART:20261014T090000Z\r\nDTEND:20261014T100000Z",
        "DTSTART:20280101T140000Z\r\nDURATION:PT1H",
        "DTSTART:20261020T140000Z",
    ],
    ids=["free", "cancelled", "long over", "just over", "in two years", "no length"],
)
def test_what_takes_no_time_to_come_is_not_kept(event: str) -> None:
    found = busy(event)
    assert found.spans == () and found.left_out == 0


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:yesterday",
        "DTSTART:20261399T990000Z\r\nDURATION:PT1H",
        "SUMMARY:no time at all",
        ONE + "\r\nRRULE:FREQ=SECONDLY",
        ONE + "\r\nRRULE:FREQ=HOURLY;COUNT=5",
        ONE + "\r\nRRULE:FREQ=DAILY;BYSECOND=0,1,2,3",
        ONE + "\r\nRRULE:FREQ=DAILY;INTERVAL=0",
        ONE + "\r\nRRULE:FREQ=SOMETIMES",
        ONE + "\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY",
        ONE + "\r\nEXDATE:never",
        "DTSTART:20261020T140000Z\r\nDTEND:20261020T130000Z",
        "DTSTART:20261020T140000Z\r\nDTEND:20270120T130000Z",
        "DTSTART:20261020T140000Z\r\nDTSTART:20261021T140000Z\r\nDURATION:PT1H",
        "DTSTART:19010101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=1000000",
    ],
)
def test_what_says_nothing_is_left_out_and_counted(event: str) -> None:
    found = busy(event, ONE)
    assert walls(found) == [("10-20 16:00", "10-20 17:00")] and found.left_out == 1 and found.events == 2


def test_a_zone_that_nobody_knows_is_taken_as_here_and_said() -> None:
    head = (
        "BEGIN:VTIMEZONE\r\nTZID:Nowhere\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\n"
        "TZOFFSETTO:+0900\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    found = busy("DTSTART;TZID=Nowhere:20261020T160000\r\nDURATION:PT1H", head=head)
    assert walls(found) == [("10-20 16:00", "10-20 17:00")] and found.guessed == 1


# ------------------------------------------------------------------ series


def test_an_endless_series_stays_at_its_hour_and_ends_with_the_window() -> None:
    found = busy("DTSTART;TZID=Europe/Stockholm:20050104T160000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH")
    assert all(start.endswith("16:00") for start, _ in walls(found))
    assert 104 <= len(found.spans) <= 106 and found.spans[-1][0] < NOON + timedelta(days=366)


def test_every_other_week_keeps_its_week_however_long_ago_it_began() -> None:
    every = "DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;INTERVAL=2"
    began = datetime(1999, 1, 5, 9)
    found = busy(f"DTSTART;TZID=Europe/Stockholm:{began:%Y%m%dT%H%M%S}\r\n{every}")
    days = [start.astimezone(STOCKHOLM).replace(tzinfo=None) - began for start, _ in found.spans]
    assert len(days) == 26 and all(one % timedelta(weeks=2) == timedelta(0) for one in days)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;TZID=Europe/Stockholm:20261025T023000\r\nDTEND;TZID=Europe/Stockholm:20261025T033000", (0, 30, 120)),
        ("DTSTART;TZID=Europe/Stockholm:20261025T013000\r\nDURATION:PT2H", (23, 30, 120)),
        ("DTSTART;TZID=Europe/Stockholm:20270328T023000\r\nDTEND;TZID=Europe/Stockholm:20270328T033000", (1, 30, 60)),
        ("DTSTART;TZID=Europe/Stockholm:20270328T013000\r\nDTEND;TZID=Europe/Stockholm:20270328T033000", (0, 30, 60)),
    ],
    ids=["twice", "through the hour that is there twice", "an hour that is not there", "through it"],
)
def test_in_the_nights_when_the_clocks_change(event: str, expected: tuple[int, int, int]) -> None:
    ((start, end),) = busy(event).spans
    assert (start.hour, start.minute, (end - start) // timedelta(minutes=1)) == expected


def test_a_period_that_was_added_is_as_long_as_it_says() -> None:
    more = "RDATE;VALUE=PERIOD:20261022T140000Z/PT2H,20261023T140000Z/20261023T143000Z"
    assert walls(busy(f"{ONE}\r\n{more}"))[1:] == [("10-22 16:00", "10-22 18:00"), ("10-23 16:00", "10-23 16:30")]


def test_left_out_days_added_days_and_moved_ones() -> None:
    found = read(
        calendar(
            "DTSTART;TZID=Europe/Stockholm:20261020T160000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;UNTIL=20261110T235959Z\r\n"
            "EXDATE;TZID=Europe/Stockholm:20261027T160000\r\nRDATE;TZID=Europe/Stockholm:20261022T080000"
        ).replace(
            b"END:VCALENDAR",
            b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20261103T160000\r\n"
            b"DTSTART;TZID=Europe/Stockholm:20261104T090000\r\nDURATION:PT2H\r\nEND:VEVENT\r\n"
            b"BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;TZID=Europe/Stockholm:20261110T160000\r\n"
            b"DTSTART;TZID=Europe/Stockholm:20261110T160000\r\nDURATION:PT1H\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
            b"END:VCALENDAR",
        ),
        NOON,
    )
    assert walls(found) == [
        ("10-20 16:00", "10-20 17:00"),
        ("10-22 08:00", "10-22 09:00"),
        ("11-04 09:00", "11-04 11:00"),
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=-1FR", 12),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 0),
        ("FREQ=YEARLY", 1),
        ("FREQ=DAILY;COUNT=3", 3),
        ("FREQ=DAILY;UNTIL=20261022", 3),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 12),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 0),
        ("FREQ=MONTHLY;BYDAY=6MO", 0),
    ],
)
def test_rules_of_every_kind_also_those_that_never_come(rule: str, expected: int) -> None:
    found = busy(f"{ONE}\r\nRRULE:{rule}")
    assert len(found.spans) == expected and found.left_out == 0


# ------------------------------------------------------------------ hostile files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x00" * 100,
        b"\xff\xfe\x00",
        b"PK\x03\x04",
        b"BEGIN:VCARD\r\nEND:VCARD",
        b"BEGIN:VCALENDAR\r\nBEGIN:X",
    ],
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(NotACalendar):
        read(data, NOON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["DTSTART:20261021", "END:VEV", "END:VCAL"])
def test_a_file_that_ends_in_the_middle_counts_as_far_as_it_goes_and_says_so(end: str, encoding: str) -> None:
    whole = calendar(ONE, "DTSTART:20261021T140000Z\r\nDURATION:PT1H").decode()
    data = whole[: whole.rindex(end) + len(end)].encode(encoding)
    first = read(data[: len(data) - (encoding == "utf-16")], NOON)
    assert first.cut and ("10-20 16:00", "10-20 17:00") in walls(first)
    assert not read(whole.encode(encoding), NOON).cut
    assert not busy().cut and read(whole[: whole.index("BEGIN:VEVENT")].encode() + b"END:VCALENDAR", NOON).cut is False


def test_an_empty_calendar_is_one() -> None:
    assert busy() == BusyTimes()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_that_calendars_come_in(encoding: str) -> None:
    text = calendar(ONE + "\r\nLOCATION:Kafé Åäö").decode()
    assert walls(read(text.encode(encoding), NOON)) == [("10-20 16:00", "10-20 17:00")]


def test_bytes_that_are_no_text_stand_only_where_nothing_is_read() -> None:
    data = calendar(ONE).replace(PLANTED.encode(), b"\xff\xfe\x80\x00\xc3")
    assert walls(read(data, NOON)) == [("10-20 16:00", "10-20 17:00")]


def test_ten_thousand_events_of_years_gone_by_are_read_at_once() -> None:
    old = ["DTSTART:20150101T100000Z\r\nDTEND:20150101T110000Z"] * 9_999
    found = busy(*old, ONE)
    assert found.events == 10_000 and walls(found) == [("10-20 16:00", "10-20 17:00")]


def test_what_happens_once_is_read_without_the_library_and_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = [
        f"DTSTART{zone}:{at}{end}"
        for at in ("20261020T160000", "20270328T023000", "20261025T023000", "20261132T160000", "20261020T166000")
        for zone, end in (
            (";TZID=Europe/Stockholm", ""),
            (";TZID=Asia/Tokyo", ""),
            (";TZID=No/Where", ""),
            ("", "Z"),
            ("", ""),
        )
    ]
    ends = [
        "",
        "\r\nDTEND;TZID=Europe/Stockholm:20261025T033000",
        "\r\nDTEND:20261019T120000Z",
        "\r\nDTEND;VALUE=DATE:20261021",
    ]
    events = [
        start + end
        for start in (*starts, "DTSTART;VALUE=DATE:20261020", "DTSTART;VALUE=DATE:20261020T160000")
        for end in ends
    ]
    events += [
        f"{ONE}\r\nSTATUS:CANCELLED",
        f"{ONE}\r\nTRANSP:TRANSPARENT",
        f"{ONE}\r\n{ONE}",
        "DTEND:20261019T120000Z",
    ]
    lengths = ("PT1H30M", "P1DT2H", "P2D", "PT90M", "PT", "P", "-PT1H", "PT0M", "P99D", "P1W")
    events += [f"{at}\r\nDURATION:{long}" for long in lengths for at in ("DTSTART:20261020T140000Z", starts[0], ONE)]
    quick = [busy(event) for event in events]
    asked: list[bytes] = []
    monkeypatch.setattr("app.services.files.busy_times._parsed", lambda lines: asked.append(lines[0]))
    assert (
        busy(ONE, "DTSTART:20261020T140000Z", "DTSTART;VALUE=DATE:20261020", f"{starts[0]}\r\nDURATION:PT45M")
        and not asked
    )
    monkeypatch.undo()
    monkeypatch.setattr("app.services.files.busy_times._plain", lambda _: None)
    assert quick == [busy(event) for event in events]
    assert sum(bool(one.spans) for one in quick) >= 20 and sum(one.left_out for one in quick) >= 10


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (calendar(*[ONE] * (AHEAD_MAX + 1)), "ahead"),
        (calendar(*["DTSTART:20150101T100000Z"] * (EVENTS_MAX + 1)), "events"),
        (calendar("EXDATE:" + "20261020T140000Z," * (LINE_MAX // 16)), "line"),
        (calendar("EXDATE:" + "20261020T140000Z,\r\n " * (LINE_MAX // 16)), "line"),
        (calendar("EXDATE:20261020T140000Z\r\n" * (EVENT_MAX // 20)), "event"),
        (b"BEGIN:VCALENDAR" + b" " * BYTES_MAX, "bytes"),
    ],
    ids=["ahead", "events", "line", "folded line", "event", "bytes"],
)
def test_more_than_we_read_is_refused_before_it_is_read(data: bytes, reason: str) -> None:
    with pytest.raises(CalendarTooLarge) as refused:
        read(data, NOON)
    assert refused.value.facts == {"reason": reason}


def test_a_line_without_end_that_nobody_reads_is_no_harm() -> None:
    assert walls(busy("DESCRIPTION:" + "x" * 1_000_000 + "\r\n " * 10_000 + "\r\n" + ONE)) == [
        ("10-20 16:00", "10-20 17:00")
    ]


@pytest.mark.parametrize("zone", ["Europe", "A" * 300, "a/" * 2000])
def test_a_zone_whose_name_is_no_file_leaves_only_its_event_out(zone: str) -> None:
    found = busy(f"DTSTART;TZID={zone}:20261021T160000\r\nDURATION:PT1H", ONE)
    assert walls(found) == [("10-20 16:00", "10-20 17:00")] and found.left_out == 1


def test_a_line_of_nothing_but_beginnings_of_zones_is_read_in_a_moment() -> None:
    before = process_time()
    read(calendar("EXDATE;" + "TZID=/1" * (LINE_MAX // 8) + ":20270101T100000"), NOON)
    assert process_time() - before < 2  # where each is searched to the end of the line: eight seconds


def test_work_without_end_stops_in_time() -> None:
    ticks = count()
    with pytest.raises(CalendarTooHeavy):
        read(calendar(*[ONE + "\r\nRRULE:FREQ=DAILY"] * 20), NOON, clock=lambda: next(ticks) / 100)


@given(st.binary(max_size=300))
def test_whatever_stands_in_an_event_the_reader_says_something_sensible(noise: bytes) -> None:
    data = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=DAILY\r\nDTSTART" + noise + b"\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    try:
        found = read(data, NOON)
    except NotACalendar:
        return
    assert all(start < end and end - start <= timedelta(days=32) for start, end in found.spans)


# ------------------------------------------------------------------ together


def test_a_planted_word_is_nowhere_in_what_is_kept() -> None:
    store = memory_store()
    fields = (
        "SUMMARY",
        "LOCATION",
        "DESCRIPTION",
        "CATEGORIES",
        "URL",
        "COMMENT",
        "ORGANIZER;CN=x",
        "X-NOTE",
        "CONTACT",
    )
    lines = "\r\n".join(f"{name}:{PLANTED}" for name in fields)
    alarm = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:{PLANTED}\r\nTRIGGER:-PT1H\r\nEND:VALARM"
    found = read(calendar(f"{ONE}\r\n{lines}\r\n{alarm}").replace(b"UID:0", f"UID:{PLANTED}@x".encode()), NOON)
    store.execute(KeepBusy(spans=found.spans))
    kept = repr({name: list(store.memory.table(name)) for name in ("busy", "version", "setting")})
    assert "20261020T1400Z/20261020T1500Z" in kept and PLANTED not in kept


def test_our_own_meetings_are_not_busy_times() -> None:
    store = memory_store()
    pair = store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
    store.execute(PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm"))
    made = take_out(store, Speech("sv", Path(__file__).parents[3] / "assets", strict=True), NOON)
    assert made.count == 1 and read(made.data, NOON).spans == ()


def test_touching_and_overlapping_times_become_one() -> None:
    at = [f"DTSTART:20261020T{hour:02}0000Z\r\nDURATION:PT90M" for hour in (9, 10, 8, 13)]
    assert walls(busy(*at)) == [("10-20 10:00", "10-20 13:30"), ("10-20 15:00", "10-20 16:30")]


@given(
    st.lists(st.tuples(st.integers(0, 500_000), st.integers(1, 3000)), max_size=12),
    st.sampled_from(["Europe/Stockholm", "America/New_York", "Asia/Tokyo"]),
)
def test_spans_of_another_writer_cover_exactly_the_same_minutes(spans: list[tuple[int, int]], zone: str) -> None:
    there = icalendar.Calendar()
    expected: set[int] = set()
    begin = NOON.astimezone(UTC)
    for after, minutes in spans:
        event = icalendar.Event()
        start = (begin + timedelta(minutes=after)).astimezone(ZoneInfo(zone))
        event.add("dtstart", start)
        event.add("dtend", (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone)))
        event.add("summary", PLANTED)
        there.add_component(event)
        expected |= set(range(after, min(after + minutes, 366 * 24 * 60)))
    found = read(there.to_ical(), NOON)
    covered = {
        minute
        for start, end in found.spans
        for minute in range(int((start - begin) / timedelta(minutes=1)), int((end - begin) / timedelta(minutes=1)))
    }
    assert covered == expected
