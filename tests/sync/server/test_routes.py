"""What can be asked of the server, by devices with real keys, over real sockets, on both engines."""

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.protocol.envelope import Envelope, Kind
from sync.server.accounts import SESSION_SECONDS
from sync.server.hub import SHARE
from sync.server.log import Space
from sync.server.settings import Settings
from sync.session import ACCOUNT_END, SESSION
from sync.signing import SigningKey
from tests.sync.server.actors import Actor, Phone, cut, frames, new_place, pair
from tests.sync.server.running import Running, run


def alone(base: str, kind: str = "personal") -> Phone:
    phone = Phone(Actor(new_place(kind)), base)
    assert phone.found().status_code == 201
    return phone


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# ------------------------------------------------------------------------------------------------ writing and reading


def test_two_people_write_and_read(base: str) -> None:
    one, other = pair(base)
    first = one.actor.change()
    assert one.push(first).json() == {"head": 5, "new": 1}
    answer = other.pull(4)
    assert answer.headers["cache-control"] == "no-store"
    assert int.from_bytes(answer.content[:8], "big") == 5
    assert other.pulled(4) == [first]
    assert other.all() == [*one.actor.written[:4], first]
    assert other.pulled(5) == []
    assert other.pulled(99) == []


def test_pages_are_cut_by_count_and_begin_where_they_are_told(base: str) -> None:
    one = alone(base)
    written = [one.actor.change() for _ in range(5)]
    one.push(*written)
    assert one.pulled(2, limit=2) == written[:2]
    assert one.pulled(4, limit=2) == written[2:4]
    for wrong in ({"limit": 0}, {"limit": 501}, {"after": "-1"}, {"after": "1e3"}, {"after": "9" * 30}, {"at": "zz"}):
        assert said(one.pull(**wrong)) == (400, "malformed")


def test_the_same_bytes_again_are_fine_and_change_nothing(base: str) -> None:
    one, other = pair(base)
    batch = [one.actor.change() for _ in range(3)]
    assert one.push(*batch).json() == {"head": 7, "new": 3}
    assert one.push(*batch).json() == {"head": 7, "new": 0}
    assert other.push(*batch[1:]).json() == {"head": 7, "new": 0}
    more = one.actor.change()
    assert one.push(batch[2], more, more).json() == {"head": 8, "new": 1}
    assert len(one.all()) == 8


def test_anybody_in_the_space_may_bring_anybodys_envelopes(base: str) -> None:
    one, other = pair(base)
    theirs = one.actor.change()
    assert other.push(theirs).json()["new"] == 1
    assert other.pulled(4) == [theirs]


def test_a_gap_is_told_with_what_is_held_and_nothing_is_stored(base: str) -> None:
    one = alone(base)
    first, lost, third = (one.actor.change() for _ in range(3))
    answer = one.push(first, third)
    assert said(answer) == (409, "gap")
    assert answer.json() == {
        "error": "gap",
        "index": 1,
        "device": one.actor.id.hex(),
        "sequence": 3,
        "id": Envelope.read(first).id.hex(),
    }
    assert len(one.all()) == 2
    answer = one.push(third)
    assert (answer.json()["sequence"], answer.json()["id"]) == (2, Envelope.read(one.actor.written[1]).id.hex())
    assert one.push(first, lost, third).json()["new"] == 3


def test_another_envelope_at_the_same_place_is_a_fork_with_evidence(base: str) -> None:
    one = alone(base)
    sequence, previous = one.actor.sequence, one.actor.previous
    first = one.actor.change()
    assert one.push(first).status_code == 200
    one.actor.sequence, one.actor.previous = sequence, previous
    other = one.actor.change()
    answer = one.push(other)
    assert said(answer) == (409, "fork")
    assert base64.b64decode(answer.json()["held"]) == first
    # Two in one batch, and one that follows something else, are forks as well.
    one.actor.sequence, one.actor.previous = 3, os.urandom(32)
    answer = one.push(one.actor.change())
    assert said(answer) == (409, "fork")
    assert base64.b64decode(answer.json()["held"]) == first
    assert len(one.all()) == 3


