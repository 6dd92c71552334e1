"""An agreement of two people: what it says, what is missing, what changed, who has signed, and the way to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import KeepForm
from app.model.entities import FilledForm
from app.model.queries import AboutMe, CopiesOf, FormOf, Two, TwoOf
from app.services.content.direction import apart
from app.ui import theme
from app.ui.hooks import use_desk, use_query
from app.ui.hooks.saving import Save, use_saving
from app.ui.parts import (
    EmptyState,
    Live,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.ticks import TickLine
from app.ui.safe import component
from app.ui.screens.signing import changed, names_under, said_of_names, text_of, use_agreements, use_signing

if TYPE_CHECKING:
    from app.services.agreements import Sheet, Version
    from app.services.content.library import Document, Item
    from app.ui.desk import Desk

MENTORING = "agreement.mentoring"
DOCUMENTS = (MENTORING, "agreement.confidentiality", "policy.code_of_conduct")
TALKED_OVER = "talked_over"
"""Among the answers: the version of which the two have said that it was talked over with the coordinator."""


@component
def AgreementScreen(person: str, document: str) -> ft.Control:
    """One agreement with one person."""
    desk = use_desk()
    two: Two | None = use_query(TwoOf(person))
    if two is None or document not in DOCUMENTS:
        return Screen(desk.say("agreement.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Agreement(person, document, two.my_role, two.name, key=f"{person}{document}")


@component
def _Agreement(person: str, name: str, mine: str, other: str, key: str = "") -> ft.Control:
    desk = use_desk()
    document = desk.library.document(name)
    about = f"{name}:{mine}" if document.accept else name
    form: FilledForm | None = use_query(FormOf(name, person, not document.accept))
    sheet: Sheet = use_agreements(
        lambda all_: all_.sheet(person, name), CopiesOf(person, about), FormOf(MENTORING, person, True), AboutMe()
    )
    theirs = use_theirs(person, name, mine) if document.accept else ()
    signing = use_signing(sheet, mine, "conduct" if document.accept else "agreement")
    save = use_saving()
    fill = f"/agreement/{person}/{name}/fill"
    other_role = "mentee" if mine == "mentor" else "mentor"
    signed_by_me = sheet.by(mine)
    signed_by_other = sheet.by(other_role)
    body: list[ft.Control] = [ft.Row([VisibilityChip("shared", name=other)], wrap=True)]
    if document.intro and sheet.missing:
        body.append(Words(desk.read(document.intro)))
    if sheet.signed:
        body.append(Live(_all_signed(desk, document, sheet), ft.Icons.CHECK_CIRCLE, theme.PRIMARY))
    if sheet.renewed:
        word = "conduct.renewed" if document.accept else "agreement.renewed"
        said = desk.say(word, number=sheet.versions[-1].number)
        body.append(Live(said, ft.Icons.CHECK_CIRCLE, theme.PRIMARY))
    if sheet.missing:
        body += _missing(desk, document, sheet, fill)
    body += changed(desk, sheet.before, sheet.text) if not sheet.missing else []
    if sheet.versions:
        body += talked_over(desk, person, document, form, sheet)
    body += [
        SectionTitle(desk.say(said_of_names(desk, sheet.text).heading)),
        names_under(desk, sheet.current, sheet.text),
    ]
    if document.accept:
        body.append(Rows([_accepted(desk, theirs, other)]))
        if not any(name.holds for one in theirs[-1:] for name in one.names):
            hand_over = Row(
                desk.say("conduct.hand", name=other),
                lambda _: desk.go(f"/agreement/{person}/{name}/hand"),
                subtitle=desk.say("conduct.hand.help", name=other),
                icon=ft.Icons.PHONE_IPHONE,
                id="conduct-hand",
            )
            body.append(Rows([hand_over]))
    if not sheet.missing:
        body += text_of(desk, sheet.text)
    ways: list[ft.Control] = []
    if not sheet.missing:
        ways.append(
            Row(
                desk.say("agreement.edit"), lambda _: desk.go(fill), icon=ft.Icons.EDIT, id="agreement-edit", key="edit"
            )
        )
        ways += papers(desk, sheet, sheet.current, save)
    else:
        ways.append(_draft(desk, document, sheet, mine, save))
    ways.append(
        Row(
            desk.say("agreement.check"),
            lambda _: desk.go("/agreement/check"),
            icon=ft.Icons.FACT_CHECK_OUTLINED,
            id="agreement-check",
            key="check",
        )
    )
    earlier = [one for one in sheet.versions if one is not sheet.current]
    if earlier:
        body += [
            SectionTitle(desk.say("agreement.versions")),
            Rows([version_row(desk, person, one) for one in reversed(earlier)]),
        ]
    body.append(Rows(ways))
    above: list[ft.Control] = []
    primary: ft.Control | None = None
    if sheet.missing:
        word = "conduct.fill" if document.accept else "agreement.fill-on" if form is not None else "agreement.fill"
        primary = PrimaryButton(desk.say(word), lambda _: desk.go(fill), ft.Icons.EDIT, id="agreement-fill")
    else:
        if signed_by_me is None or not signed_by_me.holds:
            primary = PrimaryButton(
                desk.say("conduct.sign" if document.accept else "agreement.sign"),
                lambda _: signing(False),
                ft.Icons.DRAW,
                id="agreement-sign",
            )
        if other_role in sheet.text.roles and (signed_by_other is None or not signed_by_other.holds):
            hand = SecondaryButton(
                desk.say("agreement.hand-over"), lambda _: signing(True), ft.Icons.PHONE_IPHONE, id="agreement-hand"
            )
            above.append(hand)
    return Screen(
        desk.read(document.title),
        body,
        subtitle=desk.say("agreement.with", name=other, number=sheet.text.number),
        back=True,
        above=above,
        primary=primary,
    )


def use_theirs(person: str, document: str, mine: str) -> tuple[Version, ...]:
    """What the other has accepted of a policy."""
    other = "mentee" if mine == "mentor" else "mentor"
    return use_agreements(
        lambda all_: all_.accepted(person, document, other), CopiesOf(person, f"{document}:{other}"), AboutMe()
    )


def _all_signed(desk: Desk, document: Document, sheet: Sheet) -> str:
    if not document.accept:
        return desk.say("agreement.both", number=sheet.text.number)
    last = sheet.versions[-1].names[-1].at.astimezone(desk.now().tzinfo)
    return desk.say("conduct.mine", number=document.version, when=desk.speech.value.day_year(last.date()))


def _accepted(desk: Desk, versions: tuple[Version, ...], other: str) -> ft.Control:
    """Whether the other has accepted, which version and when."""
    name = next((one for one in (versions[-1].names if versions else ()) if one.holds), None)
    if name is None:
        said = desk.say("conduct.not-theirs")
    else:
        day = desk.speech.value.day_year(name.at.astimezone(desk.now().tzinfo).date())
        said = desk.say("conduct.theirs", number=versions[-1].text.document_version, when=day)
    return Row(
        other,
        subtitle=said,
        icon=ft.Icons.VERIFIED_USER if name else ft.Icons.DRAW_OUTLINED,
        color=theme.PRIMARY if name else theme.INK_SOFT,
        id="conduct-theirs",
    )


def _missing(desk: Desk, document: Document, sheet: Sheet, fill: str) -> list[ft.Control]:
    """Every line that is still to be answered, by name; a tap leads there."""

    def row(item: Item) -> ft.Control:
        return Row(
            desk.read(item.text),
            lambda _: desk.go(fill, part=item.group or "", item=item.id),
            icon=ft.Icons.RADIO_BUTTON_UNCHECKED,
            color=theme.ACCENT,
            id=f"missing-{item.id}",
            key=f"missing-{item.id}",
        )

    items = {item.id: item for item in document.items}
    return [
        SectionTitle(desk.say("conduct.missing" if document.accept else "agreement.missing", count=len(sheet.missing))),
        Soft(desk.say("agreement.missing.help")),
        Rows([row(items[id]) for id in sheet.missing]),
    ]


def talked_over(desk: Desk, person: str, document: Document, form: FilledForm | None, sheet: Sheet) -> list[ft.Control]:
    """Changes are talked over with the coordinator: the clause, the tick, and the word that goes out without any text.

    With a programme from the first version on: what is agreed on is talked over too, and only a change is told.
    """
    clause = next((item for item in desk.library.document(MENTORING).items if item.id == "changes"), None)
    missing = why_not(desk, person)
    changed_since = sheet.text.number >= 2
    if document.accept or clause is None or not (changed_since or not missing):
        return []
    done = form is not None and form.answers.get(TALKED_OVER) == sheet.text.number

    def tick(on: bool) -> None:
        answers: dict[str, Any] = {TALKED_OVER: sheet.text.number if on else None}
        desk.store.execute(
            KeepForm(document=document.id, version=document.version, mentorship=person, shared=True, answers=answers)
        )
        if on and changed_since and not why_not(desk, person):
            desk.session.programme.notify(person, "changed")
        elif not on:
            desk.session.programme.unsay(person, "changed")

    tells = desk.say("agreement.talked-over.tells") if changed_since else desk.say("agreement.talked-over.later")
    return [
        SectionTitle(desk.say("agreement.talked-over.title")),
        Soft(desk.read(clause.text)),
        Rows([TickLine(desk.say("agreement.talked-over"), done, tick, id="talked-over")]),
        Soft(desk.say(missing) if missing else tells),
    ]


def why_not(desk: Desk, person: str) -> str:
    """Why nothing can be told to a coordinator, as the key of its sentence; empty when it can."""
    return str(desk.session.programme.offered(person))


def papers(desk: Desk, sheet: Sheet, version: Version | None, save: Save) -> list[ft.Control]:
    """On paper, and as a file that can be checked."""

    def paper(_: object) -> None:
        from app.services.files.printing import signed_page

        page = signed_page(sheet.text, version.names if version else (), desk.speech.value, desk.now())
        save(file_name(sheet, "html"), page.encode())

    def file(_: object) -> None:
        if version is not None:
            save(file_name(sheet, "fika.json"), desk.session.agreements(desk.library).file(version))

    found = [
        Row(desk.say("agreement.print"), paper, icon=ft.Icons.PRINT, chevron=False, id="agreement-print", key="print")
    ]
    if version is not None and version.names:
        found.append(
            Row(
                desk.say("agreement.file"),
                file,
                subtitle=desk.say("agreement.file.help"),
                icon=ft.Icons.SAVE_ALT,
                chevron=False,
                id="agreement-file",
                key="file",
            )
        )
    return found


def _draft(desk: Desk, document: Document, sheet: Sheet, mine: str, save: Save) -> ft.Control:
    """On paper before it is filled in: with room for the rest, and said to be a draft."""

    def paper(_: object) -> None:
        from app.services.files.printing import draft_page

        role = mine if document.accept else None
        page = draft_page(document, sheet.text, len(sheet.missing), desk.speech.value, desk.library, role)
        save(file_name(sheet, "draft.html"), page.encode())

    return Row(
        desk.say("agreement.print-draft"),
        paper,
        subtitle=desk.say("agreement.print-draft.help"),
        icon=ft.Icons.PRINT,
        chevron=False,
        id="agreement-print-draft",
        key="print-draft",
    )


def file_name(sheet: Sheet, ending: str) -> str:
    """A name without a person's name: a download folder shows it to anyone."""
    return f"fika-{sheet.text.document.replace('.', '-').replace('_', '-')}-{sheet.text.number}.{ending}"


