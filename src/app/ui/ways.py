"""Where the lines of the documents lead: the one map from an `action` of the content to a screen.

An action is the id of a document or the name of a screen. What has no screen leads nowhere: its link is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from app.errors import DocumentMissing
from app.services.content.library import DocumentAction, action_of

if TYPE_CHECKING:
    from app.services.content.library import Library

NO_SCREEN: Final = frozenset(
    """
    call.emergency call.safety_lead
    programme.log programme.matching programme.report
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
"""What has no screen of its own: a number is called from Safety, and the coordinator's papers are read."""

AGREEMENTS: Final = frozenset({"agreement.mentoring", "agreement.confidentiality", "policy.code_of_conduct"})
"""What is signed: with somebody, these lead to their agreement and not to the bare document."""

_ALWAYS: Final = {
    "concern.new": "/concern",
    "contacts.request": "/contact",
    "form.concern": "/concern",
    "programme.overview": "/programme",
    "contacts.coordinator": "/safety",
    "goal.list": "/goals",
    "schedule.ics": "/calendar",
    "settings.backup": "/settings/backup",
    "settings.data": "/settings/data",
}
_WITH_PERSON: Final = {
    "board.mine": "/board/{person}",
    "board.open": "/board/{person}",
    "closing.certificate": "/closing/{person}/certificate",
    "closing.erase": "/closing/{person}",
    "closing.notify": "/closing/{person}",
    "closing.retention": "/closing/{person}",
    "goal.progress": "/goals",
    "goal.review": "/goals",
    "prompts.boundaries": "/boundaries/{person}",
    "survey.end": "/survey/{person}/end",
    "survey.midterm": "/survey/{person}/midterm",
    "survey.skills": "/skills/{person}",
}
_WITH_MEETING: Final = {
    "minutes.aim": "/meeting/{meeting}?aim=1",
    "minutes.confirm": "/meeting/{meeting}/minutes",
    "minutes.current": "/meeting/{meeting}/minutes",
    "minutes.last": "/meeting/{meeting}/earlier",
    "minutes.request_confirm": "/meeting/{meeting}/minutes",
    "schedule.next": "/meeting/{meeting}",
    "survey.after_session": "/meeting/{meeting}/evaluate",
}
_ASKING: Final = {
    "board.add": ("/task/new", ("person", "meeting")),
    "goal.smart": ("/goal/new", ("person",)),
    "schedule.new": ("/plan", ("person",)),
    "schedule.next_same": ("/plan", ("person", "after")),
    "topics.library": ("/topics", ("person", "meeting")),
}


def way(action: str, library: Library, *, person: str | None = None, meeting: str | None = None) -> str | None:
    """The route of a line's action, or `None` when there is nowhere to go from here."""
    if action in _ALWAYS:
        return _ALWAYS[action]
    if action in _WITH_PERSON:
        return _WITH_PERSON[action].format(person=person) if person else None
    if action in _WITH_MEETING:
        return _WITH_MEETING[action].format(meeting=meeting) if meeting else None
    if action in _ASKING:
        path, names = _ASKING[action]
        known = {"person": person, "meeting": meeting, "after": meeting}
        facts = {name: known[name] for name in names if known[name]}
        return f"{path}?{urlencode(facts)}" if facts else path
    target = action_of(action)
    if isinstance(target, DocumentAction) and person and target.document in AGREEMENTS:
        return f"/agreement/{person}/{target.document}"
    return _document(target.document, library, meeting) if isinstance(target, DocumentAction) else None


def _document(id: str, library: Library, meeting: str | None) -> str | None:
    try:
        document = library.document(id)
    except DocumentMissing:
        return None
    if document.kind == "minutes" and meeting:
        return f"/meeting/{meeting}/minutes?{urlencode({'template': id})}"
    if document.kind == "questions":
        return f"/questions/{id}"
    return f"/document/{id}"
