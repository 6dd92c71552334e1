"""Blobs, letter boxes, keyrings and boxes without names, over real sockets on both engines."""

import hashlib
import json
import os
import time
from typing import Any

import httpx
import pytest

from sync.authority import Role
from sync.protocol import REPLACED
from sync.protocol.limits import PARCEL_SIZES
from sync.server.letters import MESSAGES, OPEN_INVITATIONS, PART_BYTES, SLIP_BYTES
from sync.server.post import KEPT_DAYS, parcel_id
from tests.sync.server.actors import Actor, Phone, cut, new_place, pair
from tests.sync.server.running import Running


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def put(phone: Phone, bytes_: bytes, id: str = "", at: int = 0, total: int = 0) -> httpx.Response:
    id = id or hashlib.sha256(bytes_).hexdigest()
    headers = {"content-range": f"bytes {at}-{at + len(bytes_) - 1}/{total}"} if total else {}
    return phone.ask("PUT", f"/v1/blobs/{id}", content=bytes_, headers=headers)


# ------------------------------------------------------------------------------------------------ blobs


def test_a_blob_comes_back_whole_for_everybody_in_the_space_and_nobody_else(base: str) -> None:
    one, other = pair(base)
    stranger, _ = pair(base)
    sealed = os.urandom(3000)
    id = hashlib.sha256(sealed).hexdigest()
    assert said(one.ask("GET", f"/v1/blobs/{id}")) == (404, "unknown")
    assert put(one, sealed).status_code == 201
    assert put(one, sealed).status_code == 201
    assert other.ask("GET", f"/v1/blobs/{id}").content == sealed
    assert said(stranger.ask("GET", f"/v1/blobs/{id}")) == (404, "unknown")
    assert said(other.ask("DELETE", f"/v1/blobs/{id}")) == (403, "forbidden")
    assert one.ask("DELETE", f"/v1/blobs/{id}").status_code == 204
    assert said(other.ask("GET", f"/v1/blobs/{id}")) == (404, "unknown")
    assert said(one.ask("DELETE", f"/v1/blobs/{id}")) == (404, "unknown")


def test_a_blob_is_resumed_where_it_was_cut(base: str) -> None:
    one, other = pair(base)
    sealed = os.urandom(5000)
    id = hashlib.sha256(sealed).hexdigest()
    assert put(one, sealed[:2000], id, 0, 5000).json() == {"stored": 2000}
    assert said(other.ask("GET", f"/v1/blobs/{id}")) == (404, "unknown")
    found = other.ask("HEAD", f"/v1/blobs/{id}")
    assert (found.headers["fika-stored"], found.headers["fika-size"], found.content) == ("2000", "5000", b"")
    answer = put(one, sealed[3000:], id, 3000, 5000)
    assert (said(answer), answer.json()["stored"]) == ((416, "range"), 2000)
    assert put(one, sealed[:2000], id, 0, 5000).json() == {"stored": 2000}
    assert said(put(one, sealed[2000:], id, 2000, 6000)) == (409, "exists")
    assert put(one, sealed[2000:], id, 2000, 5000).status_code == 201
    whole = other.ask("GET", f"/v1/blobs/{id}")
    assert (whole.status_code, whole.content) == (200, sealed)
    part = other.ask("GET", f"/v1/blobs/{id}", headers={"range": "bytes=1500-2499"})
    assert (part.status_code, part.content) == (206, sealed[1500:2500])
    assert part.headers["content-range"] == "bytes 1500-2499/5000"
    assert other.ask("GET", f"/v1/blobs/{id}", headers={"range": "bytes=4990-"}).content == sealed[4990:]
    assert said(other.ask("GET", f"/v1/blobs/{id}", headers={"range": "bytes=5000-"})) == (416, "range")


def test_a_blob_that_is_not_what_its_name_says_is_dropped(base: str) -> None:
    one, _ = pair(base)
    sealed = os.urandom(100)
    id = hashlib.sha256(b"something else").hexdigest()
    assert said(put(one, sealed, id)) == (422, "envelope")
    assert one.ask("HEAD", f"/v1/blobs/{id}").status_code == 404


