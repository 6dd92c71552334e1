"""Two people become a pair: Karin's vault and Yusuf's, and nothing between them but text."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import NotShared, UnknownRecord
from app.model.commands import AddTask, FinishMinutes, KeepMinutes, Revise, SayCompared, StartNow
from app.model.entities import Comparison, Mentorship, Minutes, Task
from app.model.queries import One
from app.services.agreements import Version
from app.services.content.library import Library
from app.services.sharing.pairing import Earlier, Stage
from app.services.spaces import DEVICE
from sync import bundle
from sync.errors import (
    BundleDamaged,
    BundleNotForMe,
    BundleSeen,
    CodeForElsewhere,
    OwnCode,
    PairingExpired,
    PairingFailed,
    PairingOver,
    PairingStopped,
)
from sync.pairing import code, link
from sync.pairing import words as spoken
from sync.pairing.code import Kind
from sync.signing import Device
from tests.support.phones import ASSETS, Phone, in_the_room, phone

pytestmark = pytest.mark.usefixtures("quick_kdf")


@pytest.fixture
def mallory(tmp_path: Path) -> Iterator[Phone]:
    made = phone(tmp_path / "mallory", "Mallory", "mentee")
    yield made
    made.session.lock()


def one_space(karin: Phone, yusuf: Phone, mentorship: str) -> None:
    """Both hold the same mentorship in the same space, and each the other's root key."""
    mine = karin.session.store.ask(One(Mentorship, mentorship))
    theirs = yusuf.session.store.ask(One(Mentorship, mentorship))
    assert mine is not None
    assert theirs is not None
    assert mine.space == theirs.space
    here, there = karin.pairing.peer(mentorship), yusuf.pairing.peer(mentorship)
    assert here is not None
    assert there is not None
    assert here.root == yusuf.session._open_spaces.root
    assert there.root == karin.session._open_spaces.root
    assert (here.name, there.name) == ("Yusuf", "Karin")
    for one in (karin, yusuf):
        people = one.session.exchange.people(mine.space)
        assert sorted(each.name for each in people) == ["Karin", "Yusuf"]
        assert len(one.session.exchange.authority(mine.space).members) == 2


def test_in_the_room_two_codes_and_a_package_and_both_have_one_space(karin: Phone, yusuf: Phone) -> None:
    mentorship, back, paired = in_the_room(karin, yusuf)
    assert (back.stage, paired.stage) == (Stage.SHOW_BACK, Stage.PAIRED)
    assert back.check == paired.check
    assert len(set(back.check)) in (1, 2)
    assert paired.name == "Yusuf"
    assert yusuf.pairing.waiting() == [""]
    package = karin.pairing.package(mentorship)
    assert b"Karin" not in package.data
    taken = yusuf.pairing.take(package.data)
    assert (taken.stage, taken.name, taken.mentorship) == (Stage.TAKEN, "Karin", mentorship)
    assert yusuf.people() == ["Karin"]
    assert yusuf.pairing.waiting() == []
    one_space(karin, yusuf, mentorship)
    peer = yusuf.pairing.peer(mentorship)
    assert peer is not None
    assert peer.compared


def test_when_the_two_words_differ_nobody_is_in_and_the_right_one_can_come(
    karin: Phone, yusuf: Phone, mallory: Phone
) -> None:
    mentorship, back, paired = in_the_room(karin, mallory)
    found = karin.session.store.ask(One(Mentorship, mentorship))
    assert found is not None
    karin.pairing.call_off(paired)
    mallory.pairing.call_off(back)
    assert karin.pairing.peer(mentorship) is None
    assert [one.name for one in karin.session.exchange.people(found.space)] == ["Karin"]
    assert mallory.pairing.waiting() == []
    right = yusuf.pairing.hear(karin.pairing.show(mentorship))
    karin.pairing.hear(right.send, mentorship=mentorship)
    package = karin.pairing.package(mentorship)
    yusuf.pairing.take(package.data)
    one_space(karin, yusuf, mentorship)
    with pytest.raises(BundleNotForMe):
        mallory.pairing.take(package.data)


@pytest.mark.parametrize("opened", [True, False], ids=["from-her-page", "by-her-name"])
def test_a_person_who_was_there_already_goes_on_with_the_shared_space(karin: Phone, yusuf: Phone, opened: bool) -> None:
    own = yusuf.mentorship("karin")
    mentorship = karin.mentorship("Yusuf")
    back = yusuf.pairing.hear(karin.pairing.show(mentorship), mentorship=own if opened else "")
    karin.pairing.hear(back.send)
    assert yusuf.pairing.take(karin.pairing.package(mentorship).data).mentorship == mentorship
    assert yusuf.people() == ["karin"]
    one_space(karin, yusuf, mentorship)


