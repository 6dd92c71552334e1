"""What leaves on purpose: everything is there, in both parts, and nothing in it can do harm where it is opened."""

from __future__ import annotations

import dataclasses
import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.model import commands as do
from app.model.changes import Change, Op
from app.model.fields import Choice
from app.model.queries import GroupAt
from app.model.schema import KINDS
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.export import _BEHIND, DATA, FORMAT, PAGE, VERSION, Elsewhere, Export, export
from app.services.records.drafts import begun
from tests.support.fill import fill
from tests.support.store import NOON, MemoryStore, memory_store

ASSETS = Path(__file__).parents[3] / "assets"
LIBRARY = Library(ASSETS)
SPEECH = {language: Speech(language, ASSETS, LIBRARY.facts("SE"), strict=True) for language in ("sv", "en")}
HOSTILE = '</dd></article><script>alert("x")</script><img src="https://evil.example/x">&amp;\x00\u202e{name}'


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in order; collects words, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.articles: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "article":
            self.articles.append([])
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "article" in self.open and data.strip():
            self.articles[-1].append(data.strip())


def taken(store: MemoryStore, language: str = "sv") -> tuple[dict[str, Any], Reader, str, Export]:
    made = export(store, LIBRARY, SPEECH[language], store.clock(), "9.9")
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert archive.testzip() is None and archive.namelist() == [DATA, PAGE]
        data, html = json.loads(archive.read(DATA)), archive.read(PAGE).decode()
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return data, reader, html, made