def test_blobs_have_a_size_and_ranges_are_read_strictly(base: str) -> None:
    one, _ = pair(base)
    id = "ab" * 32
    assert said(put(one, b"x", id, 0, (32 << 20) + 1)) == (413, "too-large")
    assert said(put(one, bytes(PART_BYTES + 1), id)) == (413, "too-large")
    assert said(put(one, b"", id)) == (400, "malformed")
    for wrong in ("bytes 0-1/*", "bytes 0-5/3", "bytes 1-0/9", "chars 0-1/2", "bytes 0-1/2, 3-4/5", "bytes -1/2"):
        answer = one.ask("PUT", f"/v1/blobs/{id}", content=b"xy", headers={"content-range": wrong})
        assert said(answer) == (400, "malformed")
    assert said(one.ask("GET", "/v1/blobs/abc")) == (400, "malformed")


# ------------------------------------------------------------------------------------------------ letter boxes


def opened(phone: Phone, id: str, seconds: int = 3600) -> httpx.Response:
    body = {"id": id, "expires": int(time.time()) + seconds}
    return phone.ask("POST", "/v1/invitations", content=json.dumps(body))


def test_two_who_know_the_id_exchange_messages(base: str) -> None:
    one, _ = pair(base)
    id = os.urandom(16).hex()
    path = f"/v1/invitations/{id}"
    assert said(one.http.post(f"{path}/messages", content=b"hello")) == (404, "unknown")
    assert opened(one, id).status_code == 201
    assert one.http.post(f"{path}/messages", content=b"request").json() == {"count": 1}
    assert one.http.post(f"{path}/messages", content=b"request").json() == {"count": 1}
    assert one.http.post(f"{path}/messages", content=b"answer").json() == {"count": 2}
    assert cut(one.http.get(path).content) == [b"request", b"answer"]
    assert cut(one.http.get(f"{path}?after=1").content) == [b"answer"]
    stranger, _ = pair(base)
    assert said(stranger.ask("DELETE", path)) == (404, "unknown")
    assert one.ask("DELETE", path).status_code == 204
    assert said(one.http.get(path)) == (404, "unknown")


def test_letter_boxes_are_bounded_in_every_way(base: str) -> None:
    one, _ = pair(base)
    id = os.urandom(16).hex()
    assert said(opened(one, id, 8 * 86_400)) == (400, "malformed")
    assert said(opened(one, id, -1)) == (400, "malformed")
    assert opened(one, id).status_code == 201
    other, _ = pair(base)
    assert said(opened(other, id)) == (409, "exists")
    path = f"/v1/invitations/{id}/messages"
    assert said(one.http.post(path, content=b"")) == (400, "malformed")
    assert said(one.http.post(path, content=bytes((16 << 10) + 1))) == (413, "too-large")
    for number in range(MESSAGES):
        assert one.http.post(path, content=b"%d" % number).status_code == 201
    assert said(one.http.post(path, content=b"one more")) == (409, "exists")
    for _ in range(OPEN_INVITATIONS - 1):
        assert opened(one, os.urandom(16).hex()).status_code == 201
    assert said(opened(one, os.urandom(16).hex())) == (507, "quota")
    assert said(one.http.post("/v1/invitations", json={"id": id, "expires": 1})) == (401, "session")


# ------------------------------------------------------------------------------------------------ keyrings


def test_nobody_fills_the_disk_with_keyrings(base: str) -> None:
    one, other = pair(base)
    stranger = pair(base)[0]

    def put_new(phone: Phone, id: str, word: str = "ab" * 32) -> int:
        headers = {"authorization": f"Bearer {word}", "fika-session": phone.token}
        return phone.http.put(f"/v1/keyrings/{id}", content=b"sealed", headers=headers).status_code

    ids = [os.urandom(16).hex() for _ in range(13)]
    told = [put_new(phone, id) for phone, id in zip((one, other) * 7, ids, strict=False)]
    assert told == [201] * 12 + [429], "however many devices a space has"
    assert put_new(one, ids[0]) == 200, "what is there can be put anew"
    assert put_new(stranger, ids[12]) == 201


