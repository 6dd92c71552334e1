"""The coordinator's screens: found, share, take in, answer; who wants contact, concerns, results and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.queries import SettingOf
from app.services.session import Session
from sync import bundle
from sync.programme import letters
from sync.programme.keys import member_keys
from tests.support.languages import either
from tests.support.members import SURVEY, Coordinator, Member
from tests.support.programme import CARD
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.entrance import LANGUAGES, made, window

pytestmark = pytest.mark.usefixtures("quick_kdf", "quick_keys")


class Programme(Coordinator):
    """The members' handle on a coordinator who sits at the screen."""

    def __init__(self, session: Session) -> None:
        self.coordination = session.coordination


async def founded(stage: OpenStage, folder: Path, language: str = "sv") -> tuple[Stage, Programme]:
    session = made(folder, language, name="Samira", role="coordinator")
    session.coordination.found(CARD.name)
    return await window(stage, session, go="/programme"), Programme(session)


@either
async def test_a_programme_is_founded_and_shared(stage: OpenStage, tmp_path: Path, language: str) -> None:
    session = made(tmp_path, language, name="Samira", role="coordinator")
    app = await window(stage, session, go="/programme")
    assert app.nameless() == []
    await app.tap("programme-make")
    assert session.coordination.programme is None and app.has(app.desk.say("error.programme-name"))
    await app.type("programme-name", "Vårens program")
    await app.tap("programme-make")
    await app.until(lambda: app.has("programme-share"))
    assert app.has(app.desk.say("programme.counts.none")) and app.nameless() == []
    await app.tap("programme-share")
    found = session.coordination.programme
    assert found is not None and found.name == "Vårens program"
    words = " ".join(app.texts())
    assert all(word in words for word in found.words) and app.nameless() == []
    await app.tap("programme-rename")
    await app.type("programme-name", " ")
    await app.tap("programme-rename-keep")
    assert app.has(app.desk.say("error.programme-name"))
    await app.type("programme-name", "Höstens program")
    await app.tap("programme-rename-keep")
    assert session.coordination.programme is not None
    assert session.coordination.programme.name == "Höstens program"
    session.lock()


@either
async def test_what_comes_in_is_seen_and_answered(stage: OpenStage, tmp_path: Path, language: str) -> None:
    app, samira = await founded(stage, tmp_path, language)
    say = app.desk.say
    karin = Member("Karin", "mentor")
    karin.programme.join(CARD.text)
    karin.programme.ask_contact()
    karin.programme.notify(karin.pair, "changed")
    karin.programme.concern({"when": "2026-10-14T15:00", "words": "ett oroligt ord", "danger": "maybe"}, 1)
    assert app.has(say("programme.members.none"))
    await app.tap("programme-in")
    await app.type("programme-take", karin.programme.package().text)
    await app.until(lambda: app.has(say("programme.in.new", count=5)))
    assert app.has(f"member-{samira.coordination.members[0].id}"), "what comes next: the answer"
    assert app.nameless() == []
    await app.type("programme-take", "FIKA:HEJ")
    await app.tap("back")
    assert not app.has(say("programme.members.none"))
    assert app.has("Karin") and app.has(say("programme.notice.changed", name="Karin"))
    assert app.has(say("programme.pairs")) and app.nameless() == []
    assert not any("oroligt" in text for text in app.texts())
    app.desk.go("/")
    await app.settle()
    assert app.has(say("programme.news", count=2)) and app.nameless() == []
    await app.tap("todo-news")
    (asks,) = samira.coordination.words_of("contact", unseen=True)
    await app.tap(f"saw-{asks.id}")
    assert samira.coordination.words_of("contact", unseen=True) == []
    (concern,) = samira.coordination.words_of("concern", unseen=True)
    await app.tap(f"concern-{concern.id}")
    assert app.has("ett oroligt ord") and app.nameless() == []
    option = app.desk.library.document("form.concern").item("danger").options[1]
    assert app.has(app.desk.read(option.label))
    await app.back()
    assert samira.coordination.words_of("concern", unseen=True) == []
    assert app.desk.session.programme_news == 0
    (member,) = samira.coordination.members
    await app.tap(f"member-{member.id}")
    assert app.nameless() == []
    await app.tap("programme-answer-copy")
    await app.until(lambda: not samira.coordination.members[0].owed)
    karin.programme.take(samira.coordination.answer(member.id).data)
    assert [one.state for one in karin.programme.sent()].count("seen") == 2
    app.desk.session.lock()


async def test_four_are_too_few_on_the_screen_too(stage: OpenStage, tmp_path: Path) -> None:
    app, samira = await founded(stage, tmp_path)
    say = app.desk.say
    for name in ("Yusuf", "Amina", "Li", "Sara"):
        member = Member(name, joins=samira)
        member.answer(4, comment=f"hälsning {len(name)}", change=frozenset({"listen"}))
        member.tells_programme(samira)
    await app.until(lambda: app.has(say("programme.results.few", count=4)))
    await app.tap(f"results-{SURVEY}")
    assert app.has(say("programme.results.few", count=4)) and app.nameless() == []
    assert not any("hälsning" in text for text in app.texts())
    fifth = Member("Omar", joins=samira)
    fifth.answer(2)
    fifth.tells_programme(samira)  # while the screen is open
    mean = app.desk.speech.value.number(3.6)
    await app.until(lambda: app.has(say("programme.results.mean", mean=mean, most=5)))
    assert app.nameless() == []
    assert sum("hälsning" in text for text in app.texts()) >= 4 and not app.has("Yusuf")
    app.desk.session.lock()


