"""My side of a programme: joining, what may leave and how far it is, and that nothing else does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.errors import AnswerTooLong, NoProgramme
from app.model.commands import Delete, SetSetting, WriteNote
from app.model.programme_lines import MEMBERSHIP
from app.model.queries import SettingOf
from app.services.programme import membership
from app.services.programme import posted as posting
from app.services.programme.founded import MEMBERS
from app.services.programme.kept import LETTERS
from app.services.programme.membership import Programme
from app.services.spaces import KEYRING
from sync import bundle
from sync.errors import BadRecord, BadSignature, BundleNotForMe, BundleSeen, CodeForElsewhere, SyncError
from sync.programme import keys, letters
from sync.programme.letters import Lock
from tests.support.members import ASSETS, SURVEY, Coordinator, Member
from tests.support.programme import CARD, KEYS

pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def samira() -> Coordinator:
    return Coordinator()


def opened(package: bytes) -> list[letters.Letter]:
    found = bundle.open_bundle(package, {}, {CARD.id: bundle.BoxKey(KEYS.box)}, set())
    return [letters.open_letter(item.content, CARD, box=KEYS.box, safety=KEYS.safety) for item in found.items]


def state(member: Member) -> str:
    """How far the wish to be contacted is."""
    found = member.programme.contact
    return found.state if found else ""


def test_without_a_programme_nothing_is_offered() -> None:
    yusuf = Member("Yusuf")
    programme = yusuf.programme
    assert programme.joined is None and programme.waiting == 0 and programme.contact is None
    assert programme.offered(yusuf.pair) == "programme.none.notify"
    assert not programme.notify(yusuf.pair, "changed")
    assert not programme.answer(SURVEY, 1, "mentee", {"useful": 4})
    for refused in (programme.ask_contact, programme.package, programme.sitting, lambda: programme.concern({}, 1)):
        with pytest.raises(NoProgramme):
            refused()
    assert not list(yusuf.documents.table(LETTERS))


def test_a_card_is_looked_at_before_it_is_joined(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    offer = yusuf.programme.look(f"Hej! {samira.card}")
    found = samira.coordination.programme
    assert found is not None and (offer.name, offer.words) == (found.name, found.words) and len(offer.words) == 12
    assert yusuf.programme.joined is None
    yusuf.programme.join(offer.text)
    joined = yusuf.programme.joined
    assert joined is not None and (joined.name, joined.words, joined.ready) == (found.name, found.words, False)
    assert Member("A").programme.readable(samira.card) == "card"


def test_the_answer_of_the_programme_brings_the_token(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    joined = yusuf.programme.joined
    assert joined is not None and joined.ready
    row = next(row for row in yusuf.documents.table(KEYRING) if row["kind"] == "membership")
    keys.Token(bytes.fromhex(row["serial"]), bytes.fromhex(row["token"])).check(CARD)
    assert row["factor"] == "" and row["append"] == KEYS.append.hex()


def test_waiting_sent_seen(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.ask_contact()
    yusuf.programme.ask_contact()  # twice is once
    assert state(yusuf) == "waiting" and yusuf.programme.waiting == 1
    yusuf.start()  # the app was closed and opened; nothing is lost
    yusuf.programme = membership.Programme(yusuf.store, ASSETS, yusuf.now)
    assert yusuf.programme.waiting == 1
    assert yusuf.tells_programme(samira) == 2  # and the counts
    assert state(yusuf) == "sent"
    samira.answers(yusuf)
    assert state(yusuf) == "sent"  # it came, and nobody has looked yet
    (word,) = samira.coordination.words_of("contact", unseen=True)
    samira.coordination.saw(word.id)
    samira.answers(yusuf)
    assert state(yusuf) == "seen"
    assert samira.coordination.words_of("contact", unseen=True) == []


def test_what_waits_can_be_taken_back_and_what_left_cannot(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.ask_contact()
    assert yusuf.programme.contact is not None
    before = [dict(row) for row in yusuf.documents.table(LETTERS)]
    put_back = yusuf.programme.withdraw(yusuf.programme.contact.id)
    assert yusuf.programme.contact is None
    put_back()
    put_back()
    assert [dict(row) for row in yusuf.documents.table(LETTERS)] == before
    put_back = yusuf.programme.withdraw(yusuf.programme.contact.id)
    assert yusuf.programme.contact is None
    come_back = yusuf.programme.leave()
    put_back()  # too late: one is out
    assert yusuf.programme.contact is None
    come_back()
    yusuf.programme.ask_contact()
    yusuf.tells_programme(samira)
    yusuf.programme.withdraw(yusuf.programme.sent()[-1].id)
    assert state(yusuf) == "sent"


def test_a_lost_package_costs_nothing(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.ask_contact()
    yusuf.answer()
    yusuf.programme.package()
    yusuf.programme.handed_over()  # and the mail never arrived
    assert yusuf.programme.waiting == 0
    assert yusuf.tells_programme(samira) == 3
    assert yusuf.tells_programme(samira) <= 1  # the counts anew
    assert samira.coordination.results(SURVEY).waiting == 1
    samira.answers(yusuf)
    assert not [row for row in yusuf.documents.table(LETTERS) if row["what"] == "slip"]


def test_what_comes_after_the_package_was_made_is_not_called_sent(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.package()
    yusuf.programme.ask_contact()
    yusuf.programme.handed_over()
    assert state(yusuf) == "waiting"


def test_what_the_coordinator_has_seen_stays_seen_when_the_same_package_leaves_again(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.ask_contact()
    yusuf.tells_programme(samira)
    (word,) = samira.coordination.words_of("contact")
    samira.coordination.saw(word.id)
    samira.answers(yusuf)
    yusuf.programme.handed_over()  # copied first, saved as a file afterwards
    assert state(yusuf) == "seen"


def test_what_is_undone_before_it_left_does_not_leave(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    for _ in range(2):
        assert karin.programme.notify(karin.pair, "ended")
    assert [one.what for one in karin.programme.sent()] == ["ended"]
    karin.programme.unsay(karin.pair, "changed")
    assert [one.what for one in karin.programme.sent()] == ["ended"]
    karin.programme.unsay(karin.pair, "ended")
    assert karin.programme.sent() == []
    karin.programme.notify(karin.pair, "ended")
    karin.tells_programme(samira)
    karin.programme.unsay(karin.pair, "ended")
    assert [one.state for one in karin.programme.sent()] == ["sent"]
    Member("Yusuf").programme.unsay(karin.pair, "ended")


def test_nobody_waits_for_the_store_with_the_vault_in_hand(
    samira: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing in one thread and typing in another would wait for each other for ever."""
    karin = Member("Karin", "mentor")
    begin, wrong = karin.documents.transaction, []

    def free(lock: Any) -> bool:
        got: list[bool] = []

        def look() -> None:
            got.append(lock.acquire(blocking=False))
            if got[0]:
                lock.release()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return got[0]

    @contextmanager
    def watched(*how: Any) -> Iterator[None]:
        if free(karin.store._lock) or free(karin.programme._one):
            wrong.append(how)
        with begin(*how):
            yield

    monkeypatch.setattr(karin.documents, "transaction", watched)
    karin.programme.join(samira.card)
    data = karin.programme.package().data
    karin.programme.handed_over()
    samira.coordination.take(data)
    karin.programme.keep_draft({"words": "jag hörde"})
    karin.programme.concern({"words": "jag hörde"}, 1)
    karin.programme.ask_contact()
    (member,) = samira.coordination.members
    karin.programme.take(samira.coordination.answer(member.id).data)
    assert karin.programme.joined is not None and karin.programme.joined.ready and not wrong


