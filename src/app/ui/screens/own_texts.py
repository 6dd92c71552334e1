"""A document in one's own words: every text to change, own lines to add, and what an update of the app brought."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.model.commands import AddOwnItem, Delete, HideItem, Restore, Reword
from app.model.entities import ListItem
from app.model.queries import OwnContent, OwnContentOf
from app.services.content.library import Document
from app.services.content.wording import FIXED, GROWING, Difference, Place, differences, places
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query, use_watch
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Card,
    EmptyState,
    Field,
    Live,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.long import EndlessList
from app.ui.parts.surfaces import Ruled
from app.ui.safe import component
from app.ui.screens.document import found
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style
from app.ui.wording import shipped

LONGEST = 2_000
TICKED = "checklist"
"""A kind whose own lines stand where it is ticked, not where it is read."""


@component
def OwnTextsScreen(id: str) -> ft.Control:
    """The texts of a document in the order in which they are read; a tap opens one."""
    desk = use_desk()
    use_watch(desk.speech)
    own: OwnContent = use_query(OwnContentOf())
    chosen, choose = ft.use_state("")
    document = _shipped(desk, id)
    title = desk.say("text.title")
    if document is None or document.kind in FIXED:
        key = "error.document-missing" if document is None else "text.fixed"
        return Screen(title, [EmptyState(desk.say(key), icon=ft.Icons.LOCK_OUTLINE, id="text-fixed")], back=True)
    language = desk.speech.value.language
    said = {
        (text.item, text.field): text.words for text in own.texts if (text.document, text.language) == (id, language)
    }
    there = {f"{place.item}/{place.field}": place for place in places(document)}
    place = there.get(chosen)
    hidden = {item.item for item in own.items if item.document == id and item.hidden}
    use_sheet(
        (lambda: _Text(document, place, said.get((place.item, place.field), ""), lambda: choose(""), key=chosen))
        if place
        else None,
        lambda: choose(""),
        title=desk.say("text.change"),
    )

    every = tuple(there.values())

    def draw(place: Place) -> ft.Control:
        words = said.get((place.item, place.field))
        gone = place.item in hidden
        marks = [desk.say(f"text.field.{place.field.partition('.')[0]}")]
        if words:
            marks.append(desk.say("text.mine"))
        if gone:
            marks.append(desk.say("text.hidden"))
        row = Row(
            words or place.phrase.words(language),
            _opens(choose, f"{place.item}/{place.field}"),
            subtitle=" · ".join(marks),
            icon=ft.Icons.EDIT_NOTE if words else ft.Icons.NOTES,
            color=theme.PRIMARY if words else theme.INK_SOFT,
            ink=theme.INK_SOFT if gone else theme.INK,
            id=f"text-{place.item}-{place.field}",
        )
        return Ruled(row, first=place is every[0], last=place is every[-1], key=f"{place.item}/{place.field}")

    changed = [one for one in differences(shipped(desk), own) if one.own.document == id]
    head: list[ft.Control] = [Soft(desk.say("text.help"), Style.BODY), ft.Row([VisibilityChip("only_me")])]
    head += [_News(one, key=one.own.id) for one in changed]
    if document.kind in GROWING or document.kind == TICKED:
        mine = [item for item in own.items if item.document == id and not item.item]
        head.append(_Lines(id, document.kind == TICKED, tuple(mine), key="lines"))
    head.append(SectionTitle(desk.say("text.all")))
    top = ft.Column(head, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    body = EndlessList(every, draw, height=64, spacing=0, header=[ft.Container(top, padding=_UNDER)])
    return Screen(title, body, subtitle=desk.read(document.title), back=True)


_UNDER = ft.Padding.only(bottom=8)


def _opens(choose: Callable[[str], object], place: str) -> Callable[[object], object]:
    return lambda _: choose(place)


def _shipped(desk: Desk, id: str) -> Document | None:
    """The document as it ships, or nothing when there is none of that name."""
    return shipped(desk).document(id) if found(desk, id) is not None else None


# ---------------------------------------------------------------- one text


@component
def _Text(document: Document, place: Place, mine: str, on_done: Callable[[], object], key: str = "") -> ft.Control:
    desk = use_desk()
    language = desk.speech.value.language
    ships = place.phrase.words(language)
    form = use_unfinished(f"text.{document.id}.{place.item}.{place.field}.{language}", mine or ships)

    def keep(words: str, told: str) -> None:
        done = desk.store.execute(
            Reword(
                document=document.id,
                item=place.item,
                field=place.field,
                language=language,
                words=words,
                shipped=ships,
                version=document.version,
            )
        )
        form.done()
        on_done()
        if done.changes:
            desk.notice(desk.say(told), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)

    def hide(_: object) -> None:
        done = desk.store.execute(HideItem(document=document.id, item=place.item))
        on_done()
        desk.notice(
            desk.say("text.was-hidden"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None, seconds=6
        )

    def show(_: object) -> None:
        desk.store.execute(HideItem(document=document.id, item=place.item, hidden=False))
        on_done()

    parts: list[ft.Control] = [
        *resumed_line(desk, form),
        Field(
            desk.say("text.own"),
            form.values,
            form.put,
            id="text-own",
            lines=3,
            limit=LONGEST,
            autofocus=not form.resumed,
        ),
        PrimaryButton(desk.say("text.save"), lambda _: keep(form.values, "text.saved"), ft.Icons.CHECK, id="text-save"),
    ]
    if mine:
        parts += [
            Card([Soft(desk.say("text.ships")), Words(ships)], ground=theme.SURFACE),
            SecondaryButton(
                desk.say("text.restore"), lambda _: keep("", "text.restored"), ft.Icons.RESTORE, id="text-restore"
            ),
        ]
    if document.kind in GROWING and place.item and place.field == "text":
        own: OwnContent = desk.store.ask(OwnContentOf())
        gone = any((one.document, one.item, one.hidden) == (document.id, place.item, True) for one in own.items)
        word, press, icon = ("show", show, ft.Icons.VISIBILITY) if gone else ("hide", hide, ft.Icons.VISIBILITY_OFF)
        parts.append(ft.Row([QuietButton(desk.say(f"text.{word}"), press, icon, id=f"text-{word}")], wrap=True))
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


# ---------------------------------------------------------------- what an update brought


@component
def _News(one: Difference, key: str = "") -> ft.Control:
    """Mine and what is new, beside each other; both are kept until somebody chooses."""
    desk = use_desk()

    def choose(words: str, told: str) -> None:
        own = one.own
        done = desk.store.execute(
            Reword(
                document=own.document,
                item=own.item,
                field=own.field,
                language=own.language,
                words=words,
                shipped=one.now,
                version=own.version,
            )
        )
        desk.notice(desk.say(told), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None, seconds=6)

    return Card(
        [
            Live(desk.say("text.news"), ft.Icons.NEW_RELEASES_OUTLINED, theme.ACCENT),
            Soft(desk.say("text.mine")),
            Words(one.own.words),
            Soft(desk.say("text.new")),
            Words(one.now),
            ft.Row(
                [
                    SecondaryButton(
                        desk.say("text.keep"),
                        lambda _: choose(one.own.words, "text.kept"),
                        ft.Icons.CHECK,
                        id=f"keep-{one.own.item}-{one.own.field}",
                        strong=True,
                    ),
                    SecondaryButton(
                        desk.say("text.take"),
                        lambda _: choose("", "text.taken"),
                        ft.Icons.DOWNLOAD_DONE,
                        id=f"take-{one.own.item}-{one.own.field}",
                    ),
                ],
                wrap=True,
                spacing=8,
                run_spacing=8,
            ),
        ],
        ground=theme.RAISED,
    )


# ---------------------------------------------------------------- own lines


@component
def _Lines(document: str, ticked: bool, mine: tuple[ListItem, ...], key: str = "") -> ft.Control:
    """Own lines; those of a list that is ticked stand last where it is ticked."""
    desk = use_desk()
    form = use_unfinished(f"lines.{document}", "")
    wrong, say_wrong = ft.use_state("")

    def add(_: object = None) -> None:
        if not form.values.strip():
            say_wrong(desk.say("text.line-needed"))
            return
        done = desk.store.execute(AddOwnItem(document=document, text=form.values.strip()))
        form.empty()
        say_wrong("")
        desk.notice(desk.say("text.line-added"), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None)

    def remove(item: ListItem) -> Callable[[object], None]:
        def press(_: object) -> None:
            desk.store.execute(Delete(kind="list_item", id=item.id))
            desk.notice(
                desk.say("text.line-removed"),
                undo=lambda: desk.store.execute(Restore(kind="list_item", id=item.id)),
                seconds=6,
            )

        return press

    parts: list[ft.Control] = [
        SectionTitle(desk.say("text.lines")),
        *([Soft(desk.say("text.lines-ticked"))] if ticked else []),
        *resumed_line(desk, form),
        Field(desk.say("text.line"), form.values, form.put, id="line-text", limit=300, error=wrong, on_submit=add),
        ft.Row([SecondaryButton(desk.say("text.line-add"), add, ft.Icons.ADD, id="line-add")], wrap=True),
    ]
    if mine:
        lines: list[ft.Control] = []
        for item in mine:
            away = QuietButton(
                desk.say("text.line-remove"),
                remove(item),
                ft.Icons.DELETE_OUTLINE,
                id=f"line-remove-{item.id}",
                color=theme.INK_SOFT,
                said=f"{desk.say('text.line-remove')}: {item.text}",
            )
            lines.append(
                ft.Container(
                    ft.Row([Words(item.text, expand=True), away], spacing=4),
                    padding=ft.Padding.only(left=16, right=4, top=4, bottom=4),
                    key=item.id,
                )
            )
        parts.append(Rows(lines))
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
