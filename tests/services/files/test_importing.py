"""An export comes back on an empty phone: as many records as there were, and every signature holds."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.errors import ExportForeign, NotEmpty
from app.model.commands import AddOwnItem, AddTask, Delete, SetGoal, SetSetting, TickItem, WriteNote
from app.model.queries import AboutMe, FormOf, ListOf, NotesOf, PeopleList, SettingOf, TrashList
from app.model.schema import KINDS
from app.services.agreements import AGREEMENT, CONDUCT
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.export import DATA, export
from app.services.files.importing import _read, import_export, is_empty
from app.services.records.store import Store
from tests.services.test_agreements import Two, on
from tests.support.pair import Person
from tests.support.store import NOON

ASSETS = Path(__file__).parents[3] / "assets"
LIBRARY = Library(ASSETS)


def taken_out(store: Store) -> bytes:
    return export(store, LIBRARY, Speech("sv", ASSETS, strict=True), NOON).data


def counts(store: Store) -> dict[str, int]:
    own = {"recovery.later", "backup.last"}
    found = {
        kind: sum(1 for one in store.everything(cls) if getattr(one, "key", "") not in own)
        for kind, cls in KINDS.items()
    }
    return {kind: count for kind, count in found.items() if count}


@pytest.fixture(scope="module")
def two() -> Two:
    two = Two()
    two.fill()
    two.fill(document=CONDUCT)
    for person in (two.karin, two.yusuf):
        on(person).sign(on(person).sheet(two.id, AGREEMENT))
        two.bring()
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, CONDUCT))
    run = two.karin.store.execute
    run(WriteNote(body="mina egna ord", mentorship=two.id))
    run(SetGoal(title="Två intervjuer", mentorship=two.id, target=2))
    run(SetSetting(key="words", value="kanel"))
    own = run(AddOwnItem(document="checklist.before_session", text="Ta med fika")).record
    run(TickItem(document="checklist.before_relationship", item="agreement", mentorship=two.id))
    run(Delete(kind="task", id=run(AddTask(text="borta", mentorship=two.id)).record))
    assert own
    return two


@pytest.fixture(scope="module")
def data(two: Two) -> bytes:
    return taken_out(two.karin.store)


def test_counts_are_equal_and_everything_is_where_it_was(two: Two, data: bytes) -> None:
    phone = Person("Ny")
    found = import_export(phone.store, data)
    assert counts(phone.store) == counts(two.karin.store)
    assert {kind: count for kind, count in found.counts.items() if count} == counts(two.karin.store)
    me = phone.store.ask(AboutMe())
    assert me is not None and me.name == "Karin"
    assert [row.name for row in phone.store.ask(PeopleList(NOON))] == ["Yusuf"]
    assert phone.store.ask(SettingOf("words")) == "kanel"
    assert [row.title for row in phone.store.ask(NotesOf()).rows] == ["mina egna ord"]
    assert "agreement" in phone.store.ask(ListOf("checklist.before_relationship", two.id)).ticks
    assert phone.store.ask(FormOf(AGREEMENT, two.id, True)) is not None
    assert phone.store.ask(FormOf(CONDUCT, two.id)) is not None
    assert [row.title for row in phone.store.ask(TrashList())] == ["borta"]


def test_every_signature_holds_and_an_altered_export_shows_that_it_was(two: Two, data: bytes) -> None:
    phone = Person("Ny")
    import_export(phone.store, data)
    sheet = on(phone).sheet(two.id, AGREEMENT)
    assert sheet.signed and [(name.name, name.standing) for name in sheet.versions[0].names] == [
        ("Karin", "own"),
        ("Yusuf", "own"),
    ]
    assert on(phone).sheet(two.id, CONDUCT).signed
    altered = packed(opened(data).replace("Biblioteket", "Biblioteken"))
    other = Person("Ny")
    import_export(other.store, altered)
    assert {name.standing for name in on(other).versions(two.id, AGREEMENT)[0].names} == {"broken"}


def test_what_one_had_signed_the_other_can_sign_where_it_was_read_in() -> None:
    two = Two(paired=False)
    two.fill()
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    phone = Person("Ny")
    import_export(phone.store, taken_out(two.karin.store))
    on(phone).sign(on(phone).sheet(two.id, AGREEMENT), handed=True)
    sheet = on(phone).sheet(two.id, AGREEMENT)
    assert sheet.signed and [(name.role, name.standing) for name in sheet.versions[0].names] == [
        ("mentor", "own"),
        ("mentee", "handed"),
    ]
    assert on(phone).check(on(phone).file(sheet.versions[0])).fits


def test_what_was_private_is_private_again_and_the_spaces_are_this_phones(two: Two, data: bytes) -> None:
    phone = Person("Ny")
    import_export(phone.store, data)
    for kind, cls in KINDS.items():
        for one in phone.store.everything(cls):
            assert one.space != two.space
            assert phone.spaces.kind(one.space) in cls.SPACES, kind
            assert (one.visibility == "only_me") == (phone.spaces.kind(one.space) == "personal")


def test_only_an_empty_app_takes_it_and_nothing_is_changed(data: bytes) -> None:
    phone = Person("Ny")
    phone.store.execute(WriteNote(body="redan här"))
    assert not is_empty(phone.store)
    before = counts(phone.store)
    with pytest.raises(NotEmpty):
        import_export(phone.store, data)
    assert counts(phone.store) == before


def opened(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(DATA).decode()


def packed(text: str | bytes, name: str = DATA) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


def bad(**row: Any) -> bytes:
    good: dict[str, Any] = {"kind": "note", "id": "a" * 32, "space": "b", "space_kind": "personal", "fields": {}}
    return packed(json.dumps({"format": "fika-export", "version": 1, "records": [good | row]}))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PK\x03\x04",
        packed("{}"),
        packed("{}", "other.json"),
        packed('{"format":"fika-export","version":2,"records":[]}'),
        packed('{"format":"fika-export","version":1,"records":{}}'),
        packed('{"format":"fika-export","version":1,"records":[1]}'),
        packed('{"format":"fika-export","version":1,"records":[{"kind":"note"}]}'),
        bad(fields=[1]),
        bad(id=7),
        bad(space_kind="programme"),
    ],
)
def test_what_is_no_export_is_refused_and_leaves_nothing(broken: bytes) -> None:
    phone = Person("Ny")
    before = counts(phone.store)
    with pytest.raises(ExportForeign):
        import_export(phone.store, broken)
    assert counts(phone.store) == before and is_empty(phone.store)


def test_a_file_with_one_damaged_byte_is_refused_in_words_wherever_it_is(data: bytes) -> None:
    """Most of a zip is packed, and what unpacks it has a word of its own for what it cannot read."""
    for place in range(0, len(data) // 2, len(data) // 60):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        with contextlib.suppress(ExportForeign):
            _read(bytes(damaged))


@pytest.mark.parametrize("row", [{"fields": {"body": {"a": 1}}}, {"id": ""}, {"id": "a" * 65}])
def test_a_record_that_fits_nowhere_stops_all_of_it(row: dict[str, Any]) -> None:
    from app.errors import ModelError

    phone = Person("Ny")
    with pytest.raises(ModelError):
        import_export(phone.store, bad(**row))
    assert is_empty(phone.store)


def test_a_private_record_that_claims_a_shared_space_is_refused() -> None:
    from app.errors import WrongSpace

    phone = Person("Ny")
    with pytest.raises(WrongSpace):
        import_export(phone.store, bad(space_kind="mentoring"))
    assert is_empty(phone.store)