def test_changed_and_ended_say_that_and_nothing_else(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    assert karin.programme.offered(karin.pair) == ""
    assert karin.programme.notify(karin.pair, "changed") and karin.programme.notify(karin.pair, "ended")
    assert not karin.programme.notify("nobody", "changed")
    said = [letter.says for letter in opened(karin.programme.package().data)]
    told = [one for one in said if one["what"] in ("changed", "ended")]
    assert [set(one) for one in told] == [{"what", "pair", "day"}] * 2
    karin.tells_programme(samira)
    assert {word.what for word in samira.coordination.words_of("changed", "ended")} == {"changed", "ended"}


def test_answers_wait_for_the_token_and_then_nobody_here_can_read_them(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    yusuf.answer(comment="ett hemligt ord")
    assert yusuf.programme.waiting == 2
    assert not [letter for letter in opened(yusuf.programme.package().data) if letter.lock is Lock.SLIP]
    yusuf.tells_programme(samira)
    samira.answers(yusuf)
    rows = json.dumps([dict(row) for row in yusuf.documents.table(LETTERS)])
    assert "ett hemligt ord" not in rows and yusuf.programme.waiting == 1
    (slip,) = [letter for letter in opened(yusuf.programme.package().data) if letter.lock is Lock.SLIP]
    assert slip.says["answers"]["comment"] == "ett hemligt ord"
    assert set(slip.says) == {"survey", "version", "role", "answers", "day", "token"}
    assert len(slip.says["day"]) == 10 and "Yusuf" not in json.dumps(slip.says)


def test_a_concern_is_for_one_reader_and_this_phone_is_not_it(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    karin.programme.concern({"words": "ett oroligt ord", "danger": "no"}, 1)
    (row,) = [row for row in karin.documents.table(LETTERS) if row["what"] == "concern"]
    assert "oroligt" not in json.dumps(dict(row)) and "oroligt" not in bytes.fromhex(row["data"]).decode("latin-1")
    with pytest.raises(SyncError):
        letters.open_letter(bytes.fromhex(row["data"]), CARD, box=KEYS.box, safety=KEYS.box)
    (sent,) = karin.programme.sent()
    assert (sent.what, sent.state, sent.locked) == ("concern", "waiting", False)


def test_only_what_the_page_lists_ever_leaves(samira: Coordinator) -> None:
    """A planted word in what pairs write, and every letter of the package opened."""
    karin = Member("Karin", "mentor", joins=samira)
    karin.store.execute(WriteNote(body="planterat", mentorship=karin.pair))
    karin.programme.ask_contact()
    karin.programme.notify(karin.pair, "changed")
    karin.answer()
    said = [dict(letter.says) for letter in opened(karin.programme.package().data)]
    assert "planterat" not in json.dumps(said) and karin.pair not in json.dumps(said)
    for pair in next(one for one in said if one.get("what") == "counts")["pairs"]:
        assert set(pair) == {"pair", "held", "planned", "booked", "last", "status"}
    assert all("Den andra" not in json.dumps(one) for one in said)


def test_an_answer_for_somebody_else_or_from_somebody_else_is_refused(samira: Coordinator) -> None:
    yusuf, amina = Member("Yusuf", joins=samira), Member("Amina", joins=samira)
    samira.coordination.confirm_numbers({"se112": "112"})
    (mine,) = [one for one in samira.coordination.members if one.name == "Yusuf"]
    data = samira.coordination.answer(mine.id).data
    with pytest.raises(BundleNotForMe):
        amina.programme.take(data)
    assert yusuf.programme.take(data) == 1
    with pytest.raises(BundleSeen):
        yusuf.programme.take(data)
    row = next(row for row in samira.documents.table("_member") if row["name"] == "Yusuf")
    box = bytes.fromhex(row["box"])
    forged = letters.write_answer(keys.member_keys(bytes(32), CARD.id).signing, CARD.id, box, {"seen": []})
    with pytest.raises(BadSignature):
        yusuf.programme.take(bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, forged)], box))
    with pytest.raises(CodeForElsewhere):
        yusuf.programme.take(bundle.seal_for_device([], box))


