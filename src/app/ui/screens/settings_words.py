"""Words of one's own: what a mentee, a mentor, a coordinator and a participant are called in all texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flet as ft

from app.model.commands import Reword
from app.model.entities import WORDS
from app.model.queries import OwnContent, OwnContentOf
from app.services.content.wording import FORMS, TERMS, guessed
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query, use_watch
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Card,
    Field,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.safe import component
from app.ui.screens.rows import resumed_line

if TYPE_CHECKING:
    from app.services.records.store import Done

BENT = {"sv": FORMS}
"""The forms that a language has; elsewhere one and several."""
TWO = ("base", "plural")
LONGEST = 40


@component
def SettingsWordsScreen() -> ft.Control:
    """One row a word; a tap opens its forms."""
    desk = use_desk()
    use_watch(desk.speech)
    own: OwnContent = use_query(OwnContentOf())
    chosen, choose = ft.use_state("")
    use_sheet(
        (lambda: _Forms(chosen, own, lambda: choose(""), key=chosen)) if chosen else None,
        lambda: choose(""),
        title=desk.say("word.title-of", word=desk.speech.value.shipped(f"word.{chosen}.base")) if chosen else "",
    )
    rows: list[ft.Control] = []
    for term in TERMS:
        now = forms_now(desk, own, term)
        shipped = desk.speech.value.shipped(f"word.{term}.base")
        renamed = now["base"] != shipped
        rows.append(
            Row(
                now["base"],
                _opens(choose, term),
                subtitle=desk.say("word.instead", word=shipped) if renamed else desk.say("word.as-shipped"),
                icon=ft.Icons.DRIVE_FILE_RENAME_OUTLINE,
                id=f"word-{term}",
                key=term,
            )
        )
    example = desk.library.document("goal.smart").intro
    body: list[ft.Control] = [Words(desk.say("word.help")), ft.Row([VisibilityChip("only_me")]), Rows(rows)]
    if example is not None:
        body.append(Card([Soft(desk.say("word.sample")), Words(desk.read(example))]))
    body.append(Soft(desk.say("word.keeps")))
    return Screen(desk.say("word.screen"), body, back=True)


def _opens(choose: Callable[[str], object], term: str) -> Callable[[object], object]:
    return lambda _: choose(term)


def forms_now(desk: Desk, own: OwnContent, term: str) -> dict[str, str]:
    """The forms of a word as they stand in the texts now."""
    speech = desk.speech.value
    found = {form: speech.shipped(f"word.{term}.{form}") for form in FORMS}
    for text in own.texts:
        if (text.document, text.item, text.language) == (WORDS, term, speech.language):
            found[text.field] = text.words
    return found


@component
def _Forms(term: str, own: OwnContent, on_done: Callable[[], object], key: str = "") -> ft.Control:
    desk = use_desk()
    speech = desk.speech.value
    start = forms_now(desk, own, term)
    left = use_unfinished(f"word.{term}.{speech.language}", start)
    written, write = left.values, left.put
    touched, touch = ft.use_state(frozenset(name for name in start if name != "base" and written[name] != start[name]))
    forms = BENT.get(speech.language, TWO)

    def put(form: str, text: str) -> None:
        now = {**written, form: text}
        if form == "base":  # the others follow until somebody writes them
            bent = dict(zip(FORMS, guessed(text.strip(), speech.language), strict=True))
            now |= {other: bent[other] for other in FORMS if other != "base" and other not in touched}
        else:
            touch(touched | {form})
        if speech.language not in BENT:
            now |= {"definite": now["base"], "definite-plural": now["plural"]}
        write(now)

    def keep(forms: Mapping[str, str], said: str) -> None:
        done: list[Done] = [
            desk.store.execute(
                Reword(
                    document=WORDS,
                    item=term,
                    field=form,
                    language=speech.language,
                    words=forms[form],
                    shipped=speech.shipped(f"word.{term}.{form}"),
                )
            )
            for form in FORMS
        ]

        def undo() -> None:
            for one in reversed(done):
                if one.undo is not None:
                    desk.store.execute(one.undo)

        left.done()
        on_done()
        desk.notice(said, undo=undo, seconds=6)

    def save(_: object = None) -> None:
        base = written["base"].strip()
        if not base:
            restore()
            return
        forms = {form: written[form].strip() or base for form in FORMS}
        keep(forms, desk.say("word.saved", word=base))

    def restore(_: object = None) -> None:
        keep(dict.fromkeys(FORMS, ""), desk.say("word.restored"))

    def setter(form: str) -> Callable[[str], None]:
        return lambda text: put(form, text)

    fields: list[ft.Control] = [
        Field(
            desk.say(f"word.form.{form}", word=speech.shipped(f"word.{term}.{form}")),
            written[form],
            setter(form),
            id=f"word-{form}",
            limit=LONGEST,
            autofocus=form == "base" and not left.resumed,
            on_submit=save,
            key=form,
        )
        for form in forms
    ]
    return ft.Column(
        [
            *resumed_line(desk, left),
            Soft(desk.say("word.forms")),
            *fields,
            PrimaryButton(desk.say("word.save"), save, ft.Icons.CHECK, id="word-save"),
            ft.Row([QuietButton(desk.say("word.restore"), restore, ft.Icons.RESTORE, id="word-restore")], wrap=True),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
