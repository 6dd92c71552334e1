"""Both confirm the minutes: the same signing as for agreements, on the page of the finished minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import flet as ft

from app.ui.parts import PrimaryButton, Rows, SecondaryButton, SectionTitle
from app.ui.screens.agreement import papers, version_row
from app.ui.screens.signing import changed, names_under

if TYPE_CHECKING:
    from app.model.queries import MeetingView
    from app.services.agreements import Agreements, Sheet
    from app.ui.desk import Desk
    from app.ui.hooks.saving import Save


def to_confirm(agreements: Agreements, view: MeetingView | None) -> Sheet | None:
    """The minutes as the two would confirm them, once they are finished."""
    minutes = view.minutes if view else None
    if view is None or minutes is None or minutes.status != "finished":
        return None
    return agreements.confirming(view.row.mentorship, minutes.id, minutes.document, minutes.answers)


def confirm_buttons(
    desk: Desk, view: MeetingView, sheet: Sheet | None, signing: Callable[[bool], object]
) -> tuple[ft.Control | None, list[ft.Control]]:
    """Confirm for myself; hand the phone over when the other is here and has not."""
    if sheet is None:
        return None, []
    mine, theirs = (
        sheet.by(role) for role in (view.row.my_role, "mentee" if view.row.my_role == "mentor" else "mentor")
    )
    primary: ft.Control | None = None
    above: list[ft.Control] = []
    if mine is None or not mine.holds:
        primary = PrimaryButton(
            desk.say("minutes.confirm"), lambda _: signing(False), ft.Icons.DONE_ALL, id="minutes-confirm"
        )
    if theirs is None or not theirs.holds:
        above.append(
            SecondaryButton(
                desk.say("agreement.hand-over"), lambda _: signing(True), ft.Icons.PHONE_IPHONE, id="minutes-hand"
            )
        )
    return primary, above


def confirmed_by(desk: Desk, view: MeetingView, sheet: Sheet | None, save: Save) -> list[ft.Control]:
    """Who has confirmed which version, and when; what was corrected since; the versions before."""
    if sheet is None:
        return []
    shown: list[ft.Control] = [
        SectionTitle(desk.say("confirm.names", number=sheet.text.number)),
        names_under(desk, sheet.current, sheet.text),
        *changed(desk, sheet.before, sheet.text),
    ]
    rows = [version_row(desk, view.row.mentorship, one) for one in reversed(sheet.versions) if one is not sheet.current]
    if sheet.current is not None:
        rows += papers(desk, sheet, sheet.current, save)
    return [*shown, Rows(rows)] if rows else shown
