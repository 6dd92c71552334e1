"""An open field and a version that comes from elsewhere: taken over where nothing is lost by it, else both are kept."""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft
import pytest

from app.model.changes import Op
from app.model.commands import WriteNote
from app.model.entities import Note
from app.model.queries import One
from app.services.records.drafts import Target
from app.ui import safe
from app.ui.hooks import draft as drafts
from app.ui.hooks import use_desk, use_query, use_settling, use_watch
from app.ui.parts import DraftField, PrimaryButton, Words
from app.ui.safe import component
from tests.services.records.test_store import foreign
from tests.support.fake_session import FakeSession
from tests.support.store import NOON, MemoryStore, memory_store
from tests.ui.conftest import OpenStage, Stage


@component
def Paper(id: str) -> ft.Control:
    """One note to write on."""
    desk = use_desk()
    note: Note | None = use_query(One(Note, id))
    draft = use_settling(Target(kind="note", id=id), note.body if note else "", note.heads if note else ())
    return ft.Column(
        [
            DraftField("Anteckning", draft, id="note"),
            Words("en till" if use_watch(draft.another) else "ingen"),
            PrimaryButton("settle", lambda _: desk.flush(), id="settle"),
        ]
    )


@dataclass
class Sheet:
    """A note that is open here, and another device of mine that writes on it as well."""

    store: MemoryStore
    id: str
    app: Stage
    pages: int = 0

    def elsewhere(self, body: str, parents: tuple[str, ...]) -> None:
        self.pages += 1
        op = Op(record=self.id, kind="note", fields={"body": body}, parents=parents)
        self.store.apply([foreign(self.store._spaces.personal, self.pages, NOON, op)])

    @property
    def heads(self) -> tuple[str, ...]:
        note = self.store.ask(One(Note, self.id))
        return note.heads if note else ()

    @property
    def saved(self) -> str:
        note = self.store.ask(One(Note, self.id))
        return note.body if note else ""

    @property
    def shown(self) -> str:
        return str(self.app.field("note").value)


async def laid(stage: OpenStage, body: str = "Ett.") -> Sheet:
    store = memory_store(careful=False)
    id = store.new_id()
    if body:
        store.execute(WriteNote(body=body, id=id))
    app = await stage(screen=lambda: Paper(id), session=FakeSession(store=store))
    return Sheet(store, id, app)


async def test_what_came_from_elsewhere_is_shown_in_the_open_field(stage: OpenStage) -> None:
    sheet = await laid(stage)
    sheet.elsewhere("Ett. Två.", sheet.heads)
    await sheet.app.settle(0.05)
    assert sheet.shown == "Ett. Två."
    assert sheet.app.has("ingen")
    await sheet.app.type("note", "Ett. Två. Tre.")
    await sheet.app.tap("settle")
    assert sheet.saved == "Ett. Två. Tre."
    assert len(sheet.heads) == 1, "it was written on, not beside"


@pytest.mark.parametrize("written", [True, False], ids=["on the disk", "in the fingers"])
async def test_words_of_ones_own_are_kept_beside_it(
    stage: OpenStage, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "PAUSE", 60)
    sheet = await laid(stage)
    begun_on = sheet.heads
    await sheet.app.type("note", "Mitt eget.")
    if written:
        await sheet.app.blur("note")
    sheet.elsewhere("Helt annat.", begun_on)
    await sheet.app.settle(0.05)
    assert sheet.shown == "Mitt eget."
    assert sheet.app.has("en till")
    await sheet.app.tap("settle")
    assert len(sheet.heads) == 2
    assert "Mitt eget." in sheet.saved and "Helt annat." in sheet.saved
    await sheet.app.settle(0.05)
    assert sheet.shown == sheet.saved, "after settling, the field shows what is kept"
    assert sheet.app.has("ingen")


async def test_words_begun_before_there_was_a_record_are_not_laid_over_the_others(stage: OpenStage) -> None:
    sheet = await laid(stage, body="")
    await sheet.app.type("note", "Mitt eget.")
    await sheet.app.blur("note")
    sheet.elsewhere("Helt annat.", ())
    await sheet.app.tap("settle")
    assert "Mitt eget." in sheet.saved and "Helt annat." in sheet.saved


async def test_what_is_typed_while_it_arrives_goes_on_from_what_was_seen(
    stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other version is in the store before the first key is: the key was typed on the words from before."""
    monkeypatch.setattr(drafts, "PAUSE", 60)
    sheet = await laid(stage)
    begun_on = sheet.heads
    field = sheet.app.field("note")
    sheet.elsewhere("Helt annat.", begun_on)
    sheet.app.session.apply_patch(field._i, {"value": "Ett. Mer."})
    safe._hear(sheet.app.session, field._i)
    field.on_change(ft.ControlEvent(control=field, name="change", data="Ett. Mer."))  # before anything was drawn
    await sheet.app.settle(0.05)
    assert sheet.shown == "Ett. Mer."
    await sheet.app.tap("settle")
    assert len(sheet.heads) == 2
    assert "Mer." in sheet.saved and "Helt annat." in sheet.saved


async def test_the_same_words_from_elsewhere_are_no_other_version(stage: OpenStage) -> None:
    sheet = await laid(stage)
    await sheet.app.type("note", "Ett. Två.")
    sheet.elsewhere("Ett. Två.", sheet.heads)
    await sheet.app.settle(0.05)
    assert sheet.app.has("ingen")


async def test_what_was_typed_before_the_power_went_stands_in_the_field(stage: OpenStage) -> None:
    sheet = await laid(stage)
    sheet.store.drafts.keep(Target(kind="note", id=sheet.id), "Ett. Och s")
    app = await stage(screen=lambda: Paper(sheet.id), session=FakeSession(store=sheet.store))
    assert app.field("note").value == "Ett. Och s"


async def test_leaving_makes_one_version_and_a_lock_draws_no_more(stage: OpenStage) -> None:
    sheet = await laid(stage)
    await sheet.app.type("note", "Ett. Två.")
    sheet.app.desk.lock()
    assert sheet.saved == "Ett. Två."
    await sheet.app.settle(0.05)
