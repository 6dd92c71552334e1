"""The coordinator's side: what comes in, what may be seen of it, and what is refused in words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.errors import NoProgramme, ProgrammeName
from app.model.queries import SettingOf
from app.services.programme.founded import MEMBERS, RECEIVED
from app.services.programme.incoming import SLIPS, Taken
from app.services.programme.posted import posted_concern
from sync import bundle
from sync.errors import BadRecord, BadSignature, BundleNotForMe, BundleSeen, CannotOpen, SyncError
from sync.programme import keys, letters
from tests.support.members import ASSETS, LIBRARY, SURVEY, Coordinator, Member
from tests.support.pair import Person
from tests.support.programme import CARD, KEYS

pytestmark = pytest.mark.usefixtures("quick_keys")

STRANGER = keys.member_keys(bytes(32), CARD.id)


@pytest.fixture
def samira() -> Coordinator:
    return Coordinator()


def sealed(*raw: bytes) -> bytes:
    return bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, one) for one in raw], CARD.box)


def slip(**says: object) -> bytes:
    return letters.write_slip(
        CARD, {"survey": SURVEY, "version": 1, "role": "mentee", "answers": {"useful": 5}, **says}
    )


def nothing_came(samira: Coordinator) -> bool:
    return not any(list(samira.documents.table(name)) for name in (MEMBERS, RECEIVED, SLIPS))


def test_before_it_is_founded_there_is_nothing() -> None:
    from app.services.programme.coordination import Coordination

    anna = Person("Anna", "coordinator", careful=False)
    fresh = Coordination(anna.store, LIBRARY, ASSETS, anna.now)
    assert fresh.programme is None and fresh.members == [] and fresh.surveys() == []
    with pytest.raises(NoProgramme):
        fresh.take(b"")


@pytest.mark.parametrize("name", ["", "  ", "ሀ" * 27, "Vårens\u202eprogram"])
def test_a_name_that_does_not_fit_is_told_as_such(samira: Coordinator, name: str) -> None:
    with pytest.raises(ProgrammeName):
        samira.coordination.found(name)
    found = samira.coordination.programme
    assert found is not None and found.name == "Vårens program"


def test_four_are_too_few_and_the_fifth_shows_the_mean(samira: Coordinator) -> None:
    people = [Member(name, joins=samira) for name in ("Yusuf", "Amina", "Li", "Sara", "Omar", "Eva")]
    for value, member in zip((1, 2, 3, 4), people[:4], strict=True):
        member.answer(value, comment=f"hälsar {value}")
        member.answer(value)  # the same person twice is one
        member.tells_programme(samira)
    found = samira.coordination.results(SURVEY)
    assert (found.count, found.waiting, found.means, found.comments) == (0, 4, {}, {})
    people[4].answer(5)
    people[4].tells_programme(samira)
    found = samira.coordination.results(SURVEY)
    assert (found.count, found.means["useful"], len(found.comments["comment"])) == (5, 3.0, 4)
    people[5].answer(1)
    people[5].tells_programme(samira)
    assert samira.coordination.results(SURVEY).means["useful"] == 3.0
    assert samira.coordination.surveys() == [SURVEY]


def test_slips_say_nothing_about_who_brought_them(samira: Coordinator) -> None:
    for name in ("Yusuf", "Amina", "Li", "Sara", "Omar"):
        member = Member(name, joins=samira)
        member.answer()
        member.tells_programme(samira)
    rows = [dict(row) for row in samira.documents.table(SLIPS)]
    assert {key for row in rows for key in row} == {
        "id", "survey", "role", "day", "answers", "tag", "sitting", "batch",
    }  # fmt: skip
    members = {row["id"] for row in samira.documents.table(MEMBERS)}
    assert not any(member in json.dumps(rows) for member in members)
    asked = json.dumps([dict(row) for row in samira.documents.table(MEMBERS)])
    assert not any(row["tag"] in asked for row in rows)


def test_slips_are_shuffled_whenever_some_come(samira: Coordinator) -> None:
    orders = set()
    for turn in range(8):
        member = Member(f"Person {turn}", joins=samira)
        member.answer()
        member.tells_programme(samira)
        orders.add(tuple(row["id"] for row in samira.documents.table(SLIPS))[:1])
    assert len(orders) > 1


def test_one_token_for_each_member(samira: Coordinator) -> None:
    Member("Yusuf", joins=samira)
    own = next(row for row in samira.documents.table(MEMBERS))
    first = own["signed"]
    _, hidden = keys.ask_for_token(CARD)
    says = {"what": "join", "name": "Yusuf", "role": "mentee", "blind": hidden.message.hex()}
    again = letters.write(CARD, STRANGER, says)
    samira.coordination.take(sealed(again))
    _, other = keys.ask_for_token(CARD)
    samira.coordination.take(sealed(letters.write(CARD, STRANGER, {**says, "blind": other.message.hex()})))
    rows = list(samira.documents.table(MEMBERS))
    assert len(rows) == 2 and rows[0]["signed"] == first
    assert rows[1]["blind"] == hidden.message.hex()  # the second question got no signature


def test_what_is_refused_changes_nothing_and_what_lies_beside_it_comes_in(samira: Coordinator) -> None:
    good = letters.write(CARD, STRANGER, {"what": "contact", "at": "2026-10-14"})
    broken = good[:-1] + bytes([good[-1] ^ 1])
    bad: list[bytes] = []
    for raw, error in (
        (broken, CannotOpen),
        (slip(), BadSignature),
        (slip(token={"serial": "00" * 32, "signature": "00" * 256}), BadSignature),
        (slip(token={"serial": "0", "signature": ""}), BadRecord),
        (slip(token={"serial": "00", "signature": "00"}), BadRecord),
        (slip(sitting="00", append="11" * 32), BadSignature),
        (slip(sitting="00"), BadSignature),
        (letters.write_slip(CARD, {"survey": "survey.none", "answers": {}}), BadRecord),
        (letters.write_slip(CARD, {"survey": SURVEY, "answers": []}), BadRecord),
        (slip(sitting="ab" * 16, append=KEYS.append.hex(), answers={"useful": 400}), BadRecord),
        (slip(sitting="ab" * 16, append=KEYS.append.hex(), answers={"useful": 0}), BadRecord),
        (slip(sitting="ab" * 16, append=KEYS.append.hex(), answers={"useful": 4.5}), BadRecord),
        (slip(sitting="ab" * 16, append=KEYS.append.hex(), answers={"useful": True}), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "minutes"}), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "contact"}, concern=True), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "concern", "answers": {}}), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "join", "blind": "x"}), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "counts", "pairs": [1]}), BadRecord),
        (letters.write(CARD, STRANGER, {"what": "concern", "answers": 1}, concern=True), BadRecord),
    ):
        with pytest.raises(error):
            samira.coordination.take(sealed(raw))
        assert nothing_came(samira)
        bad.append(raw)
    data = sealed(bad[0], good, *bad[1:])
    taken = samira.coordination.take(data)
    assert (taken.new, taken.unreadable) == (1, len(bad))
    assert [word.at for word in samira.coordination.words_of("contact")] == ["2026-10-14"]
    assert samira.coordination.take(data) == Taken(0, unreadable=len(bad))  # it was not acknowledged
    assert [row["came"] for row in samira.documents.table(MEMBERS)] == [[]]


def test_one_token_is_one_person_however_it_is_spelt(samira: Coordinator) -> None:
    serial, hidden = keys.ask_for_token(CARD)
    token = keys.finish_token(CARD, serial, KEYS.signer.sign(hidden.message), hidden.factor)
    plain, signature = serial.hex(), token.signature.hex()
    spelt = [plain, plain.upper(), f" {plain}", f"{plain} ", f"{plain[:2]} {plain[2:]}", plain[:2].upper() + plain[2:]]
    for one in spelt:
        samira.coordination.take(sealed(slip(token={"serial": one, "signature": signature})))
    found = samira.coordination.results(SURVEY)
    assert (found.waiting, found.count) == (1, 0)
    sitting = {"append": KEYS.append.hex(), "token": {"serial": "11" * 32}}
    for number in ("", "00", "x", 7):
        with pytest.raises(BadRecord):
            samira.coordination.take(sealed(slip(sitting=number, **sitting)))
    for number in ("ab" * 16, "AB" * 16):
        samira.coordination.take(sealed(slip(sitting=number, **{**sitting, "token": 5})))
    assert {row["sitting"] for row in samira.documents.table(SLIPS)} == {"", "ab" * 16}
    assert samira.coordination.results(SURVEY).waiting == 2


def test_a_role_that_nobody_has_is_none(samira: Coordinator) -> None:
    about = {"append": KEYS.append.hex(), "sitting": "ab" * 16}
    for role in ("boss", ["mentor"], 3):
        samira.coordination.take(sealed(slip(role=role, **about)))
    assert {row["role"] for row in samira.documents.table(SLIPS)} == {""}


def test_a_package_twice_and_one_for_another_programme_are_refused(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    data = yusuf.programme.package().data
    samira.coordination.take(data)
    with pytest.raises(BundleSeen):
        samira.coordination.take(data)
    other = keys.ProgrammeKeys(bytes(32), KEYS.signer, bytes(32)).card("Ett annat")
    with pytest.raises(BundleNotForMe):
        samira.coordination.take(bundle.seal_for_device([], other.box))
    elsewhere = letters.write(other, STRANGER, {"what": "contact"})
    with pytest.raises(SyncError):
        samira.coordination.take(sealed(elsewhere))
    with pytest.raises(SyncError):
        samira.coordination.take(bundle.seal_for_device([], CARD.box))


def test_no_bit_of_a_package_can_be_changed(samira: Coordinator) -> None:
    data = sealed(letters.write(CARD, STRANGER, {"what": "contact"}))
    for at in range(0, len(data), 7):
        with pytest.raises(SyncError):
            samira.coordination.take(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
    assert nothing_came(samira)


def test_a_letter_in_two_packages_is_one(samira: Coordinator) -> None:
    raw = letters.write(CARD, STRANGER, {"what": "contact", "at": "2026-10-14T10:00"})
    assert samira.coordination.take(sealed(raw)).new == 1
    assert samira.coordination.take(sealed(raw)).new == 0
    (word,) = samira.coordination.words_of("contact")
    assert word.name == ""  # nobody has said who that is


def test_counts_are_of_pairs_and_not_of_people(samira: Coordinator) -> None:
    tag = "ab" * 16
    for seed, day, held in ((1, "2026-10-14", 3), (2, "2026-10-15", 4)):
        member = keys.member_keys(bytes([seed]) * 32, CARD.id)
        pair = {"pair": tag, "held": held, "planned": 10, "booked": seed == 1, "last": day, "status": "active"}
        over = {"pair": "cd" * 16, "held": 99999, "planned": True, "status": "ended"}
        says = {"what": "counts", "day": day, "pairs": [pair, *([over] if seed == 2 else [])]}
        samira.coordination.take(sealed(letters.write(CARD, member, says)))
        samira.coordination.take(sealed(letters.write(CARD, member, says)))  # newer counts take the older ones' place
    counts = samira.coordination.counts()
    assert (counts.members, counts.pairs, counts.held, counts.planned) == (2, 1, 4, 10)
    assert (counts.unbooked, counts.ended) == (1, 1)
    assert len(list(samira.documents.table(RECEIVED))) == 2


def test_counts_of_an_earlier_day_that_come_late_change_nothing(samira: Coordinator) -> None:
    today = samira.now().date()
    days = [(today + timedelta(days=offset)).isoformat() for offset in (400, -1, -3, 0)]
    held = []
    for number, day in enumerate(days):
        pair = {"pair": "ab" * 16, "held": number, "planned": 10, "booked": True, "last": "", "status": "active"}
        says = {"what": "counts", "day": day, "pairs": [pair]}
        samira.coordination.take(sealed(letters.write(CARD, STRANGER, says)))
        held.append(samira.coordination.counts().held)
    assert held == [0, 1, 1, 3]


def test_a_receipt_goes_back_when_a_concern_is_opened_and_not_before(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    karin.programme.concern({"words": "något", "danger": "maybe"}, 1)
    karin.tells_programme(samira)
    samira.answers(karin)
    assert karin.programme.sent()[-1].state == "sent"
    (word,) = samira.coordination.words_of("concern", unseen=True)
    concern = samira.coordination.open_concern(word.id)
    assert concern is not None and (concern.name, concern.answers) == ("Karin", {"words": "något", "danger": "maybe"})
    assert samira.coordination.words_of("concern", unseen=True) == []
    samira.answers(karin)
    assert karin.programme.sent()[-1].state == "seen"
    assert samira.coordination.open_concern("none") is None


def test_nobody_is_let_in_before_the_coordinator_answers_and_a_name_that_is_there_is_told(samira: Coordinator) -> None:
    Member("Yusuf", joins=samira)
    again = Member(" yusuf ")
    again.programme.join(samira.card)
    again.tells_programme(samira)
    first, second = samira.coordination.members
    assert (first.new, first.again, second.new, second.again) == (False, True, True, True)
    joined = again.programme.joined
    assert joined is not None and not joined.ready


def test_a_number_out_of_its_scale_from_another_version_of_the_survey_counts_for_nothing(samira: Coordinator) -> None:
    for number, useful in enumerate((1, 2, 3, 4, 5, 400, -3)):
        says = {"sitting": "ab" * 16, "append": KEYS.append.hex(), "version": 99, "answers": {"useful": useful}}
        assert samira.coordination.take(sealed(slip(**says))).new == 1, number
    assert samira.coordination.results(SURVEY).means["useful"] == 3.0


def test_who_was_taken_out_is_not_read_any_more_and_both_are_told(samira: Coordinator) -> None:
    yusuf, karin = Member("Yusuf", joins=samira), Member("Karin", "mentor", joins=samira)
    for one in (yusuf, karin):
        one.tells_programme(samira)
    before = samira.coordination.counts()
    id = next(one.id for one in samira.coordination.members if one.name == "Yusuf")
    put_back = samira.coordination.remove(id)
    assert [one.name for one in samira.coordination.members] == ["Karin"]
    assert [(one.name, one.owed) for one in samira.coordination.removed] == [("Yusuf", True)]
    assert samira.coordination.counts().members == before.members - 1
    assert samira.coordination.counts().pairs == before.pairs - 1
    yusuf.programme.ask_contact()
    yusuf.answer()
    data = yusuf.programme.package().data
    assert samira.coordination.take(data) == Taken(refused=("Yusuf",))
    assert samira.coordination.words_of("contact") == [] and samira.coordination.surveys() == []
    yusuf.programme.take(samira.coordination.answer(id).data)
    joined = yusuf.programme.joined
    assert joined is not None and joined.out and not joined.ready and yusuf.programme.listening is None
    text = posted_concern({"words": "jag hörde"}, 1, "2026-10-14", done=True)
    assert yusuf.programme.take_posted(bytes(16), text) == "jag hörde"  # a letter that nobody reads is lost
    samira.coordination.answered(id)
    samira.coordination.confirm_numbers({"se112": "112"})  # which are not for those who are out
    assert [one.owed for one in samira.coordination.removed] == [False]
    assert yusuf.programme.offered(yusuf.pair) == "programme.out-of.notify"
    put_back()
    assert samira.coordination.counts() == before and samira.coordination.removed == []
    assert samira.coordination.take(data).new == 3  # nothing was lost: the wish, the answer, the counts anew
    yusuf.programme.take(samira.coordination.answer(id).data)
    joined = yusuf.programme.listening
    assert joined is not None and joined.ready


@pytest.mark.parametrize("later", ["numbers", "the same day's numbers", "out", "a letter"])
def test_what_came_after_an_answer_was_packed_is_still_owed_once_that_has_left(samira: Coordinator, later: str) -> None:
    yusuf = Member("Yusuf", joins=samira)
    if later == "the same day's numbers":
        samira.coordination.confirm_numbers({"se112": "112"})
        samira.answers(yusuf)
    (member,) = samira.coordination.members
    early = samira.coordination.answer(member.id)
    match later:
        case "out":
            samira.coordination.remove(member.id)
        case "a letter":
            yusuf.programme.ask_contact()
            yusuf.tells_programme(samira)
        case _:
            samira.coordination.confirm_numbers({"se112": "113"})
    samira.coordination.answered(member.id)
    assert [one.owed for one in (*samira.coordination.members, *samira.coordination.removed)] == [True]
    yusuf.programme.take(early.data)
    yusuf.programme.take(samira.coordination.answer(member.id).data)
    samira.coordination.answered(member.id)
    assert [one.owed for one in (*samira.coordination.members, *samira.coordination.removed)] == [False]


def test_who_was_taken_out_before_the_first_answer_is_still_new_when_let_in(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    yusuf.tells_programme(samira)
    (member,) = samira.coordination.members
    samira.coordination.remove(member.id)
    yusuf.programme.take(samira.coordination.answer(member.id).data)
    samira.coordination.answered(member.id)
    samira.coordination.let_in(member.id)
    (member,) = samira.coordination.members
    assert member.new and member.owed, "what told them that they were out brought no token"
    samira.answers(yusuf)
    (member,) = samira.coordination.members
    assert not member.new
    samira.coordination.remove(member.id)
    samira.coordination.answered(member.id)
    samira.coordination.let_in(member.id)
    assert not samira.coordination.members[0].new, "the token they have is good still"


def test_a_new_name_comes_with_the_next_answer_and_the_words_stay(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    before = yusuf.programme.joined
    samira.coordination.found("Höstens program")
    yusuf.tells_programme(samira)
    samira.answers(yusuf)
    after = yusuf.programme.joined
    assert before is not None and after is not None
    assert (after.name, after.words) == ("Höstens program", before.words)
    found = samira.coordination.programme
    assert found is not None and found.words == before.words


def test_who_is_owed_an_answer(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    assert [member.owed for member in samira.coordination.members] == [False]
    samira.coordination.confirm_numbers({"se112": "112"})
    assert [member.owed for member in samira.coordination.members] == [True]
    samira.answers(yusuf)
    assert [member.owed for member in samira.coordination.members] == [False]
    with pytest.raises(BadRecord):
        samira.coordination.answer("nobody")


def test_a_number_put_right_the_same_day_and_one_taken_away_come_to_everybody(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.confirm_numbers({"se112": "112", "sesoc": "08-123 45"})
    samira.answers(yusuf)
    samira.coordination.confirm_numbers({"se112": "112", "sesoc": ""})
    assert [member.owed for member in samira.coordination.members] == [True]
    samira.answers(yusuf)
    assert not yusuf.store.ask(SettingOf("number.sesoc")) and yusuf.store.ask(SettingOf("number.se112")) == "112"
