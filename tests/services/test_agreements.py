"""Two people sign: on their own phones, by handing over, again after a change; and nothing that was altered holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.errors import NotFilledIn, Refused, SignedFileForeign, TooLongToSign
from app.model.commands import (
    AddPerson,
    Delete,
    FinishMinutes,
    JoinMentorship,
    KeepForm,
    KeepMinutes,
    NewCopy,
    PlanMeeting,
    Sign,
)
from app.model.entities import Mentorship, Minutes, minutes_id
from app.model.entities import Signature as Signed
from app.model.queries import CopiesOf, FormOf, One, PersonPage
from app.model.queries.agreements import ToSign
from app.services.agreements import AGREEMENT, CONDUCT, CONFIDENTIALITY, Agreements, Sheet
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.fair_copy import differences, missing, read
from tests.support.agreement import NAMED
from tests.support.pair import Person
from tests.support.store import NOON

ASSETS = Path(__file__).parents[2] / "assets"
LIBRARY = Library(ASSETS)
FOREIGN = [
    b"",
    b"{}",
    b"\xff",
    b'{"format":"fika-signed","version":2,"copies":[]}',
    b'{"format":"fika-signed","version":1,"copies":[]}',
    b'{"format":"fika-signed","version":1,"copies":[1]}',
]


class Two:
    """Karin and Yusuf, each with a phone, in one space."""

    def __init__(self, paired: bool = True) -> None:
        self.karin, self.yusuf = Person("Karin"), Person("Yusuf", "mentee")
        if paired:
            self.space = self.karin.meets(self.yusuf)
            self.id = self.karin.store.ask(_mentorships())[0]
            self.bring()
            self.yusuf.store.execute(JoinMentorship(mentorship=self.id, name="Karin", my_role="mentee"))
        else:
            done = self.karin.store.execute(AddPerson(name="Yusuf", my_role="mentor"))
            self.id, self.space = done.record, done.changes[0].space

    def bring(self) -> None:
        self.karin.tells(self.yusuf, self.space)
        self.yusuf.tells(self.karin, self.space)

    def fill(self, person: Person | None = None, document: str = AGREEMENT, **other: Any) -> None:
        found = LIBRARY.document(document)
        clauses = {item.id: True for item in found.items if item.type == "clause"}
        answers = {**(NAMED if document == AGREEMENT else {"retention": "3m"}), **clauses, **other}
        keep = KeepForm(document=document, mentorship=self.id, shared=not found.accept, answers=answers)
        (person or self.karin).store.execute(keep)


def on(person: Person) -> Agreements:
    return Agreements(person.store, person.spaces, LIBRARY, lambda: person.exchange, person.now)


def _mentorships() -> Any:
    class All:
        def answer(self, read: Any) -> list[str]:
            return [one.id for one in read.where(Mentorship)]

    return All()


@pytest.fixture
def two() -> Two:
    return Two()


def test_an_unfilled_agreement_cannot_be_signed_and_says_what_is_missing(two: Two) -> None:
    sheet = on(two.karin).sheet(two.id, AGREEMENT)
    assert {"focus", "start", "end", "frequency", "count", "length", "place", "channel", "notice"} <= set(sheet.missing)
    with pytest.raises(NotFilledIn):
        on(two.karin).sign(sheet)
    assert two.karin.store.ask(CopiesOf(two.id, AGREEMENT)) == ()


def test_a_text_that_could_not_be_read_back_is_not_signed(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.fill()
    sheet = on(two.karin).sheet(two.id, AGREEMENT)
    length = len(sheet.text.write().encode())
    monkeypatch.setattr("app.services.agreements.LARGEST", length - 1)
    with pytest.raises(TooLongToSign):
        on(two.karin).sign(sheet)
    assert two.karin.store.ask(CopiesOf(two.id, AGREEMENT)) == ()
    monkeypatch.setattr("app.services.agreements.LARGEST", length)
    on(two.karin).sign(sheet)
    assert len(two.karin.store.ask(CopiesOf(two.id, AGREEMENT))) == 1


def test_a_phone_whose_clock_stands_before_all_time_signs_as_well(two: Two) -> None:
    two.fill()
    two.karin.now.at = datetime(1970, 1, 1, tzinfo=ZoneInfo("Europe/Stockholm"))
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    name = on(two.karin).sheet(two.id, AGREEMENT).by("mentor")
    assert name is not None and name.holds and name.at == datetime(1970, 1, 1, tzinfo=UTC)


def test_each_signs_on_their_own_phone_and_both_see_it(two: Two) -> None:
    two.fill()
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    two.bring()
    there = on(two.yusuf).sheet(two.id, AGREEMENT)
    assert there.current is not None and not there.signed and there.text.number == 1
    on(two.yusuf).sign(there)
    two.bring()
    for person in (two.karin, two.yusuf):
        sheet = on(person).sheet(two.id, AGREEMENT)
        assert sheet.signed and len(sheet.versions) == 1
        assert [(name.role, name.name, name.standing) for name in sheet.versions[0].names] == [
            ("mentor", "Karin", "own"),
            ("mentee", "Yusuf", "own"),
        ]
        assert all(name.at == NOON and len(name.key) == 24 for name in sheet.versions[0].names)
    assert len({name.key for name in sheet.versions[0].names}) == 2


def test_what_was_signed_becomes_the_relationship(two: Two) -> None:
    two.fill()
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    found = two.karin.store.ask(One(Mentorship, two.id))
    assert found is not None
    assert (found.weeks, found.planned, found.length, found.place, found.mode) == (1, 12, 90, "Biblioteket", "video")
    assert (found.starts, found.ends, found.focus) == (date(2026, 10, 14), date(2027, 3, 1), frozenset({"work"}))


def test_handing_over_is_shown_as_confirmed_on_this_phone() -> None:
    two = Two(paired=False)
    two.fill()
    mine = on(two.karin)
    mine.sign(mine.sheet(two.id, AGREEMENT))
    mine.sign(mine.sheet(two.id, AGREEMENT), handed=True)
    sheet = mine.sheet(two.id, AGREEMENT)
    name = sheet.by("mentee")
    assert sheet.signed and name is not None
    assert (name.standing, name.phone) == ("handed", "Karin")
    with pytest.raises(Refused):
        mine.sign(sheet, handed=True)


def test_one_word_changed_is_version_two_and_version_one_stays(two: Two) -> None:
    two.fill()
    karin, yusuf = on(two.karin), on(two.yusuf)
    karin.sign(karin.sheet(two.id, AGREEMENT))
    two.bring()
    yusuf.sign(yusuf.sheet(two.id, AGREEMENT))
    first = yusuf.sheet(two.id, AGREEMENT).versions[0]
    two.fill(two.yusuf, place="Kaféet")
    sheet = yusuf.sheet(two.id, AGREEMENT)
    assert (sheet.text.number, sheet.current, sheet.signed) == (2, None, False)
    assert sheet.before is not None and sheet.versions == (first,) and first.signed
    changed = differences(sheet.before.text, sheet.text, Speech("sv", ASSETS, strict=True))
    assert [(one.id, one.before, one.now) for one in changed] == [("place", "Biblioteket", "Kaféet")]
    yusuf.sign(sheet)
    two.bring()
    there = karin.sheet(two.id, AGREEMENT)
    assert there.text.number == 2 and not there.signed and [one.number for one in there.versions] == [1, 2]
    karin.sign(there)
    assert karin.sheet(two.id, AGREEMENT).signed


def test_changing_back_makes_the_signed_version_hold_again(two: Two) -> None:
    two.fill()
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, AGREEMENT))
    two.fill(place="Kaféet")
    two.fill(place="Biblioteket")
    assert karin.sheet(two.id, AGREEMENT).by("mentor") is not None


def test_two_phones_that_sign_at_once_have_signed_one_version(two: Two) -> None:
    two.fill()
    two.bring()
    for person in (two.karin, two.yusuf):
        on(person).sign(on(person).sheet(two.id, AGREEMENT))
    two.bring()
    for person in (two.karin, two.yusuf):
        sheet = on(person).sheet(two.id, AGREEMENT)
        assert sheet.signed and len(sheet.versions) == 1 and len(sheet.versions[0].copies) == 2


def test_what_the_other_has_signed_waits_for_me_until_i_have(two: Two) -> None:
    two.fill()
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    two.bring()
    assert two.karin.store.ask(ToSign()) == ()
    (row,) = two.yusuf.store.ask(ToSign())
    assert (row.name, row.document, row.meeting) == ("Karin", AGREEMENT, None)
    on(two.yusuf).sign(on(two.yusuf).sheet(two.id, AGREEMENT))
    assert two.yusuf.store.ask(ToSign()) == ()


def test_minutes_that_were_taken_away_or_are_being_corrected_wait_for_nobody(two: Two) -> None:
    meeting = two.karin.store.execute(PlanMeeting(mentorship=two.id, starts=NOON.replace(tzinfo=None))).record
    keep = KeepMinutes(meeting=meeting, document="minutes.quick", version=1, answers={"talked": "Planer"})
    two.karin.store.execute(keep)
    two.karin.store.execute(FinishMinutes(meeting=meeting))
    minutes = two.karin.store.ask(One(Minutes, minutes_id(meeting)))
    assert minutes is not None
    karin = on(two.karin)
    karin.sign(karin.confirming(two.id, minutes.id, minutes.document, minutes.answers))
    two.bring()
    assert [row.meeting for row in two.yusuf.store.ask(ToSign())] == [meeting]
    two.karin.store.execute(FinishMinutes(meeting=meeting, finished=False))
    two.bring()
    assert two.yusuf.store.ask(ToSign()) == ()
    two.karin.store.execute(FinishMinutes(meeting=meeting))
    two.karin.store.execute(Delete(kind="minutes", id=minutes.id))
    two.bring()
    assert two.yusuf.store.ask(ToSign()) == ()


def test_nothing_waits_when_both_have_signed_at_once(two: Two) -> None:
    two.fill()
    two.bring()
    for person in (two.karin, two.yusuf):
        on(person).sign(on(person).sheet(two.id, AGREEMENT))
    two.bring()
    assert two.karin.store.ask(ToSign()) == () and two.yusuf.store.ask(ToSign()) == ()


def test_the_code_of_conduct_is_each_ones_own(two: Two) -> None:
    two.fill(document=CONDUCT)
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, CONDUCT))
    two.bring()
    (version,) = on(two.yusuf).accepted(two.id, CONDUCT, "mentor")
    assert version.signed and version.text.document_version == 1 and version.by("mentor") is not None
    assert on(two.yusuf).sheet(two.id, CONDUCT).missing


def test_confidentiality_is_signed_point_by_point(two: Two) -> None:
    two.fill(document=CONFIDENTIALITY, limit_child=False)
    sheet = on(two.karin).sheet(two.id, CONFIDENTIALITY)
    assert sheet.missing == ("limit_child",)
    two.fill(document=CONFIDENTIALITY)
    on(two.karin).sign(on(two.karin).sheet(two.id, CONFIDENTIALITY))


def test_what_was_written_in_another_template_is_confirmed_with_the_rest(two: Two) -> None:
    answers: dict[str, Any] = {"talked": "Vi pratade.", "working": "Att våga ringa.", "unheard_of": "x", "notes": True}
    sheet = on(two.karin).confirming(two.id, "1" * 32, "minutes.quick", answers)
    assert {"working": "Att våga ringa."}.items() <= {line.id: line.answer for line in sheet.text.lines}.items()
    assert not {"unheard_of", "notes"} & {line.id for line in sheet.text.lines}
    shown = [line for line in sheet.text.lines if line.id == "working"]
    assert shown[0].text.sv == LIBRARY.document("minutes.midterm").item("working").text.sv


def test_minutes_stay_confirmed_when_their_template_gets_a_line(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = two.karin.store.execute(PlanMeeting(mentorship=two.id, starts=NOON.replace(tzinfo=None))).record
    id = minutes_id(meeting)
    karin = on(two.karin)
    karin.sign(karin.confirming(two.id, id, "minutes.quick", {"talked": "Planer"}))
    document = LIBRARY.document("minutes.quick")
    items = (*document.items, replace(document.item("talked"), id="brand_new"))
    newer = replace(document, version=document.version + 1, items=items)
    monkeypatch.setattr(Library, "document", lambda self, id: newer if id == document.id else _document(self, id))
    sheet = karin.confirming(two.id, id, "minutes.quick", {"talked": "Planer"})
    assert sheet.text.number == 1 and sheet.by("mentor") is not None
    assert karin.confirming(two.id, id, "minutes.quick", {"talked": "Planer", "brand_new": "Mer"}).text.number == 2


def test_minutes_are_confirmed_corrected_and_confirmed_again(two: Two) -> None:
    meeting = two.karin.store.execute(PlanMeeting(mentorship=two.id, starts=NOON.replace(tzinfo=None))).record
    id = minutes_id(meeting)

    def write(person: Person, words: str) -> None:
        answers = {"talked": words}
        person.store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers=answers))

    def sheet(person: Person) -> Sheet:
        found = person.store.ask(One(Minutes, id))
        assert found is not None
        return on(person).confirming(two.id, id, found.document, found.answers)

    write(two.karin, "Ringde arbetsplatsen.")
    on(two.karin).sign(sheet(two.karin))
    two.bring()
    write(two.yusuf, "Ringde arbetsplatsen, fick ett namn.")
    assert sheet(two.yusuf).text.number == 2
    on(two.yusuf).sign(sheet(two.yusuf))
    two.bring()
    on(two.karin).sign(sheet(two.karin))
    two.bring()
    for person in (two.karin, two.yusuf):
        first, second = sheet(person).versions
        assert (first.signed, second.signed) == (False, True)


# ------------------------------------------------------------------ what does not hold


@pytest.fixture
def signed(two: Two) -> Two:
    two.fill()
    on(two.karin).sign(on(two.karin).sheet(two.id, AGREEMENT))
    two.bring()
    on(two.yusuf).sign(on(two.yusuf).sheet(two.id, AGREEMENT))
    two.bring()
    return two


def test_a_file_of_it_fits_on_either_phone_and_on_a_strangers(signed: Two) -> None:
    karin = on(signed.karin)
    data = karin.file(karin.sheet(signed.id, AGREEMENT).versions[0])
    for person in (signed.karin, signed.yusuf, Person("Sam")):
        found = on(person).check(data)
        assert found.fits and {name.name for name in found.names} == {"Karin", "Yusuf"}


def test_an_altered_file_does_not_fit(signed: Two) -> None:
    karin = on(signed.karin)
    data = karin.file(karin.sheet(signed.id, AGREEMENT).versions[0])
    for old, new in (
        ("Biblioteket", "Biblioteken"),
        ('"number\\":1', '"number\\":2'),
        ('"mentor\\":\\"Karin', '"mentor\\":\\"Karen'),
    ):
        altered = data.decode().replace(old, new)
        assert altered != data.decode()
        assert not karin.check(altered.encode()).fits
    tree = json.loads(data)
    for change in ({"salt": "00" * 32}, {"id": "00" * 16}):
        bad = tree | {"copies": [tree["copies"][0] | change]}
        assert not karin.check(json.dumps(bad).encode()).fits


@pytest.mark.parametrize("data", FOREIGN)
def test_a_file_that_is_none_of_ours_is_refused(two: Two, data: bytes) -> None:
    with pytest.raises(SignedFileForeign):
        on(two.karin).check(data)


def test_a_record_whose_text_was_altered_counts_for_nothing(signed: Two) -> None:
    karin = on(signed.karin)
    (version,) = karin.sheet(signed.id, AGREEMENT).versions
    copy = version.copies[0]
    altered = replace(copy.copy, text=copy.copy.text.replace("Biblioteket", "Kaféet"))
    assert [karin.judge(altered, one).standing for one in copy.signatures] == ["broken", "broken"]
    other = replace(copy.copy, id="ff" * 16)
    assert {karin.judge(other, one).standing for one in copy.signatures} == {"broken"}
    swapped = [replace(one, role="mentor" if one.role == "mentee" else "mentee") for one in copy.signatures]
    assert {karin.judge(copy.copy, one).standing for one in swapped} == {"broken"}


def test_nobody_signs_for_the_other_with_their_own_key(two: Two) -> None:
    """Karin's phone writes a signature as mentee with Karin's own key: the bytes hold, and it is a stranger's."""
    two.fill()
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, AGREEMENT))
    sheet = karin.sheet(two.id, AGREEMENT)
    (copy,) = sheet.versions[0].copies
    from sync import signatures

    statement = replace(signatures.read(bytes.fromhex(copy.signatures[0].proof)).statement, role="mentee")
    made = signatures.sign(statement, *two.karin.spaces.signing(two.space))
    proof = made.to_bytes().hex()
    two.karin.store.execute(Sign(mentorship=two.id, copy=copy.copy.id, role="mentee", proof=proof, at=NOON))
    two.bring()
    for person in (two.karin, two.yusuf):
        found = on(person).sheet(two.id, AGREEMENT)
        name = found.by("mentee")
        assert not found.signed and name is not None and name.standing == "stranger"
    on(two.yusuf).sign(on(two.yusuf).sheet(two.id, AGREEMENT))
    assert on(two.yusuf).sheet(two.id, AGREEMENT).signed