LIMITS = ("limit_danger", "limit_child", "limit_law", "tell_first", "no_promises")


@component
def SecrecySheet(person: str) -> ft.Control:
    """What cannot stay between the two: the three exceptions, word for word as both have them in their agreement."""
    desk = use_desk()
    document = desk.library.document("agreement.confidentiality")
    lines = [desk.read(document.item(id).text) for id in LIMITS]
    rows = [Row(words, icon=ft.Icons.SHIELD_OUTLINED, color=theme.ACCENT, key=words[:20]) for words in lines[:3]]
    return ft.Column(
        [
            Rows(rows),
            *(Soft(words) for words in lines[3:]),
            SecondaryButton(
                desk.say("note.secrecy.open"),
                lambda _: desk.go(f"/agreement/{person}/{document.id}"),
                ft.Icons.ARTICLE_OUTLINED,
                id="secrecy-open",
            ),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def AgreementRow(person: str, name: str, mine: str, other: str, key: str = "") -> ft.Control:
    """One agreement in a list, with how far the two have come with it."""
    desk = use_desk()
    document = desk.library.document(name)
    form: FilledForm | None = use_query(FormOf(name, person, not document.accept))
    about = f"{name}:{mine}" if document.accept else name
    sheet: Sheet = use_agreements(
        lambda all_: all_.sheet(person, name), CopiesOf(person, about), FormOf(MENTORING, person, True)
    )
    theirs = use_theirs(person, name, mine)
    return Row(
        desk.read(document.title),
        lambda _: desk.go(f"/agreement/{person}/{name}"),
        subtitle=state_of(desk, document, sheet, theirs, mine, other, form is not None),
        icon=ft.Icons.VERIFIED_USER if sheet.signed else ft.Icons.ARTICLE_OUTLINED,
        id=f"document-{name}",
    )


def state_of(
    desk: Desk, document: Document, sheet: Sheet, theirs: tuple[Version, ...], mine: str, other: str, begun: bool
) -> str:
    """How far the two have come with an agreement, in one line; of a policy, the version and the day of each."""
    say, zone = desk.say, desk.now().tzinfo
    if document.accept:
        told: list[str] = []
        for versions, word in ((sheet.versions, "accepted"), (theirs, "theirs-accepted")):
            given = next((name for one in reversed(versions) for name in one.names if name.holds), None)
            if given is not None:
                when = desk.speech.value.day_year(given.at.astimezone(zone).date())
                number = versions[-1].text.document_version
                told.append(say(f"agreement.state.{word}", number=number, when=when, name=other))
        return "\n".join(told) or say("agreement.state.none")
    if sheet.signed:
        return say("agreement.state.signed", number=sheet.text.number)
    if sheet.renewed:
        return say("agreement.state.renewed", number=sheet.versions[-1].number)
    if sheet.current is None:
        held = next((one for one in reversed(sheet.versions) if one.signed), None)
        if held is not None:
            return say("agreement.state.changed", number=held.number)
        return say("agreement.state.begun" if begun else "agreement.state.none")
    given = sheet.by(mine)
    return say("agreement.state.theirs" if given and given.holds else "agreement.state.mine", name=other)


def version_row(desk: Desk, person: str, version: Version) -> ft.Control:
    """A version before this one: who signed it and when."""
    day = desk.speech.value.day_year
    zone = desk.now().tzinfo
    signed = [f"{apart(one.name)} {day(one.at.astimezone(zone).date())}" for one in version.names if one.holds]
    return Row(
        desk.say("agreement.version", number=version.number),
        lambda _: desk.go(f"/agreement/{person}/copy/{version.copies[0].copy.id}"),
        subtitle=", ".join(signed),
        icon=ft.Icons.HISTORY,
        id=f"version-{version.number}",
        key=version.copies[0].copy.id,
    )


__all__ = ["DOCUMENTS", "AgreementScreen", "papers", "talked_over", "why_not"]
