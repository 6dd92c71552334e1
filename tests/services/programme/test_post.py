"""Letters through the programme's box: a real server, a coordinator with a vault, members who never chose a server."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from app.errors import NoProgramme
from app.model.commands import AddPerson, SetSetting
from app.model.programme_lines import MEMBERSHIP
from app.model.queries import SettingOf
from app.services.programme import box as boxes
from app.services.programme.answering import KEEPER
from app.services.programme.box import Box
from app.services.programme.fetching import Fetching
from app.services.programme.kept import LETTERS
from app.services.programme.post import DELAY_SECONDS, EVERY_SECONDS, FIRST_SECONDS, Post
from app.services.programme.sending import DAY_SECONDS, LATE_SECONDS, Sending
from sync import bundle
from sync.client.drop import Drop
from sync.errors import BadRecord, NoAnswer, OddAnswer, ServerRefuses, SyncError
from sync.programme import letters, parcel
from sync.programme.keys import member_keys
from sync.protocol.limits import PARCEL_SIZES
from sync.server.limits import Buckets, Rate
from sync.server.settings import Settings
from sync.signing import DeviceKeys
from tests.support.boxes import Samira
from tests.support.members import SURVEY, Member
from tests.support.phones import phone
from tests.support.programme import CARD
from tests.support.there import there
from tests.sync.server.running import Running, run

pytestmark = pytest.mark.usefixtures("quick_keys", "quick_kdf")

BOX = Box("https://fika.example.org:443", "", bytes(16), bytes(32))

NEWER_AT = len(b"FIKABNDL")
"""Where a bundle says its version."""

LINES = itertools.count()


class Line(Drop):
    """A line that tells what went over it."""

    said: ClassVar[list[tuple[int, str, str]]] = []
    """One list for all lines of a test."""
    fault: SyncError | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.number = next(LINES)

    def _ask(self, method: str, path: str, *args: Any, **more: Any) -> bytes:
        self.said.append((self.number, method, path.partition("?")[0]))
        if self.fault is not None:
            raise self.fault
        return super()._ask(method, path, *args, **more)


class Time:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def sending(member: Member, time: Callable[[], float] | None = None, **more: Any) -> Sending:
    return Sending(lambda: member.programme, member.now, time or Time(), reach=Line, **more)


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path_factory.mktemp("server")))
    for name in ("wrong", "challenges", "introductions", "unsigned", "devices"):  # all the tests come from one address
        setattr(found.server, name, Buckets(Rate(1e9, 1e9)))
    yield found
    found.stop()


@pytest.fixture
def samira(carrier: Running) -> Samira:
    Line.said.clear()
    Line.fault = None
    return Samira(carrier.base)


def _until(there: Callable[[], bool]) -> bool:
    """The exchange with the server runs in a thread of its own."""
    for _ in range(6_000):
        if there():
            return True
        threading.Event().wait(0.01)
    return False


def joined(samira: Samira, name: str = "Yusuf") -> Member:
    """A member who was let in by hand and has agreed to the box."""
    member = Member(name, joins=samira)
    assert member.programme.posting == "ask"
    member.programme.post(yes=True)
    return member


def places(member: Member, what: str) -> list[str]:
    return [row["state"] for row in member.documents.table(LETTERS) if row["what"] == what]


def test_a_wish_goes_by_itself_and_the_receipt_comes_back(samira: Samira) -> None:
    yusuf = Member("Yusuf", joins=samira)
    box = yusuf.programme.box
    assert box is not None and box == samira.coordination.box
    yusuf.programme.ask_contact()
    own = sending(yusuf)
    assert not own.wanted and Line.said == [], "nothing is sent before somebody was asked"
    yusuf.programme.post(yes=True)
    assert own.wanted and own.waits
    own.round()
    contact = yusuf.programme.contact
    assert contact is not None and contact.state == "sent"
    samira.fetch()
    (word,) = samira.coordination.words_of("contact", unseen=True)
    assert word.name == "Yusuf"
    samira.coordination.saw(word.id)
    assert samira.fetching.waits
    samira.fetch()
    (member,) = samira.coordination.members
    assert member.posts and not member.owed
    own.round()
    contact = yusuf.programme.contact
    assert contact is not None and contact.state == "seen"
    letters_before = len(Line.said)
    for _ in range(2):
        own.round()
        samira.fetch()
    asked = [path for _, _, path in Line.said[letters_before:]]
    assert all(path.startswith("/v1/answers/") for path in asked), "nothing waits: nothing is sent"
    assert len(samira.coordination.words_of("contact")) == 1


def test_whoever_joins_is_let_in_by_hand_and_never_by_the_box(samira: Samira) -> None:
    yusuf = Member("Yusuf")
    yusuf.programme.join(samira.card)
    package = yusuf.programme.package()
    yusuf.programme.handed_over()
    samira.coordination.take(package.data, posted=True)  # as if somebody had sent it there
    (member,) = samira.coordination.members
    assert member.new and member.owed and samira.coordination.owed_by_post() == {}


def test_answers_without_a_name_go_alone_at_moments_of_their_own(samira: Samira, carrier: Running) -> None:
    people = [joined(samira, name) for name in ("Yusuf", "Amina", "Li", "Sara", "Omar")]
    yusuf = people[0]
    for member in people:
        member.answer(4, comment="hälsar")
    yusuf.answer(2)
    yusuf.programme.ask_contact()
    time = Time()
    drawn = iter([100.0, 200.0])
    own = sending(yusuf, time, draw=lambda least, most: next(drawn) if (least, most) == (0, DAY_SECONDS) else 50.0)
    moments = own.moments()
    assert sorted(at - time.at for at in moments.values()) == [100.0, 200.0]
    post = Post(own, samira.fetching, monotonic=time, draw=lambda least, _: least)
    post._due = time.at
    time.at += 100.0  # the first one's moment, and the round's
    post.turn()
    assert [path for _, method, path in Line.said if method == "POST"] == [f"{samira.path}/letters"]
    (first,) = [at for at in own.moments().values() if at == time.at + 50.0]
    post._due = time.at + EVERY_SECONDS
    time.at = first
    post.turn()
    time.at += 200.0
    post.turn()
    assert places(yusuf, "slip") == [] and own.moments() == {}
    slips = [line for line, method, path in Line.said if (method, path) == ("POST", samira.path)]
    assert len(slips) == len(set(slips)) == 2
    others = {line for line, method, path in Line.said if path != samira.path}
    assert not others & set(slips), "what goes without a name shares no connection with anything"
    samira.fetch()
    assert samira.coordination.surveys() == [], "two are not five"
    for member in people[1:]:
        one = sending(member)
        for id in one.moments():
            one.send_slip(id)
    samira.fetch()
    found = samira.coordination.results(SURVEY)
    assert (found.count, found.waiting) == (5, 0)
    with carrier.server.database.read() as work:
        assert work.one("select count(*) from slip") == (0,)


def test_a_moment_that_was_drawn_stays_and_one_that_passed_waits_a_little(samira: Samira) -> None:
    yusuf = joined(samira)
    yusuf.answer()
    time = Time()
    (at,) = sending(yusuf, time, draw=lambda _, most: most / 2).moments().values()
    assert at == pytest.approx(time.at + DAY_SECONDS / 2, abs=1)
    again = sending(yusuf, time, draw=lambda *_: 0.0).moments()  # the app was closed and opened
    assert list(again.values()) == [pytest.approx(at, abs=1)]
    yusuf.now.later(days=2)
    late = sending(yusuf, time, draw=lambda least, most: (least + most) / 2)
    assert list(late.moments().values()) == [time.at + sum(LATE_SECONDS) / 2]
    assert late.moments() == late.moments()


def test_a_failure_leaves_everything_as_it_was_and_says_so(samira: Samira) -> None:
    yusuf = joined(samira)
    yusuf.programme.ask_contact()
    yusuf.answer()
    time = Time()
    own = sending(yusuf, time, draw=lambda *_: 0.0)
    post = Post(own, samira.fetching, monotonic=time, draw=lambda _, most: most)
    told: list[str] = []
    post.watch(lambda: told.append(post.member.condition))
    before = [dict(row) for row in yusuf.documents.table(LETTERS) if row["what"] != "counts"]
    Line.fault = NoAnswer(reason="away")
    post._due = time.at
    assert post.turn() <= FIRST_SECONDS
    assert (post.member.condition, post.member.code) == ("away", "sync-no-answer")
    assert list(dict.fromkeys(told)) == ["working", "away"]
    time.at += LATE_SECONDS[1] + 1
    post._due = time.at + 1
    post.turn()  # the answer without a name
    after = [dict(row) for row in yusuf.documents.table(LETTERS) if row["what"] != "counts"]
    assert [{**row, "due": 0} for row in after] == [{**row, "due": 0} for row in before]
    Line.fault = None
    time.at += FIRST_SECONDS
    post.turn()
    assert post.member.condition == "calm" and places(yusuf, "contact") == ["sent"]


def test_a_line_that_may_not_be_used_is_left_alone(samira: Samira) -> None:
    yusuf = joined(samira)
    yusuf.programme.ask_contact()
    time, may = Time(), [False]
    post = Post(sending(yusuf, time), samira.fetching, monotonic=time, may_go=lambda: may[0], delayed=lambda: True)
    post._due = time.at
    Line.said.clear()
    assert post.turn() == EVERY_SECONDS and post.member.condition == "wifi" and Line.said == []
    may[0] = True
    post._written()  # somebody who does not want a server to see when they write
    assert time.at <= post._due <= time.at + DELAY_SECONDS
    post._due = time.at
    post.turn()
    assert places(yusuf, "contact") == ["sent"]


@pytest.mark.parametrize("raw", [b"\0\0\0", b"\0\0\0\5abc", bytes(4), b"\0\1\0\0" + bytes(1 << 16)])
def test_a_page_that_is_none_is_refused(raw: bytes) -> None:
    from sync.client.drop import SLIP_BYTES, _frames

    with pytest.raises(OddAnswer):
        _frames(raw, SLIP_BYTES)
    assert _frames(b"\0\0\0\1a\0\0\0\2bc", 2) == [b"a", b"bc"]


def test_a_lost_reply_costs_nothing(samira: Samira, monkeypatch: pytest.MonkeyPatch) -> None:
    yusuf = joined(samira)
    yusuf.programme.ask_contact()
    own = sending(yusuf)
    with monkeypatch.context() as broken:
        broken.setattr(yusuf.programme, "left", lambda _: (_ for _ in ()).throw(NoAnswer(reason="late")))
        with pytest.raises(NoAnswer):
            own.round()
    assert places(yusuf, "contact") == ["waiting"]
    own.round()
    with monkeypatch.context() as broken:
        broken.setattr(Drop, "delete_parcel", lambda *_: (_ for _ in ()).throw(NoAnswer(reason="late")))
        with pytest.raises(NoAnswer):
            samira.fetch()
    samira.fetch()
    samira.fetch()
    assert len(samira.coordination.words_of("contact")) == 1


def test_junk_goes_and_what_is_newer_stays(samira: Samira, carrier: Running) -> None:
    yusuf = joined(samira)
    box = yusuf.programme.box
    assert box is not None
    line = Drop(box.server)
    newer = bytearray(letters.write(CARD, yusuf.programme._keys(yusuf.programme._row()), {"what": "contact"}))
    newer[0] = 2
    kept = bundle.seal_for_device([bundle.Item(bundle.ItemKind.LETTER, bytes(newer))], CARD.box)
    for one in (b"", b"junk", bundle.seal_for_device([], CARD.sign[:0] + CARD.box), kept):
        line.put_parcel(box.space, box.secret, parcel.wrap(one))
    line.put_parcel(box.space, box.secret, bytes([255]) * PARCEL_SIZES[0])
    samira.fetch()
    assert samira.fetching.unreadable == 1
    samira.fetch()
    assert samira.fetching.unreadable == 1
    assert carrier.server.post.held(box.space)[0] == 1
    slip = bytearray(letters.write_slip(CARD, {"survey": SURVEY, "version": 1, "answers": {}}))
    slip[0] = 2
    named = letters.write(CARD, yusuf.programme._keys(yusuf.programme._row()), {"what": "contact", "at": ""})
    assert samira.coordination.take_slips([bytes(slip), bytes(slip), bytes([1, 4]) * 2_048, named]) == 0
    assert samira.coordination.words_of("contact") == [], "a slip has no name"
    assert len(samira.coordination._table("_slip_later")) == 1
    samira.coordination.take_slips([])
    assert len(samira.coordination._table("_slip_later")) == 1
    line.close()


def test_counts_go_once_a_day_and_only_when_they_changed(samira: Samira) -> None:
    yusuf = joined(samira)
    leaving = yusuf.programme.leaving()
    assert leaving is not None, "so that the coordinator hears that one writes through the box"
    yusuf.programme.left(leaving)
    assert yusuf.programme.leaving() is None
    yusuf.store.execute(AddPerson(name="En till", my_role="mentor"))
    assert yusuf.programme.leaving() is None, "not again today"
    yusuf.now.later(days=1)
    assert yusuf.programme.leaving() is not None
    yusuf.programme.ask_contact()
    assert yusuf.programme.leaving() is not None


def test_what_is_said_of_the_box_follows_the_latest_answer(samira: Samira) -> None:
    yusuf = joined(samira)
    sending(yusuf).round()
    samira.fetch()
    samira.fetching.close_box()
    assert samira.coordination.box is None
    (member,) = samira.coordination.members
    assert member.owed
    samira.answers(yusuf)
    assert yusuf.programme.box is None and yusuf.programme.posting == "none"
    said = str(yusuf.store.ask(SettingOf(MEMBERSHIP)))
    assert '"box":' not in said or '"box":{}' in said
    with pytest.raises(NoProgramme):
        yusuf.programme.post(yes=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"server": "http://fika.example.org:80"},
        {"server": "https://fika.example.org"},
        {"server": "https://FIKA.example.org:443"},
        {"server": 7},
        {"pin": "ab"},
        {"pin": 7},
        {"space": "ab"},
        {"secret": ""},
    ],
)
def test_a_box_that_is_none_is_none(wrong: dict[str, object]) -> None:
    assert boxes.read(BOX.said) == BOX and boxes.said({**BOX.said, "more": 1}) == BOX.said
    assert boxes.read({**BOX.said, **wrong}) is None and boxes.said({**BOX.said, **wrong}) == {}
    assert boxes.read([BOX.said]) is None


def test_another_server_is_asked_about_anew_and_no_is_no(samira: Samira) -> None:
    yusuf = joined(samira)
    yusuf.programme.post(yes=False)
    own = sending(yusuf)
    assert not own.wanted
    yusuf.programme.post(yes=True)
    assert own.wanted
    samira.coordination.keep_box(BOX)
    samira.answers(yusuf)
    assert yusuf.programme.box == BOX and yusuf.programme.posting == "ask"


def test_parcels_are_read_strictly() -> None:
    for size in (0, 1, PARCEL_SIZES[0] - 4, PARCEL_SIZES[0] - 3, parcel.ROOM):
        one = parcel.wrap(b"x" * size)
        assert len(one) in PARCEL_SIZES and parcel.unwrap(one) == b"x" * size
    assert len(parcel.wrap(b"x" * (PARCEL_SIZES[0] - 4))) == PARCEL_SIZES[0]
    with pytest.raises(BadRecord):
        parcel.wrap(b"x" * (parcel.ROOM + 1))
    for wrong in (b"", bytes(PARCEL_SIZES[0] - 1), b"\xff" * PARCEL_SIZES[0], bytes(PARCEL_SIZES[0] - 1) + b"x"):
        with pytest.raises(BadRecord):
            parcel.unwrap(wrong)


def test_a_session_goes_by_itself_until_it_is_locked(samira: Samira, tmp_path: Path) -> None:
    yusuf = phone(tmp_path / "yusuf", "Yusuf", "mentee")
    session = yusuf.session
    session.programme.join(samira.card)
    package = session.programme.package()
    session.programme.handed_over()
    samira.coordination.take(package.data)
    (member,) = samira.coordination.members
    assert not session.posts
    session.programme.take(samira.coordination.answer(member.id).data)
    samira.coordination.answered(member.id)
    assert session.posts and session.letters.member.condition == "off"
    session.letters.start()
    assert session.letters._thread is None, "nobody was asked yet"
    session.programme.post(yes=True)
    session.letters.now()
    assert _until(lambda: session.letters.member.condition == "calm")
    session.programme.ask_contact()  # and nothing else is done
    assert _until(lambda: session.programme.contact is not None and session.programme.contact.state == "sent")
    thread = session.letters._thread
    session.lock()
    assert thread is not None and not thread.is_alive()
    samira.fetch()
    assert [word.name for word in samira.coordination.words_of("contact")] == ["Yusuf"]


def secret_of(member: Member) -> bytes:
    box = member.programme.box
    assert box is not None
    return box.secret


def test_whoever_is_taken_out_can_put_nothing_in_any_more_and_nothing_is_lost(samira: Samira, carrier: Running) -> None:
    yusuf, amina, omar = (joined(samira, name) for name in ("Yusuf", "Amina", "Omar"))
    for member in (yusuf, amina):  # Omar was told of the box and has sent nothing through it
        sending(member).round()
    samira.fetch()
    before = secret_of(yusuf)
    yusuf.programme.ask_contact()
    sending(yusuf).round()  # on its way when Amina is taken out
    samira.coordination.remove(next(one.id for one in samira.coordination.members if one.name == "Amina"))
    samira.fetch()
    assert [word.name for word in samira.coordination.words_of("contact")] == ["Yusuf"]
    assert samira.coordination.box_secret != before
    box, line = amina.programme.box, Drop(there(samira.fetching._choice()).address)
    assert box is not None
    for put, size in ((line.put_parcel, PARCEL_SIZES[0]), (line.put_slip, letters.SLIP_BYTES)):
        with pytest.raises(ServerRefuses):
            put(box.space, before, bytes(size))
    line.close()
    sending(amina).round()
    assert amina.programme.joined is not None and amina.programme.joined.out and secret_of(amina) == before
    for member in (yusuf, omar):
        member.answer()
        member.programme.concern({"words": "oro"}, 1)
        own = sending(member)
        own.round()
        assert secret_of(member) == samira.coordination.box_secret, "learnt by what came, and used in the same round"
        assert places(member, "concern") == ["sent"]
        for id in own.moments():
            own.send_slip(id)
    samira.fetch()
    assert {word.name for word in samira.coordination.words_of("concern")} == {"Omar", "Yusuf"}
    assert samira.coordination.owed_by_post() == {}
    samira.coordination.let_in(next(one.id for one in samira.coordination.removed))
    samira.fetch()
    sending(amina).round()
    assert secret_of(amina) == samira.coordination.box_secret
    with carrier.server.database.read() as work:
        assert work.one("select count(*) from slip") == (2,)
        work.run("delete from slip")


def test_a_closed_box_has_another_secret_once_somebody_was_taken_out(samira: Samira) -> None:
    joined(samira)
    before = samira.coordination.box_secret
    samira.fetching.close_box()
    samira.coordination.remove(samira.coordination.members[0].id)
    samira.fetching.open()
    assert samira.coordination.box_secret != before


def test_one_device_at_a_time_empties_the_box(samira: Samira, monkeypatch: pytest.MonkeyPatch) -> None:
    yusuf = joined(samira)
    sending(yusuf).round()
    samira.fetch()
    before = samira.coordination.box_secret
    other = b"another device of hers"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Fetching, "_device", other)
        assert samira.fetching.keeper == "device" and not samira.fetching.wanted
        samira.fetching.open()
        assert samira.fetching.wanted and samira.coordination.box_secret != before
    assert samira.fetching.keeper == "device" and not samira.fetching.wanted, "the one before stops"
    yusuf.programme.ask_contact()
    with pytest.raises(ServerRefuses):
        sending(yusuf).round()
    assert places(yusuf, "contact") == ["waiting"], "it has not learnt the new secret yet: nothing is lost"
    samira.store.execute(SetSetting(key=KEEPER, value=f"{CARD.id.hex()} {other.hex()}"))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Fetching, "_device", other)
        elsewhere.setattr(
            Fetching, "_token", lambda self, line, box: line.session(box.space, samira.spaces.keys(box.space.hex()))
        )
        samira.fetch()
    sending(yusuf).round()
    assert places(yusuf, "contact") == ["sent"]
    samira.store.execute(SetSetting(key=KEEPER, value=f"{'ab' * 16} {other.hex()}"))
    assert samira.fetching.keeper == "programme" and not samira.fetching.wanted
    samira.store.execute(SetSetting(key=KEEPER, value="of a later version, in other words"))
    assert samira.fetching.keeper == "nobody"


def test_what_cannot_be_read_keeps_nothing_from_leaving(samira: Samira) -> None:
    yusuf = joined(samira)
    sending(yusuf).round()
    samira.fetch()
    (member,) = samira.coordination.members
    line = Drop(there(samira.fetching._choice()).address)
    box = samira.coordination.box
    assert box is not None
    token = samira.fetching._token(line, box)
    newer = bytearray(samira.coordination.answer(member.id).data)
    newer[NEWER_AT] = 9
    line.put_answer(token, yusuf.programme.answers_at, parcel.wrap(bytes(newer)))
    line.close()
    yusuf.programme.ask_contact()
    time = Time()
    post = Post(sending(yusuf, time), samira.fetching, monotonic=time, draw=lambda least, _: least)
    post._due = time.at
    post.turn()
    assert (post.member.condition, post.member.code) == ("away", "sync-newer-code")
    assert places(yusuf, "contact") == ["sent"]


def test_a_place_that_a_member_has_taken_costs_the_others_nothing(samira: Samira, carrier: Running) -> None:
    mallory, yusuf = joined(samira, "Mallory"), joined(samira, "Yusuf")
    for member in (mallory, yusuf):
        sending(member).round()
    box = samira.coordination.box
    assert box is not None
    with carrier.server.database.write() as work:
        name = hashlib.sha256(mallory.programme.answers_at).digest()
        work.run("insert into reply (id, space, day, bytes) values (?, ?, ?, ?)", name, b"another space...", 1, b"x")
    samira.fetch()
    assert {one.name: (one.owed, one.posts) for one in samira.coordination.members} == {
        "Mallory": (True, False),
        "Yusuf": (False, True),
    }
    samira.fetch()


def test_whoever_has_the_secret_fills_neither_the_box_nor_the_vault(
    samira: Samira, carrier: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.programme.fetching.OUTSIDE_MOST", 2)
    monkeypatch.setattr("app.services.programme.incoming.STRANGERS_MOST", 2)
    monkeypatch.setattr("app.services.programme.incoming.UNSEEN_MOST", 3)
    yusuf = joined(samira)
    box = yusuf.programme.box
    assert box is not None
    line = Drop(box.server)
    for _ in range(4):  # of a version that does not exist
        newer = bytearray(bundle.seal_for_device([], CARD.box))
        newer[NEWER_AT] = 9
        line.put_parcel(box.space, box.secret, parcel.wrap(bytes(newer)))

    def put(keys: DeviceKeys, *whats: str) -> None:
        said = [letters.write(CARD, keys, {"what": what, "at": "", "day": ""}) for what in whats]
        items = [bundle.Item(bundle.ItemKind.LETTER, one) for one in said]
        line.put_parcel(box.space, box.secret, parcel.wrap(bundle.seal_for_device(items, CARD.box)))

    for number in range(4):
        put(member_keys(bytes([number]) * 32, CARD.id), "contact")
    mine = yusuf.programme._keys(yusuf.programme._required())
    put(mine, *(["contact"] * 5), "counts")
    samira.fetch()
    line.close()
    assert samira.fetching.unreadable == 2 and carrier.server.post.held(box.space)[0] == 2
    assert len(samira.coordination.members) == 3, "two whom nobody knows"
    words = samira.coordination.words_of("contact")
    assert sum(word.name == "Yusuf" for word in words) == 3
    assert yusuf.name in {one.name for one in samira.coordination.members if one.posts}


def test_a_thread_that_meets_what_nobody_thought_of_goes_on(samira: Samira, monkeypatch: pytest.MonkeyPatch) -> None:
    yusuf = joined(samira)
    time = Time()
    post = Post(sending(yusuf, time), samira.fetching, monotonic=time, draw=lambda least, _: least)
    with monkeypatch.context() as broken:
        broken.setattr(samira.coordination, "take_slips", lambda _: 1 / 0)
        broken.setattr(Drop, "slips", lambda *_: ("ab", [b"x"]))
        post._due = time.at
        post.turn()
    assert (post.coordinator.condition, post.coordinator.code) == ("away", "unexpected")
    time.at += EVERY_SECONDS
    post.turn()
    assert post.coordinator.condition == "calm"
    turns: list[int] = []

    def turn() -> float:
        turns.append(1)
        post._over = len(turns) > 1
        return 1 / 0

    monkeypatch.setattr(post, "turn", turn)
    monkeypatch.setattr(post._wake, "wait", lambda _: True)
    post._run()
    assert len(turns) == 2