def test_a_batch_with_one_bad_envelope_leaves_no_trace(base: str) -> None:
    one = alone(base)
    good = one.actor.change()
    broken = bytearray(one.actor.change())
    broken[-1] ^= 1
    answer = one.push(good, bytes(broken))
    assert (said(answer), answer.json()["index"]) == ((422, "envelope"), 1)
    assert len(one.all()) == 2


@pytest.mark.parametrize("place", [0, 1, 5, 30, 37, 60, 100, 200, -1])
def test_a_flipped_bit_is_refused_wherever_it_is(base: str, place: int) -> None:
    one = alone(base)
    raw = bytearray(one.actor.change())
    raw[place] ^= 4
    assert one.push(bytes(raw)).status_code in (409, 422)
    assert len(one.all()) == 2


def test_an_envelope_of_another_space_is_refused(base: str) -> None:
    one, stranger = alone(base), alone(base)
    assert one.push(stranger.actor.change()).json() == {"error": "envelope", "index": 0, "reason": "space"}


def test_nobody_writes_in_anothers_name(base: str) -> None:
    one, other = pair(base)
    forged = Actor(one.actor.place)
    forged.keys = other.actor.keys
    header_of_other = forged.change()
    forged.keys = one.actor.keys
    raw = header_of_other[:-64] + forged.change()[-64:]
    assert one.push(raw).json()["reason"] == "envelope"


def test_a_stranger_writes_nothing_even_with_a_members_help(base: str) -> None:
    one = alone(base)
    stranger = Actor(one.actor.place)
    assert one.push(stranger.change()).json()["reason"] == "stranger"


def test_a_change_under_no_epoch_is_refused(base: str) -> None:
    one = alone(base)
    answer = one.push(one.actor.envelope(Kind.CHANGE, os.urandom(288), key_id=os.urandom(16)))
    assert answer.json() == {"error": "envelope", "index": 0, "reason": "epoch"}


def test_batches_have_a_size(base: str) -> None:
    one = alone(base)
    assert said(one.push()) == (400, "malformed")
    assert said(one.ask("POST", f"/v1/spaces/{one.space}/log", content=b"\0\0\0\xff123")) == (400, "malformed")
    assert said(one.push(*[b"x" * 200] * 501)) == (400, "malformed")
    answer = one.ask("POST", f"/v1/spaces/{one.space}/log", content=bytes((1 << 20) + 2001))
    assert said(answer) == (413, "too-large")
    assert said(one.push(one.actor.change(), b"x" * 65_537)) == (400, "malformed")


def test_five_hundred_at_once(base: str) -> None:
    one = alone(base)
    batch = [one.actor.change() for _ in range(500)]
    assert one.push(*batch).json() == {"head": 502, "new": 500}
    assert one.all()[2:] == batch


def test_heads_say_what_is_held_of_each_device(base: str) -> None:
    one, other = pair(base)
    mine = other.actor.change()
    other.push(mine)
    found = one.ask("GET", f"/v1/spaces/{one.space}/heads").json()
    assert found["head"] == 5
    assert found["devices"] == {
        one.actor.id.hex(): [4, Envelope.read(one.actor.written[-1]).id.hex()],
        other.actor.id.hex(): [1, Envelope.read(mine).id.hex()],
    }


def test_a_cursor_into_another_log_is_noticed(base: str) -> None:
    one = alone(base)
    second = Envelope.read(one.actor.written[1]).id.hex()
    assert one.pull(2, at=second).status_code == 200
    assert one.pull(0, at=second).status_code == 200
    assert said(one.pull(1, at=second)) == (409, "cursor")
    assert said(one.pull(7, at=second)) == (409, "cursor")


