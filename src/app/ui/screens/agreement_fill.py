"""Filling in an agreement, one group of lines at a time. Half of it is fine: what is written is kept as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import flet as ft

from app.model.commands import KeepForm
from app.model.entities import FilledForm, form_id
from app.model.queries import CopiesOf, FormOf, Two, TwoOf
from app.services.fair_copy import ORDER, SILENT, cannot_be, counts, missing
from app.services.records.drafts import Target
from app.ui import theme
from app.ui.hooks import use_desk, use_query, use_settling
from app.ui.parts import (
    Card,
    DraftField,
    EmptyState,
    Guarded,
    Live,
    PrimaryButton,
    ProgressBar,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.items import ItemField
from app.ui.parts.screen import reached_by
from app.ui.safe import component
from app.ui.screens.agreement import DOCUMENTS, talked_over
from app.ui.screens.signing import use_agreements
from app.ui.screens.versions import another_version, earlier_versions
from app.ui.theme import Style
from app.ui.ways import way

if TYPE_CHECKING:
    from app.model.entities import Mentorship
    from app.services.agreements import Sheet
    from app.services.content.library import Document, Item
    from app.ui.desk import Desk

TEXTS = ("text", "longtext")


@component
def FillScreen(person: str, document: str, part: str = "", item: str = "") -> ft.Control:
    """The lines of an agreement; `part` and `item` are where one comes in, from the list of what is missing."""
    desk = use_desk()
    two: Two | None = use_query(TwoOf(person))
    if two is None or document not in DOCUMENTS:
        return Screen(desk.say("agreement.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Fill(person, document, two, part, item, key=f"{person}{document}")


@component
def _Fill(person: str, name: str, two: Two, part: str, asked: str, key: str = "") -> ft.Control:
    desk = use_desk()
    document = desk.library.document(name)
    role = two.my_role if document.accept else None
    shared = not document.accept
    form: FilledForm | None = use_query(FormOf(name, person, shared))
    sheet: Sheet = use_agreements(lambda all_: all_.sheet(person, name), CopiesOf(person, name))
    known: Mapping[str, Any] = use_agreements(lambda all_: all_.known(person, name))
    answers: Mapping[str, Any] = {**known, **_given(form)}
    groups = [
        (group, items)
        for group, items in document.in_groups(None)
        if any(counts(one, role) or one.type == "link" for one in items)
    ]
    start = next((at for at, (group, _) in enumerate(groups) if group is not None and group.id == part), 0)
    at, go_to = ft.use_state(start)
    lacking = {one.id for one in missing(document, answers, role=role)}
    whole = len(missing(document, {}, role=role))
    group, items = groups[at]
    shown = [one for one in items if counts(one, role) or one.type == "link"]

    def keep(given: Mapping[str, Any]) -> None:
        desk.store.execute(
            KeepForm(document=name, version=document.version, mentorship=person, shared=shared, answers=given)
        )

    def fill_in(_: object) -> None:
        """The usual, where nothing stands: what is being typed counts as well."""
        desk.flush()
        desk.store.drafts.settle_all()
        now = desk.store.ask(FormOf(name, person, shared))
        found = suggestions(document, two.mentorship, {**known, **_given(now)}, role)
        keep({one: value for one, value in found.items() if one in {line.id for line in shown}})

    usual = suggestions(document, two.mentorship, answers, role) if shared else {}
    body = _far(desk, two, whole - len(lacking), whole, shared=shared)
    if at == 0 and document.intro:
        body.append(Words(desk.read(document.intro)))
    if at == 0:
        body += talked_over(desk, person, document, form, sheet)
    if any(line.id in usual for line in shown):
        body.append(
            ft.Row(
                [QuietButton(desk.say("agreement.usual"), fill_in, ft.Icons.AUTO_AWESOME, id="usual")],
                wrap=True,
            )
        )
    body.append(Words(desk.read(group.title) if group else desk.read(document.title), Style.HEADING))
    where = form_id(form.space if form else _space(desk, two, shared), name, person)
    context = {"document": name, "version": document.version, "mentorship": person, "shared": shared}
    for one in shown:
        target = Target(kind="form", id=where, cell=f"answers.{one.id}", context=context)
        body.append(
            _Line(
                one,
                answers.get(one.id),
                target,
                form,
                two.name,
                one.id in lacking and bool(asked),
                one.id == asked,
                lambda value, one=one: keep({one.id: value}),
                person,
                desk.say("agreement.end-first") if one.id in ORDER and cannot_be(one, answers) else "",
                key=one.id,
            )
        )

    def step(to: int) -> None:
        desk.flush()
        if 0 <= to < len(groups):
            go_to(to)
        else:
            desk.back()

    last = at == len(groups) - 1
    large = desk.prefs.text_size >= 150  # under the lines then, or the buttons would leave them no room
    previous = SecondaryButton(desk.say("topic.previous"), lambda _: step(at - 1), ft.Icons.ARROW_BACK, id="previous")
    primary = PrimaryButton(
        desk.say("agreement.ready" if last else "topic.next"),
        lambda _: step(at + 1),
        ft.Icons.CHECK if last else ft.Icons.ARROW_FORWARD,
        id="next",
    )
    if at and large:
        body.append(previous)
    return Screen(
        desk.read(document.title),
        [
            ft.Column(
                body, spacing=14, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, key=f"group-{at}"
            )
        ],
        subtitle=desk.say("agreement.part", name=two.name, at=at + 1, total=len(groups)),
        back=True,
        above=[previous] if at and not large else [],
        primary=primary,
        page=at,
        reach=asked if at == start else "",
    )


def _far(desk: Desk, two: Two, done: int, whole: int, *, shared: bool) -> list[ft.Control]:
    """How much of it is filled in, and who sees it."""
    said = desk.say("agreement.filled", done=done, total=whole)
    return [
        ft.Row(
            [Soft(said), VisibilityChip("shared" if shared else "only_me", name=two.name)],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            wrap=True,
            run_spacing=8,
        ),
        ProgressBar(done, whole, said),
    ]


def _given(form: FilledForm | None) -> dict[str, Any]:
    """What has been answered, also with nothing."""
    return {name: value for name, value in (form.answers if form else {}).items() if value is not None}


def _space(desk: Desk, two: Two, shared: bool) -> str:
    return two.mentorship.space if shared else str(desk.store.personal)


@component
def _Line(
    item: Item,
    value: Any,
    target: Target,
    form: FilledForm | None,
    name: str,
    asked: bool,
    reached: bool,
    keep: Any,
    person: str,
    fault: str = "",
    *,
    key: str | None = None,
) -> ft.Control:
    """One line with its field; whoever came for it has it in sight and sees that it is still needed. `fault` says why it
    cannot be so.
    """
    desk = use_desk()
    live: ft.Control | None = None
    if item.type in TEXTS:
        live = _Text(target, str(value or ""), form.before if form else (), desk.read(item.text), item, key=item.id)
    elif item.type == "link":
        to = way(item.action or "", desk.library, person=person)
        row = Row(
            desk.read(item.text),
            (lambda _: desk.go(to)) if to else None,
            icon=ft.Icons.FLAG_OUTLINED,
            id=f"item-{item.id}",
        )
        return Rows([row])
    field = ItemField(item, value, keep, name=name, live=live, about=target.id, key=item.id)
    parts: list[ft.Control] = []
    if asked:
        parts.append(
            ft.Row(
                [
                    ft.Icon(ft.Icons.RADIO_BUTTON_UNCHECKED, size=18, color=theme.ACCENT),
                    Words(desk.say("agreement.needed"), Style.SMALL, theme.ACCENT, expand=True),
                ],
                spacing=8,
            )
        )
    parts.append(field)
    if fault:
        parts.append(Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if item.type == "clause" and item.action:
        parts += _way(desk, item, person)
    if item.example and not value and item.type in TEXTS:
        parts.append(
            Card(
                [Soft(desk.say("agreement.example")), Words(desk.read(item.example), Style.SMALL)],
                ground=theme.RAISED,
                spacing=2,
            )
        )
    if item.type in TEXTS and form is not None:
        parts += [*another_version(desk, form, target.cell), *earlier_versions(desk, form, target.cell)]
    return ft.Column(
        parts,
        spacing=6,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        key=reached_by(item.id) if reached else None,
    )


def _way(desk: Desk, item: Item, person: str) -> list[ft.Control]:
    to = way(item.action or "", desk.library, person=person)
    if to is None:
        return []
    read = QuietButton(
        desk.say("agreement.read"), lambda _: desk.go(to), ft.Icons.ARTICLE_OUTLINED, id=f"read-{item.id}"
    )
    return [ft.Row([read], wrap=True)]


@component
def _Text(
    target: Target, saved: str, heads: tuple[str, ...], label: str, item: Item, *, key: str | None = None
) -> ft.Control:
    """A text that is a draft of the store while it is written, and settles when it is left."""
    draft = use_settling(target, saved, heads)
    long = item.type == "longtext"
    field = DraftField(label, draft, id=f"item-{item.id}", lines=3 if long else 1, limit=20_000 if long else 200)
    return Guarded(field, draft)


def suggestions(
    document: Document, mentorship: Mentorship, answers: Mapping[str, Any], role: str | None
) -> dict[str, Any]:
    """What two people usually agree on, for the lines that have no answer yet."""
    usual: dict[str, Any] = {}
    if document.id == "agreement.mentoring":
        usual = {
            "count": mentorship.planned,
            "length": str(mentorship.length) if mentorship.length in (30, 45, 60, 90, 120) else None,
            "frequency": {1: "weekly", 2: "biweekly", 4: "monthly"}.get(mentorship.weeks),
        }
    found: dict[str, Any] = {}
    for item in document.items:
        if item.type in SILENT or not counts(item, role) or answers.get(item.id) not in (None, "", frozenset()):
            continue
        value = usual.get(item.id) or (frozenset(item.default) if isinstance(item.default, tuple) else item.default)
        if value not in (None, False, ""):
            found[item.id] = value
    return found