def test_garbage_under_a_copy_is_shown_as_not_matching(two: Two) -> None:
    two.fill()
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, AGREEMENT))
    (copy,) = karin.sheet(two.id, AGREEMENT).versions[0].copies
    two.karin.store.execute(Sign(mentorship=two.id, copy=copy.copy.id, role="mentee", proof="zz", at=NOON))
    name = karin.sheet(two.id, AGREEMENT).by("mentee")
    assert name is not None and name.standing == "broken" and not karin.sheet(two.id, AGREEMENT).signed


def test_garbage_written_before_it_does_not_stand_in_the_way_of_a_signature_that_holds(signed: Two) -> None:
    """Whoever shares the space can write a record with any time: what holds counts all the same, and goes into the file."""
    karin, store = on(signed.karin), signed.karin.store
    (copy,) = karin.sheet(signed.id, AGREEMENT).versions[0].copies
    new = NewCopy(
        about=AGREEMENT,
        document=AGREEMENT,
        number=1,
        roles=frozenset({"mentor", "mentee"}),
        text=copy.copy.text,
        salt=copy.copy.salt,
    )
    for proof in ("zz", "01"):
        command = Sign(mentorship=signed.id, copy=store.new_id(), role="mentee", proof=proof, at=NOON, new=new)
        store.execute(command)
    version = karin.sheet(signed.id, AGREEMENT).versions[0]
    assert version.signed and len(version.copies) == 3
    garbage = [one for other in version.copies if other.copy.id != copy.copy.id for one in other.signatures]
    under = replace(copy, signatures=(*garbage, *copy.signatures))
    assert {name.standing for _, name in karin._under(under)} == {"own"}
    assert karin.check(karin.file(replace(version, copies=(under,)))).fits