def test_many_devices_push_at_once_and_everybody_reads_the_same(base: str) -> None:
    one, other = pair(base)
    each = 15
    batches = {phone.actor.id: [phone.actor.change() for _ in range(each)] for phone in (one, other)}
    answers: list[int] = []

    def push(phone: Phone, raws: list[bytes]) -> None:
        for raw in raws:
            while True:
                answer = phone.push(raw)
                answers.append(answer.status_code)
                if answer.status_code == 200:
                    break

    # Each device's envelopes are sent by both, at the same time.
    threads = [
        threading.Thread(target=push, args=(phone, batches[device])) for phone in (one, other) for device in batches
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = one.all()
    assert len(found) == 4 + 2 * each
    assert sorted(found[4:]) == sorted(raw for raws in batches.values() for raw in raws)
    assert found == other.all()
    assert set(answers) <= {200, 409, 503}


# ------------------------------------------------------------------------------------------------ who may


def test_a_removed_member_reads_nothing_new_and_writes_nothing(base: str) -> None:
    one, other = pair(base)
    before, late = other.actor.change(), None
    assert other.push(before).status_code == 200
    assert one.push(one.actor.remove(other.actor)).status_code == 200
    assert said(other.pull()) == (403, "forbidden")
    assert said(other.ask("GET", f"/v1/spaces/{other.space}/heads")) == (403, "forbidden")
    late = other.actor.change()
    assert said(other.push(late)) == (403, "forbidden")
    assert one.push(late).json()["reason"] == "cut-off"
    # What counted before counts on: it can be brought again after a loss.
    assert one.push(before).json()["new"] == 0
    # Signing in again is of no use, except to take one's own along and to go.
    assert other.sign_in().status_code == 200
    assert said(other.pull()) == (403, "forbidden")
    assert other.ask("GET", "/v1/export").status_code == 200


def test_a_revoked_device_is_out_while_its_person_stays(base: str) -> None:
    one, other = pair(base)
    phone = Phone(Actor(one.actor.place, one.actor.root), base)
    assert one.push(one.actor.add(phone.actor), one.actor.epoch()).status_code == 200
    assert phone.sign_in().status_code == 200
    assert phone.push(phone.actor.change()).status_code == 200
    assert one.push(one.actor.remove(phone.actor), one.actor.epoch()).status_code == 200
    assert said(phone.push(phone.actor.change())) == (403, "forbidden")
    assert one.push(one.actor.change()).status_code == 200
    assert len(other.all()) == 10


def test_a_person_comes_back_with_the_recovery_key(base: str) -> None:
    one, other = pair(base)
    assert one.push(one.actor.change()).status_code == 200
    new = Phone(Actor(one.actor.place, one.actor.root), base)
    assert new.introduce().status_code == 201
    # Introduced alone is not enough, nor is any other person's root key.
    assert new.sign_in().status_code == 200
    assert said(new.pull()) == (403, "forbidden")
    stranger = Phone(Actor(one.actor.place, SigningKey.new()), base)
    stranger.introduce()
    assert stranger.sign_in(with_root=True).status_code == 200
    assert said(stranger.pull()) == (403, "forbidden")
    assert new.sign_in(with_root=True).status_code == 200
    assert new.all() == one.all()
    assert new.push(new.actor.reset(one.actor), new.actor.epoch(), new.actor.change()).status_code == 200
    assert said(one.pull()) == (403, "forbidden")
    assert other.all() == new.all()


def test_a_root_proof_of_somebody_else_is_refused(base: str) -> None:
    one = alone(base)
    new = Phone(Actor(one.actor.place, one.actor.root), base)
    new.introduce()
    body = new.proof()
    body["root"] = one.actor.root.public.hex()
    body["root_signature"] = body["signature"]
    assert said(new.http.post("/v1/session", json=body)) == (401, "proof")


def test_every_token_against_every_other_space(base: str) -> None:
    """No answer about a space to anybody who is not in it, and none that tells whether it exists."""
    phones = [alone(base), *pair(base), alone(base, "programme")]
    nowhere = os.urandom(16).hex()
    for phone in phones:
        others = {other.space for other in phones} - {phone.space} | {nowhere}
        for space in others:
            bodies = frames(next(other for other in phones if other.space != phone.space).actor.written[0])
            asked = [
                phone.ask("GET", f"/v1/spaces/{space}/log"),
                phone.ask("GET", f"/v1/spaces/{space}/heads"),
                phone.ask("POST", f"/v1/spaces/{space}/log", content=bodies),
                phone.ask("POST", f"/v1/spaces/{space}", content=phone.actor.place.genesis.to_bytes() + bodies),
                phone.ask("GET", f"/v1/drop/{space}"),
                phone.ask("PUT", f"/v1/drop/{space}", content=json.dumps({"secret": "ab" * 32})),
                phone.ask("DELETE", f"/v1/drop/{space}?batch={'ab' * 16}"),
                phone.ask("POST", "/v1/wait", content=json.dumps({"after": {space: 0}, "seconds": 1})),
            ]
            assert {said(answer) for answer in asked[:-1]} == {(403, "forbidden")}
            assert said(asked[-1]) == (400, "malformed")


def test_the_founder_alone_founds_and_a_space_cannot_be_claimed_later(base: str) -> None:
    one = alone(base)
    genesis = one.actor.place.genesis.to_bytes()
    again = one.ask("POST", f"/v1/spaces/{one.space}", content=genesis + frames(*one.actor.written))
    assert (again.status_code, again.json()) == (200, {"head": 2, "new": 0})
    thief = Phone(Actor(one.actor.place), base)
    thief.introduce()
    thief.sign_in()
    answer = thief.ask("POST", f"/v1/spaces/{one.space}", content=genesis + frames(thief.actor.founding()))
    assert said(answer) == (403, "forbidden")
    place = new_place()
    founder, other = Phone(Actor(place), base), Phone(Actor(place), base)
    for phone in (founder, other):
        phone.introduce()
        phone.sign_in()
    body = place.genesis.to_bytes() + frames(founder.actor.founding())
    assert said(other.ask("POST", f"/v1/spaces/{place.id.hex()}", content=body)) == (403, "forbidden")
    wrong = new_place().genesis.to_bytes() + frames(founder.actor.written[0])
    assert said(founder.ask("POST", f"/v1/spaces/{place.id.hex()}", content=wrong)) == (400, "malformed")
    # A refused founding leaves nothing: nobody can read the space, and it can still be founded.
    no_founding = place.genesis.to_bytes() + frames(founder.actor.change())
    assert founder.ask("POST", f"/v1/spaces/{place.id.hex()}", content=no_founding).status_code in (409, 422)
    assert said(founder.pull()) == (403, "forbidden")
    assert founder.ask("POST", f"/v1/spaces/{place.id.hex()}", content=body).status_code == 201


def test_a_server_that_lost_a_space_gets_it_back_from_any_member(running: Running, tmp_path: Path) -> None:
    one, other = pair(running.base)
    one.push(one.actor.change())
    other.push(other.actor.change())
    log = other.all()
    empty = run(Settings(folder=tmp_path))
    try:
        there = Phone(other.actor, empty.base)
        assert there.introduce().status_code == 201
        assert there.sign_in().status_code == 200
        body = one.actor.place.genesis.to_bytes() + frames(*log)
        assert there.ask("POST", f"/v1/spaces/{there.space}", content=body).json() == {"head": 6, "new": 6}
        assert there.all() == log
        # Somebody who is not in it cannot bring it, whatever they got hold of.
        again = run(Settings(folder=tmp_path / "again"))
        try:
            thief = Phone(Actor(one.actor.place), again.base)
            thief.introduce()
            thief.sign_in()
            assert said(thief.ask("POST", f"/v1/spaces/{thief.space}", content=body)) == (403, "forbidden")
            assert again.server.log.space(one.actor.place.id) is None
        finally:
            again.stop()
    finally:
        empty.stop()


# ------------------------------------------------------------------------------------------------ sessions


def test_a_challenge_is_answered_once(base: str) -> None:
    one = alone(base)
    body = one.proof()
    assert one.http.post("/v1/session", json=body).status_code == 200
    assert said(one.http.post("/v1/session", json=body)) == (401, "nonce")


def test_a_challenge_is_for_one_device_in_one_space(base: str) -> None:
    one, other = pair(base)
    body = one.proof(nonce=other.nonce())
    assert said(one.http.post("/v1/session", json=body)) == (401, "nonce")


def test_a_proof_for_another_server_or_by_another_key_is_none(base: str) -> None:
    one = alone(base)
    assert said(one.http.post("/v1/session", json=one.proof(origin="https://fika.example.org:443"))) == (401, "proof")
    assert said(one.http.post("/v1/session", json=one.proof(key=SigningKey.new()))) == (401, "proof")
    assert said(one.http.post("/v1/session", json=one.proof(ACCOUNT_END))) == (401, "proof")
    assert (
        one.http.post("/v1/session", json=one.proof(origin=base.replace("127.0.0.1", "localhost"))).status_code == 200
    )


def test_an_unknown_device_is_refused_like_a_wrong_key(base: str) -> None:
    stranger = Phone(Actor(new_place()), base)
    assert said(stranger.http.post("/v1/session", json=stranger.proof())) == (401, "proof")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Basic abc", "Bearer " + "A" * 43, "Bearer " + "=" * 43]
)
def test_without_a_token_nothing_is_told(base: str, header: str | None) -> None:
    one = alone(base)
    headers = {} if header is None else {"authorization": header}
    answer = one.http.get(f"/v1/spaces/{one.space}/log", headers=headers)
    assert answer.status_code in (401, 429)


