"""What the app sees for itself of the list before a relationship: nobody has to tick that both have signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from app.model.commands import SetSetting, TickItem
from app.model.queries import AgendaOf, CopiesOf, GoalsList, ListOf, MeetingsOf, SettingOf, TwoOf

if TYPE_CHECKING:
    from app.ui.desk import Desk

PREPARATION = "checklist.before_relationship"

MEETINGS = 3
"""So many are to be booked before a relationship begins."""
SEEN_IN = frozenset({"fair_copy", "signature", "meeting", "goal", "agenda"})
"""Kinds of records by which something may have come into its place."""


def settle(desk: Desk, mentorship: str, items: Iterable[str] = ()) -> None:
    """Tick what is in place in a relationship: of these lines, or of all that can be seen. What was set aside stays so,
    and so does what somebody has unticked: each is ticked once, and again only after it was not in place meanwhile.
    """
    if desk.session.phase != "open" or desk.store.ask(TwoOf(mentorship)) is None:
        return  # locked while the screen was drawn, or nobody's list
    view = desk.store.ask(ListOf(PREPARATION, mentorship))
    before = frozenset(str(desk.store.ask(SettingOf(settled_key(mentorship))) or "").split())
    now = before
    for item in items or _FACTS:
        so = _FACTS.get(item)
        if so is None or item in view.set_aside or (item in view.ticks and item in before):
            continue
        now = now | {item} if so(desk, mentorship) else now - {item}
    if now == before:
        return
    version = desk.library.document(PREPARATION).version
    with desk.store.writing():
        for item in sorted(now - before - view.ticks):
            desk.store.perform(TickItem(document=PREPARATION, version=version, item=item, mentorship=mentorship))
        desk.store.perform(SetSetting(key=settled_key(mentorship), value=" ".join(sorted(now))))


def settled_key(mentorship: str) -> str:
    """Under which name it is kept what was seen in its place already."""
    return f"settled.{mentorship}"


def _signed(document: str) -> Callable[[Desk, str], bool]:
    def so(desk: Desk, mentorship: str) -> bool:
        if not desk.store.ask(CopiesOf(mentorship, document)):
            return False
        sheet = desk.session.agreements(desk.library).sheet(mentorship, document)
        return bool(sheet.signed or sheet.renewed)

    return so


def _booked(desk: Desk, mentorship: str) -> bool:
    found = desk.store.ask(MeetingsOf(mentorship, desk.now()))
    planned = sum(row.status == "planned" for row in found.upcoming)
    return bool(planned + sum(row.status == "held" for row in found.past) >= MEETINGS)


def _goal(desk: Desk, mentorship: str) -> bool:
    return any(row.skills for row in desk.store.ask(GoalsList(mentorship, closed=True)))


def _topics(desk: Desk, mentorship: str) -> bool:
    upcoming = desk.store.ask(MeetingsOf(mentorship, desk.now())).upcoming
    return any(desk.store.ask(AgendaOf(row.id)) for row in upcoming[:1])


_FACTS: Mapping[str, Callable[[Desk, str], bool]] = {
    "agreement": _signed("agreement.mentoring"),
    "confidentiality": _signed("agreement.confidentiality"),
    "schedule": _booked,
    "goals": _goal,
    "topics": _topics,
}
