"""An export comes back on an empty phone: as many records as there were, and every signature holds."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import ExportForeign, ExportTooNew, NotEmpty
from app.model.changes import Change, Op
from app.model.clock import milliseconds
from app.model.commands import (
    AddOwnItem,
    AddTask,
    DecideFate,
    Delete,
    EndMentorship,
    KeepMinutes,
    PlanMeeting,
    Revise,
    SetGoal,
    SetSetting,
    TickItem,
    WriteNote,
)
from app.model.entities import Goal, Note, Setting, setting_id
from app.model.queries import AboutMe, ClosingOf, FormOf, ListOf, NotesOf, PeopleList, SettingOf, TrashList
from app.model.queries.versions import ConflictOf
from app.model.records import State, Written, fold
from app.model.schema import KINDS
from app.services.agreements import AGREEMENT, CONDUCT
from app.services.closing import erase
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files import export as exporting
from app.services.files import importing
from app.services.files.export import DATA, export
from app.services.files.importing import _rows, import_export, is_empty
from app.services.records import leading
from app.services.records.store import Store
from tests.services.test_agreements import Two, on
from tests.services.test_closing import Ended
from tests.support.asked import HistoryOf
from tests.support.pair import Person
from tests.support.store import NOON, Now, Timers

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
    two.bring()
    meeting = run(PlanMeeting(mentorship=two.id, starts=datetime(2026, 10, 20, 16), zone="Europe/Stockholm")).record
    minutes = KeepMinutes(meeting=meeting, document="minutes.meeting", answers={"talked": "Vi pratade om jobb."})
    run(minutes)
    two.bring()
    for person, aim, talked in (
        (two.karin, "Läsa mer", "Vi pratade länge om jobb."),
        (two.yusuf, "Söka jobb", "Jobb!"),
    ):
        person.now.later(minutes=5 if person is two.karin else 6)
        person.store.execute(Revise(kind="mentorship", id=two.id, values={"aim": aim}))
        person.store.execute(replace(minutes, answers={"talked": talked}))
    two.bring()
    two.karin.now.later(days=3)
    run(Revise(kind="note", id=two.karin.store.ask(NotesOf()).rows[0].id, values={"body": "mina egna ord, senare"}))
    return two


@pytest.fixture(scope="module")
def data(two: Two) -> bytes:
    return taken_out(two.karin.store)


def test_counts_are_equal_and_everything_is_where_it_was(two: Two, data: bytes) -> None:
    phone, other = Person("Ny"), Person("En till")
    found = import_export(phone.store, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:  # as a browser that unpacks what it fetches leaves it
        assert import_export(other.store, archive.read(DATA)) == found
    assert counts(phone.store) == counts(other.store) == counts(two.karin.store)
    assert {kind: count for kind, count in found.counts.items() if count} == counts(two.karin.store)
    me = phone.store.ask(AboutMe())
    assert me is not None and me.name == "Karin"
    assert [row.name for row in phone.store.ask(PeopleList(NOON))] == ["Yusuf"]
    assert phone.store.ask(SettingOf("words")) == "kanel"
    assert [row.title for row in phone.store.ask(NotesOf()).rows] == ["mina egna ord, senare"]
    assert "agreement" in phone.store.ask(ListOf("checklist.before_relationship", two.id)).ticks
    assert phone.store.ask(FormOf(AGREEMENT, two.id, True)) is not None
    assert phone.store.ask(FormOf(CONDUCT, two.id)) is not None
    assert [row.title for row in phone.store.ask(TrashList())] == ["borta"]


def whole(store: Store) -> list[Any]:
    """Everything that the vault says: values, other versions, histories with times and authors; no names of versions."""
    found: list[Any] = []
    for kind, cls in KINDS.items():
        for one in store.everything(cls, deleted=True):
            if kind == "me" or getattr(one, "key", "") in ("recovery.later", "backup.last"):
                continue  # a new phone has said who it is before
            names = sorted(past.version for past in store.ask(HistoryOf(kind, one.id)))
            place = {name: names.index(name) for name in names}
            found.append(
                (
                    kind,
                    repr({name: getattr(one, name) for name in cls.FIELDS}),
                    {cell: [(place[each.version], each.value) for each in also] for cell, also in one.also.items()},
                    {
                        cell: [(piece.text, [(place[w.version], w.text) for w in piece.wordings]) for piece in pieces]
                        for cell, pieces in one.woven.items()
                    },
                    (one.gone, one.came_back, one.visibility, milliseconds(one.made), milliseconds(one.edited)),
                    [place[head] for head in one.heads],
                    [(past.at, past.mine, dict(past.cells)) for past in store.ask(HistoryOf(kind, one.id))],
                    [
                        [place[parent] for parent in written.op.parents]
                        for written in store.versions(one.space, kind, one.id)
                    ],
                )
            )
    return sorted(found, key=repr)


def test_the_vault_that_came_back_is_equal_with_histories_and_what_was_written_at_the_same_time(
    two: Two, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Person("Ny", now=Now(NOON + timedelta(days=30)))
    import_export(phone.store, data)
    before, after = whole(two.karin.store), whole(phone.store)
    assert [each[:2] for each in after] == [each[:2] for each in before]
    assert after == before
    assert any(each[2] for each in after) and any(each[3] for each in after)
    conflict = phone.store.ask(ConflictOf("mentorship", two.id, "aim"))
    assert conflict is not None
    assert [(one.text, one.author, one.name) for one in conflict.parts[0].versions] == [
        ("Söka jobb", "other", "Yusuf"),
        ("Läsa mer", "here", ""),
    ]
    again = Person("Ännu nyare", now=Now(NOON + timedelta(days=60)))
    monkeypatch.setattr(exporting, "LINE", 1)  # as if no record had room for two versions in its line
    in_lines = taken_out(phone.store)
    assert opened(in_lines).count('"more":true') > 5
    found = import_export(again.store, in_lines)
    assert whole(again.store) == before
    assert {kind: count for kind, count in found.counts.items() if count} == counts(again.store)
    assert phone.store.written(phone.spaces.personal) > 0  # it travels: all of it was said by this phone
    restarted = Store(phone.documents, phone.spaces, now=phone.now, start=Timers())
    assert whole(restarted) == before
    note = restarted.execute(WriteNote(body="efteråt")).changes[0]
    assert note.sequence == phone.store.written(phone.spaces.personal) + 1


def test_a_setting_about_the_phones_of_another_vault_is_neither_taken_out_nor_in() -> None:
    phone, other = Person("Ny"), Person("Ännu nyare")
    keys = ("root", "membership", "revoked.aa", "space.bb", "server.address")
    rows = [
        {"kind": "setting", "id": setting_id("b", key), "space": "b", "space_kind": "personal", "fields": {"key": key}}
        for key in (*keys, "words")
    ]
    import_export(phone.store, packed(json.dumps({"format": "fika-export", "version": 1, "records": rows})))
    assert [one.key for one in phone.store.everything(Setting)] == ["words"]
    for key in keys:
        phone.store.execute(SetSetting(key=key, value="hemligt"))
    data = taken_out(phone.store)
    assert "hemligt" not in opened(data)
    import_export(other.store, data)
    assert [one.key for one in other.store.everything(Setting)] == ["words"]


def test_of_a_vault_that_lost_versions_every_record_comes_back_as_it_stands() -> None:
    phone, other = Person("Karin"), Person("Ny")
    texts = {"first": WriteNote(body="först"), "last": WriteNote(body="sist"), "whole": WriteNote(body="hel")}
    notes = {name: phone.store.execute(command).record for name, command in texts.items()}
    for name, note in notes.items():
        phone.store.execute(Revise(kind="note", id=note, values={"body": f"{name} igen"}))
    rows = phone.documents.table("version")
    for name, lost in (("first", 0), ("last", 1)):
        found = [row for row in rows if row["id"] == notes[name]]
        rows.remove(doc_ids=[found[lost].doc_id])
    import_export(other.store, taken_out(phone.store))
    assert {one.body for one in other.store.everything(Note)} == {"first igen", "last igen", "whole igen"}
    again = {one.body: len(other.store.versions(one.space, "note", one.id)) for one in other.store.everything(Note)}
    assert again == {"first igen": 1, "last igen": 1, "whole igen": 2}


def test_a_name_with_a_colon_that_somebody_sent_stops_no_import() -> None:
    phone, other = Person("Karin"), Person("Ny")
    space = phone.spaces.personal
    op = Op(record="r:1", kind="x:y", fields={"a": 1})
    phone.store.apply([Change(space=space, device="f" * 32, sequence=1, hlc=1 << 60, ops=(op,))])
    import_export(other.store, taken_out(phone.store))
    (row,) = other.store.unknown()
    assert (row["kind"], row["id"].endswith(":x:y:r:1"), row["cells"]) == ("x:y", True, {"a": 1})


def test_a_setting_about_the_phones_does_not_come_in_under_a_harmless_name() -> None:
    phone = Person("Ny")
    version = {"version": "0" * 48, "fields": {"key": "revoked.aa", "value": True}}
    import_export(phone.store, bad(kind="setting", fields={"key": "words"}, versions=[version]))
    assert list(phone.store.everything(Setting)) == []


def test_a_profile_whose_role_is_no_word_is_taken_as_it_is() -> None:
    phone = Person("Ny")
    import_export(
        phone.store,
        bad(
            kind="skills",
            fields={"mentorship": "m", "role": ["mentor"]},
            versions=[{"version": "0" * 48, "fields": {}}],
        ),
    )


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


def test_where_a_relationship_that_was_read_in_goes_on_and_ends_again_its_notes_go_again() -> None:
    two = Ended()
    two.karin.store.execute(DecideFate(mentorship=two.id, fate="end"))
    assert erase(two.karin.store, two.id) == 3
    phone = Person("Ny")
    import_export(phone.store, taken_out(two.karin.store))
    run = phone.store.execute
    before = phone.store.ask(ClosingOf(two.id))
    assert before is not None and before.mine_done
    phone.now.later(days=1)
    run(Revise(kind="mentorship", id=two.id, values={"status": "active", "ended": None}))
    run(WriteNote(body="efter uttaget", mentorship=two.id))
    run(EndMentorship(mentorship=two.id))
    after = phone.store.ask(ClosingOf(two.id))
    assert after is not None and not after.mine_done
    assert erase(phone.store, two.id) == 1


def test_a_record_with_very_many_versions_that_saw_nothing_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folds: list[int] = []

    def counted(versions: Iterable[Written]) -> State:
        these = list(versions)
        folds.append(len(these))
        return fold(these)

    monkeypatch.setattr(leading, "fold", counted)
    versions = [{"version": f"{1000 + at:016x}{'a' * 32}", "fields": {"title": f"{at}"}} for at in range(40)]
    phone = Person("Ny")
    import_export(phone.store, bad(kind="goal", fields={}, versions=versions))
    (goal,) = phone.store.everything(Goal)
    assert goal.title == "39" and len(goal.also["title"]) == 40
    assert sum(folds) <= 40
    folds.clear()
    ops = [Op(record=goal.id, kind="goal", fields={"title": f"other {at}"}) for at in range(40)]
    phone.store.apply(
        Change(space=goal.space, device="b" * 32, sequence=at + 1, hlc=5000 + at, ops=(op,))
        for at, op in enumerate(ops)
    )
    (goal,) = phone.store.everything(Goal)
    assert len(goal.also["title"]) == 80 and sum(folds) <= 80


def opened(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(DATA).decode()


def packed(text: str | bytes, name: str = DATA, *more: str, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for one in (name, *more):
            archive.writestr(one, text)
    return out.getvalue()


def beyond_all_places(archive: bytes) -> bytes:
    """The same zip, that says of its entry that it begins where no number of a machine reaches."""
    directory, end = archive.rindex(b"PK\1\2"), archive.rindex(b"PK\5\6")
    where = struct.pack("<HHQ", 1, 8, (1 << 63) + 5)
    head = bytearray(archive[directory:end])
    struct.pack_into("<H", head, 30, len(where))
    struct.pack_into("<L", head, 42, (1 << 32) - 1)
    tail = bytearray(archive[end:])
    struct.pack_into("<L", tail, 12, len(head) + len(where))
    return archive[:directory] + bytes(head) + where + bytes(tail)


def bad(**row: Any) -> bytes:
    good: dict[str, Any] = {"kind": "note", "id": "a" * 32, "space": "b", "space_kind": "personal", "fields": {}}
    return packed(json.dumps({"format": "fika-export", "version": 1, "records": [good | row]}))


NEWER = packed('{"format":"fika-export","version":2,"records":[]}')


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PK\x03\x04",
        b"{}",
        b'{"format":"fika-export"',
        packed("{}"),
        packed("{}", "other.json"),
        packed('{"format":"fika-export","version":1,"records":[]}', how=zipfile.ZIP_LZMA),
        packed('{"format":"fika-export","version":1,"records":[' + ",".join(["{}"] * 1_500_000) + "]}"),
        packed('{"format":"fika-export","version":1,"records":[]}', DATA, *map(str, range(70))),
        NEWER,
        packed('{"format":"fika-export","version":1,"records":{}}'),
        packed('{"format":"fika-export","version":1,"records":[1]}'),
        packed('{"format":"fika-export","version":1,"records":[{"kind":"note"}]}'),
        bad(fields=[1]),
        bad(id=7),
        bad(space_kind="programme"),
        bad(versions=[]),
        bad(versions=[7]),
        bad(versions=[{"version": "0" * 47}]),
        bad(versions=[{"version": "f" * 48}]),
        bad(versions=[{"version": "0" * 48, "parents": ["x"]}]),
        bad(versions=[{"version": "0" * 48}, {"version": "0" * 48}]),
        beyond_all_places(packed('{"format":"fika-export","version":1,"records":[]}')),
    ],
)
def test_what_is_no_export_is_refused_and_leaves_nothing(broken: bytes) -> None:
    phone = Person("Ny")
    before = counts(phone.store)
    with pytest.raises(ExportForeign) as refused:
        import_export(phone.store, broken)
    assert (type(refused.value) is ExportTooNew) == (broken == NEWER)
    assert counts(phone.store) == before and is_empty(phone.store)


def test_a_file_may_be_longer_than_what_is_read_at_a_time(
    two: Two, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = opened(data)
    anew = packed(json.dumps(json.loads(text), ensure_ascii=False, indent=1))
    assert counts_of(anew) == counts(two.karin.store)  # another program laid it out anew
    longest = max(len(line.encode()) for line in text.splitlines()) + 2
    assert longest < len(text) / 4
    monkeypatch.setattr(importing, "LONGEST", longest)
    assert counts_of(data) == counts(two.karin.store)
    with pytest.raises(ExportForeign):
        counts_of(anew)
    monkeypatch.setattr(importing, "LONGEST", longest - 8)
    with pytest.raises(ExportForeign):
        counts_of(data)


@pytest.mark.parametrize("limit", ["LARGEST", "MOST"])
def test_no_file_may_be_longer_than_a_phone_can_hold(data: bytes, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, limit, 20)
    with pytest.raises(ExportForeign):
        counts_of(data)


def counts_of(data: bytes) -> dict[str, int]:
    phone = Person("Ny")
    import_export(phone.store, data)
    return counts(phone.store)


@pytest.mark.parametrize("change", [(",\n", "\n"), ("\n]}\n", "\n"), ("\n]}\n", ",\n]}\n"), ("\n]}\n", "\n]}\n{}\n")])
def test_a_list_that_is_no_list_is_refused(data: bytes, change: tuple[str, str]) -> None:
    broken = opened(data).replace(*change, 1)
    with pytest.raises(ExportForeign):
        counts_of(packed(broken))


def test_a_file_with_one_damaged_byte_is_refused_in_words_wherever_it_is(data: bytes) -> None:
    """Most of a zip is packed, and what unpacks it has a word of its own for what it cannot read."""
    for place in range(0, len(data) // 2, len(data) // 60):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        with contextlib.suppress(ExportForeign):
            list(_rows(bytes(damaged)))


@pytest.mark.parametrize(
    "row",
    [
        {"fields": {"body": {"a": 1}}},
        {"versions": [{"version": "0" * 48, "fields": {"body": {"a": 1}}}]},
        {"id": ""},
        {"id": "a" * 65},
    ],
)
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