def test_sessions_end_with_the_clock(running: Running) -> None:
    one = alone(running.base)
    stale = one.proof()
    real = running.server.clock
    try:
        running.server.accounts._clock = lambda: real() + 61
        assert said(one.http.post("/v1/session", json=stale)) == (401, "nonce")
        running.server.accounts._clock = lambda: real() + SESSION_SECONDS + 1
        assert said(one.pull()) == (401, "session")
    finally:
        running.server.accounts._clock = real


def test_guessing_is_slowed_down_and_the_right_one_gets_in(running: Running) -> None:
    one = alone(running.base)
    guess = {"authorization": f"Bearer {'A' * 53}A"}
    answers = [one.http.get(f"/v1/spaces/{one.space}/log", headers=guess) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 429)
    assert one.pull().status_code == 200
    assert one.sign_in().status_code == 200


def test_a_device_that_asks_without_end_is_told_to_wait(running: Running) -> None:
    one, other = pair(running.base)
    running.server.devices.take(one.actor.id, running.server.clock() + 60, 2_000)  # as if it had: it is owed a minute
    answer = one.pull()
    assert said(answer) == (429, "rate")
    assert other.pull().status_code == 200


# ------------------------------------------------------------------------------------------------ purge, export, the end


def test_a_purge_drops_bodies_and_they_do_not_come_back(base: str) -> None:
    one, other = pair(base)
    secret, kept = one.actor.change(mark=b"to be forgotten"), one.actor.change()
    one.push(secret, kept)
    assert one.push(one.actor.purge(secret)).status_code == 200
    found = other.all()
    assert not any(b"to be forgotten" in raw for raw in found)
    assert found[4] == Envelope.read(secret).stripped().to_bytes()
    assert found[5] == kept
    assert other.push(secret).json()["new"] == 0
    assert other.all() == found


