"""The leader of a synchronous pair is killed under load: nothing acknowledged is lost, and devices go on by themselves."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from sync.server.settings import Settings
from tests.support.effort import effort
from tests.support.patience import PATIENCE, until
from tests.sync.server.actors import Phone, pair
from tests.sync.server.cluster import Cluster
from tests.sync.server.running import run


@contextmanager
def synchronous_pair(programs: Path) -> Iterator[tuple[Cluster, Cluster]]:
    """A leader and a standby by streaming replication; a commit is acknowledged when both have it."""
    leader, standby = Cluster(programs), Cluster(programs)
    try:
        leader.make()
        leader.start()
        leader.create("fika")
        standby.give()
        standby.run(
            "pg_basebackup", "-D", str(standby.data), "-h", str(leader.folder), "-U", "fika", "-R", "-c", "fast"
        )
        standby.start()
        with psycopg.connect(leader.address(), autocommit=True) as connection:
            connection.execute("alter system set synchronous_standby_names = '*'")
            connection.execute("alter system set synchronous_commit = on")
            connection.execute("select pg_reload_conf()")
            until(lambda: connection.execute("select sync_state from pg_stat_replication").fetchone() == ("sync",))
        yield leader, standby
    finally:
        standby.remove()
        leader.remove()


class Writer:
    """A device that writes without end, sends the same again when it is told to, and remembers what was acknowledged."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.acknowledged: list[bytes] = []
        self.refused: set[int] = set()
        self.last = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        with httpx.Client(base_url=self.phone.base, timeout=PATIENCE, trust_env=False) as self.phone.http:
            while not self._stop.is_set():
                batch = [self.phone.actor.change() for _ in range(5)]
                while not self._stop.is_set():
                    status = self.phone.push(*batch).status_code
                    if status == 200:
                        self.acknowledged += batch
                        self.last = time.monotonic()
                        break
                    self.refused.add(status)
                    time.sleep(0.05)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)


def test_the_leader_dies_under_load(cluster: Cluster, tmp_path: Path) -> None:
    with synchronous_pair(cluster.programs) as (leader, standby):
        address = f"postgresql://fika@/fika?host={leader.folder},{standby.folder}&target_session_attrs=read-write"
        running = run(Settings(folder=tmp_path, database=address))
        writers: list[Writer] = []
        try:
            people = [pair(running.base)[0] for _ in range(effort(2, 8))]
            http = people[0].http
            writers = [Writer(phone) for phone in people]
            until(lambda: all(writer.acknowledged for writer in writers))
            time.sleep(effort(0.5, 10))
            before = [len(writer.acknowledged) for writer in writers]
            leader.kill()
            time.sleep(0.3)
            promoted = time.monotonic()
            with psycopg.connect(standby.address(), autocommit=True) as connection:
                connection.execute("select pg_promote()")
            until(lambda: all(writer.last >= promoted + 0.5 for writer in writers))
        finally:
            for writer in writers:
                writer.stop()
        for writer, count in zip(writers, before, strict=True):
            assert len(writer.acknowledged) > count
            # In between devices were told to try again, and nothing else.
            assert writer.refused <= {503}
            writer.phone.http = http
            held = writer.phone.all()[4:]
            assert held[: len(writer.acknowledged)] == writer.acknowledged
        running.stop()
    assert not standby.folder.exists()