def test_confirmed_numbers_replace_mine_and_say_by_whom(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    samira.coordination.confirm_numbers({"se112": "112", "sesoc": "08-123 45"})
    samira.answers(yusuf)
    asked = yusuf.store.ask
    assert asked(SettingOf("number.sesoc")) == "08-123 45"
    assert asked(SettingOf("numbers.by")) == "Vårens program"
    assert asked(SettingOf("numbers.day")) == samira.now().date().isoformat()


def test_answers_are_read_in_their_order_whatever_order_they_are_opened_in(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    member = samira.coordination.members[0].id

    def standing() -> tuple[bool, object]:
        joined = yusuf.programme.joined
        return joined is not None and joined.out, yusuf.store.ask(SettingOf("number.sesoc"))

    samira.coordination.confirm_numbers({"sesoc": "111"})
    first = samira.coordination.answer(member)
    put_back = samira.coordination.remove(member)
    out = samira.coordination.answer(member)
    put_back()
    samira.now.later(days=-400)  # the clock of the coordinator's phone was put back
    samira.coordination.confirm_numbers({"sesoc": "112"})
    yusuf.programme.take(samira.coordination.answer(member).data)
    assert standing() == (False, "112")
    for late in (out, first):
        yusuf.programme.take(late.data)
        assert standing() == (False, "112"), "what is not the latest word changes nothing that is so now"
    samira.coordination.remove(member)
    yusuf.programme.take(samira.coordination.answer(member).data)
    assert standing() == (True, "112") and yusuf.programme.listening is None


def test_the_latest_answer_holds_on_every_device_whichever_has_read_it(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    tablet = Tablet(yusuf)
    tablet.hears()
    member = samira.coordination.members[0].id
    put_back = samira.coordination.remove(member)
    out = samira.coordination.answer(member)
    put_back()
    yusuf.programme.take(samira.coordination.answer(member).data)
    tablet.programme.take(out.data)  # later by the clock, and older by what it says
    assert tablet.programme.joined is not None and tablet.programme.joined.out
    tablet.answers_phone()
    assert yusuf.programme.joined is not None and not yusuf.programme.joined.out
    tablet.hears()
    assert tablet.programme.joined == yusuf.programme.joined


def test_an_answer_of_an_app_that_knew_no_order_counts_until_one_with_it_was_read(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    yusuf.tells_programme(samira)
    member = bytes.fromhex(samira.coordination.members[0].id)
    row = next(row for row in samira.documents.table(MEMBERS) if row["id"] == member.hex())

    def said(**says: object) -> bool:
        raw = letters.write_answer(KEYS.signing, CARD.id, bytes.fromhex(row["box"]), says)
        data = bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, raw)], bytes.fromhex(row["box"]))
        yusuf.programme.take(data)
        joined = yusuf.programme.joined
        return joined is not None and joined.out

    assert said(out=True)
    assert not said(out=False)
    assert not said(turn=7)
    assert not said(out=True)
    for odd in (7, -1, True, "8", 1 << 53, 1e9, None, [8]):
        assert not said(out=True, turn=odd), odd
    assert said(out=True, turn=8)


@pytest.mark.parametrize("part", ["seen", "came", "contacts", "numbers", "signed"])
def test_an_answer_of_which_a_part_is_not_of_its_kind_is_refused_as_a_whole(samira: Coordinator, part: str) -> None:
    yusuf = Member("Yusuf", joins=samira)
    mine = yusuf.programme._keys(yusuf.programme._required())
    for odd in (True, 7, "7", [[]] if part in ("contacts", "numbers", "signed") else {"a": 1}):
        raw = letters.write_answer(KEYS.signing, CARD.id, mine.box_public, {part: odd, "out": True, "turn": 1 << 52})
        with pytest.raises(BadRecord):
            yusuf.programme.take(bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, raw)], mine.box_public))
    joined = yusuf.programme.joined
    assert joined is not None and not joined.out and joined.ready