def test_a_time_that_no_calendar_has_and_a_number_without_room_are_not_taken(two: Two) -> None:
    from sync import signatures

    two.fill()
    karin = on(two.karin)
    karin.sign(karin.sheet(two.id, AGREEMENT))
    (copy,) = karin.sheet(two.id, AGREEMENT).versions[0].copies
    stated = signatures.read(bytes.fromhex(copy.signatures[0].proof)).statement
    made = signatures.sign(replace(stated, at=2**64 - 1), *two.karin.spaces.signing(two.space))
    assert karin.judge(copy.copy, replace(copy.signatures[0], proof=made.to_bytes().hex())).standing == "broken"
    for number in (-1, 0, 1 << 31, 1 << 40):
        with pytest.raises(SignedFileForeign):
            read(copy.copy.text.replace('"number":1', f'"number":{number}'))


def test_a_copy_of_another_space_does_not_hide_whose_key_it_is(two: Two) -> None:
    """Yusuf signs as Karin for a space of his own and puts that into the space of the two."""
    from sync import signatures

    two.fill()
    yusuf = on(two.yusuf)
    two.bring()
    other = two.yusuf.store.execute(AddPerson(name="Någon", my_role="mentor")).changes[0].space
    text = replace(yusuf.sheet(two.id, AGREEMENT).text, space=other)
    copy, salt = two.yusuf.store.new_id(), bytes(32)
    statement = signatures.Statement(
        space=bytes.fromhex(other),
        record=bytes.fromhex(copy),
        number=1,
        commitment=signatures.commitment(salt, text.write()),
        role="mentor",
        root=two.yusuf.spaces.root,
        at=0,
    )
    proof = signatures.sign(statement, *two.yusuf.spaces.signing(other)).to_bytes().hex()
    new = NewCopy(about=AGREEMENT, document=AGREEMENT, number=1, roles=text.roles, text=text.write(), salt=salt.hex())
    two.yusuf.store.execute(Sign(mentorship=two.id, copy=copy, role="mentor", proof=proof, at=NOON, new=new))
    two.bring()
    for person in (two.karin, two.yusuf):
        name = on(person).sheet(two.id, AGREEMENT).by("mentor")
        assert name is not None and name.standing == "stranger"


