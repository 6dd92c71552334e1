"""A version of an agreement as it was signed; and a signed file from outside, looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import flet as ft

from app.model.entities import FairCopy
from app.model.queries import AboutMe, CopiesOf, One
from app.services.agreements import Sheet
from app.ui import theme
from app.ui.hooks import use_busy, use_desk, use_query
from app.ui.hooks.files import use_files
from app.ui.hooks.saving import use_saving
from app.ui.parts import EmptyState, Live, PrimaryButton, Row, Rows, Screen, SectionTitle, Soft, Words
from app.ui.safe import component
from app.ui.screens.agreement import papers
from app.ui.screens.signing import names_under, said_of_names, signed_row, text_of, use_agreements

if TYPE_CHECKING:
    from app.services.agreements import Checked, Version
    from app.ui.desk import Desk


@component
def CopyScreen(person: str, id: str) -> ft.Control:
    """One version, to read: its text, who signed it, when, and with which key."""
    desk = use_desk()
    copy: FairCopy | None = use_query(One(FairCopy, id))
    if copy is None:
        return Screen(desk.say("agreement.title"), [EmptyState(desk.say("agreement.none"))], back=True)
    return _Copy(person, id, copy.about, key=id)


@component
def _Copy(person: str, id: str, about: str, key: str = "") -> ft.Control:
    desk = use_desk()
    save = use_saving()
    versions: tuple[Version, ...] = use_agreements(
        lambda all_: all_.versions(person, about), CopiesOf(person, about), AboutMe()
    )
    version = next((one for one in versions if id in {copy.copy.id for copy in one.copies}), None)
    if version is None:
        return Screen(desk.say("agreement.title"), [EmptyState(desk.say("agreement.unreadable"))], back=True)
    newer = versions[-1] is not version
    return Screen(
        desk.read(version.text.title),
        [
            *([Soft(desk.say("agreement.older", number=versions[-1].number))] if newer else []),
            SectionTitle(desk.say(said_of_names(desk, version.text).heading, number=version.number)),
            names_under(desk, version, version.text),
            *text_of(desk, version.text),
            Rows(papers(desk, Sheet(versions, version.text, ()), version, save)),
        ],
        subtitle=desk.say("agreement.version", number=version.number),
        back=True,
    )


@component
def CheckScreen() -> ft.Control:
    """A signed file: does it fit what was signed? Nothing of it is kept."""
    desk = use_desk()
    files = use_files()
    checked, show = ft.use_state(cast("Checked | None", None))
    fault, tell = ft.use_state("")
    _, run = use_busy()

    async def pick() -> None:
        found = await files.pick()
        if found:
            data = found[1]
            run(lambda: desk.session.agreements(desk.library).check(data), seen, failed)

    def seen(one: Checked) -> None:
        tell("")
        show(one)

    def failed(exc: Exception) -> None:
        show(None)
        tell(desk.sentence(exc))

    body: list[ft.Control] = [Words(desk.say("agreement.check.help"))]
    if fault:
        body.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if checked is not None:
        body += verdict(desk, checked)
    return Screen(
        desk.say("agreement.check"),
        body,
        back=True,
        primary=PrimaryButton(
            desk.say("agreement.check.pick"), lambda _: desk.later(pick), ft.Icons.FOLDER_OPEN, id="check-pick"
        ),
    )


def verdict(desk: Desk, checked: Checked) -> list[ft.Control]:
    """What came of it, first in one sentence, then each name, then the text."""
    fits = checked.fits
    word = (
        "agreement.check.fits" if fits else "agreement.signed.broken" if checked.names else "agreement.check.unsigned"
    )
    return [
        Live(
            desk.say(word),
            ft.Icons.VERIFIED_USER if fits else ft.Icons.ERROR_OUTLINE,
            theme.PRIMARY if fits else theme.ERROR,
        ),
        SectionTitle(desk.say("agreement.check.of", title=desk.read(checked.text.title), number=checked.text.number)),
        *(
            [Rows([*(signed_row(desk, name) for name in checked.names), *_not_signed(desk, checked)])]
            if checked.names
            else []
        ),
        *text_of(desk, checked.text),
    ]


def _not_signed(desk: Desk, checked: Checked) -> list[ft.Control]:
    """Whose name the text asks for and the file does not have: a file with one signature taken out fits all the same."""
    there = {name.role for name in checked.names}
    return [
        Row(
            checked.text.names.get(role, ""),
            subtitle=desk.say(said_of_names(desk, checked.text).not_in_file),
            icon=ft.Icons.DRAW_OUTLINED,
            color=theme.INK_SOFT,
            id=f"unsigned-{role}",
            key=f"unsigned-{role}",
        )
        for role in sorted(checked.text.roles - there)
    ]
