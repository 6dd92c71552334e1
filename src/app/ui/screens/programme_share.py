"""What goes between a coordinator and the members: the programme's card, packages in, answers out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.hooks import use_busy, use_desk
from app.ui.hooks.told import use_told
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Busy,
    Card,
    DangerButton,
    EmptyState,
    Field,
    Live,
    QuietButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.codes import CodeIn, CodeOut, CodePicture
from app.ui.parts.text import SpokenWords
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.programme.answering import Member
    from app.services.programme.incoming import Taken
    from app.ui.desk import Desk


@component
def ShareScreen() -> ft.Control:
    """The card as a picture and as text, and the words to compare."""
    desk = use_desk()
    coordination = desk.session.coordination
    use_told(coordination.watch)
    found = coordination.programme
    form = use_unfinished("programme.rename", found.name if found else "")
    renaming, rename = ft.use_state(False)
    wrong, say_wrong = ft.use_state("")
    if found is None:
        return Screen(desk.say("programme.share"), [Soft(desk.say("programme.begin.about"), Style.BODY)], back=True)

    def keep(_: object = None) -> None:
        try:
            coordination.found(form.values)
        except Exception as fault:  # noqa: BLE001 - told at the field
            say_wrong(desk.sentence(fault))
        else:
            form.done()
            rename(False)

    body: list[ft.Control] = [
        Words(desk.say("programme.share.how")),
        CodePicture(found.text, desk.say("programme.share.picture"), key=found.text),
        CodeOut(found.text, id="programme-card"),
        SectionTitle(desk.say("programme.share.words")),
        TwelveWords(found.words),
        Soft(desk.say("programme.share.words.how")),
    ]
    if renaming:
        body += resumed_line(desk, form)
        body.append(
            Field(
                desk.say("programme.begin.name"),
                form.values,
                form.put,
                id="programme-name",
                limit=60,
                error=wrong,
                on_submit=keep,
            )
        )
        body.append(QuietButton(desk.say("programme.rename.keep"), keep, id="programme-rename-keep"))
    else:
        body.append(
            QuietButton(desk.say("programme.rename"), lambda _: rename(True), ft.Icons.EDIT, id="programme-rename")
        )
    return Screen(desk.say("programme.share"), body, subtitle=found.name, back=True)


def TwelveWords(words: tuple[str, ...]) -> ft.Control:
    """Words to read aloud, in lines of three."""
    return Card([SpokenWords(words)], id="programme-words")


@component
def TakeInScreen() -> ft.Control:
    """A package from a pair: pasted, or from a file."""
    desk = use_desk()
    said, tell = ft.use_state("")
    fault, say_fault = ft.use_state("")
    busy, run = use_busy()

    def take(found: str | bytes) -> None:
        say_fault("")
        tell("")
        run(lambda: desk.session.coordination.take(found), came, lambda problem: say_fault(desk.sentence(problem)))

    def came(taken: Taken) -> None:
        if taken.lacking:
            tell(desk.say("programme.in.more", count=taken.lacking))
        elif taken.new:
            tell(desk.say("programme.in.new", count=taken.new))
        elif not taken.refused:
            tell(desk.say("programme.in.nothing"))
        outside = [
            desk.say("programme.in.refused", name=name or desk.say("programme.someone")) for name in taken.refused
        ]
        if taken.unreadable:
            outside.append(desk.say("programme.in.unreadable", count=taken.unreadable))
        say_fault(" ".join(outside))

    body: list[ft.Control] = [
        Words(desk.say("programme.in.how")),
        CodeIn(desk.say("programme.in.field"), take, id="programme-take", on_data=take),
    ]
    if said:  # what comes next: whoever wrote waits for an answer
        owed = [member_row(desk, one) for one in desk.session.coordination.members if one.owed]
        if owed:
            body.append(Rows(owed))
    if said:
        body.insert(0, Live(said, ft.Icons.CHECK_CIRCLE_OUTLINE, theme.PRIMARY))
    if fault:
        body.insert(0, Live(fault, ft.Icons.ERROR_OUTLINE, theme.ERROR))
    if busy:
        body.append(Busy(desk.say("pair.working")))
    return Screen(desk.say("programme.in"), body, back=True)


def member_row(desk: Desk, member: Member) -> ft.Control:
    """Somebody in the programme, and whether an answer waits; leads to the answer."""
    goes = member.posts and not member.new and desk.session.letters.fetching.wanted
    return Row(
        member.name or desk.say("programme.someone"),
        lambda _: desk.go(f"/programme/answer/{member.id}"),
        subtitle=desk.say("box.answer.goes" if goes else "programme.answer.owed") if member.owed else "",
        icon=ft.Icons.OUTBOX if member.owed else ft.Icons.PERSON_OUTLINE,
        color=theme.ACCENT if member.owed and not goes else theme.PRIMARY,
        id=f"member-{member.id}",
    )


@component
def AnswerScreen(member: str) -> ft.Control:
    """What a member gets back, sealed to that member."""
    desk = use_desk()
    coordination = desk.session.coordination
    use_told(coordination.watch)
    found = next((one for one in (*coordination.members, *coordination.removed) if one.id == member), None)
    package = ft.use_memo(lambda: coordination.answer(member) if found else None, [found])
    if found is None or package is None:
        return Screen(
            desk.say("programme.members"), [EmptyState(desk.say("programme.answer.gone"), id="no-member")], back=True
        )
    name = found.name or desk.say("programme.someone")
    body: list[ft.Control] = [
        Words(desk.say("programme.answer.out" if found.out else "programme.answer.how", name=name)),
        CodeOut(
            package.text,
            id="programme-answer",
            data=package.data,
            name=package.name,
            on_out=lambda: coordination.answered(member),
        ),
    ]
    if found.new and not found.out:
        told = desk.say("programme.answer.first", name=name)
        body.insert(0, Live(told, ft.Icons.HOW_TO_REG, theme.ACCENT if found.again else theme.INK_SOFT))
        if found.again:
            body.insert(0, Live(desk.say("programme.answer.again", name=name), ft.Icons.PEOPLE_ALT, theme.ACCENT))
    elif found.owed and found.posts and desk.session.letters.fetching.wanted:
        body.insert(0, Live(desk.say("box.answer.goes"), ft.Icons.SCHEDULE_SEND))
    elif not found.owed:
        body.insert(0, Live(desk.say("programme.answer.done"), ft.Icons.CHECK))

    def remove(_: object) -> None:
        desk.notice(desk.say("programme.removed", name=name), undo=coordination.remove(member), seconds=10)

    def let_in(_: object) -> None:
        coordination.let_in(member)
        desk.notice(desk.say("programme.let-in.done", name=name))

    if found.out:
        body.append(SecondaryButton(desk.say("programme.let-in"), let_in, ft.Icons.UNDO, id="programme-let-in"))
    else:
        body += [
            Soft(desk.say("programme.remove.what", name=name)),
            *([Soft(desk.say("programme.remove.box"))] if coordination.box else []),
            DangerButton(desk.say("programme.remove"), remove, id="programme-remove"),
        ]
    return Screen(desk.say("programme.answer", name=name), body, back=True)
