"""Who may begin here: anybody, whoever has an invitation token, or nobody new."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.settings import Settings
from tests.sync.server.actors import Actor, Phone, new_place
from tests.sync.server.running import Running, run


@pytest.fixture(params=["invitation", "closed"])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    found = run(Settings(folder=tmp_path, registration=request.param))
    yield found
    found.stop()


def test_registration_is_as_the_operator_chose(strict: Running) -> None:
    one = Phone(Actor(new_place()), strict.base)
    ticket = strict.server.accounts.invite(1, 1)
    assert one.introduce().json() == {"error": "closed"}
    assert one.introduce(invitation="guess").json() == {"error": "closed"}
    mode = one.http.get("/v1/info").json()["registration"]
    assert one.introduce(invitation=ticket).status_code == {"invitation": 201, "closed": 403}[mode]
    assert one.introduce().status_code == {"invitation": 200, "closed": 403}[mode]
    if mode == "invitation":
        other = Phone(Actor(new_place()), strict.base)
        assert other.introduce(invitation=ticket).json() == {"error": "closed"}


def test_a_server_takes_no_more_spaces_than_it_was_told(tmp_path: Path) -> None:
    small = run(Settings(folder=tmp_path, spaces=1))
    try:
        assert Phone(Actor(new_place()), small.base).found().status_code == 201
        assert Phone(Actor(new_place()), small.base).found().json()["error"] == "quota"
    finally:
        small.stop()


def test_a_full_space_is_told_with_its_limit(tmp_path: Path) -> None:
    small = run(Settings(folder=tmp_path, space_bytes=6_000))
    try:
        one = Phone(Actor(new_place()), small.base)
        assert one.found().status_code == 201
        batch = [one.actor.change() for _ in range(10)]
        answer = one.push(*batch)
        assert (answer.status_code, answer.json()) == (507, {"error": "quota", "limit": 6_000})
        assert one.push(*batch[:5]).status_code == 200
        blob = one.ask("PUT", f"/v1/blobs/{'ab' * 32}", content=bytes(5_000))
        assert blob.json()["error"] == "quota"
    finally:
        small.stop()
