"""What two people decided about their private notes is carried out on its day: said first, then gone from the disk.

Nobody waits three months here: the clock of the phone is moved while it is locked, as if it had lain in a drawer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.model.commands import AddPerson, WriteNote
from app.model.entities import Note
from app.model.queries import ClosingOf
from app.services.session import Session
from tests.support.browser import FAINT
from tests.support.studio import PASSPHRASE, Studio, session_in, studio

ABOUT, KEPT = "rabarber om Yusuf", "blåbär om mig själv"


class Drawer:
    """The clock of a phone that lay somewhere for a while."""

    def __init__(self) -> None:
        self.slept = timedelta()

    def __call__(self) -> datetime:
        return (datetime.now(UTC) + self.slept).astimezone()


def tap(app: Studio, identifier: str) -> None:
    app.arrives_at(identifier)
    app.page.tap(identifier)


def sleeps(app: Studio, drawer: Drawer, days: int) -> None:
    """Locked, so many days later, and opened again."""
    app.show("/")
    tap(app, "lock")
    app.arrives_at("unlock")
    drawer.slept = timedelta(days=days)
    app.page.type("passphrase", PASSPHRASE)
    app.page.page.keyboard.press("Enter")
    app.page.by_id("passphrase").first.wait_for(state="detached")
    app.arrives_at("search")


def everything(session: Session) -> str:
    """Every word that an open vault has anywhere, the trash and what came before included."""
    documents = session.store._documents
    return repr([list(documents.table(name)) for name in sorted(documents.tables())])


def test_private_notes_are_deleted_on_the_day_and_not_before_it_was_said(tmp_path: Path) -> None:
    drawer = Drawer()
    with studio(phase="open", folder=tmp_path, clock=drawer, **FAINT) as app:
        session = app.session
        pair = session.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record
        session.store.execute(WriteNote(body=ABOUT, mentorship=pair))
        session.store.execute(WriteNote(body=KEPT))
        page = app.show(f"/closing/{pair}")
        tap(app, "closing-fate")
        page.by_id("fate-3m").first.wait_for(state="attached")
        page.tap("fate-3m")
        page.by_id("fate-3m").first.wait_for(state="detached")
        tap(app, "closing-end")
        page.by_id("closing-end").first.wait_for(state="detached")

        sleeps(app, drawer, 85)  # said, and nothing is gone
        app.arrives_at(f"deleting-change-{pair}")
        assert page.by_id(f"deleting-now-{pair}").count() == 0
        assert ABOUT in everything(session)

        sleeps(app, drawer, 100)
        assert page.by_id(f"deleting-change-{pair}").count() == 0
        app.show(f"/closing/{pair}")
        app.arrives_at("receipt-mentor")
        assert [address for address in page.foreign if "rive" not in address] == []

    again = session_in(tmp_path, drawer)  # as after a restart: from the disk
    again.unlock(PASSPHRASE)
    try:
        assert [note.body for note in again.store.everything(Note, deleted=True)] == [KEPT]
        words = everything(again)
        assert ABOUT not in words and KEPT in words
        view = again.store.ask(ClosingOf(pair))
        assert view is not None and [(one.role, one.dropped) for one in view.fulfilled] == [("mentor", 1)]
    finally:
        again.close()