def test_a_recovery_key_finds_its_keyring_and_nothing_else_does(base: str) -> None:
    one, _ = pair(base)
    id, secret = os.urandom(16).hex(), os.urandom(32).hex()
    path, headers = f"/v1/keyrings/{id}", {"authorization": f"Bearer {secret}"}
    # Nobody without a space here may leave anything.
    assert said(one.http.put(path, content=b"sealed", headers=headers)) == (404, "unknown")
    known = {**headers, "fika-session": one.token}
    assert one.http.put(path, content=b"sealed", headers=known).status_code == 201
    assert one.http.get(path, headers=headers).content == b"sealed"
    assert one.http.put(path, content=b"sealed anew", headers=headers).status_code == 200
    assert one.http.get(path, headers=headers).content == b"sealed anew"
    wrong = {"authorization": f"Bearer {os.urandom(32).hex()}"}
    assert said(one.http.get(path, headers=wrong)) == (404, "unknown")
    assert said(one.http.put(path, content=b"mine", headers={**wrong, "fika-session": one.token})) == (404, "unknown")
    assert said(one.http.put(path, content=b"", headers=headers)) == (400, "malformed")
    assert said(one.http.get(path, headers={"authorization": "Bearer x"})) == (400, "malformed")
    assert said(one.http.delete(path, headers=wrong)) == (404, "unknown")
    assert one.http.get(path, headers=headers).content == b"sealed anew"
    assert one.http.delete(path, headers=headers).status_code == 204
    assert said(one.http.get(path, headers=headers)) == said(one.http.delete(path, headers=headers)) == (404, "unknown")


def test_where_a_recovery_key_was_replaced_no_keyring_is_put_any_more(base: str) -> None:
    one, other = pair(base)
    path, headers = f"/v1/keyrings/{os.urandom(16).hex()}", {"authorization": f"Bearer {os.urandom(32).hex()}"}
    known = {**headers, "fika-session": one.token}
    for first in (b"sealed", REPLACED):
        assert one.http.put(path, content=first, headers=known).is_success
    for late in (b"sealed", REPLACED + REPLACED, b"\1"):
        assert said(other.http.put(path, content=late, headers=headers)) == (409, "replaced")
    assert one.http.put(path, content=REPLACED, headers=headers).status_code == 200, "said again, it is no mistake"
    assert one.http.get(path, headers=headers).content == REPLACED
    wrong = {"authorization": f"Bearer {os.urandom(32).hex()}"}
    assert said(one.http.put(path, content=b"mine", headers=wrong)) == (404, "unknown"), (
        "who has no word learns nothing"
    )


# ------------------------------------------------------------------------------------------------ boxes without names


def test_slips_come_out_five_or_more_at_a_time_and_without_an_order(base: str) -> None:
    one, other = pair(base, "mentoring")
    path, secret = f"/v1/drop/{one.space}", os.urandom(32).hex()
    assert said(one.http.post(path, content=bytes(SLIP_BYTES), headers={"authorization": f"Bearer {secret}"})) == (
        404,
        "unknown",
    )
    assert said(one.ask("GET", path)) == (404, "unknown")
    assert one.ask("PUT", path, content=json.dumps({"secret": secret})).status_code == 200
    slips = [bytes([number]) * SLIP_BYTES for number in range(12)]
    headers = {"authorization": f"Bearer {secret}"}
    for slip in slips[:4]:
        answer = one.http.post(path, content=slip, headers=headers)
        assert (answer.status_code, answer.content) == (202, b"")
    assert one.ask("GET", path).content == b""
    for slip in slips[4:]:
        one.http.post(path, content=slip, headers=headers)
    answer = other.ask("GET", path)
    found = cut(answer.content)
    assert sorted(found) == slips
    # Twelve in the order in which they came would be one chance in 479 million.
    assert found != slips
    batch = answer.headers["fika-batch"]
    assert sorted(cut(other.ask("GET", path).content)) == slips
    assert one.ask("DELETE", f"{path}?batch={batch}").status_code == 204
    assert one.ask("GET", path).content == b""
    assert said(one.ask("DELETE", f"{path}?batch={batch}")) == (404, "unknown")


