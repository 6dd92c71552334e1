"""One document, to read."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.errors import DocumentMissing
from app.model.queries import PeopleList, PersonRow
from app.services.content.library import Document
from app.services.content.wording import FIXED
from app.ui import routes, theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import (
    Card,
    Chip,
    EmptyState,
    HeaderButton,
    Heading,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    Words,
    use_sheet,
)
from app.ui.parts.reading import ReadDocument, Reader, in_order
from app.ui.safe import component
from app.ui.theme import Style
from app.ui.ways import way

READING = {
    "agreement": "agreement",
    "checklist": "checklist",
    "form": "form",
    "goal": "goal",
    "matching": "matching",
    "minutes": "minutes",
    "minutes_example": "example",
    "policy": "policy",
    "programme": "programme",
    "survey": "survey",
}
"""What to know before reading a document of this kind."""
ELSEWHERE = frozenset({"before_session", "during_session", "after_session", "programme"})
"""Moments whose lists open from the meeting, or belong to no pair."""
TO_READ = frozenset({"checklist.programme"})
"""Lists that are ticked nowhere in the app."""
PAIRED = frozenset({"mentor", "mentee"})
"""Who has somebody to do it with."""


@component
def DocumentScreen(id: str, person: str = "", meeting: str = "") -> ft.Control:
    """A document on its own page."""
    desk = use_desk()
    now = use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    document = found(desk, id)
    if document is None:
        return Screen(desk.say("library.title"), [EmptyState(desk.say("error.document-missing"))], back=True)
    return Screen(
        desk.read(document.title),
        [DocumentPane(id, person=person, meeting=meeting, key=id)],
        back=True,
        actions=[_change(desk, document)] if document.kind not in FIXED else [],
        primary=_start(desk, document, people, person),
    )


def _change(desk: Desk, document: Document) -> ft.Control:
    """The way to this document in one's own words."""
    return HeaderButton(
        desk.say("text.header"), ft.Icons.EDIT, lambda _: desk.go(f"/document/{document.id}/texts"), id="own-texts"
    )


@component
def DocumentPane(id: str, beside: bool = False, person: str = "", meeting: str = "", key: str = "") -> ft.Control:
    """The whole text; `beside` the list it has its own headline and button."""
    desk = use_desk()
    now = use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    document = found(desk, id)
    if document is None:
        return EmptyState(desk.say("error.document-missing"))
    whom = person or only(people)
    parts: list[ft.Control] = []
    if beside:
        parts.append(Heading(desk.read(document.title)))
        start = _start(desk, document, people, person)
        if start is not None:
            parts.append(start)
        if document.kind not in FIXED:
            go = QuietButton(
                desk.say("text.change"),
                lambda _: desk.go(f"/document/{id}/texts"),
                ft.Icons.EDIT,
                id="own-texts",
            )
            parts.append(ft.Row([go], wrap=True))
    if document.intro:
        parts.append(Words(desk.read(document.intro), Style.NOTE))
    facts = _facts(desk, document)
    if facts:
        parts.append(ft.Row(facts, wrap=True, spacing=8, run_spacing=8))
    note = READING.get(document.kind)
    if note:
        read = document.id in TO_READ
        words = desk.say(f"library.reading.{note}-read" if read else f"library.reading.{note}")
        line: list[ft.Control] = [ft.Icon(ft.Icons.MENU_BOOK_OUTLINED, size=20), Words(words, Style.SMALL, expand=True)]
        parts.append(Card(ft.Row(line, spacing=12), ground=theme.RAISED))
    reader = Reader(desk, document, _ways(desk, whom, meeting), None)
    parts += ReadDocument(reader)
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def found(desk: Desk, id: str) -> Document | None:
    """The document, or nothing when there is none of that name."""
    try:
        return desk.library.document(id)
    except DocumentMissing:
        return None


def only(people: tuple[PersonRow, ...]) -> str:
    """The one person there is, when there is one: then nobody has to be asked whom it is about."""
    active = [row for row in people if row.status != "ended"]
    return active[0].mentorship if len(active) == 1 else ""


def _ways(desk: Desk, person: str, meeting: str) -> Callable[[str], Callable[[], object] | None]:
    def open_(action: str) -> Callable[[], object] | None:
        path = way(action, desk.library, person=person or None, meeting=meeting or None)
        if path is None or routes.find(path) is None:
            return None
        target = path
        return lambda: desk.go(target)

    return open_