def test_a_purge_in_the_same_batch_and_one_that_comes_first(base: str) -> None:
    one, other = pair(base)
    secret = one.actor.change(mark=b"never mind")
    assert one.push(secret, one.actor.purge(secret)).status_code == 200
    assert not any(b"never mind" in raw for raw in other.all())
    # A server that lost its end gets the purge before the purged: here from two devices of one person.
    second = Actor(one.actor.place, one.actor.root)
    one.push(one.actor.add(second), one.actor.epoch())
    late = second.change(mark=b"late")
    assert one.push(one.actor.purge(late)).status_code == 200
    assert one.push(late).json()["new"] == 1
    assert not any(b"late" in raw for raw in other.all())


def test_nobody_purges_what_another_person_wrote(base: str) -> None:
    one, other = pair(base)
    mine = one.actor.change()
    one.push(mine)
    assert other.push(other.actor.purge(mine)).json()["reason"] == "purge"
    assert other.all()[-1] == mine


def test_control_records_cannot_be_purged(base: str) -> None:
    one = alone(base)
    assert one.push(one.actor.purge(one.actor.written[1])).json()["reason"] == "purge"


def test_an_empty_shell_does_not_keep_the_body_out(base: str) -> None:
    """A member who holds another's envelope cannot rob the others of its body by sending the shell first."""
    one, other = pair(base)
    mine = one.actor.change()
    shell = Envelope.read(mine).stripped().to_bytes()
    assert other.push(shell).json()["new"] == 1
    assert one.push(mine).json() == {"head": 5, "new": 0}
    assert other.all()[-1] == mine
    assert other.push(shell).json()["new"] == 0
    assert other.all()[-1] == mine