def test_missing_lines_are_those_of_the_document() -> None:
    assert len(missing(LIBRARY.document(AGREEMENT), NAMED)) == sum(
        item.type == "clause" for item in LIBRARY.document(AGREEMENT).items
    )


def test_what_was_signed_of_an_older_document_holds_and_is_said_to(
    signed: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = LIBRARY.document(AGREEMENT)
    newer = replace(
        document,
        version=document.version + 1,
        items=(*document.items, replace(document.item("changes"), id="brand_new"))[1:],
    )
    monkeypatch.setattr(Library, "document", lambda self, id: newer if id == AGREEMENT else _document(self, id))
    sheet = on(signed.karin).sheet(signed.id, AGREEMENT)
    assert sheet.renewed and not sheet.signed and sheet.missing == ("brand_new",)
    assert on(signed.karin).standing(signed.id) == {"mentor", "mentee"}
    assert all(name.holds for name in sheet.versions[0].names)
    signed.fill(place="Kaféet")  # what they change themselves is another text
    assert not on(signed.karin).sheet(signed.id, AGREEMENT).renewed
    assert on(signed.karin).standing(signed.id) == frozenset()


_document = Library.document


def test_the_way_of_the_relationship_knows_the_signatures(signed: Two) -> None:
    page = signed.karin.store.ask(PersonPage(signed.id, NOON))
    assert page is not None
    assert next(step for step in page.steps if step.name == "agreed").state == "done"
    assert signed.karin.store.ask(FormOf(AGREEMENT, signed.id, True)) is not None
    assert Signed.APPEND_ONLY
