"""Sentences, days, numbers and order, in both languages."""

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import AppError, DocumentInvalid, FactMissing, SentenceMissing, SentencesInvalid
from app.services.content.documents import Phrase
from app.services.content.speech import Speech, sentences

ASSETS = Path(__file__).parents[3] / "assets"
SV = Speech("sv", ASSETS, strict=True)
EN = Speech("en", ASSETS, strict=True)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY = datetime(2025, 10, 14, 16, 0, tzinfo=STOCKHOLM)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two small languages: the Swedish one has a sentence more."""
    for language, texts in {
        "sv": {"a.hello": "Hej {name}", "a.only": "Bara här", "a.n.one": "en sak", "a.n.other": "{count} saker"},
        "en": {"a.hello": "Hello {name}", "a.n.one": "one thing", "a.n.other": "{count} things"},
    }.items():
        folder = tmp_path / "locales" / language
        folder.mkdir(parents=True)
        (folder / "a.json").write_text(json.dumps(texts), encoding="utf-8")
    return tmp_path


# ---------------------------------------------------------------------------------------------- sentences
def test_a_sentence_takes_its_facts(small: Path) -> None:
    assert Speech("sv", small).say("a.hello", name="Åsa") == "Hej Åsa"
    assert Speech("en", small).say("a.hello", name="Åsa") == "Hello Åsa"


def test_a_sentence_that_ends_with_a_shortened_month_has_one_full_stop() -> None:
    day = date(2026, 11, 22)
    assert SV.say("server.quiet", name="Yusuf", when=SV.day(day)) == "Inget från Yusuf sedan sön 22 nov."
    assert EN.say("server.quiet", name="Yusuf", when=EN.day(day)) == "Nothing from Yusuf since Sun 22 Nov."
    assert SV.say("agreement.signed.own", when=SV.day(day)) == "sön 22 nov., på egen telefon"


def test_a_name_turns_nothing_but_itself(small: Path) -> None:
    speech = Speech("sv", small)
    assert speech.say("a.hello", name="שרה") == "Hej \u2068שרה\u2069"
    assert speech.say("a.hello", name="\u202eadA") == "Hej \u2068\u202eadA\u2069"
    assert SV.listing(["Åsa", "שרה"]) == "Åsa och \u2068שרה\u2069"


def test_what_somebody_typed_is_never_a_template(small: Path) -> None:
    assert Speech("sv", small).say("a.hello", name="{count} {0.__class__} %s") == "Hej {count} {0.__class__} %s"


@pytest.mark.parametrize(("count", "words"), [(0, "0 saker"), (1, "en sak"), (2, "2 saker"), (4000, "4\xa0000 saker")])
def test_the_count_chooses_the_form(small: Path, count: int, words: str) -> None:
    assert Speech("sv", small, strict=True).say("a.n", count=count) == words


def test_a_missing_sentence_is_an_error_in_tests(small: Path) -> None:
    with pytest.raises(SentenceMissing) as caught:
        Speech("en", small, strict=True).say("a.only")
    assert caught.value.facts == {"key": "a.only", "language": "en"}


def test_a_missing_fact_is_an_error_in_tests(small: Path) -> None:
    with pytest.raises(FactMissing):
        Speech("sv", small, strict=True).say("a.hello")


def test_readers_never_see_a_key_or_a_brace(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    speech = Speech("en", small)
    assert speech.say("a.only") == "Bara här"
    assert speech.say("a.gone") == "…"
    assert speech.say("a.hello") == "Hello …"
    assert "a.only" in caplog.text


def test_it_is_known_whether_there_is_a_sentence(small: Path) -> None:
    assert Speech("sv", small).has("a.only")
    assert not Speech("en", small).has("a.only")


def test_an_error_has_its_sentence() -> None:
    error = DocumentInvalid(document="goal.smart", field="text")
    assert "goal.smart" in SV.error(error)
    assert SV.error(error) != EN.error(error)


def test_an_error_nobody_foresaw_has_a_sentence_too() -> None:
    class NeverWritten(AppError):
        code = "tests-never-written"

    assert SV.error(ZeroDivisionError()) == SV.say("error.unexpected")
    assert Speech("sv", ASSETS).error(NeverWritten()) == SV.say("error.unexpected")
    with pytest.raises(SentenceMissing):
        SV.error(NeverWritten())


def test_content_is_read_with_the_numbers_of_the_region() -> None:
    phrase = Phrase(sv="Ring {emergency}.", en="Call {emergency}.")
    assert Speech("sv", ASSETS, {"emergency": "112"}, strict=True).read(phrase) == "Ring 112."
    assert Speech("en", ASSETS, {"emergency": "999"}, strict=True).read(phrase) == "Call 999."


def test_what_nobody_has_filled_in_is_a_blank() -> None:
    phrase = Phrase(sv="Träffa {name}", en="Meet {name}")
    assert SV.read(phrase) == "Träffa [namn]"
    assert EN.read(phrase) == "Meet [name]"
    assert SV.read(phrase, name="Yusuf") == "Träffa Yusuf"


def test_a_number_to_call_is_never_a_gap() -> None:
    """112 answers in the whole of the EU and in the United Kingdom, whatever was forgotten."""
    assert SV.read(Phrase(sv="Ring {emergency} eller {crisis_line}", en="Call {emergency} or {crisis_line}")) == (
        "Ring 112 eller 112"
    )


def test_another_region_is_another_speech() -> None:
    assert Speech("sv", ASSETS, {"emergency": "112"}) == Speech("sv", ASSETS, {"emergency": "112"})
    assert Speech("sv", ASSETS, {"emergency": "112"}) != Speech("sv", ASSETS, {"emergency": "999"})
    assert hash(SV) == hash(Speech("sv", ASSETS, strict=True))


@pytest.mark.parametrize(
    "broken", ["{", "[]", '{"b.key": "text"}', '{"a.key": 1}', '{"a.key": null}', '"text"', "[" * 100_000, "\udcff"]
)
def test_a_broken_language_file_is_one_typed_error(small: Path, broken: str) -> None:
    (small / "locales" / "sv" / "a.json").write_text(broken, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(SentencesInvalid):
        sentences(small, "sv")


def test_a_language_without_sentences_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SentencesInvalid):
        Speech("sv", tmp_path).say("a.key")


# ---------------------------------------------------------------------------------------------- days and times
def test_days_as_swedes_write_them() -> None:
    assert SV.day(TUESDAY) == "tis 14 okt."
    assert SV.day_year(TUESDAY) == "tis 14 okt. 2025"
    assert SV.day_long(TUESDAY) == "tisdag 14 oktober"
    assert SV.day_plain(TUESDAY) == "14 okt."
    assert SV.month(TUESDAY) == "oktober 2025"
    assert SV.moment(TUESDAY) == "tis 14 okt. kl. 16:00"


def test_days_as_they_are_written_in_english() -> None:
    assert EN.day(TUESDAY) == "Tue 14 Oct"
    assert EN.day_long(TUESDAY) == "Tuesday 14 October"
    assert EN.moment(TUESDAY) == "Tue 14 Oct at 16:00"


def test_near_days_have_names() -> None:
    today = TUESDAY.date()
    assert [SV.near_day(today + timedelta(days=n), today) for n in (-2, -1, 0, 1, 2)] == [
        "sön 12 okt.",
        "i går",
        "i dag",
        "i morgon",
        "tors 16 okt.",
    ]
    assert EN.near_day(date(2026, 1, 3), today) == "Sat 3 Jan 2026"
    assert SV.near(TUESDAY, TUESDAY.replace(hour=8)) == "i dag kl. 16:00"
    assert SV.near(TUESDAY, TUESDAY - timedelta(hours=17)) == "i morgon kl. 16:00", "the day, not the hours, decides"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "nu"),
        (1, "om en minut"),
        (20, "om 20 minuter"),
        (59, "om 59 minuter"),
        (60, "om 1 tim"),
        (90, "om 1 tim 30 min"),
        (6 * 60, "i dag kl. 16:00"),
        (24 * 60, "i morgon kl. 16:00"),
        (-5, "för 5 minuter sedan"),
    ],
)
def test_how_far_away(minutes: int, words: str) -> None:
    assert SV.until(TUESDAY, TUESDAY - timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (1, "a minute ago"),
        (5, "5 minutes ago"),
        (60, "an hour ago"),
        (150, "2 hours ago"),
        (7 * 60, "today at 16:00"),
        (24 * 60, "yesterday at 16:00"),
    ],
)
def test_how_long_since(minutes: int, words: str) -> None:
    assert EN.ago(TUESDAY, TUESDAY + timedelta(minutes=minutes)) == words


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2027, 3, 28, 0, tzinfo=UTC)])
def test_twenty_minutes_are_twenty_minutes_while_the_clocks_are_moved(night: datetime) -> None:
    now, at = (night + timedelta(minutes=minutes) for minutes in (50, 70))
    now, at = now.astimezone(STOCKHOLM), at.astimezone(STOCKHOLM)
    assert SV.until(at, now) == "om 20 minuter"
    assert SV.ago(now, at) == "för 20 minuter sedan"


def test_clocks_and_lengths() -> None:
    assert SV.clock(time(9, 5)) == "09:05"
    assert SV.clock_seconds(time(15, 12, 3)) == "15:12:03"
    assert [SV.duration(m) for m in (0, 45, 60, 90)] == ["0 min", "45 min", "1 tim", "1 tim 30 min"]


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.sampled_from([UTC, STOCKHOLM])),
    st.integers(-(10**7), 10**7),
)
def test_any_moment_can_be_said(now: datetime, minutes: int) -> None:
    """Clocks that stand on 1970 or 2099 included."""
    at = now + timedelta(minutes=minutes)
    for speech in (SV, EN):
        for words in (speech.until(at, now), speech.ago(at, now), speech.near(at, now)):
            assert words and "{" not in words


# ---------------------------------------------------------------------------------------------- numbers and lists
def test_numbers_as_they_are_written() -> None:
    assert (SV.number(4.3), EN.number(4.3)) == ("4,3", "4.3")
    assert (SV.percent(0.8), EN.percent(0.8)) == ("80\xa0%", "80%")
    assert SV.number(12345) == "12\xa0345"


@pytest.mark.parametrize("speech", [SV, EN], ids=["sv", "en"])
def test_a_count_is_written_as_a_number_and_needs_no_library(speech: Speech, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading what all languages have takes as long as drawing a screen: one with a thousand of something waited for it."""
    counts = (0, 2, 999, 1000, 1001, 12_345, 999_999, 1_000_000, 1_234_567_890, -999, -1000, -12_345)
    template = speech.shipped("note.open-tasks.other")
    wanted = [template.format(count=speech.number(count)) for count in counts]

    def asked(*_: object) -> None:
        raise AssertionError("the library was asked")

    monkeypatch.setattr("app.services.content.speech._locale", asked)
    assert [speech.say("note.open-tasks", count=count) for count in counts] == wanted