def test_the_export_holds_everything_about_a_device_and_nothing_of_others(base: str) -> None:
    one, other = pair(base)
    one.push(one.actor.change())
    other.push(other.actor.change())
    lines = [json.loads(line) for line in other.ask("GET", "/v1/export").text.splitlines()]
    assert lines[0]["device"] == other.actor.id.hex()
    assert lines[0]["open_sessions"] == 1
    assert [base64.b64decode(line["envelope"]) for line in lines if "envelope" in line] == other.actor.written
    assert one.actor.id.hex() not in json.dumps(lines)


def test_an_account_ends_and_what_it_wrote_is_erased(base: str) -> None:
    one, other = pair(base)
    word = other.actor.change(mark=b"mine to erase")
    other.push(word)
    one.push(one.actor.change())
    assert said(other.ask("DELETE", "/v1/account", content=json.dumps({"nonce": "x", "signature": "ab" * 64}))) == (
        401,
        "nonce",
    )
    token = other.token
    assert other.end().status_code == 204
    assert one.http.get(f"/v1/spaces/{one.space}/log", headers={"authorization": f"Bearer {token}"}).status_code == 401
    found = one.all()
    assert found[4] == Envelope.read(word).stripped().to_bytes()
    assert len(found) == 6
    # It is not taken back, and nothing more comes from that device.
    assert one.push(word).json()["new"] == 0
    assert one.all() == found
    # What it writes later keeps its place and leaves no words here, whoever brings it; itself it brings nothing.
    later = other.actor.change(mark=b"written afterwards")
    assert one.push(later, one.actor.change()).json()["new"] == 2
    assert one.all()[-2] == Envelope.read(later).stripped().to_bytes()
    assert other.sign_in().status_code == 200
    assert said(other.push(other.actor.change())) == (410, "gone")
    box = {"id": os.urandom(16).hex(), "expires": int(time.time()) + 3600}
    for method, path, content in (
        ("PUT", f"/v1/blobs/{'ab' * 32}", b"blob"),
        ("POST", "/v1/invitations", json.dumps(box).encode()),
        ("PUT", f"/v1/drop/{other.space}", json.dumps({"secret": "ab" * 32}).encode()),
    ):
        assert said(other.ask(method, path, content=content)) == (410, "gone"), path
    # Taken back: from itself alone, and what others have ended stays ended.
    assert other.begin_again().status_code == 200
    assert other.push(word, later, *other.actor.written[-1:]).json()["new"] == 1
    assert word in one.all() and later in one.all()


