"""Search: everything that is open, by what it is, with the hit made bold, and nothing left after the lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import flet as ft
import pytest

from app.model.commands import KeepMinutes, WriteNote
from app.services.records.search import Found, Search
from app.ui.finder import finder_of
from app.ui.screens.search import PAUSE
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.laid import LANGUAGES, identifiers, lay, open_at


async def found(app: Stage, word: str) -> None:
    """Type, and wait until everything has been looked through."""
    await app.type("search-field", word)
    await app.until(lambda: finder_of(app.desk).whole.value)
    await app.settle(2 * PAUSE)


def hits(app: Stage) -> set[str]:
    """The rows that were found: kind and id."""
    return {f"hit-{name}" for name in identifiers(app, "hit-")}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_word_is_two_taps_away(stage: OpenStage, language: str) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/people", language)
    await app.tap("search")  # tap one; the field has the focus
    assert app.field("search-field").autofocus
    assert app.nameless() == []
    await found(app, "intervju")
    assert f"hit-goal-{laid.goal}" in hits(app)
    assert app.nameless() == []
    await app.tap(f"hit-goal-{laid.goal}")  # tap two
    assert app.desk.places.value[-1] == f"/goal/{laid.goal}"


async def test_every_kind_is_searched_and_the_hit_is_bold(stage: OpenStage) -> None:
    laid = lay(other="Yusuf Kanelsson")
    store = laid.store
    note = store.execute(WriteNote(body="Vi pratade om kanel och bullar", mentorship=laid.pair)).record
    store.execute(KeepMinutes(meeting=laid.past, document="minutes.quick", answers={"talked": "Kanel igen"}))
    app = await open_at(stage, laid, "/search")
    await found(app, "kanel")
    assert f"hit-note-{note}" in hits(app)
    kinds = {one.split("-")[1] for one in hits(app)}
    assert {"person", "note", "minutes"} <= kinds
    assert {"Personer", "Anteckningar", "Protokoll"} <= set(app.texts())
    bold = [str(span.text) for c in app.walk() if isinstance(c, ft.Text) and c.spans for span in c.spans if span.style]
    assert {text.casefold() for text in bold} == {"kanel"}
    minutes = next(one for one in hits(app) if one.startswith("hit-minutes-"))
    await app.tap(minutes)
    assert app.desk.places.value[-1] == f"/meeting/{laid.past}/minutes"


async def test_dots_are_forgiven_one_way(stage: OpenStage) -> None:
    laid = lay()
    laid.store.execute(WriteNote(body="Ett möte på torget", mentorship=laid.pair))
    laid.store.execute(WriteNote(body="Mote är ett ord på spanska", mentorship=laid.pair))
    app = await open_at(stage, laid, "/search")
    await found(app, "mote")
    notes = [one for one in hits(app) if one.startswith("hit-note-")]
    assert len(notes) == 2
    await found(app, "möte")
    assert len([one for one in hits(app) if one.startswith("hit-note-")]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_documents_are_found_in_the_readers_language(stage: OpenStage, language: str) -> None:
    app = await open_at(stage, lay(), "/search", language)
    await found(app, "uppförandekod" if language == "sv" else "conduct")
    assert "hit-document-policy.code_of_conduct" in hits(app)


async def test_letters_that_come_fast_are_looked_up_together(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    gather = Search.gather

    def noted(self: Search, question: str, *how: Any, **named: Any) -> dict[str, Found]:
        asked.append(question)
        return gather(self, question, *how, **named)

    monkeypatch.setattr(Search, "gather", noted)
    app = await open_at(stage, lay(), "/search")
    await app.until(lambda: finder_of(app.desk).whole.value)
    loop = asyncio.get_running_loop()
    real, timers = loop.call_later, list[Callable[[], object]]()

    def held(delay: float, callback: Callable[[], object], *args: Any, **named: Any) -> asyncio.TimerHandle:
        if delay != PAUSE:
            return real(delay, callback, *args, **named)
        timers.append(callback)
        return real(3600, callback)  # it goes off by hand: however slow this machine is, the letters come before

    monkeypatch.setattr(loop, "call_later", held)
    for end in range(1, len("intervju") + 1):
        await app.type("search-field", "intervju"[:end])
    assert asked == []
    app.desk.minute.tell()  # the screen may be drawn for another reason meanwhile: the letters stay
    await app.settle()
    assert app.field("search-field").value == "intervju"
    (off,) = timers
    off()
    await app.until(lambda: any(one.startswith("hit-goal") for one in hits(app)))
    assert asked == ["intervju"]


async def test_nothing_found_says_so(stage: OpenStage) -> None:
    app = await open_at(stage, lay(), "/search")
    assert app.has("Skriv ett ord.")
    await found(app, "qzxqzx")
    assert "Inget med ”qzxqzx”." in app.texts()
    assert hits(app) == set()


async def test_what_is_written_later_is_found(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/search")
    await found(app, "lavendel")
    assert hits(app) == set()
    laid.store.execute(WriteNote(body="lavendel", mentorship=laid.pair))
    await found(app, "lavende")
    assert len(hits(app)) == 1


async def test_the_index_is_gone_with_the_lock(stage: OpenStage) -> None:
    laid = lay()
    app = await open_at(stage, laid, "/search")
    await found(app, "intervju")
    finder = finder_of(app.desk)
    assert finder.search.held > 0
    app.desk.lock()
    await app.settle()
    assert finder.search.held == 0
    assert finder.search.find("intervju").total == 0