def test_what_was_written_on_the_page_that_was_open_goes_on_in_the_shared_space(karin: Phone, yusuf: Phone) -> None:
    own = yusuf.mentorship("Min mentor")
    task = yusuf.session.store.execute(AddTask(text="Läs CV", mentorship=own)).record
    mentorship = karin.mentorship("Yusuf")
    back = yusuf.pairing.hear(karin.pairing.show(mentorship), mentorship=own)
    karin.pairing.hear(back.send, mentorship=mentorship)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    assert yusuf.people() == ["Min mentor"]
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    for of in (karin, yusuf):
        (found,) = of.session.store.everything(Task)
        assert (found.text, found.mentorship, found.id != task) == ("Läs CV", mentorship, True)


def test_by_the_name_alone_what_was_written_is_asked_about_first(karin: Phone, yusuf: Phone) -> None:
    own = yusuf.mentorship("Karin")
    yusuf.session.store.execute(AddTask(text="Läs CV", mentorship=own))
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    assert yusuf.people() == ["Karin", "Karin"]
    assert yusuf.pairing.earlier(mentorship) == [Earlier(own, "Karin", 1)]
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    assert list(karin.session.store.everything(Task)) == [], "somebody else may have that name"

    undo = yusuf.pairing.same_person(own, mentorship)
    assert yusuf.people() == ["Karin"]
    assert yusuf.pairing.earlier(mentorship) == []
    assert undo is not None
    yusuf.session.store.execute(undo)
    assert yusuf.people() == ["Karin", "Karin"]
    yusuf.pairing.same_person(own, mentorship)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    assert [task.text for task in karin.session.store.everything(Task)] == ["Läs CV"]


def test_what_is_shared_with_somebody_else_is_never_taken_along(karin: Phone, yusuf: Phone, mallory: Phone) -> None:
    with_mallory = yusuf.mentorship("Karin")
    back = mallory.pairing.hear(yusuf.pairing.show(with_mallory))
    yusuf.pairing.hear(back.send, mentorship=with_mallory)
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    assert yusuf.pairing.earlier(mentorship) == []
    with pytest.raises(NotShared):
        yusuf.pairing.same_person(with_mallory, mentorship)