def test_with_an_account_its_letter_boxes_go_and_what_lies_in_them(running: Running) -> None:
    boxes = {os.urandom(16).hex(): phone for phone in pair(running.base)}
    word = os.urandom(40)
    for box, phone in boxes.items():
        made = {"id": box, "expires": int(time.time()) + 3600}
        assert phone.ask("POST", "/v1/invitations", content=json.dumps(made)).status_code == 201
        assert phone.http.post(f"/v1/invitations/{box}/messages", content=word).status_code == 201
    one, other = boxes.values()
    assert other.end().status_code == 204
    assert [one.http.get(f"/v1/invitations/{box}").status_code for box in boxes] == [200, 404]
    with running.server.database.read() as work:
        assert work.one("select count(*) from message where bytes = ?", word) == (1,)


def test_who_was_never_in_leaves_nothing_when_they_go(running: Running) -> None:
    """Whoever knows a space's id may introduce a device; ending its account must not write into that space."""
    one = alone(running.base)
    stranger = Phone(Actor(one.actor.place, SigningKey.new()), running.base)
    stranger.introduce()
    assert stranger.sign_in().status_code == 200
    assert stranger.end().status_code == 204
    assert set(running.server.log.heads(one.actor.place.id)[1]) == {one.actor.id}
    assert stranger.sign_in().status_code == 401


def test_with_the_last_account_the_space_goes_for_good(base: str) -> None:
    one, other = pair(base)
    one.push(one.actor.change())
    assert one.end().status_code == 204
    assert other.pull().status_code == 200
    assert other.end().status_code == 204
    assert other.introduce().status_code in (200, 201)
    assert other.sign_in().status_code == 200
    assert said(other.pull()) == (410, "gone")
    body = one.actor.place.genesis.to_bytes() + frames(*one.actor.written)
    one.introduce()
    one.sign_in()
    assert said(one.ask("POST", f"/v1/spaces/{one.space}", content=body)) == (410, "gone")