def lay(store: MemoryStore, word: str) -> dict[str, str]:
    """One record of every kind, with this word in every field that takes words; returns some of their ids."""
    ids: dict[str, str] = {}
    run = store.execute
    run(do.IntroduceMe(name=f"Karin {word}", role="mentor", organisation=word))
    pair = ids["mentorship"] = run(
        do.AddPerson(
            name=f"Yusuf {word}", my_role="mentor", aim=word, place=word, reach=word, focus=frozenset({"work"})
        )
    ).record
    zone, starts = "Europe/Stockholm", datetime(2026, 10, 14, 15)
    meeting = ids["meeting"] = run(
        do.PlanMeeting(mentorship=pair, starts=starts, zone=zone, place=word, aim=word)
    ).record
    run(do.PlanSeries(mentorship=pair, starts=starts.replace(day=21), zone=zone, count=2))
    run(do.AddTopic(mentorship=pair, meeting=meeting, title=word))
    ids["note"] = run(do.WriteNote(body=word, mentorship=pair, meeting=meeting)).record
    run(do.KeepMinutes(meeting=meeting, document="minutes.regular", answers={"talked": word}, private=word))
    before = "checklist.before_session"
    run(do.SetAside(document=before, item="confirm", meeting=meeting, reason=word))
    own = run(do.AddOwnItem(document=before, text=word)).record
    run(do.TickItem(document=before, item=own, meeting=meeting))
    goal = run(
        do.SetGoal(
            title=word,
            mentorship=pair,
            skills=frozenset({"listening"}),
            next_step=word,
            answers={"why": word},
            support=frozenset({word}),
        )
    ).record
    run(do.RecordProgress(goal=goal, delta=1, comment=word))
    run(do.AddTask(text=word, mentorship=pair, goal=goal))
    run(do.PlanSupervision(on=date(2026, 11, 3), whom=word))
    run(do.Reword(document="topics.library", item="story", field="text", language="sv", words=word, shipped="x"))
    run(do.BringTasks(mentorship=pair, tasks=(do.BroughtTask(id="7" * 32, text=word, notes=word),)))
    run(do.RateSkills(mentorship=pair, phase="start", levels={f"eget/{word}": 2}, evidence={f"eget/{word}": word}))
    run(
        do.GiveFeedback(
            survey="survey.after_session_mentor", role="mentor", meeting=meeting, answers={"useful": 4, "comment": word}
        )
    )
    new = do.NewCopy(about="a", document="a", number=1, roles=frozenset({"mentor"}), text=word, salt="00" * 32)
    run(do.Sign(mentorship=pair, copy="c" * 32, role="mentor", proof="00", at=NOON, new=new))
    run(do.DecideFate(mentorship=pair, fate="3m"))
    run(do.DropPrivate(mentorship=run(do.AddPerson(name=word, my_role="mentor")).record))
    run(do.KeepForm(document="a.form.of.later", mentorship=pair, answers={"what": word}))
    run(do.SetSetting(key="words", value=word))
    run(do.KeepBusy(spans=[(NOON, NOON + timedelta(hours=1))]))
    run(
        do.HandOver(
            told=[do.Told(meeting=meeting, sequence=0, starts=NOON, ends=NOON + timedelta(hours=1), place=word)]
        )
    )
    run(
        do.BookSlot(
            slot=run(do.OfferSlots(mentorship=pair, starts=[starts.replace(day=29)], zone=zone, place=word)).record
        )
    )
    run(do.AddParticipants(mentorship=pair, names=[word]))
    (one,) = store.ask(GroupAt(meeting)).participants
    run(do.Attend(meeting=meeting, participants=[one.id]))
    run(do.SayCompared(mentorship=pair, digest="00"))
    return ids


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_record_is_in_both_parts(language: str) -> None:
    store = memory_store()
    lay(store, "kanel")
    data, reader, html, made = taken(store, language)
    assert (data["format"], data["version"], data["app"], data["language"]) == (FORMAT, VERSION, "9.9", language)
    traces = {
        "erasure",
        "receipt",
        "programme_item",
    }  # of what is gone: ids and numbers, no words; and what only a programme writes
    assert {record["kind"] for record in data["records"]} == set(KINDS) - traces
    for kind, cls in KINDS.items():
        here = list(store.everything(cls))
        assert {record["id"] for record in data["records"] if record["kind"] == kind} == {one.id for one in here}
        assert made.counts.get(kind, 0) == len(here)
        for one in here:
            told = next(record for record in data["records"] if record["id"] == one.id)
            assert told["fields"] == dict(one.cells)
    assert len(reader.articles) == len(data["records"])
    worded = [article for article in reader.articles if any("kanel" in words for words in article)]
    silent = {"mentorship", "series", "meeting"}  # their words stand in the record of the person, or there are none
    assert len(worded) >= len(reader.articles) - len(silent) - 5
    assert f'lang="{language}"' in html and SPEECH[language].say("export.warning") in html


def test_what_is_only_mine_is_marked_so() -> None:
    store = memory_store()
    ids = lay(store, "kanel")
    data, reader, _, _ = taken(store)
    note = next(record for record in data["records"] if record["id"] == ids["note"])
    assert note["visibility"] == "only_me" and note["space_kind"] == "personal"
    marked = [article for article in reader.articles if article[0] == "kanel" and "Anteckning" in article]
    assert marked and all("Bara jag" in article for article in marked)
    shared = next(record for record in data["records"] if record["kind"] == "minutes")
    assert shared["visibility"] == "shared" and "private" not in str(shared["fields"])


def test_words_are_only_words_wherever_it_is_opened() -> None:
    store = memory_store()
    lay(store, HOSTILE)
    _, reader, html, _ = taken(store)
    assert not {"script", "img", "link", "iframe", "object", "form", "a"} & reader.tags
    assert reader.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class", "dir"}
    assert "\x00" not in html and "default-src 'none'" in html
    assert any('<script>alert("x")</script>' in words for article in reader.articles for words in article)