async def test_a_yes_or_no_is_counted_on_the_screen(stage: OpenStage, tmp_path: Path) -> None:
    app, samira = await founded(stage, tmp_path)
    for number, name in enumerate(("Yusuf", "Amina", "Li", "Sara", "Omar")):
        member = Member(name, joins=samira)
        assert member.programme.answer("survey.end", 1, "mentee", {"useful": 4, "quote": number > 0})
        member.tells_programme(samira)
    await app.until(lambda: app.has("results-survey.end"))
    await app.tap("results-survey.end")
    assert app.has("Ja: 4") and app.has("Nej: 1")
    app.desk.session.lock()


async def test_a_time_that_is_none_does_not_close_the_page(stage: OpenStage, tmp_path: Path) -> None:
    app, samira = await founded(stage, tmp_path)
    far = "0001-01-01T00:00+14:00"
    mine = member_keys(bytes(32), CARD.id)
    raw = [
        letters.write(CARD, mine, {"what": "contact", "at": far}),
        letters.write(CARD, mine, {"what": "concern", "at": far, "answers": {"when": far}}, concern=True),
    ]
    samira.coordination.take(
        bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, one) for one in raw], CARD.box)
    )
    await app.settle()
    (concern,) = samira.coordination.words_of("concern")
    assert app.has(app.desk.say("programme.contact"))
    await app.tap(f"concern-{concern.id}")
    assert app.has(app.desk.say("programme.concern.alone"))
    app.desk.session.lock()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_is_taken_out_and_their_letters_are_refused_by_name(
    stage: OpenStage, tmp_path: Path, language: str
) -> None:
    app, samira = await founded(stage, tmp_path, language)
    yusuf = Member("Yusuf", joins=samira)
    (member,) = samira.coordination.members
    await app.settle()
    await app.tap(f"member-{member.id}")
    await app.tap("programme-remove")
    assert samira.coordination.members == [] and app.has(app.desk.say("programme.answer.out", name="Yusuf"))
    assert not app.has(app.desk.say("programme.answer.how", name="Yusuf")), "told, and promised nothing else"
    assert app.nameless() == []
    app.desk.go("/programme/in")
    await app.settle()
    await app.type("programme-take", yusuf.programme.package().text)
    await app.until(lambda: app.has(app.desk.say("programme.in.refused", name="Yusuf")))
    app.desk.go("/programme")
    await app.settle()
    await app.tap(f"removed-{member.id}")
    await app.tap("programme-let-in")
    assert [one.name for one in samira.coordination.members] == ["Yusuf"]
    raw = [letters.write(CARD, member_keys(bytes(32), CARD.id), {"what": what}) for what in ("contact", "gossip")]
    data = bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, one) for one in raw], CARD.box)
    app.desk.go("/programme/in")
    await app.settle()
    await app.type("programme-take", bundle.as_text(data))
    await app.until(lambda: app.has(app.desk.say("programme.in.unreadable", count=1)))
    assert app.has(app.desk.say("programme.in.new", count=1))
    app.desk.session.lock()


async def test_a_package_that_is_none_or_changed_is_refused_in_words(stage: OpenStage, tmp_path: Path) -> None:
    app, samira = await founded(stage, tmp_path)
    karin = Member("Karin")
    karin.programme.join(CARD.text)
    text = karin.programme.package().text
    app.desk.go("/programme/in")
    await app.settle()
    await app.type("programme-take", text)
    await app.until(lambda: app.has(app.desk.say("programme.in.new", count=2)))
    await app.type("programme-take", text)
    await app.until(lambda: app.has(app.desk.say("error.sync-bundle-seen")))
    await app.type("programme-take", CARD.text)
    await app.until(lambda: app.has(app.desk.say("error.sync-code-for-elsewhere")))
    assert len(samira.coordination.members) == 1
    app.desk.session.lock()


async def test_numbers_are_confirmed_for_everybody(stage: OpenStage, tmp_path: Path) -> None:
    app, samira = await founded(stage, tmp_path)
    await app.tap("programme-numbers")
    assert app.nameless() == []
    app.desk.prefs.set(language="en")  # which suggests another country
    await app.until(lambda: app.has("number-eu112"))
    app.desk.prefs.set(language="sv")
    await app.until(lambda: app.has("number-sesoc"))
    await app.type("number-sesoc", "08-123 45")
    await app.tap("numbers-confirm")
    asked = app.desk.store.ask
    assert asked(SettingOf("number.sesoc")) == "08-123 45" and asked(SettingOf("number.se112")) == "112"
    app.desk.go("/safety")
    await app.settle()
    assert app.has("call-sesoc") and not app.has(app.desk.say("safety.unverified"))
    said = app.desk.say("safety.verified", name="Vårens program", day=app.desk.say("time.today"))
    assert app.has(said)
    app.desk.prefs.set(language="en")  # which suggests another country: the programme has checked this one
    await app.until(lambda: app.has("Safety"))
    assert app.has("call-sesoc") and not app.has(app.desk.say("safety.unverified"))
    await app.tap("region-change")
    await app.tap("region-EU")
    assert app.has(app.desk.say("safety.unverified")) and not app.has("call-sesoc")
    assert not any("Vårens program" in text for text in app.texts()), "none of these was checked"
    yusuf = Member("Yusuf", joins=samira)
    assert yusuf.store.ask(SettingOf("number.sesoc")) == "08-123 45"
    app.desk.session.lock()


async def test_what_is_not_there_says_so(stage: OpenStage, tmp_path: Path) -> None:
    app, _ = await founded(stage, tmp_path)
    for path, key in (
        ("/programme/concern/none", "programme.concern.gone"),
        ("/programme/answer/none", "programme.answer.gone"),
    ):
        app.desk.go(path)
        await app.settle()
        assert app.has(app.desk.say(key))
        await app.back()
    app.desk.session.lock()