def test_things_in_a_row() -> None:
    assert [SV.listing(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a och b", "a, b och c"]
    assert EN.listing(["a", "b", "c"]) == "a, b and c"


# ---------------------------------------------------------------------------------------------- order
NAMES = ["Anna", "Éva", "Eva", "Åke", "Ärla", "Zoe", "Östen", "Öberg", "anders", "Müller", "Myra", "Möte 2", "Möte 10"]


def test_swedish_order_ends_with_its_own_letters() -> None:
    shuffled = random.Random(7).sample(NAMES, len(NAMES))
    assert sorted(shuffled, key=SV.sort_key) == [
        *["anders", "Anna", "Eva", "Éva", "Müller", "Myra", "Möte 2", "Möte 10", "Zoe", "Åke", "Ärla", "Öberg", "Östen"]
    ]


def test_english_order_puts_them_with_their_letter() -> None:
    shuffled = random.Random(8).sample(NAMES, len(NAMES))
    assert sorted(shuffled, key=EN.sort_key) == [
        *["Åke", "anders", "Anna", "Ärla", "Eva", "Éva", "Möte 2", "Möte 10", "Müller", "Myra", "Öberg", "Östen", "Zoe"]
    ]


def test_letters_written_in_two_ways_stand_together() -> None:
    assert SV.sort_key("Åsa")[:-1] == SV.sort_key("A\u030asa")[:-1]


@given(st.lists(st.text()))
def test_anything_can_be_sorted(texts: list[str]) -> None:
    for speech in (SV, EN):
        backwards = texts[::-1]
        assert sorted(backwards, key=speech.sort_key) == sorted(texts, key=speech.sort_key)