def test_the_trash_and_what_only_a_newer_version_knows_are_there_too() -> None:
    store = memory_store()
    ids = lay(store, "kanel")
    store.execute(do.Delete(kind="note", id=ids["note"]))
    space = store.personal
    op = Op(record="f" * 32, kind="horoscope", fields={"sign": "väduren"}, parents=())
    store.apply([Change(space=space, device="b" * 32, sequence=1, hlc=1 << 40, ops=(op,))])
    data, reader, html, made = taken(store)
    note = next(record for record in data["records"] if record["id"] == ids["note"])
    assert note["deleted"] is True and note["fields"]["body"] == "kanel"
    assert made.counts["note"] == sum(record["kind"] == "note" for record in data["records"]) - 1
    assert html.index("Papperskorgen") < html.index("kanel", html.index("Papperskorgen"))
    assert [(one["kind"], one["cells"]) for one in data["other"]] == [("horoscope", {"sign": "väduren"})]
    assert "kanel" in reader.articles[-1]


def test_an_empty_app_gives_an_empty_file() -> None:
    store = memory_store()
    data, reader, _, made = taken(store)
    assert data["records"] == data["other"] == reader.articles == [] and made.counts == {}
    assert made.name == "fika-2026-10-14.zip"


@pytest.mark.parametrize("year", [1970, 2099, 2999])
def test_a_clock_that_stands_wrong_stops_nothing(year: int) -> None:
    store = memory_store()
    store.clock.at = store.clock.at.replace(year=year)
    store.execute(do.WriteNote(body="kanel"))
    assert taken(store)[0]["records"]


def test_memory_holds_the_packed_file_and_little_more() -> None:
    store = memory_store(careful=False)
    fill(store, now=store.clock(), people=3, notes=300)
    for _ in range(4):
        store.execute(do.WriteNote(body="kanel " * 100_000))
    tracemalloc.start()
    made = export(store, LIBRARY, SPEECH["sv"], store.clock())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        whole = sum(entry.file_size for entry in archive.infolist())
    assert whole > 4_000_000 and peak < len(made.data) + 8_000_000
    assert len(made.data) < whole / 4


def test_records_that_are_read_together_are_written_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    store = memory_store()
    ids = lay(store, "kanel")
    fill(store, now=store.clock(), people=2, meetings=8, notes=70, tasks=20, goals=3, progress=5)
    store.execute(do.Revise(kind="note", id=ids["note"], values={"body": "en gång till"}))
    notes = list(store.everything(KINDS["note"], deleted=True))
    assert store.histories(notes) == {one.id: store.versions(one.space, "note", one.id) for one in notes}
    made = export(store, LIBRARY, SPEECH["sv"], store.clock())
    monkeypatch.setattr("app.services.files.export.AT_ONCE", 1)
    assert made == export(store, LIBRARY, SPEECH["sv"], store.clock())


def test_what_speaks_of_the_phones_keys_is_on_no_page_either() -> None:
    store = memory_store()
    for key in ("server.pin", "recovery.later", "space.1", "contact.coordinator.name"):
        store.execute(do.SetSetting(key=key, value=f"kardemumma {key}"))
    data, _, html, made = taken(store)
    assert [record["fields"]["key"] for record in data["records"]] == ["contact.coordinator.name"]
    assert made.counts == {"setting": 1}
    assert html.count("kardemumma") == 1


def test_a_name_says_what_it_stands_under_and_minutes_who_was_there() -> None:
    store = memory_store()
    ids = lay(store, "kanel")
    there = {"present": frozenset({"mentor", "mentee"})}
    store.execute(do.KeepMinutes(meeting=ids["meeting"], document="minutes.regular", answers=there))
    _, reader, html, _ = taken(store)
    assert "Adept och Mentor" in html and "mentee" not in html
    (signed,) = (article for article in reader.articles if "Bekräftat på den andras telefon" in article)
    assert signed[0] == SPEECH["sv"].say("print.copy", title="a", number=1)


