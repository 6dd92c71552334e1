"""What several screens say about versions: the chip beside a field, the way to earlier ones, who wrote what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import flet as ft

from app.errors import ContentError
from app.model.queries import HasEarlier, Said, unsettled
from app.model.schema import Entity, field_of
from app.services.content.direction import apart
from app.ui.parts import QuietButton, SecondaryButton

if TYPE_CHECKING:
    from app.ui.desk import Desk


def another_version(desk: Desk, record: Entity | None, *cells: str) -> list[ft.Control]:
    """A chip for each text of the record of which there is another version; only for `cells` where they are named."""
    if record is None:
        return []
    wanted = [cell for cell in unsettled(record) if not cells or cell in cells]
    return [
        SecondaryButton(
            desk.say("versions.another", field=field_name(desk, record, cell)),
            partial(_open, desk, "/versions", record, cell),
            ft.Icons.CALL_SPLIT,
            id=f"another-{cell}",
        )
        for cell in wanted
    ]


def earlier_versions(desk: Desk, record: Entity | None, cell: str) -> list[ft.Control]:
    """The way to earlier versions of a text, once there is one. Whoever shows it is drawn again when the record changes."""
    if record is None or record.edited == record.made or cell not in record.cells:
        return []
    if desk.session.phase != "open" or not desk.store.ask(HasEarlier(record.KIND, record.id, cell)):
        return []
    return [
        QuietButton(
            desk.say("versions.earlier"),
            partial(_open, desk, "/history", record, cell),
            ft.Icons.HISTORY,
            id=f"earlier-{cell}",
        )
    ]


def field_name(desk: Desk, record: Entity, cell: str) -> str:
    """What people call that field: the line of the document, or the field's own name."""
    name, _, entry = cell.partition(".")
    document = getattr(record, "document", "") or getattr(record, "survey", "")
    if entry and document:
        try:
            items = desk.library.document(document).items
        except ContentError:
            items = ()
        found = next((item for item in items if item.id == entry.partition("/")[0]), None)
        if found is not None:
            return str(desk.read(found.text)).rstrip(" .:")
    key = f"versions.field.{name}"
    known = field_of(record.KIND, cell) is not None and desk.speech.value.has(key)
    return desk.say(key if known else "versions.field.other")


def by(desk: Desk, said: Said) -> str:
    """Whose version it is, as one says it on a button: Din, Yusufs."""
    if said.author == "other":
        if not said.name:
            return desk.say("versions.by-other")
        same = said.name[-1:].lower() in "sxz"
        return desk.say("versions.by-name-s" if same else "versions.by-name", name=said.name)
    return desk.say("versions.by-me" if said.author == "here" else "versions.by-my-other")


def who(desk: Desk, said: Said) -> str:
    """Who wrote it: Du, Du på en annan enhet, Yusuf."""
    if said.author == "other":
        return said.name or desk.say("versions.who-other")
    return desk.say("versions.who-me" if said.author == "here" else "versions.who-my-other")


def when(desk: Desk, at: datetime, now: datetime) -> str:
    """When it was written, by the clock of whoever wrote it."""
    words = desk.speech.value.near(at.astimezone(now.tzinfo), now)
    return words[:1].upper() + words[1:]


def names(desk: Desk, versions: Sequence[Said]) -> list[str]:
    """Whose they are; where two have the same name, with their times."""
    plain = [by(desk, one) for one in versions]
    now = desk.now()
    return [
        name if plain.count(name) == 1 else f"{apart(name)} · {when(desk, one.at, now)}"
        for name, one in zip(plain, versions, strict=True)
    ]


def _open(desk: Desk, place: str, record: Entity, cell: str, _: object = None) -> None:
    desk.go(f"{place}/{record.KIND}/{record.id}", cell=cell)