@pytest.mark.parametrize("size", [0, SLIP_BYTES - 1, SLIP_BYTES + 1])
def test_all_slips_have_one_size(base: str, size: int) -> None:
    answer = Phone(Actor(new_place()), base).http.post(
        f"/v1/drop/{'ab' * 16}", content=bytes(size), headers={"authorization": f"Bearer {'ab' * 32}"}
    )
    assert answer.status_code in (400, 413)


# ------------------------------------------------------------------------------------------------ a programme's letters


def test_letters_wait_for_the_coordinator_and_answers_for_the_member(base: str) -> None:
    one, other = pair(base, "mentoring")
    box, secret = f"/v1/drop/{one.space}", os.urandom(32).hex()
    path, opens = f"{box}/letters", {"authorization": f"Bearer {secret}"}
    parcels = sorted((os.urandom(PARCEL_SIZES[0]) for _ in range(3)), key=parcel_id)
    assert said(one.http.post(path, content=parcels[0], headers=opens)) == (404, "unknown")
    assert said(one.ask("GET", path)) == (404, "unknown")
    assert said(one.ask("PUT", f"/v1/answers/{'ab' * 16}", content=parcels[0])) == (404, "unknown")
    one.ask("PUT", box, content=json.dumps({"secret": secret}))
    wrong = {"authorization": f"Bearer {os.urandom(32).hex()}"}
    assert said(one.http.post(path, content=parcels[0], headers=wrong)) == (404, "unknown")
    for parcel in (*parcels, parcels[1]):  # one of them twice: its answer was lost
        answer = one.http.post(path, content=parcel, headers=opens)
        assert (answer.status_code, answer.content) == (202, b"")
    assert cut(other.ask("GET", path).content) == parcels
    assert cut(other.ask("GET", f"{path}?after={parcel_id(parcels[0]).hex()}").content) == parcels[1:]
    for _ in range(2):
        assert one.ask("DELETE", f"{path}?id={parcel_id(parcels[2]).hex()}").status_code == 204
    assert cut(one.ask("GET", path).content) == parcels[:2]
    stranger, _ = pair(base, "mentoring")
    for method, where in (("GET", path), ("DELETE", f"{path}?id={'ab' * 16}"), ("DELETE", f"{box}?batch=all")):
        assert said(stranger.ask(method, where)) == (403, "forbidden")
    id = os.urandom(16).hex()
    place = f"/v1/answers/{id}"
    assert said(one.http.get(place)) == (404, "unknown")
    for sealed in parcels[:2]:
        assert one.ask("PUT", place, content=sealed).status_code == 204
        assert one.http.get(place).content == sealed
    stranger.ask("PUT", f"/v1/drop/{stranger.space}", content=json.dumps({"secret": secret}))
    assert said(stranger.ask("PUT", place, content=parcels[2])) == (409, "exists")
    assert said(one.http.put(place, content=parcels[2])) == (401, "session")
    assert b'{"letters_of_a_programme": 2, "answers_to_its_members": 1}' in one.ask("GET", "/v1/export").content
    assert one.ask("DELETE", f"{box}?batch=all").status_code == 204
    assert said(one.http.get(place)) == said(one.ask("GET", path)) == said(one.ask("GET", box)) == (404, "unknown")
    assert stranger.ask("GET", f"/v1/drop/{stranger.space}/letters").content == b"", "another box stays"


def test_who_may_only_read_a_space_has_nothing_to_do_with_its_box(base: str) -> None:
    place = new_place("programme")
    one, reader = Phone(Actor(place), base), Phone(Actor(place), base)
    assert one.found().status_code == 201
    assert one.push(one.actor.add(reader.actor, Role.READER), one.actor.epoch()).status_code == 200
    assert reader.sign_in().status_code == reader.pull().status_code == 200, "a reader reads what the space says"
    box, secret, parcel = f"/v1/drop/{one.space}", os.urandom(32).hex(), os.urandom(PARCEL_SIZES[0])
    opens = {"authorization": f"Bearer {secret}"}
    mine = {"content": json.dumps({"secret": os.urandom(32).hex()})}
    answer = f"/v1/answers/{os.urandom(16).hex()}"
    assert said(reader.ask("PUT", box, **mine)) == (403, "forbidden")
    assert one.ask("PUT", box, content=json.dumps({"secret": secret})).status_code == 200
    assert one.http.post(f"{box}/letters", content=parcel, headers=opens).status_code == 202
    for number in range(5):
        one.http.post(box, content=bytes([number]) * SLIP_BYTES, headers=opens)
    batch = one.ask("GET", box).headers["fika-batch"]
    for method, path, more in (
        ("PUT", box, mine),
        ("GET", box, {}),
        ("DELETE", f"{box}?batch={batch}", {}),
        ("DELETE", f"{box}?batch=all", {}),
        ("GET", f"{box}/letters", {}),
        ("DELETE", f"{box}/letters?id={parcel_id(parcel).hex()}", {}),
        ("PUT", answer, {"content": parcel}),
    ):
        assert said(reader.ask(method, path, **more)) == (403, "forbidden"), (method, path)
    assert cut(one.ask("GET", f"{box}/letters").content) == [parcel] and len(cut(one.ask("GET", box).content)) == 5
    assert one.http.post(f"{box}/letters", content=parcel, headers=opens).status_code == 202, (
        "the secret is the old one"
    )