def test_the_page_tells_what_was_chosen_in_words_and_nothing_of_what_the_app_remembers_for_itself() -> None:
    store = memory_store()
    ids = lay(store, "kanel")
    unfinished = {"now": {"title": "Ringa Åsa", "owner": ids["mentorship"], "due": None}, "then": {"title": ""}}
    for form, left in {"task.new": unfinished, "tried.x": {"now": "Att fråga först", "then": ""}}.items():
        store.drafts.keep(begun(form), json.dumps(left))
    chosen: dict[str, str | bool] = {
        "contact.safety_lead.phone": "08-123 45",
        f"meeting.{ids['meeting']}.worry": "little",
        f"anyway.{ids['mentorship']}": "Vi ses i morgon redan.",
        "calendar.name": True,
    }
    inner: dict[str, str | bool] = {
        "trash.seen": "2026-10-01",
        f"heard.{ids['meeting']}": "f" * 40,
        "calendar.offered": True,
        "numbers.day": "",
    }
    for key, value in (chosen | inner).items():
        store.execute(do.SetSetting(key=key, value=value))
    data, reader, html, _ = taken(store)
    kept = {record["fields"]["key"] for record in data["records"] if record["kind"] == "setting"}
    assert kept == {"words", *chosen, *inner}
    told = "\n".join(" ".join(article) for article in reader.articles)
    assert [key for key in (*chosen, *inner) if key in html] == []
    for words in ("08-123 45", "Oroade något dig?", "Lite", "Vi ses i morgon redan.", "Ringa Åsa", "Att fråga först"):
        assert words in told, words
    assert "fffff" not in html and "2026-10-01" not in html


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_field_and_every_choice_has_its_word(language: str) -> None:
    say = SPEECH[language].say
    for kind, cls in KINDS.items():
        assert say(f"export.kind.{kind}")
        for name, field in cls.FIELDS.items():
            if name not in _BEHIND | {"answers", "mentorship", "title"}:
                assert say(f"export.field.{name}")
            if isinstance(field, Choice):
                assert all(say(f"export.value.is-{option}") for option in field.options if option)
    assert dataclasses.is_dataclass(Export)


def test_it_says_who_else_has_something_of_it() -> None:
    store = memory_store()
    elsewhere = Elsewhere(("Sofia", "Yusuf"), "https://fika.example.org")
    made = export(store, LIBRARY, SPEECH["sv"], store.clock(), elsewhere=elsewhere)
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        data = json.loads(archive.read(DATA))
        page = archive.read(PAGE).decode()
    assert (data["shared_with"], data["server"]) == (["Sofia", "Yusuf"], "https://fika.example.org")
    assert "Delas med Sofia och Yusuf." in page
    assert "https://fika.example.org" in page
    alone = export(store, LIBRARY, SPEECH["sv"], store.clock())
    with zipfile.ZipFile(io.BytesIO(alone.data)) as archive:
        assert json.loads(archive.read(DATA))["shared_with"] == []
        assert "Delas med" not in archive.read(PAGE).decode()


def test_answers_that_are_of_no_line_of_their_document_read_as_words_too() -> None:
    store = memory_store()
    pair = store.execute(do.AddPerson(name="Yusuf", my_role="mentor")).record
    meeting = store.execute(do.PlanMeeting(mentorship=pair, starts=datetime(2026, 10, 14, 15))).record
    answers: dict[str, Any] = {
        "present": frozenset({"mentor"}),
        "topics": frozenset({"x"}),
        "insights_2": "mera",
        "contact": "once",
    }
    store.execute(do.KeepMinutes(meeting=meeting, document="minutes.regular", version=1, answers=answers))
    store.execute(do.KeepMinutes(meeting=meeting, document="minutes.quick", version=1, answers={"odd": True}))
    store.execute(do.KeepForm(document="agreement.mentoring", mentorship=pair, shared=True, answers={"talked_over": 2}))
    _, reader, html, _ = taken(store)
    words = [word for article in reader.articles for word in article]
    assert "frozenset" not in html and "talked_over" not in html and "insights_2" not in html
    item = LIBRARY.document("minutes.regular").item("insights")
    assert words[words.index(SPEECH["sv"].read(item.text)) + 1] == "mera"
    assert {"Avstämt med samordnaren", "Version 2", "odd", "Ja"} <= set(words)
