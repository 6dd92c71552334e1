"""A computer with a session on it, and time that goes by when a test says so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.services.session import Session
from sync.recovery import RecoveryKey
from tests.support.keys import FLOOR, PASSPHRASE

ASSETS = Path(__file__).resolve().parents[2] / "assets"
START = datetime(2026, 10, 14, 15, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


class Life:
    """A computer with a session, a wall clock and a clock that only goes forward."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = START
        self.seconds = 0.0
        self.sessions: list[Session] = []
        self.session = self.start()

    def start(self) -> Session:
        """A new process on the same folders."""
        self.session = Session(
            self.root / "vault",
            self.root / "state",
            ASSETS,
            now=lambda: self.now,
            cost=FLOOR,
            monotonic=lambda: self.seconds,
        )
        self.sessions.append(self.session)
        return self.session

    def create(self) -> RecoveryKey:
        return self.session.create(PASSPHRASE, name="Karin", role="mentor", language="sv")