def test_an_account_ends_although_somebody_writes_in_that_moment(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair(running.base)
    log = running.server.log
    end, tried = log.end, list[Space]()

    def late(look: Space, device: bytes, **facts: Any) -> None:
        tried.append(look)
        end(look._replace(controls=look.controls - 1) if len(tried) == 1 else look, device, **facts)

    monkeypatch.setattr(log, "end", late)
    assert one.end().status_code == 204
    assert len(tried) == 2
    assert other.end().status_code == 204
    found = log.space(one.actor.place.id)
    assert found is not None and found.gone


def test_a_space_that_went_is_put_back_by_who_was_in_it_and_with_nobody_elses_words(base: str) -> None:
    one, other = pair(base)
    words = [other.actor.change(mark=b"of the one who stays away"), one.actor.change(mark=b"mine again")]
    other.push(words[0])
    one.push(words[1])
    for phone in (other, one):
        assert phone.end().status_code == 204
    one.introduce()
    assert one.sign_in().status_code == 200
    assert said(one.begin_again(genesis="")) == (400, "malformed")
    assert said(one.begin_again(genesis=new_place().genesis.to_bytes().hex())) == (400, "malformed")
    body = one.proof(SESSION)
    wrong = json.dumps({"nonce": body["nonce"], "signature": body["signature"], "genesis": "00" * 66})
    assert said(one.ask("POST", "/v1/account", content=wrong)) == (401, "proof")
    answer = one.begin_again()
    assert answer.status_code == 200
    one.token = answer.json()["token"]
    log = [*one.actor.written[:4], words[0], *one.actor.written[4:]]
    content = one.actor.place.genesis.to_bytes() + frames(*log)
    assert one.ask("POST", f"/v1/spaces/{one.space}", content=content).status_code == 201
    assert one.all() == [*log[:4], Envelope.read(words[0]).stripped().to_bytes(), *log[5:]]
    assert other.sign_in().status_code == 200
    assert said(other.push(other.actor.change())) == (410, "gone")


# ------------------------------------------------------------------------------------------------ knowing at once


def test_a_long_poll_answers_as_soon_as_there_is_news(base: str) -> None:
    one, other = pair(base)
    timer = threading.Timer(0.2, lambda: one.push(one.actor.change()))
    timer.start()
    answer = other.ask("POST", "/v1/wait", content=json.dumps({"after": {other.space: 4}, "seconds": 50}))
    timer.join()
    assert answer.json() == {"heads": {other.space: 5}}
    assert answer.elapsed.total_seconds() < 40, "it came with the news and not at the end"
    at_once = other.ask("POST", "/v1/wait", content=json.dumps({"after": {other.space: 0}, "seconds": 10}))
    assert at_once.json() == {"heads": {other.space: 5}}
    nothing = other.ask("POST", "/v1/wait", content=json.dumps({"after": {other.space: 5}, "seconds": 1}))
    assert nothing.json() == {"heads": {}}


@pytest.mark.parametrize(
    "body",
    [{}, {"after": {}, "seconds": 1}, {"after": [], "seconds": 1}, {"after": {"x": 1}, "seconds": 1}, {"seconds": 51}],
)
def test_a_long_poll_of_anything_else_is_refused(base: str, body: object) -> None:
    one = alone(base)
    assert said(one.ask("POST", "/v1/wait", content=json.dumps(body))) == (400, "malformed")


def test_who_listens_once_more_than_their_share_hears_by_the_newest(base: str) -> None:
    one, other = pair(base)
    with ExitStack() as stack:
        heard: list[Iterator[str]] = []
        for _ in range(SHARE + 1):
            stream = stack.enter_context(one.http.stream("GET", "/v1/events", headers=one.headers))
            heard.append(line for line in stream.iter_lines() if line)
            assert next(heard[-1]) == f"data: {one.space} 4"
        assert list(heard[0]) == []
        other.push(other.actor.change())
        assert [next(lines) for lines in heard[1:]] == [f"data: {one.space} 5"] * SHARE


def test_events_tell_space_and_head_and_nothing_else(base: str) -> None:
    (one, other), (third, fourth) = pair(base), pair(base)
    headers = {"authorization": f"Bearer {other.token}, {third.token}"}
    with other.http.stream("GET", "/v1/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        lines = stream.iter_lines()

        def events(count: int) -> set[str]:
            found: set[str] = set()
            while len(found) < count:
                line = next(lines)
                if line:
                    found.add(line)
            return found

        assert events(2) == {f"data: {other.space} 4", f"data: {third.space} 4"}
        other.push(other.actor.change())  # of one's own nothing is told
        one.push(one.actor.change())
        assert events(1) == {f"data: {other.space} 6"}
        fourth.push(fourth.actor.change(), fourth.actor.change())
        assert events(1) == {f"data: {third.space} 6"}


def test_events_need_every_token_to_be_good(base: str) -> None:
    one, other = pair(base)
    bad = one.http.get("/v1/events", headers={"authorization": f"Bearer {one.token},x"})
    assert bad.status_code in (401, 429)
    one.push(one.actor.remove(other.actor))
    assert said(other.ask("GET", "/v1/events")) == (403, "forbidden")
    assert one.http.get("/v1/events", headers={"authorization": "Bearer " + ",".join(["x"] * 33)}).status_code in (
        401,
        429,
    )


def test_the_answer_to_a_push_spares_the_pull_of_ones_own(base: str) -> None:
    """The new envelopes stand at the end of the log, in the order of the batch."""
    one, other = pair(base)
    other.push(other.actor.change())
    batch = [one.actor.change() for _ in range(3)]
    answer = one.push(*batch).json()
    assert one.pulled(answer["head"] - answer["new"]) == batch


def test_info_says_what_holds(base: str) -> None:
    one = Phone(Actor(new_place()), base)
    found = one.http.get("/v1/info").json()
    assert found["fika"] == 1
    assert found["registration"] == "open"
    assert found["limits"]["batch"] == 500
    assert abs(found["now"] - one.http.get("/v1/info").json()["now"]) <= 2


def test_cut_reads_what_frames_wrote() -> None:
    assert cut(frames(b"a", b"", b"ccc")) == [b"a", b"", b"ccc"]
