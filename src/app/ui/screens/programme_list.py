"""The programme's own lines of the list before a relationship, as its coordinator writes them for everybody."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import flet as ft

from app.model.programme_lines import LONGEST, MOST, ProgrammeLine
from app.ui.hooks import use_desk, use_undo, use_watch
from app.ui.hooks.told import use_told
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    EmptyState,
    Field,
    Footed,
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
from app.ui.parts.toggles import Toggles
from app.ui.safe import component
from app.ui.screens.rows import resumed_line

LANGUAGES = ("sv", "en")
"""What a line can be written in: the app's own two languages. Either stands in for the other."""


@component
def ProgrammeListScreen() -> ft.Control:
    """All lines, in the order in which everybody gets them; a tap opens one."""
    desk = use_desk()
    use_watch(desk.speech)
    coordination = desk.session.coordination
    use_told(coordination.watch)
    undo = use_undo()
    chosen, choose = ft.use_state(cast("ProgrammeLine | None", None))
    title = desk.say("programme.list")
    if coordination.programme is None:
        return Screen(title, [EmptyState(desk.say("error.programme-none"), id="no-programme")], back=True)
    lines, language = coordination.lines, desk.speech.value.language
    there = chosen is not None and any(line.id == chosen.id for line in lines)

    def close() -> None:
        choose(None)

    def keep(line: ProgrammeLine) -> None:
        if line != chosen:
            take_back = coordination.keep_line(line)
            undo(desk.say("programme.list.kept"), take_back)
        close()

    def remove(_: object = None) -> None:
        if chosen is not None:
            put_back = coordination.remove_line(chosen.id)
            undo(desk.say("programme.list.removed"), put_back)
        close()

    use_sheet(
        (lambda: LineSheet(chosen, keep, remove if there else None, key=chosen.id)) if chosen is not None else None,
        close,
        title=desk.say("programme.list.change" if there else "programme.list.new"),
        footed=True,
    )

    def row(line: ProgrammeLine) -> ft.Control:
        marks = [desk.say("checklist.critical")] if line.critical else []
        marks += [desk.say(f"programme.list.only-{code}") for code in LANGUAGES if line == _alone(line, code)]
        return Row(
            line.words(language),
            lambda _: choose(line),
            subtitle=" · ".join(marks),
            icon=ft.Icons.CHECKLIST,
            id=f"line-{line.id}",
            key=line.id,
        )

    body: list[ft.Control] = [
        Words(desk.say("programme.list.how")),
        ft.Row([VisibilityChip("shared", name=desk.say("programme.list.everybody"))], wrap=True),
        Rows([row(line) for line in lines])
        if lines
        else EmptyState(desk.say("programme.list.none"), icon=ft.Icons.CHECKLIST, id="no-lines"),
        Soft(desk.say("programme.list.ticks")),
    ]
    full = len(lines) >= MOST
    if full:
        body.append(Soft(desk.say("programme.list.full", count=MOST)))
    return Screen(
        title,
        body,
        back=True,
        primary=None
        if full
        else PrimaryButton(
            desk.say("programme.list.new"),
            lambda _: choose(ProgrammeLine(secrets.token_hex(8))),
            ft.Icons.ADD,
            id="line-new",
        ),
    )


def _alone(line: ProgrammeLine, code: str) -> ProgrammeLine:
    """The line with words in this language alone."""
    return replace(line, sv=line.sv if code == "sv" else "", en=line.en if code == "en" else "")


def _on_a_line(text: str) -> str:
    """The field shows all of it and so takes line breaks; a line of a list has none."""
    return " ".join(text.split())


@component
def LineSheet(
    line: ProgrammeLine,
    keep: Callable[[ProgrammeLine], object],
    remove: Callable[[object], object] | None,
    *,
    key: str | None = None,
) -> ft.Control:
    """The words of one line, first in the language that is spoken here, and whether it must not be missed."""
    desk = use_desk()
    form = use_unfinished(f"line.{line.id if remove else 'new'}", line)
    written, write = form.values, form.put
    wrong, say_wrong = ft.use_state("")
    mine = "sv" if desk.speech.value.language == "sv" else "en"

    def save(_: object = None) -> None:
        tidy = replace(written, sv=_on_a_line(written.sv), en=_on_a_line(written.en))
        if not (tidy.sv or tidy.en):
            say_wrong(desk.say("programme.list.needed"))
            return
        try:
            keep(tidy)
        except Exception as fault:  # noqa: BLE001 - told at the field
            say_wrong(desk.sentence(fault))
        else:
            form.done()

    def drop(e: object) -> None:
        if remove is not None:
            form.done()
            remove(e)

    def words_in(code: str) -> ft.Control:
        def put(text: str) -> None:
            write(replace(written, sv=text) if code == "sv" else replace(written, en=text))
            say_wrong("")

        return Field(
            desk.say(f"programme.list.{code}"),
            getattr(written, code),
            put,
            id=f"line-{code}",
            limit=LONGEST,
            error=wrong if code == mine else "",
            autofocus=code == mine and not form.resumed,
            lines=2,
        )

    parts = resumed_line(desk, form)
    parts += [words_in(code) for code in sorted(LANGUAGES, key=lambda code: code != mine)]
    parts += [
        Soft(desk.say("programme.list.one-is-enough")),
        Toggles(
            [Choice("critical", desk.say("programme.list.critical"))],
            frozenset({"critical"} if written.critical else ()),
            lambda on: write(replace(written, critical="critical" in on)),
            label=desk.say("programme.list.critical"),
            id="line",
        ),
    ]
    if remove is not None:
        parts.append(
            ft.Row(
                [QuietButton(desk.say("programme.list.remove"), drop, ft.Icons.DELETE_OUTLINE, id="line-remove")],
                wrap=True,
            )
        )
    save_it = PrimaryButton(desk.say("programme.list.save"), save, ft.Icons.CHECK, id="line-save")
    return Footed(parts, save_it, spacing=12)