def _facts(desk: Desk, document: Document) -> list[ft.Control]:
    chips: list[ft.Control] = []
    if document.minutes:
        chips.append(Chip(desk.say("library.minutes", count=document.minutes), ft.Icons.SCHEDULE))
    if document.target_seconds:
        chips.append(Chip(desk.say("library.seconds", number=document.target_seconds), ft.Icons.SCHEDULE))
    if document.roles and len(document.roles) < 4:
        roles = desk.speech.value.listing(desk.say(f"library.for.{role}") for role in in_order(document.roles))
        chips.append(Chip(desk.say("library.only-for", roles=roles), ft.Icons.PERSON_OUTLINE))
    least = document.min_group or document.anonymous_threshold
    if least:
        chips.append(Chip(desk.say("library.min-group", number=least), ft.Icons.GROUPS))
    return chips


def purpose(document: Document) -> tuple[str, str, ft.IconData] | None:
    """What one can do with a document: its word, where (with `{person}` when it takes two), its icon."""
    name = document.id.partition(".")[2]
    found = {
        "agreement": ("library.start-agreement", f"/agreement/{{person}}/{document.id}", ft.Icons.EDIT),
        "topics": ("library.start-topics", "/topics", ft.Icons.FORUM_OUTLINED),
        "questions": ("library.start-questions", f"/questions/{document.id}", ft.Icons.CHAT_BUBBLE_OUTLINE),
        "goal": ("library.start-goal", "/goal/new", ft.Icons.FLAG_OUTLINED),
        "prompts": ("library.start-boundaries", "/boundaries/{person}", ft.Icons.FENCE),
        "skills": ("library.start-skills", "/skills/{person}", ft.Icons.STAR_OUTLINE),
    }.get(document.kind)
    if document.kind == "survey" and document.when != "after_session":
        found = ("library.start-survey", f"/survey/{{person}}/{name}", ft.Icons.POLL_OUTLINED)
    if document.kind == "checklist" and document.when not in ELSEWHERE:
        found = ("library.start-checklist", f"/checklist/{{person}}/{name}", ft.Icons.CHECKLIST)
    if document.id == "survey.skills":
        found = ("library.start-skills", "/skills/{person}", ft.Icons.STAR_OUTLINE)
    if document.id == "policy.code_of_conduct":
        found = ("library.start-conduct", f"/agreement/{{person}}/{document.id}", ft.Icons.FACT_CHECK_OUTLINED)
    if document.id == "form.concern":
        found = ("safety.concern", "/concern", ft.Icons.EDIT_NOTE)
    return found if found and routes.find(found[1]) else None


def _start(desk: Desk, document: Document, people: tuple[PersonRow, ...], person: str) -> ft.Control | None:
    """The button for it. Where it takes two and nobody is there yet, the way to somebody."""
    found = purpose(document)
    if found is None:
        return None
    word, path, icon = found
    active = tuple(row for row in people if row.status != "ended")
    if "{person}" in path and not person and not active:
        if desk.role not in PAIRED:
            return None
        return PrimaryButton(
            desk.say("people.add"), lambda _: desk.go("/people/new"), ft.Icons.PERSON_ADD, id="start-person"
        )
    return Start(word, path, icon, active, person or only(people), carry=document.kind in ("topics", "goal"))


@component
def Start(
    word: str, path: str, icon: ft.IconData, people: tuple[PersonRow, ...], person: str, *, carry: bool
) -> ft.Control:
    """One tap; with several people, one more for whom. `carry`: the person goes along where it can do without."""
    desk = use_desk()
    asking, ask = ft.use_state(False)
    two = "{person}" in path

    def go(whom: str) -> None:
        ask(False)
        desk.go(path.format(person=whom), **({"person": whom} if carry and whom else {}))

    def whom() -> ft.Control:
        return Rows(
            [
                Row(
                    row.name,
                    lambda _, row=row: go(row.mentorship),
                    icon=ft.Icons.PERSON_OUTLINE,
                    id=f"with-{row.mentorship}",
                    key=row.mentorship,
                )
                for row in people
            ]
        )

    use_sheet(whom if asking else None, lambda: ask(False), title=desk.say("plan.who"), short=len(people) <= 4)
    return PrimaryButton(
        desk.say(word),
        lambda _: ask(True) if two and not person else go(person),
        icon,
        id=word.partition(".")[2] if word.startswith("library.") else "start-concern",
    )