def test_parcels_have_three_sizes_a_page_and_a_bound(base: str, running: Running, monkeypatch: Any) -> None:
    one, _ = pair(base, "mentoring")
    secret = os.urandom(32).hex()
    path, opens = f"/v1/drop/{one.space}/letters", {"authorization": f"Bearer {secret}"}
    one.ask("PUT", f"/v1/drop/{one.space}", content=json.dumps({"secret": secret}))
    for size in (0, PARCEL_SIZES[0] - 1, PARCEL_SIZES[0] + 1):
        assert said(one.http.post(path, content=bytes(size), headers=opens)) == (400, "malformed")
        assert said(one.ask("PUT", f"/v1/answers/{'ab' * 16}", content=bytes(size))) == (400, "malformed")
    assert said(one.http.post(path, content=bytes(PARCEL_SIZES[-1] + 1), headers=opens)) == (413, "too-large")
    large = [bytes([number]) * PARCEL_SIZES[-1] for number in range(1, 6)]
    for parcel in large:
        assert one.http.post(path, content=parcel, headers=opens).status_code == 202
    first = cut(one.ask("GET", path).content)
    rest = cut(one.ask("GET", f"{path}?after={parcel_id(first[-1]).hex()}").content)
    assert (len(first), len(rest)) == (4, 1) and sorted(first + rest) == large
    monkeypatch.setattr("sync.server.post.PARCELS", 5)
    assert said(one.http.post(path, content=bytes(PARCEL_SIZES[0]), headers=opens)) == (507, "quota")
    monkeypatch.setattr("sync.server.post.PARCELS", 100)
    monkeypatch.setattr("sync.server.post.BOX_BYTES", 5 * PARCEL_SIZES[-1])
    assert said(one.http.post(path, content=bytes(PARCEL_SIZES[0]), headers=opens)) == (507, "quota")
    place = f"/v1/answers/{os.urandom(16).hex()}"
    monkeypatch.setattr("sync.server.post.REPLIES", 1)
    assert [one.ask("PUT", place, content=bytes(PARCEL_SIZES[0])).status_code for _ in range(2)] == [204, 204]
    assert said(one.ask("PUT", f"/v1/answers/{'ab' * 16}", content=bytes(PARCEL_SIZES[0]))) == (507, "quota")
    today = running.server.today()
    running.server.post.sweep(today + KEPT_DAYS)
    assert one.http.get(place).status_code == 200 and one.ask("GET", path).content
    assert running.server.post.sweep(today + KEPT_DAYS + 1) >= 6
    assert one.http.get(place).status_code == 404 and not one.ask("GET", path).content


def test_a_slip_that_is_sent_again_is_one(base: str) -> None:
    one, _ = pair(base, "mentoring")
    secret = os.urandom(32).hex()
    path, opens = f"/v1/drop/{one.space}", {"authorization": f"Bearer {secret}"}
    one.ask("PUT", path, content=json.dumps({"secret": secret}))
    for number in (1, 2, 3, 4, 4, 4):
        assert one.http.post(path, content=bytes([number]) * SLIP_BYTES, headers=opens).status_code == 202
    assert one.ask("GET", path).content == b"", "four are four, however often one of them came"
