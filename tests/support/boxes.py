"""A coordinator whose programme has a box on a real server."""

from __future__ import annotations

from app.services.programme.fetching import Fetching
from app.services.sharing.replication import Choice
from sync.client.http import Server
from sync.client.replicator import Replicator
from tests.support.members import Coordinator


class Samira(Coordinator):
    """A coordinator whose space is on a real server, and whose box is open there."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.exchange.begin(self.spaces.personal)
        server = Server(base)
        Replicator(server, self.exchange).round(self.spaces.personal)
        server.close()
        self.fetching = Fetching(lambda: self.coordination, self.spaces, lambda: Choice(base), lambda: True)
        self.fetching.open()

    @property
    def path(self) -> str:
        """Where answers without a name go."""
        return f"/v1/drop/{self.spaces.personal}"

    def fetch(self) -> None:
        self.fetching.round()