def test_text_in_parts_and_files_come_to_the_same(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    for _ in range(3):
        yusuf.programme.concern({"words": "x" * 9000}, 1)
    text = yusuf.programme.package().text.split("\n\n")
    assert len(text) > 1 and samira.coordination.take(text[1]).lacking > 0
    assert [samira.coordination.take(part) for part in text if part != text[1]][-1].new == 5
    assert yusuf.programme.readable(text[0]) == "package" and yusuf.programme.readable("hej") == ""


def test_joining_again_goes_on_and_another_programme_begins_anew(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    yusuf.programme.ask_contact()
    samira.coordination.found("Höstens program")
    yusuf.programme.join(samira.card)
    joined = yusuf.programme.joined
    assert joined is not None and joined.ready and joined.name == "Höstens program" and yusuf.programme.waiting == 1
    come_back = yusuf.programme.leave()
    assert yusuf.programme.joined is None and not list(yusuf.documents.table(LETTERS))
    come_back()
    assert yusuf.programme.joined == joined and yusuf.programme.waiting == 1
    yusuf.programme.leave()
    yusuf.programme.join(samira.card)
    come_back()  # too late: one is in anew, with other keys
    assert yusuf.programme.joined is not None and not yusuf.programme.joined.ready


# ------------------------------------------------------------------ while locked


def test_a_sitting_seals_at_once_and_cannot_open(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    sitting = karin.programme.sitting()
    survey = "survey.after_session_participant"
    posted = [
        sitting.seal(survey, 1, "participant", {"useful": value, "safe": 4, "use_it": 3})
        for value in (1, 2, 3, 4, 5, 5)
    ]
    assert all(posting.is_posted(text) for text in posted) and len({len(text) for text in posted}) == 1
    for number, text in enumerate(posted):
        for _ in range(2):  # the same note twice is one
            assert karin.programme.take_posted(bytes([number] * 16), text) is None
    assert karin.programme.waiting == 6
    karin.tells_programme(samira)
    found = samira.coordination.results(survey)
    assert (found.count, found.means["useful"]) == (6, 20 / 6)


def test_what_somebody_without_a_mentorship_brought_is_let_go_once_it_came(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    karin.store.execute(Delete(kind="mentorship", id=karin.pair))
    karin.programme.take_posted(bytes(16), karin.programme.sitting().seal(SURVEY, 1, "mentee", {"useful": 4}))
    karin.tells_programme(samira)
    assert samira.coordination.counts().pairs == 0  # and what was counted before is gone
    samira.answers(karin)
    assert not [row for row in karin.documents.table(LETTERS) if row["what"] == "slip"]


def test_a_sitting_needs_the_coordinators_answer(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    with pytest.raises(NoProgramme):
        yusuf.programme.sitting()


def test_a_concern_written_while_locked_becomes_a_letter_and_says_so(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    text = posting.posted_concern({"words": "sagt i låst läge"}, 1, "2026-10-14T16:58+02:00", done=True)
    for _ in range(2):
        assert karin.programme.take_posted(bytes(range(16)), text) is None
    (sent,) = karin.programme.sent()
    assert sent.locked and sent.id == bytes(range(16)).hex()
    karin.tells_programme(samira)
    (word,) = samira.coordination.words_of("concern")
    concern = samira.coordination.open_concern(word.id)
    assert concern is not None and concern.locked and concern.at == "2026-10-14T16:58+02:00"
    assert concern.answers["words"] == "sagt i låst läge"


def test_a_concern_written_while_locked_without_a_programme_is_a_note() -> None:
    text = posting.posted_concern({"words": "sagt i låst läge", "danger": ""}, 1, "2026-10-14", done=True)
    assert Member("Yusuf").programme.take_posted(bytes(16), text) == "sagt i låst läge"


def test_an_answer_that_is_too_long_is_told_at_the_table(samira: Coordinator) -> None:
    sitting = Member("Karin", "mentor", joins=samira).programme.sitting()
    with pytest.raises(AnswerTooLong):
        sitting.seal("survey.after_session_participant", 1, "participant", {"useful": 5, "wish": "ö" * 3000})


_STRANGE = '{"answers": {"words": %s}, "version": %s, "at": "2026-10-14", "done": true}'


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '{"answers": 3, "version": 1}',
        '{"version": 1}',
        "[" * 60_000,
        _STRANGE % ('"x"', "1e999"),
        _STRANGE % ('"x"', "1e300"),
        _STRANGE % ("[[[[[[[[[1]]]]]]]]]", "1"),
        _STRANGE % ("7", "1"),
        _STRANGE % (f'"{"x" * 140_000}"', "1"),
    ],
    ids=range(10),
)
def test_a_strange_note_is_kept_as_a_note(samira: Coordinator, body: str) -> None:
    yusuf = Member("Yusuf", joins=samira)
    assert yusuf.programme.take_posted(bytes(16), f"{posting.POSTED}concern\0{body}") == body
    assert yusuf.programme.take_posted(bytes(16), f"{posting.POSTED}slip\0!") == "!"


def test_a_concern_that_was_never_finished_is_a_note_and_is_not_sent(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    text = posting.posted_concern({"words": "halvvägs"}, 1, "2026-10-14", done=False)
    assert karin.programme.take_posted(bytes(16), text) == "halvvägs"
    assert karin.programme.sent() == []


def test_a_draft_of_a_concern_stays_until_it_is_sealed(samira: Coordinator) -> None:
    karin = Member("Karin", "mentor", joins=samira)
    karin.programme.keep_draft({"words": "jag hörde"})
    karin.programme.keep_draft({"words": "jag hörde att"})
    assert karin.documents.commits[-1] == "soon"  # whoever types waits for no disk
    assert karin.programme.draft == {"words": "jag hörde att"} and karin.programme.waiting == 0
    assert len(opened(karin.programme.package().data)) == 1  # the counts
    karin.programme.concern({"words": "jag hörde att"}, 1)
    assert karin.programme.draft == {}


class Tablet(Member):
    """Another device of the same person: what stands in the personal space comes to it, and back."""

    def __init__(self, phone: Member) -> None:
        super().__init__(phone.name, "mentee")
        self.phone = phone

    def hears(self) -> None:
        self.store.execute(SetSetting(key=MEMBERSHIP, value=self.phone.store.ask(SettingOf(MEMBERSHIP))))

    def answers_phone(self) -> None:
        self.phone.store.execute(SetSetting(key=MEMBERSHIP, value=self.store.ask(SettingOf(MEMBERSHIP))))


def test_a_second_device_is_the_same_member_with_the_same_token(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    tablet = Tablet(yusuf)
    assert tablet.programme.joined is None
    tablet.hears()
    assert tablet.programme.joined == yusuf.programme.joined
    tablet.programme.ask_contact()
    for one in (tablet, yusuf):
        one.answer()
        one.tells_programme(samira)
    assert [one.name for one in samira.coordination.members] == ["Yusuf"]
    assert [word.name for word in samira.coordination.words_of("contact")] == ["Yusuf"]
    assert samira.coordination.results(SURVEY).waiting == 1  # two answers by one person


def test_a_device_that_came_before_the_answer_gets_the_token_by_the_other_one(samira: Coordinator) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    tablet = Tablet(yusuf)
    tablet.hears()
    tablet.answer()
    assert tablet.programme.waiting == 2  # who it is, and an answer that waits for the token
    tablet.tells_programme(samira)
    samira.answers(tablet)
    tablet.answers_phone()
    joined = yusuf.programme.joined
    assert joined is not None and joined.ready
    yusuf.tells_programme(samira)
    assert len(samira.coordination.members) == 1 and samira.coordination.results(SURVEY).waiting == 0
    tablet.tells_programme(samira)
    assert samira.coordination.results(SURVEY).waiting == 1


def test_two_devices_that_joined_apart_become_one_member_and_lose_nothing(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    tablet = Tablet(yusuf)
    tablet.programme.join(samira.card)
    tablet.programme.concern({"words": "något"}, 1)
    tablet.hears()
    assert tablet.programme.joined == yusuf.programme.joined
    tablet.answers_phone()  # what the tablet had said before is of no use any more
    assert yusuf.programme.joined == tablet.programme.joined
    tablet.tells_programme(samira)
    assert [(word.what, word.name) for word in samira.coordination.words_of("concern")] == [("concern", "Yusuf")]


def test_leaving_on_one_device_is_leaving_on_the_other_but_for_what_waits_there(samira: Coordinator) -> None:
    yusuf = Member("Yusuf", joins=samira)
    tablet = Tablet(yusuf)
    tablet.hears()
    tablet.programme.ask_contact()
    come_back = yusuf.programme.leave()
    tablet.hears()
    assert tablet.programme.joined is not None and tablet.programme.waiting == 1
    tablet.programme.withdraw(tablet.programme.sent()[0].id)
    tablet.programme.keep_draft({"words": "jag hörde"})
    half_written = Programme(tablet.store, ASSETS, tablet.now)
    assert half_written.joined is not None and half_written.draft == {"words": "jag hörde"}
    tablet.programme.keep_draft({})
    again = Programme(tablet.store, ASSETS, tablet.now)  # as after unlocking
    assert again.joined is None
    come_back()
    tablet.hears()
    assert again.joined == yusuf.programme.joined is not None


@pytest.mark.parametrize("said", ["{", "[]", "7", '{"later": 1}', '{"left": {}}', "x" * 9000])
def test_what_a_later_version_says_of_the_programme_is_left_alone(samira: Coordinator, said: str) -> None:
    yusuf = Member("Yusuf", joins=samira)
    before = yusuf.programme.joined
    yusuf.store.execute(SetSetting(key=MEMBERSHIP, value=said))
    assert yusuf.programme.joined == before and yusuf.store.ask(SettingOf(MEMBERSHIP)) == said
