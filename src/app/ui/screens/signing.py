"""Signing, as agreements and minutes share it: who has signed and how, what changed, the two buttons and their sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import flet as ft

from app.errors import ContentError
from app.services.fair_copy import differences, in_groups, words
from app.ui import theme
from app.ui.hooks import use_desk, use_query
from app.ui.hooks.held import use_box
from app.ui.parts import Card, PrimaryButton, Row, Rows, SectionTitle, Soft, Words, use_sheet
from app.ui.parts.text import Quotable
from app.ui.safe import component
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.agreements import Agreements, Name, Sheet, Version
    from app.services.fair_copy import FairText
    from app.ui.desk import Desk

PEOPLE = ("mentor", "mentee")
PIECE = 20_000
T = TypeVar("T")

_FACES = {
    "own": (ft.Icons.VERIFIED_USER, theme.PRIMARY),
    "handed": (ft.Icons.PHONE_IPHONE, theme.PRIMARY),
    "stranger": (ft.Icons.HELP_OUTLINE, theme.ACCENT),
    "broken": (ft.Icons.ERROR_OUTLINE, theme.ERROR),
}


def use_agreements(make: Callable[[Agreements], T], *queries: Any) -> T:
    """What `make` finds in the agreements, again whenever the answer to one of the queries changes.

    While the vault is being locked a screen is drawn once more: then with what it had.
    """
    desk = use_desk()
    for query in queries:
        use_query(query)
    last: Any = use_box(lambda: None)
    if desk.session.phase == "open":
        last.value = make(desk.session.agreements(desk.library))
    found: T = last.value
    return found


@dataclass(frozen=True)
class NameWords:
    """The keys of what is said about names: an agreement is signed, minutes are confirmed, a code of conduct is accepted."""

    heading: str
    none: str
    not_in_file: str


_SIGNED = NameWords("agreement.names", "agreement.not-signed", "agreement.check.not-signed")
_CONFIRMED = NameWords("confirm.names", "confirm.not-yet", "confirm.check.not-confirmed")
_ACCEPTED = NameWords("conduct.names", "conduct.not-theirs", "conduct.check.not-accepted")


def said_of_names(desk: Desk, text: FairText) -> NameWords:
    """What is said of the names under a text: its document knows."""
    try:
        document = desk.library.document(text.document)
    except ContentError:  # a document of another Fika
        return _SIGNED
    return _CONFIRMED if document.kind == "minutes" else _ACCEPTED if document.accept else _SIGNED


def names_under(desk: Desk, version: Version | None, text: FairText) -> ft.Control:
    """One row for each who is to sign: when and how, or that it is still to come."""
    none = said_of_names(desk, text).none
    rows: list[ft.Control] = []
    for role in PEOPLE:
        if role not in text.roles:
            continue
        name = version.by(role) if version is not None else None
        if name is None:
            rows.append(
                Row(
                    text.names.get(role, ""),
                    subtitle=desk.say(none),
                    icon=ft.Icons.DRAW_OUTLINED,
                    color=theme.INK_SOFT,
                    id=f"name-{role}",
                    key=role,
                )
            )
            continue
        rows.append(signed_row(desk, name))
    return Rows(rows)


def signed_row(desk: Desk, name: Name) -> ft.Control:
    """A name, the time, how it was given, and the fingerprint of its key."""
    icon, color = _FACES[name.standing]
    said = how(desk, name)
    if name.key:
        said += "\n" + desk.say("agreement.fingerprint", key=name.key)
    return Row(
        name.name or desk.say("agreement.nobody"),
        subtitle=said,
        icon=icon,
        color=color,
        id=f"name-{name.role or 'unknown'}",
        key=name.role,
    )


def how(desk: Desk, name: Name) -> str:
    """When and how a name was given, in one or two sentences; what does not match is said as plainly."""
    if name.standing == "broken":
        return desk.say("agreement.signed.broken")
    now = desk.now()
    when = desk.speech.value.moment(name.at.astimezone(now.tzinfo))
    if name.standing == "handed" and name.phone:
        return desk.say("agreement.signed.handed", when=when, name=name.phone)
    if name.standing == "handed":
        return desk.say("agreement.signed.handed-somewhere", when=when)
    return desk.say(f"agreement.signed.{name.standing}", when=when, name=name.name)


def changed(desk: Desk, before: Version | None, text: FairText) -> list[ft.Control]:
    """The clauses that another version had otherwise, each with what it said and what it says now."""
    found = differences(before.text, text, desk.speech.value) if before is not None else ()
    if before is None or not found:
        return []
    cards: list[ft.Control] = []
    for one in found:
        inside: list[ft.Control] = [Soft(desk.read(one.text))]
        inside.append(
            Words(desk.say("agreement.changed.now", words=one.now) if one.now else desk.say("agreement.gone"))
        )
        inside.append(
            Soft(desk.say("agreement.changed.before", words=one.before) if one.before else desk.say("agreement.new"))
        )
        cards.append(Card(inside, id=f"changed-{one.id}", ground=theme.RAISED, spacing=2, key=f"changed-{one.id}"))
    return [SectionTitle(desk.say("agreement.changed.title", number=before.number)), *cards]


def text_of(desk: Desk, text: FairText) -> list[ft.Control]:
    """The whole text as it is signed, under its headings."""
    shown: list[ft.Control] = []
    for group, lines in in_groups(text.lines):
        if group is not None:
            shown.append(SectionTitle(desk.read(group)))
        inside: list[ft.Control] = []
        for line in lines:
            if line.answer is True:
                inside.append(_clause(desk, desk.read(line.text)))
                continue
            answer = words(line, desk.speech.value, text.names)
            inside.append(
                ft.Column(
                    [Soft(desk.read(line.text)), *(Quotable(one) for one in in_pieces(answer))],
                    spacing=0,
                    tight=True,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                )
            )
        shown.append(Card(inside, spacing=12))
    return shown


def in_pieces(text: str) -> list[str]:
    """A text in pieces that can be laid out, cut where there is room between words: what is signed is read whole."""
    pieces: list[str] = []
    while len(text) > PIECE:
        room = max(text.rfind(mark, 1, PIECE) for mark in "\n ")
        at = room if room > 0 else PIECE
        pieces.append(text[:at])
        text = text[at + 1 :] if room > 0 else text[at:]
    return [*pieces, text]


def _clause(desk: Desk, text: str) -> ft.Control:
    """A clause that both stand by: the mark beside it, or above it where large text needs the room."""
    mark = ft.Icon(ft.Icons.CHECK, size=20, color=theme.PRIMARY)
    if desk.prefs.text_size >= 150:
        return ft.Column([mark, Words(text)], spacing=2, tight=True)
    words = Words(text, expand=True)
    return ft.Row([mark, words], spacing=10, vertical_alignment=ft.CrossAxisAlignment.START)


@component
def SignSheet(
    sheet: Sheet,
    role: str,
    handed: bool,
    close: Callable[[], object],
    words_of: str = "agreement",
    then: Callable[[bool], object] | None = None,
) -> ft.Control:
    """The last tap: whose name goes under which version; handed over, the other reads this and taps."""
    desk = use_desk()
    name = sheet.text.names.get(role, "")

    def sign(_: object) -> None:
        close()
        desk.session.agreements(desk.library).sign(sheet, handed=handed)
        if then is not None:
            then(handed)
        desk.notice(desk.say(f"sign.{words_of}.done", name=name))

    line = "hand-line" if handed else "sign-line"
    return ft.Column(
        [
            Words(desk.say(f"sign.{words_of}.{line}", name=name), Style.NOTE),
            PrimaryButton(desk.say(f"sign.{words_of}.sign-yes", name=name), sign, ft.Icons.DRAW, id="sign-yes"),
        ],
        spacing=16,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def use_signing(
    sheet: Sheet | None, mine: str, words_of: str = "agreement", then: Callable[[bool], object] | None = None
) -> Callable[[bool], object]:
    """The sheet with the last tap: call what is returned with whether the phone is handed over. `then` is called when
    the name is there.
    """
    desk = use_desk()
    open_, show = ft.use_state("")

    def close() -> None:
        show("")

    role = mine if open_ == "own" else "mentee" if mine == "mentor" else "mentor"
    content: Callable[[], ft.Control] | None = None
    title = ""
    if open_ and sheet is not None:
        content = partial(SignSheet, sheet, role, open_ == "handed", close, words_of, then)
        word = "hand-title" if open_ == "handed" else "sign-title"
        title = desk.say(f"sign.{words_of}.{word}", name=sheet.text.names.get(role, ""), number=sheet.text.number)
    use_sheet(content, close, title=title, short=True)
    return lambda handed: show("handed" if handed else "own")


__all__ = [
    "PEOPLE",
    "SignSheet",
    "changed",
    "how",
    "in_pieces",
    "names_under",
    "said_of_names",
    "signed_row",
    "text_of",
    "use_agreements",
    "use_signing",
]
