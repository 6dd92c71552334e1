"""Every test that asks for `base` or `database` runs twice: on SQLite and on a PostgreSQL that is started here."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import schema
from sync.server.database import Database
from sync.server.limits import WRONG, Buckets
from sync.server.postgres import Postgres
from sync.server.settings import Settings
from sync.server.sqlite import Sqlite
from tests.sync.server.cluster import Cluster, binaries
from tests.sync.server.running import Running, run

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = binaries()
    if programs is None:
        # `make test` sets it up on Debian; on CI a missing PostgreSQL is a failure, elsewhere it may be missing.
        assert not os.environ.get("CI"), "PostgreSQL is missing: sh tools/setup.sh postgres"
        assert shutil.which("apt-get") is None or os.geteuid() != 0, "PostgreSQL is missing: sh tools/setup.sh postgres"
        pytest.skip("PostgreSQL is not installed on this machine")
    found = Cluster(programs, fsync="off")
    try:
        found.make()
        found.start()
        yield found
    finally:
        found.remove()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def settings_for(engine: str, folder: Path, request: pytest.FixtureRequest, **more: object) -> Settings:
    """Settings for an empty database of that engine."""
    if engine == "sqlite":
        return Settings(folder=folder, **more)  # type: ignore[arg-type]
    address = request.getfixturevalue("cluster").create(f"fika{os.getpid()}-{next(NUMBERS)}")
    return Settings(folder=folder, database=address, **more)  # type: ignore[arg-type]


@pytest.fixture
def settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings for an empty database of this test's own."""
    return settings_for(engine, tmp_path, request)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """An empty database with today's schema."""
    found: Database = Postgres(settings.postgres) if settings.postgres else Sqlite(settings.sqlite)
    schema.migrate(found)
    yield found
    found.close()


@pytest.fixture(scope="session")
def started(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Running]:
    """One server an engine for all tests; they use spaces of their own."""
    found = run(settings_for(engine, tmp_path_factory.mktemp("server"), request))
    yield found
    found.stop()


@pytest.fixture
def running(started: Running) -> Running:
    """The server, which holds no wrong guess of an earlier test against this one: all come from the same address."""
    started.server.wrong = Buckets(WRONG)
    return started


@pytest.fixture
def base(running: Running) -> str:
    return running.base
