"""Around the routes: a fault of ours is told as such and written down, figures count, a database that is away is waited for."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.protocol.limits import BATCH_ENVELOPES
from sync.server import app, hub
from sync.server.app import _drops_bodies
from sync.server.database import Away
from sync.server.settings import Settings
from tests.sync.server.actors import Actor, Phone, frames, new_place, pair
from tests.sync.server.running import Running, run


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path))
    yield found
    found.stop()


@pytest.fixture
def one(small: Running) -> Phone:
    return pair(small.base)[0]


def test_a_fault_of_ours_is_one_word_and_a_line(
    small: Running, one: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("what somebody wrote")

    monkeypatch.setattr(small.server.log, "heads", fault)
    answer = one.ask("GET", f"/v1/spaces/{one.space}/heads")
    assert (answer.status_code, answer.json()) == (500, {"error": "broken"})
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    assert one.pull().status_code == 200


def test_a_database_that_is_away_is_busy_and_comes_back(
    small: Running, one: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Away("test")

    with monkeypatch.context() as patch:
        patch.setattr(small.server.log, "page", away)
        patch.setattr("sync.server.schema.ready", away)
        answer = one.pull()
        assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (503, "busy", "1")
        assert one.ask("GET", "/readyz").status_code == 503
        assert one.ask("GET", "/healthz").status_code == 200
    assert one.pull().status_code == 200
    assert one.ask("GET", "/readyz").json() == {"ok": True}


def test_figures_count_and_name_nobody(one: Phone) -> None:
    one.push(one.actor.change(), one.actor.change())
    one.ask("GET", "/v1/blobs/x")
    text = one.http.get("/metrics").text
    assert "fika_envelopes_total 6.0" in text
    assert 'fika_requests_total{route="/v1/spaces/{space}/log",status="200"} 2.0' in text
    assert 'fika_refusals_total{code="malformed"} 1.0' in text
    assert 'fika_request_seconds_bucket{le="+Inf",route="/v1/spaces/{space}/log"} 2.0' in text
    assert 'fika_request_seconds_count{route="/v1/spaces/{space}/log"} 2.0' in text
    assert "fika_listeners 0.0" in text
    assert one.space not in text
    assert one.actor.id.hex() not in text


def test_too_many_listeners_are_asked_to_come_later(one: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "LISTENERS", 0)
    assert one.ask("GET", "/v1/events").json()["error"] == "busy"
    answer = one.ask("POST", "/v1/wait", json={"after": {one.space: 0}, "seconds": 1})
    assert answer.json()["error"] == "busy"


def test_news_within_the_process_need_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.sqlite.Sqlite.listen", lambda *_: None)
    found = run(Settings(folder=tmp_path))
    try:
        one, other = pair(found.base)
        timer = threading.Timer(0.2, lambda: one.push(one.actor.change()))
        timer.start()
        answer = other.ask("POST", "/v1/wait", json={"after": {other.space: 4}, "seconds": 50})
        timer.join()
        assert answer.json() == {"heads": {other.space: 5}}
    finally:
        found.stop()


def test_a_stream_beats_and_ends_when_its_device_is_out(
    small: Running, one: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BEAT_SECONDS", 0.1)
    with one.http.stream("GET", "/v1/events", headers=one.headers) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")
        assert ": " in (next(lines), next(lines))
        small.server.accounts.end(one.actor.place.id, one.actor.id)
        space = small.server.log.space(one.actor.place.id)
        assert space is not None
        small.server.log.end(space, one.actor.id, others=(), today=1, kinds=(1,), strip=bytes)
        list(lines)


def test_a_stream_ends_with_its_session(small: Running, one: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "BEAT_SECONDS", 0.1)
    with one.http.stream("GET", "/v1/events", headers=one.headers) as stream:
        real = small.server.clock
        small.server.clock = lambda: real() + 3600
        list(stream.iter_lines())  # it has an end


def test_a_batch_that_drops_bodies_is_told_from_all_others() -> None:
    actor = Actor(new_place())
    actor.founding()
    actor.epoch()
    changes = [actor.change(size) for size in (256, 300, 4000)]
    purge = actor.purge(changes[0])
    assert not _drops_bodies(frames(*changes))
    assert not _drops_bodies(b"") and not _drops_bodies(b"{}") and not _drops_bodies(b"\x00" * 9)
    for place in range(4):
        assert _drops_bodies(frames(*changes[:place], purge, *changes[place:]))
    full = bytes(4) * (BATCH_ENVELOPES - 1)
    assert _drops_bodies(full + frames(purge)) and not _drops_bodies(full + bytes(4) + frames(purge))
