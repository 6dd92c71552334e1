"""A device with Fika, as a process: a session with its vault on the disk, the real client, orders as lines of JSON.

    python -m tests.bench.sync.device

The orders are those of the peers' drivers in `tests/bench/peers`, so that one hand measures all of them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.model.commands import AddPerson, AddTask
from app.model.entities import Mentorship, Task
from app.services.session import Session
from sync.client.http import Server
from sync.client.replicator import Replicator
from sync.pairing import introduction
from sync.protocol import Envelope
from sync.signing import Genesis

PASSPHRASE = "only for this measurement"
AT_ONCE = 500


class Device:
    """One person's device, and the orders it takes. Names of methods are the orders."""

    def __init__(self) -> None:
        self.session: Any = None
        self.space = ""
        self.address = ""
        self._mentorship = ""
        self._heard: list[float] = []
        self._news = threading.Condition()

    # ------------------------------------------------------------------ coming together

    def open(self, folder: str) -> dict[str, Any]:
        """A new vault."""
        root = Path(folder)
        self.session = Session(root / "vault", root / "state", Path("assets"))
        self.session.create(PASSPHRASE, name="Karin", role="mentor")
        self.spaces = self.session._open_spaces
        return {}

    def hello(self, space: str) -> dict[str, Any]:
        """Who this device is, for whoever lets it in."""
        return {"introduction": self.spaces.introduction(space, "Yusuf").to_bytes().hex()}

    def found(self) -> dict[str, Any]:
        """A space for two."""
        done = self.session.store.execute(AddPerson(name="Yusuf", my_role="mentor"))
        self.space = done.changes[0].space
        self.session.exchange.begin(self.space)
        return {"space": self.space}

    def invite(self, address: str, hello: Mapping[str, Any]) -> dict[str, Any]:
        """Let the other in, and put the space on the server."""
        exchange = self.session.exchange
        who = introduction.read(bytes.fromhex(hello["introduction"]), bytes.fromhex(self.space))
        exchange.add(self.space, who)
        self._connect(address)
        self.replicator.round(self.space)
        return {
            "account": {
                "genesis": exchange.genesis(self.space).hex(),
                "envelopes": [one.to_bytes().hex() for one in exchange.outgoing(self.space)],
                "root": self.spaces.root.hex(),
            }
        }

    def join(self, address: str, account: Mapping[str, Any]) -> dict[str, Any]:
        """Come into the space, as after scanning a code in the room."""
        genesis = bytes.fromhex(account["genesis"])
        envelopes = [Envelope.read(bytes.fromhex(one)) for one in account["envelopes"]]
        self.space = self.session.exchange.adopt(genesis, envelopes, bytes.fromhex(account["root"]))
        assert Genesis.read(genesis, bytes.fromhex(self.space))
        self._connect(address)
        return {}

    def _connect(self, address: str) -> None:
        self.address = address
        self.replicator = Replicator(Server(address), self.session.exchange)

    # ------------------------------------------------------------------ items

    def fill(self, items: list[str], number: int) -> dict[str, Any]:
        """Write items, as if somebody had while there was no network."""
        del number
        store = self.session.store
        for at in range(0, len(items), AT_ONCE):
            with store.writing():
                for text in items[at : at + AT_ONCE]:
                    store.perform(AddTask(text=text, mentorship=self.mentorship))
        return {}

    @property
    def mentorship(self) -> str:
        """Of the shared space; known once it is there."""
        if not self._mentorship:
            found = self.session.store.everything(Mentorship)
            self._mentorship = next(one.id for one in found if one.space == self.space)
        return self._mentorship

    def digest(self) -> dict[str, Any]:
        """All items as the vault has them, each opened and read."""
        texts = sorted(one.text for one in self.session.store.everything(Task))
        return {"count": len(texts), "hash": hashlib.sha256("\n".join(texts).encode()).hexdigest()}

    def upload(self) -> dict[str, Any]:
        self.replicator.round(self.space)
        return {"count": 0, "waiting": self.session.exchange.waiting(self.space)}

    def download(self) -> dict[str, Any]:
        return {"count": self.replicator.round(self.space).received}

    def rest(self) -> dict[str, Any]:
        """Wait until nothing is tidied up in the background any more."""
        time.sleep(1)  # it begins when nothing has come for a moment
        self.session.store.documents.engine.settle()
        return {}

    # ------------------------------------------------------------------ one change

    def write(self, text: str, number: int) -> dict[str, Any]:
        """One change, until the server has said that it is kept."""
        self.put(text, number)
        sent = self.replicator.round(self.space).sent
        assert sent == 1, sent
        return {}

    def put(self, text: str, number: int) -> dict[str, Any]:
        """One change, and whoever carries it may do so by itself."""
        del number
        self.session.store.execute(AddTask(text=text, mentorship=self.mentorship))
        return {}

    def read(self) -> dict[str, Any]:
        return {"count": self.replicator.round(self.space).received}

    # ------------------------------------------------------------------ by itself

    def send(self) -> dict[str, Any]:
        """Carry everything by itself from now on, as the app does."""
        self.session.replication.connect(self.address)
        self._until_calm()
        return {}

    def listen(self) -> dict[str, Any]:
        """The same, and note when something has come in and can be shown."""

        def heard(records: frozenset[tuple[str, str]]) -> None:
            count = sum(kind == Task.KIND for kind, _ in records)
            with self._news:
                self._heard += [time.monotonic()] * count
                self._news.notify_all()

        self.send()
        self._stop = self.session.store.on_change(heard)
        return {}

    def heard(self, count: int) -> dict[str, Any]:
        with self._news:
            assert self._news.wait_for(lambda: len(self._heard) >= count, 30), "nothing came"
            return {"at": self._heard[count - 1]}

    def hush(self) -> dict[str, Any]:
        self.session.replication.disconnect()
        return {}

    def _until_calm(self) -> None:
        end = time.monotonic() + 60
        while self.session.replication.standing.condition != "calm":
            assert time.monotonic() < end, self.session.replication.standing
            time.sleep(0.01)
        time.sleep(0.5)  # the line for news stands a moment later


def main() -> None:
    """Carry out orders until the input ends."""
    device = Device()
    for line in sys.stdin:
        facts = json.loads(line)
        order = facts.pop("order")
        began = time.monotonic()
        try:
            found = getattr(device, order)(**facts)
            answer = {"began": began, "ended": time.monotonic(), **found}
        except Exception as exc:  # noqa: BLE001 - whoever measures hears of it and stops
            answer = {"fault": f"{type(exc).__name__}: {exc}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    if device.session is not None:
        device.session.close()


if __name__ == "__main__":
    main()
