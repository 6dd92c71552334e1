"""Carrying out what two people decided about their private notes, on the day, and never before it has been said.

On the day, or the first time the app is opened after it, the notes about that relationship are erased for good and
both get a receipt: a number and a time. Nothing happens before the day has been shown on this device on an earlier
occasion; whoever sees it for the first time when the day has passed can do it at once, else it happens on another day.
A clock that runs months ahead for an hour deletes nothing either.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.model.commands import DropPrivate, Erase, SetSetting
from app.model.entities import Note
from app.model.ids import Id
from app.model.queries import ClosingNews, ClosingView
from app.model.queries.closing import NoteIds, warned_key
from app.services.believing import believed

if TYPE_CHECKING:
    from app.services.records.store import Store


LEAP: Final = timedelta(days=30)
"""How far a clock may have gone on since the last look and be believed: from the first warning to the day it is half of that."""


def carry_out(store: Store, now: datetime) -> tuple[ClosingView, ...]:
    """Erase what is due and was announced on an earlier occasion, if the clock can be believed; what was done."""
    today = now.date()
    near = [one for one in store.ask(ClosingNews(now)) if one.near(today)]
    if not near or not believed(store, "retention", now, LEAP):
        return ()
    due = [one for one in near if one.due(today) and one.warned]
    for one in due:
        erase(store, one.mentorship.id)
    return tuple(due)


def erase(store: Store, mentorship: Id) -> int:
    """Erase all my private notes about a mentorship, for good, and write the receipt; how many there were.

    Those that lay in the trash already can be taken out again no more; they are not counted.
    """
    store.drafts.settle_all()
    with store.writing():
        notes = store.ask(NoteIds(mentorship))
        thrown = [one.id for one in store.everything(Note, deleted=True) if one.gone and one.mentorship == mentorship]
        store.perform(DropPrivate(mentorship=mentorship))
        for id in (*notes, *thrown):
            store.perform(Erase(kind="note", id=id))
    return len(notes)


def announce(store: Store, view: ClosingView) -> None:
    """Remember that the day has been shown, so that it may be carried out another time."""
    if view.day is not None and not view.warned:
        store.execute(SetSetting(key=warned_key(view.mentorship.id), value=view.day.isoformat()))
