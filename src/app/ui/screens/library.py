"""The library: every document, offline, by the moment it is for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import flet as ft

from app.model.queries import OwnContent, OwnContentOf
from app.services.content.library import Entry
from app.services.content.wording import differences
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query, use_wide
from app.ui.parts import Choice, EmptyState, Field, Row, Rows, Screen, SectionTitle
from app.ui.parts.toggles import Picks
from app.ui.safe import component
from app.ui.screens.document import DocumentPane
from app.ui.screens.rows import search_button
from app.ui.wording import shipped

MOMENTS = (
    "before_relationship",
    "before_session",
    "during_session",
    "after_session",
    "midterm",
    "start_and_end",
    "closing",
    "any",
    "programme",
)
ICONS = {
    "agreement": ft.Icons.HANDSHAKE_OUTLINED,
    "checklist": ft.Icons.CHECKLIST,
    "contacts": ft.Icons.CALL_OUTLINED,
    "form": ft.Icons.EDIT_NOTE,
    "glossary": ft.Icons.SORT_BY_ALPHA,
    "goal": ft.Icons.FLAG_OUTLINED,
    "guidance": ft.Icons.SHIELD_OUTLINED,
    "indicators": ft.Icons.INSIGHTS,
    "matching": ft.Icons.JOIN_INNER,
    "messages": ft.Icons.MAIL_OUTLINE,
    "minutes": ft.Icons.DESCRIPTION_OUTLINED,
    "minutes_example": ft.Icons.PLAGIARISM_OUTLINED,
    "policy": ft.Icons.GAVEL_OUTLINED,
    "programme": ft.Icons.ACCOUNT_TREE_OUTLINED,
    "prompts": ft.Icons.FENCE,
    "questions": ft.Icons.CHAT_BUBBLE_OUTLINE,
    "skills": ft.Icons.STAR_OUTLINE,
    "survey": ft.Icons.POLL_OUTLINED,
    "topics": ft.Icons.FORUM_OUTLINED,
    "training": ft.Icons.SCHOOL_OUTLINED,
}


@component
def LibraryScreen(document: str = "") -> ft.Control:
    """The list on the left, what is being read on the right where there is room."""
    desk, wide = use_desk(), use_wide()
    whose, set_whose = ft.use_state("mine")
    wanted, want = ft.use_state("")
    chosen, choose = ft.use_state(document)
    own: OwnContent = use_query(OwnContentOf())
    role = desk.role if whose == "mine" else None
    entries = [entry for entry in desk.library.entries(role=role) if matches(desk, entry, wanted)]

    def open_(entry: Entry) -> None:
        if wide:
            choose(entry.id)
        else:
            desk.go(f"/document/{entry.id}")

    parts: list[ft.Control] = [
        Field(desk.say("library.search-hint"), wanted, want, id="find-document", limit=80),
        Picks(
            [Choice("mine", desk.say("library.for-me")), Choice("all", desk.say("library.for-all"))],
            whose,
            set_whose,
            label=desk.say("library.filter"),
            id="library-for",
        ),
    ]
    news = differences(shipped(desk), own)
    if news:
        first = news[0].own.document
        parts.append(
            Row(
                desk.say("text.news-count", count=len(news)),
                lambda _: desk.go(f"/document/{first}/texts"),
                subtitle=desk.say("text.news-help"),
                icon=ft.Icons.NEW_RELEASES_OUTLINED,
                color=theme.ACCENT,
                id="text-news",
            )
        )
    for moment in MOMENTS:
        here = [entry for entry in entries if entry.when == moment]
        if here:
            parts.append(SectionTitle(desk.say(f"library.when.{moment}")))
            parts.append(Rows([_row(desk, entry, open_, wide and entry.id == chosen) for entry in here]))
    if not entries:
        parts.append(
            EmptyState(
                desk.say("library.none"),
                desk.say("library.show-all"),
                lambda _: (want(""), set_whose("all")),
                icon=ft.Icons.MENU_BOOK_OUTLINED,
                id="library-empty",
            )
        )
    if not wide:
        return Screen(desk.say("library.title"), parts, actions=[search_button(desk)])
    beside: ft.Control = (
        DocumentPane(chosen, beside=True, key=chosen)
        if chosen
        else EmptyState(desk.say("library.pick"), icon=ft.Icons.MENU_BOOK_OUTLINED)
    )
    return Screen(desk.say("library.title"), parts, actions=[search_button(desk)], aside=[beside])


def _row(desk: Desk, entry: Entry, open_: Callable[[Entry], object], chosen: bool) -> ft.Control:
    about = [desk.say(f"library.kind.{entry.kind}"), desk.say("library.points", count=entry.items)]
    return Row(
        desk.read(entry.title),
        lambda _: open_(entry),
        subtitle=" · ".join(about),
        icon=ICONS.get(entry.kind, ft.Icons.ARTICLE_OUTLINED),
        ink=theme.PRIMARY if chosen else theme.INK,
        id=f"document-{entry.id}",
        key=entry.id,
    )


def matches(desk: Desk, entry: Entry, wanted: str) -> bool:
    """Whether the title or the kind has these letters, whatever their marks and case."""
    needle = folded(wanted)
    return not needle or needle in folded(f"{desk.read(entry.title)} {desk.say(f'library.kind.{entry.kind}')}")


def folded(text: str) -> str:
    """Letters without marks and case."""
    plain = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