def test_what_one_writes_then_reaches_the_other_both_ways(karin: Phone, yusuf: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    yusuf.session.store.execute(Revise(kind="mentorship", id=mentorship, values={"place": "Biblioteket"}))
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    found = karin.session.store.ask(One(Mentorship, mentorship))
    assert found is not None
    assert found.place == "Biblioteket"
    karin.session.store.execute(Revise(kind="mentorship", id=mentorship, values={"aim": "Ett jobb"}))
    again = karin.pairing.package(mentorship)
    assert yusuf.pairing.hear(again.text).stage is Stage.TAKEN
    there = yusuf.session.store.ask(One(Mentorship, mentorship))
    assert there is not None
    assert there.aim == "Ett jobb"


def test_a_package_comes_once_whole_and_for_one(karin: Phone, yusuf: Phone, mallory: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    data = karin.pairing.package(mentorship).data
    with pytest.raises(BundleNotForMe):
        mallory.pairing.take(data)
    with pytest.raises(BundleNotForMe):
        yusuf.pairing.take(data[:-1] + bytes([data[-1] ^ 1]))
    assert yusuf.people() == []
    yusuf.pairing.take(data)
    with pytest.raises(BundleSeen):
        yusuf.pairing.take(data)
    assert yusuf.pairing.take(karin.pairing.package(mentorship).data).stage is Stage.TAKEN
    answer = yusuf.pairing.package(mentorship).data
    karin.pairing.take(answer)
    with pytest.raises(BundleSeen):
        karin.pairing.take(answer)
    with pytest.raises(BundleDamaged):
        karin.pairing.take(answer[:-1] + bytes([answer[-1] ^ 1]))
    assert yusuf.people() == ["Karin"]


def test_as_text_in_several_pastes(karin: Phone, yusuf: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    texts = bundle.as_pictures(karin.pairing.package(mentorship).data[:3000])
    assert yusuf.pairing.hear(texts[0]).stage is Stage.MORE
    whole = karin.pairing.package(mentorship).text  # another package begins: it waits for nothing of the first
    assert yusuf.pairing.hear(f"Hej!\n{whole}\nKram").stage is Stage.TAKEN


def test_six_words_with_restarts_in_between(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "sv")
    assert (said, offer) == karin.pairing.speak(mentorship, "sv")
    asked = yusuf.pairing.hear(offer)
    assert asked.stage is Stage.WORDS
    answer = yusuf.pairing.hear(offer, typed=[word[:4].upper() for word in said])
    assert answer.stage is Stage.SEND
    karin.restart()
    yusuf.restart()
    paired = karin.pairing.hear(answer.send, mentorship=mentorship)
    assert (paired.stage, paired.name) == (Stage.PAIRED, "Yusuf")
    joined = yusuf.pairing.hear(paired.send)
    assert (joined.stage, joined.name) == (Stage.PAIRED, "Karin")
    assert karin.pairing.hear(joined.send).stage is Stage.DONE
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    one_space(karin, yusuf, mentorship)


def test_words_and_the_first_package_can_go_together(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "en")
    answer = yusuf.pairing.hear(offer, typed=said)
    paired = karin.pairing.hear(answer.send)
    heard = yusuf.pairing.hear(f"{paired.send}\n\n{karin.pairing.package(mentorship).text}")
    assert heard.stage is Stage.TAKEN
    assert karin.pairing.hear(heard.send).stage is Stage.DONE
    one_space(karin, yusuf, mentorship)


def test_wrong_words_three_times_and_new_ones_are_drawn(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "sv")
    for left in (2, 1, 0):
        wrong = yusuf.pairing.hear(offer, typed=said[left + 1 :] + said[: left + 1]).send
        karin.restart()
        with pytest.raises(PairingFailed) as refused:
            karin.pairing.hear(wrong)
        assert refused.value.facts == {"left": left}
    with pytest.raises(PairingOver):
        karin.pairing.hear(yusuf.pairing.hear(offer, typed=said).send)
    assert karin.pairing.peer(mentorship) is None
    assert karin.pairing.speak(mentorship, "sv")[0] != said


def test_the_same_wrong_words_typed_again_cost_no_second_try(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "sv")
    wrong = yusuf.pairing.hear(offer, typed=said[::-1]).send
    for again in (wrong, wrong, yusuf.pairing.hear(offer, typed=said[::-1]).send):
        karin.restart()
        with pytest.raises(PairingFailed) as refused:
            karin.pairing.hear(again)
        assert again == wrong and refused.value.facts == {"left": 2}
    assert " ".join(said[::-1]) not in repr(vars(yusuf.pairing)), "no words are kept"
    right = yusuf.pairing.hear(offer, typed=said).send
    assert right != wrong and karin.pairing.hear(right).stage is Stage.PAIRED
    assert yusuf.pairing.hear(offer, typed=said).send == right
    assert karin.pairing.hear(right).send, "the right words typed again stop nothing"


def test_a_second_phone_with_the_words_stops_everything(karin: Phone, yusuf: Phone, mallory: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "sv")
    first = mallory.pairing.hear(offer, typed=said).send
    second = yusuf.pairing.hear(offer, typed=said).send
    confirmed = karin.pairing.hear(first)
    assert confirmed.stage is Stage.PAIRED
    mallory.pairing.hear(confirmed.send)
    package = karin.pairing.package(mentorship).data
    stopped = karin.pairing.hear(second)
    assert stopped.stage is Stage.STOPPED
    for told in (yusuf, mallory):
        with pytest.raises(PairingStopped):
            told.pairing.hear(stopped.send)
        assert told.pairing.waiting() == []
    with pytest.raises(PairingOver):
        karin.pairing.hear(second)
    assert karin.pairing.peer(mentorship) is None
    space = karin.session.store.ask(One(Mentorship, mentorship))
    assert space is not None
    assert [one.name for one in karin.session.exchange.people(space.space)] == ["Karin"]
    with pytest.raises(BundleNotForMe):
        mallory.pairing.take(package)


def test_a_stop_that_is_meant_for_nobody_here_is_refused(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    said, offer = karin.pairing.speak(mentorship, "sv")
    yusuf.pairing.hear(offer, typed=said)
    sid = spoken.read_offer(offer).sid
    with pytest.raises(PairingFailed):
        yusuf.pairing.hear(code.write(code.Kind.STOP, b"\1" + sid + bytes(32)))


def test_two_requests_on_one_invitation_let_nobody_in(karin: Phone, yusuf: Phone, mallory: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    text = karin.pairing.invite(mentorship)
    first, second = mallory.pairing.hear(text).send, yusuf.pairing.hear(text).send
    karin.pairing.hear(first)
    karin.pairing.approve(mentorship)
    stopped = karin.pairing.hear(second)
    assert stopped.stage is Stage.STOPPED
    assert karin.pairing.peer(mentorship) is None
    with pytest.raises(PairingStopped):
        yusuf.pairing.hear(stopped.send)


def test_an_invitation_is_approved_by_name_and_compared(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    request = yusuf.pairing.hear(karin.pairing.invite(mentorship))
    assert karin.pairing.asking(mentorship) is None
    asked = karin.pairing.hear(request.send)
    assert (asked.stage, asked.name) == (Stage.APPROVE, "Yusuf")
    assert karin.pairing.asking(mentorship) == "Yusuf"
    assert karin.pairing.peer(mentorship) is None
    approved = karin.pairing.approve(mentorship)
    assert approved.stage is Stage.PAIRED
    assert yusuf.pairing.hear(approved.send).name == "Karin"
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    one_space(karin, yusuf, mentorship)
    for one in (karin, yusuf):
        peer = one.pairing.peer(mentorship)
        assert peer is not None
        assert not peer.compared
    assert karin.pairing.twelve(mentorship) == yusuf.pairing.twelve(mentorship)
    karin.pairing.compared(mentorship)
    peer = karin.pairing.peer(mentorship)
    assert peer is not None
    assert (peer.compared, peer.both) == (True, False)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    there = yusuf.pairing.peer(mentorship)
    assert there is not None
    assert (there.compared, there.both) == (False, False), "what the other says is no reason to trust"
    for _ in range(2):
        yusuf.pairing.compared(mentorship)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    for one in (karin, yusuf):
        peer = one.pairing.peer(mentorship)
        assert peer is not None
        assert (peer.compared, peer.both) == (True, True)
    assert len(list(karin.session.store.everything(Comparison))) == 2


def test_words_that_were_not_these_are_no_comparison(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    request = yusuf.pairing.hear(karin.pairing.invite(mentorship))
    karin.pairing.hear(request.send)
    yusuf.pairing.hear(karin.pairing.approve(mentorship).send)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    yusuf.session.store.execute(SayCompared(mentorship=mentorship, digest="0" * 64))
    karin.pairing.compared(mentorship)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    peer = karin.pairing.peer(mentorship)
    assert peer is not None
    assert not peer.both


def test_a_declined_name_is_let_in_nowhere(karin: Phone, mallory: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    text = karin.pairing.invite(mentorship)
    karin.pairing.hear(mallory.pairing.hear(text).send)
    karin.pairing.decline(mentorship)
    with pytest.raises(PairingOver):
        karin.pairing.approve(mentorship)
    assert karin.pairing.invite(mentorship) != text
    assert karin.pairing.peer(mentorship) is None


def test_codes_are_kept_until_they_are_used_or_old(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    first = karin.pairing.show(mentorship)
    karin.restart()
    assert karin.pairing.show(mentorship) == first
    karin.clock.at += timedelta(days=1, minutes=1)
    back = yusuf.pairing.hear(first)
    with pytest.raises(PairingExpired):
        karin.pairing.hear(back.send)
    assert karin.pairing.show(mentorship) != first


def test_what_belongs_elsewhere_is_refused(karin: Phone, yusuf: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    with pytest.raises(OwnCode):
        karin.pairing.hear(karin.pairing.show(mentorship))
    with pytest.raises(CodeForElsewhere):
        yusuf.pairing.hear(link.show(Device.new().master(), 0).text)
    with pytest.raises(UnknownRecord):
        karin.pairing.show("0" * 32)
    with pytest.raises(NotShared):
        karin.pairing.package(karin.mentorship("Amal"))
    with pytest.raises(NotShared):
        karin.pairing.twelve(karin.mentorship("Noor"))


def test_giving_up_leaves_nothing(karin: Phone, yusuf: Phone) -> None:
    mentorship = karin.mentorship("Yusuf")
    back = yusuf.pairing.hear(karin.pairing.show(mentorship))
    karin.pairing.speak(mentorship, "sv")
    karin.pairing.invite(mentorship)
    karin.pairing.stop(mentorship)
    table = karin.session.store.documents.table(DEVICE)
    assert [row for row in table if row["kind"] == "pairing"] == []
    with pytest.raises(PairingOver):
        karin.pairing.hear(back.send)


def a_pair(karin: Phone, yusuf: Phone) -> str:
    """Paired, and each knows that the other has everything."""
    mentorship, _, _ = in_the_room(karin, yusuf)
    for sender, reader in ((karin, yusuf), (yusuf, karin), (karin, yusuf)):
        reader.pairing.take(sender.pairing.package(mentorship).data)
    return mentorship


def test_a_package_leaves_out_what_the_other_has_said_to_have(karin: Phone, yusuf: Phone) -> None:
    mentorship = a_pair(karin, yusuf)
    karin.session.store.execute(AddTask(text="Läs CV", mentorship=mentorship))
    package = karin.pairing.package(mentorship)
    assert package.count == 1
    yusuf.pairing.take(package.data)
    assert [task.text for task in yusuf.session.store.everything(Task)] == ["Läs CV"]
    assert karin.pairing.package(mentorship).count == 1, "not yet acknowledged: it goes again"
    assert yusuf.pairing.package(mentorship).count == 1, "the acknowledgement"
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    assert karin.pairing.package(mentorship).count == 0


def confirmed(one: Phone, mentorship: str) -> Version:
    """The name of whoever has this phone under the minutes of the only meeting; what stands there then."""
    agreements = one.session.agreements(Library(ASSETS))
    (minutes,) = one.session.store.everything(Minutes)
    sheet = agreements.confirming(mentorship, minutes.id, minutes.document, minutes.answers)
    agreements.sign(sheet)
    (version,) = agreements.versions(mentorship, minutes.id)
    return version


def test_minutes_are_confirmed_phone_to_phone_with_pictures_and_no_server(karin: Phone, yusuf: Phone) -> None:
    mentorship = a_pair(karin, yusuf)
    karin.pairing.take(yusuf.pairing.package(mentorship).data)
    store = karin.session.store
    meeting = store.execute(StartNow(mentorship=mentorship)).record
    said = "Vi gick igenom ansökan och valde två jobb. " * 12
    store.execute(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": said, "agreed": said[:90]}))
    store.execute(AddTask(text="Ringa Lena", mentorship=mentorship, meeting=meeting))
    store.execute(FinishMinutes(meeting=meeting))
    assert not confirmed(karin, mentorship).signed
    shown = karin.pairing.package(mentorship).pictures
    assert 2 <= len(shown) <= 8
    left = len(shown)
    for picture in reversed(shown):  # the camera sees them in any order, and one of them twice
        heard = yusuf.pairing.hear(picture)
        left -= 1
        for seen in (heard, yusuf.pairing.hear(picture)) if left else ():
            assert seen.begun is not None
            assert len(seen.begun.lacking) == left
    assert heard.stage is Stage.TAKEN
    (minutes,) = yusuf.session.store.everything(Minutes)
    assert minutes.answers["talked"] == said
    with pytest.raises(BundleSeen):
        for picture in shown:
            yusuf.pairing.hear(picture)
    assert confirmed(yusuf, mentorship).signed
    back = yusuf.pairing.package(mentorship).pictures
    assert 1 <= len(back) <= 8
    for picture in back:
        karin.pairing.hear(picture)
    (version,) = karin.session.agreements(Library(ASSETS)).versions(mentorship, minutes.id)
    assert version.signed
    assert {name.standing for name in version.names} == {"own"}


def test_a_picture_that_was_changed_is_refused_and_changes_nothing(karin: Phone, yusuf: Phone) -> None:
    mentorship = a_pair(karin, yusuf)
    karin.session.store.execute(AddTask(text="Läs CV", mentorship=mentorship))
    (*_, last) = shown = karin.pairing.package(mentorship).pictures
    body = bytearray(code.read(last, Kind.PART))
    body[-1] ^= 1
    for picture in shown[:-1]:
        yusuf.pairing.hear(picture)
    with pytest.raises(BundleDamaged):
        yusuf.pairing.hear(code.write(Kind.PART, bytes(body)))
    assert list(yusuf.session.store.everything(Task)) == []
    for picture in shown:
        yusuf.pairing.hear(picture)
    assert [task.text for task in yusuf.session.store.everything(Task)] == ["Läs CV"]


def test_what_is_too_much_for_pictures_goes_as_text_or_file(karin: Phone, yusuf: Phone) -> None:
    mentorship = a_pair(karin, yusuf)
    for number in range(150):
        words = "".join(random.Random(number).choices("abcdefghijklmnopqrstuvwxyzåäö ", k=250))
        karin.session.store.execute(AddTask(text=words, mentorship=mentorship))
    package = karin.pairing.package(mentorship)
    assert package.pictures == ()
    assert yusuf.pairing.hear(package.text).stage is Stage.TAKEN
